"""The auctions of a show that are not over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from liveshow.domain.auctions.bidding import Maximum, Standing, after_bid, standing
from liveshow.domain.auctions.ends import AUCTION_ENDS
from liveshow.domain.auctions.events import (
    AuctionBid,
    AuctionBidderOut,
    AuctionCancelled,
    AuctionClosed,
    AuctionMaximum,
    AuctionOpened,
    AuctionPutUp,
)
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.running.events import ShowResumed, UserRenamed
from liveshow.domain.show.notices import Notices
from liveshow.domain.show.slices import Moment, Slice, applies
from liveshow.domain.values import ItemRef, Person

# Bids that come so late after the end still count (ms): they were under way when it came.
GRACE_MS = 400
# An auction that goes on and on is over all the same (ms after its opening).
LONGEST_MS = 300_000
# After so many extensions each is shorter.
MANY_EXTENSIONS = 10
SHORT_EXTENSION_MS = 5_000


@dataclass
class Auction:
    """Units of one variant, sold one after the other. Times are milliseconds.

    Between two units, and before the first, it is not open: one can bid, and no clock runs.
    """

    id: str
    item: str
    variant: str
    units: int
    start: int
    reserve: int | None
    seconds: int
    extend: int
    sudden_death: bool
    unit: int = 1
    ends_at: int | None = None
    # It ends then at the latest.
    last_at: int | None = None
    extensions: int = 0
    bids: int = 0
    # By the id of the bidder.
    maxima: dict[str, Maximum] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    # Ids of those who bid for the unit before.
    former: frozenset[str] = frozenset()
    # How it stands as everybody was told; None: nobody has bid for this unit.
    told: Standing | None = None

    @property
    def open(self) -> bool:
        """Whether the clock of a unit runs."""
        return self.ends_at is not None

    @property
    def stands(self) -> Standing:
        """How it stands as everybody was told."""
        return self.told or Standing(None, self.start, self.reserve is None)

    def bid(self, bidder: str, currency: str) -> Standing:
        """How it stands with the maximum that somebody has just said."""
        now = standing(self.maxima.values(), self.start, self.reserve, currency)
        return after_bid(self.stands, now, bidder, self.reserve)

    def without(self, bidder: str, currency: str) -> Standing:
        """How it would stand if somebody had never bid."""
        others = (each for each in self.maxima.values() if each.bidder != bidder)
        return standing(others, self.start, self.reserve, currency)

    def closes_at(self) -> int | None:
        """When it is over for good: nobody is told of an end before the grace is over."""
        return None if self.ends_at is None else self.ends_at + GRACE_MS

    def prolonged(self, now: int) -> int | None:
        """Return the end after a bid at ``now``, or None when it stays as it is."""
        if self.ends_at is None or self.last_at is None or self.sudden_death:
            return None
        extend = self.extend * 1000
        if self.extensions >= MANY_EXTENSIONS:
            extend = min(extend, SHORT_EXTENSION_MS)
        until = min(now + extend, self.last_at)
        return until if until > self.ends_at else None


@dataclass
class Auctions(Slice):
    """Those that are prepared or open, by id, in the order in which they were prepared."""

    known: dict[str, Auction] = field(default_factory=dict)
    _over: dict[str, frozenset[str]] = field(default_factory=dict, compare=False)

    # --- questions -------------------------------------------------------------------------

    @property
    def open(self) -> Auction | None:
        """The one whose clock runs: there is one at a time."""
        return next((auction for auction in self.known.values() if auction.open), None)

    def of_item(self, item_id: str) -> list[Auction]:
        return [auction for auction in self.known.values() if auction.item == item_id]

    def of_bidder(self, user_id: str) -> list[Auction]:
        return [auction for auction in self.known.values() if user_id in auction.maxima]

    def bidders_of(self, auction_id: str) -> Iterable[str]:
        """Ids of those who bid for this unit, or for the one before."""
        auction = self.known.get(auction_id)
        if auction is None:
            return self._over.get(auction_id, ())
        return {*auction.maxima, *auction.former}

    # --- changes ---------------------------------------------------------------------------

    def put(self, auction: Auction) -> None:
        self.known[auction.id] = auction

    def _drop(self, auction: Auction) -> None:
        del self.known[auction.id]
        # For whoever asks after the batch; of the newest alone.
        self._over = {auction.id: frozenset(auction.maxima) | auction.former}

    @applies(AuctionPutUp)
    def _put_up(self, event: AuctionPutUp, moment: Moment) -> None:
        self.put(
            Auction(
                id=event.auction,
                item=event.item,
                variant=event.variant,
                units=event.units,
                start=event.start,
                reserve=event.reserve,
                seconds=event.seconds,
                extend=event.extend,
                sudden_death=event.sudden_death,
            )
        )
        _item(moment, event.item).count(event.moves())

    @applies(AuctionOpened)
    def _opened(self, event: AuctionOpened, moment: Moment) -> None:
        auction = self.known[event.auction]
        auction.ends_at = event.ends_at
        auction.last_at = moment.at + LONGEST_MS

    @applies(AuctionMaximum)
    def _maximum(self, event: AuctionMaximum, moment: Moment) -> None:
        auction = self.known[event.auction]
        auction.maxima[event.user.id] = Maximum(event.user.id, event.amount, moment.seq)
        auction.people[event.user.id] = event.user

    @applies(AuctionBid)
    def _bid(self, event: AuctionBid, moment: Moment) -> None:
        auction = self.known[event.auction]
        if auction.open:
            auction.ends_at = event.ends_at
        auction.extensions, auction.bids = event.extensions, event.bids
        auction.told = Standing(event.leader.id, event.price, event.reserve_met)
        # Whoever looks at a clock that runs sees it there.
        if event.outbid is not None and not auction.open:
            moment.state[Notices].tell(
                moment,
                event.outbid,
                "outbid",
                _item(moment, auction.item).ref(),
                price=event.price,
            )

    @applies(AuctionBidderOut)
    def _bidder_out(self, event: AuctionBidderOut, moment: Moment) -> None:
        auction = self.known[event.auction]
        auction.maxima.pop(event.user.id, None)
        auction.people.pop(event.user.id, None)
        leader = event.leader.id if event.leader else None
        auction.told = Standing(leader, event.price, event.reserve_met)

    @applies(AuctionClosed)
    def _closed(self, event: AuctionClosed, moment: Moment) -> None:
        auction = self.known[event.auction]
        item = _item(moment, event.item)
        item.count(event.moves())
        ref = ItemRef(event.item, event.number, event.title)
        won = event.winner.id if event.winner else None
        for bidder in auction.maxima:
            end = AUCTION_ENDS["won" if bidder == won else event.outcome]
            price = event.price if bidder == won else None
            moment.state[Notices].tell_end(moment, bidder, end, ref, price=price)
        if event.left:
            auction.former = frozenset(auction.maxima)
            auction.unit += 1
            auction.ends_at = auction.last_at = None
            auction.extensions = auction.bids = 0
            auction.maxima, auction.people, auction.told = {}, {}, None
        else:
            self._drop(auction)

    @applies(AuctionCancelled)
    def _cancelled(self, event: AuctionCancelled, moment: Moment) -> None:
        auction = self.known[event.auction]
        _item(moment, event.item).count(event.moves())
        ref = ItemRef(event.item, event.number, event.title)
        end = AUCTION_ENDS[event.reason]
        for bidder in auction.maxima:
            moment.state[Notices].tell_end(moment, bidder, end, ref, event.note)
        self._drop(auction)

    @applies(UserRenamed)
    def _renamed(self, event: UserRenamed, moment: Moment) -> None:
        for auction in self.of_bidder(event.user.id):
            auction.people[event.user.id] = event.user

    @applies(ShowResumed)
    def _resumed(self, event: ShowResumed, moment: Moment) -> None:
        for auction in self.known.values():
            if auction.ends_at is not None and auction.last_at is not None:
                auction.ends_at += event.stood
                auction.last_at += event.stood


def _item(moment: Moment, item_id: str) -> Item:
    return moment.state[RunOfShow].items[item_id]
