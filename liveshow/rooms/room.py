"""The owner task of one show.

Commands queue up; the task takes whatever has arrived as one batch, decides them in order, commits
once, then publishes and acknowledges. Nothing else changes the show's state.

If the commit fails, the state in memory is thrown away and read again; everybody in the batch
hears ``unavailable`` and may repeat the command under the same key. If another process has
taken the show over, the room closes itself.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from liveshow.clock import Clock
from liveshow.domain.commands import (
    Envelope,
    ListingChanged,
    Opened,
    ServerCommand,
    StreamDown,
    Tick,
)
from liveshow.domain.decide import Outcome, step
from liveshow.domain.decisions.claims import next_deadline
from liveshow.domain.events import Event
from liveshow.domain.state import Json, ShowState
from liveshow.errors import Conflict, LiveshowError, Unavailable
from liveshow.ids import new_id
from liveshow.rooms import news
from liveshow.rooms.answers import digest_of, key_of, keys_of, refusal, refused
from liveshow.rooms.ports import (
    Answer,
    Batch,
    FencedOut,
    Published,
    RoomStore,
    StockChanged,
    Subscriber,
)
from liveshow.rooms.snapshots import Snapshots

log = structlog.get_logger(__name__)

# More commands than this waiting: the newcomer is told `unavailable`.
MAX_WAITING = 20_000
# The most that one transaction decides: bounds how long an acknowledgement waits for others.
MAX_BATCH = 1_000
# A deadline is looked at again at least this often: wall clock and database clock may differ.
MAX_SLEEP_MS = 5_000


@dataclass(slots=True)
class _Waiting:
    envelope: Envelope
    answered: asyncio.Future[Json]
    # A batch that it was in could not be committed: it is decided alone next time.
    failed: bool = False


@dataclass(slots=True)
class RoomObserver:
    """What a room counts; the defaults count nothing."""

    batch: Callable[[int, float], None] = lambda commands, seconds: None
    command: Callable[[str, str], None] = lambda name, outcome: None
    event: Callable[[str], None] = lambda kind: None


class _Crashed(Exception):
    """Deciding the command at ``index`` raised something that is not a refusal."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


_OUR_FAULT = "Something went wrong here. It has been logged; try something else meanwhile."


class Room:
    """Owns the state of one show. Made by the registry, which also closes it."""

    def __init__(
        self,
        store: RoomStore,
        state: ShowState,
        *,
        clock: Clock,
        on_stock: StockChanged,
        on_published: Subscriber = lambda published: None,
        observer: RoomObserver,
        mint: Callable[[], str] = new_id,
        opening: Sequence[ServerCommand] = (),
    ) -> None:
        """``opening``: what is to be decided before anything else, time's passing included."""
        self.state = state
        self.snapshots = Snapshots()
        self._store = store
        self._clock = clock
        self._on_stock = on_stock
        self._on_published = on_published
        self._observer = observer
        self._mint = mint
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._subscribers: list[Subscriber] = []
        self._closing = False
        # Somebody may be next in line for what was freed while this room was not there.
        self._just_opened = bool(state.waitlists)
        self._clock_offset = 0
        # Set while `state` is what is committed; clear while a batch is being decided on it.
        self._committed = asyncio.Event()
        self._committed.set()
        self.idle_since: int | None = clock()
        self.fenced = False
        for command in opening:
            self._queue(Envelope(command))
        self._task = asyncio.create_task(self._run(), name=f"room {state.id}")

    # --- what others may do ----------------------------------------------------------------

    @property
    def show_id(self) -> str:
        return self.state.id

    @property
    def closed(self) -> bool:
        return self._task.done()

    @property
    def busy(self) -> bool:
        """Whether ``state`` is ahead of what is committed, so that nobody may be shown it."""
        return not self._committed.is_set()

    async def settled(self) -> ShowState:
        """Wait until ``state`` is what is committed, and return it.

        It stays so until the caller awaits something.
        """
        while self.busy:
            await self._committed.wait()
        return self.state

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Be told of every batch after its commit, in order; call the result to stop.

        The subscriber must not block. What it sees starts exactly after the present ``state.seq``.
        """
        self._subscribers.append(subscriber)
        self.idle_since = None

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)
            if not self._subscribers:
                self.idle_since = self._clock()

        return unsubscribe

    async def submit(self, envelope: Envelope) -> Json:
        """Queue a command and return its answer once it is committed.

        Raises:
            LiveshowError: it was refused (nothing changed), or `unavailable`: it was not decided
                and may be repeated under the same key.
        """
        if self._closing or self.closed:
            raise Unavailable(message="The show is moving to another server. Try again.")
        if len(self._waiting) >= MAX_WAITING:
            raise Unavailable(message="Too much is going on. Try again in a moment.")
        ack = await asyncio.shield(self._queue(envelope))
        if ack["ok"]:
            return {name: value for name, value in ack.items() if name != "ok"}
        raise refused(ack["error"])

    def _queue(self, envelope: Envelope) -> asyncio.Future[Json]:
        answered: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(envelope, answered))
        self._arrived.set()
        return answered

    async def close(self) -> None:
        """Decide what has arrived, then stop."""
        self._closing = True
        self._arrived.set()
        await asyncio.wait([self._task])

    # --- the task --------------------------------------------------------------------------

    async def _run(self) -> None:
        try:
            while not (self._closing and not self._waiting):
                await self._until_something_to_do()
                if self._waiting or self._due() or self._just_opened:
                    await self._turn()
                    # Whoever waits for `settled` gets a look in between two batches.
                    await asyncio.sleep(0)
        finally:
            self._refuse_rest()

    async def _until_something_to_do(self) -> None:
        if self._waiting or self._closing or self._just_opened:
            return
        self._arrived.clear()
        deadline = next_deadline(self.state)
        timeout = None
        if deadline is not None:
            timeout = min(max(deadline - self._now(), 0), MAX_SLEEP_MS) / 1000
        try:
            async with asyncio.timeout(timeout):
                await self._arrived.wait()
        except TimeoutError:
            pass

    def _due(self) -> bool:
        deadline = next_deadline(self.state)
        return deadline is not None and deadline <= self._now()

    def _now(self) -> int:
        """The database's time, as far as this machine's clock can tell."""
        return self._clock() + self._clock_offset

    def _take(self) -> list[_Waiting]:
        """What is decided next: whatever waits, but who was in a failed batch goes alone."""
        taken: list[_Waiting] = []
        while self._waiting and len(taken) < MAX_BATCH:
            if self._waiting[0].failed and taken:
                break
            taken.append(self._waiting.popleft())
            if taken[0].failed:
                break
        return taken

    async def _turn(self) -> None:
        """Take what has arrived and decide it; whatever goes wrong stays inside this batch."""
        taken = self._take()
        started = asyncio.get_running_loop().time()
        self._committed.clear()
        try:
            acks, published, stock = await self._commit(taken)
        except _Crashed as crash:
            # A defect of ours: whoever met it is told, everybody else is decided without it.
            log.error("a command crashed", show=self.show_id, exc_info=crash.__cause__)
            culprit = taken.pop(crash.index)
            if not culprit.answered.done():
                culprit.answered.set_result(refusal(LiveshowError(message=_OUR_FAULT)))
            self._waiting.extendleft(reversed(taken))
            await self._reload()
            return
        except FencedOut:
            log.warning("another process has taken the show over", show=self.show_id)
            self.fenced = self._closing = True
            self._refuse(taken)
            return
        except Exception:
            # What it was is not known: one of them, or the database. Each gets one more try, alone.
            log.exception("a batch could not be committed", show=self.show_id, commands=len(taken))
            self._refuse([waiting for waiting in taken if waiting.failed])
            again = [waiting for waiting in taken if not waiting.failed]
            for waiting in again:
                waiting.failed = True
            self._waiting.extendleft(reversed(again))
            await self._reload()
            return
        finally:
            self._committed.set()
            self._observer.batch(len(taken), asyncio.get_running_loop().time() - started)
        if published.events:
            self._publish(published)
        for waiting, ack in zip(taken, acks, strict=True):
            if not waiting.answered.done():
                waiting.answered.set_result(ack)
        if stock:
            self._on_stock(self.show_id, stock)

    async def _commit(self, taken: list[_Waiting]) -> tuple[list[Json], Published, frozenset[str]]:
        state = self.state
        events: list[Event] = []
        acks: list[Json] = []
        order = sorted(range(len(taken)), key=lambda index: _rank(taken[index].envelope))
        decided: dict[int, Json] = {}
        async with self._store.batch(state.id, state.epoch) as batch:
            envelopes = [waiting.envelope for waiting in taken]
            known = await batch.answers(keys_of(envelopes))
            tick = Envelope(Tick())
            self._clock_offset = batch.now - self._clock()
            opened = [Envelope(Opened())] if self._just_opened else []
            facts, first = await batch.prepare(state, [*envelopes, tick, *opened])

            def run(envelope: Envelope) -> Outcome:
                outcome = step(
                    state,
                    envelope,
                    now=batch.now,
                    facts=facts,
                    mint=self._mint,
                    record=lambda event: batch.record(state, event),
                )
                events.extend(outcome.events)
                return outcome

            def run_all(*several: Envelope) -> None:
                for envelope in several:
                    run(envelope)

            run_all(*first)
            ticked = False
            for index in order:
                if not ticked and _rank(envelopes[index]) > 0:
                    run_all(tick, *opened)
                    ticked = True
                try:
                    decided[index] = self._decide(envelopes[index], known, batch, run)
                except Exception as error:
                    raise _Crashed(index) from error
            if not ticked:
                run_all(tick, *opened)
            await batch.flush(state)
        self._just_opened = False
        acks = [decided[index] for index in range(len(taken))]
        for event in events:
            self._observer.event(event.type)
        return acks, news.published(state, envelopes, events), news.stock_in(state, events)

    def _decide(
        self,
        envelope: Envelope,
        known: dict[tuple[str, str], Answer],
        batch: Batch,
        run: Callable[[Envelope], Outcome],
    ) -> Json:
        """One command's acknowledgement; the first one when its key has been seen."""
        slot = key_of(envelope)
        digest = digest_of(envelope) if slot else ""
        if slot and (before := known.get(slot)):
            if before.digest != digest:
                return refusal(Conflict("key_reused", "This key was used for something else."))
            return before.ack
        try:
            ack: Json = {"ok": True, **run(envelope).answer}
        except LiveshowError as error:
            ack = refusal(error)
        self._observer.command(envelope.name, "ok" if ack["ok"] else ack["error"]["code"])
        if slot:
            answer = Answer(slot, digest, ack)
            known[slot] = answer
            batch.remember(answer)
        return ack

    async def _reload(self) -> None:
        """Start again from what is committed; replicas notice the new epoch."""
        pause = 0.1
        while not self._closing:
            try:
                fresh = await self._store.take_over(self.show_id)
            except Exception:
                log.exception("a room could not be read again", show=self.show_id)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
                continue
            self.state = fresh
            self._just_opened = bool(fresh.waitlists)
            self._publish(Published(self.show_id, fresh.epoch, (), frozenset(), urgent=True))
            return
        # The state in memory is not what is committed: nothing may be decided on it any more.
        self._just_opened = False
        self._refuse_rest()

    def _publish(self, published: Published) -> None:
        for subscriber in [self._on_published, *self._subscribers]:
            try:
                subscriber(published)
            except Exception:
                log.exception("a subscriber failed", show=self.show_id)

    def _refuse(self, taken: list[_Waiting]) -> None:
        ack = refusal(Unavailable(message="That could not be saved. Try again."))
        for waiting in taken:
            if not waiting.answered.done():
                waiting.answered.set_result(ack)

    def _refuse_rest(self) -> None:
        self._refuse(list(self._waiting))
        self._waiting.clear()


def _rank(envelope: Envelope) -> int:
    """The order within a batch; clients' commands keep the order of their arrival."""
    match envelope.command:
        case StreamDown(reason="restart"):
            return 0  # before time's passing: nothing ran out while nobody was here
        case ListingChanged():
            return 1  # what the closet changed was read before anything in this batch
    return 2
