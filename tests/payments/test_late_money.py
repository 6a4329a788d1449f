"""Money that comes late, twice, or when nobody is listening: honoured or sent back, once."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update
from sqlmodel import col

from liveshow.domain.checkout.commands import ClosePayment, OpenCheckout, Opened, SettlePayment
from liveshow.domain.running.commands import Pause, Resume
from liveshow.domain.show.commands import Envelope
from liveshow.errors import LiveshowError
from liveshow.payments.records import PaymentRecord
from liveshow.payments.simulated import ANSWERS_LATE, DECLINED, NEVER_ANSWERS, SUCCEEDS
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.payments import PaymentRow
from liveshow.store.tables.shows import ShowRow
from liveshow.store.tables.test_charges import ChargeRow
from tests.payments.world import (
    ADDRESS,
    ANA,
    BEN,
    HOLD_SECONDS,
    HOST,
    SHOW,
    Piece,
    Server,
    World,
    card,
)


async def paying_at_the_last_moment(world: World, server: Server, piece: Piece) -> PaymentRecord:
    """Ana's bank is asked in time and answers when her hold is over."""
    await server.claim(ANA, piece)
    payment = await server.checkout()
    world.clock.advance(HOLD_SECONDS - 1)
    slow = await server.payments.confirm(payment.id, ANA.id, card(ANSWERS_LATE))
    assert slow.status == "processing"
    world.clock.advance(1.5)
    await server.tick()
    return await server.payments.get(payment.id, ANA.id)


async def test_late_money_is_honoured_while_there_is_stock(world: World, server: Server) -> None:
    piece = await world.piece()
    payment = await paying_at_the_last_moment(world, server, piece)
    assert payment.view(None).status == "expired"
    assert payment.status == "expiring"
    assert await world.stock(piece) == (0, 0)
    # The bank cannot be called back, so nothing is certain yet.
    assert await server.payments.reconcile(thorough=False) == 1

    world.clock.advance(3)
    await server.payments.reconcile(thorough=False)
    late = await server.payments.get(payment.id, ANA.id)
    assert (late.status, len(late.orders)) == ("succeeded", 1)
    assert await world.stock(piece) == (0, 1)
    await world.assert_books_balance()


async def test_late_money_is_sent_back_once_when_the_piece_is_gone(
    world: World, server: Server
) -> None:
    piece = await world.piece()
    payment = await paying_at_the_last_moment(world, server, piece)
    sold = await server.bought(BEN, piece, number=SUCCEEDS)
    assert sold.status == "succeeded"

    world.clock.advance(3)
    await asyncio.gather(*(server.payments.reconcile(thorough=True) for _ in range(4)))
    late = await server.payments.get(payment.id, ANA.id)
    assert (late.status, late.orders) == ("refunded", [])
    assert await server.provider.refunded(payment.id) == payment.amount
    assert await world.stock(piece) == (0, 1)
    assert await world.received() == sold.amount
    await world.assert_books_balance()


async def test_a_refund_is_repeated_until_the_provider_confirms(
    world: World, server: Server
) -> None:
    piece = await world.piece()
    payment = await paying_at_the_last_moment(world, server, piece)
    await server.claim(BEN, piece)
    world.clock.advance(3)

    server.line.cut = {"refund"}
    assert await server.payments.reconcile(thorough=False) == 1
    row = await server.payment_rows.get(payment.id)
    assert row is not None
    assert row.status == "refunding"
    assert row.view(None).status == "refunded"

    # Now it is done, but its answer gets lost.
    server.line.cut, server.line.answers_lost = set(), {"refund"}
    assert await server.payments.reconcile(thorough=False) == 1
    server.line.answers_lost = set()
    assert await server.payments.reconcile(thorough=False) == 0
    assert (await server.payments.get(payment.id, ANA.id)).status == "refunded"
    assert await server.provider.refunded(payment.id) == payment.amount


async def test_an_expired_checkout_can_not_be_paid_any_more(world: World, server: Server) -> None:
    piece = await world.piece()
    await server.claim(ANA, piece)
    payment = await server.checkout()
    await server.payments.confirm(payment.id, ANA.id, card(DECLINED))
    world.clock.advance(HOLD_SECONDS + 1)
    await server.tick()
    with pytest.raises(LiveshowError) as refused:
        await server.payments.confirm(payment.id, ANA.id, card(SUCCEEDS))
    assert refused.value.code == "payment_settled"
    over = await server.payments.get(payment.id, ANA.id)
    assert over.status == "expired"
    assert over.error is not None
    assert over.error.code == "card_declined"
    charge = await server.provider.status(payment.id)
    assert charge is not None
    assert charge.status == "cancelled"


async def test_a_card_in_the_moment_the_hold_runs_out_is_settled_one_way(
    world: World, server: Server
) -> None:
    piece = await world.piece()
    await server.claim(ANA, piece)
    payment = await server.checkout()
    world.clock.advance(HOLD_SECONDS + 1)
    # The room has not noticed yet when the card is sent.
    result = await server.payments.confirm(payment.id, ANA.id, card(SUCCEEDS))
    assert result.status == "succeeded"
    assert await world.stock(piece) == (0, 1)
    await world.assert_books_balance()


async def test_a_crash_between_the_money_and_the_order_is_made_good(
    world: World, server: Server
) -> None:
    piece = await world.piece()
    await server.claim(ANA, piece)
    payment = await server.checkout()
    await server.provider.confirm(payment.id, card(SUCCEEDS))

    fresh = world.server()
    await asyncio.gather(*(fresh.payments.reconcile(thorough=True) for _ in range(3)))
    settled = await fresh.payments.get(payment.id, ANA.id)
    assert (settled.status, len(settled.orders)) == ("succeeded", 1)
    assert await world.stock(piece) == (0, 1)
    await world.assert_books_balance()


async def test_a_crash_before_the_provider_heard_of_the_checkout_is_made_good(
    world: World, server: Server
) -> None:
    await server.claim(ANA, await world.piece())
    checkout = OpenCheckout(ADDRESS, await server.total(), server.line.name)
    answer = await server.rooms.submit(SHOW, Envelope(checkout, ANA, "k1"))
    assert isinstance(answer, Opened)

    fresh = world.server()
    assert await fresh.payments.reconcile(thorough=True) == 0
    payment = await fresh.checkout(key="k1")
    assert (payment.id, payment.status) == (answer.payment, "open")
    paid = await fresh.payments.confirm(payment.id, ANA.id, card(SUCCEEDS))
    assert paid.status == "succeeded"


async def test_a_checkout_that_the_provider_never_heard_of_can_be_cancelled(
    world: World, server: Server
) -> None:
    await server.claim(ANA, await world.piece())
    server.line.cut = {"create"}
    payment = await server.checkout()
    assert payment.status == "open"
    server.line.cut = set()
    assert (await server.payments.cancel(payment.id, ANA.id)).status == "cancelled"
    # And never will be paid by a request that was on its way.
    charge = await server.provider.create(payment.id, payment.amount, "USD", payment.until)
    assert charge.status == "cancelled"


async def test_a_crash_between_the_cancelled_charge_and_the_holds_is_made_good(
    world: World, server: Server
) -> None:
    piece = await world.piece()
    await server.claim(ANA, piece)
    payment = await server.checkout()
    await server.provider.cancel(payment.id)
    fresh = world.server()
    await fresh.payments.reconcile(thorough=True)
    assert (await fresh.payments.get(payment.id, ANA.id)).status == "cancelled"
    (claim,) = await world.rows(ClaimRow)
    assert claim.status == "held"


async def test_money_waits_for_a_room_that_cannot_commit(world: World, server: Server) -> None:
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    await server.rooms.close()
    waiting = await server.payments.confirm(payment.id, ANA.id, card(SUCCEEDS))
    assert waiting.status == "processing"
    fresh = world.server()
    await fresh.payments.reconcile(thorough=False)
    assert (await fresh.payments.get(payment.id, ANA.id)).status == "succeeded"
    await world.assert_books_balance()


async def test_a_lost_answer_of_a_card_is_asked_for_again(world: World, server: Server) -> None:
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    server.line.answers_lost = {"confirm"}
    unknown = await server.payments.confirm(payment.id, ANA.id, card(SUCCEEDS))
    assert unknown.status == "processing"
    assert unknown.error is not None
    assert unknown.error.code == "provider_timeout"
    server.line.answers_lost = set()
    await server.payments.reconcile(thorough=False)
    assert (await server.payments.get(payment.id, ANA.id)).status == "succeeded"
    assert await world.received() == payment.amount


async def test_a_hold_that_is_over_is_noticed_without_a_room(world: World, server: Server) -> None:
    piece = await world.piece()
    await server.claim(ANA, piece)
    payment = await server.checkout()
    await server.payments.confirm(payment.id, ANA.id, card(NEVER_ANSWERS))
    await server.rooms.close()
    await world.execute(update(ShowRow).values(status="ended"))
    world.clock.advance(HOLD_SECONDS + 10)
    fresh = world.server()
    await fresh.payments.reconcile(thorough=True)
    await fresh.payments.reconcile(thorough=False)
    assert (await fresh.payments.get(payment.id, ANA.id)).status == "expired"
    assert await world.stock(piece) == (0, 0)


async def test_what_an_earlier_payment_bought_after_all_is_not_paid_twice(
    world: World, server: Server
) -> None:
    """Two holds of different age, one checkout; the older hold ends it, the money comes later."""
    older, younger = await world.piece(), await world.piece(quantity=5)
    await server.claim(ANA, older)
    world.clock.advance(HOLD_SECONDS - 10)
    await server.claim(ANA, younger)
    first = await server.checkout()
    world.clock.advance((first.until - world.clock()) / 1000 - 1)
    await server.payments.confirm(first.id, ANA.id, card(ANSWERS_LATE))
    world.clock.advance(1.5)
    await server.tick()

    second = await server.checkout()
    assert second.claims == first.claims[1:]
    with pytest.raises(LiveshowError) as refused:
        await server.payments.confirm(second.id, ANA.id, card(SUCCEEDS))
    assert refused.value.code == "unavailable"

    world.clock.advance(3)
    with pytest.raises(LiveshowError) as refused:
        await server.payments.confirm(second.id, ANA.id, card(SUCCEEDS))
    assert refused.value.code == "payment_settled"
    assert (await server.payments.get(first.id, ANA.id)).status == "succeeded"
    assert (await server.payments.get(second.id, ANA.id)).status == "cancelled"
    assert await world.stock(older) == (0, 1)
    assert await world.stock(younger) == (0, 1)
    assert await world.received() == first.amount
    await world.assert_books_balance()


async def test_one_payment_that_cannot_be_advanced_does_not_stop_the_others(
    world: World, server: Server
) -> None:
    pieces = [await world.piece(), await world.piece()]
    for buyer, piece in zip((ANA, BEN), pieces, strict=True):
        await server.claim(buyer, piece)
        payment = await server.checkout(buyer)
        await server.provider.confirm(payment.id, card(SUCCEEDS))
    first, second = sorted(await world.rows(PaymentRow), key=lambda row: row.buyer_id)
    broken = col(ChargeRow.payment_id) == first.id
    await world.execute(update(ChargeRow).where(broken).values(status="no such status"))
    await server.payments.reconcile(thorough=True)
    assert (await server.payments.get(second.id, BEN.id)).status == "succeeded"


async def test_a_payment_that_the_room_has_ended_is_not_reopened_by_the_provider(
    world: World, server: Server
) -> None:
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    await server.rooms.submit(SHOW, Envelope(ClosePayment(payment.id, "failed")))
    assert not await server.payment_rows.note(payment.id, "processing", None)
    assert (await server.payments.get(payment.id, ANA.id)).status == "failed"
    with pytest.raises(ValueError, match="for the room"):
        await server.payment_rows.note(payment.id, "succeeded", None)


async def test_an_interruption_prolongs_the_payment_with_its_holds(
    world: World, server: Server
) -> None:
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    await server.rooms.submit(SHOW, Envelope(Pause(), HOST, "p"))
    world.clock.advance(60)
    await server.rooms.submit(SHOW, Envelope(Resume(), HOST, "r"))
    longer = await server.payments.get(payment.id, ANA.id)
    assert longer.until == payment.until + 60_000


async def test_a_checkout_that_the_room_cancels_is_ended_at_the_provider(
    world: World, server: Server
) -> None:
    """An earlier payment buys what a second checkout holds, while the second one's card is sent."""
    older, younger = await world.piece(), await world.piece(quantity=5)
    await server.claim(ANA, older)
    world.clock.advance(HOLD_SECONDS - 10)
    await server.claim(ANA, younger)
    first = await server.checkout()
    world.clock.advance((first.until - world.clock()) / 1000 - 1)
    await server.payments.confirm(first.id, ANA.id, card(ANSWERS_LATE))
    world.clock.advance(1.5)
    await server.tick()
    second = await server.checkout()
    # Another node was asked to charge it before it could know: the worst that can happen.
    await server.provider.create(second.id, second.amount, "USD", second.until)
    await server.provider.confirm(second.id, card(SUCCEEDS))
    world.clock.advance(3)

    await server.rooms.submit(SHOW, Envelope(SettlePayment(first.id)))
    row = await server.payment_rows.get(second.id)
    assert row is not None
    assert row.status == "cancelling"
    assert row.view(None).status == "cancelled"
    await server.payments.reconcile(thorough=False)
    assert (await server.payments.get(first.id, ANA.id)).status == "succeeded"
    assert (await server.payments.get(second.id, ANA.id)).status == "refunded"
    assert await world.received() == first.amount
    assert await world.stock(younger) == (0, 1)
    await world.assert_books_balance()
