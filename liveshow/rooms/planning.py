"""Planning a show: what its host decides before anything happens in it.

A show begins with the first event of its log, which is decided and written as all that follow.
From then on the show is its room's.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from liveshow import budgets
from liveshow.domain.features import MACHINE
from liveshow.domain.running.commands import CreateShow
from liveshow.domain.show.commands import Envelope
from liveshow.domain.show.facts import Rules
from liveshow.domain.show.state import ShowState
from liveshow.domain.show.step import step
from liveshow.domain.values import Person
from liveshow.errors import Conflict
from liveshow.ids import new_id
from liveshow.rooms.deciding import load_facts
from liveshow.rooms.ports import Batch

# Of one host: every one that has a listing is told of each of its changes.
MAX_PLANNED = budgets.PLANNED_SHOWS.amount


class PlanStore(Protocol):
    """Implemented by ``liveshow.store.room.store.SqlRoomStore``."""

    def planning(
        self, show_id: str, host_id: str
    ) -> AbstractAsyncContextManager[tuple[int, Batch]]:
        """Begin a transaction in which the host can plan no other show.

        Gives how many shows of the host are not over, and the batch of the new one.
        """


class Planning:
    """Makes new shows."""

    def __init__(self, store: PlanStore, rules: Rules) -> None:
        self._store = store
        self._rules = rules

    async def plan(
        self, host: Person, wanted: CreateShow, *, show_id: str | None = None
    ) -> ShowState:
        """Make a show, a draft unless it is scheduled, and return its state.

        Raises ``in_the_past``, ``unknown_photo``, and ``conflict`` when the host has too many.
        """
        state = MACHINE.new_state(show_id or new_id())
        envelope = Envelope(wanted, host)
        async with self._store.planning(state.id, host.id) as (planned, batch):
            if planned >= MAX_PLANNED:
                raise Conflict(
                    "conflict",
                    f"You can have {MAX_PLANNED} shows that are not over. End one of them first.",
                )
            facts = await load_facts(batch, state, [envelope], self._rules, new_id)
            step(
                state,
                envelope,
                now=batch.now,
                facts=facts,
                mint=new_id,
                record=lambda record: batch.record(state, record),
            )
            await batch.flush(state)
        return state
