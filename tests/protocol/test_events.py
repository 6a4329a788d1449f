"""PROTOCOL.md 3.3 and the types of events say the same."""

from __future__ import annotations

import re
from functools import cache

import msgspec
import pytest

from liveshow.domain.features import MACHINE
from liveshow.domain.show.events import HIDDEN, Event, Record, seen, staff_fields
from tests.domain.story import records_by_type
from tests.protocol.comparing import differences
from tests.protocol.document import Shape, chapter, quoted, rows, shape_of
from tests.protocol.typed import fields_of

EVENTS = {name: kind for name, kind in MACHINE.events.items() if kind.logged}
PRIVATE = {name for name, kind in EVENTS.items() if kind.private_to}
PUBLIC = sorted(EVENTS.keys() - PRIVATE)


@cache
def documented() -> dict[str, Shape]:
    """The data of every event in the table."""
    return {
        name: shape_of(data)
        for names, data, *_ in rows(chapter("3.3 Events"))
        for name in quoted(names)
    }


HAPPENS = "it never happened: let it happen in tests/domain/story.py"


@cache
def happened() -> dict[str, list[Record]]:
    return records_by_type()


def test_every_event_is_documented_and_the_other_way_round() -> None:
    assert set(documented()) - {HIDDEN} == set(PUBLIC)
    private = re.search(r"^Private to one buyer.*", chapter("3.3 Events"), re.MULTILINE)
    assert private
    assert {name for name in quoted(private[0]) if "." in name} == PRIVATE


@pytest.mark.parametrize("name", PUBLIC)
def test_the_data_of_an_event_is_documented_with_what_is_for_staff_only(name: str) -> None:
    assert not differences(documented()[name], EVENTS[name], name)


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_told_of_an_event_is_what_is_documented(name: str) -> None:
    said = documented()[name].fields or {}
    everything = set(said)
    always = {field for field, part in said.items() if not part.optional}
    secret = {field for field, part in said.items() if part.staff_only}
    assert happened()[name], HAPPENS
    for record in happened()[name]:
        told = set(seen(record, staff=True).data)
        assert always <= told <= everything
        assert set(seen(record, staff=False).data) == told - secret


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_for_staff_only_is_marked_and_withheld_from_others(name: str) -> None:
    kind = EVENTS[name]
    marked = {field for field, part in (documented()[name].fields or {}).items() if part.staff_only}
    assert marked == staff_fields(kind)
    assert marked <= fields_of(kind).keys()


@pytest.mark.parametrize("name", sorted(PRIVATE))
@pytest.mark.parametrize("staff", [False, True])
def test_private_events_are_hidden_from_everybody(name: str, staff: bool) -> None:
    assert happened()[name], HAPPENS
    for record in happened()[name]:
        shown = seen(record, staff=staff)
        assert (shown.type, shown.data) == (HIDDEN, {})
        assert record.event.owner() == _buyer(record.event)


def _buyer(event: Event) -> str:
    buyer: str = msgspec.to_builtins(event)["user"]["id"]
    return buyer
