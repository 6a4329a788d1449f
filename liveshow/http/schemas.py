"""JSON schemas of what the routes take and give, from pydantic models and msgspec Structs.

Both kinds stand side by side under ``components.schemas``. A Struct whose name a different pydantic
model already has is listed as ``WireNAME``.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

REF = "#/components/schemas/"

Json = dict[str, Any]
Mode = Literal["validation", "serialization"]


def is_struct(hint: Any) -> bool:
    """Whether ``hint`` is a ``msgspec.Struct`` type, or a generic one with its parameters."""
    kind = typing.get_origin(hint) or hint
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def is_model(hint: Any) -> bool:
    """Whether ``hint`` is a pydantic model."""
    return isinstance(hint, type) and issubclass(hint, BaseModel)


@dataclass(frozen=True)
class Schemas:
    """The schema of each type that was asked for, and the components to which they refer."""

    inputs: dict[Any, Json]
    outputs: dict[Any, Json]
    components: dict[str, Json]

    @classmethod
    def of(cls, inputs: Iterable[Any], outputs: Iterable[Any]) -> Schemas:
        """Return the schemas of ``inputs`` (models) and ``outputs`` (models or Structs)."""
        wanted: dict[tuple[type[BaseModel], Mode], None] = {}
        structs: dict[Any, None] = {}
        for model in inputs:
            wanted[(model, "validation")] = None
        for answer in outputs:
            if is_struct(answer):
                structs[answer] = None
            else:
                wanted[(answer, "serialization")] = None
        made, document = models_json_schema(list(wanted), ref_template=f"{REF}{{model}}")
        components: dict[str, Json] = dict(document.get("$defs", {}))
        by_mode: dict[Mode, dict[Any, Json]] = {"validation": {}, "serialization": {}}
        for (model, mode), schema in made.items():
            by_mode[mode][model] = schema
        answers = by_mode["serialization"] | _add_structs(list(structs), components)
        return cls(
            by_mode["validation"],
            answers,
            {name: without_null_defaults(schema) for name, schema in components.items()},
        )


def without_null_defaults(schema: Any) -> Any:
    """Return ``schema`` without ``default: null``: a field that is left out is just not there.

    Some of these fields refuse null.
    """
    if isinstance(schema, dict):
        return {
            key: without_null_defaults(value)
            for key, value in schema.items()
            if not (key == "default" and value is None)
        }
    if isinstance(schema, list):
        return [without_null_defaults(value) for value in schema]
    return schema


def _add_structs(structs: list[Any], components: dict[str, Json]) -> dict[Any, Json]:
    """Add the components of ``structs``; return the schema of each."""
    schemas, found = msgspec.json.schema_components(
        structs, schema_hook=_any_json, ref_template=f"{REF}{{name}}"
    )
    for kind in _structs_in(msgspec.inspect.multi_type_info(structs)):
        if kind.__name__ in found:
            found[kind.__name__]["required"] = _always_sent(kind)
    names: dict[str, str] = {}
    for name, schema in found.items():
        other = components.get(name)
        names[name] = name if other is None or other == schema else f"Wire{name}"
    if clash := set(names.values()) & (components.keys() - names.keys()):
        raise TypeError(f"two types in the document are called {sorted(clash)}")
    for name, schema in found.items():
        components[names[name]] = _renamed(schema, names)
    return {kind: _renamed(schema, names) for kind, schema in zip(structs, schemas, strict=True)}


def _structs_in(part: Any, found: dict[type[msgspec.Struct], None] | None = None) -> Iterable[Any]:
    """Return every Struct in a description of types."""
    found = {} if found is None else found
    if isinstance(part, msgspec.inspect.StructType):
        if part.cls in found:
            return found
        found[part.cls] = None
    if isinstance(part, (list, tuple)):
        for each in part:
            _structs_in(each, found)
    elif isinstance(part, msgspec.inspect.Type | msgspec.inspect.Field):
        _structs_in([getattr(part, name) for name in part.__struct_fields__], found)
    return found


def _always_sent(kind: type[msgspec.Struct]) -> list[str]:
    """Return the fields that are in every answer: those with a default are written, too."""
    sent = not kind.__struct_config__.omit_defaults
    return [
        field.encode_name
        for field in msgspec.structs.fields(kind)
        if field.required or (sent and field.default is not msgspec.UNSET)
    ]


def _any_json(kind: type) -> Json:
    """The schema of ``object``, as which the domain types what may be any JSON."""
    if kind is not object:
        raise NotImplementedError(kind)
    # Not empty: an empty schema counts as none.
    return {"description": "Any JSON."}


def _renamed(schema: Any, names: dict[str, str]) -> Any:
    """Return ``schema`` with its references, those of discriminators too, to the new names."""
    if isinstance(schema, dict):
        return {key: _renamed(value, names) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_renamed(value, names) for value in schema]
    if isinstance(schema, str) and schema.startswith(REF):
        name = schema.removeprefix(REF)
        return f"{REF}{names.get(name, name)}"
    return schema
