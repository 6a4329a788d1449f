"""Deciding on what a batch has loaded: the same for a room and for a show that is planned."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from liveshow.domain.show.commands import Envelope
from liveshow.domain.show.context import Context
from liveshow.domain.show.facts import Facts, Here, Needs, Rules, everybody
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person
from liveshow.rooms.ports import Batch

# What is known leads to more questions: a payment to its claims, an undo to a message.
MAX_ROUNDS = 4


async def load_facts(
    batch: Batch,
    state: ShowState,
    envelopes: Sequence[Envelope],
    rules: Rules,
    mint: Callable[[], str],
    here: Here = everybody,
) -> Facts:
    """Load, and lock, exactly what the commands and time's passing need.

    What locks rows is loaded last and at once, so that two rooms lock in the same order.
    """
    facts = Facts(rules, here)

    def needed() -> Needs:
        def ctx(who: Person | None) -> Context:
            return Context(state, batch.now, facts, mint, who)

        machine = state.machine
        needs = Needs().update(machine.due_needs(ctx(None)))
        for envelope in envelopes:
            needs.update(machine.needs(ctx(envelope.actor), envelope.command))
        return needs

    needs = needed()
    for _ in range(MAX_ROUNDS):
        missing = needs.missing(facts, locks=False)
        if not missing:
            break
        await batch.load(missing, facts)
        needs = needed()
    await batch.load(needs.missing(facts, locks=True), facts)
    return facts
