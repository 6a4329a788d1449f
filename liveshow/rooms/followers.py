"""Followers of the log: what must follow from an event outside its show.

A follower has a name and a cursor for each show, in the database: the last event that it has dealt
with. It is told of every event of its types at least once, and in order within a show. What it
does must therefore be safe to do again. A process that dies between an event and its effect leaves
the cursor where it was, and the next start takes it up from there.

Whoever commits events calls ``published``, so that followers look at once. They also look through
all shows from time to time, which finds what another process left undone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import structlog

from liveshow.clock import Clock
from liveshow.domain.show.events import Event, Record
from liveshow.errors import StoreUnavailable
from liveshow.rooms.ports import Published

log = structlog.get_logger(__name__)

# Events that a follower is told of at once.
PAGE = 200
# How long a follower has for them. What it has done by then it finds done the next time.
FOLLOW_SECONDS = 60.0
# Between two looks through all shows, seconds.
LOOK_SECONDS = 30.0
# Shows that one look finds; the next look finds the others.
MOST_BEHIND = 500
# A show whose events a follower failed at waits so long before it is tried again, milliseconds;
# it doubles.
FIRST_PAUSE_MS = 1_000
LONGEST_PAUSE_MS = 600_000


class Follower(Protocol):
    """Somebody who acts on events of shows."""

    @property
    def name(self) -> str:
        """Under which the cursor is kept. Another name begins at the start of every log."""

    @property
    def follows(self) -> tuple[type[Event], ...]:
        """The types of events that it is told of."""

    async def follow(self, show_id: str, records: Sequence[Record]) -> None:
        """Do what follows from events, which may have been done before.

        Whatever is raised leaves the cursor in its place: the same events come again, later.
        """


@dataclass(frozen=True, slots=True)
class Behind:
    """What a follower has not dealt with in a show. ``upto`` is where its cursor goes then."""

    cursor: int
    records: list[Record]
    upto: int
    more: bool


class FollowerStore(Protocol):
    """Implemented by ``liveshow.store.followers.FollowerRepository``."""

    async def shows_behind(self, follower: str, limit: int) -> list[str]:
        """Return shows whose log goes on after a follower's cursor."""

    async def behind(
        self, follower: str, show_id: str, types: Sequence[str], limit: int
    ) -> Behind | None:
        """Return the next events of some types after the cursor, None when it is at the end."""

    async def advance(self, follower: str, show_id: str, was: int, seq: int) -> None:
        """Move a cursor, unless another process has moved it meanwhile."""


class Followers:
    """Runs the followers of this process, each in a task of its own."""

    def __init__(
        self,
        store: FollowerStore,
        followers: Sequence[Follower],
        clock: Clock,
        *,
        on_failure: Callable[[str], None] = lambda name: None,
    ) -> None:
        """``on_failure`` is called with a follower's name whenever it fails at a show."""
        self._runs = [_Run(store, follower, clock, on_failure) for follower in followers]

    def start(self) -> None:
        for run in self._runs:
            run.start()

    async def stop(self) -> None:
        """End. What a follower was doing is done again after the next start."""
        await asyncio.gather(*(run.stop() for run in self._runs))

    def published(self, published: Published) -> None:
        """Have those look at a show whom what was committed concerns."""
        for run in self._runs:
            if any(isinstance(record.event, run.follows) for record in published.records):
                run.look_at(published.show_id)


@dataclass(frozen=True, slots=True)
class _Failed:
    tries: int
    again_at: int


class _Run:
    """One follower at work."""

    def __init__(
        self,
        store: FollowerStore,
        follower: Follower,
        clock: Clock,
        on_failure: Callable[[str], None],
    ) -> None:
        self.follows = follower.follows
        self._store = store
        self._follower = follower
        self._types = [event.type for event in follower.follows]
        self._clock = clock
        self._on_failure = on_failure
        # Shows to look at, in the order in which something happened in them.
        self._told: dict[str, None] = {}
        self._failed: dict[str, _Failed] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._work(), name=f"follower {self._follower.name}")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def look_at(self, show_id: str) -> None:
        if show_id not in self._failed:  # that one has its own time
            self._told[show_id] = None
            self._wake.set()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        look_again = loop.time()
        while True:
            if loop.time() >= look_again:
                await self._look()
                look_again = loop.time() + LOOK_SECONDS
            while self._told:
                show_id = next(iter(self._told))
                del self._told[show_id]
                await self._take_on(show_id)
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(look_again - loop.time(), self._pause())):
                    await self._wake.wait()
            self._told.update(dict.fromkeys(self._due()))

    async def _look(self) -> None:
        """Find the shows where something is left, whoever left it."""
        try:
            found = await self._store.shows_behind(self._follower.name, MOST_BEHIND)
        except StoreUnavailable:
            return  # the next look finds them
        except Exception:
            log.exception("a follower cannot look for events", follower=self._follower.name)
            return
        self._told.update(dict.fromkeys(show for show in found if show not in self._failed))

    async def _take_on(self, show_id: str) -> None:
        """Deal with a show; what goes wrong in it does not keep other shows waiting."""
        try:
            while await self._page(show_id):
                pass
        except Exception as error:
            tries = self._failed[show_id].tries + 1 if show_id in self._failed else 1
            pause = min(FIRST_PAUSE_MS << min(tries - 1, 16), LONGEST_PAUSE_MS)
            self._failed[show_id] = _Failed(tries, self._clock() + pause)
            self._on_failure(self._follower.name)
            if not isinstance(error, StoreUnavailable):
                log.warning(
                    "a follower failed and tries again",
                    follower=self._follower.name,
                    show=show_id,
                    tries=tries,
                    exc_info=error if tries == 1 else None,
                    reason=str(error),
                )
        else:
            self._failed.pop(show_id, None)

    async def _page(self, show_id: str) -> bool:
        """Deal with the next events of a show; return whether there are more."""
        name = self._follower.name
        behind = await self._store.behind(name, show_id, self._types, PAGE)
        if behind is None:
            return False
        if behind.records:
            async with asyncio.timeout(FOLLOW_SECONDS):
                await self._follower.follow(show_id, behind.records)
        await self._store.advance(name, show_id, behind.cursor, behind.upto)
        return behind.more

    def _due(self) -> list[str]:
        now = self._clock()
        return [show for show, failed in self._failed.items() if failed.again_at <= now]

    def _pause(self) -> float:
        """Seconds until the next failed show is tried again."""
        first = min((failed.again_at for failed in self._failed.values()), default=None)
        return LOOK_SECONDS if first is None else max(first - self._clock(), 10) / 1000
