"""PROTOCOL.md 2.5 as a client sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from liveshow.domain.claims.commands import ClaimItem
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.commands import Envelope
from liveshow.payments.simulated import (
    ANSWERS_LATE,
    CHALLENGE_CODE,
    DECLINED,
    NEVER_ANSWERS,
    SUCCEEDS,
    WANTS_CHALLENGE,
)
from liveshow.store.database import Database
from liveshow.store.tables.payments import PaymentRow
from tests.payments.api import Answer, Api, serve
from tests.payments.world import ADDRESS_JSON, ANA, BEN, HOLD_SECONDS, HOST, SELLER, SHOW, World

PAYMENT = {
    "id",
    "show",
    "status",
    "amount",
    "currency",
    "parcels",
    "until",
    "provider",
    "client",
    "error",
    "orders",
    "created_at",
}
LINE = {
    "claim",
    "item",
    "listing",
    "number",
    "title",
    "photo",
    "variant",
    "variant_id",
    "quantity",
    "price",
    "amount",
    "until",
    "promises",
}


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[Api]:
    world = await World.build(database)
    async with serve(world) as api:
        yield api
    await world.close()


def card(number: str, **fields: Any) -> Any:
    return {"card": {"number": number, "expiry": "12/40", "cvc": "123"} | fields}


async def checkout(shop: Api, key: str = "k1", total: int | None = None, **address: Any) -> Answer:
    if total is None:
        carts = (await shop.get("/api/cart", ANA)).body["carts"]
        total = carts[0]["total"] if carts else 0
    body = {"key": key, "address": ADDRESS_JSON | address, "total": total}
    return await shop.post(f"/api/shows/{SHOW}/checkout", ANA, body)


async def opened(shop: Api) -> Any:
    await shop.server.claim(ANA, await shop.world.piece(2_000, shipping=500))
    answer = await checkout(shop)
    assert answer.status == 201
    return answer.body


async def test_a_cart_becomes_a_payment_becomes_an_order(shop: Api) -> None:
    own = await shop.world.piece(2_000)
    lent = await shop.world.piece(3_000, owner=SELLER, commission=10)
    assert (await shop.get("/api/cart", ANA)).body["carts"] == []
    await shop.server.claim(ANA, own)
    await shop.server.claim(ANA, lent)
    (cart,) = (await shop.get("/api/cart", ANA)).body["carts"]
    show = {"id": SHOW, "title": "Coats", "status": "live", "interrupted_at": None}
    assert cart["show"] == show
    assert (cart["items"], cart["shipping"], cart["total"]) == (5_000, 1_000, 6_000)
    assert {parcel["owner"]["id"] for parcel in cart["parcels"]} == {HOST.id, SELLER.id}
    assert all(line.keys() == LINE for parcel in cart["parcels"] for line in parcel["lines"])
    assert cart["payment"] is None

    answer = await checkout(shop)
    payment = answer.body
    assert (answer.status, payment.keys()) == (201, PAYMENT)
    assert (payment["status"], payment["amount"], payment["show"]) == ("open", 6_000, SHOW)
    assert payment["parcels"] == cart["parcels"]
    (cart,) = (await shop.get("/api/cart", ANA)).body["carts"]
    assert cart["payment"] == payment["id"]

    paid = await shop.post(f"/api/payments/{payment['id']}/confirm", ANA, card(SUCCEEDS))
    assert (paid.status, paid.body["status"], len(paid.body["orders"])) == (200, "succeeded", 2)
    assert (await shop.get(f"/api/payments/{payment['id']}", ANA)).body == paid.body
    assert (await shop.get("/api/cart", ANA)).body["carts"] == []


async def test_the_key_makes_a_checkout_safe_to_repeat(shop: Api) -> None:
    payment = await opened(shop)
    again = await checkout(shop)
    assert (again.status, again.body) == (201, payment)
    other = await checkout(shop, city="Shelbyville")
    assert (other.status, other.code) == (409, "key_reused")
    second = await checkout(shop, key="k2")
    assert (second.status, second.code) == (409, "checkout_open")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"address": ADDRESS_JSON | {"country": "XX"}}, "address.country"),
        ({"address": ADDRESS_JSON | {"name": " "}}, "address.name"),
        ({"address": ADDRESS_JSON | {"region": ""}}, "address.region"),
        ({"address": ADDRESS_JSON | {"line1": "a\x00b"}}, "address.line1"),
        ({"address": ADDRESS_JSON | {"planet": "Earth"}}, "address.planet"),
        ({"address": None}, "address"),
        ({"key": ""}, "key"),
        ({"key": "a b"}, "key"),
        ({"total": -1}, "total"),
        ({"total": "9.00"}, "total"),
        ({"total": None}, "total"),
        ({"more": 1}, "more"),
    ],
)
async def test_a_checkout_is_validated(shop: Api, change: Any, field: str) -> None:
    body = {"key": "k1", "address": ADDRESS_JSON, "total": 1} | change
    answer = await shop.post(f"/api/shows/{SHOW}/checkout", ANA, body)
    assert (answer.status, answer.code) == (400, "invalid")
    assert [error["field"] for error in answer.body["errors"]] == [field]


async def test_a_checkout_takes_no_postcode_that_the_country_cannot_have(shop: Api) -> None:
    """faults.md 30."""
    await shop.server.claim(ANA, await shop.world.piece(2_000, shipping=500))
    answer = await checkout(shop, postcode="ABC")
    assert (answer.status, answer.code) == (409, "wrong_postcode")
    assert [error["field"] for error in answer.body["errors"]] == ["address.postcode"]
    # Nothing was begun: the same key goes on.
    assert (await checkout(shop)).status == 201


async def test_there_is_nothing_to_pay_without_holds_and_no_show_nowhere(shop: Api) -> None:
    answer = await checkout(shop)
    assert (answer.status, answer.code) == (409, "nothing_to_pay")
    body = {"key": "k1", "address": ADDRESS_JSON, "total": 1}
    answer = await shop.post("/api/shows/nowhere/checkout", ANA, body)
    assert (answer.status, answer.code) == (404, "not_found")


async def test_a_total_that_changed_charges_nothing_and_shows_the_new_cart(shop: Api) -> None:
    own, late = await shop.world.piece(2_000, shipping=500), await shop.world.piece(1_000)
    await shop.server.claim(ANA, own)
    seen = await shop.server.total()
    # Meanwhile, in another window.
    await shop.server.claim(ANA, late)
    before = (await shop.server.rooms.get(SHOW)).state.seq
    answer = await checkout(shop, total=seen)
    assert (answer.status, answer.code) == (409, "total_changed")
    (cart,) = (await shop.get("/api/cart", ANA)).body["carts"]
    assert answer.body["cart"] == cart
    assert (seen, cart["total"], cart["payment"]) == (2_500, 3_500, None)
    assert (await shop.server.rooms.get(SHOW)).state.seq == before
    assert await shop.world.rows(PaymentRow) == []
    # The same key says the same; another one, with what is shown now, goes on.
    assert (await checkout(shop, total=seen)).body == answer.body
    assert (await checkout(shop, key="k2", total=cart["total"])).body["amount"] == 3_500


async def test_the_card_form_of_this_server_is_for_open_payments(shop: Api) -> None:
    payment = await opened(shop)
    path = f"/api/payments/{payment['id']}"
    form = {"form": "card", "parameters": {}}
    assert payment["client"] == form
    asked = await shop.post(f"{path}/confirm", ANA, card(WANTS_CHALLENGE))
    assert (asked.body["status"], asked.body["client"]) == ("challenge", form)
    paid = await shop.post(f"{path}/challenge", ANA, {"code": CHALLENGE_CODE})
    assert (paid.body["status"], paid.body["client"]) == ("succeeded", None)


@pytest.mark.parametrize(
    ("number", "status", "error"),
    [
        (SUCCEEDS, "succeeded", None),
        (DECLINED, "open", "card_declined"),
        ("5555 5555 5555 4444", "open", "card_declined"),
        (WANTS_CHALLENGE, "challenge", None),
        (ANSWERS_LATE, "processing", None),
        (NEVER_ANSWERS, "processing", "provider_timeout"),
    ],
)
async def test_every_card_does_what_it_is_for(
    shop: Api, number: str, status: str, error: str | None
) -> None:
    payment = await opened(shop)
    answer = await shop.post(f"/api/payments/{payment['id']}/confirm", ANA, card(number))
    assert (answer.status, answer.body["status"]) == (200, status)
    assert (answer.body["error"] or {"code": None})["code"] == error
    assert number not in str(answer.body)


async def test_a_second_step_is_answered_with_its_code(shop: Api) -> None:
    path = f"/api/payments/{(await opened(shop))['id']}"
    answer = await shop.post(f"{path}/challenge", ANA, {"code": CHALLENGE_CODE})
    assert (answer.status, answer.code) == (409, "wrong_status")
    await shop.post(f"{path}/confirm", ANA, card(WANTS_CHALLENGE))
    answer = await shop.post(f"{path}/challenge", ANA, {"code": "1"})
    assert (answer.status, answer.body["error"]["code"]) == (200, "challenge_failed")
    await shop.post(f"{path}/confirm", ANA, card(WANTS_CHALLENGE))
    answer = await shop.post(f"{path}/challenge", ANA, {"code": CHALLENGE_CODE})
    assert (answer.status, answer.body["status"]) == (200, "succeeded")


async def test_a_wrong_card_names_its_fields_and_not_its_number(shop: Api) -> None:
    path = f"/api/payments/{(await opened(shop))['id']}/confirm"
    answer = await shop.post(path, ANA, card("4242424242424243", expiry="01/20", cvc="1"))
    assert (answer.status, answer.code) == (400, "invalid")
    fields = [error["field"] for error in answer.body["errors"]]
    assert fields == ["card.number", "card.expiry", "card.cvc"]
    assert "4242424242424243" not in str(answer.body)
    answer = await shop.post(path, ANA, {"card": {"number": "1" * 41}})
    assert (answer.status, answer.code) == (400, "invalid")


async def test_a_payment_is_cancelled_and_then_over(shop: Api) -> None:
    path = f"/api/payments/{(await opened(shop))['id']}"
    answer = await shop.post(f"{path}/cancel", ANA)
    assert (answer.status, answer.body["status"]) == (200, "cancelled")
    answer = await shop.post(f"{path}/confirm", ANA, card(SUCCEEDS))
    assert (answer.status, answer.code) == (409, "payment_settled")
    (cart,) = (await shop.get("/api/cart", ANA)).body["carts"]
    assert cart["payment"] is None


async def test_a_payment_that_is_through_cannot_be_cancelled(shop: Api) -> None:
    path = f"/api/payments/{(await opened(shop))['id']}"
    await shop.post(f"{path}/confirm", ANA, card(SUCCEEDS))
    answer = await shop.post(f"{path}/cancel", ANA)
    assert (answer.status, answer.code) == (409, "payment_settled")


async def test_money_that_is_too_late_is_shown_as_refunded(shop: Api) -> None:
    path = f"/api/payments/{(await opened(shop))['id']}"
    shop.world.clock.advance(HOLD_SECONDS - 1)
    await shop.post(f"{path}/confirm", ANA, card(ANSWERS_LATE))
    shop.world.clock.advance(2)
    await shop.server.tick()
    assert (await shop.get(path, ANA)).body["status"] == "expired"
    room = await shop.server.rooms.get(SHOW)
    (item,) = room.state[RunOfShow].items.values()
    await shop.server.rooms.submit(SHOW, Envelope(ClaimItem(item=item.id), BEN, "b"))
    shop.world.clock.advance(2)
    final = (await shop.get(path, ANA)).body
    assert (final["status"], final["orders"]) == ("refunded", [])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/payments/{}", None),
        ("POST", "/api/payments/{}/cancel", None),
        ("POST", "/api/payments/{}/confirm", card(SUCCEEDS)),
        ("POST", "/api/payments/{}/challenge", {"code": CHALLENGE_CODE}),
    ],
)
async def test_a_payment_exists_for_its_buyer_only(
    shop: Api, method: str, path: str, body: Any
) -> None:
    payment = await opened(shop)
    for who in (BEN, HOST):
        answer = await shop.send(method, path.format(payment["id"]), who, body)
        assert (answer.status, answer.code) == (404, "not_found")
    answer = await shop.send(method, path.format(payment["id"]), None, body)
    assert (answer.status, answer.code) == (401, "unauthenticated")
    answer = await shop.send(method, path.format("nothing"), ANA, body)
    assert (answer.status, answer.code) == (404, "not_found")


async def test_guests_have_no_cart(shop: Api) -> None:
    assert (await shop.get("/api/cart", None)).status == 401
    assert (await shop.post(f"/api/shows/{SHOW}/checkout", None, {})).status == 401


async def test_the_document_describes_payments(shop: Api) -> None:
    document = (await shop.get("/api/openapi.json", None)).body
    schema = document["components"]["schemas"]["PaymentView"]
    assert schema["properties"].keys() == PAYMENT
    responses = document["paths"]["/api/shows/{show}/checkout"]["post"]["responses"]
    assert "201" in responses
