"""Of whom a show tells by name."""

from __future__ import annotations

from liveshow.domain.claims.state import Claims
from liveshow.domain.giveaways.state import Giveaways
from liveshow.domain.moderation.state import Moderation
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.state import ShowState


def tells_of(state: ShowState, user_id: str) -> bool:
    """Whether somebody's present name is anywhere in the state of a show."""
    claims = state[Claims]
    return (
        state.show.is_staff(user_id)
        or bool(claims.held_by(user_id) or claims.entries_of(user_id))
        or state[Giveaways].tells_of(user_id)
        or any(item.owner.id == user_id for item in state[RunOfShow].items.values())
        or any(user_id in (s.user.id, s.by.id) for s in state[Moderation].sanctions.values())
    )
