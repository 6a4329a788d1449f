"""Money that arrived for a sale that cannot be saved comes to an end: sold, or given back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from liveshow.domain.checkout.commands import SettlePayment
from liveshow.domain.show.commands import Envelope
from liveshow.errors import LiveshowError, Unavailable
from liveshow.payments.records import PaymentRecord
from liveshow.payments.settling import GIVE_BACK_TRIES, SETTLE_TRIES
from liveshow.payments.simulated import SUCCEEDS
from liveshow.store.tables.listings import VariantRow
from tests.payments.world import ANA, BEN, HOLD_SECONDS, SHOW, Piece, Server, World, card


async def spoil(world: World, piece: Piece, held: int = 0) -> None:
    """Make the row say that nothing is held: what ends the hold cannot be written."""
    row = update(VariantRow).where(col(VariantRow.id) == piece.variant)
    await world.execute(row.values(held=held))


async def looked_at(world: World, server: Server, payment: PaymentRecord, looks: int) -> str:
    """Reconcile every half minute; return the status after at most ``looks``."""
    status = payment.status
    for _ in range(looks):
        world.clock.advance(30)
        await server.payments.reconcile(thorough=True)
        row = await server.payment_rows.get(payment.id)
        assert row is not None
        status = row.status
        if status in ("succeeded", "refunded"):
            break
    return status


class Tries:
    """Counts what is asked of the rooms, and lets some of it fail."""

    def __init__(self, server: Server, *, refuse: bool = False) -> None:
        self.asked: list[SettlePayment] = []
        self._submit, self._refuse = server.rooms.submit, refuse
        server.rooms.submit = self.submit  # type: ignore[method-assign]

    async def submit(self, show_id: str, envelope: Envelope) -> Any:
        if isinstance(envelope.command, SettlePayment):
            self.asked.append(envelope.command)
            if self._refuse:
                raise Unavailable(message="That could not be saved. Try again.")
        return await self._submit(show_id, envelope)


async def test_a_sale_that_cannot_be_saved_is_given_back_after_so_many_tries(
    world: World, server: Server
) -> None:
    """faults.md 3: charged, and `processing` for ever."""
    piece = await world.piece()
    await server.claim(ANA, piece)
    payment = await server.checkout()
    await spoil(world, piece)
    tries = Tries(server)
    paid = await server.payments.confirm(payment.id, ANA.id, card(SUCCEEDS))
    assert paid.status == "processing"
    assert await looked_at(world, server, payment, 30) == "refunded"
    assert [command.give_back for command in tries.asked] == [False] * SETTLE_TRIES + [True]
    told = await server.payments.get(payment.id, ANA.id)
    assert told.error is not None
    assert told.error.code == "not_saved"
    assert await world.received() == 0
    await world.assert_books_balance()


async def test_a_sale_that_can_be_saved_after_all_is_not_given_back(
    world: World, server: Server
) -> None:
    """faults.md 3: the row is mended in between."""
    piece = await world.piece()
    await server.claim(ANA, piece)
    payment = await server.checkout()
    await spoil(world, piece)
    await server.payments.confirm(payment.id, ANA.id, card(SUCCEEDS))
    assert await looked_at(world, server, payment, 2) == "processing"
    await spoil(world, piece, held=1)
    assert await looked_at(world, server, payment, 6) == "succeeded"
    assert await world.stock(piece) == (0, 1)
    assert await world.received() == payment.amount
    await world.assert_books_balance()


async def test_a_buyer_who_asks_again_and_again_brings_no_end_nearer(
    world: World, server: Server
) -> None:
    """faults.md 3: tries are counted by time, so that no haste gives a sale back."""
    piece = await world.piece()
    await server.claim(ANA, piece)
    payment = await server.checkout()
    await spoil(world, piece)
    await server.payments.confirm(payment.id, ANA.id, card(SUCCEEDS))
    tries = Tries(server)
    for _ in range(50):
        assert (await server.payments.get(payment.id, ANA.id)).status == "processing"
    assert tries.asked == []


async def test_a_payment_ends_although_its_room_never_answers(world: World, server: Server) -> None:
    """faults.md 3: other buyers of the show are not disturbed."""
    piece, other = await world.piece(), await world.piece()
    await server.claim(ANA, piece)
    payment = await server.checkout()
    tries = Tries(server, refuse=True)
    await server.payments.confirm(payment.id, ANA.id, card(SUCCEEDS))
    assert await looked_at(world, server, payment, 30) == "refunded"
    assert len(tries.asked) == SETTLE_TRIES + GIVE_BACK_TRIES
    assert await world.received() == 0
    assert (await server.payments.get(payment.id, ANA.id)).error is not None
    # The room takes up what the row says.
    with pytest.raises(LiveshowError):
        await server.tick()
    world.clock.advance(HOLD_SECONDS)
    await server.tick()
    assert await world.stock(piece) == (0, 0)
    await server.claim(BEN, other)
    assert (await server.checkout(BEN, show=SHOW)).status == "open"
    await world.assert_books_balance()
