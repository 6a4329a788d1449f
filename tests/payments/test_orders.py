"""After the sale: who may do what with an order, and where the money is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from liveshow.domain.values import Person
from liveshow.errors import LiveshowError
from liveshow.payments.records import OrderRecord, OrderStep
from liveshow.payments.simulated import SUCCEEDS
from tests.payments.world import ANA, BEN, HOST, SELLER, SHOW, STRANGER, Server, World

Step = Callable[[Server, str, Person], Awaitable[OrderRecord]]

STEPS: dict[str, Step] = {
    "pack": lambda server, order, by: server.orders.pack(order, by),
    "ship": lambda server, order, by: server.orders.ship(order, by, "Post", "T1"),
    "deliver": lambda server, order, by: server.orders.deliver(order, by),
    "dispute": lambda server, order, by: server.orders.dispute(order, by, "torn"),
    "refund": lambda server, order, by: server.orders.refund(order, by, "sorry"),
}
# What each step needs, who may take it and where it leads.
ALLOWED: dict[str, tuple[set[str], set[Person], str]] = {
    "pack": ({"paid"}, {SELLER}, "packed"),
    "ship": ({"packed"}, {SELLER}, "shipped"),
    "deliver": ({"shipped"}, {SELLER, ANA}, "delivered"),
    "dispute": ({"shipped", "delivered"}, {ANA}, "not_as_described"),
    "refund": (
        {"paid", "packed", "shipped", "delivered", "not_as_described"},
        {SELLER},
        "refunded",
    ),
}
PATHS = {
    "paid": [],
    "packed": [("pack", SELLER)],
    "shipped": [("pack", SELLER), ("ship", SELLER)],
    "delivered": [("pack", SELLER), ("ship", SELLER), ("deliver", ANA)],
    "not_as_described": [("pack", SELLER), ("ship", SELLER), ("dispute", ANA)],
    "refunded": [("refund", SELLER)],
}


async def lent_order(world: World, server: Server) -> str:
    """Ana buys from Seller in Host's show."""
    piece = await world.piece(3_000, owner=SELLER, commission=20)
    return (await server.bought(ANA, piece, number=SUCCEEDS)).orders[0]


@pytest.mark.parametrize("status", PATHS)
async def test_every_step_is_open_to_the_right_people_in_the_right_status_only(
    world: World, server: Server, status: str
) -> None:
    order = await lent_order(world, server)
    for step, by in PATHS[status]:
        await STEPS[step](server, order, by)
    for step, (statuses, people, _) in ALLOWED.items():
        for who in (HOST, SELLER, ANA, BEN, STRANGER):
            if who in people and status in statuses:
                continue
            with pytest.raises(LiveshowError) as refused:
                await STEPS[step](server, order, who)
            if who in (BEN, STRANGER):
                assert refused.value.code == "not_found"
            elif who not in people:
                assert refused.value.code == "forbidden"
            else:
                assert refused.value.code == "wrong_status"
                assert refused.value.details == {"status": status}
    assert (await server.orders.get(order, ANA.id)).view(ANA.id).status == status


@pytest.mark.parametrize(
    ("step", "status", "by"),
    [
        (step, status, by)
        for step, (statuses, people, _) in ALLOWED.items()
        for status in sorted(statuses)
        for by in sorted(people, key=lambda who: who.id)
    ],
    ids=lambda value: value.id if isinstance(value, Person) else value,
)
async def test_every_allowed_step_is_taken_and_remembered(
    world: World, server: Server, step: str, status: str, by: Person
) -> None:
    order = await lent_order(world, server)
    for former, who in PATHS[status]:
        await STEPS[former](server, order, who)
    world.clock.advance(60)
    view = (await STEPS[step](server, order, by)).view(SELLER.id)
    assert view.status == ALLOWED[step][2]
    assert view.history[-1] == OrderStep(ALLOWED[step][2], world.clock(), by)
    assert len(view.history) == len(PATHS[status]) + 2
    await world.assert_books_balance()


async def test_what_was_said_with_a_step_is_kept(world: World, server: Server) -> None:
    order = await lent_order(world, server)
    await server.orders.pack(order, SELLER)
    await server.orders.ship(order, SELLER, "Post", "T1")
    disputed = (await server.orders.dispute(order, ANA, "torn")).view(ANA.id)
    assert (disputed.carrier, disputed.tracking, disputed.reason) == ("Post", "T1", "torn")


async def test_only_sellers_see_the_ledger(world: World, server: Server) -> None:
    order = await server.orders.get(await lent_order(world, server), ANA.id)
    assert order.view(ANA.id).ledger == []
    for seller in (HOST, SELLER):
        ledger = order.view(seller.id).ledger
        assert sum(line.amount for line in ledger) == 0
        assert {line.account for line in ledger} == {"provider", "owner", "host", "operator"}


async def test_a_refund_reverses_the_ledger_and_sends_the_money_back_once(
    world: World, server: Server
) -> None:
    own, lent = await world.piece(2_000), await world.piece(3_000, owner=SELLER, commission=20)
    payment = await server.bought(ANA, own, lent, number=SUCCEEDS)
    orders = await server.orders.page("seller", SELLER.id, after=None, limit=10)
    (order,) = orders
    results = await asyncio.gather(
        *(server.orders.refund(order.id, SELLER, "sorry") for _ in range(4)),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, LiveshowError)]
    assert [error.code for error in refused] == ["wrong_status"] * 3
    refunded = await server.orders.get(order.id, SELLER.id)
    assert (refunded.status, refunded.reason) == ("refunded", "sorry")
    assert len(refunded.ledger) == 8
    assert sum(line.amount for line in refunded.ledger) == 0
    # The other parcel of the same payment is not touched.
    assert await server.provider.refunded(payment.id) == order.total
    assert await world.received() == payment.amount - order.total
    await world.assert_books_balance()


async def test_a_refund_the_provider_did_not_confirm_is_repeated(
    world: World, server: Server
) -> None:
    order_id = await lent_order(world, server)
    server.line.cut = {"refund"}
    order = await server.orders.refund(order_id, SELLER, "sorry")
    assert order.status == "refunding"
    assert order.view(ANA.id).status == "refunded"
    assert await server.orders.reconcile() == 1
    with pytest.raises(LiveshowError) as refused:
        await server.orders.refund(order_id, SELLER, "again")
    assert refused.value.code == "wrong_status"

    server.line.cut, server.line.answers_lost = set(), {"refund"}
    assert await server.orders.reconcile() == 1
    fresh = world.server()
    remain = await asyncio.gather(fresh.orders.reconcile(), fresh.orders.reconcile())
    assert [*remain] == [0, 0]
    assert (await fresh.orders.get(order_id, ANA.id)).status == "refunded"
    assert await server.provider.refunded(order.payment_id) == order.total
    await world.assert_books_balance()


async def test_orders_come_newest_first_page_by_page(world: World, server: Server) -> None:
    pieces = [await world.piece(owner=SELLER) for _ in range(5)]
    bought = []
    for n, piece in enumerate(pieces):
        # Two of them in the same millisecond.
        world.clock.advance(1 if n != 2 else 0)
        bought += (await server.bought(ANA, piece, number=SUCCEEDS)).orders
    seen: list[OrderRecord] = []
    while page := await server.orders.page(
        "buyer", ANA.id, after=(seen[-1].created_at, seen[-1].id) if seen else None, limit=2
    ):
        seen += page
    assert len(seen) == 5
    assert {order.id for order in seen} == set(bought)
    assert [order.created_at for order in seen] == sorted(
        (order.created_at for order in seen), reverse=True
    )
    assert len(await server.orders.page("seller", SELLER.id, after=None, limit=10)) == 5
    assert await server.orders.page("seller", HOST.id, after=None, limit=10) == []
    assert await server.orders.page("buyer", BEN.id, after=None, limit=10) == []


async def test_everybodys_balance_is_what_the_ledger_says(world: World, server: Server) -> None:
    own = await world.piece(2_000, shipping=500)
    lent = await world.piece(3_000, owner=SELLER, commission=20, shipping=400)
    other = await world.piece(1_000, owner=SELLER, commission=0, shipping=300)
    await server.bought(ANA, own, lent, number=SUCCEEDS)
    await server.bought(BEN, other, number=SUCCEEDS)

    host = await server.orders.balance(SHOW, HOST.id)
    assert (host.sales, host.shipping, host.fees) == (2_000, 500, 100)
    assert (host.commission_earned, host.commission_paid, host.refunds) == (600, 0, 0)
    assert (host.balance, host.orders, host.currency) == (3_000, 3, "USD")

    seller = await server.orders.balance(SHOW, SELLER.id)
    assert (seller.sales, seller.shipping, seller.fees) == (4_000, 700, 200)
    assert (seller.commission_earned, seller.commission_paid) == (0, 600)
    assert (seller.balance, seller.orders) == (3_900, 2)

    (dear,) = [
        order
        for order in await server.orders.page("seller", SELLER.id, after=None, limit=10)
        if order.items == 3_000
    ]
    await server.orders.refund(dear.id, SELLER, "sorry")
    seller = await server.orders.balance(SHOW, SELLER.id)
    assert (seller.sales, seller.refunds, seller.balance) == (4_000, 2_650, 1_250)
    host = await server.orders.balance(SHOW, HOST.id)
    assert (host.commission_earned, host.refunds, host.balance) == (600, 600, 2_400)


async def test_who_sells_nothing_in_a_show_has_no_balance_there(
    world: World, server: Server
) -> None:
    await world.piece(owner=SELLER)
    # Lending is enough to have one.
    assert (await server.orders.balance(SHOW, SELLER.id)).balance == 0
    for show, who in ((SHOW, ANA), (SHOW, STRANGER), ("nowhere", HOST)):
        with pytest.raises(LiveshowError) as refused:
            await server.orders.balance(show, who.id)
        assert refused.value.code == "not_found"
