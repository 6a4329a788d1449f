"""Who may see a show at all: the same on every wire."""

from __future__ import annotations

from liveshow.domain.moderation.state import Moderation
from liveshow.domain.show.state import ShowState
from liveshow.errors import NotFound


def check_visible(state: ShowState, user_id: str | None) -> None:
    """Raise ``not_found`` for a draft, which exists for its staff only; None is a guest."""
    if state.show.status == "draft" and (user_id is None or not state.show.is_staff(user_id)):
        raise NotFound(message="There is no such show.")


def check_not_banned(state: ShowState, user_id: str, now: int) -> None:
    """Raise ``banned`` while a ban is in force at ``now`` (ms)."""
    if ban := state[Moderation].active(user_id, "ban", now):
        raise ban.refusal()
