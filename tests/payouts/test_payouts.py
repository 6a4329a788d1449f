"""Payouts over real orders, their ledger and open cases, on each kind of database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from liveshow.domain.values import Person
from liveshow.errors import Conflict
from liveshow.payments.simulated import SUCCEEDS
from liveshow.payouts.ports import Payout
from liveshow.payouts.service import Payouts
from liveshow.payouts.terms import Standing
from liveshow.store.database import Database
from liveshow.store.payouts import PayoutRepository
from liveshow.store.tables.chargebacks import ChargebackRow
from liveshow.store.tables.orders import LedgerRow
from tests.payments.world import ANA, HOST, SELLER, SHOW, Piece, Server, World

DAYS = 3


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    world = await World.build(database)
    yield world
    await world.close()


@pytest.fixture
def server(world: World) -> Server:
    return world.server()


@pytest.fixture
def payouts(world: World) -> Payouts:
    return Payouts(PayoutRepository(world.database), world.clock, days=DAYS)


async def pieces(world: World, many: int = 1) -> list[Piece]:
    """Pieces for 30.00 and 5.00 for shipping; the host gets 20 %, the house 5 %."""
    return [await world.piece(3_000, owner=SELLER, commission=20) for _ in range(many)]


async def buy(server: Server, piece: Piece) -> str:
    return (await server.bought(ANA, piece, number=SUCCEEDS)).orders[0]


async def bought(world: World, server: Server) -> str:
    (piece,) = await pieces(world)
    return await buy(server, piece)


async def deliver(server: Server, order: str) -> None:
    await server.orders.pack(order, SELLER)
    await server.orders.ship(order, SELLER, "Post", "T1")
    await server.orders.deliver(order, ANA)


async def of(payouts: Payouts, who: Person) -> Standing:
    (standing,) = await payouts.standing(who.id)
    return standing


async def assert_books(world: World) -> None:
    """The lines of each sale, refund and payout of an order sum to zero."""
    sums: dict[tuple[str, str, str], int] = {}
    for line in await world.rows(LedgerRow):
        key = (line.order_id, line.kind, line.refund)
        sums[key] = sums.get(key, 0) + line.amount
    assert sums
    assert not any(sums.values())


async def test_what_was_earned_is_held_then_available_then_paid(
    world: World, server: Server, payouts: Payouts
) -> None:
    order = await bought(world, server)
    earned = {SELLER: 3_500 - 600 - 150, HOST: 600}
    for who, amount in earned.items():
        assert (await of(payouts, who)).held == amount
    await deliver(server, order)
    world.clock.advance(DAYS * 86_400 - 1)
    assert (await of(payouts, SELLER)).available == 0
    assert (await of(payouts, SELLER)).next_at == world.clock() + 1_000
    with pytest.raises(Conflict) as refused:
        await payouts.pay(SELLER.id, "USD", "")
    assert refused.value.code == "nothing_to_pay_out"
    world.clock.advance(1)
    for who, amount in earned.items():
        made = await payouts.pay(who.id, "USD", f"transfer of {who.handle}")
        assert (made.amount, made.orders) == (amount, 1)
        assert await of(payouts, who) == Standing("USD", 0, 0, 0, amount, None)
        assert await payouts.payouts(who.id) == [made]
    await assert_books(world)
    await world.assert_books_balance()
    # What was paid out is no part of the show's money, nor of the order's books.
    assert (await server.orders.balance(SHOW, SELLER.id)).balance == earned[SELLER]
    assert sum(line.amount for line in (await server.orders.get(order, SELLER.id)).ledger) == 0


async def test_two_who_pay_at_once_pay_once(world: World, server: Server, payouts: Payouts) -> None:
    await deliver(server, await bought(world, server))
    world.clock.advance(DAYS * 86_400)
    made = await asyncio.gather(
        *(payouts.pay(SELLER.id, "USD", str(n)) for n in range(4)), return_exceptions=True
    )
    assert len([each for each in made if isinstance(each, Payout)]) == 1
    assert (await of(payouts, SELLER)).paid == 2_750
    await assert_books(world)


async def test_what_goes_back_after_a_payout_is_taken_from_the_next(
    world: World, server: Server, payouts: Payouts
) -> None:
    one, other = await pieces(world, 2)
    order = await buy(server, one)
    await deliver(server, order)
    world.clock.advance(DAYS * 86_400)
    await payouts.pay(SELLER.id, "USD", "")
    await server.orders.refund(order, SELLER, "key", "sorry", 1_000)
    owed = (await of(payouts, SELLER)).available
    assert owed < 0
    await assert_books(world)
    another = await buy(server, other)
    await deliver(server, another)
    world.clock.advance(DAYS * 86_400)
    made = await payouts.pay(SELLER.id, "USD", "")
    assert (made.amount, made.orders) == (2_750 + owed, 2)
    await assert_books(world)
    await world.assert_books_balance()


async def test_an_open_case_freezes_its_money_and_no_other(
    world: World, server: Server, payouts: Payouts
) -> None:
    orders = []
    for piece in await pieces(world, 2):
        orders.append(await buy(server, piece))
        # A parcel of its own: what is bought later pays its own shipping.
        await deliver(server, orders[-1])
    case = await server.cases.open(orders[0], ANA, "torn")
    world.clock.advance(DAYS * 86_400)
    standing = await of(payouts, SELLER)
    assert (standing.frozen, standing.available) == (2_750, 2_750)
    await server.cases.act(case.id, "withdraw", ANA)
    assert (await of(payouts, SELLER)).available == 5_500


async def test_a_statement_has_every_line_of_its_month(
    world: World, server: Server, payouts: Payouts
) -> None:
    order = await bought(world, server)
    await deliver(server, order)
    world.clock.advance(DAYS * 86_400)
    await payouts.pay(SELLER.id, "USD", "")
    await server.orders.refund(order, SELLER, "key", "sorry", 1_000)
    lines = [line async for line in payouts.statement(SELLER.id, "USD", 0, world.clock() + 1)]
    assert [line.kind for line in lines] == ["sale", "payout", "refund"]
    assert sum(line.amount for line in lines) == (await of(payouts, SELLER)).available
    assert [line async for line in payouts.statement(SELLER.id, "EUR", 0, 2**52)] == []
    assert [line async for line in payouts.statement(SELLER.id, "USD", 0, 1)] == []


async def test_everybody_is_named_whom_the_house_owes(
    world: World, server: Server, payouts: Payouts
) -> None:
    assert await payouts.creditors() == []
    await bought(world, server)
    assert [who.handle for who, _ in await payouts.creditors()] == ["host", "seller"]


@pytest.mark.parametrize(("status", "frozen"), [("open", 2_750), ("lost", 2_750), ("won", 0)])
async def test_what_a_bank_has_to_decide_is_frozen(
    world: World, server: Server, payouts: Payouts, status: str, frozen: int
) -> None:
    order = await bought(world, server)
    await deliver(server, order)
    world.clock.advance(DAYS * 86_400)
    await world.add(
        ChargebackRow(
            id="dispute", order_id=order, amount=3_500, reason="fraud", status=status, opened_at=1
        )
    )
    standing = await of(payouts, SELLER)
    assert (standing.frozen, standing.available) == (frozen, 2_750 - frozen)
