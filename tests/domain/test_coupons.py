"""Coupons: whose, for whom, how much, how often, and who pays for them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liveshow.domain.checkout.coupons import LEAST_PAID, Trial, fold, reduced
from liveshow.domain.checkout.events import PaymentOpened, PaymentSettled
from liveshow.domain.checkout.parcels import CouponView, cart, pack
from liveshow.domain.show.facts import Rules
from liveshow.errors import LiveshowError
from tests.domain import asks as c
from tests.domain.story import two_shows
from tests.domain.world import ANNA, BENO, BUYERS, CARL, HANNA, SELLER, START, PlainRoom, World


def _off(salon: PlainRoom, payment: str) -> dict[str, int]:
    """What was taken off, by who pays it."""
    opened = next(e for e in salon.happened(PaymentOpened) if e.payment == payment)
    sums: dict[str, int] = {}
    for parcel in opened.parcels:
        assert parcel.total == parcel.items + parcel.shipping - sum(parcel.discounts.values())
        for payer, amount in parcel.discounts.items():
            sums[payer] = sums.get(payer, 0) + amount
    assert opened.amount == sum(parcel.total for parcel in opened.parcels)
    return sums


# As some keyboards write it.
FULL_WIDTH = "".join(chr(ord(sign) + 0xFEE0) for sign in "SPRING10")

# --- codes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["spring-10", "SPRING 10", "sPRINGlO", FULL_WIDTH, "spr1ng-i0"])
def test_a_code_is_read_however_it_is_written(written: str) -> None:
    assert fold(written) == fold("SPRING10")


@pytest.mark.parametrize(
    "written", ["", "abc", "\u0405PRING10", "a" * 25, "a\x00bcd", "💥💥💥💥", "----"]
)
def test_what_can_be_no_code_is_none(written: str) -> None:
    assert fold(written) == ""


def test_a_code_that_nobody_made_opens_nothing(salon: PlainRoom) -> None:
    salon.claim(ANNA, "mug")
    for code in ("NOSUCHCODE", "?", "💥"):
        assert salon.refuses(ANNA, salon.checkout(ANNA, code)) == "unknown_coupon"
    assert not salon.held_by("anna")[0].payment


# --- how much, and who pays ----------------------------------------------------------------


def test_a_seller_takes_it_off_their_own_pieces_only(world: World, salon: PlainRoom) -> None:
    world.coupon("SPRING10", SELLER, percent=10)
    salon.claim(ANNA, "mug")
    salon.claim(ANNA, "dress", variant="dress-s")
    payment = salon.pay(ANNA, "spring10")
    assert _off(salon, payment) == {"owner": 900}
    salon.settle(payment)
    ledger = {
        order.owner: {line.account: line.amount for line in order.ledger}
        for order in world.payments[payment].orders
    }
    assert "owner_discount" not in ledger["hanna"]
    lent = ledger["sela"]
    assert lent["owner_discount"] == 900
    # The host earns of what is left, and so does the operator.
    assert (lent["host"], lent["operator"]) == (-(8100 * 15 // 100), -(8100 * 5 // 100))
    assert sum(lent.values()) == 0


def test_a_host_pays_what_they_take_off_lent_pieces(world: World, salon: PlainRoom) -> None:
    world.coupon("HANNA", HANNA, items="show", amount=1_000, currency="USD")
    salon.claim(ANNA, "dress", variant="dress-s")
    payment = salon.pay(ANNA, "hanna")
    assert _off(salon, payment) == {"host": 1_000}
    salon.settle(payment)
    (order,) = world.payments[payment].orders
    amounts = {line.account: line.amount for line in order.ledger}
    assert amounts["host_discount"] == 1_000
    # Their owner gets what they would have got, whatever their floor.
    assert (amounts["host"], amounts["operator"]) == (-1_350, -450)
    assert -amounts["owner"] == 9_000 + order.parcel.shipping + order.parcel.support - 1_800


def test_a_coupon_of_a_host_is_split_over_who_pays_it(world: World, salon: PlainRoom) -> None:
    world.coupon("HANNA", HANNA, items="show", percent=10)
    salon.claim(ANNA, "scarf")
    salon.claim(ANNA, "dress", variant="dress-s")
    assert _off(salon, salon.pay(ANNA, "hanna")) == {"owner": 250, "host": 900}


def test_the_operator_pays_for_their_own(world: World, salon: PlainRoom) -> None:
    world.coupon("WELCOME", None, percent=50, cap=1_500, currency="USD")
    salon.claim(ANNA, "scarf")
    salon.claim(ANNA, "dress", variant="dress-s")
    payment = salon.pay(ANNA, "welcome")
    assert _off(salon, payment) == {"operator": 1_500}
    salon.settle(payment)
    ledgers = [order.ledger for order in world.payments[payment].orders]
    paid = [line.amount for ledger in ledgers for line in ledger if "discount" in line.account]
    assert sum(paid) == 1_500


def test_an_owner_does_not_give_away_more_than_their_floor_leaves(
    world: World, salon: PlainRoom
) -> None:
    world.coupon("HALF", SELLER, percent=50)
    salon.claim(ANNA, "dress", variant="dress-s")
    floor = salon.item("dress").lending
    assert floor
    assert _off(salon, salon.pay(ANNA, "half")) == {"owner": 9_000 - floor.floor}


def test_a_payment_is_never_nearly_nothing(world: World, salon: PlainRoom) -> None:
    world.coupon("GIFT", None, amount=99_999, currency="USD")
    salon.claim(ANNA, "mug")
    payment = salon.pay(ANNA, "gift")
    opened = salon.happened(PaymentOpened)[-1]
    shipping = sum(parcel.shipping for parcel in opened.parcels)
    assert opened.amount == max(LEAST_PAID, shipping)
    assert salon.settle(payment) == "succeeded"


# Each example is an evening of its own.
@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from(["mug", "scarf", "dress"]), min_size=1, max_size=3, unique=True),
    st.sampled_from(["own", "show", "all"]),
    st.integers(1, 90),
    st.integers(1, 20_000),
)
def test_whatever_a_coupon_takes_off_adds_up(
    pieces: list[str], items: str, percent: int, cap: int
) -> None:
    world, salon = _salon()
    for piece in pieces:
        salon.claim(ANNA, piece, **({"variant": "dress-s"} if piece == "dress" else {}))
    maker = {"own": SELLER, "show": HANNA, "all": None}[items]
    coupon = world.coupon("CODE", maker, items=items, percent=percent, cap=cap, currency="USD")
    packed = pack(salon.state, salon.held_by("anna"), Rules())
    try:
        with_it = reduced(salon.state, packed, coupon)
    except LiveshowError as error:
        refused = error.code
    else:
        refused = ""
    if refused:
        assert refused == "coupon_does_not_apply"
        return
    off = sum(parcel.total for parcel in packed) - sum(parcel.total for parcel in with_it)
    assert 0 < off <= cap
    for before, after in zip(packed, with_it, strict=True):
        assert before.items == after.items
        assert after.total == after.items + after.shipping - sum(after.discounts.values())
        assert sum(line.owner_off for line in after.lines) == after.discounts.get("owner", 0)
        for line in after.lines:
            lending = salon.item(line.listing).lending
            floor = lending.floor if lending else 0
            assert line.amount - line.owner_off >= min(floor * line.quantity, line.amount)


def _salon() -> tuple[World, PlainRoom]:
    world, salon, _ = two_shows()
    return world, salon


# --- for whom ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"starts_at": START + 10**9}, "coupon_over"),
        ({"ends_at": START - 1}, "coupon_over"),
        ({"stopped": True}, "coupon_over"),
        ({"uses": 0}, "coupon_used_up"),
        ({"who": "followers"}, "coupon_not_for_you"),
        ({"minimum": 2_000, "currency": "USD"}, "coupon_minimum"),
        ({"cap": 100, "currency": "EUR"}, "coupon_does_not_apply"),
        ({"show": "elsewhere"}, "coupon_does_not_apply"),
    ],
)
def test_a_coupon_that_does_not_apply_says_why_and_opens_nothing(
    world: World, salon: PlainRoom, fields: dict[str, Any], code: str
) -> None:
    world.coupon("CODE", HANNA, **({"percent": 10} | fields))
    salon.claim(ANNA, "mug")
    before = len(salon.log)
    assert salon.refuses(ANNA, salon.checkout(ANNA, "code")) == code
    assert len(salon.log) == before


def test_a_coupon_of_a_seller_is_for_nothing_of_others(world: World, salon: PlainRoom) -> None:
    world.coupon("SELA", SELLER, percent=10)
    salon.claim(ANNA, "mug")
    assert salon.refuses(ANNA, salon.checkout(ANNA, "sela")) == "coupon_does_not_apply"


def test_a_first_order_is_the_first_of_that_seller(world: World, salon: PlainRoom) -> None:
    world.coupon("HELLO", SELLER, percent=10, who="new")
    salon.claim(ANNA, "mug")
    salon.settle(salon.pay(ANNA))
    salon.claim(ANNA, "dress", variant="dress-s")
    salon.settle(salon.pay(ANNA, "hello"))
    world.coupon("AGAIN", SELLER, percent=10, who="new")
    salon.claim(ANNA, "dress", variant="dress-m")
    assert salon.refuses(ANNA, salon.checkout(ANNA, "again")) == "coupon_not_for_you"


def test_followers_are_asked_for_when_it_is_theirs(world: World, salon: PlainRoom) -> None:
    world.coupon("FANS", HANNA, percent=10, who="followers")
    world.followers.add("anna")
    salon.claim(ANNA, "mug")
    assert _off(salon, salon.pay(ANNA, "fans")) == {"owner": 70}


# --- how often -----------------------------------------------------------------------------


def test_the_last_use_is_one_persons(world: World, salon: PlainRoom) -> None:
    world.coupon("LAST", HANNA, percent=10, uses=1)
    salon.claim(ANNA, "mug")
    salon.claim(BENO, "mug")
    first, second = salon.batch(
        c.Envelope(salon.checkout(ANNA, "last"), ANNA),
        c.Envelope(salon.checkout(BENO, "last"), BENO),
    )
    assert not isinstance(first, LiveshowError)
    assert isinstance(second, LiveshowError)
    assert second.code == "coupon_used_up"


def test_a_use_is_given_back_when_nothing_comes_of_the_payment(
    world: World, salon: PlainRoom
) -> None:
    world.coupon("LAST", HANNA, percent=10, uses=1)
    salon.claim(ANNA, "mug")
    salon.claim(BENO, "mug")
    payment = salon.pay(ANNA, "last")
    # In one batch, too.
    closed, opened = salon.batch(
        c.Envelope(c.ClosePayment(payment, "cancelled")),
        c.Envelope(salon.checkout(BENO, "last"), BENO),
    )
    assert not isinstance(closed, LiveshowError)
    assert isinstance(opened, LiveshowError), "the total was of a cart without it"
    salon.pay(BENO, "last")


def test_a_use_that_ran_out_is_taken_again_by_money_that_comes_late(
    world: World, salon: PlainRoom
) -> None:
    world.coupon("LAST", HANNA, percent=10, uses=1)
    salon.claim(ANNA, "mug")
    late = salon.pay(ANNA, "last")
    world.wait(10 * 60_000)
    salon.tick()
    salon.claim(BENO, "mug")
    salon.settle(salon.pay(BENO, "last"))
    assert salon.settle(late) == "succeeded"
    # Both paid what they were shown.
    settled = salon.happened(PaymentSettled)
    assert [sum(o.parcel.discounts["owner"] for o in each.orders) for each in settled] == [70, 70]
    salon.claim(CARL, "scarf")
    assert salon.refuses(CARL, salon.checkout(CARL, "last")) == "coupon_used_up"


def test_one_buyer_uses_it_once_unless_it_says_otherwise(world: World, salon: PlainRoom) -> None:
    world.coupon("ONCE", HANNA, percent=10)
    world.coupon("OFTEN", HANNA, percent=10, once=False)
    salon.claim(ANNA, "mug")
    salon.settle(salon.pay(ANNA, "once"))
    salon.claim(ANNA, "scarf")
    assert salon.refuses(ANNA, salon.checkout(ANNA, "once")) == "coupon_used_up"
    salon.settle(salon.pay(ANNA, "often"))
    salon.claim(ANNA, "mug")
    salon.pay(ANNA, "often")


def test_what_was_sold_stays_a_use_when_its_money_goes_back(world: World, salon: PlainRoom) -> None:
    world.coupon("ONCE", HANNA, percent=10)
    salon.claim(ANNA, "mug")
    payment = salon.pay(ANNA, "once")
    salon.settle(payment)
    (order,) = world.payments[payment].orders
    salon.ask(HANNA, c.RefundOrder(order.id, "sorry"))
    sums: dict[str, int] = {}
    for line in world.orders[order.id].ledger:
        sums[line.account] = sums.get(line.account, 0) + line.amount
    assert not any(sums.values())
    salon.claim(ANNA, "scarf")
    assert salon.refuses(ANNA, salon.checkout(ANNA, "once")) == "coupon_used_up"


# --- what is shown -------------------------------------------------------------------------


def test_a_cart_shows_what_the_checkout_will_take(world: World, salon: PlainRoom) -> None:
    world.coupon("SPRING", HANNA, percent=10)
    salon.claim(ANNA, "mug")
    trial = Trial(world.coupon_facts("SPR1NG", "anna"), world.now)
    shown = cart(salon.state, "anna", world.rules, trial)
    plain = cart(salon.state, "anna", world.rules)
    assert shown
    assert plain
    assert shown.coupon == CouponView("SPRING", 70, None)
    assert shown.total == plain.total - 70
    salon.ask(ANNA, msgspec.structs.replace(salon.checkout(ANNA, "spring"), total=shown.total))


def test_a_total_without_the_coupon_is_another_total(world: World, salon: PlainRoom) -> None:
    world.coupon("SPRING", HANNA, percent=10)
    salon.claim(ANNA, "mug")
    plain = salon.checkout(ANNA)
    with pytest.raises(LiveshowError) as refused:
        salon.ask(ANNA, msgspec.structs.replace(plain, coupon="spring"))
    assert refused.value.code == "total_changed"
    shown = refused.value.details["cart"]
    assert shown["coupon"] == {"code": "SPRING", "off": 70, "refused": None}
    assert shown["total"] == plain.total - 70


def test_everybody_may_be_a_buyer_of_one_coupon(world: World, salon: PlainRoom) -> None:
    world.coupon("EVERYBODY", HANNA, percent=10, uses=2)
    for buyer in BUYERS[:2]:
        salon.claim(buyer, "mug")
        salon.settle(salon.pay(buyer, "everybody"))
