"""Questions about shows that need no room: lists, the log, stream keys.

``liveshow.store.shows`` answers them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from liveshow.domain.events import Event
from liveshow.domain.state import Json, Role

# Sort key of the last card of a page: rank of the status, time, id.
CardCursor = tuple[int, int, str]

# The statuses of shows that a list can be asked for.
STATUSES = ("live", "interrupted", "scheduled", "draft", "ended")


class ShowQueries(Protocol):
    async def cards(
        self,
        *,
        statuses: Sequence[str],
        host: str | None,
        viewer: str | None,
        after: CardCursor | None,
        limit: int,
    ) -> tuple[list[Json], CardCursor | None]:
        """Show cards without ``viewers``, and the cursor of the next page.

        Drafts are for their staff only.
        """

    async def role(self, show_id: str, user_id: str) -> tuple[str, Role]:
        """The show's status, and what somebody is in it. Raises ``not_found``."""

    async def log(self, show_id: str, after: int, limit: int) -> list[Event]:
        """Events after ``after``, in order."""

    async def audit(self, show_id: str, limit: int = 500) -> list[Event]:
        """Moderation events, newest first."""

    async def messages(self, show_id: str, seqs: Sequence[int]) -> dict[int, Event]:
        """What was said, by ``seq``."""

    async def set_stream_key(self, show_id: str, key: str) -> None:
        """Replace the show's stream key; only its hash is kept."""

    async def is_stream_key(self, show_id: str, key: str) -> bool:
        """Whether this is the show's stream key."""

    async def shows_held_in(self, user_id: str) -> list[str]:
        """Shows in which somebody holds something now, latest hold first."""
