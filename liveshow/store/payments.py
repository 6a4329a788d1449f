"""Payments in SQL: what the provider said since a room opened them.

Two parties write the table ``payments`` and never the same thing: the *room*, in its transaction
(``liveshow.store.room.checkout``), and the *payment service*, here: how far the provider is with a
payment that the room has not ended (``challenge``, ``processing``, ``error``), and that the
provider has confirmed what the room decided.

``liveshow.payments.records`` says which status is whose.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.checkout.events import PaymentError
from liveshow.domain.checkout.parcels import Parcel
from liveshow.domain.values import Address
from liveshow.payments.records import ENDING, OPEN, PaymentRecord
from liveshow.store.database import Database
from liveshow.store.rows import Cursor, Read, newer, older
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.orders import OrderRow
from liveshow.store.tables.payments import PaymentRow
from liveshow.store.tables.shows import ShowRow

_GIVEN_BACK = ("refunding", "refunded")
# No event of the room changes these any more.
_DECIDED = ("succeeded", *_GIVEN_BACK)


class PaymentRepository:
    """What the payment service reads and writes. Each call is a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, payment_id: str) -> PaymentRecord | None:
        """Return a payment as it is now."""
        found = await self._read(col(PaymentRow.id) == payment_id, limit=1)
        return found[0] if found else None

    async def for_buyer(self, payment_id: str, buyer_id: str) -> PaymentRecord | None:
        """Return a payment if it is this buyer's."""
        payment = await self.get(payment_id)
        return payment if payment and payment.buyer_id == buyer_id else None

    async def earlier(self, payment: PaymentRecord, limit: int) -> list[PaymentRecord]:
        """Return what the buyer wanted to pay in this show before, newest first."""
        return await self._read(
            (col(PaymentRow.show_id) == payment.show_id)
            & (col(PaymentRow.buyer_id) == payment.buyer_id)
            & older(PaymentRow.created_at, PaymentRow.id, (payment.created_at, payment.id)),
            limit=limit,
            newest_first=True,
        )

    async def unfinished(
        self, statuses: Sequence[str], *, after: Cursor | None, limit: int
    ) -> list[PaymentRecord]:
        """Return payments in one of ``statuses``, oldest first, after ``(created_at, id)``."""
        condition: ColumnElement[bool] = col(PaymentRow.status).in_(statuses)
        if after is not None:
            condition &= newer(PaymentRow.created_at, PaymentRow.id, after)
        return await self._read(condition, limit=limit)

    async def note(self, payment_id: str, status: str, error: PaymentError | None) -> bool:
        """Note how far the provider is; return False when the room has ended the payment."""
        if status not in OPEN:
            raise ValueError(f"{status!r} is for the room to decide")
        return await self._move(
            payment_id, OPEN, {"status": status, "error": msgspec.to_builtins(error)}
        )

    async def confirm_ended(self, payment_id: str) -> None:
        """The provider says that no money will come any more."""
        ended = case((col(PaymentRow.status) == "expiring", "expired"), else_="cancelled")
        await self._move(payment_id, ENDING, {"status": ended})

    async def confirm_refunded(self, payment_id: str) -> None:
        """The provider has sent the money back."""
        await self._move(payment_id, ("refunding",), {"status": "refunded"})

    async def give_back(self, payment_id: str, error: PaymentError) -> bool:
        """Have a payment refunded that its room cannot end; return False when it has ended.

        The room, if there is one, is fenced out: what it knows of the payment is not true any more.
        """
        async with self._database.write() as connection:
            show = select(col(PaymentRow.show_id)).where(col(PaymentRow.id) == payment_id)
            await connection.execute(
                update(ShowRow)
                .where(col(ShowRow.id) == show.scalar_subquery())
                .values(epoch=col(ShowRow.epoch) + 1)
            )
            moved = await connection.execute(
                update(PaymentRow)
                .where(
                    col(PaymentRow.id) == payment_id, col(PaymentRow.status).in_((*OPEN, *ENDING))
                )
                .values(status="refunding", error=msgspec.to_builtins(error))
            )
            await connection.execute(
                update(ClaimRow)
                .where(col(ClaimRow.payment_id) == payment_id, col(ClaimRow.status) == "checkout")
                .values(status="held", payment_id=None)
            )
            return moved.rowcount > 0

    async def _move(self, payment_id: str, allowed: Sequence[str], values: dict[str, Any]) -> bool:
        async with self._database.write() as connection:
            result = await connection.execute(
                update(PaymentRow)
                .where(col(PaymentRow.id) == payment_id, col(PaymentRow.status).in_(allowed))
                .values(**values)
            )
            return result.rowcount > 0

    async def _read(
        self, condition: ColumnElement[bool], *, limit: int, newest_first: bool = False
    ) -> list[PaymentRecord]:
        # An interruption prolongs the holds, and with them the payment.
        holds_until = (
            select(func.min(col(ClaimRow.until)))
            .where(
                # The show only finds the index.
                col(ClaimRow.show_id) == col(PaymentRow.show_id),
                col(ClaimRow.status) == "checkout",
                col(ClaimRow.payment_id) == col(PaymentRow.id),
            )
            .correlate(PaymentRow)
            .scalar_subquery()
            .label("holds_until")
        )
        at, id_ = col(PaymentRow.created_at), col(PaymentRow.id)
        statement = (
            select(PaymentRow, holds_until)
            .where(condition)
            .order_by(*((at.desc(), id_.desc()) if newest_first else (at, id_)))
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = [Read(row) for row in await connection.execute(statement)]
            paid = [row[PaymentRow.id] for row in rows if row[PaymentRow.status] == "succeeded"]
            orders = await _orders_of(connection, paid)
        return [
            _record(row, row.of(holds_until), orders.get(row[PaymentRow.id], [])) for row in rows
        ]


async def _orders_of(
    connection: AsyncConnection, payment_ids: Sequence[str]
) -> dict[str, list[str]]:
    """Return the ids of the orders of payments, by payment."""
    if not payment_ids:
        return {}
    found = await connection.execute(
        select(col(OrderRow.payment_id), col(OrderRow.id))
        .where(col(OrderRow.payment_id).in_(payment_ids))
        .order_by(col(OrderRow.id))
    )
    orders: dict[str, list[str]] = {}
    for payment_id, order_id in found:
        orders.setdefault(payment_id, []).append(order_id)
    return orders


def _record(row: Read, holds_until: int | None, orders: list[str]) -> PaymentRecord:
    return PaymentRecord(
        id=row[PaymentRow.id],
        show_id=row[PaymentRow.show_id],
        buyer_id=row[PaymentRow.buyer_id],
        status=row[PaymentRow.status],
        amount=row[PaymentRow.amount],
        currency=row[PaymentRow.currency],
        address=msgspec.convert(row[PaymentRow.address], Address),
        parcels=msgspec.convert(row[PaymentRow.parcels], list[Parcel]),
        until=row[PaymentRow.until] if holds_until is None else holds_until,
        provider=row[PaymentRow.provider],
        error=msgspec.convert(row[PaymentRow.error], PaymentError | None),
        created_at=row[PaymentRow.created_at],
        orders=orders,
    )
