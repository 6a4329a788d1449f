"""PROTOCOL.md 2.6 and the balance of 2.3 as a client sees them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from liveshow.payments.simulated import SUCCEEDS
from liveshow.store.database import Database
from tests.payments.api import Api, serve
from tests.payments.world import ADDRESS_JSON, ANA, BEN, HOST, SELLER, SHOW, STRANGER, World

ORDER = {
    "id",
    "status",
    "show",
    "buyer",
    "owner",
    "host",
    "lines",
    "currency",
    "items",
    "shipping",
    "total",
    "reductions",
    "address",
    "carrier",
    "tracking",
    "dispute_reason",
    "refunded",
    "refunds",
    "restocked",
    "history",
    "payment",
    "created_at",
    "ship_by",
    "ledger",
}


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[Api]:
    world = await World.build(database)
    async with serve(world) as api:
        yield api
    await world.close()


async def bought(shop: Api) -> Any:
    """Ana bought Seller's piece in Host's show."""
    piece = await shop.world.piece(3_000, owner=SELLER, commission=20)
    payment = await shop.server.bought(ANA, piece, number=SUCCEEDS)
    return payment.orders[0]


async def test_an_order_tells_everything_to_its_parties(shop: Api) -> None:
    order_id = await bought(shop)
    for who in (ANA, SELLER, HOST):
        answer = await shop.get(f"/api/orders/{order_id}", who)
        order = answer.body
        assert (answer.status, order.keys()) == (200, ORDER)
        assert order["show"] == {"id": SHOW, "title": "Coats"}
        people = (order["buyer"], order["owner"], order["host"])
        assert people == tuple(msgspec.to_builtins(who) for who in (ANA, SELLER, HOST))
        assert (order["items"], order["shipping"], order["total"]) == (3_000, 500, 3_500)
        # Where the parcel goes is for the two between whom it goes.
        assert order["address"] == (None if who is HOST else ADDRESS_JSON)
        assert order["lines"] == [
            {
                "title": "Coat 1",
                "description": "",
                "photo": None,
                "variant": "",
                "number": 1,
                "quantity": 1,
                "price": 3_000,
                "amount": 3_000,
                "promises": [],
                "was": None,
            }
        ]
        assert [step["status"] for step in order["history"]] == ["paid"]
        if who == ANA:
            assert order["ledger"] == []
        else:
            assert sum(line["amount"] for line in order["ledger"]) == 0
    for who in (BEN, STRANGER):
        answer = await shop.get(f"/api/orders/{order_id}", who)
        assert (answer.status, answer.code) == (404, "not_found")
    assert (await shop.get(f"/api/orders/{order_id}", None)).status == 401


async def test_an_order_goes_its_way(shop: Api) -> None:
    path = f"/api/orders/{await bought(shop)}"
    packed = await shop.post(f"{path}/pack", SELLER)
    assert (packed.status, packed.body["status"]) == (200, "packed")
    shipped = await shop.post(f"{path}/ship", SELLER, {"carrier": "Post", "tracking": "T1"})
    assert (shipped.body["carrier"], shipped.body["tracking"]) == ("Post", "T1")
    delivered = await shop.post(f"{path}/deliver", ANA)
    assert delivered.body["status"] == "delivered"
    disputed = await shop.post(f"{path}/dispute", ANA, {"reason": "torn"})
    assert (disputed.body["status"], disputed.body["dispute_reason"]) == (
        "not_as_described",
        "torn",
    )
    part = await shop.post(
        f"{path}/refund", SELLER, {"key": "1", "reason": "a scratch", "amount": 500}
    )
    assert (part.body["status"], part.body["refunded"]) == ("not_as_described", 500)
    refunded = await shop.post(f"{path}/refund", SELLER, {"key": "2", "reason": "sorry"})
    assert refunded.body["status"] == "refunded"
    assert refunded.body["dispute_reason"] == "torn"
    assert [(r["amount"], r["reason"]) for r in refunded.body["refunds"]] == [
        (500, "a scratch"),
        (3_000, "sorry"),
    ]
    assert refunded.body["restocked"] is None
    answered = await shop.post(f"{path}/restock", SELLER, {"restock": True})
    assert answered.body["restocked"] is True
    assert [step["status"] for step in refunded.body["history"]] == [
        "paid",
        "packed",
        "shipped",
        "delivered",
        "not_as_described",
        "refunded",
    ]
    assert [step["by"]["id"] for step in refunded.body["history"]] == [
        "ana",
        "seller",
        "seller",
        "ana",
        "ana",
        "seller",
    ]


async def test_refusals_have_their_codes(shop: Api) -> None:
    path = f"/api/orders/{await bought(shop)}"
    for step, who, status, code in (
        ("pack", ANA, 403, "forbidden"),
        ("pack", HOST, 403, "forbidden"),
        ("pack", BEN, 404, "not_found"),
        ("pack", None, 401, "unauthenticated"),
        ("deliver", ANA, 409, "wrong_status"),
    ):
        answer = await shop.post(f"{path}/{step}", who)
        assert (answer.status, answer.code) == (status, code)
    answer = await shop.post(f"{path}/ship", SELLER, {})
    assert (answer.status, answer.code) == (409, "wrong_status")
    answer = await shop.post(f"{path}/cancel", SELLER, {})
    assert (answer.status, answer.code) == (403, "forbidden")
    body = {"key": "1", "reason": "x", "amount": 9_999_999}
    answer = await shop.post(f"{path}/refund", SELLER, body)
    assert (answer.status, answer.code) == (409, "refund_too_large")
    for body in (
        {},
        {"reason": "x"},
        *({"key": "1", "reason": text} for text in ("", "x" * 501, "a\x00")),
        {"key": "1", "reason": "x", "amount": 0},
    ):
        answer = await shop.post(f"{path}/refund", SELLER, body)
        assert (answer.status, answer.code) == (400, "invalid")


async def test_orders_are_listed_for_both_sides_page_by_page(shop: Api) -> None:
    pieces = [await shop.world.piece(owner=SELLER) for _ in range(3)]
    for piece in pieces:
        shop.world.clock.advance(1)
        await shop.server.bought(ANA, piece, number=SUCCEEDS)
    for side, who in (("buyer", ANA), ("seller", SELLER)):
        first = (await shop.get(f"/api/orders?as={side}&limit=2", who)).body
        assert len(first["items"]) == 2
        rest = (await shop.get(f"/api/orders?as={side}&limit=2&after={first['next']}", who)).body
        assert (len(rest["items"]), rest["next"]) == (1, None)
        times = [order["created_at"] for order in first["items"] + rest["items"]]
        assert times == sorted(times, reverse=True)
    assert (await shop.get("/api/orders?as=seller", ANA)).body == {"items": [], "next": None}
    assert len((await shop.get("/api/orders", ANA)).body["items"]) == 3
    for query in ("as=thief", "after=nonsense", "limit=0", "limit=101", "more=1"):
        answer = await shop.get(f"/api/orders?{query}", ANA)
        assert (answer.status, answer.code) == (400, "invalid")


async def test_a_balance_is_for_those_who_sell(shop: Api) -> None:
    await bought(shop)
    path = f"/api/shows/{SHOW}/balance"
    assert (await shop.get(path, SELLER)).body == {
        "currency": "USD",
        "sales": 3_000,
        "shipping": 500,
        "shipping_support": 0,
        "discounts": 0,
        "withheld": 0,
        "commission_paid": 600,
        "commission_earned": 0,
        "fees": 150,
        "refunds": 0,
        "balance": 2_750,
        "orders": 1,
    }
    host = (await shop.get(path, HOST)).body
    assert (host["commission_earned"], host["balance"]) == (600, 600)
    for who in (ANA, STRANGER):
        answer = await shop.get(path, who)
        assert (answer.status, answer.code) == (404, "not_found")
    assert (await shop.get("/api/shows/nowhere/balance", HOST)).status == 404


async def test_several_are_packed_and_sent_and_each_failure_has_its_order(shop: Api) -> None:
    """What is refused stops nothing, and names its order with the words of a single one."""
    pieces = [await shop.world.piece(1_000) for _ in range(3)]
    lent = await shop.world.piece(3_000, owner=SELLER)
    ours = [(await shop.server.bought(ANA, piece, number=SUCCEEDS)).orders[0] for piece in pieces]
    theirs = (await shop.server.bought(ANA, lent, number=SUCCEEDS)).orders[0]
    await shop.server.orders.cancel(ours[2], ANA, "")
    body = {"orders": [ours[0], ours[0], theirs, ours[2], "nothing", ours[1]]}
    answer = await shop.post("/api/parcels/pack", HOST, body)
    assert (answer.status, answer.body["done"]) == (200, [ours[0], ours[1]])
    assert [(each["order"], each["code"]) for each in answer.body["failed"]] == [
        (theirs, "forbidden"),
        (ours[2], "wrong_status"),
        ("nothing", "not_found"),
    ]
    alone = await shop.post(f"/api/orders/{ours[2]}/pack", HOST)
    assert answer.body["failed"][1]["message"] == alone.body["detail"]

    sent = [
        {"order": ours[0], "tracking": "T1", "carrier": "Post"},
        {"order": theirs, "tracking": "T2"},
        {"order": ours[1]},
    ]
    answer = await shop.post("/api/parcels/ship", HOST, {"orders": sent})
    assert answer.body["done"] == ours[:2]
    assert [each["order"] for each in answer.body["failed"]] == [theirs]
    order = (await shop.get(f"/api/orders/{ours[0]}", ANA)).body
    assert (order["status"], order["tracking"], order["carrier"]) == ("shipped", "T1", "Post")
    again = await shop.post("/api/parcels/ship", HOST, {"orders": sent[:1]})
    assert [each["code"] for each in again.body["failed"]] == ["wrong_status"]


async def test_so_many_at_once_and_no_more(shop: Api) -> None:
    for body in ({"orders": []}, {"orders": ["a"] * 101}, {}):
        assert (await shop.post("/api/parcels/pack", HOST, body)).status == 400
        assert (await shop.post("/api/parcels/ship", HOST, body)).status == 400
    assert (await shop.post("/api/parcels/pack", None, {"orders": ["a"]})).status == 401
