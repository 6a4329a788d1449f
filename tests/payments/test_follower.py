"""A payment that its show has closed is ended at its provider, whatever becomes of the process."""

from __future__ import annotations

from liveshow.payments.follower import ClosedPayments
from liveshow.rooms.followers import Followers
from liveshow.store.followers import FollowerRepository
from liveshow.store.tables.followers import FollowerCursorRow
from tests.payments.world import ANA, HOLD_SECONDS, SHOW, Server, World
from tests.support import eventually, rows_of


def following(world: World, server: Server) -> Followers:
    closed = ClosedPayments(server.payments)
    return Followers(FollowerRepository(world.database), [closed], world.clock)


async def status_of(server: Server, payment_id: str) -> str:
    payment = await server.payment_rows.get(payment_id)
    assert payment is not None
    return payment.status


async def expired(world: World, server: Server) -> str:
    """Go to checkout, and let the hold run out; return the payment that nobody has ended yet."""
    await server.claim(ANA, await world.piece())
    payment = await server.checkout()
    world.clock.advance(HOLD_SECONDS + 1)
    await server.tick()
    assert await status_of(server, payment.id) == "expiring"
    return payment.id


async def test_a_closed_payment_is_ended_by_the_next_process(world: World, server: Server) -> None:
    payment = await expired(world, server)
    fresh = world.server()
    followers = following(world, fresh)
    followers.start()

    async def ended() -> bool:
        return await status_of(fresh, payment) == "expired"

    await eventually(ended)
    await followers.stop()
    assert "cancel" in fresh.line.asked
    await world.assert_books_balance()


async def test_a_closed_payment_that_comes_again_is_left_alone(
    world: World, server: Server
) -> None:
    payment = await expired(world, server)
    for _ in range(2):
        await server.payments.end(payment)
    assert server.line.asked.count("cancel") == 1
    assert await status_of(server, payment) == "expired"


async def test_a_provider_that_is_down_does_not_hold_the_log_up(
    world: World, server: Server
) -> None:
    """It is the reconciler's to ask it again."""
    payment = await expired(world, server)
    server.line.cut.add("cancel")
    followers = following(world, server)
    followers.start()

    async def caught_up() -> bool:
        rows = await rows_of(world.database, FollowerCursorRow)
        return any(row.show_id == SHOW for row in rows)

    await eventually(caught_up)
    await followers.stop()
    assert await status_of(server, payment) == "expiring"
    server.line.cut.clear()
    await server.payments.reconcile(thorough=False)
    assert await status_of(server, payment) == "expired"
