"""Chargebacks in SQL. Implements ``liveshow.payments.ports.ChargebackStore``."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from liveshow.store.database import Database
from liveshow.store.tables.chargebacks import ChargebackRow
from liveshow.store.tables.orders import OrderRow
from liveshow.store.tables.payments import PaymentRow


class ChargebackRepository:
    """Each call is a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def undecided(self, limit: int) -> list[tuple[str, str]]:
        statement = (
            select(col(ChargebackRow.id), col(PaymentRow.provider))
            .join(OrderRow, col(OrderRow.id) == col(ChargebackRow.order_id))
            .join(PaymentRow, col(PaymentRow.id) == col(OrderRow.payment_id))
            .where(col(ChargebackRow.status) == "open")
            .distinct()
            .order_by(col(ChargebackRow.id))
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [(row[0], row[1]) for row in await connection.execute(statement)]
