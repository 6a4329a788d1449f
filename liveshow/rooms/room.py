"""The owner task of one show.

Commands queue up; the task takes whatever has arrived as one batch, decides them in order, commits
once, then publishes and acknowledges. Nothing else changes the show's state.

A room has its state twice. ``state`` is what is committed; batches are decided on a copy that is
ahead of it, and what they did is applied to ``state`` after the commit. Readers therefore never
wait for the database, however long a commit takes.

If the commit fails, the copy is thrown away and the state read again. Every command of the batch
gets one more try, alone; what cannot be saved then is refused as ``unavailable``, and may be
repeated under the same key. What time ends is isolated the same way (``liveshow.rooms.aside``), so
that one row that cannot be written does not stop the show. If another process has taken the show
over, the room closes itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from liveshow.clock import Clock, Skips, steady_clock
from liveshow.domain.show.commands import Answer, Envelope, ServerCommand
from liveshow.domain.show.context import Context
from liveshow.domain.show.events import Record
from liveshow.domain.show.facts import Facts, Here, Rules, everybody
from liveshow.domain.show.state import ShowState
from liveshow.errors import LiveshowError, StoreUnavailable, Unavailable
from liveshow.ids import new_id
from liveshow.rooms import news
from liveshow.rooms.answers import Ack, keys_of
from liveshow.rooms.aside import Aside
from liveshow.rooms.course import Course, Crashed
from liveshow.rooms.deciding import load_facts
from liveshow.rooms.inbox import Inbox, Waiting, refuse
from liveshow.rooms.observing import FailureLog, RoomObserver
from liveshow.rooms.ports import (
    FencedOut,
    Published,
    RoomStore,
    StockChanged,
    Subscriber,
)

log = structlog.get_logger(__name__)

# A deadline is looked at again before it comes: wall clock and database clock may differ. One that
# is near every few seconds, one that is far away less often.
MAX_SLEEP_MS = 5_000
FAR_SLEEP_MS = 30_000
# Between two tries to commit while the database does not answer, seconds; it doubles.
FIRST_PAUSE = 0.1
MAX_PAUSE = 2.0


_OUR_FAULT = "Something went wrong here. It has been logged; try something else meanwhile."


class Room:
    """Owns the state of one show. Made by the registry, which also closes it."""

    def __init__(
        self,
        store: RoomStore,
        state: ShowState,
        *,
        rules: Rules,
        clock: Clock,
        on_stock: StockChanged,
        on_published: Subscriber = lambda published: None,
        observer: RoomObserver,
        mint: Callable[[], str] = new_id,
        opening: Sequence[ServerCommand] = (),
        steady: Clock = steady_clock,
        here: Here = everybody,
    ) -> None:
        """``opening``: what is to be decided before anything else, time's passing included.

        ``here``: who is connected to the show.
        """
        # What is committed; `_turn` and `_reload` change it, right before they publish.
        self.state = state
        self.idle_since: int | None = clock()
        self.fenced = False
        # --- given
        self._store = store
        self._rules = rules
        self._clock = clock
        self._on_stock = on_stock
        self._on_published = on_published
        self._observer = observer
        self._mint = mint
        self._here = here
        # --- filled by whoever submits or subscribes
        self._inbox = Inbox()
        self._subscribers: list[Subscriber] = []
        self._closing = False
        # --- the task's own
        # The state with the batch that is being decided; made when it is needed.
        self._ahead: ShowState | None = None
        # Whether `_ahead` has been changed by the present batch.
        self._decided = False
        self._pause = FIRST_PAUSE
        self._turning = False
        self._aside = Aside()
        self._trial = False
        # Ids of what time ends in the present batch.
        self._ending: list[str] = []
        self._failures = FailureLog(state.id)
        # The database's clock minus this machine's, ms.
        self._clock_offset = 0
        self._skips = Skips(steady)
        for command in opening:
            self._inbox.put(Envelope(command), lasting=True)
        self._task = asyncio.create_task(self._run(), name=f"room {state.id}")

    # --- what others may do ----------------------------------------------------------------

    @property
    def show_id(self) -> str:
        return self.state.id

    @property
    def closed(self) -> bool:
        return self._task.done()

    @property
    def at_rest(self) -> bool:
        """Whether nothing is being decided, or waits to be."""
        return not (self._inbox or self._turning)

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

    async def submit(self, envelope: Envelope) -> Answer:
        """Queue a command and return its answer once it is committed.

        Raises:
            LiveshowError: it was refused (nothing changed), or `unavailable`: it was not decided
                in time and may be repeated under the same key.
        """
        if self._closing or self.closed:
            raise Unavailable(message="The show is moving to another server. Try again.")
        return await self._inbox.submit(envelope)

    async def close(self) -> None:
        """Decide what has arrived, then stop."""
        self._closing = True
        self._inbox.arrived.set()
        await asyncio.wait([self._task])

    # --- the task --------------------------------------------------------------------------

    async def _run(self) -> None:
        try:
            while self._inbox or not self._closing:
                await self._until_something_to_do()
                if self._inbox or self._due():
                    self._turning = True
                    await self._turn()
                    self._turning = False
                    # Whoever waits for the answers gets a turn in between two batches.
                    await asyncio.sleep(0)
        finally:
            self._inbox.refuse_all()

    async def _until_something_to_do(self) -> None:
        if self._inbox or self._closing:
            return
        self._inbox.arrived.clear()
        deadline = self._deadline()
        timeout = None
        if deadline is not None:
            left = max(deadline - self._now(), 0)
            timeout = min(left, max(MAX_SLEEP_MS, min(left // 10, FAR_SLEEP_MS))) / 1000
        try:
            async with asyncio.timeout(timeout):
                await self._inbox.arrived.wait()
        except TimeoutError:
            pass

    def _deadline(self) -> int | None:
        """When there is something to do although nobody asks, in milliseconds, or None."""
        machine, now = self.state.machine, self._now()
        deadlines = (
            machine.next_deadline(self._ahead or self.state, self._aside.things()),
            self._aside.again_at(now),
        )
        return min((at for at in deadlines if at is not None), default=None)

    def _due(self) -> bool:
        deadline = self._deadline()
        return deadline is not None and deadline <= self._now()

    def _now(self) -> int:
        """The database's time, as far as this machine's clock can tell."""
        return self._clock() + self._clock_offset

    def _take(self) -> list[Waiting]:
        """Commands take turns with what is set aside, which is tried without any."""
        again_at = self._aside.again_at(self._now())
        trial = again_at is not None and again_at <= self._now()
        self._trial = trial and not (self._inbox and self._trial)
        return [] if self._trial else self._inbox.take()

    async def _turn(self) -> None:
        """Take what has arrived and decide it; whatever goes wrong stays inside this batch."""
        taken = self._take()
        self._ending = []
        started = asyncio.get_running_loop().time()
        self._decided = False
        try:
            acks, records, told = await self._commit(taken)
        except Crashed as crash:
            # A defect of ours: whoever met it is told, everybody else is decided without it.
            log.error("a command crashed", show=self.show_id, exc_info=crash.__cause__)
            culprit = taken.pop(crash.index)
            culprit.answer(Ack(refusal=LiveshowError(message=_OUR_FAULT)))
            self._inbox.put_back(taken)
            await self._reload()
            return
        except FencedOut:
            log.warning("another process has taken the show over", show=self.show_id)
            self.fenced = self._closing = True
            refuse(taken)
            return
        except StoreUnavailable:
            # It is nobody's fault in here, so nothing is tried one by one.
            await self._out_of_order(taken)
            return
        except Exception as error:
            self._isolate(taken, error)
            await self._reload()
            return
        finally:
            self._observer.batch(len(taken), asyncio.get_running_loop().time() - started)
        self._pause = FIRST_PAUSE
        self._follow(records)
        if records:
            self._publish(news.published(self.state, records, told))
        for waiting, ack in zip(taken, acks, strict=True):
            waiting.answer(ack)
        if stock := news.stock_in(self.state, records):
            self._on_stock(self.show_id, stock)

    def _isolate(self, taken: list[Waiting], error: Exception) -> None:
        """What it was is not known: one of the batch, or the database. Each is tried alone next."""
        self._failures.report(error, commands=len(taken), ending=len(self._ending))
        refuse(waiting for waiting in taken if waiting.failed)
        again = [waiting for waiting in taken if not waiting.failed]
        for waiting in again:
            waiting.failed = True
        self._inbox.put_back(again)
        if not self._trial:
            self._aside.suspect(self._ending)
        elif self._ending and (trial := self._aside.failed(self._ending, self._now())):
            (thing,) = self._ending
            kind = thing.partition(":")[0]
            if trial.tries == 1:
                log.error(
                    "something is set aside: it cannot be saved", show=self.show_id, what=thing
                )
                self._observer.aside(kind)

    def _passes(self, state: ShowState, facts: Facts, now: int, *, alone: bool) -> frozenset[str]:
        """Return what time does not end in this batch; what it ends is in ``_ending``.

        ``alone``: a command is tried without anything that could fail beside it.
        """
        ctx = Context(state, now, facts, self._mint)
        passed = [due.id for due in state.machine.due(ctx)]
        if alone:
            self._ending = []
        elif self._trial:
            self._ending = self._aside.take(passed, now)
        else:
            aside = self._aside.things()
            self._ending = [thing for thing in passed if thing not in aside]
        return frozenset(passed).difference(self._ending)

    def _follow(self, records: list[Record]) -> None:
        """Bring ``state`` to what has just been committed."""
        try:
            for record in records:
                self.state.apply(record)
        except Exception:
            log.exception("events could not be applied again", show=self.show_id)
            assert self._ahead is not None
            self.state = self._ahead.copy()

    async def _out_of_order(self, taken: list[Waiting]) -> None:
        """The database does not answer: refuse what was asked, and try again after a while."""
        refuse(waiting for waiting in taken if not waiting.lasting)
        if not self._closing:
            self._inbox.put_back([waiting for waiting in taken if waiting.lasting])
        if self._decided:
            # Whether it was committed is not known.
            await self._reload()
        elif not self._closing:
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, MAX_PAUSE)

    async def _commit(self, taken: list[Waiting]) -> tuple[list[Ack], list[Record], set[str]]:
        """Decide a batch and commit it; return the answers, what happened, and who was told."""
        if self._ahead is None:
            self._ahead = self.state.copy()
        state = self._ahead
        envelopes = [waiting.envelope for waiting in taken]
        async with self._store.batch(state.id, state.epoch) as batch:
            self._clock_offset = batch.now - self._clock()
            known = await batch.answers(keys_of(envelopes))
            facts = await load_facts(batch, state, envelopes, self._rules, self._mint, self._here)
            aside = self._passes(state, facts, batch.now, alone=bool(taken) and taken[0].failed)
            self._decided = True
            course = Course(state, batch, facts, known, aside, self._mint)
            acks = course.take(envelopes, skipped=self._skips.until(batch.now))
            await batch.flush(state)
        self._skips.mark(batch.now)
        self._aside.saved(self._ending)
        for envelope, ack in zip(envelopes, acks, strict=True):
            self._observer.command(envelope.name, ack.outcome)
        for record in course.records:
            self._observer.event(record.event.type)
        return acks, course.records, course.told

    async def _reload(self) -> None:
        """Start again from what is committed; replicas notice the new epoch."""
        self._ahead = None
        while not self._closing:
            try:
                fresh = await self._store.take_over(self.show_id)
            except Exception as error:
                if not isinstance(error, StoreUnavailable):
                    self._failures.report(error)
                self._inbox.refuse_waiting()
                await asyncio.sleep(self._pause)
                self._pause = min(2 * self._pause, MAX_PAUSE)
                continue
            self.state = fresh
            self._publish(Published(self.show_id, fresh.epoch, (), frozenset(), urgent=True))
            return
        # The state in memory may not be what is committed: nothing is decided on it any more.
        self._inbox.refuse_all()

    def _publish(self, published: Published) -> None:
        for subscriber in [self._on_published, *self._subscribers]:
            try:
                subscriber(published)
            except Exception:
                log.exception("a subscriber failed", show=self.show_id)
