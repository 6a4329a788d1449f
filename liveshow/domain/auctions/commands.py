"""What can be asked of auctions, and what is answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from liveshow.domain.auctions.bidding import MAX_BID
from liveshow.domain.show.commands import Answer, Command, Seq
from liveshow.fields import Id

# Money that is bid or asked for, minor units.
Bid = Annotated[int, Field(ge=1, le=MAX_BID)]
MAX_QUANTITY = 50
# Nobody sees a show later than this (ms); what a page says beyond it is nonsense.
MAX_DELAY_MS = 60_000


class PutUp(Command):
    """Open an auction of an item, or prepare it: from then on one can say what one would bid.

    It opens at once when the show is live and no other auction is open, unless it is only to be
    prepared. ``quantity`` pieces are sold one after the other, each in a clock of its own.
    ``reserve``: below it nothing is sold; that there is one is public, how much it is is not.
    """

    type: Literal["auction"] = "auction"
    item: Id
    variant: Id | None = None
    quantity: Annotated[int, Field(ge=1, le=MAX_QUANTITY)] = 1
    start_price: Bid
    reserve: Bid | None = None
    seconds: Annotated[int, Field(ge=10, le=300)] = 30
    # A bid in the last seconds sets the clock back to this; it does not, in a sudden death.
    extension_seconds: Annotated[int, Field(ge=5, le=30)] = 8
    sudden_death: bool = False
    prepare: bool = False


class OpenAuction(Command):
    """The clock of the next unit begins."""

    type: Literal["open_auction"] = "open_auction"
    auction: Id


class PlaceBid(Command):
    """What one is ready to pay now, and the ``maximum`` up to which the server bids for one.

    ``seen``: the ``seq`` that the bidder's page showed; ``delay``: how late it shows things (ms).
    ``sure``: they have been asked again, because it is far above the price. ``second_chance``:
    whether they would buy if the winner does not pay; None leaves it as it was.
    """

    type: Literal["bid"] = "bid"
    auction: Id
    amount: Bid
    maximum: Bid | None = None
    seen: Seq | None = None
    sure: bool = False
    second_chance: bool | None = None
    delay: Annotated[int, Field(ge=0, le=MAX_DELAY_MS)] | None = None

    @property
    def most(self) -> int:
        """The most that they would pay."""
        return self.amount if self.maximum is None else self.maximum


class CancelAuction(Command):
    """Take an auction back for which nobody has bid: what is not sold yet is free again."""

    type: Literal["cancel_auction"] = "cancel_auction"
    auction: Id


class TakeChance(Command):
    """Buy after all what the winner did not pay for, at the price that was offered."""

    type: Literal["take_chance"] = "take_chance"
    chance: Id


class DeclineChance(Command):
    """Let the next one have it."""

    type: Literal["decline_chance"] = "decline_chance"
    chance: Id


class PutUpAnswer(Answer, frozen=True):
    """``auction`` is the id of the new one; ``opened``: its clock runs."""

    auction: str
    opened: bool


class BidAnswer(Answer, frozen=True):
    """How one stands after one's bid: ``next`` is what the next bid of another is at least."""

    seq: int
    status: Literal["leading", "outbid"]
    price: int
    next: int
    maximum: int


class ChanceTaken(Answer, frozen=True):
    """The hold that it became; ``until`` in milliseconds."""

    claim: str
    until: int
