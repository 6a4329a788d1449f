"""Orders and claims as files (PROTOCOL.md 2.6): who gets what, and that nothing is left out."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

import pytest

from liveshow.domain.values import Person
from liveshow.http import csv_files, exports
from liveshow.payments.simulated import SUCCEEDS
from liveshow.store.database import Database
from tests.payments.api import Api, serve
from tests.payments.world import ADDRESS, ANA, BEN, HOST, SELLER, SHOW, World

SALES = f"/api/shows/{SHOW}/sales.csv"


@pytest.fixture
async def shop(sqlite_database: Database) -> AsyncIterator[Api]:
    world = await World.build(sqlite_database)
    async with serve(world) as api:
        yield api
    await world.close()


async def table(shop: Api, path: str, by: Person) -> list[dict[str, str]]:
    headers = {"Authorization": f"Bearer {by.id}"}
    async with shop.client.get(path, headers=headers) as response:
        text = (await response.read()).decode()
        assert response.status == 200, text
        assert response.content_type == "text/csv"
        assert "attachment" in response.headers["Content-Disposition"]
    assert text.startswith("\ufeff")
    assert text.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), strict=True))


async def test_an_order_is_a_row_for_each_piece_and_its_sums_add_up(shop: Api) -> None:
    first = await shop.world.piece(3_000, owner=SELLER)
    second = await shop.world.piece(1_250, owner=SELLER)
    order = (await shop.server.bought(ANA, first, second, number=SUCCEEDS)).orders[0]
    rows = await table(shop, "/api/orders.csv", SELLER)
    assert sorted((row["Order"], row["No."], row["Amount"]) for row in rows) == [
        (order, "1", "30.00"),
        (order, "2", "12.50"),
    ]
    assert [row["Total"] for row in rows] == ["47.50", ""]
    assert (rows[0]["Address 1"], rows[0]["Buyer"]) == (ADDRESS.line1, "ana")
    assert await table(shop, "/api/orders.csv?as=buyer", ANA) == rows
    # The host only showed it, and Ben has nothing to do with it.
    assert await table(shop, "/api/orders.csv", HOST) == []
    assert await table(shop, "/api/orders.csv?as=buyer", BEN) == []


async def test_the_claims_of_a_show_are_for_those_who_sell_in_it(shop: Api) -> None:
    lent = await shop.world.piece(3_000, owner=SELLER)
    held = await shop.world.piece(700, quantity=3)
    await shop.server.bought(ANA, lent, number=SUCCEEDS)
    await shop.server.claim(BEN, held)
    rows = await table(shop, SALES, HOST)
    assert [(row["State"], row["Buyer"], row["Owner"]) for row in rows] == [
        ("held", "ben", "host"),
        ("paid", "ana", "seller"),
    ]
    assert ADDRESS.line1 not in str(rows)
    for who in (ANA, SELLER):
        assert (await shop.get(SALES, who)).status == 403
    assert (await shop.get(SALES, None)).status == 401
    assert (await shop.get("/api/orders.csv", None)).status == 401


async def test_long_tables_are_read_in_pages_and_say_when_they_are_cut(
    shop: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces = [await shop.world.piece(700) for _ in range(5)]
    for piece in pieces:
        await shop.server.bought(ANA, piece, number=SUCCEEDS)
    monkeypatch.setattr(exports, "PAGE", 2)
    whole = await table(shop, "/api/orders.csv", HOST)
    assert sorted(row["No."] for row in whole) == ["1", "2", "3", "4", "5"]
    assert len(await table(shop, SALES, HOST)) == 5
    monkeypatch.setattr(csv_files, "MOST_ROWS", 3)
    cut = await table(shop, "/api/orders.csv", HOST)
    assert [row["Order"] for row in cut] == [row["Order"] for row in whole[:3]] + [csv_files.CUT]
