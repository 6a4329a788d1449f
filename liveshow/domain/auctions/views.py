"""What everybody sees of auctions, and each bidder of their own bids."""

from __future__ import annotations

from liveshow.domain.auctions.bidding import least
from liveshow.domain.auctions.state import Auction, Auctions
from liveshow.domain.show.feature import Look
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Value


class AuctionView(Value, frozen=True):
    """An auction that is prepared or open; times are milliseconds.

    ``ends_at`` None: its clock does not run yet, and one can bid all the same. ``least`` is what
    the next bid is at least, of somebody who does not lead.
    """

    id: str
    item: str
    variant: str
    unit: int
    units: int
    start: int
    has_reserve: bool
    reserve_met: bool
    seconds: int
    extend: int
    sudden_death: bool
    ends_at: int | None
    extensions: int
    leader: Person | None
    price: int
    least: int
    bids: int


class MyBid(Value, frozen=True):
    """The most that one would pay for the unit that is sold now."""

    auction: str
    maximum: int
    leading: bool


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
        units=auction.units,
        start=auction.start,
        has_reserve=auction.reserve is not None,
        reserve_met=stands.reserve_met,
        seconds=auction.seconds,
        extend=auction.extend,
        sudden_death=auction.sudden_death,
        ends_at=auction.ends_at,
        extensions=auction.extensions,
        leader=auction.people[stands.leader] if stands.leader else None,
        price=stands.price,
        least=least(stands, currency),
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
        )
        for auction in look.state[Auctions].of_bidder(who.id)
    ]
