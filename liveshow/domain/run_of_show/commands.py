"""What can be asked about the run of show."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from liveshow.domain.show.commands import Answer, Command, ServerCommand
from liveshow.fields import Id, Money


class Add(Command):
    type: Literal["add"] = "add"
    listing: Id
    price: Money | None = None


class Remove(Command):
    type: Literal["remove"] = "remove"
    item: Id


class Move(Command):
    type: Literal["move"] = "move"
    item: Id
    to: Annotated[int, Field(ge=0, le=10_000)]


class Pin(Command):
    type: Literal["pin"] = "pin"
    item: Id


class Unpin(Command):
    type: Literal["unpin"] = "unpin"


class Reprice(Command):
    type: Literal["reprice"] = "reprice"
    item: Id
    price: Money


class Restock(Command):
    type: Literal["restock"] = "restock"
    item: Id
    variant: Id | None = None
    quantity: Annotated[int, Field(ge=0, le=100_000)]


class ListingChanged(ServerCommand, frozen=True):
    """The listing was edited, archived, restocked, or its mandate changed."""

    listing: str


class Added(Answer, frozen=True):
    """The item that a listing became, and its short number."""

    item: str
    number: int
