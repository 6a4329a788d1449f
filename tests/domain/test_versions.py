"""The log is kept for ever: what an older version wrote can still be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from liveshow.domain.claims.events import ItemReleased, ItemSold
from liveshow.domain.features import MACHINE
from liveshow.domain.show.events import Record, UnknownEvent, seen
from tests.domain.story import records_by_type

LOGS = Path(__file__).parents[1] / "vectors" / "logs"


def entries(version: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((LOGS / f"v{version}.json").read_text())
    return found


def still_says(now: Any, then: Any) -> bool:
    """Whether what was written then is still there; more may have come beside it."""
    if isinstance(then, dict):
        return all(name in now and still_says(now[name], value) for name, value in then.items())
    if isinstance(then, list):
        return len(now) == len(then) and all(map(still_says, now, then))
    return bool(now == then)


@pytest.mark.parametrize("entry", entries(1), ids=lambda entry: f"{entry['type']}-{entry['seq']}")
def test_a_log_of_the_first_version_still_reads(entry: dict[str, Any]) -> None:
    event = MACHINE.events.read(entry["type"], 1, entry["data"])
    again = msgspec.to_builtins(event)
    # Nothing that was said is lost, and what it looks like has not changed.
    assert still_says(again, entry["data"])
    assert event.owner() == entry["to"]
    seen(Record(entry["seq"], entry["at"], event), staff=True)


def test_every_type_of_the_first_version_has_a_vector() -> None:
    new = {"show.created"}
    known = {entry["type"] for entry in entries(1)}
    old = {name for name, kind in MACHINE.events.items() if kind.logged}
    assert {name for name in old if name not in new} >= known
    assert known >= {"item.released", "item.sold", "item.paying", "payment.opened"}


def test_every_event_of_today_reads_as_what_it_was() -> None:
    for records in records_by_type().values():
        for _, _, event in records:
            stored = json.loads(msgspec.json.encode(event))
            assert MACHINE.events.read(event.type, event.version, stored) == event


def test_what_an_old_version_did_not_say_is_unknown() -> None:
    old = next(entry for entry in entries(1) if entry["type"] == "item.released")
    event = MACHINE.events.read("item.released", 1, old["data"])
    assert isinstance(event, ItemReleased)
    assert (event.variant, event.quantity) == ("", 0)
    old = next(entry for entry in entries(1) if entry["type"] == "item.sold")
    event = MACHINE.events.read("item.sold", 1, old["data"])
    assert isinstance(event, ItemSold)
    assert event.late is False


def test_an_event_of_an_unknown_type_is_not_guessed_at() -> None:
    with pytest.raises(UnknownEvent):
        MACHINE.events.read("item.exploded", 1, {})
