"""What can be asked of a show, and what is answered.

Commands of clients are pydantic models: the edge checks them once, and nobody reads their text a
second time. Commands of the server itself are frozen structs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, ClassVar

import msgspec
from pydantic import Field

from liveshow.domain.values import Person
from liveshow.fields import MAX_SEQ, Body, Text

Key = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:\-]+$")]
Seq = Annotated[int, Field(ge=1, le=MAX_SEQ)]
Reason = Annotated[str, Text(300, minimum=1)]
Remark = Annotated[str, Text(300)]


class Command(Body):
    """Base of what clients send. ``type`` is a literal with the name on the wire."""

    # Whether somebody who is banned may still ask it.
    outlives_ban: ClassVar[bool] = False


class ServerCommand(msgspec.Struct, frozen=True):
    """Base of what the server itself asks."""

    def asked(self) -> ServerCommand:
        """Return what must be the same when the command is repeated under its key."""
        return self


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an accepted command is answered; also the base of answers that say something."""


class Said(Answer, frozen=True):
    """Answers a command whose event can be named later, to delete it or to undo it."""

    seq: int


class Tick(ServerCommand, frozen=True):
    """Time has passed: what is over ends."""


class Observe(ServerCommand, frozen=True):
    """Facts were loaded for a batch: the state is brought in line with them first."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A command on its way: who asks, and under which idempotency key."""

    command: Command | ServerCommand
    actor: Person | None = None
    key: str | None = None

    @property
    def name(self) -> str:
        """The wire name of a client's command, the class name of the server's own."""
        return name_of(type(self.command))


@cache
def name_of(kind: type[Command | ServerCommand]) -> str:
    """Return the wire name of a client's command, the class name of the server's own."""
    if issubclass(kind, Command):
        return str(kind.model_fields["type"].default)
    return kind.__name__
