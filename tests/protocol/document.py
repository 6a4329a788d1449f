"""PROTOCOL.md as it is read by tests: its chapters, its tables, and the shapes that it writes.

A shape is ``{name, name: shape, …}``, ``[shape]`` or the name of something. A ``°`` behind a name
marks what only staff see, a ``?`` what is not always there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
STAFF, SOMETIMES = "°", "?"


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


def codes(text: str) -> set[str]:
    """What is quoted and has the form of an error code."""
    return {code for code in quoted(text) if re.fullmatch(r"[a-z_]+", code)}


def common_refusals() -> str:
    """The sentence about the codes with which any command may be refused."""
    paragraphs = chapter("4. Commands").split("\n\n")
    common = next(p for p in paragraphs if p.startswith("Any command may also"))
    listed = re.search(r"refused with (.*?)\. ", common.replace("\n", " "))
    assert listed
    return listed[1]


# --- shapes --------------------------------------------------------------------------------


@dataclass
class Shape:
    """What the document says of a value. ``fields`` is None for a mere name.

    ``by_id``: it is written ``{some id: shape}``, and ``fields`` are those of what is found there.
    """

    fields: dict[str, Shape] | None = None
    marks: str = ""
    by_id: bool = False

    @property
    def staff_only(self) -> bool:
        return STAFF in self.marks

    @property
    def optional(self) -> bool:
        return SOMETIMES in self.marks


@dataclass
class _Reader:
    text: str
    at: int = 0
    names: list[str] = field(default_factory=list)

    def shape(self) -> Shape:
        self._space()
        if self._takes("{"):
            found = self._object()
        elif self._takes("["):
            found = self.shape()
            self._space()
            assert self._takes("]"), f"a list that does not end: {self.text[self.at :][:40]!r}"
        else:
            self._match(r"[^,{}\[\]\n]*")
            return Shape()
        self._match(r" ?\| ?null")
        return found

    def _object(self) -> Shape:
        fields: dict[str, Shape] = {}
        while True:
            self._match(r"[\s,]*")
            if self._takes("}"):
                return Shape(fields)
            name = self._match(rf"\w+(?: \w+)*[{STAFF}{SOMETIMES}]*")
            assert name, f"no name of a field: {self.text[self.at :][:40]!r}"
            plain = name.rstrip(STAFF + SOMETIMES)
            value = Shape()
            if self._match(r" *: *"):
                value = self.shape()
            if " " in plain:
                assert self._match(r"[\s,]*}"), f"{plain} is not alone"
                return Shape(value.fields, by_id=True)
            value.marks = name[len(plain) :]
            fields[plain] = value

    def _space(self) -> None:
        self._match(r"\s*")

    def _takes(self, char: str) -> bool:
        return bool(self._match(re.escape(char)))

    def _match(self, pattern: str) -> str:
        found = re.compile(pattern).match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[0]


def shape_of(text: str) -> Shape:
    """Read the first ``{…}`` of a text."""
    return _Reader(text, text.index("{")).shape()


def shapes_of(text: str) -> list[Shape]:
    """Read every quoted ``{…}`` of a text."""
    return [shape_of(part) for part in quoted(text) if part.startswith("{")]


@cache
def named_shapes() -> dict[str, Shape]:
    """The shapes that the document gives a name: ``**photo**: `{…}```, or ``item = {…}``."""
    found = {}
    # Remarks beside the lines of a block.
    plain = re.sub(r"(?m)(?<=[\]},])  +[^\s}].*$", "", document())
    for match in re.finditer(r"(?m)^(\w+) = (?=\{)", plain):
        found[match[1]] = shape_of(plain[match.end() :])
    for match in re.finditer(r"\*\*([a-z ]+)\*\*[^{*]{0,60}(?=\{)", document()):
        found[match[1]] = shape_of(document()[match.end() :])
    return found
