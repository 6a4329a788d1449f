"""Second chances: what becomes of a piece that its winner does not pay for."""

from __future__ import annotations

from typing import Any

import pytest

from liveshow.domain.auctions.chances import CHANCE_MS, RETRY_MS
from liveshow.domain.auctions.events import AuctionChance, AuctionReleased
from liveshow.domain.auctions.state import Auctions
from liveshow.domain.checkout.events import PaymentError
from liveshow.domain.claims.events import ItemClaimed
from liveshow.domain.show.notices import Notices
from liveshow.domain.values import Person
from tests.domain import asks as c
from tests.domain.auctions.sale import Sale, free
from tests.domain.world import ANNA, BENO, CARL, DORA, HANNA, MODERATOR

HOLD_MS = 300_000
DECLINED = PaymentError("card_declined", "No.")


class Unpaid(Sale):
    """Anna has won the scarf at 2100; Beno bid 2000, Carl 1500, Dora 1200 without wanting more."""

    def __init__(self, **fields: Any) -> None:
        super().__init__()
        self.auction = self.open(**fields)
        for who, most, again in (
            (DORA, 1200, False),
            (CARL, 1500, True),
            (BENO, 2000, True),
            (ANNA, 9000, True),
        ):
            self.bid(who, self.auction, most, second_chance=again, sure=True)
        assert self.close().winner == ANNA

    def default(self) -> None:
        """Let whoever won let their hold run out."""
        self.pass_time(HOLD_MS)

    def offered(self, who: Person) -> list[tuple[str, int]]:
        """Chances of somebody and their prices."""
        return [(ch.id, ch.price) for _, ch in self.room.state[Auctions].chances_of(who.id)]

    def take(self, who: Person) -> Any:
        [(chance, _)] = self.offered(who)
        return self.room.ask(who, c.TakeChance(chance=chance))

    def decline(self, who: Person) -> None:
        [(chance, _)] = self.offered(who)
        self.room.ask(who, c.DeclineChance(chance=chance))

    def kept(self) -> bool:
        """Whether the scarf is kept for the auction."""
        return bool(self.room.state[Auctions].wins) and free(self.room, "scarf") == 0

    def told(self, who: Person) -> str:
        return self.room.state[Notices].of(who.id)[-1].kind


@pytest.fixture
def unpaid() -> Unpaid:
    return Unpaid()


def test_the_next_one_may_buy_as_if_the_winner_had_never_bid(unpaid: Unpaid) -> None:
    unpaid.default()
    assert [price for _, price in unpaid.offered(BENO)] == [1600]
    assert unpaid.kept()
    assert unpaid.told(BENO) == "second_chance"
    assert unpaid.told(ANNA) == "expired"
    answer = unpaid.take(BENO)
    [claim] = unpaid.room.held_by("beno")
    assert (claim.id, claim.price, claim.via) == (answer["claim"], 1600, "auction")
    assert answer["until"] == unpaid.world.now + HOLD_MS
    assert unpaid.room.settle(unpaid.room.pay(BENO)) == "succeeded"
    assert unpaid.room.state[Auctions].wins == {}


def test_after_everybody_who_did_not_pay_the_price_is_that_of_the_others(unpaid: Unpaid) -> None:
    unpaid.default()
    unpaid.take(BENO)
    unpaid.default()
    # Dora did not want a second chance. Carl pays as if neither Anna nor Beno had ever bid.
    assert [price for _, price in unpaid.offered(CARL)] == [1300]
    assert unpaid.room.happened(AuctionChance)[-1].without == ["anna", "beno"]
    unpaid.decline(CARL)
    assert [e.unit for e in unpaid.room.happened(AuctionReleased)] == [1]
    assert free(unpaid.room, "scarf") == 1
    assert not unpaid.offered(DORA)


def test_whoever_does_not_answer_in_a_minute_is_passed(unpaid: Unpaid) -> None:
    unpaid.default()
    [(chance, _)] = unpaid.offered(BENO)
    unpaid.pass_time(CHANCE_MS - 1)
    assert unpaid.offered(BENO)
    unpaid.pass_time(1)
    assert unpaid.told(BENO) == "auction_over"
    assert unpaid.offered(CARL)
    assert unpaid.room.refuses(BENO, c.TakeChance(chance=chance)) == "unknown_chance"
    assert unpaid.kept()


@pytest.mark.parametrize("who", [ANNA, CARL, HANNA])
def test_a_chance_is_of_one_person(unpaid: Unpaid, who: Person) -> None:
    unpaid.default()
    [(chance, _)] = unpaid.offered(BENO)
    for ask in (c.TakeChance(chance=chance), c.DeclineChance(chance=chance)):
        assert unpaid.room.refuses(who, ask) == "unknown_chance"
        assert unpaid.room.refuses(None, ask) == "unauthenticated"
    assert unpaid.offered(BENO)


@pytest.mark.parametrize("how", ["released", "cancelled"])
def test_a_winner_who_gives_it_back_is_passed_at_once(unpaid: Unpaid, how: str) -> None:
    [claim] = unpaid.room.held_by("anna")
    if how == "released":
        unpaid.room.ask(ANNA, c.Release(claim=claim.id))
    else:
        unpaid.room.ask(HANNA, c.CancelClaim(claim=claim.id))
    assert unpaid.offered(BENO)
    assert unpaid.kept()


def test_the_price_of_a_second_chance_reaches_the_reserve() -> None:
    unpaid = Unpaid(reserve=1800)
    unpaid.default()
    # He would have won at 1600, which is less than the lowest price.
    assert [price for _, price in unpaid.offered(BENO)] == [1800]
    unpaid.decline(BENO)
    # Carl has never said as much.
    assert not unpaid.offered(CARL)
    assert free(unpaid.room, "scarf") == 1


def test_what_nobody_wants_any_more_goes_to_the_line(unpaid: Unpaid) -> None:
    assert unpaid.room.claim(DORA, "scarf")["status"] == "waitlisted"
    unpaid.default()
    assert not unpaid.room.held_by("dora")
    unpaid.decline(BENO)
    assert not unpaid.room.held_by("dora")
    unpaid.decline(CARL)
    [claim] = unpaid.room.held_by("dora")
    assert (claim.via, claim.price) == ("waitlist", 2500)


def test_without_anybody_who_would_the_line_is_served_in_the_same_step(unpaid: Unpaid) -> None:
    for who in (BENO, CARL):
        unpaid.room.ask(HANNA, c.Ban(user=who.id, reason="Joking"))
    unpaid.room.claim(DORA, "scarf")
    [claim] = unpaid.room.held_by("anna")
    unpaid.room.ask(ANNA, c.Release(claim=claim.id))
    assert unpaid.room.held_by("dora")


def test_who_is_banned_meanwhile_is_skipped(unpaid: Unpaid) -> None:
    unpaid.default()
    unpaid.room.ask(MODERATOR, c.Ban(user=BENO.id, reason="Joking"))
    unpaid.room.tick()
    assert not unpaid.offered(BENO)
    assert [price for _, price in unpaid.offered(CARL)] == [1300]


def test_the_clock_of_a_chance_stands_still_with_the_show(unpaid: Unpaid) -> None:
    unpaid.default()
    unpaid.world.wait(20_000)
    unpaid.room.ask(HANNA, c.Pause())
    unpaid.pass_time(600_000)
    assert unpaid.offered(BENO)
    unpaid.room.ask(HANNA, c.Resume())
    unpaid.pass_time(39_999)
    assert unpaid.offered(BENO)
    unpaid.pass_time(1)
    assert not unpaid.offered(BENO)


@pytest.mark.parametrize("how", ["end", "withdraw"])
def test_a_chance_ends_with_the_show_and_with_its_item(unpaid: Unpaid, how: str) -> None:
    unpaid.default()
    if how == "end":
        unpaid.room.ask(HANNA, c.End())
    else:
        unpaid.world.edit("scarf", archived=True)
    assert unpaid.told(BENO) == "auction_over"
    assert unpaid.room.state[Auctions].wins == {}
    assert free(unpaid.room, "scarf") == 1


def test_after_the_show_a_hold_that_ends_is_offered_to_nobody(unpaid: Unpaid) -> None:
    unpaid.room.ask(HANNA, c.End())
    unpaid.default()
    assert not unpaid.room.happened(AuctionChance)
    assert unpaid.room.state[Auctions].wins == {}
    assert free(unpaid.room, "scarf") == 1


def test_a_declined_payment_gives_two_minutes_once(unpaid: Unpaid) -> None:
    unpaid.pass_time(HOLD_MS - 10_000)
    unpaid.room.ask(None, c.ClosePayment(unpaid.room.pay(ANNA), "failed", DECLINED))
    [claim] = unpaid.room.held_by("anna")
    # Going to checkout has given as much, so there is nothing to add yet.
    assert claim.until == unpaid.world.now + RETRY_MS
    unpaid.pass_time(RETRY_MS - 5_000)
    payment = unpaid.room.pay(ANNA)
    unpaid.room.ask(None, c.ClosePayment(payment, "failed", DECLINED))
    assert claim.until == unpaid.world.now + RETRY_MS
    assert unpaid.told(ANNA) == "retry"
    unpaid.pass_time(RETRY_MS - 5_000)
    unpaid.room.ask(None, c.ClosePayment(unpaid.room.pay(ANNA), "failed", DECLINED))
    assert claim.until == unpaid.world.now + 5_000
    unpaid.pass_time(5_000)
    assert unpaid.offered(BENO)


def test_a_payment_that_its_buyer_gives_up_gives_no_time(unpaid: Unpaid) -> None:
    unpaid.pass_time(HOLD_MS - 10_000)
    payment = unpaid.room.pay(ANNA)
    unpaid.pass_time(60_000)
    unpaid.room.ask(None, c.ClosePayment(payment, "cancelled"))
    [claim] = unpaid.room.held_by("anna")
    assert claim.until == unpaid.world.now + 60_000


def test_a_late_payment_takes_nothing_from_who_is_asked(unpaid: Unpaid) -> None:
    payment = unpaid.room.pay(ANNA)
    unpaid.pass_time(HOLD_MS + 1)
    assert unpaid.offered(BENO)
    assert unpaid.room.settle(payment) == "refunded"
    unpaid.take(BENO)
    assert [e.hold.user for e in unpaid.room.happened(ItemClaimed)][-1] == BENO


def test_only_the_team_and_the_one_who_is_asked_see_a_chance(unpaid: Unpaid) -> None:
    unpaid.default()
    [(chance, _)] = unpaid.offered(BENO)
    assert chance in unpaid.room.snapshot(staff=True)
    assert chance not in unpaid.room.snapshot(staff=False)
    assert not any(chance in sent for sent in unpaid.room.sent[False])


def test_units_are_passed_on_each_for_itself() -> None:
    sale = Sale()
    auction = sale.open("mug", quantity=2, start_price=500)
    for who in (BENO, ANNA):
        sale.bid(who, auction, 900 if who is ANNA else 800, second_chance=True)
    sale.close()
    sale.room.ask(HANNA, c.OpenAuction(auction=auction))
    sale.bid(CARL, auction, 700)
    sale.close()
    [claim] = sale.room.held_by("anna")
    sale.room.ask(ANNA, c.Release(claim=claim.id))
    [(win, chance)] = sale.room.state[Auctions].chances()
    assert (win.unit, chance.user, chance.price) == (1, BENO, 500)
    assert [claim.price for claim in sale.room.held_by("carl")] == [500]
