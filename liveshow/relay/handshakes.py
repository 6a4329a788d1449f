"""DTLS handshakes: how many at once, who waits, and where their arithmetic is done.

Two hundred viewers who join in one second must not delay the pictures of those who watch
already. So a few threads do what OpenSSL computes (it lets go of the interpreter meanwhile),
the number of half-open handshakes is bounded, and so is the line of those who wait for one.
Whoever finds no room in that line is not told: DTLS sends its first flight again after a
second (RFC 6347 §4.2.4.1), and ICE is answered all the time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

AT_ONCE = 64  # half-open handshakes
WAITING = 512  # peers in line; the first flight of others is dropped
THREADS = 2
# A handshake takes six round trips at the very most. One that took so long gives its place up
# to somebody who waits; without anybody waiting it may go on.
SLOW = 5.0  # seconds
LOOK_EVERY = 1.0  # seconds

T = TypeVar("T")


class Place:
    """The place of one handshake, in line or among those under way."""

    __slots__ = ("abandon", "since", "start")

    def __init__(self, start: Callable[[], None], abandon: Callable[[], None]) -> None:
        self.start = start
        self.abandon = abandon
        self.since = 0.0


class Handshakes:
    """All handshakes of one port. Owned by it; belongs to one event loop."""

    def __init__(
        self,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once = at_once
        self._max_waiting = waiting
        self._clock = clock
        self._open: dict[Place, None] = {}  # oldest first
        self._waiting: dict[Place, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._pool: ThreadPoolExecutor | None = None

    @property
    def open(self) -> int:
        """How many are under way."""
        return len(self._open)

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    def enter(self, start: Callable[[], None], abandon: Callable[[], None]) -> Place | None:
        """Ask for a place; None when there is none, not even in line.

        ``start`` is called once, now or when it is its turn. ``abandon``: it was too slow while
        others wait, and has lost its place. Whoever has a place must ``leave`` it.
        """
        place = Place(start, abandon)
        if len(self._open) < self._at_once:
            self._admit(place)
            return place
        self.look()
        if len(self._waiting) >= self._max_waiting:
            return None
        self._waiting[place] = None
        self._watch()
        return place

    def leave(self, place: Place) -> None:
        """Give a place up, and let the next one in. Idempotent."""
        self._waiting.pop(place, None)
        if place in self._open:
            del self._open[place]
            self._next()

    def look(self) -> None:
        """Take the places of those that are slow, as many as are waited for."""
        slow = self._clock() - SLOW
        late = [place for place in self._open if place.since <= slow]
        for place in late[: len(self._waiting)]:
            self.leave(place)
            place.abandon()

    async def run(self, work: Callable[[], T]) -> T:
        """Return what ``work`` does in one of the threads.

        Being cancelled waits for it: what it works on may be touched again afterwards.
        """
        if self._pool is None:
            self._pool = ThreadPoolExecutor(THREADS, "dtls")
        job = asyncio.get_running_loop().run_in_executor(self._pool, work)
        try:
            return await asyncio.shield(job)
        except asyncio.CancelledError:
            await asyncio.wait([job])
            raise

    def close(self) -> None:
        """Stop the threads; who waits is not let in any more."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
        if self._pool is not None:
            self._pool.shutdown(wait=False)
            self._pool = None

    def _admit(self, place: Place) -> None:
        place.since = self._clock()
        self._open[place] = None
        place.start()

    def _next(self) -> None:
        while self._waiting and len(self._open) < self._at_once:
            place = next(iter(self._waiting))
            del self._waiting[place]
            self._admit(place)

    def _watch(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(LOOK_EVERY, self._look_again)

    def _look_again(self) -> None:
        self._timer = None
        self.look()
        if self._waiting:
            self._watch()
