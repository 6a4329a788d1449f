"""The body of ``POST /api/shows/{show}/commands``, for the document: PROTOCOL.md 4.

Each command is its model in ``liveshow.domain.commands`` with the ``type`` that picks it and the
client's ``key``.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Annotated, Any

from pydantic import BaseModel, Field, RootModel, create_model

from liveshow.domain.commands import Command, Key

#: Codes with which the commands of chapter 4 are refused.
COMMAND_ERRORS = tuple(
    (  # noqa: SIM905 - a paragraph is easier to check than 44 quoted strings
        "invalid forbidden banned rate_limited key_reused muted slow_mode blocked_word "
        "followers_only sellers_only show_ended not_live sold_out own_item claim_limit "
        "already_waiting variant_required unknown_variant unknown_item quantity_too_large "
        "waitlist_full unknown_claim claim_in_checkout unknown_entry unknown_listing no_mandate "
        "below_floor already_added currency_mismatch too_many_items run_too_large stock_in_use "
        "not_owner wrong_status in_the_past unknown_photo unknown_user is_host is_staff not_muted "
        "not_banned unknown_message cannot_undo"
    ).split()
)


def _with_key(command: type[Command]) -> type[BaseModel]:
    kind: Any = command.model_fields["type"].annotation
    name = f"{command.__name__.removesuffix('Command')}Command"
    return create_model(name, __base__=command, type=(kind, ...), key=(Key, ...))


def command_body() -> type[BaseModel]:
    """Return the model of all commands, told apart by ``type``."""
    union: Any = reduce(or_, [_with_key(command) for command in Command.__subclasses__()])
    base: Any = RootModel[Annotated[union, Field(discriminator="type")]]
    made: type[BaseModel] = create_model("ShowCommand", __base__=base)
    return made
