"""The routes of checkout and orders behind a real socket, on a ``World``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from liveshow.accounts.identity import Gate, Identity
from liveshow.budgets import Limits
from liveshow.catalog.coupons import Coupons
from liveshow.domain.checkout.parcels import CartView, Tried, cart
from liveshow.domain.values import Person
from liveshow.errors import Unauthenticated
from liveshow.http.api import PACES, add_endpoints
from liveshow.http.cards import CardResource
from liveshow.http.cases import CaseResource
from liveshow.http.checkout import CheckoutResource
from liveshow.http.coupons import CouponDesk, CouponResource
from liveshow.http.exports import ExportResource
from liveshow.http.identity import GATE, TRUSTED_PROXIES
from liveshow.http.labels import LabelResource
from liveshow.http.openapi import add_openapi
from liveshow.http.orders import OrderResource
from liveshow.http.problems import problems_middleware
from liveshow.http.sales import SalesResource
from liveshow.http.visible import Visible
from liveshow.pace import Paces
from liveshow.payments.labels import Fonts
from liveshow.store.accounts import AccountRepository
from liveshow.store.coupons import CouponRepository
from liveshow.store.sales import SalesRepository
from tests.payments.world import EVERYBODY, SHOW, Server, World


class Tokens:
    """Everybody's token is their id."""

    async def authenticate(self, token: str) -> Identity:
        for who in EVERYBODY:
            if who.id == token:
                return Identity(who.id, who.handle, who.name, "token", 2**52)
        raise Unauthenticated()


@dataclass
class Answer:
    status: int
    body: Any

    @property
    def code(self) -> str:
        return str(self.body["code"])


@dataclass
class Api:
    world: World
    server: Server
    client: TestClient[Any, Any]

    async def send(self, method: str, path: str, by: Person | None, body: Any = None) -> Answer:
        headers = {"Authorization": f"Bearer {by.id}"} if by else {}
        async with self.client.request(method, path, json=body, headers=headers) as response:
            return Answer(response.status, await response.json(content_type=None))

    async def get(self, path: str, by: Person | None) -> Answer:
        return await self.send("GET", path, by)

    async def post(self, path: str, by: Person | None, body: Any = None) -> Answer:
        return await self.send("POST", path, by, body)


@asynccontextmanager
async def serve(world: World, server: Server | None = None) -> AsyncIterator[Api]:
    server = server or world.server()

    async def carts_of(user_id: str, tried: Tried = None) -> list[CartView]:
        room = await server.rooms.get(SHOW)
        own = cart(room.state, user_id, server.rules, tried)
        return [own] if own else []

    app = web.Application(middlewares=[problems_middleware()])
    app[GATE] = Gate(Tokens())
    app[TRUSTED_PROXIES] = 0
    limits = Limits(write_limit="100000/second")
    app[PACES] = Paces(limits, server.world.clock)
    coupons = Coupons(CouponRepository(world.database), limits, world.clock)
    resource = CheckoutResource(
        server.payments,
        server.webhooks,
        server.providers,
        carts_of,
        CouponDesk(coupons, app[PACES]),
        server.world.clock,
    )
    add_endpoints(app, CouponResource(coupons).endpoints())
    add_endpoints(app, resource.endpoints())
    add_endpoints(app, CardResource(server.cards).endpoints())
    add_endpoints(app, OrderResource(server.orders).endpoints())
    visible = Visible(server.rooms, server.world.clock)
    sales = SalesRepository(world.database)
    add_endpoints(app, SalesResource(sales, visible).endpoints())
    add_endpoints(app, ExportResource(server.orders, sales, visible).endpoints())
    add_endpoints(app, CaseResource(server.cases, server.orders).endpoints())
    accounts = AccountRepository(world.database)
    add_endpoints(app, LabelResource(server.orders, accounts.by_id, Fonts([])).endpoints())
    add_openapi(app)
    async with TestClient(TestServer(app), cookie_jar=aiohttp.DummyCookieJar()) as client:
        yield Api(world, server, client)
