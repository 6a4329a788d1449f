"""The body of ``POST /api/shows/{show}/commands``, for the document: PROTOCOL.md 4.

Each command is its model in its feature of ``liveshow.domain``, with the ``type`` that picks it
and the client's ``key``.
"""

from __future__ import annotations

from functools import cache, reduce
from operator import or_
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType
from pydantic import BaseModel, Field, RootModel, create_model

from liveshow.domain.features import MACHINE
from liveshow.domain.show.commands import Command, Key

#: Codes with which the commands of chapter 4 are refused.
COMMAND_ERRORS = ("invalid", "forbidden", "rate_limited", "key_reused", *MACHINE.refusals)


def _with_key(command: type[Command]) -> type[BaseModel]:
    kind: Any = command.model_fields["type"].annotation
    name = f"{command.__name__.removesuffix('Command')}Command"
    return create_model(name, __base__=command, type=(kind, ...), key=(Key, ...))


@cache
def command_body() -> type[BaseModel]:
    """Return the model of all commands, told apart by ``type``."""
    union: Any = reduce(or_, [_with_key(command) for command in MACHINE.client_commands.values()])
    base: Any = RootModel[Annotated[union, Field(discriminator="type")]]
    made: type[BaseModel] = create_model("ShowCommand", __base__=base)
    return made


@cache
def command_answer() -> type[msgspec.Struct]:
    """Return the shape of all acknowledgements: which fields there are depends on the command."""
    fields: dict[str, Any] = {}
    for does in MACHINE.does.values():
        if issubclass(does.command, Command):
            for field in msgspec.structs.fields(does.answer):
                known = fields.get(field.name)
                fields[field.name] = field.type if known is None else known | field.type
    made: list[Any] = [("ok", bool)]
    made += [(name, kind | UnsetType, UNSET) for name, kind in fields.items()]
    return msgspec.defstruct("CommandAnswer", made, frozen=True, kw_only=True)
