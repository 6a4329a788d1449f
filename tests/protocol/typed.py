"""What the types of the server say of the wire: the fields of structs and of pydantic models."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from types import NoneType
from typing import Any, get_args

import msgspec
from msgspec import UnsetType
from pydantic import BaseModel

from liveshow.domain.show.commands import Answer
from liveshow.domain.show.events import Event, staff_fields


@dataclass(frozen=True)
class Field:
    """A field as a reader meets it. ``optional``: it is not always there, be it for staff."""

    type: Any
    optional: bool
    staff_only: bool = False

    @property
    def nullable(self) -> bool:
        return NoneType in _parts(self.type)

    @property
    def inner(self) -> type[Any] | None:
        """The struct or model that it holds, alone or in a list or by id; None: neither."""
        return next((part for part in _parts(self.type) if is_shape(part)), None)


def is_shape(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct | BaseModel)


def fields_of(kind: type[Any]) -> dict[str, Field]:
    """The fields of a type by the names that they have on the wire."""
    if issubclass(kind, BaseModel):
        return {name: Field(info.annotation, False) for name, info in kind.model_fields.items()}
    secret = staff_fields(kind) if issubclass(kind, Event) else frozenset()
    # An answer leaves out what it does not say.
    defaults = issubclass(kind, Answer)
    found = {}
    for info in msgspec.structs.fields(kind):
        unset = UnsetType in _parts(info.type) or (defaults and not info.required)
        found[info.name] = Field(info.type, unset, info.name in secret)
    return found


def _parts(hint: Any) -> list[Any]:
    """A type and all that it is made of."""
    found = [hint]
    if typing.get_origin(hint) is not typing.Literal:
        for part in get_args(hint):
            found += _parts(part)
    return found
