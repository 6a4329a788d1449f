"""Offers: what is one, who answers, how long it stands, and what becomes of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from pydantic import ValidationError

from liveshow.domain.claims.events import ItemClaimed
from liveshow.domain.claims.state import Claims
from liveshow.domain.features import MACHINE
from liveshow.domain.offers.decide import DAY_MS, MAX_MADE, MAX_OWN, MAX_STANDING, SHOW_CLOCK_MS
from liveshow.domain.offers.events import OfferCountered, OfferEnded, OfferMade
from liveshow.domain.offers.state import PriceOffer, PriceOffers
from liveshow.domain.show.events import HIDDEN, seen
from liveshow.domain.show.feature import Look
from liveshow.domain.show.notices import Notices
from liveshow.domain.show.views import mine
from liveshow.domain.values import Person
from liveshow.errors import Conflict
from tests.domain import asks as c
from tests.domain.story import two_shows
from tests.domain.world import (
    ANNA,
    BENO,
    BORIS,
    CARL,
    COHOST,
    DORA,
    HANNA,
    MODERATOR,
    SELLER,
)


class Haggle:
    """A show with a scarf for 2500, five mugs for 700, and a lent dress for 9000, floor 5000."""

    def __init__(self) -> None:
        self.world, self.room, self.market = two_shows()

    def offer(self, who: Person, amount: int, listing: str = "scarf", **fields: Any) -> str:
        asked = c.MakeOffer(item=self.room.item(listing).id, amount=amount, **fields)
        offer: str = self.room.ask(who, asked)["offer"]
        return offer

    def refused(
        self, who: Person | None, amount: int, listing: str = "scarf", **fields: Any
    ) -> str:
        asked = c.MakeOffer(item=self.room.item(listing).id, amount=amount, **fields)
        return self.room.refuses(who, asked)

    def accept(self, who: Person, offer: str) -> Any:
        return self.room.ask(who, c.AnswerOffer(offer=offer, accept=True))

    def counter(self, who: Person, offer: str, amount: int) -> Any:
        return self.room.ask(who, c.AnswerOffer(offer=offer, counter=amount))

    def decline(self, who: Person, offer: str) -> Any:
        return self.room.ask(who, c.AnswerOffer(offer=offer))

    def known(self, offer: str) -> PriceOffer:
        return self.room.state[PriceOffers].standing[offer]

    def stands(self, offer: str) -> bool:
        return offer in self.room.state[PriceOffers].standing

    def ends(self) -> list[tuple[str, str]]:
        return [(e.user.id, e.reason) for e in self.room.happened(OfferEnded)]

    def told(self, who: Person) -> list[tuple[str, int | None]]:
        return [(n.kind, n.price) for n in self.room.state[Notices].of(who.id)]

    def mine(self, who: Person) -> Any:
        view = mine(Look(self.room.state, self.world.rules, self.world.now), who)
        return msgspec.to_builtins(view)

    def pass_time(self, ms: int) -> None:
        self.world.wait(ms)
        self.room.tick()


@pytest.fixture
def haggle() -> Haggle:
    return Haggle()


# --- what is an offer ----------------------------------------------------------------------


def test_an_offer_that_is_accepted_is_a_hold_at_that_price(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 2000)
    assert haggle.room.holds() == []
    answer = haggle.accept(HANNA, offer)
    (hold,) = haggle.room.held_by("anna")
    assert answer == {"status": "accepted", "claim": hold.id, "until": hold.until}
    assert (hold.price, hold.offer.source, hold.via) == (2000, "offer", "offer")
    assert hold.until == haggle.world.now + haggle.room.state.show.hold_ms
    assert haggle.told(ANNA) == [("offer_accepted", 2000)]
    assert not haggle.stands(offer)


def test_what_was_agreed_is_what_is_paid(haggle: Haggle) -> None:
    haggle.accept(HANNA, haggle.offer(ANNA, 2000))
    payment = haggle.room.pay(ANNA)
    assert haggle.room.settle(payment) == "succeeded"
    (order,) = haggle.world.payments[payment].orders
    assert order.parcel.lines[0].price == 2000


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (2500, "claim_instead"),
        (3000, "claim_instead"),
        (999, "offer_too_low"),
        (1, "offer_too_low"),
    ],
)
def test_what_is_no_offer_is_refused_at_once(haggle: Haggle, amount: int, code: str) -> None:
    assert haggle.refused(ANNA, amount) == code


def test_two_fifths_of_the_price_are_enough(haggle: Haggle) -> None:
    assert haggle.stands(haggle.offer(ANNA, 1000))


def test_a_refusal_says_what_is_enough(haggle: Haggle) -> None:
    with pytest.raises(Conflict) as low:
        haggle.offer(ANNA, 10)
    assert low.value.details == {"least": 1000}
    with pytest.raises(Conflict) as high:
        haggle.offer(ANNA, 2600)
    assert high.value.details == {"price": 2500}


@pytest.mark.parametrize("who", [HANNA, COHOST])
def test_who_sells_makes_no_offers(haggle: Haggle, who: Person) -> None:
    assert haggle.refused(who, 600, "mug") in ("sells_here", "own_item")
    assert haggle.refused(SELLER, 6000, "dress", variant="dress-s") == "own_item"


def test_a_moderator_may_offer_as_everybody(haggle: Haggle) -> None:
    assert haggle.stands(haggle.offer(MODERATOR, 2000))


def test_a_guest_and_who_is_banned_make_none(haggle: Haggle) -> None:
    assert haggle.refused(None, 2000) == "unauthenticated"
    for ask in (c.WithdrawOffer(offer="x"), c.AnswerOffer(offer="x")):
        assert haggle.room.refuses(None, ask) == "unauthenticated"
    haggle.room.ask(MODERATOR, c.Ban(user="anna", reason="x"))
    assert haggle.refused(ANNA, 2000) == "banned"


@pytest.mark.parametrize(
    "body",
    [
        {"type": "offer", "item": "x", "amount": 0},
        {"type": "offer", "item": "x", "amount": -5},
        {"type": "offer", "item": "x", "amount": 100_000_000},
        {"type": "offer", "item": "x", "amount": 10.5},
        {"type": "offer", "item": "x", "amount": "10"},
        {"type": "offer", "item": "x", "amount": 10, "quantity": 0},
        {"type": "offer", "item": "x", "amount": 10, "user": "beno"},
        {"type": "offer", "item": "x\u202e", "amount": 10},
        {"type": "answer_offer", "offer": "x", "counter": 0},
        {"type": "answer_offer", "offer": "x", "counter": None},
        {"type": "answer_offer", "offer": "x", "accept": "yes please"},
        {"type": "withdraw_offer"},
    ],
)
def test_what_has_another_shape_is_no_command(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MACHINE.client_command.validate_python(body)


def test_a_variant_is_chosen_and_no_more_than_there_is(haggle: Haggle) -> None:
    assert haggle.refused(ANNA, 6000, "dress") == "variant_required"
    assert haggle.refused(ANNA, 6000, "dress", variant="gone") == "unknown_variant"
    assert haggle.refused(ANNA, 2000, quantity=2) == "quantity_too_large"
    assert haggle.refused(ANNA, 600, "mug", quantity=3) == "claim_limit"


def test_one_offer_a_buyer_and_variant_stands(haggle: Haggle) -> None:
    haggle.offer(ANNA, 6000, "dress", variant="dress-s")
    assert haggle.refused(ANNA, 6500, "dress", variant="dress-s") == "offer_stands"
    haggle.offer(ANNA, 6500, "dress", variant="dress-m")
    haggle.offer(BENO, 6500, "dress", variant="dress-s")


def test_a_buyer_makes_so_many_offers_and_no_more(haggle: Haggle) -> None:
    for _ in range(MAX_MADE):
        offer = haggle.offer(ANNA, 2000)
        haggle.room.ask(ANNA, c.WithdrawOffer(offer=offer))
    assert haggle.refused(ANNA, 2000) == "too_many_offers"
    assert haggle.stands(haggle.offer(BENO, 2000))


def test_a_buyer_waits_for_so_many_answers_at_a_time(haggle: Haggle) -> None:
    for number in range(MAX_OWN + 1):
        haggle.world.listing(f"cup{number}", HANNA, {"": 1})
        haggle.room.put(f"cup{number}")
    offers = [haggle.offer(ANNA, 900, f"cup{number}") for number in range(MAX_OWN)]
    assert haggle.refused(ANNA, 900, f"cup{MAX_OWN}") == "too_many_offers"
    haggle.decline(HANNA, offers[0])
    haggle.offer(ANNA, 900, f"cup{MAX_OWN}")


def test_a_show_takes_so_many_at_a_time(haggle: Haggle) -> None:
    offers = haggle.room.state[PriceOffers]
    known = haggle.known(haggle.offer(BENO, 2000))
    for number in range(MAX_STANDING):
        offers.standing[f"more{number}"] = known
    assert haggle.refused(ANNA, 2000) == "offers_full"


def test_whoever_is_in_line_leaves_it_first(haggle: Haggle) -> None:
    haggle.room.claim(BENO, "scarf")
    haggle.room.claim(ANNA, "scarf")
    assert haggle.refused(ANNA, 2000) == "already_waiting"


# --- the owner's floor ---------------------------------------------------------------------


def test_what_is_below_the_floor_is_countered_by_itself(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 4000, "dress", variant="dress-s")
    known = haggle.known(offer)
    assert (known.amount, known.turn, known.counters) == (5000, "buyer", 1)
    assert haggle.told(ANNA) == [("offer_countered", 5000)]
    haggle.accept(ANNA, offer)
    assert [claim.price for claim in haggle.room.held_by("anna")] == [5000]


def test_nothing_says_that_it_is_the_floor(haggle: Haggle) -> None:
    haggle.offer(ANNA, 4000, "dress", variant="dress-s")
    haggle.counter(HANNA, haggle.offer(BENO, 5500, "dress", variant="dress-s"), 7000)
    (by_itself,), (by_hand,) = haggle.mine(ANNA)["offers"], haggle.mine(BENO)["offers"]
    assert by_itself.keys() == by_hand.keys()
    notices = [haggle.room.state[Notices].of(who)[0] for who in ("anna", "beno")]
    assert notices[0].text == notices[1].text == ""


def test_a_counter_below_the_floor_is_countered_again_and_that_is_the_last_word(
    haggle: Haggle,
) -> None:
    offer = haggle.offer(ANNA, 4000, "dress", variant="dress-s")
    haggle.counter(ANNA, offer, 4500)
    assert (haggle.known(offer).amount, haggle.known(offer).counters) == (5000, 3)
    refused = haggle.room.refuses(ANNA, c.AnswerOffer(offer=offer, counter=4800))
    assert refused == "no_more_counters"
    haggle.accept(ANNA, offer)


def test_what_is_sold_at_its_floor_takes_no_offers(haggle: Haggle) -> None:
    haggle.room.ask(HANNA, c.Reprice(item=haggle.room.item("dress").id, price=5000))
    assert haggle.refused(ANNA, 4000, "dress", variant="dress-s") == "no_offers"


def test_a_floor_that_rises_above_an_offer_ends_it(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 6000, "dress", variant="dress-s")
    mandate = haggle.world.mandates[0]
    mandate.floor = 7000
    haggle.world.tell("dress")
    assert not haggle.stands(offer)
    assert haggle.ends() == [("anna", "dearer")]
    assert haggle.told(ANNA) == [("offer_over", None)]


# --- back and forth ------------------------------------------------------------------------


def test_both_sides_counter_three_times_in_turn(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 1500)
    room = haggle.room
    assert room.refuses(ANNA, c.AnswerOffer(offer=offer, accept=True)) == "not_your_turn"
    haggle.counter(HANNA, offer, 2300)
    assert room.refuses(HANNA, c.AnswerOffer(offer=offer, counter=2200)) == "not_your_turn"
    haggle.counter(ANNA, offer, 1800)
    haggle.counter(COHOST, offer, 2100)
    assert room.refuses(ANNA, c.AnswerOffer(offer=offer, counter=1900)) == "no_more_counters"
    haggle.accept(ANNA, offer)
    assert [claim.price for claim in room.held_by("anna")] == [2100]
    # Whoever says yes themselves is told by the answer.
    assert haggle.told(ANNA) == [("offer_countered", 2300), ("offer_countered", 2100)]


def test_a_counter_is_between_what_was_said(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 1500)

    def refused(who: Person, amount: int) -> Any:
        with pytest.raises(Conflict) as caught:
            haggle.counter(who, offer, amount)
        assert caught.value.code == "counter_out_of_range"
        return caught.value.details

    assert refused(HANNA, 1500) == refused(HANNA, 2500) == {"least": 1501, "most": 2499}
    haggle.counter(HANNA, offer, 2300)
    assert refused(ANNA, 1500) == refused(ANNA, 2300) == {"least": 1501, "most": 2299}
    haggle.counter(ANNA, offer, 1800)
    assert refused(HANNA, 2300) == {"least": 1801, "most": 2299}


def test_an_answer_says_one_thing(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 2000)
    both = c.AnswerOffer(offer=offer, accept=True, counter=2200)
    assert haggle.room.refuses(HANNA, both) == "answer_unclear"


def test_a_declined_offer_is_told_to_whom_it_was_made(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 2000)
    assert haggle.decline(COHOST, offer) == {"status": "declined"}
    assert haggle.told(ANNA) == [("offer_over", None)]
    assert haggle.room.refuses(HANNA, c.AnswerOffer(offer=offer, accept=True)) == "unknown_offer"


def test_a_buyer_declines_a_counter_and_may_try_again(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 6000, "dress", variant="dress-s")
    haggle.counter(SELLER, offer, 8000)
    haggle.decline(ANNA, offer)
    assert haggle.told(SELLER)[-1] == ("offer_over", None)
    haggle.offer(ANNA, 6000, "dress", variant="dress-s")


def test_a_buyer_takes_an_offer_back(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 2000)
    for other in (BENO, HANNA):
        assert haggle.room.refuses(other, c.WithdrawOffer(offer=offer)) == "unknown_offer"
    haggle.room.ask(ANNA, c.WithdrawOffer(offer=offer))
    assert not haggle.stands(offer)
    assert haggle.told(ANNA) == []


# --- who sees and answers it ---------------------------------------------------------------


def test_owner_and_team_answer_and_nobody_else(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 6000, "dress", variant="dress-s")
    for other in (BENO, MODERATOR, BORIS):
        assert haggle.room.refuses(other, c.AnswerOffer(offer=offer)) == "unknown_offer"
        assert haggle.mine(other)["offers_for_me"] == []
        assert haggle.mine(other)["offers"] == []
    for seller in (HANNA, COHOST, SELLER):
        assert [one["offer"] for one in haggle.mine(seller)["offers_for_me"]] == [offer]
    haggle.accept(SELLER, offer)
    assert [claim.price for claim in haggle.room.held_by("anna")] == [6000]


def test_an_owner_sees_offers_for_their_own_pieces_only(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 2000)
    assert haggle.mine(SELLER)["offers_for_me"] == []
    assert haggle.room.refuses(SELLER, c.AnswerOffer(offer=offer)) == "unknown_offer"


def test_no_audience_and_no_snapshot_has_an_offer(haggle: Haggle) -> None:
    haggle.counter(HANNA, haggle.offer(ANNA, 1717), 2323)
    told = [
        seen(record, staff=staff)
        for record in haggle.room.log
        if isinstance(record.event, OfferMade | OfferCountered)
        for staff in (False, True)
    ]
    assert told
    assert {each.type for each in told} == {HIDDEN}
    for staff in (False, True):
        assert "1717" not in haggle.room.snapshot(staff=staff)
        assert "2323" not in haggle.room.snapshot(staff=staff)


def test_everybody_whom_an_offer_concerns_is_told_of_its_change(haggle: Haggle) -> None:
    haggle.offer(ANNA, 6000, "dress", variant="dress-s")
    made = haggle.room.happened(OfferMade)[-1]
    concerned = set(made.concerns(haggle.room.state))
    assert concerned == {ANNA.id, HANNA.id, COHOST.id, SELLER.id}


def test_a_lender_who_is_elsewhere_is_told(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 6000, "dress", variant="dress-s")
    assert haggle.told(SELLER) == [("offer_made", 6000)]
    haggle.counter(SELLER, offer, 8000)
    haggle.counter(ANNA, offer, 7000)
    haggle.accept(HANNA, offer)
    assert haggle.told(SELLER) == [
        ("offer_made", 6000),
        ("offer_made", 7000),
        ("offer_taken", 7000),
    ]
    # The team has the list before it.
    assert haggle.told(HANNA) == []


# --- whether there is a piece --------------------------------------------------------------


def test_an_offer_holds_nothing(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 2000)
    assert haggle.room.claim(BENO, "scarf")["status"] == "held"
    refused = haggle.room.refuses(HANNA, c.AnswerOffer(offer=offer, accept=True))
    assert refused == "none_free"
    assert haggle.stands(offer)
    # It comes back: now it can be accepted.
    (hold,) = haggle.room.held_by("beno")
    haggle.room.ask(BENO, c.Release(claim=hold.id))
    haggle.accept(HANNA, offer)


def test_claim_and_acceptance_in_one_batch_share_one_piece(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 2000)
    scarf = haggle.room.item("scarf").id
    claim = c.Envelope(c.ClaimItem(item=scarf), BENO)
    accept = c.Envelope(c.AnswerOffer(offer=offer, accept=True), HANNA)
    first, second = haggle.room.batch(claim, accept)
    assert not isinstance(first, Exception)
    assert isinstance(second, Conflict)
    assert second.code == "none_free"
    assert len(haggle.room.holds()) == 1


def test_the_first_acceptance_of_the_last_piece_ends_the_others(haggle: Haggle) -> None:
    offers = {who.id: haggle.offer(who, 2000) for who in (ANNA, BENO, CARL)}
    accepts = [
        c.Envelope(c.AnswerOffer(offer=offers[who], accept=True), HANNA) for who in ("beno", "anna")
    ]
    first, second = haggle.room.batch(*accepts)
    assert not isinstance(first, Exception)
    assert isinstance(second, Exception)
    assert [claim.buyer.id for claim in haggle.room.holds()] == ["beno"]
    assert haggle.ends() == [("anna", "taken"), ("carl", "taken")]
    assert haggle.told(ANNA) == haggle.told(CARL) == [("offer_over", None)]


def test_while_pieces_are_left_the_others_go_on(haggle: Haggle) -> None:
    first, second = haggle.offer(ANNA, 600, "mug"), haggle.offer(BENO, 600, "mug", quantity=2)
    haggle.accept(HANNA, first)
    haggle.accept(HANNA, second)
    assert haggle.ends() == []
    assert [claim.quantity for claim in haggle.room.holds()] == [1, 2]


def test_nobody_in_line_is_passed(haggle: Haggle) -> None:
    room = haggle.room
    room.ask(HANNA, c.Restock(item=room.item("scarf").id, quantity=2))
    offer = haggle.offer(ANNA, 2000)
    room.claim(CARL, "scarf")
    # Beno waits for two; one is free.
    room.claim(BENO, "scarf", quantity=2)
    refused = room.refuses(HANNA, c.AnswerOffer(offer=offer, accept=True))
    assert refused == "none_free"


def test_what_is_sold_for_good_ends_offers(haggle: Haggle) -> None:
    haggle.offer(ANNA, 2000)
    haggle.room.claim(BENO, "scarf")
    haggle.room.settle(haggle.room.pay(BENO))
    assert haggle.ends() == [("anna", "sold")]


def test_what_crowds_do_ends_nobody_elses_offer(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 600, "mug")
    room = haggle.room
    for who in (BENO, CARL):
        room.claim(who, "mug", quantity=2)
    room.claim(DORA, "mug")
    room.claim(MODERATOR, "mug")
    (hold,) = room.held_by("beno")
    room.ask(BENO, c.Release(claim=hold.id))
    assert haggle.stands(offer)
    assert haggle.ends() == []


def test_stock_that_is_gone_elsewhere_ends_offers(haggle: Haggle) -> None:
    haggle.offer(ANNA, 600, "mug", quantity=2)
    haggle.market.claim(BENO, "mug", quantity=1)
    haggle.room.ask(HANNA, c.Restock(item=haggle.room.item("mug").id, quantity=1))
    assert haggle.ends() == [("anna", "sold")]


def test_nobody_gets_more_than_one_may_have(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 600, "mug", quantity=2)
    haggle.room.claim(ANNA, "mug")
    assert haggle.ends() == [("anna", "claimed")]
    assert not haggle.stands(offer)


def test_the_limit_is_looked_at_again_when_it_is_accepted(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 600, "mug", quantity=2)
    haggle.room.ask(HANNA, c.Configure(claims_per_buyer=1))
    refused = haggle.room.refuses(HANNA, c.AnswerOffer(offer=offer, accept=True))
    assert refused == "claim_limit"


# --- what ends it --------------------------------------------------------------------------


def test_a_price_that_is_cut_to_an_offer_ends_it(haggle: Haggle) -> None:
    haggle.offer(ANNA, 2000)
    higher = haggle.offer(BENO, 2300)
    scarf = haggle.room.item("scarf").id
    haggle.room.ask(HANNA, c.Reprice(item=scarf, price=2400))
    assert haggle.ends() == []
    haggle.room.ask(HANNA, c.Reprice(item=scarf, price=2300))
    assert haggle.ends() == [("beno", "cheaper")]
    assert not haggle.stands(higher)


def test_a_flash_price_ends_offers_of_as_much_and_bounds_new_ones(haggle: Haggle) -> None:
    lower = haggle.offer(ANNA, 1500)
    haggle.offer(BENO, 2000)
    scarf = haggle.room.item("scarf").id
    haggle.room.ask(HANNA, c.StartFlash(item=scarf, price=2000, seconds=60))
    assert haggle.ends() == [("beno", "cheaper")]
    assert haggle.refused(BENO, 2000) == "claim_instead"
    haggle.accept(HANNA, lower)
    assert [(hold.price, hold.offer.source) for hold in haggle.room.holds()] == [(1500, "offer")]


@pytest.mark.parametrize("how", ["remove", "revoke", "archive", "variant"])
def test_an_item_that_leaves_takes_its_offers_along(haggle: Haggle, how: str) -> None:
    haggle.offer(ANNA, 6000, "dress", variant="dress-m")
    match how:
        case "remove":
            haggle.room.ask(HANNA, c.Remove(item=haggle.room.item("dress").id))
        case "revoke":
            haggle.world.revoke(haggle.world.mandates[0])
        case "archive":
            haggle.world.edit("dress", archived=True)
        case "variant":
            small = haggle.world.listings["dress"].variants[:1]
            haggle.world.edit("dress", variants=small)
    assert haggle.ends() == [("anna", "gone")]
    assert haggle.told(ANNA) == [("offer_over", None)]


def test_a_revoked_mandate_is_noticed_before_an_answer(haggle: Haggle) -> None:
    """The batch that accepts reads the mandate in its own transaction."""
    offer = haggle.offer(ANNA, 6000, "dress", variant="dress-s")
    haggle.world.mandates[0].active = False
    refused = haggle.room.refuses(HANNA, c.AnswerOffer(offer=offer, accept=True))
    assert refused == "unknown_offer"
    assert haggle.room.holds() == []


def test_a_ban_ends_offers(haggle: Haggle) -> None:
    haggle.offer(ANNA, 2000)
    haggle.offer(BENO, 2000)
    haggle.room.ask(MODERATOR, c.Ban(user="anna", reason="x"))
    assert haggle.ends() == [("anna", "banned")]


def test_who_joins_the_team_offers_no_more(haggle: Haggle) -> None:
    haggle.offer(ANNA, 2000)
    haggle.offer(BENO, 2000)
    haggle.room.ask(HANNA, c.AppointStaff(user="anna", role="cohost"))
    haggle.room.ask(HANNA, c.AppointStaff(user="beno", role="moderator"))
    assert haggle.ends() == [("anna", "on_team")]


def test_an_ended_show_promises_nothing(haggle: Haggle) -> None:
    first = haggle.offer(ANNA, 2000)
    haggle.counter(SELLER, haggle.offer(BENO, 6000, "dress", variant="dress-s"), 8000)
    haggle.room.ask(HANNA, c.End())
    assert haggle.room.state[PriceOffers].standing == {}
    assert haggle.told(ANNA)[-1] == haggle.told(BENO)[-1] == ("offer_over", None)
    refused = haggle.room.refuses(HANNA, c.AnswerOffer(offer=first, accept=True))
    assert refused == "unknown_offer"
    assert haggle.refused(ANNA, 2000) == "show_ended"


# --- the clock -----------------------------------------------------------------------------


def test_in_a_show_the_other_side_has_two_minutes(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 2000)
    haggle.pass_time(SHOW_CLOCK_MS - 1)
    haggle.counter(HANNA, offer, 2300)
    haggle.pass_time(SHOW_CLOCK_MS - 1)
    assert haggle.stands(offer)
    haggle.pass_time(1)
    assert haggle.ends() == [("anna", "counter_expired")]
    assert haggle.told(ANNA)[-1] == ("offer_over", None)


def test_an_answer_that_comes_with_the_end_is_too_late(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 2000)
    haggle.world.wait(SHOW_CLOCK_MS)
    refused = haggle.room.refuses(HANNA, c.AnswerOffer(offer=offer, accept=True))
    assert refused == "unknown_offer"
    assert haggle.ends() == [("anna", "expired")]
    assert haggle.room.holds() == []


def test_the_clock_stands_still_with_the_show(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 2000)
    haggle.pass_time(100_000)
    haggle.room.ask(HANNA, c.Pause())
    haggle.pass_time(600_000)
    assert haggle.stands(offer)
    made_meanwhile = haggle.offer(BENO, 2000)
    haggle.room.ask(HANNA, c.Resume())
    assert haggle.known(offer).until == haggle.world.now + 20_000
    assert haggle.known(made_meanwhile).until == haggle.world.now + SHOW_CLOCK_MS
    haggle.pass_time(20_000)
    assert haggle.ends() == [("anna", "expired")]


def test_an_offer_is_answered_while_the_show_is_interrupted(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 2000)
    haggle.room.ask(HANNA, c.Pause())
    haggle.pass_time(600_000)
    haggle.accept(HANNA, offer)
    assert [claim.price for claim in haggle.room.held_by("anna")] == [2000]


def test_before_the_show_an_answer_has_a_day_and_so_has_the_hold(haggle: Haggle) -> None:
    world = haggle.world
    world.listing("vase", HANNA, {"": 1})
    plan = world.show("plan", HANNA)
    vase = plan.put("vase")
    ask = c.MakeOffer(item=vase, amount=800)
    assert plan.refuses(ANNA, ask) == "not_live"
    plan.ask(HANNA, c.Schedule(at=world.now + 5 * DAY_MS))
    offer = plan.ask(ANNA, ask)["offer"]
    # Nobody of the team sits in the studio.
    assert [n.kind for n in plan.state[Notices].of(HANNA.id)] == ["offer_made"]
    world.wait(DAY_MS - 1)
    plan.ask(HANNA, c.AnswerOffer(offer=offer, accept=True))
    (hold,) = plan.held_by("anna")
    assert hold.until == world.now + DAY_MS
    world.wait(DAY_MS)
    plan.tick()
    assert plan.holds() == []


def test_an_offer_from_before_the_show_keeps_its_day(haggle: Haggle) -> None:
    world = haggle.world
    world.listing("vase", HANNA, {"": 1})
    plan = world.show("plan", HANNA, scheduled_at=world.now + DAY_MS)
    vase = plan.put("vase")
    offer = plan.ask(ANNA, c.MakeOffer(item=vase, amount=800))["offer"]
    plan.ask(HANNA, c.Start())
    world.wait(SHOW_CLOCK_MS)
    plan.tick()
    assert offer in plan.state[PriceOffers].standing
    # From the answer on it is the show's clock.
    plan.ask(HANNA, c.AnswerOffer(offer=offer, counter=900))
    world.wait(SHOW_CLOCK_MS)
    plan.tick()
    assert plan.state[PriceOffers].standing == {}


def test_a_room_wakes_for_the_first_that_is_over(haggle: Haggle) -> None:
    haggle.offer(ANNA, 2000)
    until = haggle.world.now + SHOW_CLOCK_MS
    assert MACHINE.next_deadline(haggle.room.state) == until
    haggle.room.ask(HANNA, c.Pause())
    deadline = MACHINE.next_deadline(haggle.room.state)
    assert deadline is None or deadline > until


def test_people_keep_their_new_names(haggle: Haggle) -> None:
    offer = haggle.offer(ANNA, 2000)
    renamed = haggle.world.rename(ANNA)
    haggle.room.ask(None, c.Rename(renamed))
    assert haggle.mine(HANNA)["offers_for_me"][0]["user"]["name"] == renamed.name
    haggle.accept(HANNA, offer)
    assert haggle.room.happened(ItemClaimed)[-1].hold.user == renamed
    assert haggle.room.state[Claims].held_by("anna")


def test_two_offers_never_hold_more_than_there_is(haggle: Haggle) -> None:
    offers = [haggle.offer(who, 600, "mug", quantity=2) for who in (ANNA, BENO, CARL)]
    asked = [c.Envelope(c.AnswerOffer(offer=offer, accept=True), HANNA) for offer in offers]
    answers = haggle.room.batch(*asked)
    assert [isinstance(answer, Exception) for answer in answers] == [False, False, True]
    assert haggle.room.item("mug").variants[0].held == 4
    assert haggle.ends() == [("carl", "taken")]
    haggle.offer(DORA, 600, "mug")
