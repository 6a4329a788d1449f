"""Types of single fields, shared by every wire that takes input from strangers.

``OneLine`` and ``Text`` are rules for strings (``liveshow.text_rules``). Ready-made aliases
follow for what appears in several places (``Handle``, ``Money``, ``Id``, ``Ms``, …). The JSON
schema of each type says exactly what is accepted.

``Body`` is the base of everything that a client sends: unknown fields are refused and nothing is
converted, so that ``"5"`` and ``true`` are not numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Self, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationInfo,
    field_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from liveshow import postal
from liveshow.codes import COUNTRIES, CURRENCIES
from liveshow.text_rules import OneLine as OneLine
from liveshow.text_rules import Text as Text

MAX_MS = 2**53 - 1  # what a JavaScript number holds exactly
MAX_SEQ = 2**53

HANDLE_PATTERN = "^[a-z0-9_.]{2,24}$"
ID_PATTERN = "^[a-z0-9_-]{1,64}$"
# Phones capitalise what is typed first and put a space behind what they complete.
TYPED_HANDLE_PATTERN = "^ *[A-Za-z0-9_.]{2,24} *$"
MAX_TYPED_HANDLE = 100
# In an address it may have capitals, too.
ADDRESSED_HANDLE_PATTERN = "^[A-Za-z0-9_.]{2,24}$"

_HANDLE = re.compile(HANDLE_PATTERN)
_ID = re.compile(ID_PATTERN)
_TYPED_HANDLE = re.compile(TYPED_HANDLE_PATTERN)
_DIGITS = re.compile(r"-?[0-9]{1,20}(?:\.0{1,20})?")


def _check_handle(value: str) -> str:
    if len(value) > MAX_TYPED_HANDLE or not _TYPED_HANDLE.fullmatch(value):
        raise PydanticCustomError(
            "handle", "A handle is 2-24 characters of a-z, 0-9, underscore and dot"
        )
    return value.strip().lower()


def _check_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise PydanticCustomError("id", "An id is 1-64 characters of a-z, 0-9, '-' and '_'")
    return value


def _check_country(value: str) -> str:
    if value not in COUNTRIES:
        raise PydanticCustomError("country", "This is not a country code (ISO 3166-1 alpha-2)")
    return value


def check_currency(value: str) -> str:
    """Return ``value``; raise ``PydanticCustomError`` unless it is a currency of ISO 4217."""
    if value not in CURRENCIES:
        raise PydanticCustomError("currency", "This is not a currency code (ISO 4217)")
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
    Field(json_schema_extra={"pattern": TYPED_HANDLE_PATTERN, "maxLength": MAX_TYPED_HANDLE}),
]
"""A user's handle; capitals and spaces around it are accepted, and made small and taken away."""

Id = Annotated[str, AfterValidator(_check_id), Field(json_schema_extra={"pattern": ID_PATTERN})]

Money = Annotated[int, Field(ge=1, le=99_999_999, description="Minor units (cents).")]
"""A price: at least one minor unit."""

Amount = Annotated[int, Field(ge=0, le=99_999_999, description="Minor units (cents).")]
"""Money that may be nothing, e.g. shipping."""

Currency = Annotated[
    str,
    AfterValidator(check_currency),
    Field(description="ISO 4217.", json_schema_extra={"enum": sorted(CURRENCIES)}),
]

Country = Annotated[
    str,
    AfterValidator(_check_country),
    Field(description="ISO 3166-1 alpha-2.", json_schema_extra={"enum": sorted(COUNTRIES)}),
]

Ms = Annotated[int, Field(ge=0, le=MAX_MS, description="Milliseconds since 1970-01-01 UTC.")]
"""A point in time."""


@dataclass(frozen=True)
class _NotNull:
    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        schema: Any = handler(source)
        if schema["type"] != "nullable":
            raise TypeError(f"{source} has no null to refuse")
        inner: CoreSchema = schema["schema"]
        return inner


NOT_NULL = _NotNull()
"""Annotates ``X | None = None``: the field may be left out, and null is refused."""


def _only_digits(value: Any) -> Any:
    # int() also reads "1_000" and " 1 ".
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise PydanticCustomError("int_parsing", "Write a whole number in digits")
    return value


Digits = BeforeValidator(_only_digits)
"""Annotates the whole numbers of a query string."""

_FLAGS = {"1": True, "true": True, "0": False, "false": False}


def _flag(value: Any) -> Any:
    if isinstance(value, str) and value not in _FLAGS:
        raise PydanticCustomError("flag", "Write 1 or 0")
    return _FLAGS.get(value, value) if isinstance(value, str) else value


Flag = Annotated[
    bool,
    BeforeValidator(_flag),
    Field(json_schema_extra={"type": "string", "enum": [*_FLAGS], "default": "0"}),
]
"""Yes or no in a query string."""


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _with_whole_floats(schema: Any) -> Any:
    """Return a core schema in which every integer may be written as ``1.0``."""
    if isinstance(schema, list):
        return [_with_whole_floats(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "int":
        return core_schema.no_info_before_validator_function(_whole, cast(CoreSchema, schema))
    return {name: _with_whole_floats(part) for name, part in schema.items()}


class Body(BaseModel):
    """Base of what clients send: nothing unknown, nothing converted.

    ``1.0`` is an integer, as it is to JSON Schema. Whether an optional field was given at all is in
    ``model_fields_set``.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema: CoreSchema = _with_whole_floats(handler(source))
        return schema


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

    @classmethod
    def of(cls, person: object) -> Self:
        """Show whatever has these attributes."""
        return cls.model_validate(person, from_attributes=True)


def _by_country(document: dict[str, Any]) -> None:
    """Say in the schema of an address which of its parts each country needs."""
    groups: dict[frozenset[str], list[str]] = {}
    for country in sorted(COUNTRIES):
        groups.setdefault(postal.shape(country).required, []).append(country)
    document["anyOf"] = [
        {
            "properties": {"country": {"enum": countries}}
            | {
                part: {"minLength": 1, "pattern": OneLine(1, 100).pattern} for part in sorted(parts)
            },
            "required": sorted(parts),
        }
        for parts, countries in sorted(groups.items(), key=lambda group: group[1])
    ]


class Address(Body):
    """Where a parcel goes. What it needs beside a name and a street is the country's to say."""

    model_config = ConfigDict(json_schema_extra=_by_country)

    name: Annotated[str, OneLine(1, 100)]
    country: Country
    line1: Annotated[str, OneLine(1, 120)]
    line2: Annotated[str, OneLine(0, 120)] = ""
    city: Annotated[str, OneLine(0, 100), Field(validate_default=True)] = ""
    region: Annotated[str, OneLine(0, 100), Field(validate_default=True)] = ""
    postcode: Annotated[str, OneLine(0, 20), Field(validate_default=True)] = ""

    @field_validator("city", "region", "postcode")
    @classmethod
    def _needed(cls, value: str, info: ValidationInfo) -> str:
        country = info.data.get("country")
        if not value and country is not None:
            part = postal.shape(country).part(str(info.field_name))
            if part and part.required:
                raise PydanticCustomError("address", "{message}", {"message": postal.needed(part)})
        return value

    @property
    def shape(self) -> postal.Shape:
        """How addresses of its country are written."""
        return postal.shape(self.country)
