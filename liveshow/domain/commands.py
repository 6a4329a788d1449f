"""What can be asked of a show. The wire names and shapes of PROTOCOL.md chapter 4.

The first group comes from clients, is validated here and nowhere else, and carries an
idempotency key; the second group comes from the server itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from liveshow.domain.state import Json, Person
from liveshow.fields import MAX_SEQ, NOT_NULL, Amount, Body, Handle, Id, Line, Money, Ms, Text

Key = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:\-]+$")]
Seq = Annotated[int, Field(ge=1, le=MAX_SEQ)]
# A year at most: longer than any show.
Seconds = Annotated[int, Field(ge=1, le=31_536_000)]
Title = Annotated[str, Line(1, 120)]
Description = Annotated[str, Text(4000)]
HoldSeconds = Annotated[int, Field(ge=30, le=3600)]
ClaimsPerBuyer = Annotated[int, Field(ge=1, le=100)]
Reason = Annotated[str, Text(300, minimum=1)]
Remark = Annotated[str, Text(300)]


class Command(Body):
    """Base of what clients send."""


class Chat(Command):
    type: Literal["chat"] = "chat"
    text: Annotated[str, Text(500, minimum=1)]


class ClaimItem(Command):
    type: Literal["claim"] = "claim"
    item: Id
    quantity: Annotated[int, Field(ge=1, le=100)] = 1
    variant: Id | None = None


class Release(Command):
    type: Literal["release"] = "release"
    claim: Id


class LeaveWaitlist(Command):
    type: Literal["leave_waitlist"] = "leave_waitlist"
    entry: Id


class CancelClaim(Command):
    type: Literal["cancel_claim"] = "cancel_claim"
    claim: Id
    reason: Remark = ""


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


class Schedule(Command):
    type: Literal["schedule"] = "schedule"
    at: Ms


class Start(Command):
    type: Literal["start"] = "start"


class Pause(Command):
    type: Literal["pause"] = "pause"


class Resume(Command):
    type: Literal["resume"] = "resume"


class End(Command):
    type: Literal["end"] = "end"


class Configure(Command):
    type: Literal["configure"] = "configure"
    # Null takes the cover and the cap away; the others cannot be without a value.
    title: Annotated[Title | None, NOT_NULL] = None
    description: Annotated[Description | None, NOT_NULL] = None
    cover: Id | None = None
    hold_seconds: Annotated[HoldSeconds | None, NOT_NULL] = None
    claims_per_buyer: Annotated[ClaimsPerBuyer | None, NOT_NULL] = None
    shipping_cap: Amount | None = None


class AppointStaff(Command):
    type: Literal["staff"] = "staff"
    user: Handle
    role: Literal["cohost", "moderator"]


class DismissStaff(Command):
    type: Literal["unstaff"] = "unstaff"
    user: Handle


class Announce(Command):
    type: Literal["announce"] = "announce"
    text: Annotated[str, Text(300, minimum=1)]


class Mute(Command):
    type: Literal["mute"] = "mute"
    user: Id
    seconds: Seconds | None = None
    reason: Reason


class Unmute(Command):
    type: Literal["unmute"] = "unmute"
    user: Id


class Ban(Command):
    type: Literal["ban"] = "ban"
    user: Id
    seconds: Seconds | None = None
    reason: Reason


class Unban(Command):
    type: Literal["unban"] = "unban"
    user: Id


class Delete(Command):
    type: Literal["delete"] = "delete"
    message: Seq
    reason: Remark = ""


class Restore(Command):
    type: Literal["restore"] = "restore"
    message: Seq


class Slow(Command):
    type: Literal["slow"] = "slow"
    seconds: Annotated[int, Field(ge=0, le=600)]


class Restrict(Command):
    type: Literal["restrict"] = "restrict"
    mode: Literal["everyone", "followers", "sellers"]


class BlockWords(Command):
    type: Literal["block_words"] = "block_words"
    words: Annotated[list[Annotated[str, Line(1, 50)]], Field(max_length=200)]


class Undo(Command):
    type: Literal["undo"] = "undo"
    seq: Seq


ClientCommand = Annotated[
    Chat
    | ClaimItem
    | Release
    | LeaveWaitlist
    | CancelClaim
    | Add
    | Remove
    | Move
    | Pin
    | Unpin
    | Reprice
    | Restock
    | Schedule
    | Start
    | Pause
    | Resume
    | End
    | Configure
    | AppointStaff
    | DismissStaff
    | Announce
    | Mute
    | Unmute
    | Ban
    | Unban
    | Delete
    | Restore
    | Slow
    | Restrict
    | BlockWords
    | Undo,
    Field(discriminator="type"),
]

client_command: TypeAdapter[Command] = TypeAdapter(ClientCommand)


def command_types() -> tuple[str, ...]:
    """The wire names of all client commands."""
    return tuple(schema.model_fields["type"].default for schema in Command.__subclasses__())


# --- what the server itself asks -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed: end what is over, except what is set ``aside`` (see `claims.due`)."""

    aside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Opened:
    """A room has just read the show: stock of ``items`` may have been freed meanwhile."""

    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StockSeen:
    """Stock as locked in this transaction: variant id → (quantity, held, sold)."""

    stock: dict[str, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class ListingChanged:
    """The listing was edited, archived, restocked or its mandate changed."""

    listing: str


@dataclass(frozen=True, slots=True)
class StreamUp:
    """The publisher's media flows."""


@dataclass(frozen=True, slots=True)
class StreamDown:
    """The publisher is gone. ``at``: since when (None: now)."""

    reason: Literal["stream_lost", "restart"] = "stream_lost"
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Checkout:
    """A buyer takes all their holds of this show to checkout.

    ``total`` is what they were shown, in minor units; ``provider`` will have the money.
    """

    address: Json
    total: int
    # No part of what the buyer asks: under the same key it may differ after a restart.
    provider: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClosePayment:
    """Cancelled by the buyer or failed at the provider: the claims are holds again."""

    payment: str
    status: Literal["cancelled", "failed"]
    error: Json | None = None


@dataclass(frozen=True, slots=True)
class SettlePayment:
    """The provider has the money.

    ``give_back``: the sale could not be saved, so all of the money is to go back.
    """

    payment: str
    give_back: bool = False


ServerCommand = (
    Tick
    | Opened
    | StockSeen
    | ListingChanged
    | StreamUp
    | StreamDown
    | Checkout
    | ClosePayment
    | SettlePayment
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A command on its way: who asks, under which key, and what was checked at the edge."""

    command: Command | ServerCommand
    actor: Person | None = None
    key: str | None = None

    @property
    def name(self) -> str:
        """The wire name of a client's command, the class name of the server's own."""
        kind: Any = getattr(self.command, "type", None)
        return str(kind) if kind else type(self.command).__name__
