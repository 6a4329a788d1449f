"""Which rooms are open here. Opens them when asked for, closes them when nobody needs them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from liveshow.clock import Clock
from liveshow.domain.commands import Envelope, ListingChanged, ServerCommand, StreamDown
from liveshow.domain.state import Json, ShowState
from liveshow.errors import LiveshowError, Unavailable
from liveshow.rooms.ports import RoomStore, Subscriber
from liveshow.rooms.room import Room, RoomObserver

log = structlog.get_logger(__name__)

IDLE_MS = 60_000
# Reading about a show opens its room, whoever reads: with more rooms open than this, those that
# nobody needs are closed at once.
CROWDED = 500
SWEEP_SECONDS = 20.0
# Between tries to tell a room what only the server knows, seconds.
TELL_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 20.0)
FORGET_MS = 3_600_000


def _opening(state: ShowState) -> list[ServerCommand]:
    """What a room must know that finds its show on air when it opens.

    Whoever broadcast is gone with the process that held the show before: it is interrupted since
    the last thing that happened in it, so that no hold ran out while nobody was there.
    """
    if state.status != "live" or not (state.streaming or state.claims):
        return []
    last = state.lines[-1].at if state.lines else None
    return [StreamDown("restart", at=last)]


class RoomRegistry:
    """The only way to a room."""

    def __init__(
        self,
        store: RoomStore,
        *,
        clock: Clock,
        observer: RoomObserver | None = None,
        on_published: Subscriber = lambda published: None,
    ) -> None:
        """``on_published`` is told what every room has committed, whoever else listens."""
        self._on_published = on_published
        self._store = store
        self._clock = clock
        self._observer = observer or RoomObserver()
        self._rooms: dict[str, Room] = {}
        self._opening: dict[str, asyncio.Task[Room]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.Task[None] | None = None
        self._closing = False

    def __len__(self) -> int:
        return len(self._rooms)

    async def start(self) -> None:
        """Open the rooms of all shows that are on, so that their timers run."""
        for show_id in await self._store.shows_on_air():
            try:
                await self.get(show_id)
            except Exception:
                # One show that cannot be read must not keep all others away.
                log.exception("a show could not be opened", show=show_id)
        self._sweeper = asyncio.create_task(self._sweep(), name="room sweeper")

    async def get(self, show_id: str) -> Room:
        """The open room of a show, opened if need be. Raises ``not_found``."""
        room = self._rooms.get(show_id)
        if room and not room.closed and not room.fenced:
            return room
        if self._closing:
            raise Unavailable(message="The server is restarting. Try again in a moment.")
        opening = self._opening.get(show_id)
        if opening is None:
            opening = asyncio.create_task(self._open(show_id), name=f"open room {show_id}")
            self._opening[show_id] = opening
            opening.add_done_callback(lambda _: self._opening.pop(show_id, None))
        return await asyncio.shield(opening)

    async def _open(self, show_id: str) -> Room:
        state = await self._store.take_over(show_id)
        room = Room(
            self._store,
            state,
            clock=self._clock,
            on_stock=self._tell_others,
            on_published=self._on_published,
            observer=self._observer,
            opening=_opening(state),
        )
        self._rooms[show_id] = room
        if len(self._rooms) > CROWDED:
            self._spawn(self._make_room())
        return room

    async def _make_room(self) -> None:
        """Close some of the rooms that are open for nobody, longest idle first."""
        idle = [room for room in self._rooms.values() if self._is_idle(room, for_ms=1_000)]
        idle.sort(key=lambda room: room.idle_since or 0)
        for room in idle[: max(0, len(self._rooms) - CROWDED)]:
            await self._close(room)

    async def _close(self, room: Room) -> None:
        # Out of the table first: whoever comes now opens a fresh one.
        if self._rooms.get(room.show_id) is room:
            del self._rooms[room.show_id]
        await room.close()

    async def submit(self, show_id: str, envelope: Envelope) -> Json:
        """Hand a command to the show's room; see `Room.submit`."""
        room = await self.get(show_id)
        return await room.submit(envelope)

    async def tell(self, show_id: str, command: ServerCommand) -> None:
        """Submit what the server itself has to say, until it is decided.

        Nobody else would say it again: what could not be saved is repeated for about a minute.
        Refusals are logged, not raised.
        """
        for pause in (*TELL_PAUSES, None):
            try:
                await self.submit(show_id, Envelope(command))
            except LiveshowError as error:
                if error.code == "unavailable" and pause is not None and not self._closing:
                    await asyncio.sleep(pause)
                    continue
                log.warning("a show did not take a fact", show=show_id, code=error.code)
            return

    async def listing_changed(self, listing_id: str) -> None:
        """The closet or a mandate changed: bring every show with the listing in line."""
        for show_id in await self._store.shows_with(listing_id):
            await self.tell(show_id, ListingChanged(listing_id))

    def _tell_others(self, show_id: str, listings: frozenset[str]) -> None:
        """Stock changed in one show; other open rooms with the same listings look again.

        Rooms that are not open read the stock when they open.
        """
        for room in list(self._rooms.values()):
            if room.show_id == show_id or room.closed:
                continue
            for listing in listings:
                if room.state.by_listing(listing):
                    self._later(room.show_id, ListingChanged(listing))

    def _later(self, show_id: str, command: ServerCommand) -> None:
        """Tell a room without waiting for it: two rooms must never wait for each other."""
        self._spawn(self.tell(show_id, command))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sweep(self) -> None:
        forget_at = 0
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.close_idle()
                if self._clock() >= forget_at:
                    await self._store.forget_keys()
                    forget_at = self._clock() + FORGET_MS
            except Exception:
                log.exception("sweeping rooms failed")

    async def close_idle(self) -> None:
        """Close rooms that nobody watches and that have nothing to wait for."""
        for show_id, room in list(self._rooms.items()):
            if room.closed or room.fenced:
                self._rooms.pop(show_id, None)
            elif self._is_idle(room):
                await self._close(room)

    def _is_idle(self, room: Room, for_ms: int = IDLE_MS) -> bool:
        since = room.idle_since
        return (
            since is not None
            and self._clock() - since > for_ms
            and not room.state.on_air
            # Mandates that end are seen when the room opens again; holds must not wait for that.
            and not room.state.claims
        )

    async def close(self) -> None:
        """Flush and close every room."""
        self._closing = True
        if self._sweeper:
            self._sweeper.cancel()
        await asyncio.gather(*(room.close() for room in self._rooms.values()))
        self._rooms.clear()
