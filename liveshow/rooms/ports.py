"""What a room asks of the outside: a store to commit to, and somebody to tell.

``liveshow.store.room.store`` implements the store; ``signaling`` subscribes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from liveshow.domain.show.events import Record, Stored
from liveshow.domain.show.facts import Facts, Needs
from liveshow.domain.show.state import ShowState
from liveshow.rooms.answers import Kept


class FencedOut(Exception):
    """Another process has taken the show over: nothing was written, this room must close."""


class Remembered(NamedTuple):
    """What a command was answered: its acknowledgement, as it is kept under a key."""

    key: tuple[str, str]
    digest: str
    ack: Kept


class Batch(Protocol):
    """One transaction of one room: everything in it is committed together, or not at all."""

    now: int

    async def answers(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Remembered]:
        """The first answers to ``(user id, idempotency key)``, where there are any."""

    async def load(self, needs: Needs, facts: Facts) -> None:
        """Read what is needed into ``facts``; rows that can change under us are locked."""

    def record(self, state: ShowState, record: Record) -> None:
        """Remember to write what an event changed; ``state`` is exactly at the event."""

    def remember(self, answer: Remembered) -> None:
        """Remember to write an answer under its key."""

    async def flush(self, state: ShowState) -> None:
        """Write everything. The transaction commits when its context ends."""


class RoomStore(Protocol):
    """Raises ``liveshow.errors.StoreUnavailable`` when the database does not answer."""

    async def take_over(self, show_id: str) -> ShowState:
        """Make this process the owner of the show: raise its epoch and return its state.

        Raises ``not_found``.
        """

    def batch(self, show_id: str, epoch: int) -> AbstractAsyncContextManager[Batch]:
        """Begin a transaction; raises `FencedOut` when ``epoch`` is not the show's any more."""

    async def events_after(self, show_id: str, seq: int, limit: int) -> list[Stored]:
        """What the log has after ``seq``, in order."""

    async def head(self, show_id: str) -> tuple[int, int]:
        """The show's last committed ``(epoch, seq)``: one cheap read. Raises ``not_found``."""

    async def load(self, show_id: str) -> ShowState:
        """The show's committed state, read in one transaction. Raises ``not_found``."""

    async def shows_to_open(self) -> list[str]:
        """Shows whose rooms run without anybody asking.

        Those that are live or interrupted, those in which something is held, and those in which
        a prize waits for whoever has won it: both end by time.
        """

    async def forget_keys(self) -> int:
        """Delete idempotency keys older than a day; return how many."""

    async def shows_with(self, listing_id: str) -> list[str]:
        """Shows, not ended, that have the listing as an item (removed ones with holds too)."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a batch has changed, told after its commit."""

    show_id: str
    epoch: int
    # What happened, in order; events without a place in the log among them.
    records: Sequence[Record]
    # Whose private state may be different now.
    touched: frozenset[str]
    # Somebody must not be heard, or seen, any longer: not to be held back for a tick.
    urgent: bool


Subscriber = Callable[[Published], None]
StockChanged = Callable[[str, frozenset[str]], None]
