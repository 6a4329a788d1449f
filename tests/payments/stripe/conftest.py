"""``edge``: Stripe on loopback; ``till``: a show whose payments are taken with it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import stripe as stripe_library

from liveshow.domain.values import Person
from liveshow.payments.records import PaymentRecord
from liveshow.payments.stripe.api import StripeApi
from liveshow.payments.stripe.provider import StripeProvider
from liveshow.store.database import Database
from liveshow.store.stripe import StripeRepository
from tests.payments.stripe.edge import PUBLISHABLE_KEY, SECRET_KEY, Edge, open_stripe
from tests.payments.world import ANA, Piece, Server, World

WEBHOOK_SECRET = "whsec_of_the_tests"

# One that pays, one whose bank says no, one that wants a second step (localstripe's own list).
PAYS = "4242424242424242"
DECLINED = "4000000000000341"
WANTS_SECOND_STEP = "4000000000003220"


@dataclass
class Till:
    """Everything between a claim and the money at Stripe."""

    world: World
    edge: Edge
    provider: StripeProvider
    server: Server

    def restarted(self) -> Server:
        """Another process, after ``kill -9`` of this one."""
        self.provider = make_provider(self.world, self.edge)
        self.server = self.world.server(self.provider)
        return self.server

    async def checkout(self, buyer: Person = ANA, **terms: Any) -> tuple[PaymentRecord, str, Piece]:
        """Claim a piece and go to checkout; return the payment and its intent, too."""
        piece = await self.world.piece(**terms)
        await self.server.claim(buyer, piece)
        payment = await self.server.checkout(buyer)
        return payment, await self.intent(payment.id), piece

    async def intent(self, payment_id: str) -> str:
        kept = await StripeRepository(self.world.database).intent(payment_id)
        return kept.intent if kept else ""

    async def status(self, payment_id: str) -> str:
        payment = await self.server.payment_rows.get(payment_id)
        assert payment is not None
        return payment.status

    async def hook(self, type_: str, about: dict[str, Any], id_: str = "evt_1") -> None:
        """Take a webhook as Stripe sends it."""
        headers, body = signed(type_, about, self.world.clock() // 1000, id_)
        await self.server.webhooks.take("stripe", headers, body)


def signed(
    type_: str, about: dict[str, Any], at: int, id_: str = "evt_1", secret: str = WEBHOOK_SECRET
) -> tuple[dict[str, str], bytes]:
    """Headers and body of a webhook, signed by Stripe's own library; ``at`` in seconds."""
    event = {"id": id_, "object": "event", "type": type_, "data": {"object": about}}
    body = json.dumps(event, indent=2)
    header = stripe_library.WebhookSignature.generate_signature_header(body, secret, at)
    return {"Stripe-Signature": header}, body.encode()


def make_provider(world: World, edge: Edge) -> StripeProvider:
    return StripeProvider(
        StripeApi(SECRET_KEY, world.clock, edge.url),
        StripeRepository(world.database),
        world.clock,
        publishable_key=PUBLISHABLE_KEY,
        webhook_secret=WEBHOOK_SECRET,
        stand_in=edge.url,
    )


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    async with open_stripe() as edge:
        yield edge


async def _till(database: Database, edge: Edge) -> AsyncIterator[Till]:
    world = await World.build(database)
    provider = make_provider(world, edge)
    yield Till(world, edge, provider, world.server(provider))
    await world.close()
    for server in world.servers:
        await server.providers.close()


@pytest.fixture
async def till(sqlite_database: Database, edge: Edge) -> AsyncIterator[Till]:
    async for till in _till(sqlite_database, edge):
        yield till


@pytest.fixture
async def till_on_each(database: Database, edge: Edge) -> AsyncIterator[Till]:
    async for till in _till(database, edge):
        yield till
