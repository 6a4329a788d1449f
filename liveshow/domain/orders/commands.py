"""What the parties of an order ask of the show that it was sold in."""

from __future__ import annotations

import msgspec

from liveshow.domain.show.commands import Answer, ServerCommand


class RefundOrder(ServerCommand, frozen=True):
    """The owner sends money back: ``amount`` in minor units, None for all that is left."""

    order: str
    reason: str
    amount: int | None = None


class CancelOrder(ServerCommand, frozen=True):
    """The buyer does not want it any more, and it is not packed yet."""

    order: str
    reason: str = ""


class ShipOrder(ServerCommand, frozen=True):
    """The owner has sent it."""

    order: str
    carrier: str = ""
    tracking: str = ""


class AnswerRestock(ServerCommand, frozen=True):
    """The owner says whether the pieces of an order that was taken back can be sold again."""

    order: str
    restock: bool


class SentBack(msgspec.Struct, frozen=True):
    """A refund that was decided, of which order, and its amount in minor units."""

    order: str
    refund: str
    amount: int


class Refunded(Answer, frozen=True):
    """The refund that was decided, and its amount; ``further``: what goes back of other orders."""

    refund: str
    amount: int
    further: list[SentBack] = []
