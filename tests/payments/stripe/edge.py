"""Stripe on loopback: localstripe, and in front of it what it does not know.

localstripe is a server of its own, with objects that live as Stripe's do. The *edge* passes
everything on to it, and adds what Stripe's documentation says and localstripe lacks:

* idempotency keys: the first answer, errors included, is given again
  (docs.stripe.com/api/idempotent_requests);
* ``allowed_payment_method_types``, which took the place of ``payment_method_types``, and
  ``use_stripe_sdk`` of a PaymentIntent;
* ``confirmPayment`` of Stripe.js;
* answers that a test puts there, for calls that localstripe has not got (:attr:`Edge.canned`).

Requests can be lost on their way, or their answers (:attr:`Edge.cut`, :attr:`Edge.answers_lost`).
"""

from __future__ import annotations

import atexit
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.support import eventually, free_port

SECRET_KEY = "sk_test_of_the_tests"
PUBLISHABLE_KEY = "pk_test_of_the_tests"

# On loopback only, and without the file that every change would be written to.
_START = """
import sys
from aiohttp import web
from localstripe import resources, server
resources.Store.dump_to_disk = lambda self: None
web.run_app(server.app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
"""

# What Stripe's form does when the buyer pays: the card goes to Stripe, the page learns the end.
_CONFIRM_PAYMENT = """
const plainStripe = Stripe;
Stripe = (key) => ({
  ...plainStripe(key),
  elements: (options) => ({ ...plainStripe(key).elements(), ...options }),
  async confirmPayment({ elements }) {
    const intent = elements.clientSecret.split("_secret_")[0];
    const body = JSON.stringify({ key, card: elements.getElement("payment").value.card });
    const answer = await fetch(`${LOCALSTRIPE_BASE_API}/form/${intent}`, { method: "POST", body });
    const said = await answer.json();
    return said.error ? { error: said.error } : { paymentIntent: said };
  },
});
"""


@dataclass
class Edge:
    """Stripe as seen from this server; ``asked`` has what was, as ``METHOD path``."""

    upstream: str
    url: str = ""
    asked: list[str] = field(default_factory=list)
    #: Beginnings of ``METHOD path``: requests that never arrive, and such whose answer is lost.
    cut: set[str] = field(default_factory=set)
    answers_lost: set[str] = field(default_factory=set)
    #: ``METHOD path`` → status and body, instead of what localstripe says.
    canned: dict[str, tuple[int, Any]] = field(default_factory=dict)
    forgets_keys: bool = False
    _kept: dict[str, tuple[str, int, bytes]] = field(default_factory=dict)

    # --- what the tests do at Stripe -----------------------------------------------------------

    async def call(self, method: str, path: str, data: Any = None) -> Any:
        """Ask localstripe itself, as somebody with the secret key."""
        headers = {"Authorization": f"Bearer {SECRET_KEY}"}
        async with (
            aiohttp.ClientSession(headers=headers) as http,
            http.request(method, self.upstream + path, data=data) as answer,
        ):
            return await answer.json(content_type=None)

    async def card(self, number: str) -> str:
        """Type a card into Stripe's form; return the id of its payment method."""
        made = await self.call("POST", "/v1/payment_methods", _card(number))
        return str(made["id"])

    async def pay(self, intent: str, number: str) -> Any:
        """Confirm an intent in Stripe's form, which this server does not see."""
        method = await self.card(number)
        path = f"/v1/payment_intents/{intent}"
        await self.call("POST", path, {"payment_method": method})
        return await self.call("POST", f"{path}/confirm")

    async def second_step(self, client_secret: str, passed: bool) -> Any:
        intent = client_secret.split("_secret_")[0]
        body = {"client_secret": client_secret, "success": str(passed).lower()}
        return await self.call("POST", f"/v1/payment_intents/{intent}/_authenticate", body)

    async def intents(self) -> list[Any]:
        found = await self.call("GET", "/v1/payment_intents?limit=100")
        return list(found["data"])

    async def refunds(self) -> list[Any]:
        return list((await self.call("GET", "/v1/refunds?limit=100"))["data"])

    # --- the way there --------------------------------------------------------------------------

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/js.stripe.com/v3/", self._script)
        app.router.add_route("*", "/form/{intent}", self._form)
        app.router.add_route("*", "/{path:.*}", self._pass)
        return app

    async def _script(self, request: web.Request) -> web.Response:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{self.upstream}/js.stripe.com/v3/") as answer,
        ):
            text = await answer.text() + _CONFIRM_PAYMENT
        return web.Response(text=text, content_type="application/javascript")

    async def _form(self, request: web.Request) -> web.Response:
        """What Stripe.js asks of Stripe for ``confirmPayment``."""
        headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
        body = await request.json()
        assert body["key"] == PUBLISHABLE_KEY
        said = await self.pay(request.match_info["intent"], body["card"]["number"])
        return web.json_response(said, headers=headers)

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        what = f"{request.method} {request.path}"
        self.asked.append(what)
        if _is_in(what, self.cut):
            return _hang_up(request)
        status, body, headers = await self._answer(request, what)
        if _is_in(what, self.answers_lost):
            return _hang_up(request)
        return web.Response(
            status=status, body=body, headers=headers, content_type="application/json"
        )

    async def _answer(
        self, request: web.Request, what: str
    ) -> tuple[int, bytes, Mapping[str, str]]:
        sent = await request.read()
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        asked = f"{what} {sent.decode()}"
        if key and key in self._kept and not self.forgets_keys:
            before, status, body = self._kept[key]
            if before != asked:
                error = {"type": "idempotency_error", "message": "Keys are for one request."}
                return 400, web.json_response({"error": error}).body, {}  # type: ignore[return-value]
            return status, body, {"Idempotent-Replayed": "true"}
        status, body = await self._ask(request, what, sent)
        if key:
            self._kept[key] = (asked, status, body)
        return status, body, {}

    async def _ask(self, request: web.Request, what: str, sent: bytes) -> tuple[int, bytes]:
        if canned := self.canned.get(what):
            status, said = canned
            body = web.json_response(said).body
            assert isinstance(body, bytes)
            return status, body
        kept = ("Authorization", "Content-Type")
        headers = {name: request.headers[name] for name in kept if name in request.headers}
        fields = [
            (name, value)
            for name, value in parse_qsl(sent.decode())
            if not name.startswith(("allowed_payment_method_types", "use_stripe_sdk"))
        ]
        is_form = "form" in headers.get("Content-Type", "")
        data = urlencode(fields) if is_form else sent
        async with (
            aiohttp.ClientSession() as http,
            http.request(
                request.method, self.upstream + request.path_qs, data=data, headers=headers
            ) as answer,
        ):
            return answer.status, await answer.read()


def _is_in(what: str, beginnings: set[str]) -> bool:
    return any(what.startswith(beginning) for beginning in beginnings)


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()  # type: ignore[attr-defined]
    return web.Response()


def _card(number: str) -> dict[str, str]:
    return {
        "type": "card",
        "card[number]": number,
        "card[exp_month]": "12",
        "card[exp_year]": "2040",
        "card[cvc]": "123",
    }


@cache
def _localstripe() -> str:
    """Start localstripe, once for all tests of a process; return its URL."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", _START, str(port)])
    atexit.register(process.kill)
    return f"http://127.0.0.1:{port}"


@asynccontextmanager
async def open_stripe() -> AsyncIterator[Edge]:
    """Stripe on loopback, without anything in it."""
    upstream = _localstripe()
    await eventually(lambda: _answers(upstream), within=20)
    edge = Edge(upstream)
    await edge.call("DELETE", "/_config/data")
    async with TestServer(edge.app()) as server:
        edge.url = f"http://127.0.0.1:{server.port}"
        yield edge


async def _answers(url: str) -> bool:
    try:
        async with aiohttp.ClientSession() as http, http.get(f"{url}/js.stripe.com/v3/") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
