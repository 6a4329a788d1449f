"""What happens in auctions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

from liveshow.domain.claims.events import with_stock
from liveshow.domain.show.chat_line import ChatLine
from liveshow.domain.show.events import STAFF, Event
from liveshow.domain.values import ItemRef, Person, StockMove, Variant

if TYPE_CHECKING:
    from liveshow.domain.show.state import ShowState

# ``passed``: nobody bid, or not enough.
Outcome = Literal["sold", "passed"]
# ``cancelled``: by the team; ``gone``: the item left the show; ``show_over``.
CancelReason = Literal["cancelled", "gone", "show_over"]


class AuctionPutUp(Event, frozen=True):
    """An auction was prepared; its pieces are kept for it. ``seconds``: how long a unit runs."""

    type = "auction.put_up"

    auction: str
    item: str
    number: int
    title: str
    variant: str
    units: int
    start: int
    least: int
    seconds: int
    extend: int
    sudden_death: bool
    has_reserve: bool
    reserve: Annotated[int | None, STAFF]
    by: Annotated[Person, STAFF]
    variants: list[Variant] = []
    sold_out: bool = False

    def chat_line(self, seq: int, at: int) -> ChatLine:
        return ChatLine(seq, at, "auction", item=ItemRef(self.item, self.number, self.title))

    def moves(self) -> Iterable[StockMove]:
        return (StockMove(self.variant, held=self.units),)

    def completed(self, state: ShowState) -> AuctionPutUp:
        return with_stock(self, state, self.item)


class AuctionOpened(Event, frozen=True):
    """The clock of a unit began; it is over at ``ends_at`` (ms), unless somebody bids late."""

    type = "auction.opened"

    auction: str
    unit: int
    ends_at: int


class AuctionMaximum(Event, frozen=True):
    """The most that somebody would pay: theirs alone to know until the record is public.

    ``seen``: the ``seq`` that their page showed.
    """

    type = "auction.maximum"
    private_to = "user"

    auction: str
    unit: int
    user: Person
    amount: int
    seen: int | None

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)


class AuctionBid(Event, frozen=True):
    """A bid changed who leads, at which price, or how long it goes on.

    ``user`` has bid, ``leader`` leads; ``least`` is what the next bid is at least.
    """

    type = "auction.bid"

    auction: str
    unit: int
    user: Person
    leader: Person
    price: int
    least: int
    bids: int
    reserve_met: bool
    ends_at: int | None
    extensions: int
    # Who led until now.
    outbid: Annotated[str | None, STAFF] = None

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id, *((self.outbid,) if self.outbid else ()))


class AuctionBidderOut(Event, frozen=True):
    """What somebody had bid does not count any more: they were banned."""

    type = "auction.bidder_out"

    auction: str
    unit: int
    user: Person
    leader: Person | None
    price: int
    least: int
    bids: int
    reserve_met: bool

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id, *((self.leader.id,) if self.leader else ()))


class AuctionClosed(Event, frozen=True):
    """A unit is over. ``price`` is what ``winner`` pays; the claim follows as an event of its own.

    ``left``: units that are still to come.
    """

    type = "auction.closed"

    auction: str
    item: str
    number: int
    title: str
    variant: str
    unit: int
    outcome: Outcome
    winner: Person | None
    price: int
    bids: int
    left: int
    variants: list[Variant] = []
    sold_out: bool = False

    def completed(self, state: ShowState) -> AuctionClosed:
        return with_stock(self, state, self.item)

    def chat_line(self, seq: int, at: int) -> ChatLine | None:
        if self.outcome == "sold":
            return None  # The claim has one.
        return ChatLine(seq, at, "passed", item=ItemRef(self.item, self.number, self.title))

    def moves(self) -> Iterable[StockMove]:
        return (StockMove(self.variant, held=-1),)

    def frees(self) -> str | None:
        return self.item if self.outcome == "passed" else None

    def concerns(self, state: ShowState) -> Iterable[str]:
        from liveshow.domain.auctions.state import Auctions

        return state[Auctions].bidders_of(self.auction)


class AuctionCancelled(Event, frozen=True):
    """An auction ends without a sale; ``units`` were not sold yet. ``note``: why, in words."""

    type = "auction.cancelled"

    auction: str
    item: str
    number: int
    title: str
    variant: str
    units: int
    reason: CancelReason
    note: str
    by: Annotated[Person | None, STAFF] = None
    variants: list[Variant] = []
    sold_out: bool = False

    def completed(self, state: ShowState) -> AuctionCancelled:
        return with_stock(self, state, self.item)

    def moves(self) -> Iterable[StockMove]:
        return (StockMove(self.variant, held=-self.units),)

    def frees(self) -> str:
        return self.item

    def concerns(self, state: ShowState) -> Iterable[str]:
        from liveshow.domain.auctions.state import Auctions

        return state[Auctions].bidders_of(self.auction)


EVENTS = (
    AuctionPutUp,
    AuctionOpened,
    AuctionMaximum,
    AuctionBid,
    AuctionBidderOut,
    AuctionClosed,
    AuctionCancelled,
)
