"""PROTOCOL.md 4 and the types of commands say the same: fields, limits, answers, refusals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from liveshow.domain.chat.commands import ClaimReply
from liveshow.domain.features import MACHINE
from liveshow.fields import HANDLE_PATTERN, MAX_MS, TYPED_HANDLE_PATTERN
from liveshow.http.commands import COMMAND_ERRORS
from tests.protocol.comparing import differences
from tests.protocol.document import chapter, codes, common_refusals, quoted, rows, shapes_of
from tests.protocol.typed import fields_of

COMMANDS = MACHINE.client_commands
# What the schema of a field bounds.
BOUNDS = (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"))


@dataclass(frozen=True)
class Row:
    """A command as it is documented. ``limits``: what its fields may be, by name."""

    required: frozenset[str]
    optional: frozenset[str]
    limits: dict[str, list[tuple[int, int]]]
    answer: str
    refusals: frozenset[str]


@cache
def documented() -> dict[str, Row]:
    found = {}
    for name, cell, _who, answer, refusals in rows(chapter("4. Commands")):
        fields = re.findall(r"`(\w+)`(\??)(?: \(([^)]*)\))?", cell)
        everything = frozenset(field for field, _, _ in fields)
        optional = frozenset(field for field, mark, _ in fields if mark)
        if cell.startswith("any of"):
            optional = everything
        limits = {field: _limits(remark) for field, _, remark in fields}
        row = Row(everything - optional, optional, limits, answer, frozenset(codes(refusals)))
        found[quoted(name)[0]] = row
    return found


def _limits(remark: str) -> list[tuple[int, int]]:
    """The limits in a remark, from one number to another or ``≤`` one."""
    found = re.findall(r"(?:(\d[\d ]*)\u2013|≤ )(\d+(?: \d{3})*)", remark)
    return [(_number(low or "0"), _number(high)) for low, high in found]


def _number(text: str) -> int:
    return int(text.replace(" ", ""))


def _bounds(schema: dict[str, Any]) -> list[tuple[int, int]]:
    """The limits in the schema of a field, those of its parts after its own."""
    found = []
    if schema.get("pattern") not in (HANDLE_PATTERN, TYPED_HANDLE_PATTERN):
        for low, high in BOUNDS:
            # What a JavaScript number can hold is the limit of all numbers.
            if high in schema and schema[high] < MAX_MS:
                found.append((int(schema.get(low, 0)), int(schema[high])))
    for part in [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())]:
        found += _bounds(part)
    return found


def test_every_command_is_documented_and_the_other_way_round() -> None:
    assert set(documented()) == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_fields_of_a_command_are_documented(name: str) -> None:
    fields = {f: info for f, info in COMMANDS[name].model_fields.items() if f != "type"}
    required = frozenset(field for field, info in fields.items() if info.is_required())
    row = documented()[name]
    assert (row.required, row.optional) == (required, frozenset(fields) - required)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_limits_of_a_command_are_documented(name: str) -> None:
    schemas = COMMANDS[name].model_json_schema()["properties"]
    for field, limits in documented()[name].limits.items():
        assert limits == _bounds(schemas[field]), field


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_answer_to_a_command_is_documented(name: str) -> None:
    """Alternatives together: a field that is not in all of them is not always there."""
    alternatives = [shape.fields or {} for shape in shapes_of(documented()[name].answer)]
    assert alternatives
    told = {field for fields in alternatives for field in fields}
    always = {
        field
        for field in told
        if all(field in fields and not fields[field].optional for fields in alternatives)
    }
    fields = fields_of(MACHINE.does[COMMANDS[name]].answer)
    assert told == set(fields)
    assert always == {field for field, info in fields.items() if not info.optional}


def test_what_a_claim_in_a_message_is_answered_is_documented() -> None:
    text = " ".join(chapter("4. Commands").split())
    said = text[text.index("**What `chat` answers.**") :]
    assert not differences(shapes_of(said)[0], ClaimReply, "chat.claim")


def test_the_refusals_of_all_features_are_documented_and_the_other_way_round() -> None:
    table = {code for row in documented().values() for code in row.refusals}
    assert table | (codes(common_refusals()) & MACHINE.refusals.keys()) == set(MACHINE.refusals)


def test_the_api_documents_the_refusals_of_the_commands() -> None:
    table = {code for row in documented().values() for code in row.refusals}
    everything = table | codes(common_refusals())
    # Those of every route, and a defect.
    assert everything - set(COMMAND_ERRORS) == {
        "unauthenticated",
        "too_large",
        "unavailable",
        "internal",
    }
    assert not set(COMMAND_ERRORS) - everything
