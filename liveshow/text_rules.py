"""What text may be sent: one regular expression for each kind, which the schemas show as it is.

``OneLine`` and ``Text`` annotate strings:

    title: Annotated[str, OneLine(1, 120)]
    note: Annotated[str, Text(2000)]

The pattern and the lengths (in code points) are those of the text as it is sent. What is accepted
is NFC-normalised and stripped of the white space around it. Characters that turn the direction of
text over are taken out. Where nothing need be seen, text in which nothing can be seen is empty, so
that what is asked for elsewhere (the city of an address) was really written.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

# Character classes in the syntax that Python, ECMA-262 (flag u) and RE2 share. Lone surrogates are
# in none of them, because RE2 cannot name them: `is_encodable` refuses them.
_CONTROLS = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
_LINE_BREAKS = r"\u0009\u000a\u000d"
# Line and paragraph separators (UAX #14): other programs end lines with them.
_SEPARATORS = r"\u2028\u2029"
# Overrides and embeddings turn the text around them over, also what stands behind it. Nobody types
# them, but they come along with what is copied; they are taken out.
_TURNING = r"\u202a-\u202e"
_ISOLATES = r"\u2066-\u2069"

_SPACES = r"\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
# Format characters (Cf), default-ignorable ones (UAX #44), and a Braille cell without dots.
_UNSEEN = (
    r"\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    r"\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff"
    r"\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)

_REFUSED_IN_TEXT = _CONTROLS
_REFUSED_IN_LINES = _CONTROLS + _LINE_BREAKS + _SEPARATORS
_BLANK_IN_LINES = _SPACES + _UNSEEN + _TURNING + _ISOLATES
_BLANK_IN_TEXT = _BLANK_IN_LINES + _LINE_BREAKS + _SEPARATORS

_compiled = cache(re.compile)
_BREAK = re.compile(f"\r\n?|[{_SEPARATORS}]")


def is_encodable(value: str) -> bool:
    """Whether ``value`` has no lone surrogates, which no encoding can store."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


class _TextRule:
    """Common to ``OneLine`` and ``Text``. ``minimum`` is 1 when something must be seen, else 0."""

    minimum: int
    maximum: int
    # The members of two character classes.
    _refused: str
    _blank: str
    _turning: str

    def __post_init__(self) -> None:
        if self.minimum not in (0, 1):
            raise ValueError("minimum is 0 or 1")

    @property
    def pattern(self) -> str:
        """The regular expression that text must match.

        Each of its parts can match in one way only, so that it takes linear time.
        """
        if not self.minimum:
            return f"^[^{self._refused}]*$"
        seen = f"[^{self._refused}{self._blank}]"
        return f"^[{self._blank}]*{seen}[^{self._refused}]*$"

    def validate(self, value: str) -> str:
        if len(value) > self.maximum:
            raise PydanticCustomError(
                "too_long", "This must have at most {maximum} characters", {"maximum": self.maximum}
            )
        if not (is_encodable(value) and _compiled(self.pattern).fullmatch(value)):
            raise self._why_not(value)
        if not value.isascii():
            if not self.minimum and _compiled(f"[{self._blank}]*").fullmatch(value):
                return ""
            value = unicodedata.normalize("NFC", _compiled(f"[{self._turning}]").sub("", value))
        return value.strip()

    def _why_not(self, value: str) -> PydanticCustomError:
        if self.minimum and _compiled(f"[{self._blank}]*").fullmatch(value):
            if not value.strip():
                return PydanticCustomError("too_short", "This must not be empty")
            return PydanticCustomError("blank", "Nothing of this can be seen")
        if not is_encodable(value) or _compiled(f"[{_CONTROLS}]").search(value):
            return PydanticCustomError(
                "control_character",
                "This has characters that cannot be shown. Type it instead of pasting it",
            )
        return PydanticCustomError("line_break", "This has to be in one line")

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.validate, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        document = dict(handler(schema))
        if self.minimum:
            document["minLength"] = self.minimum
        return document | {"maxLength": self.maximum, "pattern": self.pattern}


@dataclass(frozen=True)
class OneLine(_TextRule):
    """One line of text of ``minimum`` (0 or 1) to ``maximum`` characters."""

    minimum: int
    maximum: int
    _refused = _REFUSED_IN_LINES
    _blank = _BLANK_IN_LINES
    # Isolates, too: what is not closed in a name would go on behind it.
    _turning = _TURNING + _ISOLATES


@dataclass(frozen=True)
class Text(_TextRule):
    """Text of several lines, at most ``maximum`` characters; line breaks become ``\\n``."""

    maximum: int
    minimum: int = 0
    _refused = _REFUSED_IN_TEXT
    _blank = _BLANK_IN_TEXT
    _turning = _TURNING

    def validate(self, value: str) -> str:
        return _BREAK.sub("\n", super().validate(value))
