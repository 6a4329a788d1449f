"""What the types of the server say of the wire: the fields of structs and of pydantic models."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, get_args

import msgspec
from msgspec import UnsetType
from pydantic import BaseModel

from liveshow.domain.show.events import Event, staff_fields


@dataclass(frozen=True)
class Field:
    """A field as a reader meets it. ``optional``: it is not always there, be it for staff."""

    type: Any
    optional: bool
    staff_only: bool = False
    # None is said by leaving it out.
    left_out: bool = False

    @property
    def nullable(self) -> bool:
        return not self.left_out and NoneType in _alternatives(self.type)

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
    found = {}
    for info in msgspec.structs.fields(kind):
        omitted = kind.__struct_config__.omit_defaults and not info.required
        optional = omitted or UnsetType in _alternatives(info.type)
        left_out = omitted and info.default is None
        found[info.name] = Field(info.type, optional, info.name in secret, left_out)
    return found


def _alternatives(hint: Any) -> list[Any]:
    """What a value of a type may be."""
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        return _alternatives(get_args(hint)[0])
    if origin in (typing.Union, UnionType):
        return [each for part in get_args(hint) for each in _alternatives(part)]
    return [hint]


def _parts(hint: Any) -> list[Any]:
    """A type and all that it is made of."""
    found = [hint]
    if typing.get_origin(hint) is not typing.Literal:
        for part in get_args(hint):
            found += _parts(part)
    return found
