"""PROTOCOL.md and the code say the same: commands, events with their data, error codes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from liveshow.domain.commands import Command, command_types
from liveshow.domain.events import PRIVATE_TYPES, STAFF_FIELDS, TYPES, Event, wire
from liveshow.http.commands import COMMAND_ERRORS
from liveshow.http.refusals import CLASSES
from tests.domain.story import events_by_type

ROOT = Path(__file__).parents[2]
STAFF_MARK = "°"

# Only there when an `undo` led to the event.
OPTIONAL_DATA = {"undoes"}
# Raised by no command, but by a class of errors whose every use names its own code.
UNUSED_DEFAULTS = {"unprocessable"}


# --- reading the document ------------------------------------------------------------------


@cache
def document() -> str:
    return (ROOT / "PROTOCOL.md").read_text()


def chapter(title: str) -> str:
    """The text from a heading to the next one of the same or a higher level."""
    found = re.search(rf"^(#+) {re.escape(title)}.*\n", document(), re.MULTILINE)
    assert found, f"PROTOCOL.md has no chapter {title!r}"
    rest = document()[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text: str) -> list[list[str]]:
    """The cells of every row of the tables in a text, without their headings."""
    lines = [line.strip() for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    return [row for index, row in enumerate(cells) if not _heading(cells, index)]


def _heading(cells: list[list[str]], index: int) -> bool:
    def ruler(at: int) -> bool:
        return at < len(cells) and set("".join(cells[at])) <= set("-| ")

    return ruler(index) or ruler(index + 1)


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


@dataclass(frozen=True)
class Fields:
    required: frozenset[str]
    optional: frozenset[str]


@cache
def documented_commands() -> dict[str, Fields]:
    found = {}
    for name, cell, *_ in rows(chapter("4. Commands")):
        plain = re.sub(r"\([^)]*\)", "", cell)
        fields = re.findall(r"`(\w+)`(\??)", plain)
        everything = frozenset(field for field, _ in fields)
        optional = frozenset(field for field, mark in fields if mark)
        if plain.startswith("any of"):
            optional = everything
        found[quoted(name)[0]] = Fields(everything - optional, optional)
    return found


@cache
def documented_events() -> dict[str, dict[str, bool]]:
    """Fields of the data by event type: whether they are for staff only."""
    found = {}
    for names, data, *_ in rows(chapter("3.3 Events")):
        fields = {name.strip("`"): True for name in re.findall(rf"`(\w+)`{STAFF_MARK}", data)}
        for part in _top_level(data):
            name, mark = re.match(r"\s*(\w+)(.?)", part).groups()  # type: ignore[union-attr]
            fields[name] = mark == STAFF_MARK
        for kind in quoted(names):
            found[kind] = fields
    return found


def _top_level(cell: str) -> list[str]:
    """The parts between the commas of the first ``{…}``, nested ones left whole."""
    depth, parts = 0, [""]
    for char in cell[cell.index("{") :]:
        depth += (char in "{[") - (char in "}]")
        if depth == 0:
            break
        if char == "," and depth == 1:
            parts.append("")
        elif not (char == "{" and depth == 1):
            parts[-1] += char
    return [part for part in parts if part.strip()]


@cache
def documented_codes() -> frozenset[str]:
    """Codes of the table of commands, of the paragraph below it, and of chapter 6."""
    commands = chapter("4. Commands")
    common = next(p for p in commands.split("\n\n") if p.startswith("Any command may also"))
    texts = [row[4] for row in rows(commands)] + [common, chapter("6. Error codes")]
    return frozenset(code for text in texts for code in quoted(text) if re.fullmatch(r"\w+", code))


# --- commands ------------------------------------------------------------------------------


def test_every_command_is_documented_and_the_other_way_round() -> None:
    assert set(documented_commands()) == set(command_types())


@pytest.mark.parametrize("schema", Command.__subclasses__(), ids=lambda schema: schema.__name__)
def test_the_fields_of_a_command_are_documented(schema: type[Command]) -> None:
    fields = {name: field for name, field in schema.model_fields.items() if name != "type"}
    required = frozenset(name for name, field in fields.items() if field.is_required())
    documented = documented_commands()[schema.model_fields["type"].default]
    assert documented == Fields(required, frozenset(fields) - required)


# --- events --------------------------------------------------------------------------------


@cache
def happened() -> dict[str, list[Event]]:
    return events_by_type()


def test_every_event_is_documented_and_the_other_way_round() -> None:
    assert set(documented_events()) - {"hidden"} == TYPES - PRIVATE_TYPES
    private = re.search(r"^Private to one buyer.*", chapter("3.3 Events"), re.MULTILINE)
    assert private
    assert set(quoted(private[0])) - {"hidden"} == PRIVATE_TYPES


@pytest.mark.parametrize("kind", sorted(TYPES - PRIVATE_TYPES))
def test_the_data_of_an_event_is_documented(kind: str) -> None:
    fields = set(documented_events()[kind])
    assert happened()[kind]
    for event in happened()[kind]:
        assert fields - OPTIONAL_DATA <= set(event.data) <= fields


@pytest.mark.parametrize("kind", sorted(TYPES - PRIVATE_TYPES))
def test_what_is_for_staff_only_is_marked_and_withheld_from_others(kind: str) -> None:
    marked = {name for name, staff in documented_events()[kind].items() if staff}
    assert marked == STAFF_FIELDS[kind]
    for event in happened()[kind]:
        assert not marked & set(wire(event, staff=False)["data"])
        assert set(wire(event, staff=True)["data"]) == set(event.data)


@pytest.mark.parametrize("kind", sorted(PRIVATE_TYPES))
@pytest.mark.parametrize("staff", [False, True])
def test_private_events_are_hidden_from_everybody(kind: str, staff: bool) -> None:
    for event in happened()[kind]:
        seen = wire(event, staff=staff)
        assert (seen["type"], seen["data"]) == ("hidden", {})
        assert event.to == event.data["user"]["id"]


# --- error codes ---------------------------------------------------------------------------


def _sources() -> Iterator[tuple[Path, ast.Module]]:
    for package in ("liveshow", "signaling"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path, ast.parse(path.read_text())


def _error_classes() -> set[str]:
    """Names of `LiveshowError` and everything derived from it, wherever it is defined."""
    bases: dict[str, set[str]] = {}
    for _, tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {_name(base) for base in node.bases}
    found = {"LiveshowError"}
    while more := {name for name, of in bases.items() if of & found} - found:
        found |= more
    return found


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


@cache
def raised_codes() -> dict[str, str]:
    """Codes that errors are made with, and where; defaults where none is given."""
    classes = _error_classes()
    found: dict[str, str] = {}
    for path, tree in _sources():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and _name(node.func) in classes):
                continue
            given = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "code")]
            for code in given:
                # A variable was named where it came from; `mentioned` finds it there.
                if isinstance(code, ast.Constant) and re.fullmatch(r"[a-z_]+", str(code.value)):
                    found[str(code.value)] = f"{path.relative_to(ROOT)}:{node.lineno}"
        for node in ast.walk(tree):
            if isinstance(node, ast.AnnAssign) and _name(node.target) == "default_code":
                assert isinstance(node.value, ast.Constant)
                found[str(node.value.value)] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return {code: where for code, where in found.items() if code not in UNUSED_DEFAULTS}


@cache
def mentioned() -> frozenset[str]:
    """Every string of the code: a code may be handed on before it is raised."""
    return frozenset(
        node.value
        for _, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def test_every_code_that_is_raised_is_documented() -> None:
    missing = {c: where for c, where in raised_codes().items() if c not in documented_codes()}
    assert not missing


def test_every_documented_code_is_in_the_code() -> None:
    assert not documented_codes() - mentioned()


# --- the document of the API ---------------------------------------------------------------


def test_the_api_documents_the_refusals_of_the_commands() -> None:
    commands = chapter("4. Commands")
    table = {code for row in rows(commands) for code in quoted(row[4])}
    common = next(p for p in commands.split("\n\n") if p.startswith("Any command may also"))
    listed = re.search(r"refused with (.*?)\. ", common.replace("\n", " "))
    assert listed
    everything = table | {c for c in quoted(listed[1]) if re.fullmatch(r"\w+", c)}
    # Those of every route, and a defect.
    assert everything - set(COMMAND_ERRORS) == {
        "unauthenticated",
        "too_large",
        "unavailable",
        "internal",
    }
    assert not set(COMMAND_ERRORS) - everything


def test_the_api_documents_codes_with_the_status_of_their_class() -> None:
    raised: dict[str, set[str]] = {}
    classes = _error_classes()
    for path, tree in _sources():
        if path.is_relative_to(ROOT / "signaling"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in classes:
                for code in node.args[:1]:
                    if isinstance(code, ast.Constant):
                        raised.setdefault(str(code.value), set()).add(_name(node.func))
    for code, kind in CLASSES.items():
        assert raised.get(code, {kind.__name__}) == {kind.__name__}, code
