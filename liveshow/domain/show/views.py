"""What clients see of a show: the snapshot, and the private state of one person.

Both are composed of the sections that the features give.
"""

from __future__ import annotations

from typing import Any

from liveshow.domain.show.facts import Rules
from liveshow.domain.show.feature import Look
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Value


class Snapshot(Value, frozen=True):
    """A show at one event. ``state`` has the shape of `Machine.state_view`."""

    epoch: int
    seq: int
    now: int
    state: Any


def state_view(state: ShowState, rules: Rules, now: int, *, staff: bool) -> Any:
    """The ``state`` of a snapshot, for staff or for everybody else."""
    look = Look(state, rules, now, staff)
    sections = {
        section.name: section.view(look)
        for feature in state.machine.features
        for section in feature.snapshot
        if staff or not section.staff_only
    }
    return state.machine.state_view(**sections)


def snapshot(state: ShowState, rules: Rules, now: int, *, staff: bool) -> Snapshot:
    """The ``snapshot`` message of the show channel."""
    return Snapshot(state.epoch, state.seq, now, state_view(state, rules, now, staff=staff))


def mine(look: Look, who: Person) -> Any:
    """Everything in this show that concerns one person, up to the event ``seq``."""
    state = look.state
    sections = {
        section.name: section.view(look, who)
        for feature in state.machine.features
        for section in feature.mine
    }
    return state.machine.mine_view(
        epoch=state.epoch, seq=state.seq, now=look.now, user=who, **sections
    )
