"""Encoded snapshots are shared, say what the state says, and have a bound."""

from __future__ import annotations

import json

import pytest

from liveshow.domain.features import MACHINE
from liveshow.domain.show.facts import Rules
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person
from liveshow.rooms import snapshots
from liveshow.rooms.snapshots import Snapshots


def show(show_id: str = "show", *, name: str = "Hana", description: str = "") -> ShowState:
    state = MACHINE.new_state(show_id)
    state.show.host = Person("host", "host", name)
    state.show.description = description
    return state


def test_whoever_asks_at_one_event_shares_one_snapshot() -> None:
    kept, state = Snapshots(Rules()), show()
    first = kept.get(state, staff=False)
    assert kept.get(state, staff=False) is first
    assert kept.get(state, staff=True) is not first
    state.seq += 1
    assert kept.get(state, staff=False).seq == state.seq == first.seq + 1


def test_a_state_that_was_read_again_is_encoded_again() -> None:
    """A name has changed; the show has the same epoch and seq."""
    kept = Snapshots(Rules())
    kept.get(show(name="Hana"), staff=False)
    encoded = kept.get(show(name="Renamed"), staff=False)
    assert json.loads(encoded.state)["show"]["host"]["name"] == "Renamed"


def test_the_snapshot_that_nobody_asked_for_the_longest_gives_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshots, "MAX_BYTES", 100_000)
    kept = Snapshots(Rules())
    shows = [show(f"show{number}", description="x" * 40_000) for number in range(3)]
    first, second = (kept.get(state, staff=False) for state in shows[:2])
    assert kept.get(shows[0], staff=False) is first
    kept.get(shows[2], staff=False)
    assert kept.get(shows[0], staff=False) is first
    assert kept.get(shows[1], staff=False) is not second
