"""The type definitions of ``web/lib/protocol.js`` as they are read by tests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from tests.protocol.document import ROOT

_OPEN, _CLOSE = "{[(<", "}])>"


@dataclass(frozen=True)
class Property:
    """A property of an object type; ``type`` is its text."""

    type: str
    optional: bool

    @property
    def nullable(self) -> bool:
        return "null" in _alternatives(self.type)

    @property
    def literal(self) -> str:
        """The object type that it holds, alone or in an array, if it is written out here."""
        plain = next((part for part in _alternatives(self.type) if part != "null"), "")
        plain = plain.removesuffix("[]")
        if found := re.match(r"Record<string, (.*)>$", plain, re.DOTALL):
            plain = found[1].removesuffix("[]")
        return plain if plain.startswith("{") else ""


@cache
def _comment() -> str:
    text = (ROOT / "web/lib/protocol.js").read_text()
    inside = text[text.index("/**") + 3 : text.index("*/")]
    return re.sub(r"(?m)^ \* ?", "", inside)


def _balanced(text: str) -> str:
    """What stands between the first bracket of a text and the one that closes it."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char in _OPEN) - (char in _CLOSE)
        if depth == 0:
            return text[1:at]
    raise AssertionError(f"a bracket that does not close: {text[:40]!r}")


def _split(text: str, by: str) -> list[str]:
    """The parts of a text between separators that are in no brackets and no quotes."""
    depth, quoted, parts = 0, False, [""]
    for char in text:
        quoted ^= char == '"'
        depth += (char in _OPEN) - (char in _CLOSE)
        if char == by and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts if part.strip()]


def _alternatives(text: str) -> list[str]:
    return _split(text.strip(), "|")


@cache
def typedefs() -> dict[str, dict[str, Property] | str]:
    """The properties of every object type by its name, and the text of all other types."""
    found: dict[str, dict[str, Property] | str] = {}
    for part in _comment().split("@typedef ")[1:]:
        text = _balanced(part)
        rest = part[len(text) + 2 :]
        name = re.match(r"\s*(\w+)", rest)
        assert name, part[:40]
        if text == "object":
            found[name[1]] = dict(_property(each) for each in rest.split("@property ")[1:])
        else:
            found[name[1]] = text.strip()
    return found


def _property(text: str) -> tuple[str, Property]:
    kind = _balanced(text)
    name = re.match(r"\s*(\[?)(\w+)", text[len(kind) + 2 :])
    assert name, text[:40]
    return name[2], Property(kind.strip(), bool(name[1]))


def properties(text: str) -> dict[str, Property]:
    """The properties of an object type: a name, ``{…}``, or several of them joined by ``&``."""
    found: dict[str, Property] = {}
    for part in _split(text, "&"):
        if part.startswith("{"):
            found |= _written_out(_balanced(part))
        else:
            known = typedefs()[part]
            found |= properties(known) if isinstance(known, str) else known
    return found


def _written_out(text: str) -> dict[str, Property]:
    found = {}
    for part in _split(text, ","):
        match = re.match(r'"?([\w.]+)"?(\??):\s*(.*)$', part, re.DOTALL)
        assert match, part[:60]
        found[match[1]] = Property(match[3], bool(match[2]))
    return found


def object_types() -> set[str]:
    """The names of all types that are objects."""
    return {
        name
        for name, known in typedefs().items()
        if not isinstance(known, str) or (len(_alternatives(known)) == 1 and "{" in known)
    }
