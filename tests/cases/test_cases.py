"""Cases over real rooms, rows and the test provider: what is decided is done, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update
from sqlmodel import col

from liveshow.cases.course import ANSWER_MS, Case
from liveshow.cases.service import Cases
from liveshow.errors import LiveshowError
from liveshow.payments.simulated import SUCCEEDS
from liveshow.store.accounts import AccountRepository
from liveshow.store.database import Database
from liveshow.store.notices import NoticeRepository
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.cases import CaseRow
from liveshow.store.tables.orders import OrderRow
from tests.payments.world import ANA, BEN, HOST, SELLER, STRANGER, Server, World


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    world = await World.build(database)
    await AccountRepository(database).make_operator(STRANGER.id, True)
    yield world
    await world.close()


@pytest.fixture
def server(world: World) -> Server:
    return world.server()


async def delivered(world: World, server: Server) -> str:
    """Ana has two pieces of Seller's from Host's show; shipping is 5.00."""
    pieces = [await world.piece(price, owner=SELLER, commission=20) for price in (3_000, 2_000)]
    order = (await server.bought(ANA, *pieces, number=SUCCEEDS)).orders[0]
    await server.orders.pack(order, SELLER)
    await server.orders.ship(order, SELLER, "Post", "T1")
    await server.orders.deliver(order, ANA)
    return order


async def opened(world: World, server: Server, lines: list[int] | None = None) -> Case:
    order = await delivered(world, server)
    return await server.cases.open(order, ANA, "torn", lines)


async def order_of(world: World, case: Case) -> OrderRow:
    (row,) = [row for row in await world.rows(OrderRow) if row.id == case.order]
    return row


async def code(awaited: object) -> str:
    with pytest.raises(LiveshowError) as refused:
        await awaited  # type: ignore[misc]
    return refused.value.code


async def test_silence_of_the_owner_sends_all_of_it_back(world: World, server: Server) -> None:
    case = await opened(world, server)
    assert case.most == 5_500
    world.clock.advance(ANSWER_MS / 1000 - 1)
    assert await server.cases.look() == 0
    assert (await server.cases.get(case.id, ANA)).status == "opened"
    world.clock.advance(1)
    assert await server.cases.look() == 0
    closed = await server.cases.get(case.id, ANA)
    assert (closed.status, closed.outcome, closed.amount) == ("closed", "refunded", 5_500)
    row = await order_of(world, case)
    assert (row.status, row.refunded) == ("refunded", 5_500)
    await world.assert_books_balance()


async def test_one_line_of_several_is_paid_back_alone(world: World, server: Server) -> None:
    case = await opened(world, server, [1])
    row = await order_of(world, case)
    assert case.most == row.lines[1]["amount"]
    await server.cases.act(case.id, "refund", SELLER)
    row = await order_of(world, case)
    assert (row.status, row.refunded) == ("delivered", case.most)
    await world.assert_books_balance()


async def test_an_order_whose_case_comes_to_nothing_is_what_it_was(
    world: World, server: Server
) -> None:
    case = await opened(world, server)
    assert (await order_of(world, case)).status == "not_as_described"
    await server.cases.act(case.id, "withdraw", ANA)
    row = await order_of(world, case)
    assert (row.status, row.refunded) == ("delivered", 0)
    # And there may be another one.
    again = await server.cases.open(case.order, ANA, "and stained")
    assert again.id != case.id


async def test_a_money_back_that_a_crash_left_undone_is_done_once(
    world: World, server: Server
) -> None:
    case = await opened(world, server, [1])
    server.line.cut.add("refund")
    await server.cases.act(case.id, "refund", SELLER)
    # As if the process had died between the refund and the note of it.
    async with world.database.write() as connection:
        await connection.execute(
            update(CaseRow)
            .where(col(CaseRow.id) == case.id)
            .values(
                status="refunding",
                document={**_document(await _row(world, case)), "status": "refunding"},
            )
        )
    fresh = world.server()
    assert await fresh.cases.look() == 0
    await fresh.orders.reconcile()
    closed = await fresh.cases.get(case.id, ANA)
    assert (closed.status, closed.amount) == ("closed", case.most)
    assert (await order_of(world, case)).refunded == case.most
    await world.assert_books_balance()


async def _row(world: World, case: Case) -> CaseRow:
    (row,) = [row for row in await world.rows(CaseRow) if row.id == case.id]
    return row


def _document(row: CaseRow) -> dict[str, object]:
    return dict(row.document)


async def test_no_more_goes_back_than_is_left(world: World, server: Server) -> None:
    case = await opened(world, server)
    await server.orders.refund(case.order, SELLER, "kind", "sorry", 5_000)
    await server.cases.act(case.id, "refund", SELLER)
    closed = await server.cases.get(case.id, ANA)
    assert (closed.status, closed.amount) == ("closed", 500)
    assert (await order_of(world, case)).refunded == 5_500
    await world.assert_books_balance()


async def test_a_case_is_opened_by_its_buyer_in_time_and_once(world: World, server: Server) -> None:
    order = await delivered(world, server)
    cases = server.cases
    assert await code(cases.open(order, BEN, "torn")) == "not_found"
    assert await code(cases.open(order, SELLER, "torn")) == "forbidden"
    assert await code(cases.open(order, ANA, "torn", [2])) == "unknown_line"
    assert await code(cases.open(order, ANA, "torn", photos=["none"])) == "unknown_photo"
    both = await asyncio.gather(
        cases.open(order, ANA, "torn"), cases.open(order, ANA, "torn"), return_exceptions=True
    )
    assert sum(isinstance(each, Case) for each in both) == 1
    (refused,) = [each for each in both if isinstance(each, LiveshowError)]
    assert refused.code in ("case_open", "wrong_status")


async def test_three_days_after_delivery_it_is_too_late(world: World, server: Server) -> None:
    order = await delivered(world, server)
    world.clock.advance(3 * 86_400 + 1)
    assert await code(server.cases.open(order, ANA, "torn")) == "too_late"


async def test_a_case_is_for_its_parties_and_for_operators(world: World, server: Server) -> None:
    case = await opened(world, server)
    for who in (ANA, SELLER, HOST, STRANGER):
        assert (await server.cases.get(case.id, who)).id == case.id
    assert await code(server.cases.get(case.id, BEN)) == "unknown_case"
    assert await code(server.cases.act(case.id, "comment", BEN, text="me too")) == "unknown_case"
    assert await code(server.cases.rule(case.id, "refund", BEN, text="x")) == "unknown_case"
    page = await server.cases.page(BEN, everybody=False, open_only=False, after=None, limit=9)
    assert page == []
    everybody = server.cases.page(BEN, everybody=True, open_only=False, after=None, limit=9)
    assert await code(everybody) == "forbidden"


async def test_a_ruling_is_appealed_to_somebody_else_and_carried_out(
    world: World, server: Server
) -> None:
    case = await opened(world, server)
    await server.cases.act(case.id, "contest", SELLER, text="It was whole.")
    await server.cases.rule(case.id, "nothing", STRANGER, text="Nothing is to be seen.")
    await server.cases.act(case.id, "appeal", ANA, text="Look at the sleeve.")
    assert await code(server.cases.rule(case.id, "nothing", STRANGER, text="x")) == "not_impartial"
    await AccountRepository(world.database).make_operator(BEN.id, True)
    done = await server.cases.rule(case.id, "partial", BEN, text="A part.", amount=1_000)
    assert (done.status, done.outcome, done.amount) == ("closed", "partial", 1_000)
    assert (await order_of(world, case)).refunded == 1_000
    await world.assert_books_balance()


async def test_both_answer_at_once_and_one_of_them_counts(world: World, server: Server) -> None:
    case = await opened(world, server)
    await asyncio.gather(
        server.cases.act(case.id, "withdraw", ANA),
        server.cases.act(case.id, "refund", SELLER),
        return_exceptions=True,
    )
    await server.cases.look()
    closed = await server.cases.get(case.id, ANA)
    refunded = (await order_of(world, case)).refunded
    assert (closed.outcome, refunded) in (("withdrawn", 0), ("refunded", 5_500))
    await world.assert_books_balance()


async def test_the_file_has_the_promise_and_what_was_shown_before_the_claim(
    world: World, server: Server
) -> None:
    case = await opened(world, server)
    file = await server.cases.file(case.id, SELLER)
    assert {line.offer["price"] for line in file.lines} == {3_000, 2_000}
    assert all(line.claimed_at for line in file.lines)


async def test_the_other_side_and_both_hear_of_it_on_every_page(
    world: World, server: Server
) -> None:
    heard: list[set[str]] = []
    cases = Cases(
        server.cases._cases,
        server.orders,
        server.cases._operators,
        world.clock,
        days=3,
        told=lambda users: heard.append(set(users)),
    )
    order = await delivered(world, server)
    case = await cases.open(order, ANA, "torn")
    world.clock.advance(1)
    await cases.act(case.id, "offer", SELLER, text="Keep it?", amount=1_000)
    assert heard[-1] == {ANA.id, SELLER.id, HOST.id}
    inbox = NoticeRepository(world.database)
    for who, told in ((ANA, ["offered"]), (SELLER, [])):
        found = await inbox.find(who.id, world.clock(), most=20, most_lending=20)
        assert [news.status for news in found.cases] == told


async def test_nobody_is_an_operator_who_was_not_made_one(world: World) -> None:
    accounts = AccountRepository(world.database)
    assert [row.handle for row in await world.rows(UserRow) if row.operator] == ["stranger"]
    await accounts.make_operator(STRANGER.id, False)
    assert not await accounts.is_operator(STRANGER.id)
    assert await accounts.operators() == []


async def test_a_case_ends_when_all_of_the_money_went_back_without_it(
    world: World, server: Server
) -> None:
    case = await opened(world, server)
    await server.orders.refund(case.order, SELLER, "kind", "sorry")
    await server.cases.look()
    closed = await server.cases.get(case.id, ANA)
    assert (closed.status, closed.outcome) == ("closed", "refunded")
    assert (await order_of(world, case)).status == "refunded"
    await world.assert_books_balance()
