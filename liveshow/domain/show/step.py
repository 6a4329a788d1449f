"""``step``: one command, decided and applied. The heart of the product, without I/O.

A command gives events or raises a :class:`~liveshow.errors.LiveshowError`, in which case nothing
has changed. What it frees goes to the next in line in the same step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from liveshow.domain.show.commands import Answer, Envelope, Observe, Tick
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.events import Event, Record
from liveshow.domain.show.facts import Facts
from liveshow.domain.show.notices import Notices
from liveshow.domain.show.state import ShowState


@dataclass(slots=True)
class Outcome:
    """What a command led to. ``told``: ids of people who were given a notice."""

    records: list[Record] = field(default_factory=list)
    answer: Answer = field(default_factory=Answer)
    told: set[str] = field(default_factory=set)


def _nothing(record: Record) -> None:
    pass


def step(
    state: ShowState,
    envelope: Envelope,
    *,
    now: int,
    facts: Facts,
    mint: Callable[[], str],
    record: Callable[[Record], None] = _nothing,
    aside: frozenset[str] = frozenset(),
) -> Outcome:
    """Decide one command on ``state`` and apply what follows.

    ``now`` is database time in milliseconds, ``mint`` gives new ids, ``record`` is told each event
    right after it was applied (while ``state`` is exactly at that event), ``aside`` names what is
    not to be ended now.

    Raises:
        LiveshowError: the command is refused; ``state`` is unchanged.
        NotLoaded: a decision looked at what it had not asked for; a defect.
    """
    ctx = Context(state, now, facts, mint, envelope.actor, aside)
    for guard in state.machine.guards:
        guard(ctx, envelope)
    decision = _decide(ctx, envelope)
    course = _Course(ctx, record)
    course.take(decision.events)
    for follow in state.machine.follows:
        course.take(follow(ctx, tuple(course.outcome.records)))
    answer = decision.answer
    course.outcome.answer = answer if isinstance(answer, Answer) else answer(course.outcome.records)
    return course.outcome


def _decide(ctx: Context, envelope: Envelope) -> Decision:
    machine, command = ctx.state.machine, envelope.command
    if isinstance(command, Tick):
        return Decision(event for due in machine.due(ctx) for event in due.events)
    if isinstance(command, Observe):
        return Decision(event for feature in machine.features for event in feature.observe(ctx))
    return machine.does[type(command)].decide(ctx, command)


class _Course:
    """Events as they happen, one after the other."""

    def __init__(self, ctx: Context, record: Callable[[Record], None]) -> None:
        self.outcome = Outcome()
        self._ctx = ctx
        self._record = record

    def take(self, events: Iterable[Event]) -> None:
        for event in events:
            self._happen(event)

    def _happen(self, event: Event) -> None:
        state = self._ctx.state
        event.learned(self._ctx.facts, state)
        seq = state.seq + 1 if event.logged else state.seq
        state.apply(Record(seq, self._ctx.now, event))
        happened = Record(seq, self._ctx.now, event.completed(state))
        fresh = state[Notices].fresh
        if fresh:
            self.outcome.told.update(user for user, _ in fresh)
        self._record(happened)
        self.outcome.records.append(happened)
