"""Questions about shows that need no room: lists, the log, stream keys.

``liveshow.store.shows`` answers them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from liveshow.domain.events import Event
from liveshow.domain.state import Json, Role

# Sort key of the last card of a page: rank of the status, time, id.
CardCursor = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class NewShow:
    """A show as it is planned."""

    title: str
    currency: str
    description: str = ""
    cover: str | None = None
    scheduled_at: int | None = None
    hold_seconds: int = 300
    claims_per_buyer: int = 1
    shipping_cap: int | None = None
    slow_seconds: int = 0
    chat_mode: str = "everyone"
    words: list[str] = field(default_factory=list)


class ShowQueries(Protocol):
    async def create(self, host_id: str, show: NewShow, *, show_id: str | None = None) -> str:
        """Write a new show and return its id. Raises ``unknown_photo``."""

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
