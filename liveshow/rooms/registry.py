"""Which rooms are open here. Opens them when they are needed, closes them when they are not.

A room is needed for what has an owner: commands, shows that are on air, what is held, and what
ends by time where somebody watches. Reading is
answered from the open room, or from what was committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import structlog

from liveshow import budgets
from liveshow.clock import Clock, steady_clock
from liveshow.domain.claims.state import Claims
from liveshow.domain.giveaways.state import Giveaways
from liveshow.domain.run_of_show.commands import ListingChanged
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.running.commands import Rename, StreamDown
from liveshow.domain.show.chat_lines import ChatLines
from liveshow.domain.show.commands import Answer, Envelope, ServerCommand
from liveshow.domain.show.facts import Rules
from liveshow.domain.show.people import tells_of
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person
from liveshow.errors import LiveshowError, StoreUnavailable, Unavailable
from liveshow.rooms.committed import CommittedStates
from liveshow.rooms.feeds import LocalFeed
from liveshow.rooms.observing import RoomObserver
from liveshow.rooms.ports import RoomStore, Subscriber
from liveshow.rooms.room import Room
from liveshow.single_flight import SingleFlight

log = structlog.get_logger(__name__)

IDLE_MS = 60_000
# With more rooms open than this, those that nobody needs are closed at once.
CROWDED = budgets.OPEN_ROOMS.amount
SWEEP_SECONDS = 20.0
# Between tries to tell a room what only the server knows, seconds.
TELL_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 20.0)
FORGET_MS = 3_600_000
# How long a command waits for its show's room to open, seconds.
OPEN_SECONDS = 8.0
# How long rooms have to commit what they were asked, when the server ends, seconds.
CLOSE_SECONDS = 3.0


def _opening(state: ShowState) -> list[ServerCommand]:
    """What a room must know that finds its show on air when it opens.

    Whoever broadcast is gone with the process that held the show before: it is interrupted since
    the last thing that happened in it, so that no hold ran out while nobody was there.
    """
    show, lines = state.show, state[ChatLines].newest
    if show.status != "live" or not (show.streaming or state[Claims].holds):
        return []
    last = lines[-1].at if lines else None
    return [StreamDown("restart", at=last)]


def _promises(state: ShowState) -> bool:
    """Whether a show has promised something that ends by time, even when it is over."""
    return bool(state[Claims].holds or state[Giveaways].drawn() or state[Giveaways].running)


def _needs_owner(state: ShowState) -> bool:
    """Whether something happens in a show although nobody asks for it.

    Where people wait for the start, what time ends is told, too: a mute, a mandate.
    """
    if state.show.on_air or _promises(state):
        return True
    return state.show.status != "ended" and state.machine.next_deadline(state) is not None


class RoomRegistry:
    """Implements ``liveshow.rooms.directory.Directory``: every room in this process."""

    def __init__(
        self,
        store: RoomStore,
        *,
        rules: Rules,
        clock: Clock,
        observer: RoomObserver | None = None,
        on_published: Subscriber = lambda published: None,
        steady: Clock = steady_clock,
        here: Callable[[str, str], bool] = lambda show, user: True,
    ) -> None:
        """``on_published`` is told what every room has committed, whoever else listens.

        ``here``: whether somebody is connected to a show, by the ids of both.
        """
        self._here_now = here
        self._on_published = on_published
        self._store = store
        self._rules = rules
        self._clock = clock
        self._steady = steady
        self._observer = observer or RoomObserver()
        self._rooms: dict[str, Room] = {}
        self._committed = CommittedStates(store, clock)
        self._feeds: dict[str, list[LocalFeed]] = {}
        # Shows that have to have a room and could not be read yet.
        self._missing: set[str] = set()
        self._opening: SingleFlight[Room] = SingleFlight()
        self._tasks: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.Task[None] | None = None
        self._closing = False

    def __len__(self) -> int:
        return len(self._rooms)

    async def start(self) -> None:
        """Open the rooms of all shows whose time runs."""
        self._missing = set(await self._store.shows_to_open())
        await self._open_missing()
        self._sweeper = asyncio.create_task(self._sweep(), name="room sweeper")

    async def _open_missing(self) -> None:
        for show_id in list(self._missing):
            try:
                await self.get(show_id)
            except StoreUnavailable:
                return  # the sweeper tries again
            except Exception:
                # One show that cannot be read must not keep all others away.
                log.exception("a show could not be opened", show=show_id)
            self._missing.discard(show_id)

    # --- reading -----------------------------------------------------------------------------

    def _here(self, show_id: str) -> Room | None:
        """The room of a show, if it is open here."""
        room = self._rooms.get(show_id)
        return room if room and not room.closed and not room.fenced else None

    async def snapshot(self, show_id: str) -> ShowState:
        room = self._here(show_id)
        return room.state if room else await self._committed.get(show_id)

    async def subscribe(self, show_id: str) -> LocalFeed:
        feed = LocalFeed(show_id, self._store, self._unsubscribed)
        # In the table first: a room that opens while the state is read takes it over.
        self._feeds.setdefault(show_id, []).append(feed)
        try:
            await self._fill(feed)
        except BaseException:
            feed.close()
            raise
        return feed

    async def _fill(self, feed: LocalFeed) -> None:
        if room := self._here(feed.show_id):
            feed.attach(room)
            return
        state = await self._committed.get(feed.show_id)
        if not feed.owned and _needs_owner(state):
            await self.get(feed.show_id)
        if not feed.owned:
            feed.fill(state)

    def _unsubscribed(self, feed: LocalFeed) -> None:
        feeds = self._feeds.get(feed.show_id, [])
        if feed in feeds:
            feeds.remove(feed)
        if not feeds:
            self._feeds.pop(feed.show_id, None)

    # --- rooms -------------------------------------------------------------------------------

    async def get(self, show_id: str) -> Room:
        """The open room of a show, opened if need be. Raises ``not_found``."""
        if room := self._here(show_id):
            return room
        if self._closing:
            raise Unavailable(message="The server is restarting. Try again in a moment.")
        return await self._opening.do(show_id, lambda: self._open(show_id))

    async def _open(self, show_id: str) -> Room:
        state = await self._store.take_over(show_id)
        room = Room(
            self._store,
            state,
            rules=self._rules,
            clock=self._clock,
            on_stock=self._tell_others,
            on_published=self._on_published,
            observer=self._observer,
            opening=_opening(state),
            steady=self._steady,
            here=partial(self._here_now, show_id),
        )
        self._rooms[show_id] = room
        self._committed.forget(show_id)
        for feed in self._feeds.get(show_id, ()):
            feed.attach(room)
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

    async def submit(self, show_id: str, envelope: Envelope) -> Answer:
        """Hand a command to the show's room; see `Room.submit`."""
        room = self._here(show_id) or await self._get_in_time(show_id)
        return await room.submit(envelope)

    async def _get_in_time(self, show_id: str) -> Room:
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                return await self.get(show_id)
        except TimeoutError:
            raise StoreUnavailable(message="The show cannot be opened. Try again.") from None

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

    def renamed(self, user: Person) -> None:
        """Tell the rooms of shows that tell of somebody; one opens where people wait for it."""
        for show_id, state in self._watched().items():
            if tells_of(state, user.id):
                self._later(show_id, Rename(user))

    def _watched(self) -> dict[str, ShowState]:
        """The states of open rooms, and of shows to come that somebody watches."""
        known = {room.show_id: room.state for room in self._rooms.values() if not room.closed}
        for watched, feeds in self._feeds.items():
            if feeds[0].filled and feeds[0].state.show.status != "ended":
                known.setdefault(watched, feeds[0].state)
        return known

    def _tell_others(self, show_id: str, listings: frozenset[str]) -> None:
        """Stock changed in one show; other shows that are watched look again.

        Rooms that are not open read the stock when they open. One opens for this when somebody
        watches a show that is still to come.
        """
        self._committed.forget_listings(listings)
        known = self._watched()
        known.pop(show_id, None)
        for other, state in known.items():
            for listing in listings:
                if state[RunOfShow].by_listing(listing):
                    self._later(other, ListingChanged(listing))

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
                await self._open_missing()
                await self.close_idle()
                if self._clock() >= forget_at:
                    await self._store.forget_keys()
                    forget_at = self._clock() + FORGET_MS
            except StoreUnavailable:
                continue
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
            # What it still commits while it closes, whoever subscribes meanwhile would miss.
            and room.at_rest
            and self._clock() - since > for_ms
            and not room.state.show.on_air
            # Mandates that end are seen when the room opens again; promises must not wait for that.
            and not _promises(room.state)
        )

    async def close(self) -> None:
        """Flush and close every room. One whose commit hangs is left to its fate after a while."""
        self._closing = True
        if self._sweeper:
            self._sweeper.cancel()
        closing = [asyncio.create_task(room.close()) for room in self._rooms.values()]
        if closing:
            _, late = await asyncio.wait(closing, timeout=CLOSE_SECONDS)
            for task in late:
                task.cancel()
        self._rooms.clear()
