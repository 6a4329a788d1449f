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

from sqlalchemy import ColumnElement, Row, Select, case, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from liveshow.domain.events import Event
from liveshow.domain.facts import PaymentFacts
from liveshow.domain.state import Person
from liveshow.payments.records import DECIDED_AS, ENDING, OPEN, PaymentRecord, claims_of
from liveshow.store.database import Database
from liveshow.store.orders import add_orders
from liveshow.store.tables import metadata

Json = dict[str, Any]

_payments = metadata.tables["payments"]
_orders = metadata.tables["orders"]
_claims = metadata.tables["claims"]
_users = metadata.tables["users"]


# --- the room's transaction -------------------------------------------------------------------


async def project(connection: AsyncConnection, show_id: str, host_id: str, event: Event) -> None:
    """Write what a payment's event means into the rows; other types are not for us."""
    if projector := _PROJECTORS.get(event.type):
        await projector(connection, show_id, host_id, event)


async def _opened(connection: AsyncConnection, show_id: str, _host: str, event: Event) -> None:
    data = event.data
    await connection.execute(
        insert(_payments).values(
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
            error=None,
            created_at=event.at,
        )
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
        update(_payments)
        # What was sold stays sold: its money goes back with its orders only.
        .where(_payments.c.id == event.data["payment"], _payments.c.status != "succeeded")
        .values(**values)
    )


async def _settled(connection: AsyncConnection, show_id: str, host_id: str, event: Event) -> None:
    await _set(connection, event.data["payment"], {"status": "succeeded", "error": None})
    await add_orders(connection, show_id, host_id, event)


async def _set(connection: AsyncConnection, payment_id: str, values: Json) -> None:
    await connection.execute(update(_payments).where(_payments.c.id == payment_id).values(**values))


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
    rows = await connection.execute(_with_buyer().where(_payments.c.id.in_(ids)))
    return {
        row.id: PaymentFacts(
            id=row.id,
            buyer=Person(row.buyer_id, row.handle, row.name),
            status=row.status,
            claims=claims_of(row.parcels),
            amount=row.amount,
            parcels=row.parcels,
            address=row.address,
        )
        for row in rows
    }


async def sold_claims(connection: AsyncConnection, facts: Iterable[PaymentFacts]) -> set[str]:
    """Return the claims of these payments that have been paid already, by whatever payment."""
    ids = {claim for payment in facts for claim in payment.claims}
    if not ids:
        return set()
    found = await connection.execute(
        select(_claims.c.id).where(_claims.c.id.in_(ids), _claims.c.status == "paid")
    )
    return set(found.scalars())


def _with_buyer() -> Select[Any]:
    return select(_payments, _users.c.handle, _users.c.name).join(
        _users, _users.c.id == _payments.c.buyer_id
    )


# --- the payment service ----------------------------------------------------------------------


class PaymentRepository:
    """What the payment service reads and writes. Each call is a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, payment_id: str) -> PaymentRecord | None:
        """Return a payment as it is now."""
        found = await self._read(_payments.c.id == payment_id, limit=1)
        return found[0] if found else None

    async def for_buyer(self, payment_id: str, buyer_id: str) -> PaymentRecord | None:
        """Return a payment if it is this buyer's."""
        payment = await self.get(payment_id)
        return payment if payment and payment.buyer_id == buyer_id else None

    async def earlier(self, payment: PaymentRecord, limit: int) -> list[PaymentRecord]:
        """Return what the buyer wanted to pay in this show before, newest first."""
        this = tuple_(payment.created_at, payment.id)
        return await self._read(
            (_payments.c.show_id == payment.show_id)
            & (_payments.c.buyer_id == payment.buyer_id)
            & (tuple_(_payments.c.created_at, _payments.c.id) < this),
            limit=limit,
            newest_first=True,
        )

    async def unfinished(
        self, statuses: Sequence[str], *, after: tuple[int, str] | None, limit: int
    ) -> list[PaymentRecord]:
        """Return payments in one of ``statuses``, oldest first, after ``(created_at, id)``."""
        condition: ColumnElement[bool] = _payments.c.status.in_(statuses)
        if after is not None:
            condition &= tuple_(_payments.c.created_at, _payments.c.id) > tuple_(*after)
        return await self._read(condition, limit=limit)

    async def note(self, payment_id: str, status: str, error: Json | None) -> bool:
        """Note how far the provider is; return False when the room has ended the payment."""
        if status not in OPEN:
            raise ValueError(f"{status!r} is for the room to decide")
        return await self._move(payment_id, OPEN, {"status": status, "error": error})

    async def confirm_ended(self, payment_id: str) -> None:
        """The provider says that no money will come any more."""
        ended = case((_payments.c.status == "expiring", "expired"), else_="cancelled")
        await self._move(payment_id, ENDING, {"status": ended})

    async def confirm_refunded(self, payment_id: str) -> None:
        """The provider has sent the money back."""
        await self._move(payment_id, ("refunding",), {"status": "refunded"})

    async def _move(self, payment_id: str, allowed: Sequence[str], values: Json) -> bool:
        async with self._database.write() as connection:
            result = await connection.execute(
                update(_payments)
                .where(_payments.c.id == payment_id, _payments.c.status.in_(allowed))
                .values(**values)
            )
            return result.rowcount > 0

    async def _read(
        self, condition: ColumnElement[bool], *, limit: int, newest_first: bool = False
    ) -> list[PaymentRecord]:
        # An interruption prolongs the holds, and with them the payment.
        holds_until = (
            select(func.min(_claims.c.until))
            .where(
                # The show only finds the index.
                _claims.c.show_id == _payments.c.show_id,
                _claims.c.status == "checkout",
                _claims.c.payment_id == _payments.c.id,
            )
            .correlate(_payments)
            .scalar_subquery()
        )
        order: list[ColumnElement[Any]] = [_payments.c.created_at, _payments.c.id]
        if newest_first:
            order = [column.desc() for column in order]
        statement = (
            select(_payments, holds_until.label("holds_until"))
            .where(condition)
            .order_by(*order)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
            paid = [row.id for row in rows if row.status == "succeeded"]
            orders: dict[str, list[str]] = {}
            if paid:
                found = await connection.execute(
                    select(_orders.c.payment_id, _orders.c.id)
                    .where(_orders.c.payment_id.in_(paid))
                    .order_by(_orders.c.id)
                )
                for payment_id, order_id in found:
                    orders.setdefault(payment_id, []).append(order_id)
        return [_record(row, orders.get(row.id, [])) for row in rows]


def _record(row: Row[Any], orders: list[str]) -> PaymentRecord:
    values = row._mapping
    columns = {column.name: values[column] for column in _payments.c}
    if values["holds_until"] is not None:
        columns["until"] = values["holds_until"]
    return PaymentRecord(**columns, orders=orders)
