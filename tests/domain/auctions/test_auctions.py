"""Auctions: who may bid, what is enough, when they end, and what becomes of the pieces."""

from __future__ import annotations

import pytest

from liveshow.domain.auctions.events import (
    AuctionBid,
    AuctionBidderOut,
    AuctionCancelled,
    AuctionClosed,
    AuctionMaximum,
)
from liveshow.domain.auctions.facts import MarkKind
from liveshow.domain.auctions.state import GRACE_MS, LONGEST_MS, Auctions
from liveshow.domain.claims.events import ItemClaimed
from liveshow.domain.show.notices import Notices
from liveshow.domain.values import Person
from liveshow.errors import Conflict
from tests.domain import asks as c
from tests.domain.auctions.sale import Sale, free
from tests.domain.world import (
    ANNA,
    BENO,
    CARL,
    COHOST,
    HANNA,
    MODERATOR,
    SELLER,
)


@pytest.fixture
def sale() -> Sale:
    return Sale()


# --- the course ------------------------------------------------------------------------------


def test_the_highest_maximum_wins_at_the_second_price_and_holds_the_piece(sale: Sale) -> None:
    auction = sale.open()
    sale.bid(ANNA, auction, 2000)
    answer = sale.bid(BENO, auction, 3000)
    assert (answer["status"], answer["price"], answer["next"]) == ("leading", 2100, 2200)
    closed = sale.close()
    assert (closed.outcome, closed.winner, closed.price, closed.bids) == ("sold", BENO, 2100, 2)
    [claim] = sale.room.held_by("beno")
    assert (claim.price, claim.via) == (2100, "auction")
    assert sale.room.state[Auctions].known == {}
    told = {who.id: sale.room.state[Notices].of(who.id)[-1] for who in (ANNA, BENO)}
    assert (told["beno"].kind, told["beno"].price) == ("won", 2100)
    assert told["anna"].kind == "auction_over"


def test_pieces_are_kept_for_an_auction_from_its_preparation_on(sale: Sale) -> None:
    assert free(sale.room, "mug") == 5
    auction = sale.put_up("mug", quantity=3)
    assert free(sale.room, "mug") == 2
    sale.market.tick()
    assert free(sale.market, "mug") == 2
    sale.room.ask(HANNA, c.CancelAuction(auction=auction))
    sale.market.tick()
    assert free(sale.room, "mug") == free(sale.market, "mug") == 5


def test_units_are_sold_one_after_the_other(sale: Sale) -> None:
    auction = sale.open("mug", quantity=2, start_price=500)
    sale.bid(ANNA, auction, 900)
    sale.bid(BENO, auction, 800)
    assert sale.close().winner == ANNA
    known = sale.known(auction)
    assert (known.unit, known.open, known.maxima) == (2, False, {})
    # Bids for the next one count before its clock runs.
    sale.bid(BENO, auction, 700)
    assert sale.refused(None, auction, 900) == "unauthenticated"
    sale.room.ask(HANNA, c.OpenAuction(auction=auction))
    assert (sale.close().winner, free(sale.room, "mug")) == (BENO, 3)
    assert [claim.price for claim in sale.room.held_by("anna")] == [900]


def test_nothing_is_sold_below_the_reserve_and_nobody_learns_it(sale: Sale) -> None:
    auction = sale.open(reserve=4000)
    sale.bid(ANNA, auction, 3000)
    [bid] = sale.room.happened(AuctionBid)
    assert (bid.price, bid.reserve_met) == (1000, False)
    assert "4000" not in sale.room.snapshot(staff=False)
    closed = sale.close()
    assert (closed.outcome, closed.winner) == ("passed", None)
    assert free(sale.room, "scarf") == 1


def test_a_maximum_that_reaches_the_reserve_makes_it_the_price(sale: Sale) -> None:
    auction = sale.open(reserve=4000)
    sale.bid(ANNA, auction, 5000)
    assert sale.close().price == 4000


def test_the_floor_of_an_owner_is_a_reserve(sale: Sale) -> None:
    item = sale.room.item("dress")
    size = item.variants[0].id
    ask = c.PutUp(item=item.id, variant=size, start_price=100, reserve=4999)
    assert sale.room.refuses(HANNA, ask) == "below_floor"
    auction = sale.put_up("dress", variant=size, start_price=100)
    assert sale.known(auction).reserve == 5000
    assert sale.known(sale.put_up("dress", variant=size, start_price=6000)).reserve is None


def test_what_nobody_bids_for_is_passed(sale: Sale) -> None:
    sale.open()
    assert (sale.close().outcome, free(sale.room, "scarf")) == ("passed", 1)


# --- the clock -------------------------------------------------------------------------------


def test_a_late_bid_sets_the_clock_and_one_in_time_does_not(sale: Sale) -> None:
    auction = sale.open(seconds=30, extension_seconds=8)
    sale.world.wait(10_000)
    sale.bid(ANNA, auction, 1000)
    assert sale.left(auction) == 20_000
    sale.world.wait(15_000)
    sale.bid(BENO, auction, 1100)
    assert sale.left(auction) == 8_000


def test_after_ten_extensions_they_are_short_and_five_minutes_are_all(sale: Sale) -> None:
    auction = sale.open(seconds=10, extension_seconds=30)
    price, opened = 1000, sale.world.now
    lengths = []
    while sale.world.now - opened < LONGEST_MS:
        sale.world.wait(max(0, sale.left(auction) - 1_000))
        if sale.world.now - opened >= LONGEST_MS - 2_000:
            break
        sale.bid(ANNA if len(lengths) % 2 else BENO, auction, price)
        lengths.append(sale.left(auction))
        price = sale.known(auction).stands.price + 200
    assert lengths[:3] == [30_000] * 3
    assert set(lengths[10:-1]) <= {5_000}
    assert sale.known(auction).ends_at == opened + LONGEST_MS


def test_sudden_death_ends_when_it_says(sale: Sale) -> None:
    auction = sale.open(seconds=30, sudden_death=True)
    sale.world.wait(29_000)
    sale.bid(ANNA, auction, 1000)
    assert sale.left(auction) == 1_000


def test_a_bid_that_was_under_way_counts_and_nobody_hears_of_an_end_before(sale: Sale) -> None:
    auction = sale.open(seconds=30, sudden_death=True)
    sale.bid(ANNA, auction, 1000)
    sale.pass_time(30_000 + GRACE_MS - 1)
    assert not sale.room.happened(AuctionClosed)
    sale.bid(BENO, auction, 2000)
    sale.pass_time(1)
    assert sale.room.happened(AuctionClosed)[-1].winner == BENO
    assert sale.refused(CARL, auction, 9000) == "unknown_auction"


def test_raising_ones_own_maximum_tells_nobody_and_gives_no_time(sale: Sale) -> None:
    auction = sale.open(seconds=30)
    sale.bid(ANNA, auction, 2000)
    sale.world.wait(28_000)
    answer = sale.bid(ANNA, auction, 3000)
    assert (answer["status"], answer["price"], answer["maximum"]) == ("leading", 1000, 3000)
    assert len(sale.room.happened(AuctionBid)) == 1
    assert len(sale.room.happened(AuctionMaximum)) == 2
    assert sale.left(auction) == 2_000


def test_the_clock_stands_still_with_the_show(sale: Sale) -> None:
    auction = sale.open(seconds=30)
    sale.bid(ANNA, auction, 2000)
    sale.world.wait(20_000)
    sale.room.ask(HANNA, c.Pause())
    sale.pass_time(600_000)
    assert sale.refused(BENO, auction, 3000) == "show_interrupted"
    sale.room.ask(HANNA, c.Resume())
    assert sale.left(auction) == 10_000
    sale.pass_time(10_000 + GRACE_MS)
    assert sale.room.happened(AuctionClosed)[-1].winner == ANNA


# --- who may, and what is enough -------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (None, "unauthenticated"),
        (HANNA, "own_item"),
        (COHOST, "sells_here"),
    ],
)
def test_nobody_bids_who_gains_from_it(sale: Sale, who: Person | None, code: str) -> None:
    assert sale.refused(who, sale.open(), 2000) == code


def test_an_owner_does_not_bid_for_what_they_lend(sale: Sale) -> None:
    auction = sale.open("dress", variant=sale.room.item("dress").variants[0].id)
    assert sale.refused(SELLER, auction, 9000, sure=True) == "own_item"


@pytest.mark.parametrize(("kind", "code"), [("address", "same_address"), ("card", "same_card")])
@pytest.mark.parametrize("seller", [HANNA, SELLER])
def test_nobody_of_the_household_or_purse_of_who_sells_bids(
    sale: Sale, seller: Person, kind: MarkKind, code: str
) -> None:
    """The host, and whoever lends what is sold."""
    auction = sale.open("dress", variant=sale.room.item("dress").variants[0].id)
    sale.world.marks = {
        seller.id: frozenset({(kind, "a")}),
        ANNA.id: frozenset({(kind, "a"), ("address", "b")}),
        BENO.id: frozenset({("address", "b"), ("card", "c")}),
    }
    assert sale.refused(ANNA, auction, 9000, sure=True) == code
    sale.bid(BENO, auction, 9000, sure=True)


def test_what_is_not_enough_says_what_is(sale: Sale) -> None:
    auction = sale.open()
    for amount in (1, 999):
        with pytest.raises(Conflict, match="not enough") as refusal:
            sale.bid(ANNA, auction, amount)
        assert refusal.value.details == {"next": 1000}
    sale.bid(ANNA, auction, 2000)
    # Equal to the price, and below the next step.
    for amount in (1000, 1099):
        assert sale.refused(BENO, auction, amount) == "bid_too_low"
    # Less than the leader's maximum is enough to be heard: the price goes up.
    answer = sale.bid(BENO, auction, 1100)
    assert (answer["status"], answer["price"]) == ("outbid", 1200)
    with pytest.raises(Conflict) as refusal:
        sale.bid(ANNA, auction, 2000)
    assert refusal.value.details == {"next": 2001}


def test_what_is_far_above_is_asked_again(sale: Sale) -> None:
    auction = sale.open()
    assert sale.refused(ANNA, auction, 5001) == "bid_far_above"
    assert sale.bid(ANNA, auction, 5001, sure=True)["price"] == 1000


def test_a_page_cannot_have_seen_what_has_not_happened(sale: Sale) -> None:
    auction = sale.open()
    seq = sale.room.state.seq
    assert sale.refused(ANNA, auction, 2000, seen=seq + 1) == "not_seen_yet"
    sale.bid(ANNA, auction, 2000, seen=seq)
    assert sale.room.happened(AuctionMaximum)[-1].seen == seq


def test_a_maximum_is_the_most_and_the_amount_is_what_is_bid_now(sale: Sale) -> None:
    auction = sale.open()
    assert sale.refused(ANNA, auction, 2000, maximum=1999) == "invalid"
    # What one is ready to pay now has to be enough, whatever the maximum.
    assert sale.refused(ANNA, auction, 999, maximum=3000) == "bid_too_low"
    answer = sale.bid(ANNA, auction, 1000, maximum=3000)
    assert (answer["status"], answer["price"], answer["maximum"]) == ("leading", 1000, 3000)
    answer = sale.bid(BENO, auction, 1100, delay=400)
    assert (answer["status"], answer["price"], answer["next"]) == ("outbid", 1200, 1300)
    said = sale.room.happened(AuctionMaximum)
    assert [(each.amount, each.maximum, each.delay) for each in said] == [
        (1000, 3000, None),
        (1100, 1100, 400),
    ]


def test_the_same_bid_twice_and_an_equal_one_change_nothing(sale: Sale) -> None:
    auction = sale.open()
    sale.bid(ANNA, auction, 2000)
    assert sale.refused(ANNA, auction, 2000) == "bid_too_low"
    assert sale.refused(BENO, auction, 1000) == "bid_too_low"
    answer = sale.bid(BENO, auction, 2000)
    assert (answer["status"], answer["price"]) == ("outbid", 2000)


def test_an_auction_opens_at_once_if_it_can(sale: Sale) -> None:
    item = sale.room.item("mug").id
    ask = c.PutUp(item=item, start_price=100)
    assert sale.room.ask(HANNA, ask)["opened"]
    assert sale.room.types()[-2:] == ["auction.put_up", "auction.opened"]
    # Another one waits for it.
    assert not sale.room.ask(HANNA, ask)["opened"]
    prepared = c.PutUp(item=item, start_price=100, prepare=True)
    sale.close()
    assert not sale.room.ask(HANNA, prepared)["opened"]


def test_the_clock_at_zero_is_told_before_what_came_of_it(sale: Sale) -> None:
    auction = sale.open(seconds=30)
    sale.bid(ANNA, auction, 1000)
    sale.pass_time(30_000)
    assert sale.room.types()[-1] == "auction.closing"
    assert sale.known(auction).closing
    # Who was under way gives the others time to answer.
    sale.world.wait(GRACE_MS - 1)
    sale.bid(BENO, auction, 2000)
    assert sale.room.types()[-1] == "auction.extended"
    known = sale.known(auction)
    assert (known.closing, known.extensions, sale.left(auction)) == (False, 1, 8_000)
    assert sale.close().winner == BENO
    assert sale.room.types().count("auction.closing") == 2


def test_one_auction_is_open_at_a_time(sale: Sale) -> None:
    first, second = sale.open(), sale.put_up("mug")
    for auction in (first, second):
        ask = c.OpenAuction(auction=auction)
        assert sale.room.refuses(HANNA, ask) == "auction_open"
        assert sale.room.refuses(MODERATOR, ask) == "forbidden"
    sale.close()
    sale.room.ask(COHOST, c.OpenAuction(auction=second))


def test_only_what_is_free_is_put_up(sale: Sale) -> None:
    sale.room.claim(ANNA, "scarf")
    ask = c.PutUp(item=sale.room.item("scarf").id, start_price=1000)
    assert sale.room.refuses(HANNA, ask) == "none_free"
    assert sale.room.refuses(ANNA, ask) == "forbidden"
    missing = c.PutUp(item="nothing", start_price=1000)
    assert sale.room.refuses(HANNA, missing) == "unknown_item"


# --- ends of other kinds ---------------------------------------------------------------------


def test_whoever_is_banned_has_never_bid(sale: Sale) -> None:
    auction = sale.open()
    sale.bid(ANNA, auction, 2000)
    sale.bid(BENO, auction, 9000, sure=True)
    sale.room.ask(HANNA, c.Ban(user=BENO.id, reason="Joking"))
    [out] = sale.room.happened(AuctionBidderOut)
    assert (out.leader, out.price, out.next) == (ANNA, 1000, 1100)
    assert sale.close().winner == ANNA


@pytest.mark.parametrize("how", ["end", "withdraw"])
def test_an_auction_that_cannot_go_on_gives_its_pieces_back(sale: Sale, how: str) -> None:
    auction = sale.open("mug", quantity=2)
    sale.bid(ANNA, auction, 2000)
    if how == "end":
        sale.room.ask(HANNA, c.End())
    else:
        # Their owner sells them no more.
        sale.world.edit("mug", archived=True)
    [over] = sale.room.happened(AuctionCancelled)
    assert over.quantity == 2
    assert sale.room.state[Auctions].known == {}
    sale.market.tick()
    assert free(sale.market, "mug") == 5
    notice = sale.room.state[Notices].of(ANNA.id)[-1]
    assert notice.kind == "auction_over"
    assert notice.text
    assert not sale.room.held_by("anna")
    assert not [e for e in sale.room.happened(ItemClaimed) if e.via == "auction"]


def test_what_somebody_has_bid_for_is_not_taken_back(sale: Sale) -> None:
    auction = sale.open("mug", quantity=2)
    away = c.Remove(item=sale.room.item("mug").id)
    sale.bid(ANNA, auction, 2000)
    for command in (c.CancelAuction(auction=auction), away):
        assert sale.room.refuses(HANNA, command) == "has_bids"
        assert sale.room.refuses(BENO, command) == "forbidden"
    assert sale.close().winner == ANNA
    # Nobody has bid for the other one yet.
    sale.room.ask(HANNA, c.CancelAuction(auction=auction))
    assert sale.room.happened(AuctionCancelled)[-1].quantity == 1
    sale.room.ask(HANNA, away)


def test_who_is_outbid_before_it_opens_is_told_wherever_they_are(sale: Sale) -> None:
    auction = sale.put_up()
    sale.bid(ANNA, auction, 2000)
    sale.bid(BENO, auction, 3000)
    notice = sale.room.state[Notices].of(ANNA.id)[-1]
    assert (notice.kind, notice.price) == ("outbid", 2100)
