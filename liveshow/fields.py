"""Types of single fields, shared by every wire that takes input from strangers.

``Line`` and ``Text`` are rules for annotated strings:

    title: Annotated[str, Line(1, 120)]
    note: Annotated[str, Text(2000)]

Both NFC-normalise, take away the white space around, and refuse control characters; a ``Line``
has no line breaks. Lengths count code points after normalisation. Ready-made aliases follow for
what appears in several places (``Handle``, ``Money``, ``Id``, ``Ms``, …).

``Body`` is the base of everything that a client sends: unknown fields are refused and nothing is
converted, so that ``"5"`` and ``true`` are not numbers.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_T = TypeVar("_T")

# Cc: control characters. Cs: lone surrogates, which no encoding can store. Zl, Zp: the line and
# paragraph separators, breaks in disguise.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Overrides turn the text around them over; nobody writes them by hand.
_REFUSED_CHARACTERS = frozenset("\u202d\u202e")
# In a line of its own, such as a name, there is nothing to embed or isolate: what these begin
# goes on in what stands behind it.
_REFUSED_IN_LINES = frozenset("\u202a\u202b\u202c\u2066\u2067\u2068\u2069")

MAX_MS = 2**53 - 1  # what a JavaScript number holds exactly


def clean_text(value: str, *, keep: str = "") -> str:
    """Return ``value`` NFC-normalised and trimmed.

    Raises ``PydanticCustomError`` (a ``ValueError``) for control characters not in ``keep``.
    """
    for character in value:
        if character in keep:
            continue
        if unicodedata.category(character) in _REFUSED_CATEGORIES or (
            character in _REFUSED_CHARACTERS
        ):
            raise PydanticCustomError("control_character", "Control characters are not allowed")
    return unicodedata.normalize("NFC", value).strip()


# Default-ignorable characters that are no format characters, and a Braille cell without dots.
_FILLERS = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")


def _is_blank(value: str) -> bool:
    return all(
        char.isspace() or char in _FILLERS or unicodedata.category(char) == "Cf" for char in value
    )


class _TextRule:
    """Common to ``Line`` and ``Text``: a core schema, and a JSON schema that says the bounds."""

    minimum: int
    maximum: int

    def clean(self, value: str) -> str:
        raise NotImplementedError

    def validate(self, value: str) -> str:
        cleaned = self.clean(value)
        if len(cleaned) < self.minimum:
            wanted = (
                "This must not be empty"
                if self.minimum == 1
                else f"This must have at least {self.minimum} characters"
            )
            raise PydanticCustomError("too_short", "{wanted}", {"wanted": wanted})
        if len(cleaned) > self.maximum:
            raise PydanticCustomError(
                "too_long", "This must have at most {maximum} characters", {"maximum": self.maximum}
            )
        return cleaned

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
        document["maxLength"] = self.maximum
        return document


@dataclass(frozen=True)
class Line(_TextRule):
    """One line of text of ``minimum`` to ``maximum`` characters."""

    minimum: int
    maximum: int

    def clean(self, value: str) -> str:
        if not _REFUSED_IN_LINES.isdisjoint(value):
            raise PydanticCustomError("control_character", "Control characters are not allowed")
        return clean_text(value)

    def validate(self, value: str) -> str:
        cleaned = super().validate(value)
        if self.minimum and _is_blank(cleaned):
            raise PydanticCustomError("blank", "Nothing of this can be seen")
        return cleaned


@dataclass(frozen=True)
class Text(_TextRule):
    """Text of several lines, at most ``maximum`` characters; line breaks become ``\\n``."""

    maximum: int
    minimum: int = 0

    def clean(self, value: str) -> str:
        return clean_text(value.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t")


_HANDLE = re.compile(r"[a-z0-9_.]{2,24}")
_ID = re.compile(r"[a-z0-9_-]{1,64}")


def _check_handle(value: str) -> str:
    handle = value.strip().lower()
    if not _HANDLE.fullmatch(handle):
        raise PydanticCustomError(
            "handle", "A handle is 2-24 characters of a-z, 0-9, underscore and dot"
        )
    return handle


def _check_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise PydanticCustomError("id", "An id is 1-64 characters of a-z, 0-9, '-' and '_'")
    return value


def is_handle(value: str) -> bool:
    """Whether ``value`` has the form of a handle."""
    return _HANDLE.fullmatch(value) is not None


def is_id(value: str) -> bool:
    """Whether ``value`` has the form of an id."""
    return _ID.fullmatch(value) is not None


Handle = Annotated[
    str,
    AfterValidator(_check_handle),
    Field(json_schema_extra={"pattern": "^[a-z0-9_.]{2,24}$"}),
]
"""A user's handle; capitals are accepted and made small."""

Id = Annotated[
    str, AfterValidator(_check_id), Field(json_schema_extra={"pattern": "^[a-z0-9_-]{1,64}$"})
]

Money = Annotated[int, Field(ge=1, le=99_999_999, description="Minor units (cents).")]
"""A price: at least one minor unit."""

Amount = Annotated[int, Field(ge=0, le=99_999_999, description="Minor units (cents).")]
"""Money that may be nothing, e.g. shipping."""

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217.")]

Ms = Annotated[int, Field(ge=0, le=MAX_MS, description="Milliseconds since 1970-01-01 UTC.")]
"""A point in time."""


class Body(BaseModel):
    """Base of what clients send: nothing unknown, nothing converted.

    Whether an optional field was given at all is in ``model_fields_set``.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """Base of query strings: nothing unknown; numbers are read from their digits."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class View(BaseModel):
    """Base of what the server answers."""

    model_config = ConfigDict(frozen=True)


class UserView(View):
    """A user as everyone sees them."""

    id: str
    handle: str
    name: str


# ISO 3166-1 alpha-2, officially assigned.
COUNTRIES = frozenset(
    (  # noqa: SIM905 - a table is easier to check than 249 quoted strings
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ "
        "BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM "
        "DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS "
        "GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN "
        "KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ "
        "MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
        "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV "
        "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI "
        "VN VU WF WS YE YT ZA ZM ZW"
    ).split()
)


def _check_country(value: str) -> str:
    if value not in COUNTRIES:
        raise PydanticCustomError("country", "This is not a country code (ISO 3166-1 alpha-2)")
    return value


class Address(Body):
    """Where a parcel goes."""

    name: Annotated[str, Line(1, 100)]
    line1: Annotated[str, Line(1, 120)]
    line2: Annotated[str, Line(0, 120)] = ""
    city: Annotated[str, Line(1, 100)]
    region: Annotated[str, Line(0, 100)] = ""
    postcode: Annotated[str, Line(1, 20)]
    country: Annotated[
        str, AfterValidator(_check_country), Field(json_schema_extra={"pattern": "^[A-Z]{2}$"})
    ]
