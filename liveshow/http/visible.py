"""Who may see a show, and who sees it as its team does: the same for every route."""

from __future__ import annotations

from liveshow.accounts.identity import Identity
from liveshow.clock import Clock
from liveshow.domain.show.admission import check_not_banned, check_visible
from liveshow.domain.show.state import ShowState
from liveshow.errors import Forbidden
from liveshow.rooms.directory import Directory


class Visible:
    """Shows as callers may see them."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock

    async def to(self, caller: Identity | None, show: str) -> ShowState:
        """Return the show's committed state; drafts exist for their staff only."""
        state = await self._directory.snapshot(show)
        check_visible(state, caller.user_id if caller else None)
        if caller is not None:
            check_not_banned(state, caller.user_id, self._clock())
        return state

    async def to_staff(self, caller: Identity, show: str) -> ShowState:
        """Return the show's committed state to somebody of its team; raises ``forbidden``."""
        state = await self.to(caller, show)
        if not state.show.is_staff(caller.user_id):
            raise Forbidden(message="Only the team of this show may see this.")
        return state
