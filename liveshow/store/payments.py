"""Payments in SQL: what a room's log says of them, and what the provider said since.

Two parties write the table ``payments`` and never the same thing:

- the *room*, in its transaction, through :func:`project`: a payment opens, settles, closes;
- the *payment service*, through :class:`PaymentRepository`: how far the provider is with a
  payment that the room has not ended (``challenge``, ``processing``, ``error``), and that the
  provider has confirmed what the room decided.

``liveshow.payments.records`` says which status is whose.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.events import Event
from liveshow.domain.facts import PaymentFacts
from liveshow.domain.state import Person
from liveshow.payments.records import DECIDED_AS, ENDING, OPEN, PaymentRecord, claims_of
from liveshow.store.database import Database
from liveshow.store.orders import add_orders
from liveshow.store.rows import Cursor, Read, insert_rows, newer, older, person, person_columns
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.orders import OrderRow
from liveshow.store.tables.payments import PaymentRow
from liveshow.store.tables.shows import ShowRow

Json = dict[str, Any]

_GIVEN_BACK = ("refunding", "refunded")
# No event of the room changes these any more.
_DECIDED = ("succeeded", *_GIVEN_BACK)


# --- the room's transaction -------------------------------------------------------------------


async def project(connection: AsyncConnection, show_id: str, host_id: str, event: Event) -> None:
    """Write what a payment's event means into the rows; other types are not for us."""
    if projector := _PROJECTORS.get(event.type):
        await projector(connection, show_id, host_id, event)


async def _opened(connection: AsyncConnection, show_id: str, _host: str, event: Event) -> None:
    data = event.data
    await insert_rows(
        connection,
        PaymentRow(
            id=data["payment"],
            show_id=show_id,
            buyer_id=data["user"]["id"],
            status="open",
            amount=data["amount"],
            currency=data["currency"],
            address=data["address"],
            parcels=data["parcels"],
            until=data["until"],
            provider=data["provider"],
            created_at=event.at,
        ),
    )


async def _closed(connection: AsyncConnection, _show: str, _host: str, event: Event) -> None:
    status = event.data["status"]
    values: Json = {
        "status": DECIDED_AS.get(status, status),
        "error": event.data["error"],
    }
    if status == "expired":
        # What went wrong last is why it expired.
        del values["error"]
    await connection.execute(
        update(PaymentRow)
        # What was sold stays sold: its money goes back with its orders only. What goes back to
        # the buyer goes back.
        .where(col(PaymentRow.id) == event.data["payment"], col(PaymentRow.status).not_in(_DECIDED))
        .values(**values)
    )


async def _settled(connection: AsyncConnection, show_id: str, host_id: str, event: Event) -> None:
    sold = await connection.execute(
        update(PaymentRow)
        .where(
            col(PaymentRow.id) == event.data["payment"], col(PaymentRow.status).not_in(_GIVEN_BACK)
        )
        .values(status="succeeded", error=None)
    )
    if sold.rowcount != 1:
        raise ValueError("nothing is sold for a payment that was given back")
    await add_orders(connection, show_id, host_id, event)


async def _set(connection: AsyncConnection, payment_id: str, values: Json) -> None:
    await connection.execute(
        update(PaymentRow).where(col(PaymentRow.id) == payment_id).values(**values)
    )


_Projector = Callable[[AsyncConnection, str, str, Event], Coroutine[Any, Any, None]]
_PROJECTORS: dict[str, _Projector] = {
    "payment.opened": _opened,
    "payment.closed": _closed,
    "payment.settled": _settled,
}


async def payment_facts(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, PaymentFacts]:
    """Return what a room needs to know of these payments, by id; unknown ids are left out."""
    if not ids:
        return {}
    found = await connection.execute(
        select(PaymentRow, *person_columns(UserRow))
        .join(UserRow, col(UserRow.id) == col(PaymentRow.buyer_id))
        .where(col(PaymentRow.id).in_(ids))
    )
    facts = [_facts(Read(row)) for row in found]
    return {payment.id: payment for payment in facts}


def _facts(row: Read) -> PaymentFacts:
    return PaymentFacts(
        id=row[PaymentRow.id],
        buyer=Person(**person(row, UserRow)),
        status=row[PaymentRow.status],
        claims=claims_of(row[PaymentRow.parcels]),
        amount=row[PaymentRow.amount],
        parcels=row[PaymentRow.parcels],
        address=row[PaymentRow.address],
    )


async def sold_claims(connection: AsyncConnection, facts: Iterable[PaymentFacts]) -> set[str]:
    """Return the claims of these payments that have been paid already, by whatever payment."""
    ids = {claim for payment in facts for claim in payment.claims}
    if not ids:
        return set()
    found = await connection.execute(
        select(col(ClaimRow.id)).where(col(ClaimRow.id).in_(ids), col(ClaimRow.status) == "paid")
    )
    return set(found.scalars())


# --- the payment service ----------------------------------------------------------------------


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

    async def note(self, payment_id: str, status: str, error: Json | None) -> bool:
        """Note how far the provider is; return False when the room has ended the payment."""
        if status not in OPEN:
            raise ValueError(f"{status!r} is for the room to decide")
        return await self._move(payment_id, OPEN, {"status": status, "error": error})

    async def confirm_ended(self, payment_id: str) -> None:
        """The provider says that no money will come any more."""
        ended = case((col(PaymentRow.status) == "expiring", "expired"), else_="cancelled")
        await self._move(payment_id, ENDING, {"status": ended})

    async def confirm_refunded(self, payment_id: str) -> None:
        """The provider has sent the money back."""
        await self._move(payment_id, ("refunding",), {"status": "refunded"})

    async def give_back(self, payment_id: str, error: Json) -> bool:
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
                .values(status="refunding", error=error)
            )
            await connection.execute(
                update(ClaimRow)
                .where(col(ClaimRow.payment_id) == payment_id, col(ClaimRow.status) == "checkout")
                .values(status="held", payment_id=None)
            )
            return moved.rowcount > 0

    async def _move(self, payment_id: str, allowed: Sequence[str], values: Json) -> bool:
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
        address=row[PaymentRow.address],
        parcels=row[PaymentRow.parcels],
        until=row[PaymentRow.until] if holds_until is None else holds_until,
        provider=row[PaymentRow.provider],
        error=row[PaymentRow.error],
        created_at=row[PaymentRow.created_at],
        orders=orders,
    )
