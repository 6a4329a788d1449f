"""What others did with an order is told to those it concerns, on every page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import text

from liveshow.catalog.inbox import Inbox, OrderNews
from liveshow.domain.orders.ends import ORDER_ENDS, STEP_NEWS, Party, Step
from liveshow.domain.orders.events import OrderEnd
from liveshow.domain.show.notices import Notices
from liveshow.domain.values import Person
from liveshow.payments.records import OrderStatus
from liveshow.payments.simulated import SUCCEEDS
from liveshow.store.notices import ORDER_NEWS, NoticeRepository
from liveshow.store.tables.orders import OrderRow
from liveshow.store.tables.payments import PaymentRow
from tests.payments.test_orders import PATHS, STEPS, lent_order
from tests.payments.world import ANA, BEN, HOST, SELLER, SHOW, STRANGER, Server, World
from tests.rooms.test_reading import statements

WORDS = Path(__file__).parents[2] / "web/features/inbox/words.js"
PARTIES: dict[Party, Person] = {"buyer": ANA, "owner": SELLER, "host": HOST}


async def heard(world: World, who: Person) -> list[OrderNews]:
    return (await Inbox(NoticeRepository(world.database), world.clock).news(who.id)).orders


async def walk(server: Server, order: str, status: str) -> None:
    for step, by in PATHS[status]:
        await STEPS[step](server, order, by)


def test_every_status_of_an_order_is_told_by_one_table() -> None:
    """A new status that is in neither table is told to nobody; one in both would be told twice."""
    assert set(STEP_NEWS) == set(get_args(Step))
    assert set(ORDER_ENDS) == set(get_args(OrderEnd))
    assert set(get_args(OrderStatus)) == STEP_NEWS.keys() | ORDER_ENDS.keys() == PATHS.keys()
    assert not STEP_NEWS.keys() & ORDER_ENDS.keys()
    assert all(STEP_NEWS.values())
    assert {role for roles in STEP_NEWS.values() for role in roles} == set(get_args(Party))


def test_every_step_has_words() -> None:
    words = WORDS.read_text()
    table = words[words.index("export const orderWords") :]
    assert {step for step in STEP_NEWS if f"\n  {step}: {{" in table} == STEP_NEWS.keys()


@pytest.mark.parametrize("status", PATHS)
async def test_whoever_a_step_concerns_hears_of_it_and_who_took_it_does_not(
    world: World, server: Server, status: str
) -> None:
    """faults.md 5: every step that an order can end with, among others."""
    order = await lent_order(world, server)
    world.clock.advance(60)
    await walk(server, order, status)
    by = PATHS[status][-1][1] if PATHS[status] else ANA
    # What the room decides is a notice of the show, and not told a second time.
    hear = STEP_NEWS.get(status, ())  # type: ignore[call-overload]
    for role, who in PARTIES.items():
        found = await heard(world, who)
        assert [(n.order, n.status, n.role, n.by) for n in found] == (
            [(order, status, role, by)] if role in hear and who != by else []
        )
    for who in (BEN, STRANGER):
        assert await heard(world, who) == []
    if status in ORDER_ENDS:
        kinds = {n.kind for n in (await server.rooms.get(SHOW)).state[Notices].of(ANA.id)}
        assert "order_refunded" in kinds


async def test_a_parcel_that_was_sent_is_told_with_its_tracking(
    world: World, server: Server
) -> None:
    order = await lent_order(world, server)
    await server.orders.pack(order, SELLER)
    world.clock.advance(5)
    await server.orders.ship(order, SELLER, "Post", "T1")
    [news] = await heard(world, ANA)
    assert (news.carrier, news.tracking, news.at) == ("Post", "T1", world.clock())
    assert (news.title, news.more) == ("Coat 1", 0)
    assert (news.show_id, news.show_title) == (SHOW, "Coats")


async def test_a_host_hears_nothing_of_what_an_owner_does_and_what_is_their_own_once(
    world: World, server: Server
) -> None:
    pieces = [await world.piece(), await world.piece()]
    lent = await lent_order(world, server)
    await walk(server, lent, "shipped")
    await server.orders.deliver(lent, SELLER)
    assert [n.status for n in await heard(world, ANA)] == ["delivered"]
    assert await heard(world, HOST) == []
    (own,) = (await server.bought(ANA, *pieces, number=SUCCEEDS)).orders
    [sale] = await heard(world, HOST)
    assert (sale.order, sale.role, sale.status) == (own, "owner", "paid")
    # One parcel is one news.
    first = (await server.orders.get(own, HOST.id)).lines[0]
    assert (sale.title, sale.more) == (first.title, 1)


async def test_a_refund_in_parts_is_no_step(world: World, server: Server) -> None:
    order = await lent_order(world, server)
    await walk(server, order, "shipped")
    [before] = await heard(world, ANA)
    world.clock.advance(60)
    await server.orders.refund(order, SELLER, "key", "a scratch", 500)
    assert await heard(world, ANA) == [before]
    await server.orders.refund(order, SELLER, "key-2", "sorry")
    assert await heard(world, ANA) == []


async def many_sent(world: World, server: Server, count: int) -> None:
    """Orders of Ana that Seller sent one after the other, a millisecond between."""
    await lent_order(world, server)
    [order], [payment] = await world.rows(OrderRow), await world.rows(PaymentRow)
    sent = {"status": "shipped", "changed_by": SELLER.id}
    await world.add(
        *(PaymentRow(**payment.model_dump() | {"id": f"payment-{n}"}) for n in range(count))
    )
    await world.add(
        *(
            OrderRow(
                **order.model_dump()
                | sent
                | {
                    "id": f"order-{n}",
                    "payment_id": f"payment-{n}",
                    "changed_at": order.changed_at + n,
                }
            )
            for n in range(count)
        )
    )


async def test_the_newest_twenty_are_told_in_as_few_statements_as_one(
    world: World, server: Server
) -> None:
    """`GET /api/notices` is asked often, by every page."""
    await heard(world, ANA)
    with statements(world.database) as none:
        assert await heard(world, ANA) == []
    await many_sent(world, server, 30)
    with statements(world.database) as seen:
        found = await heard(world, ANA)
    assert [n.order for n in found] == [f"order-{n}" for n in range(29, 9, -1)]
    selects = [s for s in seen if s.startswith("SELECT")]
    assert len(selects) == len([s for s in none if s.startswith("SELECT")]) == 5
    # The one that was not sent is for its owner to pack.
    assert [n.status for n in await heard(world, SELLER)] == ["paid"]


async def test_the_newest_are_found_by_an_index_for_each_side(world: World) -> None:
    """What one did oneself is in none of them: a seller of many thousands is asked no slower."""
    dialect = world.database.dialect
    statement = ORDER_NEWS[dialect].params(me=ANA.id, most=20)
    written = statement.compile(
        world.database.engine.sync_engine, compile_kwargs={"literal_binds": True}
    )
    async with world.database.read() as connection:
        if dialect == "postgresql":
            # An empty table is read as a whole otherwise.
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN" if dialect == "sqlite" else "EXPLAIN"
        plan = str((await connection.exec_driver_sql(f"{explain} {written}")).all())
    used = set(re.findall(r"ix_orders_\w+_news", plan))
    assert used == {f"ix_orders_{role}_news" for role in PARTIES}, plan
