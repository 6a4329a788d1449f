"""Questions about shows that need no room: lists, the log, stream keys.

``liveshow.store.shows`` answers them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from liveshow.domain.running.show import Status
from liveshow.domain.show.events import Stored
from liveshow.domain.values import Person, Photo, Role, Value
from liveshow.errors import Invalid

# Sort key of the last card of a page: rank of the status, time, id.
CardCursor = tuple[int, int, str]


# The statuses of shows that a list can be asked for.
STATUSES = ("live", "interrupted", "scheduled", "draft", "ended")


def statuses_of(text: str) -> list[str]:
    """Read the statuses of a list, ``live,scheduled``; raises ``invalid``."""
    statuses = [part for part in text.split(",") if part]
    if not statuses or set(statuses) - set(STATUSES):
        raise Invalid(message=f"status: one or more of {', '.join(STATUSES)}.")
    return statuses


class ShowCard(Value, frozen=True):
    """A show in a list. ``items``: how many are in its run of show; ``viewers``: who watch now."""

    id: str
    title: str
    cover: Photo | None
    status: Status
    host: Person
    scheduled_at: int | None
    started_at: int | None
    ended_at: int | None
    items: int
    viewers: int = 0


class ShowQueries(Protocol):
    async def cards(
        self,
        *,
        statuses: Sequence[str],
        host: str | None,
        viewer: str | None,
        after: CardCursor | None,
        limit: int,
    ) -> tuple[list[ShowCard], CardCursor | None]:
        """Show cards without ``viewers``, and the cursor of the next page.

        Drafts are for their staff only.
        """

    async def role(self, show_id: str, user_id: str) -> tuple[str, Role]:
        """The show's status, and what somebody is in it. Raises ``not_found``."""

    async def log(self, show_id: str, after: int, limit: int) -> list[Stored]:
        """Events after ``after``, in order."""

    async def audit(self, show_id: str, limit: int = 500) -> list[Stored]:
        """Moderation events, newest first."""

    async def messages(self, show_id: str, seqs: Sequence[int]) -> dict[int, Stored]:
        """What was said, by ``seq``."""

    async def shows_held_in(self, user_id: str) -> list[str]:
        """Shows in which somebody holds something now, latest hold first."""
