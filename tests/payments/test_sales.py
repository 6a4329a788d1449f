"""The list of a show for those who run it: claims, places in line and orders (PROTOCOL.md 2.3)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from liveshow.domain.checkout.commands import SettlePayment
from liveshow.domain.claims.commands import CancelClaim, ChangeClaim, Release
from liveshow.domain.claims.state import Claims
from liveshow.domain.show.commands import Envelope, Tick
from liveshow.domain.values import Person
from liveshow.payments.simulated import SUCCEEDS
from liveshow.store.database import Database
from tests.payments.api import Api, serve
from tests.payments.world import ADDRESS, ANA, BEN, HOST, SELLER, SHOW, STRANGER, World

LIST = f"/api/shows/{SHOW}/sales"


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[Api]:
    world = await World.build(database)
    async with serve(world) as api:
        yield api
    await world.close()


async def listed(shop: Api, query: str = "", by: Person = HOST) -> list[Any]:
    answer = await shop.get(f"{LIST}?{query}", by)
    assert answer.status == 200, answer.body
    return list(answer.body["items"])


async def evening(shop: Api) -> None:
    """Ana pays a lent coat and holds another; Ben waits for it, and gave a third one back."""
    world, server = shop.world, shop.server
    lent = await world.piece(3_000, owner=SELLER, commission=20)
    held, third = await world.piece(1_000), await world.piece(700, quantity=2)
    await server.bought(ANA, lent, number=SUCCEEDS)
    await server.claim(ANA, held)
    await server.claim(BEN, held)
    given = await server.claim(BEN, third)
    assert given.claim
    await server.rooms.submit(SHOW, Envelope(Release(claim=given.claim), BEN))
    again = await server.claim(ANA, third)
    assert again.claim
    cancel = CancelClaim(claim=again.claim)
    await server.rooms.submit(SHOW, Envelope(cancel, HOST))


async def test_everything_is_there_with_its_state_newest_first(shop: Api) -> None:
    await evening(shop)
    rows = await listed(shop)
    assert [(row["item"]["number"], row["user"]["handle"], row["state"]) for row in rows] == [
        (3, "ana", "taken_back"),
        (3, "ben", "released"),
        (2, "ben", "waiting"),
        (2, "ana", "held"),
        (1, "ana", "paid"),
    ]
    lent = rows[-1]
    assert (lent["owner"]["handle"], lent["price"], lent["quantity"]) == ("seller", 3_000, 1)
    assert [row["until"] is not None for row in rows] == [False, False, False, True, False]
    # Whoever runs the show sees the order of the lent piece, and not where it goes.
    order = await shop.get(f"/api/orders/{lent['order']}", HOST)
    assert (order.status, order.body["address"]) == (200, None)
    text = str(rows)
    assert ADDRESS.line1 not in text
    assert ADDRESS.postcode not in text


async def test_an_order_is_shown_as_it_is_by_now(shop: Api) -> None:
    piece = await shop.world.piece(3_000, owner=SELLER)
    order = (await shop.server.bought(ANA, piece, number=SUCCEEDS)).orders[0]
    seen = [row["state"] for row in await listed(shop)]
    await shop.server.orders.pack(order, SELLER)
    seen += [row["state"] for row in await listed(shop, "state=packed,shipped")]
    await shop.server.orders.ship(order, SELLER, "Post", "T1")
    seen += [row["state"] for row in await listed(shop, "state=packed,shipped")]
    await shop.server.orders.refund(order, SELLER, "key", "Lost")
    await shop.server.orders.restock(order, SELLER, True)
    seen += [row["state"] for row in await listed(shop)]
    assert seen == ["paid", "packed", "shipped", "refunded"]


async def test_a_claim_that_was_paid_late_has_its_order(shop: Api) -> None:
    """Nothing was held for the payment any more when the money came."""
    piece = await shop.world.piece(2_000)
    await shop.server.claim(ANA, piece)
    payment = await shop.server.checkout(ANA)
    shop.world.clock.advance(400)
    await shop.server.rooms.submit(SHOW, Envelope(Tick()))
    assert [row["state"] for row in await listed(shop)] == ["expired"]
    await shop.server.rooms.submit(SHOW, Envelope(SettlePayment(payment.id)))
    [order] = await shop.server.orders.page("buyer", ANA.id, after=None, limit=10)
    assert [(row["state"], row["order"]) for row in await listed(shop)] == [("paid", order.id)]


async def test_it_is_searched_by_person_number_and_words(shop: Api) -> None:
    await evening(shop)
    ids = {row["id"] for row in await listed(shop)}
    assert len(ids) == 5
    assert {row["user"]["handle"] for row in await listed(shop, f"user={BEN.id}")} == {"ben"}
    assert [row["item"]["number"] for row in await listed(shop, "q=%232")] == [2, 2]
    assert [row["state"] for row in await listed(shop, "q=SELLER")] == ["paid"]
    assert len(await listed(shop, "q=cOAT")) == 5
    assert await listed(shop, "q=cOAT&state=waiting,paid&user=nobody") == []


async def test_pages_go_on_where_they_ended(shop: Api) -> None:
    await evening(shop)
    for query in ("limit=2", "limit=2&q=coat"):
        found: list[str] = []
        after = ""
        while True:
            page = (await shop.get(f"{LIST}?{query}{after}", HOST)).body
            found += [row["id"] for row in page["items"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert found == [row["id"] for row in await listed(shop)]


async def test_a_hold_that_was_put_right_is_shown_as_it_is(shop: Api) -> None:
    piece = await shop.world.piece(700, quantity=3)
    held = await shop.server.claim(ANA, piece)
    assert held.claim
    change = ChangeClaim(claim=held.claim, quantity=3)
    await shop.server.rooms.submit(SHOW, Envelope(change, HOST))
    # Also after a restart.
    fresh = shop.world.server()
    state = (await fresh.rooms.get(SHOW)).state
    assert [claim.quantity for claim in state[Claims].held_by(ANA.id)] == [3]
    assert [row["quantity"] for row in await listed(shop)] == [3]


async def test_only_those_who_sell_may_look(shop: Api) -> None:
    await evening(shop)
    for who in (ANA, SELLER, STRANGER):
        answer = await shop.get(LIST, who)
        assert (answer.status, answer.code) == (403, "forbidden")
    assert (await shop.get(LIST, None)).status == 401
    assert (await shop.get(f"{LIST}?state=stolen", HOST)).status == 400
