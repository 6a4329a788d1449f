"""What can be asked of giveaways, and what is answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from liveshow.domain.giveaways.events import Who
from liveshow.domain.show.commands import Answer, Command, Remark, ServerCommand
from liveshow.domain.values import Address
from liveshow.fields import Id, OneLine


class OpenGiveaway(Command):
    """Give a piece of an item away, or what ``title`` says in words alone.

    Everybody who may enter can do so for ``seconds``.
    """

    type: Literal["giveaway"] = "giveaway"
    title: Annotated[str, OneLine(1, 120)]
    item: Id | None = None
    variant: Id | None = None
    seconds: Annotated[int, Field(ge=10, le=1800)]
    who: Who = "everyone"


class Enter(Command):
    """Take part. One entry a person."""

    type: Literal["enter"] = "enter"
    giveaway: Id


class CancelGiveaway(Command):
    """Take a giveaway back as long as one can enter."""

    type: Literal["cancel_giveaway"] = "cancel_giveaway"
    giveaway: Id
    reason: Remark = ""


class ClaimPrize(ServerCommand, frozen=True):
    """Whoever won says where the prize goes."""

    giveaway: str
    address: Address


class TellBeacon(ServerCommand, frozen=True):
    """The round of the beacon that a draw waits for is there; ``signature`` is hexadecimal."""

    giveaway: str
    round: int
    signature: str


class GiveawayAsked(Answer, frozen=True):
    """``giveaway`` is the id of the new one."""

    giveaway: str


class Entered(Answer, frozen=True):
    """``entry`` is the public name of one's entry: nobody else knows whose it is."""

    entry: str


class PrizeOrdered(Answer, frozen=True):
    """``order`` is the id of the order that the prize has become."""

    order: str
