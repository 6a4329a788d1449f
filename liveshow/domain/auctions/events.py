"""What happens in auctions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
# How a second chance ends: they bought; they did not want to; in the words of what came between.
ChanceEnd = Literal["taken", "declined", "expired", "banned", "gone", "show_over"]


def _renamed(data: dict[str, object], names: Mapping[str, str]) -> dict[str, object]:
    """Fields of an older version under the names that they have now."""
    return {names.get(name, name): value for name, value in data.items()}


class AuctionPutUp(Event, frozen=True):
    """An auction was prepared; its pieces are kept for it. ``seconds``: how long a unit runs."""

    type = "auction.put_up"
    version = 2

    auction: str
    item: str
    number: int
    title: str
    variant: str
    quantity: int
    start_price: int
    seconds: int
    extension_seconds: int
    sudden_death: bool
    has_reserve: bool
    reserve: Annotated[int | None, STAFF]
    by: Annotated[Person, STAFF]
    variants: list[Variant] = []
    sold_out: bool = False

    @classmethod
    def upgrade(cls, data: dict[str, object], version: int) -> dict[str, object]:
        names = {"units": "quantity", "start": "start_price", "extend": "extension_seconds"}
        return _renamed(data, names)

    def chat_line(self, seq: int, at: int) -> ChatLine:
        return ChatLine(seq, at, "auction", item=ItemRef(self.item, self.number, self.title))

    def moves(self) -> Iterable[StockMove]:
        return (StockMove(self.variant, held=self.quantity),)

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

    ``seen``: the ``seq`` that their page showed; ``delay``: how late it showed it (ms).
    ``second_chance``: whether they would buy if the winner does not pay.
    """

    type = "auction.maximum"
    version = 2
    private_to = "user"

    auction: str
    unit: int
    user: Person
    amount: int
    maximum: int
    seen: int | None
    second_chance: bool
    delay: int | None

    @classmethod
    def upgrade(cls, data: dict[str, object], version: int) -> dict[str, object]:
        return {"maximum": data["amount"], "second_chance": False, "delay": None, **data}

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)


class AuctionBid(Event, frozen=True):
    """A bid changed who leads, or at which price.

    ``user`` has bid, ``leader`` leads; ``next`` is what the next bid is at least.
    """

    type = "auction.bid"
    version = 2

    auction: str
    unit: int
    user: Person
    leader: Person
    price: int
    next: int
    bids: int
    reserve_met: bool
    # Who led until now.
    outbid: Annotated[str | None, STAFF] = None

    @classmethod
    def upgrade(cls, data: dict[str, object], version: int) -> dict[str, object]:
        return _renamed(data, {"least": "next"})

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id, *((self.outbid,) if self.outbid else ()))


class AuctionExtended(Event, frozen=True):
    """A late bid set the clock to ``ends_at`` (ms); it was set ``extensions`` times."""

    type = "auction.extended"

    auction: str
    unit: int
    ends_at: int
    extensions: int


class AuctionClosing(Event, frozen=True):
    """The clock is at zero. Bids that were under way still count; nothing is sold yet."""

    type = "auction.closing"

    auction: str
    unit: int


class AuctionBidderOut(Event, frozen=True):
    """What somebody had bid does not count any more: they were banned."""

    type = "auction.bidder_out"
    version = 2

    auction: str
    unit: int
    user: Person
    leader: Person | None
    price: int
    next: int
    bids: int
    reserve_met: bool

    @classmethod
    def upgrade(cls, data: dict[str, object], version: int) -> dict[str, object]:
        return _renamed(data, {"least": "next"})

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id, *((self.leader.id,) if self.leader else ()))


class AuctionClosed(Event, frozen=True):
    """A unit is over. ``price`` is what ``winner`` pays, by ``claim``: that is an event of its own.

    ``left``: units that are still to come.
    """

    type = "auction.closed"
    version = 2

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
    claim: str | None
    variants: list[Variant] = []
    sold_out: bool = False

    @classmethod
    def upgrade(cls, data: dict[str, object], version: int) -> dict[str, object]:
        return {"claim": None, **data}

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
    """An auction ends without a sale; ``quantity`` were not sold yet."""

    type = "auction.cancelled"
    version = 2

    auction: str
    item: str
    number: int
    title: str
    variant: str
    quantity: int
    reason: CancelReason
    by: Annotated[Person | None, STAFF] = None
    variants: list[Variant] = []
    sold_out: bool = False

    @classmethod
    def upgrade(cls, data: dict[str, object], version: int) -> dict[str, object]:
        return _renamed(data, {"units": "quantity"})

    def completed(self, state: ShowState) -> AuctionCancelled:
        return with_stock(self, state, self.item)

    def moves(self) -> Iterable[StockMove]:
        return (StockMove(self.variant, held=-self.quantity),)

    def frees(self) -> str:
        return self.item

    def concerns(self, state: ShowState) -> Iterable[str]:
        from liveshow.domain.auctions.state import Auctions

        return state[Auctions].bidders_of(self.auction)


class AuctionRetry(Event, frozen=True):
    """A payment for what was won was declined: its hold goes on until ``until`` (ms), once."""

    type = "auction.retry"
    private_to = "user"

    auction: str
    unit: int
    user: Person
    claim: str
    until: int

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)


class AuctionChance(Event, frozen=True):
    """The winner did not pay: the next one may buy at ``price``, until ``until`` (ms).

    ``without``: ids of those who count as if they had never bid.
    """

    type = "auction.chance"
    staff_only = True

    auction: Annotated[str, STAFF]
    unit: Annotated[int, STAFF]
    chance: Annotated[str, STAFF]
    item: Annotated[str, STAFF]
    number: Annotated[int, STAFF]
    title: Annotated[str, STAFF]
    variant: Annotated[str, STAFF]
    user: Annotated[Person, STAFF]
    price: Annotated[int, STAFF]
    until: Annotated[int, STAFF]
    without: Annotated[list[str], STAFF]

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)


class AuctionChanceOver(Event, frozen=True):
    """A second chance ended. When it was ``taken``, the claim follows as an event of its own."""

    type = "auction.chance_over"

    auction: str
    unit: int
    item: str
    variant: str
    chance: Annotated[str, STAFF]
    user: Annotated[Person, STAFF]
    reason: Annotated[ChanceEnd, STAFF]
    claim: Annotated[str | None, STAFF]
    variants: list[Variant] = []
    sold_out: bool = False

    def completed(self, state: ShowState) -> AuctionChanceOver:
        return with_stock(self, state, self.item)

    def moves(self) -> Iterable[StockMove]:
        return (StockMove(self.variant, held=-1),) if self.claim else ()

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)


class AuctionReleased(Event, frozen=True):
    """Nobody who bid for a unit buys it: the piece is free again."""

    type = "auction.released"

    auction: str
    unit: int
    item: str
    variant: str
    variants: list[Variant] = []
    sold_out: bool = False

    def completed(self, state: ShowState) -> AuctionReleased:
        return with_stock(self, state, self.item)

    def moves(self) -> Iterable[StockMove]:
        return (StockMove(self.variant, held=-1),)

    def frees(self) -> str:
        return self.item


EVENTS = (
    AuctionPutUp,
    AuctionOpened,
    AuctionMaximum,
    AuctionBid,
    AuctionExtended,
    AuctionClosing,
    AuctionBidderOut,
    AuctionClosed,
    AuctionCancelled,
    AuctionRetry,
    AuctionChance,
    AuctionChanceOver,
    AuctionReleased,
)
