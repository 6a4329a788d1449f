"""After the sale: who may do what with an order, and where the money is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.notices import Notices
from liveshow.domain.values import Person
from liveshow.errors import LiveshowError
from liveshow.ids import new_id
from liveshow.payments.records import OrderRecord, OrderStep
from liveshow.payments.simulated import SUCCEEDS
from tests.payments.world import ANA, BEN, HOST, SELLER, SHOW, STRANGER, Server, World

Step = Callable[[Server, str, Person], Awaitable[object]]

STEPS: dict[str, Step] = {
    "pack": lambda server, order, by: server.orders.pack(order, by),
    "ship": lambda server, order, by: server.orders.ship(order, by, "Post", "T1"),
    "deliver": lambda server, order, by: server.orders.deliver(order, by),
    "dispute": lambda server, order, by: server.cases.open(order, by, "torn"),
    "refund": lambda server, order, by: server.orders.refund(order, by, new_id(), "sorry"),
    "cancel": lambda server, order, by: server.orders.cancel(order, by, "changed my mind"),
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
    "cancel": ({"paid"}, {ANA}, "cancelled"),
}
PATHS = {
    "paid": [],
    "packed": [("pack", SELLER)],
    "shipped": [("pack", SELLER), ("ship", SELLER)],
    "delivered": [("pack", SELLER), ("ship", SELLER), ("deliver", ANA)],
    "not_as_described": [("pack", SELLER), ("ship", SELLER), ("dispute", ANA)],
    "refunded": [("refund", SELLER)],
    "cancelled": [("cancel", ANA)],
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
    await STEPS[step](server, order, by)
    view = (await server.orders.get(order, by.id)).view(SELLER.id)
    assert view.status == ALLOWED[step][2]
    assert view.history[-1] == OrderStep(ALLOWED[step][2], world.clock(), by)
    assert len(view.history) == len(PATHS[status]) + 2
    await world.assert_books_balance()


async def test_what_was_said_with_a_step_is_kept(world: World, server: Server) -> None:
    order = await lent_order(world, server)
    await server.orders.pack(order, SELLER)
    await server.orders.ship(order, SELLER, "Post", "T1")
    await server.cases.open(order, ANA, "torn")
    disputed = (await server.orders.get(order, ANA.id)).view(ANA.id)
    assert (disputed.carrier, disputed.tracking) == ("Post", "T1")
    assert disputed.dispute_reason == "torn"


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
        *(server.orders.refund(order.id, SELLER, new_id(), "sorry") for _ in range(4)),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, LiveshowError)]
    assert [error.code for error in refused] == ["wrong_status"] * 3
    refunded = await server.orders.get(order.id, SELLER.id)
    assert (refunded.status, [each.reason for each in refunded.refunds]) == ("refunded", ["sorry"])
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
    order = await server.orders.refund(order_id, SELLER, new_id(), "sorry")
    assert [(each.amount, each.sent) for each in order.refunds] == [(order.total, False)]
    assert order.view(ANA.id).status == "refunded"
    assert await server.orders.reconcile() == 1
    with pytest.raises(LiveshowError) as refused:
        await server.orders.refund(order_id, SELLER, new_id(), "again")
    assert refused.value.code == "wrong_status"

    server.line.cut, server.line.answers_lost = set(), {"refund"}
    assert await server.orders.reconcile() == 1
    fresh = world.server()
    remain = await asyncio.gather(fresh.orders.reconcile(), fresh.orders.reconcile())
    assert [*remain] == [0, 0]
    (refund,) = (await fresh.orders.get(order_id, ANA.id)).refunds
    assert refund.sent
    assert await server.provider.refunded(order.payment_id) == order.total
    await world.assert_books_balance()


async def test_why_it_is_disputed_and_why_money_goes_back_are_two_things(
    world: World, server: Server
) -> None:
    """faults.md 13."""
    order_id = await lent_order(world, server)
    await server.orders.pack(order_id, SELLER)
    await server.orders.ship(order_id, SELLER, "Post", "T1")
    await server.cases.open(order_id, ANA, "It is torn")
    await server.orders.refund(order_id, SELLER, "key", "Sorry for that", 500)
    order = (await server.orders.refund(order_id, SELLER, "another", "All of it, then")).view(
        ANA.id
    )
    assert order.dispute_reason == "It is torn"
    assert [refund.reason for refund in order.refunds] == ["Sorry for that", "All of it, then"]


async def test_a_part_goes_back_once_for_every_key(world: World, server: Server) -> None:
    order_id = await lent_order(world, server)
    await asyncio.gather(
        *(server.orders.refund(order_id, SELLER, "key", "scratch", 500) for _ in range(3))
    )
    order = await server.orders.get(order_id, SELLER.id)
    assert (order.status, order.refunded, order.total) == ("paid", 500, 3_500)
    # Commission (20 %) and fee (5 %) are borne by those who had them.
    assert [(line.account, line.amount) for line in order.ledger[4:]] == [
        ("host", 600 * 500 // 3_500),
        ("operator", 150 * 500 // 3_500),
        ("provider", -500),
        ("owner", 500 - 600 * 500 // 3_500 - 150 * 500 // 3_500),
    ]
    assert sum(line.amount for line in order.ledger) == 0
    with pytest.raises(LiveshowError) as refused:
        await server.orders.refund(order_id, SELLER, "more", "too much", 3_001)
    assert (refused.value.code, refused.value.details) == ("refund_too_large", {"left": 3_000})
    # It goes on as before; the rest may go back, too.
    await server.orders.pack(order_id, SELLER)
    order = await server.orders.refund(order_id, SELLER, "rest", "All of it")
    assert (order.status, order.refunded) == ("refunded", 3_500)
    assert await server.provider.refunded(order.payment_id) == 3_500
    for account in ("provider", "owner", "host", "operator"):
        assert sum(line.amount for line in order.ledger if line.account == account) == 0
    await world.assert_books_balance()


async def test_a_buyer_cancels_until_it_is_packed(world: World, server: Server) -> None:
    order_id = await lent_order(world, server)
    order = await server.orders.cancel(order_id, ANA, "Found another one")
    assert (order.status, order.refunded) == ("cancelled", order.total)
    assert await server.provider.refunded(order.payment_id) == order.total
    state = (await server.rooms.get(SHOW)).state
    assert [(n.kind, n.text) for n in state[Notices].of(SELLER.id)] == [
        ("order_cancelled", "Found another one")
    ]
    assert [(n.kind, n.price) for n in state[Notices].of(ANA.id)][-1] == (
        "order_refunded",
        order.total,
    )
    await world.assert_books_balance()


async def test_packing_and_cancelling_at_once_leave_one_of_both(
    world: World, server: Server
) -> None:
    pieces = [await world.piece(3_000, owner=SELLER) for _ in range(5)]
    for piece in pieces:
        order_id = (await server.bought(ANA, piece, number=SUCCEEDS)).orders[0]
        results = await asyncio.gather(
            server.orders.pack(order_id, SELLER),
            server.orders.cancel(order_id, ANA, ""),
            return_exceptions=True,
        )
        refused = [result for result in results if isinstance(result, LiveshowError)]
        assert [error.code for error in refused] == ["wrong_status"]
    await world.assert_books_balance()


async def test_what_is_cancelled_is_sold_again_when_its_owner_says_so(
    world: World, server: Server
) -> None:
    """The line is served with it, and nobody is asked twice."""
    piece = await world.piece(3_000, owner=SELLER, commission=20)
    order_id = (await server.bought(ANA, piece, number=SUCCEEDS)).orders[0]
    with pytest.raises(LiveshowError) as early:
        await server.orders.restock(order_id, SELLER, True)
    assert early.value.code == "wrong_status"
    order = await server.orders.cancel(order_id, ANA, "")
    assert order.restocked is None
    with pytest.raises(LiveshowError) as refused:
        await server.claim(BEN, piece)
    assert refused.value.code == "sold_out"
    assert (await server.orders.restock(order_id, SELLER, True)).restocked is True
    with pytest.raises(LiveshowError) as again:
        await server.orders.restock(order_id, SELLER, False)
    assert again.value.code == "already_answered"
    assert (await server.claim(BEN, piece)).status == "held"
    fresh = world.server()
    assert (await fresh.rooms.get(SHOW)).state[RunOfShow].items[piece.id].sold_here == 0


async def test_what_stays_in_the_parcel_goes_on_paying_for_it(world: World, server: Server) -> None:
    """faults.md 12: who cancels one of two orders does not get the other sent for nothing."""
    first, second, third = [await world.piece(price, shipping=500) for price in (1_000, 2_000, 700)]
    paid = await server.bought(ANA, first, number=SUCCEEDS)
    rest = await server.bought(ANA, second, number=SUCCEEDS)
    assert (paid.amount, rest.amount) == (1_500, 2_000)
    order = await server.orders.cancel(paid.orders[0], ANA, "")
    assert (order.status, order.refunded) == ("cancelled", 1_000)
    assert sum(line.amount for line in order.ledger) == 0
    # A third piece is sent with the second one, also after a restart.
    fresh = world.server()
    assert (await fresh.bought(ANA, third, number=SUCCEEDS)).amount == 700
    order = await fresh.orders.cancel(rest.orders[0], ANA, "")
    assert order.refunded == 2_000
    await world.assert_books_balance()


async def test_a_parcel_that_has_left_carries_nothing_new(world: World, server: Server) -> None:
    """Neither now nor after a restart; what is taken back of it is its own affair."""
    pieces = [await world.piece(price, shipping=500) for price in (1_000, 2_000, 700, 600)]
    paid = [await server.bought(ANA, piece, number=SUCCEEDS) for piece in pieces[:2]]
    first, second = (payment.orders[0] for payment in paid)
    await server.orders.pack(first, HOST)
    shipped = await server.orders.ship(first, HOST, "Post", "T1")
    assert (shipped.status, shipped.carrier, shipped.tracking) == ("shipped", "Post", "T1")
    third = await server.bought(ANA, pieces[2], number=SUCCEEDS)
    assert [payment.amount for payment in (*paid, third)] == [1_500, 2_000, 1_200]
    fresh = world.server()
    assert (await fresh.bought(ANA, pieces[3], number=SUCCEEDS)).amount == 600
    # The second was to go with the first: nothing of the next parcel is given back with it.
    assert (await fresh.orders.cancel(second, ANA, "")).refunded == 2_000
    assert (await fresh.orders.cancel(third.orders[0], ANA, "")).refunded == 700
    await world.assert_books_balance()


async def test_sending_and_cancelling_at_once_leave_one_of_both(
    world: World, server: Server
) -> None:
    order_id = await lent_order(world, server)
    await server.orders.pack(order_id, SELLER)
    results = await asyncio.gather(
        server.orders.refund(order_id, SELLER, new_id(), "Torn"),
        server.orders.ship(order_id, SELLER, "Post", "T1"),
        server.orders.ship(order_id, SELLER, "Post", "T2"),
        return_exceptions=True,
    )
    sent = [each for each in results if isinstance(each, OrderRecord) and each.carrier]
    assert len(sent) <= 1
    history = [step.status for step in (await server.orders.get(order_id, ANA.id)).history]
    assert history in (["paid", "packed", "refunded"], ["paid", "packed", "shipped", "refunded"])
    await world.assert_books_balance()


async def test_shipping_that_nothing_needs_any_more_goes_back(world: World, server: Server) -> None:
    """vendure#4348, spree#10099: what is cancelled piece by piece leaves no shipping behind."""
    prices = {"first": (1_000, 500), "second": (2_000, 500), "third": (700, 200)}
    pieces = [await world.piece(price, shipping=flat) for price, flat in prices.values()]
    bought = [await server.bought(ANA, piece, number=SUCCEEDS) for piece in pieces]
    assert [payment.amount for payment in bought] == [1_500, 2_000, 700]
    first, second, third = (payment.orders[0] for payment in bought)
    assert (await server.orders.cancel(first, ANA, "")).refunded == 1_000
    # The third is sent for less than the second: what is too much goes back with it.
    fresh = world.server()
    assert (await fresh.orders.cancel(second, ANA, "")).refunded == 2_000
    order = await fresh.orders.get(first, ANA.id)
    assert (order.status, order.refunded) == ("cancelled", 1_300)
    assert (await fresh.orders.cancel(third, ANA, "Changed my mind")).refunded == 700
    order = await fresh.orders.get(first, ANA.id)
    assert (order.status, order.refunded, order.total) == ("cancelled", 1_500, 1_500)
    assert [(refund.amount, refund.sent) for refund in order.refunds] == [
        (1_000, True),
        (300, True),
        (200, True),
    ]
    assert [step.status for step in order.history] == ["paid", "cancelled"]
    assert sum(line.amount for line in order.ledger) == 0
    for payment in bought:
        assert await server.provider.refunded(payment.id) == payment.amount
    notices = (await fresh.rooms.get(SHOW)).state[Notices]
    assert [n.kind for n in notices.of(HOST.id)].count("order_cancelled") == 3
    # Nothing is paid for the parcel any more, also after a restart.
    again = await world.piece(900, shipping=500)
    assert (await world.server().bought(ANA, again, number=SUCCEEDS)).amount == 1_400
    await world.assert_books_balance()


async def test_shipping_that_was_kept_can_be_sent_back(world: World, server: Server) -> None:
    """medusa#13066: what a cancelled order kept can be refunded by its owner, and no more."""
    first, second = [await world.piece(price, shipping=500) for price in (1_000, 2_000)]
    cancelled = (await server.bought(ANA, first, number=SUCCEEDS)).orders[0]
    sent = (await server.bought(ANA, second, number=SUCCEEDS)).orders[0]
    await server.orders.cancel(cancelled, ANA, "")
    await server.orders.pack(sent, HOST)
    await server.orders.ship(sent, HOST, "Post", "T1")
    # It was sent, so the shipping was needed; the owner may give it back nevertheless.
    await server.orders.refund(sent, HOST, new_id(), "Torn")
    assert (await server.orders.get(cancelled, ANA.id)).refunded == 1_000
    with pytest.raises(LiveshowError) as refused:
        await server.orders.refund(cancelled, HOST, new_id(), "Torn", 501)
    assert (refused.value.code, refused.value.details) == ("refund_too_large", {"left": 500})
    order = await server.orders.refund(cancelled, HOST, new_id(), "Torn")
    assert (order.status, order.refunded) == ("cancelled", 1_500)
    assert [step.status for step in order.history] == ["paid", "cancelled"]
    with pytest.raises(LiveshowError) as nothing:
        await server.orders.refund(cancelled, HOST, new_id(), "Again")
    assert nothing.value.code == "wrong_status"
    await world.assert_books_balance()


async def test_refunds_at_once_never_give_back_more_than_was_paid(
    world: World, server: Server
) -> None:
    """hyperswitch#13182: two refunds of 60 % each, asked for at once, are one."""
    order_id = await lent_order(world, server)
    results = await asyncio.gather(
        *(server.orders.refund(order_id, SELLER, new_id(), "Torn", 2_100) for _ in range(5)),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, LiveshowError)]
    assert [error.code for error in refused] == ["refund_too_large"] * 4
    order = await server.orders.get(order_id, SELLER.id)
    assert await server.provider.refunded(order.payment_id) == order.refunded == 2_100
    await world.assert_books_balance()


async def test_pieces_come_back_once_however_often_they_are_asked_for(
    world: World, server: Server
) -> None:
    """woocommerce#22489, PrestaShop#35460: what was refunded and cancelled was stock twice."""
    piece = await world.piece(3_000, owner=SELLER)
    order_id = (await server.bought(ANA, piece, number=SUCCEEDS)).orders[0]
    await server.orders.refund(order_id, SELLER, new_id(), "Torn", 1_000)
    await server.orders.cancel(order_id, ANA, "")
    results = await asyncio.gather(
        *(server.orders.restock(order_id, SELLER, True) for _ in range(5)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, LiveshowError)]
    assert [error.code for error in refused] == ["already_answered"] * 4
    item = (await server.rooms.get(SHOW)).state[RunOfShow].items[piece.id]
    assert [(v.quantity, v.held, v.sold) for v in item.variants] == [(1, 0, 0)]


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


async def test_orders_of_one_moment_are_all_on_some_page(world: World, server: Server) -> None:
    """tokio-rs/toasty#1141: pages of a list skipped what had the same time as their last."""
    pieces = [await world.piece(1_000, owner=owner) for owner in (HOST, SELLER)]
    bought = await server.bought(ANA, *pieces, number=SUCCEEDS)
    seen: list[OrderRecord] = []
    for _ in bought.orders:
        after = (seen[-1].created_at, seen[-1].id) if seen else None
        seen += await server.orders.page("buyer", ANA.id, after=after, limit=1)
    assert len({order.created_at for order in seen}) == 1
    assert {order.id for order in seen} == set(bought.orders)


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
    await server.orders.refund(dear.id, SELLER, new_id(), "sorry")
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
