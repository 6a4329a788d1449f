"""Encoded snapshots are shared, say what the state says, and have a bound."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from liveshow.domain import views
from liveshow.domain.facts import Rules
from liveshow.domain.state import Person, ShowState
from liveshow.rooms import snapshots
from liveshow.rooms.snapshots import Snapshots

RULES = Rules()


def show(id_: str = "show", name: str = "Hana", description: str = "") -> ShowState:
    return ShowState(id_, Person("host", "host", name), "Coats", "USD", description=description)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The shows of the snapshots that are made meanwhile."""
    seen: list[str] = []
    snapshot = views.snapshot

    def counted(state: ShowState, *arguments: Any, **options: Any) -> Any:
        seen.append(state.id)
        return snapshot(state, *arguments, **options)

    monkeypatch.setattr(views, "snapshot", counted)
    return seen


async def test_whoever_asks_at_one_event_shares_one_snapshot(made: list[str]) -> None:
    kept, state = Snapshots(), show()
    asked = await asyncio.gather(*(kept.get(state, RULES, staff=False) for _ in range(5)))
    assert {id(one) for one in asked} == {id(kept.now(state, RULES, staff=False))}
    assert made == ["show"]
    state.seq += 1
    assert (await kept.get(state, RULES, staff=False)).seq == state.seq
    assert made == ["show"] * 2


async def test_a_state_that_was_read_again_is_encoded_again() -> None:
    """A name has changed; the show has the same epoch and seq."""
    kept, before, after = Snapshots(), show(name="Hana"), show(name="Renamed")
    await kept.get(before, RULES, staff=False)
    for encoded in (
        await kept.get(after, RULES, staff=False),
        kept.now(after, RULES, staff=False),
    ):
        assert json.loads(encoded.state)["show"]["host"]["name"] == "Renamed"


async def test_what_was_not_asked_for_the_longest_gives_way(
    made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "MAX_SHOWS", 3)
    kept, shows = Snapshots(), [show(f"show{number}") for number in range(4)]
    for state in (*shows[:3], shows[0], shows[3]):
        await kept.get(state, RULES, staff=False)
    assert len(kept) == 3
    made.clear()
    for state in (shows[0], shows[1]):
        kept.now(state, RULES, staff=False)
    assert made == ["show1"]


async def test_the_bytes_of_all_snapshots_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "MAX_BYTES", 100_000)
    kept = Snapshots()
    for number in range(10):
        await kept.get(show(f"show{number}", description="x" * 30_000), RULES, staff=False)
    assert len(kept) == 3
    # One that is too large alone is kept while it is asked for.
    await kept.get(show("large", description="x" * 200_000), RULES, staff=False)
    assert len(kept) == 1
