"""Every payment keeps to its provider: two at once, one that is gone, none at all."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from liveshow.domain.claims.state import Claims
from liveshow.errors import LiveshowError
from liveshow.ids import new_id
from liveshow.payments.provider import PageSources
from liveshow.payments.providers import Providers
from liveshow.payments.simulated import SUCCEEDS
from liveshow.store.tables.orders import RefundRow
from liveshow.store.tables.payments import PaymentRow
from liveshow.store.tables.test_charges import ChargeRow
from tests.payments.acme import Acme, Counter, open_bank
from tests.payments.world import (
    ANA,
    BEN,
    HOLD_SECONDS,
    SELLER,
    SHOW,
    Server,
    World,
    card,
)


@pytest.fixture
async def counter(world: World) -> AsyncIterator[Counter]:
    async with open_bank(world.clock) as counter:
        yield counter


async def status_of(server: Server, payment_id: str) -> str:
    payment = await server.payment_rows.get(payment_id)
    assert payment is not None
    return payment.status


async def pay_at(counter: Counter, server: Server, payment_id: str) -> None:
    """Pay in the bank's own form; our server is not told."""
    client = await server.payments.client(await server.payments.get(payment_id, ANA.id))
    assert client is not None
    assert await counter.pay(client.parameters) == "succeeded"


async def test_a_payment_stays_with_the_provider_it_was_opened_with(
    world: World, counter: Counter
) -> None:
    before = world.server()
    await before.claim(ANA, await world.piece())
    with_cards = await before.checkout(ANA)
    # After a restart new payments go elsewhere; the open one does not.
    server = world.server(counter.provider)
    await server.claim(BEN, await world.piece())
    elsewhere = await server.checkout(BEN)
    assert (with_cards.provider, elsewhere.provider) == ("test", "acme")
    assert counter.bank.charges.keys() == {elsewhere.id}

    paid = await server.payments.confirm(with_cards.id, ANA.id, card(SUCCEEDS))
    assert paid.status == "succeeded"
    assert (await server.payments.cancel(elsewhere.id, BEN.id)).status == "cancelled"
    assert counter.bank.charges[elsewhere.id].status == "cancelled"
    await world.assert_books_balance()


async def test_money_goes_back_through_the_provider_that_has_it(
    world: World, counter: Counter
) -> None:
    server = world.server(counter.provider)
    await server.claim(ANA, await world.piece(owner=SELLER))
    payment = await server.checkout()
    await pay_at(counter, server, payment.id)
    paid = await server.payments.get(payment.id, ANA.id)
    assert paid.status == "succeeded"
    # By then another one is the default.
    later = world.server(server.line, counter.provider, test_cards=False)
    order = await later.orders.refund(paid.orders[0], SELLER, new_id(), "sorry")
    assert (order.status, counter.bank.charges[payment.id].received) == ("refunded", 0)
    assert await world.rows(ChargeRow) == []


async def test_cards_of_ours_are_not_for_a_provider_with_a_form_of_its_own(
    world: World, counter: Counter
) -> None:
    server = world.server(counter.provider)
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    for attempt in (
        server.payments.confirm(payment.id, ANA.id, card(SUCCEEDS)),
        server.payments.challenge(payment.id, ANA.id, "123456"),
    ):
        with pytest.raises(LiveshowError) as refused:
            await attempt
        assert refused.value.code == "not_found"
    assert counter.bank.charges[payment.id].status == "open"


async def test_a_form_is_given_out_once_nothing_else_can_charge_for_the_same(
    world: World, counter: Counter
) -> None:
    server = world.server(counter.provider)
    await server.claim(ANA, await world.piece())
    counter.bank.down = True
    payment = await server.checkout()
    assert (payment.status, await server.payments.client(payment)) == ("open", None)
    counter.bank.down = False
    # Nobody has to go to checkout again: looking is enough.
    payment = await server.payments.get(payment.id, ANA.id)
    client = await server.payments.client(payment)
    assert client is not None
    assert client.form == "acme"
    assert "secret" not in repr(client)


async def test_what_was_paid_in_a_form_elsewhere_is_found_without_a_webhook(
    world: World, counter: Counter
) -> None:
    server = world.server(counter.provider)
    piece = await world.piece()
    await server.claim(ANA, piece)
    payment = await server.checkout()
    await pay_at(counter, server, payment.id)
    assert await server.payments.reconcile(thorough=True) == 0
    assert await status_of(server, payment.id) == "succeeded"
    assert await world.stock(piece) == (0, 1)


async def test_a_payment_without_its_provider_is_kept_and_goes_on_when_it_is_back(
    world: World, counter: Counter
) -> None:
    first = world.server(counter.provider)
    piece = await world.piece()
    await first.claim(ANA, piece)
    payment = await first.checkout()
    await pay_at(counter, first, payment.id)

    without = world.server()
    with capture_logs() as logs:
        shown = await without.payments.get(payment.id, ANA.id)
        assert (shown.status, await without.payments.client(shown)) == ("open", None)
        for attempt in (
            without.payments.cancel(payment.id, ANA.id),
            without.payments.confirm(payment.id, ANA.id, card(SUCCEEDS)),
            without.payments.challenge(payment.id, ANA.id, "123456"),
        ):
            with pytest.raises(LiveshowError) as refused:
                await attempt
            assert (refused.value.code, refused.value.status) == ("unavailable", 503)
        for _ in range(3):
            # It is not asked more often for that.
            assert await without.payments.reconcile(thorough=True) == 0
    told = [entry["provider"] for entry in logs if "not set up" in entry["event"]]
    assert told == ["acme"]
    assert len(logs) == 1

    again = world.server(counter.provider)
    assert await again.payments.reconcile(thorough=True) == 0
    assert await status_of(again, payment.id) == "succeeded"
    assert await world.stock(piece) == (0, 1)


async def test_what_is_held_without_a_provider_still_runs_out(
    world: World, counter: Counter
) -> None:
    first = world.server(counter.provider)
    piece = await world.piece()
    await first.claim(ANA, piece)
    payment = await first.checkout()
    without = world.server()
    # The show goes on: a new room would make good for an outage first.
    without.rooms = without.payments._rooms = first.rooms
    world.clock.advance(HOLD_SECONDS + 3)
    await without.payments.reconcile(thorough=True)
    assert await status_of(without, payment.id) == "expiring"
    assert await world.stock(piece) == (0, 0)
    # Money may still come, so that it waits for its provider's word.
    await without.payments.reconcile(thorough=True)
    assert await status_of(without, payment.id) == "expiring"
    # And the buyer can claim and pay again meanwhile: for something else.
    await without.claim(ANA, piece)
    second = await without.checkout()
    paid = await without.payments.confirm(second.id, ANA.id, card(SUCCEEDS))
    assert paid.status == "succeeded"


async def test_an_order_without_its_provider_is_not_refunded_in_the_books_only(
    world: World, counter: Counter
) -> None:
    first = world.server(counter.provider)
    orders = []
    for piece in [await world.piece(owner=SELLER) for _ in range(2)]:
        await first.claim(ANA, piece)
        payment = await first.checkout()
        await pay_at(counter, first, payment.id)
        orders += (await first.payments.get(payment.id, ANA.id)).orders
    decided, order_id = orders
    counter.bank.down = True
    await first.orders.refund(decided, SELLER, new_id(), "sorry")
    counter.bank.down = False

    without = world.server()
    with pytest.raises(LiveshowError) as refused:
        await without.orders.refund(order_id, ANA, new_id(), "mine")
    assert refused.value.code == "forbidden"
    with pytest.raises(LiveshowError) as refused:
        await without.orders.refund(order_id, SELLER, new_id(), "sorry")
    assert refused.value.status == 503
    assert (await without.orders.get(order_id, SELLER.id)).status == "paid"
    # The refund that was decided before waits, and does not keep anybody busy.
    assert await without.orders.reconcile() == 0
    assert [row.sent for row in await world.rows(RefundRow)] == [False]
    assert await world.server(counter.provider).orders.reconcile() == 0
    assert [row.sent for row in await world.rows(RefundRow)] == [True]


async def test_without_any_provider_checkout_is_refused_and_everything_else_works(
    world: World,
) -> None:
    server = world.server(test_cards=False)
    piece = await world.piece()
    held = await server.claim(ANA, piece)
    assert held.claim is not None
    with pytest.raises(LiveshowError) as refused:
        await server.checkout()
    assert refused.value.code == "no_payments"
    assert "cannot take payments yet" in refused.value.message
    assert await world.rows(PaymentRow) == []
    room = await server.rooms.get(SHOW)
    assert room.state[Claims].holds[held.claim].until == held.until
    assert await server.total() == 2_500


def test_two_providers_cannot_have_one_name() -> None:
    one, other = (Acme("http://127.0.0.1:1", lambda: 0) for _ in range(2))
    with pytest.raises(ValueError, match="acme"):
        Providers([one, other])


@pytest.mark.parametrize(
    "source",
    [
        "*",
        "https:",
        "https://a.example; script-src *",
        "https://a.example/x",
        "'self'",
        "https://*.com",
        "https://*",
    ],
)
def test_a_page_source_is_an_origin_and_nothing_else(source: str) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        PageSources(script=(source,))


async def test_who_looks_again_and_again_does_not_have_the_provider_asked_each_time(
    world: World, counter: Counter
) -> None:
    server = world.server(counter.provider)
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    before = len(counter.bank.asked)
    for _ in range(30):
        shown = await server.payments.get(payment.id, ANA.id)
        assert await server.payments.client(shown) is not None
    assert len(counter.bank.asked) - before <= 5 + 1
    # And what was paid is seen a moment later.
    await pay_at(counter, server, payment.id)
    world.clock.advance(1)
    assert (await server.payments.get(payment.id, ANA.id)).status == "succeeded"
