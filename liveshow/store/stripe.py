"""What is kept for Stripe in SQL. Implements ``liveshow.payments.ports.StripeStore``."""

from __future__ import annotations

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.checkout.events import PaymentError
from liveshow.payments.ports import KeptIntent
from liveshow.store.database import Database
from liveshow.store.rows import Read, insert_unless_there
from liveshow.store.tables.stripe import StripeIntentRow


class StripeRepository:
    """Each call is a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def intent(self, payment_id: str) -> KeptIntent | None:
        async with self._database.read() as connection:
            return await _intent(connection, payment_id)

    async def keep(self, kept: KeptIntent) -> KeptIntent:
        row = StripeIntentRow(
            payment_id=kept.payment_id,
            intent=kept.intent or None,
            refused=msgspec.to_builtins(kept.refused),
        )
        async with self._database.write() as connection:
            await insert_unless_there(connection, row)
            found = await _intent(connection, kept.payment_id)
        assert found is not None
        return found

    async def payment_of(self, intent: str) -> str | None:
        async with self._database.read() as connection:
            found = await connection.execute(
                select(col(StripeIntentRow.payment_id)).where(col(StripeIntentRow.intent) == intent)
            )
            return found.scalar_one_or_none()


async def _intent(connection: AsyncConnection, payment_id: str) -> KeptIntent | None:
    found = await connection.execute(
        select(StripeIntentRow).where(col(StripeIntentRow.payment_id) == payment_id)
    )
    row = found.first()
    if row is None:
        return None
    read = Read(row)
    return KeptIntent(
        read[StripeIntentRow.payment_id],
        read[StripeIntentRow.intent] or "",
        msgspec.convert(read[StripeIntentRow.refused], PaymentError | None),
    )
