"""From holds to orders, with every test card and through every race."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from liveshow.domain.moderation.commands import Ban
from liveshow.domain.show.commands import Envelope
from liveshow.errors import Invalid, LiveshowError
from liveshow.payments.simulated import (
    ANSWERS_LATE,
    CHALLENGE_CODE,
    DECLINED,
    NEVER_ANSWERS,
    SUCCEEDS,
    WANTS_CHALLENGE,
)
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.orders import LedgerRow, OrderRow
from liveshow.store.tables.payments import PaymentRow
from tests.payments.world import (
    ADDRESS,
    ADDRESS_JSON,
    ANA,
    BEN,
    HOST,
    SELLER,
    SHOW,
    Server,
    World,
    card,
)


async def test_a_card_that_succeeds_sells_everything_held(world: World, server: Server) -> None:
    own, lent = await world.piece(2_000), await world.piece(3_000, owner=SELLER, commission=20)
    await server.claim(ANA, own)
    await server.claim(ANA, lent)

    opened = await server.checkout()
    assert (opened.status, opened.amount, opened.orders) == ("open", 6_000, [])
    assert (await world.stock(own), await world.stock(lent)) == ((1, 0), (1, 0))

    paid = await server.payments.confirm(opened.id, ANA.id, card(SUCCEEDS))
    assert (paid.status, len(paid.orders), paid.error) == ("succeeded", 2, None)
    assert (await world.stock(own), await world.stock(lent)) == ((0, 1), (0, 1))

    orders = {row.owner_id: row for row in await world.rows(OrderRow)}
    assert orders.keys() == {HOST.id, SELLER.id}
    lent_order = orders[SELLER.id]
    by = msgspec.to_builtins(ANA)
    assert lent_order.history == [{"status": "paid", "at": world.clock(), "by": by}]
    assert lent_order.address == ADDRESS_JSON
    assert (lent_order.items, lent_order.shipping, lent_order.total) == (3_000, 500, 3_500)
    ledger = {
        row.account: row.amount
        for row in await world.rows(LedgerRow)
        if row.order_id == lent_order.id
    }
    assert ledger == {"provider": 3_500, "owner": -2_750, "host": -600, "operator": -150}
    await world.assert_books_balance()


async def test_what_buyers_see_of_a_payment_has_no_commission(world: World, server: Server) -> None:
    await server.claim(ANA, await world.piece(owner=SELLER, commission=20))
    payment = await server.checkout()
    view = msgspec.to_builtins(payment.view(None))
    assert view["show"] == SHOW
    assert "commission_percent" not in view["parcels"][0]["lines"][0]
    assert payment.parcels[0].lines[0].commission_percent == 20


async def test_a_declined_card_leaves_the_payment_open_for_another(
    world: World, server: Server
) -> None:
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    declined = await server.payments.confirm(payment.id, ANA.id, card(DECLINED))
    assert declined.status == "open"
    assert declined.error is not None
    assert declined.error.code == "card_declined"
    unknown = await server.payments.confirm(payment.id, ANA.id, card("5555555555554444"))
    assert unknown.error is not None
    assert unknown.error.code == "card_declined"
    paid = await server.payments.confirm(payment.id, ANA.id, card(SUCCEEDS))
    assert (paid.status, paid.error) == ("succeeded", None)


async def test_a_second_step_that_is_passed_pays(world: World, server: Server) -> None:
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    asked = await server.payments.confirm(payment.id, ANA.id, card(WANTS_CHALLENGE))
    assert (asked.status, asked.error) == ("challenge", None)
    paid = await server.payments.challenge(payment.id, ANA.id, CHALLENGE_CODE)
    assert paid.status == "succeeded"
    again = await server.payments.challenge(payment.id, ANA.id, CHALLENGE_CODE)
    assert again.orders == paid.orders
    await world.assert_books_balance()


async def test_a_second_step_that_fails_leaves_the_payment_open(
    world: World, server: Server
) -> None:
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    with pytest.raises(LiveshowError) as refused:
        await server.payments.challenge(payment.id, ANA.id, CHALLENGE_CODE)
    assert refused.value.code == "wrong_status"
    await server.payments.confirm(payment.id, ANA.id, card(WANTS_CHALLENGE))
    failed = await server.payments.challenge(payment.id, ANA.id, "000000")
    assert failed.status == "open"
    assert failed.error is not None
    assert failed.error.code == "challenge_failed"
    paid = await server.payments.confirm(payment.id, ANA.id, card(SUCCEEDS))
    assert paid.status == "succeeded"


async def test_a_card_that_cannot_be_one_is_invalid_and_changes_nothing(
    world: World, server: Server
) -> None:
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    wrong = card("4242424242424241", expiry="13/40", cvc="12")
    with pytest.raises(Invalid) as refused:
        await server.payments.confirm(payment.id, ANA.id, wrong)
    fields = [error["field"] for error in refused.value.details["errors"]]
    assert fields == ["card.number", "card.expiry", "card.cvc"]
    assert (await server.payments.get(payment.id, ANA.id)).error is None


async def test_a_slow_bank_is_waited_for(world: World, server: Server) -> None:
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    slow = await server.payments.confirm(payment.id, ANA.id, card(ANSWERS_LATE))
    assert (slow.status, slow.error) == ("processing", None)
    # Another card must not be charged meanwhile.
    same = await server.payments.confirm(payment.id, ANA.id, card(SUCCEEDS))
    assert same.status == "processing"
    world.clock.advance(2.9)
    assert (await server.payments.get(payment.id, ANA.id)).status == "processing"
    world.clock.advance(0.2)
    assert (await server.payments.get(payment.id, ANA.id)).status == "succeeded"
    await world.assert_books_balance()


async def test_a_silent_bank_is_processing_until_the_hold_is_over(
    world: World, server: Server
) -> None:
    piece = await world.piece()
    await server.claim(ANA, piece)
    payment = await server.checkout()
    silent = await server.payments.confirm(payment.id, ANA.id, card(NEVER_ANSWERS))
    assert silent.status == "processing"
    assert silent.error is not None
    assert silent.error.code == "provider_timeout"
    world.clock.advance(299)
    assert (await server.payments.get(payment.id, ANA.id)).status == "processing"
    world.clock.advance(2)
    await server.tick()
    assert (await server.payment_rows.get(payment.id)).status == "expiring"  # type: ignore[union-attr]
    assert await server.payments.reconcile(thorough=False) == 0
    over = await server.payments.get(payment.id, ANA.id)
    assert over.status == "expired"
    assert over.error is not None
    assert over.error.code == "provider_timeout"
    assert await world.stock(piece) == (0, 0)
    assert await world.received() == 0


async def test_the_same_key_opens_one_payment_and_another_body_is_refused(
    world: World, server: Server
) -> None:
    await server.claim(ANA, await world.piece())
    first = await server.checkout(key="k1")
    again = await server.checkout(key="k1")
    assert again == first
    elsewhere = msgspec.structs.replace(ADDRESS, city="Shelbyville")
    with pytest.raises(LiveshowError) as refused:
        await server.payments.open(SHOW, ANA, "k1", elsewhere, first.amount)
    assert refused.value.code == "key_reused"
    with pytest.raises(LiveshowError) as refused:
        await server.checkout(key="k2")
    assert refused.value.code == "checkout_open"
    assert len(await world.rows(PaymentRow)) == 1


async def test_the_first_answer_to_a_key_outlives_the_payment(world: World, server: Server) -> None:
    await server.claim(ANA, await world.piece())
    first = await server.checkout(key="k1")
    await server.payments.confirm(first.id, ANA.id, card(SUCCEEDS))
    again = await world.server().checkout(key="k1", total=first.amount)
    assert (again.id, again.status) == (first.id, "succeeded")


async def test_two_checkouts_at_once_make_one_payment(world: World, server: Server) -> None:
    await server.claim(ANA, await world.piece())
    results = await asyncio.gather(
        *(server.checkout(key=f"k{n}") for n in range(5)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, LiveshowError)]
    assert [error.code for error in refused] == ["checkout_open"] * 4
    assert len(await world.rows(PaymentRow)) == 1


async def test_nothing_held_is_nothing_to_pay(world: World, server: Server) -> None:
    with pytest.raises(LiveshowError) as refused:
        await server.checkout()
    assert refused.value.code == "nothing_to_pay"
    with pytest.raises(LiveshowError) as refused:
        await server.checkout(show="nowhere")
    assert refused.value.code == "not_found"


async def test_a_card_sent_many_times_at_once_pays_once(world: World, server: Server) -> None:
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    results = await asyncio.gather(
        *(server.payments.confirm(payment.id, ANA.id, card(SUCCEEDS)) for _ in range(5))
    )
    assert {result.status for result in results} == {"succeeded"}
    assert len(await world.rows(OrderRow)) == 1
    await world.assert_books_balance()


async def test_somebody_elses_payment_does_not_exist(world: World, server: Server) -> None:
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    for attempt in (
        server.payments.get(payment.id, BEN.id),
        server.payments.cancel(payment.id, BEN.id),
        server.payments.confirm(payment.id, BEN.id, card(SUCCEEDS)),
        server.payments.challenge(payment.id, BEN.id, CHALLENGE_CODE),
        server.payments.get("nothing", ANA.id),
    ):
        with pytest.raises(LiveshowError) as refused:
            await attempt
        assert refused.value.code == "not_found"


async def test_a_banned_buyer_can_pay_what_they_hold(world: World, server: Server) -> None:
    await server.claim(ANA, await world.piece())
    await server.rooms.submit(SHOW, Envelope(Ban(user=ANA.id, reason="rude"), HOST, "ban"))
    payment = await server.checkout()
    paid = await server.payments.confirm(payment.id, ANA.id, card(SUCCEEDS))
    assert paid.status == "succeeded"


async def test_cancelling_gives_the_holds_back_with_their_time(
    world: World, server: Server
) -> None:
    piece = await world.piece()
    held = await server.claim(ANA, piece)
    payment = await server.checkout()
    cancelled = await server.payments.cancel(payment.id, ANA.id)
    assert cancelled.status == "cancelled"
    assert await world.stock(piece) == (1, 0)
    (claim,) = await world.rows(ClaimRow)
    assert (claim.status, claim.until) == ("held", held.until)
    assert (await server.payments.cancel(payment.id, ANA.id)).status == "cancelled"
    with pytest.raises(LiveshowError) as refused:
        await server.payments.confirm(payment.id, ANA.id, card(SUCCEEDS))
    assert refused.value.code == "payment_settled"
    # And the next one can be paid.
    second = await server.checkout()
    paid = await server.payments.confirm(second.id, ANA.id, card(SUCCEEDS))
    assert paid.status == "succeeded"
    await world.assert_books_balance()


async def test_a_cancel_that_comes_too_late_finds_the_money_there(
    world: World, server: Server
) -> None:
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    # The buyer's other tab: the provider has the money, this server has not heard yet.
    await server.provider.confirm(payment.id, card(SUCCEEDS))
    with pytest.raises(LiveshowError) as refused:
        await server.payments.cancel(payment.id, ANA.id)
    assert refused.value.code == "payment_settled"
    assert (await server.payments.get(payment.id, ANA.id)).status == "succeeded"
    await world.assert_books_balance()


async def test_nothing_is_released_while_the_bank_decides(world: World, server: Server) -> None:
    piece = await world.piece()
    await server.claim(ANA, piece)
    payment = await server.checkout()
    await server.payments.confirm(payment.id, ANA.id, card(ANSWERS_LATE))
    with pytest.raises(LiveshowError) as refused:
        await server.payments.cancel(payment.id, ANA.id)
    assert refused.value.code == "unavailable"
    assert await world.stock(piece) == (1, 0)


async def test_nothing_is_released_when_the_provider_cannot_be_asked(
    world: World, server: Server
) -> None:
    piece = await world.piece()
    await server.claim(ANA, piece)
    payment = await server.checkout()
    server.line.cut = {"cancel"}
    with pytest.raises(LiveshowError) as refused:
        await server.payments.cancel(payment.id, ANA.id)
    assert refused.value.code == "unavailable"
    assert await world.stock(piece) == (1, 0)
    assert (await server.payments.get(payment.id, ANA.id)).status == "open"


@pytest.mark.parametrize("cancel_first", [True, False])
async def test_a_cancel_and_a_success_at_once_have_one_outcome(
    world: World, server: Server, cancel_first: bool
) -> None:
    other = world.server()
    other.rooms = server.rooms
    other.payments._rooms = server.rooms
    piece = await world.piece()
    await server.claim(ANA, piece)
    payment = await server.checkout()
    # Two services that share no lock, as two nodes would.
    attempts = [
        server.payments.cancel(payment.id, ANA.id),
        other.payments.confirm(payment.id, ANA.id, card(SUCCEEDS)),
    ]
    if not cancel_first:
        attempts.reverse()
    await asyncio.gather(*attempts, return_exceptions=True)
    await server.payments.reconcile(thorough=True)
    final = await server.payments.get(payment.id, ANA.id)
    if final.status == "succeeded":
        assert await world.stock(piece) == (0, 1)
        assert await world.received() == payment.amount
    else:
        assert final.status == "cancelled"
        assert await world.stock(piece) == (1, 0)
        assert await world.received() == 0
    await world.assert_books_balance()
