"""What everybody sees of auctions, and each bidder of their own bids."""

from __future__ import annotations

from liveshow.domain.auctions.bidding import next_bid
from liveshow.domain.auctions.state import Auction, Auctions
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.feature import Look
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Value


class AuctionView(Value, frozen=True):
    """An auction that is prepared or open; times are milliseconds.

    ``ends_at`` None: its clock does not run yet, and one can bid all the same. ``closing``: it is
    at zero, and what was under way still counts. ``next`` is what the next bid is at least, of
    somebody who does not lead.
    """

    id: str
    item: str
    variant: str
    unit: int
    quantity: int
    start_price: int
    has_reserve: bool
    reserve_met: bool
    seconds: int
    extension_seconds: int
    sudden_death: bool
    ends_at: int | None
    closing: bool
    extensions: int
    leader: Person | None
    price: int
    next: int
    bids: int


class MyBid(Value, frozen=True):
    """The most that one would pay for the unit that is sold now.

    ``second_chance``: whether one would buy if the winner does not pay.
    """

    auction: str
    maximum: int
    leading: bool
    second_chance: bool


class MyChance(Value, frozen=True):
    """What one may buy after all, at ``price`` and until ``until`` (ms)."""

    chance: str
    auction: str
    unit: int
    item: str
    number: int
    title: str
    variant: str
    price: int
    until: int


class ChanceView(Value, frozen=True):
    """A second chance, as the team sees it."""

    chance: str
    auction: str
    unit: int
    item: str
    user: Person
    price: int
    until: int


class AuctionTerms(Value, frozen=True):
    """What only the team sees of an auction."""

    auction: str
    reserve: int | None


def view(state: ShowState, auction: Auction) -> AuctionView:
    currency = state.show.currency
    stands = auction.stands
    return AuctionView(
        id=auction.id,
        item=auction.item,
        variant=auction.variant,
        unit=auction.unit,
        quantity=auction.quantity,
        start_price=auction.start_price,
        has_reserve=auction.reserve is not None,
        reserve_met=stands.reserve_met,
        seconds=auction.seconds,
        extension_seconds=auction.extension_seconds,
        sudden_death=auction.sudden_death,
        ends_at=auction.ends_at,
        closing=auction.closing,
        extensions=auction.extensions,
        leader=auction.people[stands.leader] if stands.leader else None,
        price=stands.price,
        next=next_bid(stands, currency),
        bids=auction.bids,
    )


def auctions(look: Look) -> list[AuctionView]:
    return [view(look.state, auction) for auction in look.state[Auctions].known.values()]


def terms(look: Look) -> list[AuctionTerms]:
    return [
        AuctionTerms(auction.id, auction.reserve)
        for auction in look.state[Auctions].known.values()
        if auction.reserve is not None
    ]


def my_bids(look: Look, who: Person) -> list[MyBid]:
    return [
        MyBid(
            auction=auction.id,
            maximum=auction.maxima[who.id].amount,
            leading=auction.stands.leader == who.id,
            second_chance=who.id in auction.willing,
        )
        for auction in look.state[Auctions].of_bidder(who.id)
    ]


def chances(look: Look) -> list[ChanceView]:
    return [
        ChanceView(
            chance=chance.id,
            auction=win.auction,
            unit=win.unit,
            item=win.item,
            user=chance.user,
            price=chance.price,
            until=chance.until,
        )
        for win, chance in look.state[Auctions].chances()
    ]


def my_chances(look: Look, who: Person) -> list[MyChance]:
    items = look.state[RunOfShow].items
    return [
        MyChance(
            chance=chance.id,
            auction=win.auction,
            unit=win.unit,
            item=win.item,
            number=items[win.item].number,
            title=items[win.item].title,
            variant=win.variant,
            price=chance.price,
            until=chance.until,
        )
        for win, chance in look.state[Auctions].chances_of(who.id)
    ]
