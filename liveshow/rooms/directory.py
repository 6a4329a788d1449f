"""All that the edge knows of rooms: where a show's commands go, and where its state comes from.

``liveshow.http``, ``signaling`` and ``liveshow.app`` speak to this port. Which process owns a show,
and whether its room is open at all, is the implementation's business
(``liveshow.rooms.registry.RoomRegistry``: everything in this process).

Reading never opens a room, takes a show over or writes.
"""

from __future__ import annotations

from typing import Protocol

from liveshow.domain.show.commands import Answer, Envelope, ServerCommand
from liveshow.domain.show.events import Stored
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person
from liveshow.rooms.ports import Subscriber


class Feed(Protocol):
    """A show's committed state, and everything that is committed after it.

    It outlives the room: one that opens later takes the feed over, under a new epoch.
    """

    @property
    def show_id(self) -> str: ...

    @property
    def state(self) -> ShowState:
        """The show at the last event that was published here. Not to be changed."""

    @property
    def lost(self) -> bool:
        """Whether the owner is gone, so that nothing more comes until another one is found."""

    def listen(self, subscriber: Subscriber) -> None:
        """Be told of every batch after its commit, in order, from the present ``state`` on.

        A batch with another epoch and no events says that ``state`` was read anew. The subscriber
        must not block.
        """

    async def events_after(self, seq: int, limit: int) -> list[Stored]:
        """What the log has after ``seq``, in order."""

    def close(self) -> None:
        """Stop listening."""


class Directory(Protocol):
    """Finds the owner of a show, and what was committed in it.

    Everything in here ends: what cannot be read or decided in time raises ``unavailable``.
    """

    async def submit(self, show_id: str, envelope: Envelope) -> Answer:
        """Have a command decided by the show's owner and return its answer once it is committed.

        Raises:
            LiveshowError: it was refused (nothing changed), or ``unavailable``: it may be
                repeated under the same key.
        """

    async def snapshot(self, show_id: str) -> ShowState:
        """Return the committed state, for reading only. Raises ``not_found``.

        While the database does not answer it is the last state that is known here.
        """

    async def subscribe(self, show_id: str) -> Feed:
        """Return the show's feed. Raises ``not_found``.

        Only a show that has something to wait for (it is on air, or something is held) needs an
        owner for that; the feed of any other is filled by reading.
        """

    async def tell(self, show_id: str, command: ServerCommand) -> None:
        """Submit what the server itself has to say, until it is decided. Refusals are logged."""

    async def listing_changed(self, listing_id: str) -> None:
        """Bring every show with the listing in line with the closet."""

    def renamed(self, user: Person) -> None:
        """Have every show that somebody watches call a person by their new name."""
