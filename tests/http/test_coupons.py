"""PROTOCOL.md 2.5, coupons: made by sellers, tried in the cart, used with a payment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from liveshow.budgets import COUPON_GUESSES, COUPONS_OF
from liveshow.payments.simulated import DECLINED, SUCCEEDS
from liveshow.store.database import Database
from tests.payments.api import Answer, Api, serve
from tests.payments.world import (
    ADDRESS_JSON,
    ANA,
    BEN,
    HOLD_SECONDS,
    HOST,
    SELLER,
    SHOW,
    START,
    STRANGER,
    World,
    card,
)

COUPON = {
    "id",
    "code",
    "percent",
    "amount",
    "currency",
    "cap",
    "minimum",
    "items",
    "who",
    "show",
    "uses",
    "used",
    "once",
    "starts_at",
    "ends_at",
    "stopped",
    "created_at",
}


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[Api]:
    world = await World.build(database)
    async with serve(world) as api:
        yield api
    await world.close()


@pytest.fixture
async def plain(sqlite_database: Database) -> AsyncIterator[Api]:
    """For what the kind of database does not change."""
    world = await World.build(sqlite_database)
    async with serve(world) as api:
        yield api
    await world.close()


async def make(shop: Api, by: Any = HOST, **fields: Any) -> Any:
    made = await shop.post("/api/coupons", by, {"percent": 10} | fields)
    assert made.status == 201, made.body
    return made.body


async def tried(shop: Api, code: str, by: Any = ANA) -> Any:
    (cart,) = (await shop.get(f"/api/cart?coupon={code}", by)).body["carts"]
    return cart


async def check_out(shop: Api, by: Any, coupon: str, total: int, show: str = SHOW) -> Answer:
    body = {"key": f"{by.id}-{total}", "address": ADDRESS_JSON, "total": total, "coupon": coupon}
    return await shop.post(f"/api/shows/{show}/checkout", by, body)


async def test_a_coupon_goes_from_its_maker_to_the_order(shop: Api) -> None:
    made = await make(shop, HOST, code="Spring-10", items="show", uses=5)
    assert made.keys() == COUPON
    assert (made["code"], made["used"], made["items"]) == ("SPRING-10", 0, "show")
    own = await shop.world.piece(2_000, shipping=500)
    lent = await shop.world.piece(3_000, owner=SELLER, commission=10)
    await shop.server.claim(ANA, own)
    await shop.server.claim(ANA, lent)

    cart = await tried(shop, "spr1ng%20lo")
    assert cart["coupon"] == {"code": "SPRING-10", "off": 500, "refused": None}
    assert cart["total"] == 5_000 + 1_000 - 500
    payers = [(each["payer"], each["amount"]) for p in cart["parcels"] for each in p["reductions"]]
    assert sorted(payers) == [("host", 300), ("owner", 200)]

    payment = await check_out(shop, ANA, "SPRING10", cart["total"])
    assert (payment.status, payment.body["amount"]) == (201, 5_500)
    assert (await shop.get("/api/coupons", HOST)).body["items"][0]["used"] == 1
    paid = await shop.post(
        f"/api/payments/{payment.body['id']}/confirm",
        ANA,
        {"card": {"number": SUCCEEDS, "expiry": "12/40", "cvc": "123"}},
    )
    orders = [(await shop.get(f"/api/orders/{id_}", ANA)).body for id_ in paid.body["orders"]]
    assert sum(order["total"] for order in orders) == 5_500
    off = {order["owner"]["id"]: order["reductions"] for order in orders}
    label = {"kind": "coupon", "label": "SPRING-10"}
    assert off[HOST.id] == [label | {"payer": "owner", "amount": 200}]
    assert off[SELLER.id] == [label | {"payer": "host", "amount": 300}]
    balance = (await shop.get(f"/api/shows/{SHOW}/balance", HOST)).body
    assert balance["discounts"] == 500
    assert balance["balance"] == 2_000 + 500 - 500 - 90 + 300
    await shop.world.assert_books_balance()


async def test_what_takes_nothing_off_says_why_and_opens_nothing(plain: Api) -> None:
    await make(plain, HOST, code="MINIMUM", minimum=5_000, currency="USD")
    await plain.server.claim(ANA, await plain.world.piece(2_000, shipping=0))
    cart = await tried(plain, "minimum")
    assert cart["total"] == 2_000
    assert cart["coupon"]["off"] == 0
    assert cart["coupon"]["refused"]["code"] == "coupon_minimum"
    refused = await check_out(plain, ANA, "minimum", 2_000)
    assert (refused.status, refused.code, refused.body["missing"]) == (409, "coupon_minimum", 3_000)
    unknown = await check_out(plain, ANA, "nobody-made-it", 2_000)
    assert (unknown.status, unknown.code) == (404, "unknown_coupon")
    assert (await plain.get("/api/cart", ANA)).body["carts"][0]["payment"] is None


async def test_the_last_use_goes_to_one_of_two_who_ask_at_once(shop: Api) -> None:
    """In two shows, whose rooms decide at the same time."""
    await make(shop, HOST, code="LAST", items="own", uses=1)
    await shop.world.add_show("other")
    for buyer, show in ((ANA, SHOW), (BEN, "other")):
        piece = await shop.world.piece(2_000, shipping=0, show=show)
        await shop.server.claim(buyer, piece, show=show)
    answers = await asyncio.gather(
        check_out(shop, ANA, "last", 1_800), check_out(shop, BEN, "last", 1_800, "other")
    )
    assert sorted(answer.status for answer in answers) == [201, 409]
    (lost,) = [answer for answer in answers if answer.status == 409]
    assert lost.code == "coupon_used_up"
    assert (await shop.get("/api/coupons", HOST)).body["items"][0]["used"] == 1

    # Whoever has it gives up: the other one may, also on a server that knows of nothing.
    (won,) = [answer for answer in answers if answer.status == 201]
    winner, loser, show = (BEN, ANA, SHOW) if answers[1] is won else (ANA, BEN, "other")
    given_up = await shop.post(f"/api/payments/{won.body['id']}/cancel", winner)
    assert given_up.body["status"] == "cancelled"
    async with serve(shop.world) as again:
        body = {"key": "anew", "address": ADDRESS_JSON, "total": 1_800, "coupon": "LAST"}
        taken = await again.post(f"/api/shows/{show}/checkout", loser, body)
        assert (taken.status, taken.body["amount"]) == (201, 1_800)
        assert (await again.get("/api/coupons", HOST)).body["items"][0]["used"] == 1


async def test_a_payment_that_runs_out_gives_its_use_back_and_late_money_takes_it(
    plain: Api,
) -> None:
    await make(plain, HOST, code="LAST", uses=1)
    await plain.server.claim(ANA, await plain.world.piece(2_000, shipping=0))
    payment = (await check_out(plain, ANA, "last", 1_800)).body
    declined = {"card": {"number": DECLINED, "expiry": "12/40", "cvc": "123"}}
    await plain.post(f"/api/payments/{payment['id']}/confirm", ANA, declined)
    charge = await plain.server.provider.confirm(payment["id"], card(SUCCEEDS))
    assert charge.status == "succeeded"
    plain.world.clock.advance(HOLD_SECONDS + 200)
    await plain.server.rooms.get(SHOW)
    await plain.server.payments.reconcile(thorough=True)
    (coupon,) = (await plain.get("/api/coupons", HOST)).body["items"]
    status = (await plain.get(f"/api/payments/{payment['id']}", ANA)).body["status"]
    assert (status, coupon["used"]) == ("succeeded", 1)
    await plain.world.assert_books_balance()


async def test_a_seller_lists_changes_stops_and_deletes_their_own_only(plain: Api) -> None:
    first = await make(plain, SELLER)
    second = await make(plain, SELLER, code="TAKEN", ends_at=START + 10**8)
    assert len(first["code"]) == 11
    assert first["code"][5] == "-"
    taken = await plain.post("/api/coupons", HOST, {"percent": 5, "code": "tak-en"})
    assert (taken.status, taken.code) == (409, "code_taken")
    listed = (await plain.get("/api/coupons", SELLER)).body["items"]
    assert {each["id"] for each in listed} == {first["id"], second["id"]}
    assert (await plain.get("/api/coupons", HOST)).body["items"] == []

    path = f"/api/coupons/{second['id']}"
    changed = await plain.send("PATCH", path, SELLER, {"stopped": True, "ends_at": None, "uses": 3})
    assert (changed.body["stopped"], changed.body["ends_at"], changed.body["uses"]) == (
        True,
        None,
        3,
    )
    past = await plain.send("PATCH", path, SELLER, {"ends_at": START - 1})
    assert (past.status, past.code) == (409, "in_the_past")
    for by in (HOST, STRANGER):
        assert (await plain.send("PATCH", path, by, {"stopped": False})).status == 404
        assert (await plain.send("DELETE", path, by)).status == 404
    assert (await plain.send("DELETE", path, SELLER)).status == 204
    assert (await plain.send("DELETE", path, SELLER)).status == 404
    # Its code is free again, and does nothing any more.
    await plain.server.claim(ANA, await plain.world.piece(2_000))
    assert (await plain.get("/api/cart?coupon=taken", ANA)).code == "unknown_coupon"
    await make(plain, HOST, code="TAKEN")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 409, "bad_coupon"),
        ({"percent": 10, "amount": 100, "currency": "USD"}, 409, "bad_coupon"),
        ({"amount": 100}, 409, "bad_coupon"),
        ({"percent": 10, "minimum": 100}, 409, "bad_coupon"),
        ({"amount": 100, "currency": "USD", "cap": 50}, 409, "bad_coupon"),
        ({"percent": 10, "ends_at": START - 1}, 409, "in_the_past"),
        ({"percent": 10, "starts_at": START + 9, "ends_at": START + 5}, 409, "bad_coupon"),
        ({"percent": 10, "show": "nowhere"}, 404, "not_found"),
        ({"percent": 10, "show": SHOW, "items": "show"}, 403, "forbidden"),
        ({"percent": 91}, 400, "invalid"),
        ({"percent": 0}, 400, "invalid"),
        ({"percent": 10, "items": "all"}, 400, "invalid"),
        ({"percent": 10, "code": "ab"}, 400, "invalid"),
        ({"percent": 10, "code": "a--bcd"}, 400, "invalid"),
        ({"percent": 10, "code": "\u0405PRING"}, 400, "invalid"),
        ({"percent": 10, "uses": 0}, 400, "invalid"),
    ],
)
async def test_what_cannot_be_meant_makes_no_coupon(
    plain: Api, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await plain.post("/api/coupons", SELLER, body)
    assert (answer.status, answer.code) == (status, code)
    assert (await plain.get("/api/coupons", SELLER)).body["items"] == []


async def test_whoever_tries_codes_is_stopped_and_others_are_not(plain: Api) -> None:
    await make(plain, HOST, code="SPRING")
    for guess in range(COUPON_GUESSES.amount):
        assert (await plain.get(f"/api/cart?coupon=GUESS{guess}", ANA)).code == "unknown_coupon"
    stopped = await plain.get("/api/cart?coupon=SPRING", ANA)
    assert (stopped.status, stopped.code) == (429, "rate_limited")
    assert (await check_out(plain, ANA, "SPRING", 1)).code == "rate_limited"
    assert (await plain.get("/api/cart?coupon=SPRING", BEN)).status == 200
    assert (await plain.get("/api/cart", ANA)).status == 200


async def test_one_person_has_so_many_coupons(plain: Api) -> None:
    for _ in range(COUPONS_OF.amount):
        await make(plain, SELLER)
    refused = await plain.post("/api/coupons", SELLER, {"percent": 10})
    assert (refused.status, refused.code) == (409, "too_many_coupons")
