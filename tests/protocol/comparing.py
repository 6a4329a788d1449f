"""What is written of a type, compared with the type: names, marks, and what is nested."""

from __future__ import annotations

from typing import Any

from tests.protocol.document import Shape
from tests.protocol.typed import Field, fields_of


def differences(written: Shape, kind: type[Any], where: str, *, staff: bool = True) -> list[str]:
    """What the document says of a type and is not so, or does not say.

    ``staff``: it marks what only staff see; a struct of the snapshot knows that such a field may
    be absent, an event says it of the field.
    """
    fields = fields_of(kind)
    said = written.fields or {}
    found = [f"{where}.{name} is not documented" for name in fields if name not in said]
    found += [f"{where}.{name} is documented and not there" for name in said if name not in fields]
    for name, part in said.items():
        if name in fields:
            found += _marks(part, fields[name], f"{where}.{name}", staff=staff)
            found += _nested(part, fields[name], f"{where}.{name}", staff=staff)
    return found


def _marks(part: Shape, field: Field, where: str, *, staff: bool) -> list[str]:
    if staff and part.staff_only is not field.staff_only:
        return [f"{where} is for staff only: {field.staff_only}"]
    # Whether it is left out for others, or now and then, is all the same to the struct.
    written = part.optional or (not staff and part.staff_only)
    if written is not field.optional:
        return [f"{where} is always there: {not field.optional}"]
    return []


def _nested(part: Shape, field: Field, where: str, *, staff: bool) -> list[str]:
    if part.fields is None:
        return []
    if field.inner is None:
        return [f"{where} has no fields"]
    return differences(part, field.inner, where, staff=staff)
