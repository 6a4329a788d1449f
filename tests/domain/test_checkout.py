"""From holds to money: carts, checkouts, payments that come late, and who gets what."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveshow.domain.checkout.events import PaymentClosed, PaymentError, PaymentSettled
from liveshow.domain.checkout.parcels import cart, for_buyer, quote
from liveshow.domain.checkout.state import Checkout
from liveshow.domain.claims.state import Claims
from liveshow.domain.money import refund_postings, sale_postings
from liveshow.domain.shipping import parcel_shipping
from liveshow.domain.show.facts import Rules
from liveshow.domain.show.notices import Notices
from liveshow.domain.values import Shipping
from liveshow.errors import Conflict
from tests.domain import asks as c
from tests.domain.world import ANNA, BENO, BORIS, CARL, HANNA, PlainRoom, World

# --- carts and quotes ----------------------------------------------------------------------


def test_a_cart_has_one_parcel_per_owner(salon: PlainRoom) -> None:
    salon.claim(ANNA, "scarf")
    salon.claim(ANNA, "mug", quantity=2)
    salon.claim(ANNA, "dress", variant="dress-s")
    found = cart(salon.state, "anna", Rules())
    assert found
    assert [parcel.owner.id for parcel in found.parcels] == ["hanna", "sela"]
    assert [parcel.items for parcel in found.parcels] == [2500 + 1400, 9000]
    assert found.total == found.items + found.shipping
    assert found.payment is None


def test_a_cart_does_not_tell_the_buyer_what_the_host_earns(salon: PlainRoom) -> None:
    salon.claim(ANNA, "dress", variant="dress-s")
    assert "commission" not in str(cart(salon.state, "anna", Rules()))
    payment = salon.pay(ANNA)
    assert "commission" not in str(for_buyer(salon.state[Checkout].payments[payment].parcels))


def test_who_holds_nothing_has_no_cart(salon: PlainRoom) -> None:
    assert cart(salon.state, "anna", Rules()) is None


def test_a_quote_is_what_claiming_then_adds(salon: PlainRoom) -> None:
    salon.claim(ANNA, "scarf")
    before = cart(salon.state, "anna", Rules())
    said = quote(salon.state, "anna", salon.item("mug").id, None, 2, Rules(), 0)
    salon.claim(ANNA, "mug", quantity=2)
    after = cart(salon.state, "anna", Rules())
    assert before
    assert after
    assert said.price == after.items - before.items
    assert said.shipping_added == after.shipping - before.shipping
    assert (said.parcel_before, said.parcel_shipping) == (495, 895)


@pytest.mark.parametrize(
    ("pieces", "cap", "price"),
    [
        ([], None, 0),
        ([({"flat": 0}, 3)], None, 0),
        ([({"flat": 500}, 3), ({"flat": 700}, 1)], None, 700),
        ([({"weight": 250}, 1)], None, 395),
        ([({"weight": 250}, 2)], None, 495),
        ([({"weight": 251}, 1)], None, 495),
        ([({"weight": 40_000}, 1)], None, 2_995),
        ([({"weight": 300}, 1), ({"flat": 400}, 1)], None, 495),
        ([({"weight": 300}, 1), ({"flat": 600}, 1)], None, 600),
        ([({"weight": 40_000}, 1)], 900, 900),
        ([({"flat": 500}, 1)], 900, 500),
        ([({"flat": 500}, 1)], 0, 0),
    ],
)
def test_a_parcel_costs_the_dearest_flat_rate_or_its_weight_up_to_the_cap(
    pieces: list[Any], cap: int | None, price: int
) -> None:
    parts = [(Shipping(**shipping), quantity) for shipping, quantity in pieces]
    assert parcel_shipping(parts, cap) == price


# --- the ledger ----------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(1, 9_999_999_900), st.integers(0, 90)), min_size=1, max_size=5),
    st.integers(0, 99_999_999),
    st.integers(0, 100),
)
def test_every_ledger_sums_to_zero_and_nobody_pays_for_having_sold(
    lines: list[tuple[int, int]], shipping: int, fee: int
) -> None:
    ledger = sale_postings(lines, shipping, owner="o", host="h", fee_percent=fee)
    assert sum(line.amount for line in ledger) == 0
    amounts = {line.account: line.amount for line in ledger}
    assert amounts["provider"] == sum(amount for amount, _ in lines) + shipping
    assert all(amounts.get(account, 0) <= 0 for account in ("owner", "host", "operator"))
    assert -amounts.get("owner", 0) >= shipping
    assert sum(line.amount for line in (*ledger, *refund_postings(ledger, 1))) == 0


def test_fee_and_commission_are_rounded_down() -> None:
    ledger = sale_postings([(199, 10), (199, 10)], 0, owner="o", host="h", fee_percent=5)
    assert {line.account: line.amount for line in ledger} == {
        "provider": 398,
        "owner": -341,
        "host": -38,
        "operator": -19,
    }


def test_a_host_who_curates_for_nothing_has_no_line() -> None:
    ledger = sale_postings([(1000, 0)], 0, owner="o", host="h", fee_percent=0)
    assert [line.account for line in ledger] == ["provider", "owner"]


def test_the_commission_is_the_one_of_the_claim(world: World, salon: PlainRoom) -> None:
    """The mandate is replaced by a dearer one while the buyer thinks."""
    salon.claim(ANNA, "dress", variant="dress-s")
    mandate = world.mandate_of("dress", "hanna")
    assert mandate
    mandate.active = False
    world.lend("dress", HANNA, floor=9500, commission_percent=50)
    world.tell("dress")
    assert salon.item("dress").price == 9500
    payment = salon.pay(ANNA)
    salon.settle(payment)
    ledger = world.payments[payment].orders[0].ledger
    assert {line.account: line.amount for line in ledger}["host"] == -1350


# --- opening -------------------------------------------------------------------------------


def test_whoever_holds_nothing_has_nothing_to_pay(salon: PlainRoom) -> None:
    assert salon.refuses(ANNA, salon.checkout(ANNA)) == "nothing_to_pay"


def test_another_total_than_the_buyer_saw_opens_nothing(world: World, salon: PlainRoom) -> None:
    salon.claim(ANNA, "mug")
    seen = salon.checkout(ANNA)
    salon.claim(ANNA, "scarf")
    before = len(salon.log)
    with pytest.raises(Conflict) as refused:
        salon.ask(ANNA, seen)
    assert refused.value.code == "total_changed"
    shown = cart(salon.state, "anna", world.rules)
    assert refused.value.details["cart"] == msgspec.to_builtins(shown)
    assert (len(salon.log), salon.state[Checkout].payments) == (before, {})


def test_what_has_run_out_is_not_in_the_total(world: World, salon: PlainRoom) -> None:
    salon.claim(ANNA, "scarf")
    world.wait(200_000)
    salon.claim(ANNA, "mug")
    seen = salon.checkout(ANNA)
    world.now += 100_000
    with pytest.raises(Conflict) as refused:
        salon.ask(ANNA, seen)
    (parcel,) = refused.value.details["cart"]["parcels"]
    assert [line["title"] for line in parcel["lines"]] == ["Mug"]


def test_one_checkout_at_a_time(salon: PlainRoom) -> None:
    salon.claim(ANNA, "mug")
    salon.pay(ANNA)
    salon.claim(ANNA, "scarf")
    assert salon.refuses(ANNA, salon.checkout(ANNA)) == "checkout_open"


def test_checkout_prolongs_a_hold_once(world: World, salon: PlainRoom) -> None:
    """pretix#1575: the clock of a hold cannot be started again and again."""
    until = salon.claim(ANNA, "mug")["until"]
    world.wait(299_000)
    first = salon.ask(ANNA, salon.checkout(ANNA))
    assert first["until"] == world.now + 120_000 > until
    salon.ask(None, c.ClosePayment(first["payment"], "cancelled"))
    world.wait(119_000)
    second = salon.ask(ANNA, salon.checkout(ANNA))
    assert second["until"] == first["until"]


def test_checkout_never_shortens_a_hold(salon: PlainRoom) -> None:
    until = salon.claim(ANNA, "mug")["until"]
    assert salon.ask(ANNA, salon.checkout(ANNA))["until"] == until


def test_a_checkout_opened_while_the_show_stands_still_has_its_time_afterwards(
    world: World, salon: PlainRoom
) -> None:
    salon.claim(ANNA, "mug")
    world.wait(299_000)
    salon.ask(HANNA, c.Pause())
    world.wait(3_600_000)
    payment = salon.pay(ANNA)
    salon.ask(HANNA, c.Resume())
    assert salon.state[Checkout].payments[payment].until == world.now + 120_000
    world.wait(119_999)
    salon.tick()
    assert salon.settle(payment) == "succeeded"


def test_a_payment_ends_with_the_first_of_its_holds(world: World, salon: PlainRoom) -> None:
    salon.claim(ANNA, "scarf")
    first = salon.pay(ANNA)
    salon.ask(None, c.ClosePayment(first, "cancelled"))
    world.wait(250_000)
    salon.claim(ANNA, "mug")
    payment = salon.pay(ANNA)
    world.wait(50_000)
    salon.tick()
    assert world.payments[payment].status == "expired"
    (rest,) = salon.state[Claims].holds.values()
    assert (rest.payment, rest.until) == (None, world.now + 250_000)


# --- the end of a payment ------------------------------------------------------------------


def test_a_failed_payment_gives_the_holds_back_with_what_was_left(salon: PlainRoom) -> None:
    until = salon.claim(ANNA, "mug")["until"]
    payment = salon.pay(ANNA)
    salon.ask(None, c.ClosePayment(payment, "failed", PaymentError("card_declined", "No")))
    (own,) = salon.state[Claims].holds.values()
    assert (own.payment, own.until) == (None, until)
    assert [notice.kind for notice in salon.state[Notices].boxes["anna"]] == ["payment_failed"]


def test_a_payment_that_has_ended_cannot_be_closed(salon: PlainRoom) -> None:
    salon.claim(ANNA, "mug")
    payment = salon.pay(ANNA)
    salon.settle(payment)
    assert salon.refuses(None, c.ClosePayment(payment, "cancelled")) == "payment_settled"
    assert salon.refuses(None, c.SettlePayment("nothing")) == "not_found"


def test_a_payment_that_is_settled_twice_sells_once(world: World, salon: PlainRoom) -> None:
    """The provider's word comes twice: later, and in one batch."""
    for listing, twice in (("mug", False), ("scarf", True)):
        salon.claim(ANNA, listing)
        payment = c.Envelope(c.SettlePayment(salon.pay(ANNA)))
        if twice:
            answers = salon.batch(payment, payment)
        else:
            answers = [*salon.batch(payment), *salon.batch(payment)]
        assert answers == [{"status": "succeeded"}, {"status": "succeeded"}]
    assert world.sales == {"mug-one": 1, "scarf-one": 1}


def test_a_late_payment_is_honoured_when_there_is_stock(world: World, salon: PlainRoom) -> None:
    salon.claim(ANNA, "mug")
    payment = salon.pay(ANNA)
    world.wait(300_000)
    salon.tick()
    assert world.payments[payment].status == "expired"
    assert salon.settle(payment) == "succeeded"
    assert world.stock["mug-one"] == (5, 0, 1)


def test_a_late_payment_is_refunded_once_when_the_piece_is_gone(
    world: World, salon: PlainRoom
) -> None:
    salon.claim(ANNA, "scarf")
    payment = salon.pay(ANNA)
    salon.claim(BENO, "scarf")
    world.wait(300_000)
    salon.tick()
    settle = c.Envelope(c.SettlePayment(payment))
    answers = [*salon.batch(settle, settle), *salon.batch(settle)]
    assert {str(answer).replace("refunding", "refunded") for answer in answers} == {
        "{'status': 'refunded'}"
    }
    refunds = [e for e in salon.happened(PaymentClosed) if e.status == "refunded"]
    assert len(refunds) == 1
    assert [own.buyer.id for own in salon.state[Claims].holds.values()] == ["beno"]


def test_a_late_payment_is_all_or_nothing(world: World, salon: PlainRoom) -> None:
    salon.claim(ANNA, "scarf")
    salon.claim(ANNA, "mug")
    payment = salon.pay(ANNA)
    world.wait(300_000)
    salon.tick()
    salon.claim(BENO, "scarf")
    assert salon.settle(payment) == "refunded"
    assert world.sales == {}


def test_a_late_payment_ends_another_checkout_of_the_same_hold(
    world: World, salon: PlainRoom
) -> None:
    """Cancelled here, paid there; meanwhile the buyer is at checkout again with one more."""
    salon.claim(ANNA, "mug")
    first = salon.pay(ANNA)
    salon.ask(None, c.ClosePayment(first, "cancelled"))
    salon.claim(ANNA, "scarf")
    second = salon.pay(ANNA)
    assert salon.settle(first) == "succeeded"
    assert world.payments[second].status == "cancelled"
    assert [(own.item, own.payment) for own in salon.state[Claims].holds.values()] == [
        (salon.item("scarf").id, None)
    ]
    assert salon.settle(second) == "refunded"
    assert world.sales == {"mug-one": 1}


def test_a_late_payment_for_what_was_paid_otherwise_is_refunded(
    world: World, salon: PlainRoom
) -> None:
    """There are mugs left, but the buyer wanted one and has paid for it."""
    salon.claim(ANNA, "mug")
    first = salon.pay(ANNA)
    salon.ask(None, c.ClosePayment(first, "cancelled"))
    assert salon.settle(salon.pay(ANNA)) == "succeeded"
    assert salon.settle(first) == "refunded"
    assert world.sales == {"mug-one": 1}


def test_a_late_payment_for_a_size_that_does_not_exist_any_more_is_refunded(
    world: World, salon: PlainRoom
) -> None:
    salon.claim(ANNA, "dress", variant="dress-m")
    payment = salon.pay(ANNA)
    world.wait(300_000)
    salon.tick()
    world.edit("dress", variants=world.listings["dress"].variants[:1])
    assert salon.settle(payment) == "refunded"


def test_a_banned_buyer_can_still_pay_and_let_go_but_not_claim(salon: PlainRoom) -> None:
    scarf = salon.claim(ANNA, "scarf")["claim"]
    salon.claim(ANNA, "mug")
    salon.ask(HANNA, c.Ban(user="anna", reason="spam"))
    claim = c.ClaimItem(item=salon.item("dress").id, variant="dress-s")
    assert salon.refuses(ANNA, claim) == "banned"
    assert salon.refuses(ANNA, c.Chat(text="But why")) == "banned"
    salon.ask(ANNA, c.Release(claim=scarf))
    payment = salon.pay(ANNA)
    salon.ask(ANNA, c.ClosePayment(payment, "cancelled"))
    assert salon.settle(salon.pay(ANNA)) == "succeeded"


def test_a_banned_buyer_is_not_waited_for(salon: PlainRoom) -> None:
    held = salon.claim(CARL, "scarf")["claim"]
    salon.claim(ANNA, "scarf")
    salon.claim(BENO, "scarf")
    salon.ask(HANNA, c.Ban(user="anna", reason="spam"))
    salon.ask(CARL, c.Release(claim=held))
    assert [own.buyer.id for own in salon.state[Claims].holds.values()] == ["beno"]


def test_buyers_of_two_shows_pay_each_show_apart(salon: PlainRoom, market: PlainRoom) -> None:
    salon.claim(ANNA, "mug")
    market.claim(ANNA, "mug")
    assert salon.settle(salon.pay(ANNA)) == market.settle(market.pay(ANNA)) == "succeeded"
    owners = [event.orders[0].owner for event in market.happened(PaymentSettled)]
    assert owners == ["hanna"]
    assert market.state.show.host == BORIS
