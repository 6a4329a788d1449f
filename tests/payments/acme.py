"""A second payment provider: a small bank on loopback, and what talks to it.

It is a service of its own, with what real ones have: charges under our id as idempotency key, a
form of its own that charges without asking us, and signed webhooks. The signature is
``Acme-Signature: t=SECONDS,v1=HEX``, HMAC-SHA-256 over ``SECONDS.BODY``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from liveshow.errors import Invalid
from liveshow.payments.provider import (
    Charge,
    ChargeStatus,
    Client,
    Notification,
    PageSources,
    ProviderUnavailable,
)
from tests.support import seconds

SECRET = b"whsec-of-the-tests"
PUBLISHABLE = "pk-of-the-tests"
TOLERANCE_SECONDS = 300
SIGNATURE = "Acme-Signature"


def sign(body: bytes, at: int, secret: bytes = SECRET) -> str:
    """The value of the signature header; ``at`` in seconds."""
    digest = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


@dataclass
class Account:
    """One charge as the bank keeps it."""

    amount: int
    currency: str
    status: ChargeStatus = "open"
    refunds: dict[str, int] = field(default_factory=dict)

    @property
    def received(self) -> int:
        paid = self.amount if self.status in ("succeeded", "refunded") else 0
        return paid - sum(self.refunds.values())


class Bank:
    """The service. ``asked`` counts what it was asked, by method and kind."""

    def __init__(self) -> None:
        self.charges: dict[str, Account] = {}
        self.asked: list[str] = []
        self.down = False

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._gate])
        app.router.add_post("/charges", self._create)
        app.router.add_get("/charges/{id}", self._show)
        app.router.add_post("/charges/{id}/cancel", self._cancel)
        app.router.add_post("/charges/{id}/refunds", self._refund)
        app.router.add_post("/form/{token}", self._form)
        return app

    @web.middleware
    async def _gate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        assert request.match_info.route.resource is not None
        self.asked.append(f"{request.method} {request.match_info.route.resource.canonical}")
        if self.down:
            raise web.HTTPServiceUnavailable
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _create(self, request: web.Request) -> web.Response:
        asked = await request.json()
        made = Account(asked["amount"], asked["currency"])
        charge = self.charges.setdefault(asked["id"], made)
        if (charge.amount, charge.currency) != (made.amount, made.currency):
            raise web.HTTPConflict
        return web.json_response({"status": charge.status})

    def _charge(self, request: web.Request) -> Account:
        charge = self.charges.get(request.match_info["id"])
        if charge is None:
            raise web.HTTPNotFound
        return charge

    async def _show(self, request: web.Request) -> web.Response:
        charge = self._charge(request)
        token = f"secret-{request.match_info['id']}"
        return web.json_response({"status": charge.status, "client_token": token})

    async def _cancel(self, request: web.Request) -> web.Response:
        charge = self._charge(request)
        if charge.status == "open":
            charge.status = "cancelled"
        return web.json_response({"status": charge.status})

    async def _refund(self, request: web.Request) -> web.Response:
        charge, asked = self._charge(request), await request.json()
        if asked["key"] not in charge.refunds:
            if charge.received < asked["amount"]:
                raise web.HTTPConflict
            charge.refunds[asked["key"]] = asked["amount"]
        return web.json_response({})

    async def _form(self, request: web.Request) -> web.Response:
        """What the buyer's browser does in the bank's own form."""
        charge = self.charges[request.match_info["token"].removeprefix("secret-")]
        if charge.status == "open":
            charge.status = "succeeded"
        return web.json_response({"status": charge.status})


class Acme:
    """Implements ``PaymentProvider`` against the bank."""

    def __init__(self, url: str, clock: Callable[[], int], name: str = "acme") -> None:
        self._url = url
        self._clock = clock
        self._name = name
        self._http: aiohttp.ClientSession | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def card_form(self) -> None:
        return None

    @property
    def cards(self) -> None:
        return None

    @property
    def chargebacks(self) -> None:
        return None

    @property
    def page_sources(self) -> PageSources:
        return PageSources(script=(self._url,), frame=(self._url,), connect=(self._url,))

    async def create(self, payment_id: str, amount: int, currency: str, until: int) -> Charge:
        body = {"id": payment_id, "amount": amount, "currency": currency}
        return Charge((await self._ask("POST", "/charges", body))["status"])

    async def status(self, payment_id: str) -> Charge | None:
        found = await self._find(payment_id)
        return Charge(found["status"]) if found else None

    async def cancel(self, payment_id: str) -> Charge:
        return Charge((await self._ask("POST", f"/charges/{payment_id}/cancel", {}))["status"])

    async def refund(self, payment_id: str, amount: int, key: str) -> None:
        body = {"amount": amount, "key": key}
        await self._ask("POST", f"/charges/{payment_id}/refunds", body)

    async def client(self, payment_id: str) -> Client | None:
        found = await self._find(payment_id)
        if not found:
            return None
        parameters = {"publishable_key": PUBLISHABLE, "client_token": found["client_token"]}
        return Client(self._name, parameters)

    async def notification(self, headers: Mapping[str, str], body: bytes) -> Notification:
        parts = dict(part.partition("=")[::2] for part in headers.get(SIGNATURE, "").split(","))
        at = parts.get("t", "")
        fresh = at.isdecimal() and abs(self._clock() // 1000 - int(at)) <= TOLERANCE_SECONDS
        if not (fresh and hmac.compare_digest(sign(body, int(at)), headers.get(SIGNATURE, ""))):
            raise Invalid("invalid", "The signature of this webhook is not right.")
        event = json.loads(body)
        return Notification(event["id"], (event["charge"],))

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    async def _find(self, payment_id: str) -> Any:
        return await self._ask("GET", f"/charges/{payment_id}")

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        if self._http is None:
            timeout = aiohttp.ClientTimeout(total=seconds(5))
            self._http = aiohttp.ClientSession(timeout=timeout)
        try:
            async with self._http.request(method, self._url + path, json=body) as answer:
                if answer.status == 404:
                    return None
                answer.raise_for_status()
                return await answer.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ProviderUnavailable() from error


@dataclass
class Counter:
    """The bank, our provider for it, and the hands of a buyer in its form."""

    bank: Bank
    provider: Acme
    url: str

    async def pay(self, parameters: Mapping[str, str]) -> str:
        """Do what the browser does with the parameters of a payment's ``client``."""
        assert parameters["publishable_key"] == PUBLISHABLE
        token = parameters["client_token"]
        async with (
            aiohttp.ClientSession() as browser,
            browser.post(f"{self.url}/form/{token}") as answer,
        ):
            status: str = (await answer.json())["status"]
            return status


@asynccontextmanager
async def open_bank(clock: Callable[[], int], name: str = "acme") -> AsyncIterator[Counter]:
    """A bank of its own on loopback."""
    bank = Bank()
    async with TestServer(bank.app()) as server:
        url = f"http://127.0.0.1:{server.port}"
        provider = Acme(url, clock, name)
        yield Counter(bank, provider, url)
        await provider.close()


def event(payment: str, at: int, id_: str = "evt_1") -> tuple[dict[str, str], bytes]:
    """Headers and body of a webhook of the bank; ``at`` in milliseconds."""
    body = json.dumps({"id": id_, "type": "charge.updated", "charge": payment}).encode()
    return {SIGNATURE: sign(body, at // 1000), "Content-Type": "application/json"}, body
