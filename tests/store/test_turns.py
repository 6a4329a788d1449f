"""Whose turn it is to write, and what waits for what."""

from __future__ import annotations

import asyncio

from liveshow.catalog.mandates import Mandates, Terms
from liveshow.store.database import Database
from liveshow.store.mandates import MandateRepository
from tests.rooms.market import Market
from tests.support import seconds


async def test_a_crowd_that_writes_keeps_a_show_waiting_for_one_of_them(database: Database) -> None:
    """One process writes to SQLite at a time; in Postgres nobody waits."""
    order: list[str] = []

    async def write(name: str, turn: str = "") -> None:
        async with database.write(turn):
            order.append(name)

    async with database.write():
        crowd = [asyncio.create_task(write("crowd")) for _ in range(20)]
        await asyncio.sleep(0)
        show = asyncio.create_task(write("show", "show"))
        await asyncio.sleep(0)
        if database.dialect == "sqlite":
            assert order == []
    await asyncio.gather(*crowd, show)
    assert order.count("crowd") == 20
    if database.dialect == "sqlite":
        assert order.index("show") <= 1


async def test_whoever_gives_up_waiting_takes_no_turn(database: Database) -> None:
    async with database.write():
        waiting = asyncio.create_task(database.write().__aenter__())
        await asyncio.sleep(0)
        if database.dialect == "sqlite":
            waiting.cancel()
            await asyncio.wait([waiting])
            assert waiting.cancelled()
        else:
            await (await waiting).close()
    async with asyncio.timeout(seconds(5)), database.write():
        pass


async def test_an_offer_for_a_show_waits_for_no_transaction_of_its_room(
    database: Database,
) -> None:
    """A room holds its show and then wants listings; an offer holds the listing and names a show.

    If each waited for the other's row, Postgres would end one of them.
    """
    market = Market(database)
    await market.open()
    piece = await market.piece(1, shows="a")
    mandates = Mandates(MandateRepository(database), clock=market.clock)
    terms = Terms(piece.listing, show_id=market.b)
    state = await market.rooms.snapshot(market.b)
    async with market.store.batch(market.b, state.epoch):
        offering = asyncio.create_task(mandates.propose(market.one, terms))
        if database.dialect != "sqlite":
            await asyncio.wait({offering}, timeout=seconds(5))
            assert offering.done()
    assert (await offering).status == "offered"
    await market.close()
