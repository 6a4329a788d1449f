"""A payment provider with a form and webhooks of its own, behind the whole server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
import pytest

from liveshow.app import create_app
from liveshow.clock import wall_clock
from liveshow.http.checkout import MAX_WEBHOOK_BYTES
from liveshow.payments.simulated import SUCCEEDS
from liveshow.server import Server
from liveshow.settings import Settings
from liveshow.store import migrate
from tests.payments.acme import SIGNATURE, Counter, event, open_bank, sign
from tests.payments.world import ADDRESS_JSON
from tests.stage import Stage, new_key
from tests.support import Account, RunningServer, seconds

WEBHOOK = "/api/payments/webhooks/acme"


@dataclass
class Shop:
    """A show on a server with two providers: the bank, and test cards."""

    server: RunningServer
    stage: Stage
    counter: Counter

    async def send(
        self, method: str, path: str, *, by: Account | None = None, **options: Any
    ) -> tuple[int, Any]:
        headers = {**(by.headers if by else {}), **options.pop("headers", {})}
        url = self.server.url + path
        async with self.server.http.request(method, url, headers=headers, **options) as answer:
            return answer.status, await answer.json(content_type=None)

    async def open(self, buyer: str) -> tuple[Account, Any]:
        """Somebody claims a piece and goes to checkout."""
        account = await self.server.account(buyer)
        await self.stage.command("claim", by=account, item=await self.stage.item())
        total = await self.stage.total(account)
        body = {"key": new_key(), "address": ADDRESS_JSON, "total": total}
        path = f"/api/shows/{self.stage.show}/checkout"
        return account, await self.server.post(path, body, by=account)

    async def hook(self, payment: str, id_: str = "evt_1", **headers: str) -> tuple[int, Any]:
        given, body = event(payment, wall_clock(), id_)
        return await self.send("POST", WEBHOOK, data=body, headers=given | headers)


async def _shop(settings: Settings, counter: Counter | None) -> AsyncIterator[Shop]:
    await migrate.prepare(settings)
    more = [counter.provider] if counter else []
    async with Server(settings, partial(create_app, more_providers=more)) as server:
        timeout = aiohttp.ClientTimeout(total=seconds(20))
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=jar) as http:
            running = RunningServer(server.settings, server.app, server.url, http, server.stop)
            stage = await Stage.set(running)
            yield Shop(running, stage, counter)  # type: ignore[arg-type]
            await stage.clear()


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    async with open_bank(wall_clock) as counter:
        yield counter


@pytest.fixture
async def shop(settings: Settings, counter: Counter) -> AsyncIterator[Shop]:
    settings.data_dir.mkdir(parents=True)
    async for shop in _shop(settings, counter):
        yield shop


async def test_a_payment_says_which_form_is_to_be_shown(shop: Shop) -> None:
    buyer, payment = await shop.open("ana")
    assert payment["provider"] == "acme"
    assert payment["client"] == {
        "form": "acme",
        "parameters": {
            "publishable_key": "pk-of-the-tests",
            "client_token": f"secret-{payment['id']}",
        },
    }
    path = f"/api/payments/{payment['id']}"
    # Once it is over, nothing can be done in a form any more.
    cancelled = await shop.server.post(f"{path}/cancel", by=buyer)
    assert (cancelled["status"], cancelled["client"]) == ("cancelled", None)
    status, answer = await shop.send("POST", f"{path}/confirm", by=buyer, json={"card": {}})
    assert (status, answer["code"]) == (400, "invalid")
    card = {"card": {"number": SUCCEEDS, "expiry": "12/40", "cvc": "123"}}
    _, other = await shop.open("ben")
    status, answer = await shop.send(
        "POST",
        f"/api/payments/{other['id']}/confirm",
        by=await shop.server.account("ben"),
        json=card,
    )
    assert (status, answer["code"]) == (404, "not_found")


async def test_a_webhook_settles_what_was_paid_in_the_providers_own_form(shop: Shop) -> None:
    buyer, payment = await shop.open("ana")
    await shop.counter.pay(payment["client"]["parameters"])
    assert (await shop.hook(payment["id"]))[0] == 204
    # Without a look at the bank: the webhook has done it.
    shop.counter.bank.down = True
    paid = await shop.server.get(f"/api/payments/{payment['id']}", by=buyer)
    assert (paid["status"], len(paid["orders"]), paid["client"]) == ("succeeded", 1, None)


async def test_a_webhook_is_followed_once_whatever_comes_again(shop: Shop) -> None:
    buyer, payment = await shop.open("ana")
    # It says that something happened, not what: nothing was paid yet.
    assert (await shop.hook(payment["id"], "evt_early"))[0] == 204
    shown = await shop.server.get(f"/api/payments/{payment['id']}", by=buyer)
    assert shown["status"] == "open"
    await shop.counter.pay(payment["client"]["parameters"])
    answers = await asyncio.gather(*(shop.hook(payment["id"], "evt_paid") for _ in range(5)))
    assert {status for status, _ in answers} == {204}
    asked = len(shop.counter.bank.asked)
    assert (await shop.hook(payment["id"], "evt_paid"))[0] == 204
    assert (await shop.hook(payment["id"], "evt_early"))[0] == 204
    assert len(shop.counter.bank.asked) == asked
    orders = await shop.server.get("/api/orders?as=buyer", by=buyer)
    assert len(orders["items"]) == 1


async def test_a_webhook_that_cannot_be_followed_now_is_followed_when_it_comes_again(
    shop: Shop,
) -> None:
    buyer, payment = await shop.open("ana")
    await shop.counter.pay(payment["client"]["parameters"])
    shop.counter.bank.down = True
    status, answer = await shop.hook(payment["id"])
    assert (status, answer["code"]) == (503, "unavailable")
    shop.counter.bank.down = False
    assert (await shop.hook(payment["id"]))[0] == 204
    paid = await shop.server.get(f"/api/payments/{payment['id']}", by=buyer)
    assert paid["status"] == "succeeded"


async def test_a_webhook_that_the_provider_did_not_sign_changes_nothing(shop: Shop) -> None:
    _, payment = await shop.open("ana")
    await shop.counter.pay(payment["client"]["parameters"])
    asked = len(shop.counter.bank.asked)
    now = wall_clock() // 1000
    _, body = event(payment["id"], wall_clock())
    for signature in (
        "",
        "v1=00",
        "t=,v1=",
        f"t={now},v1={'0' * 64}",
        sign(body, now, b"another secret"),
        sign(body, now - 301),
        sign(body + b" ", now),
        "t=²,v1=0",
    ):
        status, answer = await shop.hook(payment["id"], **{SIGNATURE: signature})
        assert (status, answer["code"]) == (400, "invalid"), signature
    assert len(shop.counter.bank.asked) == asked


async def test_webhooks_have_an_address_only_where_a_provider_sends_them(shop: Shop) -> None:
    headers, body = event("any", wall_clock())
    for name in ("test", "nobody", "a" * 65, "..%2f"):
        status, answer = await shop.send(
            "POST", f"/api/payments/webhooks/{name}", data=body, headers=headers
        )
        assert (status, answer["code"]) == (404, "not_found")
    # Payments of others, and none at all, are no news.
    assert (await shop.hook("nothing", "evt_x"))[0] == 204
    status, answer = await shop.send("POST", WEBHOOK, data=b"x" * (MAX_WEBHOOK_BYTES + 1))
    assert (status, answer["code"]) == (413, "too_large")


async def test_pages_may_load_what_the_form_of_the_provider_needs(shop: Shop) -> None:
    async with shop.server.http.get(f"{shop.server.url}/cart") as answer:
        policy = answer.headers["Content-Security-Policy"].split("; ")
    assert f"script-src 'self' {shop.counter.url}" in policy
    assert f"frame-src {shop.counter.url}" in policy
    assert f"connect-src 'self' ws: wss: {shop.counter.url}" in policy
    assert "default-src 'self'" in policy


async def test_pages_without_a_payment_load_nothing_of_the_provider(shop: Shop) -> None:
    for path in ("/", "/orders", "/web/lib/api.js", "/api/cart", "/nowhere"):
        async with shop.server.http.get(f"{shop.server.url}{path}") as answer:
            assert shop.counter.url not in answer.headers.get("Content-Security-Policy", "")


async def test_without_that_provider_pages_load_nothing_from_elsewhere(
    running_server: RunningServer,
) -> None:
    async with running_server.http.get(f"{running_server.url}/cart") as answer:
        policy = answer.headers["Content-Security-Policy"].split("; ")
    assert "script-src 'self'" in policy
    assert "connect-src 'self' ws: wss:" in policy
    assert "http" not in "".join(policy)
    assert not any(directive.startswith("frame-src") for directive in policy)


async def test_a_server_without_a_provider_shows_carts_and_takes_no_payment(
    settings: Settings,
) -> None:
    """faults.md 25"""
    settings.data_dir.mkdir(parents=True)
    without = settings.model_copy(update={"test_payments": False})
    async for shop in _shop(without, None):
        ana = await shop.server.account("ana")
        claimed = await shop.stage.command("claim", by=ana, item=await shop.stage.item())
        answer = await shop.server.get("/api/cart", by=ana)
        assert answer["payable"] is False
        (cart,) = answer["carts"]
        body = {"key": new_key(), "address": ADDRESS_JSON, "total": cart["total"]}
        path = f"/api/shows/{shop.stage.show}/checkout"
        status, answer = await shop.send("POST", path, by=ana, json=body)
        assert (status, answer["code"]) == (409, "no_payments")
        (held,) = (await shop.stage.mine(ana))["claims"]
        assert (held["claim"], held["until"]) == (claimed["claim"], claimed["until"])
        for step in ("confirm", "challenge"):
            status, answer = await shop.send("POST", f"/api/payments/x/{step}", by=ana, json={})
            assert (status, answer["code"]) == (404, "not_found")
        document = await shop.server.get("/api/openapi.json")
        assert "/api/payments/{id}/confirm" not in document["paths"]
        assert "/api/payments/{id}/cancel" in document["paths"]
