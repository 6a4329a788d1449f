"""Parcels over several payments: what they cost together, until they leave and afterwards."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from liveshow.domain.checkout.parcels import cart, quote
from liveshow.domain.checkout.state import Checkout
from liveshow.domain.orders.events import OrderRefunded, OrderShipped
from liveshow.domain.orders.facts import SHIPS_MS
from liveshow.domain.shipping import parcel_shipping
from liveshow.domain.values import Person, Shipping
from tests.domain import asks as c
from tests.domain.world import ANNA, BENO, HANNA, SELLER, PlainRoom, World


def bought(room: PlainRoom, who: Person, listing: str) -> str:
    """Claim and pay a piece; return the id of its order."""
    room.claim(who, listing)
    payment = room.pay(who)
    assert room.settle(payment) == "succeeded"
    (order,) = room.world.payments[payment].orders
    return order.id


def shipping_of(room: PlainRoom, *orders: str) -> list[int]:
    return [room.world.orders[order].shipping for order in orders]


def sent(room: PlainRoom, order: str) -> None:
    room.world.pack(order)
    owner = room.world.orders[order].owner
    assert room.ask(owner, c.ShipOrder(order, "Post", "T1")) == {}


def evening(*, cap: int | None = None, lent_at: int | None = None) -> PlainRoom:
    """A show with a scarf, a belt and a hat, each sent for 500."""
    world = World()
    room = world.show("salon", HANNA, shipping_cap=cap, claims_per_buyer=9)
    owner = HANNA if lent_at is None else SELLER
    for listing in ("scarf", "belt", "hat"):
        world.listing(listing, owner, {"": 9}, shipping=Shipping(flat=500))
        if lent_at is not None:
            world.lend(listing, HANNA, shipping=Shipping(flat=lent_at))
        room.put(listing)
    room.ask(HANNA, c.Start())
    room.ask(None, c.StreamUp())
    return room


# --- what has left -------------------------------------------------------------------------


def test_what_is_bought_after_its_parcel_has_left_pays_for_another_one() -> None:
    room = evening()
    first, second = bought(room, ANNA, "scarf"), bought(room, ANNA, "belt")
    sent(room, first)
    third, fourth = bought(room, ANNA, "hat"), bought(room, ANNA, "hat")
    assert shipping_of(room, first, second, third, fourth) == [500, 0, 500, 0]


def test_a_parcel_leaves_as_a_whole_with_the_first_of_its_orders() -> None:
    """What is packed later was paid to be sent with it: nothing else is charged for that."""
    room = evening()
    first, second = bought(room, ANNA, "scarf"), bought(room, ANNA, "belt")
    sent(room, second)
    assert shipping_of(room, bought(room, ANNA, "hat")) == [500]
    sent(room, first)
    closes = [event.closes for event in room.happened(OrderShipped)]
    assert closes == [[first, second], []]
    # The third one is still to be sent.
    assert shipping_of(room, bought(room, ANNA, "scarf")) == [0]


def test_the_cart_and_the_quote_know_that_the_parcel_has_left() -> None:
    room = evening()
    first = bought(room, ANNA, "scarf")
    room.claim(ANNA, "belt")
    hat = room.item("hat").id
    rules = room.world.rules
    before = cart(room.state, ANNA.id, rules)
    assert before
    assert before.shipping == 0
    sent(room, first)
    after = cart(room.state, ANNA.id, rules)
    assert after
    assert after.shipping == 500
    said = quote(room.state, ANNA.id, hat, None, 1, rules, room.world.now)
    assert (said.parcel_before, said.parcel_shipping, said.shipping_added) == (500, 500, 0)


def test_a_total_that_was_seen_before_the_parcel_left_charges_nothing() -> None:
    room = evening()
    first = bought(room, ANNA, "scarf")
    room.claim(ANNA, "belt")
    seen = room.checkout(ANNA)
    sent(room, first)
    assert room.refuses(ANNA, seen) == "total_changed"


def test_who_was_at_checkout_when_the_parcel_left_pays_what_they_saw() -> None:
    """The next piece pays for the parcel that is sent after it."""
    room = evening()
    first = bought(room, ANNA, "scarf")
    room.claim(ANNA, "belt")
    payment = room.pay(ANNA)
    sent(room, first)
    assert room.settle(payment) == "succeeded"
    (second,) = room.world.payments[payment].orders
    assert shipping_of(room, second.id, bought(room, ANNA, "hat")) == [0, 500]


def test_each_parcel_costs_the_cap_at_most() -> None:
    room = evening(cap=300)
    first, second = bought(room, ANNA, "scarf"), bought(room, ANNA, "belt")
    sent(room, first)
    third, fourth = bought(room, ANNA, "hat"), bought(room, ANNA, "belt")
    assert shipping_of(room, first, second, third, fourth) == [300, 0, 300, 0]


def test_the_host_adds_to_the_shipping_of_each_lent_parcel() -> None:
    room = evening(cap=300, lent_at=500)
    first, second = bought(room, ANNA, "scarf"), bought(room, ANNA, "belt")
    sent(room, first)
    third = bought(room, ANNA, "hat")
    support = {
        order.id: order.parcel.support
        for payment in room.world.payments.values()
        for order in payment.orders
    }
    assert [support[order] for order in (first, second, third)] == [200, 0, 200]


def test_parcels_of_others_stay_open() -> None:
    room = evening()
    first, other = bought(room, ANNA, "scarf"), bought(room, BENO, "belt")
    sent(room, first)
    assert shipping_of(room, other, bought(room, BENO, "hat")) == [500, 0]


# --- what is taken back --------------------------------------------------------------------


def test_what_has_left_needs_its_shipping_and_the_next_parcel_does_not() -> None:
    room = evening()
    first, second = bought(room, ANNA, "scarf"), bought(room, ANNA, "belt")
    sent(room, second)
    third = bought(room, ANNA, "hat")
    # The belt was sent with the shipping of the scarf.
    assert room.ask(ANNA, c.CancelOrder(first))["amount"] == 1000
    # Nothing goes with the hat.
    assert room.ask(ANNA, c.CancelOrder(third))["amount"] == 1500


def test_what_is_still_to_be_sent_does_not_give_back_what_another_parcel_kept() -> None:
    room = evening()
    first, second = bought(room, ANNA, "scarf"), bought(room, ANNA, "belt")
    assert room.ask(ANNA, c.CancelOrder(first))["amount"] == 1000
    sent(room, second)
    third = bought(room, ANNA, "hat")
    assert shipping_of(room, third) == [500]
    answer = room.ask(ANNA, c.CancelOrder(third))
    assert (answer["amount"], answer.get("further", [])) == (1500, [])
    # Its owner may still give back what the scarf kept.
    assert room.ask(HANNA, c.RefundOrder(first, "Sorry"))["amount"] == 500
    assert room.state[Checkout].paid == {}


def test_a_parcel_of_which_everything_was_refunded_is_forgotten() -> None:
    room = evening()
    first = bought(room, ANNA, "scarf")
    sent(room, first)
    room.ask(HANNA, c.RefundOrder(first, "Lost"))
    checkout = room.state[Checkout]
    assert (checkout.paid, checkout.sent) == ({}, {})
    assert shipping_of(room, bought(room, ANNA, "hat")) == [500]


def test_what_was_not_sent_in_seven_days_can_be_taken_back_although_it_is_packed() -> None:
    room = evening()
    order = bought(room, ANNA, "scarf")
    room.world.pack(order)
    room.world.wait(SHIPS_MS - 1)
    assert room.refuses(ANNA, c.CancelOrder(order)) == "wrong_status"
    room.world.wait(1)
    assert room.refuses(BENO, c.CancelOrder(order)) == "not_found"
    assert room.refuses(HANNA, c.CancelOrder(order)) == "forbidden"
    assert room.ask(ANNA, c.CancelOrder(order, "It takes too long"))["amount"] == 1500
    # Nobody can send it any more.
    assert room.refuses(HANNA, c.ShipOrder(order)) == "wrong_status"


def test_what_was_sent_late_stays_sent() -> None:
    room = evening()
    order = bought(room, ANNA, "scarf")
    room.world.wait(SHIPS_MS + 1)
    sent(room, order)
    assert room.refuses(ANNA, c.CancelOrder(order)) == "wrong_status"


# --- who may -------------------------------------------------------------------------------


def test_only_the_owner_sends_what_is_packed() -> None:
    room = evening(lent_at=500)
    order = bought(room, ANNA, "scarf")
    assert room.refuses(SELLER, c.ShipOrder(order)) == "wrong_status"
    room.world.pack(order)
    assert room.refuses(ANNA, c.ShipOrder(order)) == "forbidden"
    assert room.refuses(HANNA, c.ShipOrder(order)) == "not_found"
    assert room.refuses(BENO, c.ShipOrder(order)) == "not_found"
    sent(room, order)
    assert room.refuses(SELLER, c.ShipOrder(order)) == "wrong_status"


def test_what_was_sent_and_refunded_in_one_batch_was_both() -> None:
    room = evening()
    order = bought(room, ANNA, "scarf")
    room.world.pack(order)
    ship, refund = c.ShipOrder(order), c.RefundOrder(order, "Lost")
    answers = room.batch(c.Envelope(ship, HANNA), c.Envelope(refund, HANNA))
    assert answers[0] == {}
    assert answers[1]["amount"] == 1500  # type: ignore[index]
    assert room.world.orders[order].status == "refunded"


# --- whatever happens ----------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["buy", "buy", "buy", "ship", "cancel", "refund", "cap"]),
        st.integers(0, 5),
    ),
    max_size=14,
)
SHIPPINGS = st.lists(
    st.one_of(
        st.integers(0, 900).map(lambda flat: Shipping(flat=flat)),
        st.sampled_from([100, 250, 600, 4_000]).map(lambda grams: Shipping(weight=grams)),
    ),
    min_size=3,
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(STEPS, SHIPPINGS)
def test_no_parcel_ever_costs_more_than_its_pieces_or_its_cap(
    steps: list[tuple[str, int]], shippings: list[Shipping]
) -> None:
    """Buy, send and take back in any order: nobody pays twice, and what is sent stays paid."""
    world = World(check=False)
    room = world.show("salon", HANNA, claims_per_buyer=100)
    for name, shipping in zip(("a", "b", "c"), shippings, strict=True):
        world.listing(name, HANNA, {"": 99}, shipping=shipping)
        room.put(name)
    room.ask(HANNA, c.Start())
    orders: list[str] = []
    for what, n in steps:
        if what == "buy":
            orders.append(bought(room, ANNA, "abc"[n % 3]))
        elif what == "cap":
            room.ask(HANNA, c.Configure(shipping_cap=n * 200))
        elif orders:
            order = world.orders[orders[n % len(orders)]]
            if what == "ship" and order.status == "paid":
                sent(room, order.id)
            elif what == "cancel" and order.status == "paid":
                room.ask(ANNA, c.CancelOrder(order.id))
            elif what == "refund" and order.status not in ("refunded", "cancelled"):
                room.ask(HANNA, c.RefundOrder(order.id, "Torn"))
        _check_parcels(room)
    assert sum(event.amount for event in room.happened(OrderRefunded)) == sum(
        order.refunded for order in world.orders.values()
    )


def _check_parcels(room: PlainRoom) -> None:
    checkout, rates = room.state[Checkout], room.world.rules.rates("USD")
    sent_ones = [parcel for parcels in checkout.sent.values() for parcel in parcels.values()]
    for parcel in (*checkout.paid.values(), *sent_ones):
        pieces = [piece for paid in parcel.values() for piece in paid.pieces]
        # What every piece would cost on its own; a cap of all of them is one of the parcel.
        alone = sum(parcel_shipping([(p.shipping, p.quantity)], None, rates) for p in pieces)
        cap = max((p.shipping_cap for p in pieces if p.shipping_cap is not None), default=None)
        paid = sum(each.shipping for each in parcel.values() if each.pieces)
        assert paid <= alone
        if pieces and cap is not None and all(p.shipping_cap is not None for p in pieces):
            assert paid <= cap
    for order in room.world.orders.values():
        assert 0 <= order.refunded <= order.total
        assert sum(line.amount for line in order.ledger) == 0
