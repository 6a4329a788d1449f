"""The auctions of a show that are not over."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from liveshow.domain.auctions.bidding import Maximum, Standing, after_bid, runner_up, standing
from liveshow.domain.auctions.ends import AUCTION_ENDS, CHANCE_ENDS, RETRY
from liveshow.domain.auctions.events import (
    AuctionBid,
    AuctionBidderOut,
    AuctionCancelled,
    AuctionChance,
    AuctionChanceOver,
    AuctionClosed,
    AuctionClosing,
    AuctionExtended,
    AuctionMaximum,
    AuctionOpened,
    AuctionPutUp,
    AuctionReleased,
    AuctionRetry,
)
from liveshow.domain.claims.events import ItemReleased, ItemSold
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
    quantity: int
    start_price: int
    reserve: int | None
    seconds: int
    extension_seconds: int
    sudden_death: bool
    unit: int = 1
    ends_at: int | None = None
    # The clock came to zero, and the grace runs.
    closing: bool = False
    # It ends then at the latest.
    last_at: int | None = None
    extensions: int = 0
    bids: int = 0
    # By the id of the bidder.
    maxima: dict[str, Maximum] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    # Ids of those who would buy if the winner does not pay.
    willing: set[str] = field(default_factory=set)
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
        return self.told or Standing(None, self.start_price, self.reserve is None)

    def bid(self, bidder: str, currency: str) -> Standing:
        """How it stands with the maximum that somebody has just said."""
        now = standing(self.maxima.values(), self.start_price, self.reserve, currency)
        return after_bid(self.stands, now, bidder, self.reserve)

    def without(self, bidder: str, currency: str) -> Standing:
        """How it would stand if somebody had never bid."""
        others = (each for each in self.maxima.values() if each.bidder != bidder)
        return standing(others, self.start_price, self.reserve, currency)

    def closes_at(self) -> int | None:
        """When it is over for good: nobody is told of an end before the grace is over."""
        return None if self.ends_at is None else self.ends_at + GRACE_MS

    def prolonged(self, now: int) -> int | None:
        """Return the end after a bid at ``now``, or None when it stays as it is."""
        if self.ends_at is None or self.last_at is None or self.sudden_death:
            return None
        extend = self.extension_seconds * 1000
        if self.extensions >= MANY_EXTENSIONS:
            extend = min(extend, SHORT_EXTENSION_MS)
        until = min(now + extend, self.last_at)
        return until if until > self.ends_at else None


@dataclass
class Chance:
    """An offer to the next bidder, because the winner did not pay; ``until`` in milliseconds."""

    id: str
    user: Person
    price: int
    until: int


@dataclass
class Win:
    """A unit that was sold and is not paid: held by ``claim``, or offered as a ``chance``."""

    auction: str
    unit: int
    item: str
    variant: str
    start_price: int
    reserve: int | None
    claim: str | None
    # What was bid for this unit, by the id of the bidder.
    maxima: dict[str, Maximum]
    people: dict[str, Person]
    willing: set[str]
    # Ids of those who did not buy although they could.
    out: set[str] = field(default_factory=set)
    # Whether more time was given after a payment that was declined.
    retried: bool = False
    chance: Chance | None = None

    @property
    def key(self) -> tuple[str, int]:
        return self.auction, self.unit

    def runner_up(self, without: Collection[str], currency: str) -> tuple[Person, int] | None:
        """Who may buy next, and at which price, as if those ``without`` had never bid."""
        found = runner_up(
            self.maxima.values(), without, self.willing, self.start_price, self.reserve, currency
        )
        return (self.people[found[0]], found[1]) if found else None


@dataclass
class Auctions(Slice):
    """Those that are prepared or open, by id, in the order in which they were prepared."""

    known: dict[str, Auction] = field(default_factory=dict)
    # Units that were won and are not paid, by auction and unit, oldest first.
    wins: dict[tuple[str, int], Win] = field(default_factory=dict)
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

    def win_of(self, claim_id: str) -> Win | None:
        """The win that a claim holds."""
        return next((win for win in self.wins.values() if win.claim == claim_id), None)

    def chances(self) -> list[tuple[Win, Chance]]:
        """The second chances, with the win that each is about; those in front that end first."""
        found = [(win, win.chance) for win in self.wins.values() if win.chance]
        return sorted(found, key=lambda each: (each[1].until, each[1].id))

    def chances_of(self, user_id: str) -> list[tuple[Win, Chance]]:
        """The second chances of one person."""
        return [(win, chance) for win, chance in self.chances() if chance.user.id == user_id]

    # --- changes ---------------------------------------------------------------------------

    def put(self, auction: Auction) -> None:
        self.known[auction.id] = auction

    def keep(self, win: Win) -> None:
        self.wins[win.key] = win

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
                quantity=event.quantity,
                start_price=event.start_price,
                reserve=event.reserve,
                seconds=event.seconds,
                extension_seconds=event.extension_seconds,
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
        auction.maxima[event.user.id] = Maximum(event.user.id, event.maximum, moment.seq)
        auction.people[event.user.id] = event.user
        if event.second_chance:
            auction.willing.add(event.user.id)
        else:
            auction.willing.discard(event.user.id)

    @applies(AuctionBid)
    def _bid(self, event: AuctionBid, moment: Moment) -> None:
        auction = self.known[event.auction]
        auction.bids = event.bids
        auction.told = Standing(event.leader.id, event.price, event.reserve_met)
        # Whoever looks at the auction sees it there; a page that shows it does not say it again.
        if event.outbid is not None:
            ref = _item(moment, auction.item).ref()
            moment.state[Notices].tell_anew(moment, event.outbid, "outbid", ref, event.price)

    @applies(AuctionExtended)
    def _extended(self, event: AuctionExtended, moment: Moment) -> None:
        auction = self.known[event.auction]
        auction.ends_at, auction.extensions = event.ends_at, event.extensions
        auction.closing = False

    @applies(AuctionClosing)
    def _closing(self, event: AuctionClosing, moment: Moment) -> None:
        self.known[event.auction].closing = True

    @applies(AuctionBidderOut)
    def _bidder_out(self, event: AuctionBidderOut, moment: Moment) -> None:
        auction = self.known[event.auction]
        auction.maxima.pop(event.user.id, None)
        auction.people.pop(event.user.id, None)
        auction.willing.discard(event.user.id)
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
        if event.claim is not None:
            self.keep(
                Win(
                    auction=auction.id,
                    unit=event.unit,
                    item=auction.item,
                    variant=auction.variant,
                    start_price=auction.start_price,
                    reserve=auction.reserve,
                    claim=event.claim,
                    maxima=auction.maxima,
                    people=auction.people,
                    willing=auction.willing,
                )
            )
        if event.left:
            auction.former = frozenset(auction.maxima)
            auction.unit += 1
            auction.ends_at = auction.last_at = None
            auction.closing = False
            auction.extensions = auction.bids = 0
            auction.maxima, auction.people, auction.told = {}, {}, None
            auction.willing = set()
        else:
            self._drop(auction)

    @applies(AuctionCancelled)
    def _cancelled(self, event: AuctionCancelled, moment: Moment) -> None:
        auction = self.known[event.auction]
        _item(moment, event.item).count(event.moves())
        ref = ItemRef(event.item, event.number, event.title)
        end = AUCTION_ENDS[event.reason]
        for bidder in auction.maxima:
            moment.state[Notices].tell_end(moment, bidder, end, ref)
        self._drop(auction)

    @applies(ItemSold)
    def _sold(self, event: ItemSold, moment: Moment) -> None:
        if win := self.win_of(event.claim):
            del self.wins[win.key]

    @applies(ItemReleased)
    def _released(self, event: ItemReleased, moment: Moment) -> None:
        """The winner did not pay; the piece stays kept until somebody is asked, or nobody is."""
        win = self.win_of(event.claim)
        if win is None:
            return
        if event.kept:
            win.claim = None
            win.out.add(event.user.id)
        else:
            del self.wins[win.key]

    @applies(AuctionRetry)
    def _retry(self, event: AuctionRetry, moment: Moment) -> None:
        win = self.wins[event.auction, event.unit]
        win.retried = True
        ref = _item(moment, win.item).ref()
        moment.state[Notices].tell_end(moment, event.user.id, RETRY, ref)

    @applies(AuctionChance)
    def _chance(self, event: AuctionChance, moment: Moment) -> None:
        win = self.wins[event.auction, event.unit]
        win.chance = Chance(event.chance, event.user, event.price, event.until)
        ref = ItemRef(event.item, event.number, event.title)
        moment.state[Notices].tell(moment, event.user.id, "second_chance", ref, price=event.price)

    @applies(AuctionChanceOver)
    def _chance_over(self, event: AuctionChanceOver, moment: Moment) -> None:
        win, item = self.wins[event.auction, event.unit], _item(moment, event.item)
        win.chance, win.claim = None, event.claim
        item.count(event.moves())
        if event.claim is None:
            win.out.add(event.user.id)
        else:
            # Another buyer, who has another card.
            win.retried = False
        end = CHANCE_ENDS[event.reason]
        moment.state[Notices].tell_end(moment, event.user.id, end, item.ref())

    @applies(AuctionReleased)
    def _free(self, event: AuctionReleased, moment: Moment) -> None:
        _item(moment, event.item).count(event.moves())
        del self.wins[event.auction, event.unit]

    @applies(UserRenamed)
    def _renamed(self, event: UserRenamed, moment: Moment) -> None:
        for auction in self.of_bidder(event.user.id):
            auction.people[event.user.id] = event.user
        for win in self.wins.values():
            if event.user.id in win.people:
                win.people[event.user.id] = event.user
            if win.chance and win.chance.user.id == event.user.id:
                win.chance.user = event.user

    @applies(ShowResumed)
    def _resumed(self, event: ShowResumed, moment: Moment) -> None:
        for auction in self.known.values():
            if auction.ends_at is not None and auction.last_at is not None:
                auction.ends_at += event.stood
                auction.last_at += event.stood
        for _, chance in self.chances():
            chance.until += event.stood


def _item(moment: Moment, item_id: str) -> Item:
    return moment.state[RunOfShow].items[item_id]
