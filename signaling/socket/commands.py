"""Commands as they come over a wire: read once, answered in one form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, ValidationError

from liveshow.domain.features import MACHINE
from liveshow.domain.show.commands import Answer, Envelope, Key
from liveshow.domain.values import Person
from liveshow.errors import Invalid, LiveshowError
from liveshow.field_errors import field_errors, invalid_fields

Ack = dict[str, object]


class KeyOf(BaseModel):
    """Only the idempotency key of a command; the rest is the command's own model."""

    model_config = ConfigDict(extra="ignore", strict=True)

    key: Key


def command_types() -> tuple[str, ...]:
    """The wire names of all client commands."""
    return tuple(MACHINE.client_commands)


def parse_command(body: Mapping[str, Any], actor: Person) -> Envelope:
    """Check a command at the edge; raises ``invalid``, naming the field."""
    name = body.get("type")
    if not isinstance(name, str) or name not in MACHINE.client_commands:
        raise no_command(name)
    try:
        key = KeyOf.model_validate(body).key
        fields = {name: value for name, value in body.items() if name != "key"}
        return Envelope(MACHINE.client_command.validate_python(fields), actor, key)
    except ValidationError as error:
        # The first step is the type of the command, unless it is the key that is wrong.
        fields_of_command = error.title != KeyOf.__name__
        raise invalid_fields(field_errors(error, skip=int(fields_of_command))) from None


def no_command(name: object) -> Invalid:
    shown = f" {name[:40]!r}" if isinstance(name, str) else " without a name"
    return Invalid(message=f"There is no command{shown}.")


def accepted(answer: Answer) -> Ack:
    """The acknowledgement of a command that was decided."""
    fields: Ack = msgspec.to_builtins(answer)
    return {"ok": True, **fields}


def refusal(error: LiveshowError) -> Ack:
    """The acknowledgement of a refused command."""
    return {"ok": False, "error": error.document()}
