"""What a buyer was promised stays promised: with a claim, a place in line, a parcel."""

from __future__ import annotations

import pytest

from liveshow.domain.checkout.events import PaymentSettled
from liveshow.domain.checkout.parcels import CartView, cart, quote
from liveshow.domain.claims import offers
from liveshow.domain.claims import state as claims_state
from liveshow.domain.claims.offers import no_dearer, offer_id, offered
from liveshow.domain.claims.state import Claims
from liveshow.domain.show.notices import Notices
from liveshow.domain.values import Offer, Price, Shipping, Variant
from liveshow.errors import Conflict
from tests.domain import asks as c
from tests.domain.world import ANNA, BENO, CARL, HANNA, SELLER, PlainRoom, World


def the_cart(room: PlainRoom, who: str) -> CartView:
    found = cart(room.state, who, room.world.rules)
    assert found
    return found


# --- what is held --------------------------------------------------------------------------


def test_what_is_held_stays_as_it_was_when_it_was_claimed(world: World, salon: PlainRoom) -> None:
    """faults.md 9: title, size, price, shipping. The order keeps them, the next buyer not."""
    world.listing(
        "ring",
        SELLER,
        {"M": 2},
        price=3500,
        title="Gold ring 18k",
        description="Solid gold",
        shipping=Shipping(flat=300),
    )
    world.lend("ring", HANNA, floor=1000, commission_percent=10)
    salon.put("ring")
    salon.claim(ANNA, "ring")
    before = the_cart(salon, "anna")
    small = [v.__class__(v.id, "XS", v.quantity) for v in world.listings["ring"].variants]
    world.edit(
        "ring",
        title="Brass ring",
        description="Brass",
        photos=[],
        variants=small,
        shipping=Shipping(flat=4900),
    )
    salon.ask(HANNA, c.Reprice(item=salon.item("ring").id, price=9900))
    salon.ask(HANNA, c.Configure(shipping_cap=0))

    assert the_cart(salon, "anna") == before
    (line,) = before.parcels[0].lines
    assert (line.title, line.variant, line.price) == ("Gold ring 18k", "M", 3500)
    assert (before.shipping, before.total) == (300, 3800)
    assert salon.held_by("anna")[0].offer.description == "Solid gold"

    salon.settle(salon.pay(ANNA))
    (settled,) = salon.happened(PaymentSettled)
    (kept,) = settled.orders[0].parcel.lines
    assert (kept.title, kept.variant, kept.price) == ("Gold ring 18k", "M", 3500)
    assert kept.photo == line.photo
    assert kept.promises == line.promises
    (sold,) = [n for n in salon.state[Notices].of("anna") if n.kind == "sold"]
    assert sold.item
    assert sold.item.title == "Gold ring 18k"

    salon.claim(BENO, "ring")
    (next_line,) = the_cart(salon, "beno").parcels[0].lines
    assert (next_line.title, next_line.variant, next_line.price) == ("Brass ring", "XS", 9900)


def test_a_crowd_is_promised_the_same_offer_once(salon: PlainRoom) -> None:
    for who in (ANNA, BENO, CARL):
        salon.claim(who, "mug")
    first, *others = (held.offer for held in salon.holds())
    assert all(other is first for other in others)
    assert salon.state[Claims].offer_id(first) == offer_id(first)


def test_only_so_many_offers_are_known_at_once(
    salon: PlainRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims_state, "OFFERS_KNOWN", 3)
    claims = salon.state[Claims]
    for price in (*range(100, 110), *range(100, 110)):
        offer = Offer("Coat", price)
        assert claims.offer_id(offer) == offer_id(offer)
        claims.keep_offer(offer, offer_id(offer))
        assert offer_id(offer) in claims.kept_offers
        assert len(claims.kept_offers) <= len(claims._offer_ids) <= 3


def test_a_room_does_not_remember_every_variant_that_there_was(
    world: World, salon: PlainRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A listing may be edited for as long as its show is open."""
    monkeypatch.setattr(offers, "VARIANTS_KNOWN", 3)
    monkeypatch.setattr(claims_state, "LAPSES_KNOWN", 3)
    claims = salon.state[Claims]
    for size in range(10):
        variant = Variant(f"size-{size}", f"{size}", 0)
        world.stock[variant.id] = (1, 0, 0)
        world.edit("mug", variants=[variant])
        salon.claim(ANNA, "mug")
        assert claims.held_by("anna")[0].offer.variant == f"{size}"
        world.wait(300_000)
        salon.tick()
        assert claims.held_by("anna") == []
        assert len(claims._offered._newest) <= 3
        assert len(claims.lapses) <= 3


# --- what somebody waits for ---------------------------------------------------------------


def test_whoever_waits_pays_no_more_than_when_they_joined(salon: PlainRoom) -> None:
    """faults.md 6: promoted at the price of the day they joined, and the notice says it."""
    held = salon.claim(ANNA, "scarf")["claim"]
    salon.claim(BENO, "scarf")
    salon.ask(HANNA, c.Reprice(item=salon.item("scarf").id, price=9900))
    salon.ask(ANNA, c.Release(claim=held))
    (promoted,) = salon.held_by("beno")
    assert promoted.price == 2500
    (notice,) = salon.state[Notices].of("beno")
    assert (notice.kind, notice.price) == ("promoted", 2500)


def test_whoever_waits_pays_less_when_it_has_become_cheaper(salon: PlainRoom) -> None:
    held = salon.claim(ANNA, "scarf")["claim"]
    salon.claim(BENO, "scarf")
    salon.ask(HANNA, c.Reprice(item=salon.item("scarf").id, price=2000))
    salon.ask(ANNA, c.Release(claim=held))
    assert salon.held_by("beno")[0].price == 2000
    assert salon.state[Notices].of("beno")[0].price == 2000


def test_whoever_waits_pays_no_more_for_shipping_either(world: World, salon: PlainRoom) -> None:
    """faults.md 6: the kind, a cap that was taken away and shipping that was raised."""
    salon.ask(HANNA, c.Configure(shipping_cap=200))
    held = salon.claim(ANNA, "scarf")["claim"]
    salon.claim(BENO, "scarf")
    salon.ask(HANNA, c.Configure(shipping_cap=None))
    world.edit("scarf", shipping=Shipping(flat=4900), title="Silk scarf")
    salon.ask(ANNA, c.Release(claim=held))
    found = the_cart(salon, "beno")
    assert (found.shipping, found.parcels[0].lines[0].title) == (200, "Silk scarf")


@pytest.mark.parametrize(
    ("now", "joined", "kept"),
    [
        ({"flat": 300}, {"flat": 500}, {"flat": 300}),
        ({"flat": 500}, {"flat": 300}, {"flat": 300}),
        ({"weight": 300}, {"weight": 500}, {"weight": 300}),
        ({"weight": 900}, {"weight": 500}, {"weight": 500}),
        ({"flat": 0}, {"weight": 500}, {"weight": 500}),
    ],
)
def test_the_better_shipping_of_both_is_kept(
    now: dict[str, int], joined: dict[str, int], kept: dict[str, int]
) -> None:
    """faults.md 6."""
    better = no_dearer(
        Offer("Scarf", 100, shipping=Shipping(**now)),
        Offer("Scarf", 100, shipping=Shipping(**joined)),
    )
    assert better.shipping == Shipping(**kept)


def test_nobody_is_promoted_below_what_the_owner_allows_now(world: World, salon: PlainRoom) -> None:
    """The place ends, and the notice says why: it cannot be served at the price of that day."""
    held = salon.claim(ANNA, "dress", variant="dress-m")["claim"]
    salon.ask(BENO, c.ClaimItem(item=salon.item("dress").id, variant="dress-m"))
    mandate = world.mandate_of("dress", "hanna")
    assert mandate
    mandate.floor = 12_000
    salon.tick()
    assert salon.state[Claims].entries_of("beno") == []
    (notice,) = salon.state[Notices].of("beno")
    assert notice.kind == "cancelled"
    assert "price" in notice.text
    salon.ask(ANNA, c.Release(claim=held))
    assert salon.held_by("beno") == []


# --- parcels -------------------------------------------------------------------------------


def test_the_host_pays_for_a_cap_and_the_lender_never_does(world: World, salon: PlainRoom) -> None:
    """faults.md 10: the cap came after the mandate; the owner gets what sending the dress costs."""
    salon.ask(HANNA, c.Configure(shipping_cap=0))
    salon.claim(ANNA, "dress", variant="dress-s")
    assert the_cart(salon, "anna").shipping == 0
    salon.settle(salon.pay(ANNA))
    (order,) = salon.happened(PaymentSettled)[0].orders
    ledger = {line.account: line.amount for line in order.ledger}
    fee, commission = 9000 * 5 // 100, 9000 * 15 // 100
    assert ledger == {
        "provider": 9000,
        "owner": -(9000 + 500 - fee - commission),
        "host": -commission,
        "host_shipping": 500,
        "operator": -fee,
    }
    assert sum(ledger.values()) == 0


def test_what_a_lender_has_raised_since_is_theirs_to_bear(world: World, salon: PlainRoom) -> None:
    """faults.md 10: a cap cannot be turned against the host either."""
    mandate = world.mandate_of("dress", "hanna")
    assert mandate
    mandate.shipping = Shipping(flat=500)
    salon.ask(HANNA, c.Configure(shipping_cap=100))
    world.edit("dress", shipping=Shipping(flat=99_000))
    salon.claim(ANNA, "dress", variant="dress-s")
    salon.settle(salon.pay(ANNA))
    (order,) = salon.happened(PaymentSettled)[0].orders
    assert (order.parcel.shipping, order.parcel.support) == (100, 400)


def test_a_host_who_caps_their_own_parcels_pays_nobody(salon: PlainRoom) -> None:
    salon.ask(HANNA, c.Configure(shipping_cap=0))
    salon.claim(ANNA, "scarf")
    salon.settle(salon.pay(ANNA))
    (order,) = salon.happened(PaymentSettled)[0].orders
    assert order.parcel.support == 0
    assert "host_shipping" not in {line.account for line in order.ledger}


def test_the_total_that_is_seen_is_the_total_that_is_paid_with_two_in_flight(
    world: World, salon: PlainRoom
) -> None:
    """faults.md 11: the second piece is claimed while the first one is being paid."""
    for name, price in (("first", 1000), ("second", 2000)):
        world.listing(name, HANNA, {"": 1}, price=price, shipping=Shipping(flat=500))
        salon.put(name)
    salon.claim(ANNA, "first")
    first = salon.pay(ANNA)
    said = quote(salon.state, "anna", salon.item("second").id, None, 1, world.rules, 0)
    assert (said.shipping_added, said.parcel_before) == (0, 500)
    salon.claim(ANNA, "second")
    seen = the_cart(salon, "anna").total
    assert seen == 1000 + 2000 + 500
    salon.settle(first)
    # The total of a moment ago is not what is owed now: nothing is charged by mistake.
    with pytest.raises(Conflict, match="total has changed") as refused:
        salon.ask(ANNA, c.OpenCheckout(salon.checkout(ANNA).address, seen, "test"))
    assert refused.value.code == "total_changed"
    salon.settle(salon.pay(ANNA))
    charged = [payment.amount for payment in world.payments.values()]
    assert charged == [1500, 2000]
    assert sum(charged) == seen


def test_a_parcel_is_shipped_once_however_often_it_is_paid(world: World, salon: PlainRoom) -> None:
    """faults.md 12: cap 5.00, three payments to one seller in one show, 5.00 in all."""
    salon.ask(HANNA, c.Configure(shipping_cap=500))
    paid = []
    for name in ("one", "two", "three"):
        world.listing(name, HANNA, {"": 1}, price=1000, shipping=Shipping(weight=3000))
        salon.put(name)
        said = quote(salon.state, "anna", salon.item(name).id, None, 1, world.rules, 0)
        salon.claim(ANNA, name)
        shipping = the_cart(salon, "anna").shipping
        assert said.shipping_added == shipping
        paid.append(shipping)
        salon.settle(salon.pay(ANNA))
    assert paid == [500, 0, 0]
    # Another buyer, and another owner, have parcels of their own.
    salon.claim(BENO, "mug")
    salon.claim(ANNA, "dress", variant="dress-s")
    assert the_cart(salon, "beno").shipping == 495
    assert the_cart(salon, "anna").shipping == 500


def test_without_a_cap_a_heavier_parcel_costs_the_difference(
    world: World, salon: PlainRoom
) -> None:
    """faults.md 12: what all of it weighs together, less what was paid before."""
    paid = []
    for name in ("one", "two"):
        world.listing(name, HANNA, {"": 1}, price=1000, shipping=Shipping(weight=300))
        salon.put(name)
        salon.claim(ANNA, name)
        paid.append(the_cart(salon, "anna").shipping)
        salon.settle(salon.pay(ANNA))
    assert paid == [495, 695 - 495]


def test_a_cap_that_was_promised_outlives_its_end(salon: PlainRoom) -> None:
    """faults.md 9: it holds for the parcel, also for what is added to it later."""
    salon.ask(HANNA, c.Configure(shipping_cap=100))
    salon.claim(ANNA, "scarf")
    salon.ask(HANNA, c.Configure(shipping_cap=None, claims_per_buyer=5))
    salon.claim(ANNA, "mug", quantity=5)
    assert the_cart(salon, "anna").shipping == 100


def test_an_offer_says_what_the_item_says(salon: PlainRoom) -> None:
    item = salon.item("dress")
    said = offered(item, "dress-s", salon.state.show, Price(item.price))
    assert (said.title, said.variant, said.price) == (item.title, "S", item.price)
    assert (said.commission_percent, said.shipping) == (15, item.shipping)
