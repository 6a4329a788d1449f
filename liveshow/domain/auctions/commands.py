"""What can be asked of auctions, and what is answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from liveshow.domain.auctions.bidding import MAX_BID
from liveshow.domain.show.commands import Answer, Command, Remark, Seq
from liveshow.fields import Id

# Money that is bid or asked for, minor units.
Bid = Annotated[int, Field(ge=1, le=MAX_BID)]
MAX_UNITS = 50


class PutUp(Command):
    """Prepare an auction of an item: from now on one can say what one would bid at most.

    ``units`` are sold one after the other, each in an auction of its own. ``reserve``: below it
    nothing is sold; that there is one is public, how much it is is not.
    """

    type: Literal["auction"] = "auction"
    item: Id
    variant: Id | None = None
    units: Annotated[int, Field(ge=1, le=MAX_UNITS)] = 1
    start: Bid
    reserve: Bid | None = None
    seconds: Annotated[int, Field(ge=10, le=300)] = 30
    # A bid in the last seconds sets the clock back to this; it is not, in a sudden death.
    extend: Annotated[int, Field(ge=5, le=30)] = 8
    sudden_death: bool = False


class OpenAuction(Command):
    """The clock of the next unit begins."""

    type: Literal["open_auction"] = "open_auction"
    auction: Id


class PlaceBid(Command):
    """The most that one would pay. ``seen``: the ``seq`` that the bidder's page showed.

    ``sure``: they have been asked again, because it is far above the price.
    """

    type: Literal["bid"] = "bid"
    auction: Id
    amount: Bid
    seen: Seq | None = None
    sure: bool = False


class CancelAuction(Command):
    """Take an auction back: nothing is sold, and what is not sold yet is free again."""

    type: Literal["cancel_auction"] = "cancel_auction"
    auction: Id
    reason: Remark = ""


class PutUpAnswer(Answer, frozen=True):
    """``auction`` is the id of the new one."""

    auction: str


class BidAnswer(Answer, frozen=True):
    """How one stands after one's bid: ``least`` is what the next bid of another is at least."""

    seq: int
    leading: bool
    price: int
    least: int
    maximum: int
