"""The background task looks at the start, when woken, and from time to time."""

from __future__ import annotations

from typing import Any

import pytest

from liveshow.ids import new_id
from liveshow.payments.reconciler import Reconciler
from liveshow.payments.simulated import ANSWERS_LATE, SUCCEEDS
from tests.payments.world import ANA, HOLD_SECONDS, SELLER, Server, World, card
from tests.support import eventually

# Longer than any test: what happens, happens because somebody was woken.
NEVER = 3_600.0


async def status_of(server: Server, payment_id: str) -> str:
    payment = await server.payment_rows.get(payment_id)
    assert payment is not None
    return payment.status


async def test_the_first_look_finds_what_a_crash_left(world: World, server: Server) -> None:
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    await server.provider.confirm(payment.id, card(SUCCEEDS))

    fresh = world.server()
    reconciler = Reconciler(fresh.payments, fresh.orders, busy_seconds=NEVER, idle_seconds=NEVER)
    reconciler.start()
    reconciler.start()

    async def settled() -> bool:
        return await status_of(fresh, payment.id) == "succeeded"

    await eventually(settled)
    await reconciler.stop()
    await reconciler.stop()
    await world.assert_books_balance()


async def test_a_wake_up_is_enough_to_end_what_expired(world: World, server: Server) -> None:
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    reconciler = Reconciler(server.payments, server.orders, busy_seconds=NEVER, idle_seconds=NEVER)
    reconciler.start()
    await eventually(lambda: "status" in server.line.asked)

    world.clock.advance(HOLD_SECONDS + 1)
    await server.tick()
    assert await status_of(server, payment.id) == "expiring"
    server.payments.wake()

    async def expired() -> bool:
        return await status_of(server, payment.id) == "expired"

    await eventually(expired)
    await reconciler.stop()


async def test_a_slow_bank_is_asked_again_without_anybody_calling(
    world: World, server: Server
) -> None:
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    reconciler = Reconciler(server.payments, server.orders, busy_seconds=0.01, idle_seconds=NEVER)
    reconciler.start()
    await eventually(lambda: "status" in server.line.asked)
    await server.payments.confirm(payment.id, ANA.id, card(ANSWERS_LATE))
    world.clock.advance(3)

    async def settled() -> bool:
        return await status_of(server, payment.id) == "succeeded"

    await eventually(settled)
    await reconciler.stop()


async def test_the_task_survives_a_database_that_is_away(
    world: World, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = (await server.bought(ANA, await world.piece(owner=SELLER), number=SUCCEEDS)).orders[0]
    server.line.cut = {"refund"}
    await server.orders.refund(order, SELLER, new_id(), "sorry")
    server.line.cut = set()

    looks = 0
    reconcile = server.payments.reconcile

    async def away(**options: Any) -> int:
        nonlocal looks
        looks += 1
        if looks < 3:
            raise ConnectionError("the database is away")
        return await reconcile(**options)

    monkeypatch.setattr(server.payments, "reconcile", away)
    reconciler = Reconciler(server.payments, server.orders, busy_seconds=0.01, idle_seconds=0.01)
    reconciler.start()

    async def refunded() -> bool:
        return all(each.sent for each in (await server.orders.get(order, ANA.id)).refunds)

    await eventually(refunded)
    assert looks >= 3
    await reconciler.stop()
    await world.assert_books_balance()
