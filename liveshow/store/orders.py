"""Orders in SQL.

``refunding`` is a status of the rows only: the decision to refund stands and is in the ledger, the
provider has not confirmed yet. To people it is ``refunded``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from liveshow.domain.checkout.events import PaymentSettled
from liveshow.domain.checkout.parcels import CartLine
from liveshow.domain.values import Address
from liveshow.payments.ledger import Money
from liveshow.payments.orders import unknown_order
from liveshow.payments.records import (
    KeptLine,
    LedgerEntry,
    LockedOrder,
    OrderEdit,
    OrderRecord,
    OrderShow,
    OrderStep,
    PendingRefund,
    Side,
)
from liveshow.store.database import Database
from liveshow.store.ledger import ledger_of, ledger_row, money_in, sale_of
from liveshow.store.rows import Cursor, Read, insert_rows, newer, older, person, person_columns
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.orders import LedgerRow, OrderRow
from liveshow.store.tables.payments import PaymentRow
from liveshow.store.tables.shows import ShowRow

_Buyer = aliased(UserRow, name="buyer")
_Owner = aliased(UserRow, name="owner")
_Host = aliased(UserRow, name="host")


# --- the room's transaction -------------------------------------------------------------------


def order_rows(
    event: PaymentSettled, show_id: str, host_id: str, at: int
) -> tuple[list[OrderRow], list[LedgerRow]]:
    """Return the orders of a settled payment and their ledger, as rows."""
    orders = [
        OrderRow(
            id=order.id,
            payment_id=event.payment,
            show_id=show_id,
            buyer_id=event.user.id,
            owner_id=order.owner,
            host_id=host_id,
            status="paid",
            currency=event.currency,
            items=order.parcel.items,
            shipping=order.parcel.shipping,
            total=order.parcel.total,
            support=order.parcel.support,
            lines=[_kept(line) for line in order.parcel.lines],
            address=msgspec.to_builtins(event.address),
            history=[msgspec.to_builtins(OrderStep("paid", at, event.user))],
            created_at=at,
        )
        for order in event.orders
    ]
    ledger = [
        ledger_row(order.id, show_id, "sale", at, line)
        for order in event.orders
        for line in order.ledger
    ]
    return orders, ledger


def _kept(line: CartLine) -> dict[str, Any]:
    names = KeptLine.__struct_fields__
    kept: dict[str, Any] = msgspec.to_builtins(KeptLine(*(getattr(line, name) for name in names)))
    return kept


# --- orders -----------------------------------------------------------------------------------


class OrderRepository:
    """Orders, their steps, and what they mean in money. Each call is a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, order_id: str) -> OrderRecord | None:
        found = await self._read(col(OrderRow.id) == order_id, limit=1)
        return found[0] if found else None

    async def page(
        self, side: Side, user_id: str, *, after: Cursor | None, limit: int
    ) -> list[OrderRecord]:
        """Return what one bought or sold, newest first, after ``(created_at, id)``."""
        column = OrderRow.buyer_id if side == "buyer" else OrderRow.owner_id
        condition: ColumnElement[bool] = col(column) == user_id
        if after is not None:
            condition &= older(OrderRow.created_at, OrderRow.id, after)
        return await self._read(condition, limit=limit)

    async def change(self, order_id: str, decide: Callable[[LockedOrder], OrderEdit]) -> None:
        """Lock an order and write what ``decide`` says, its ledger with it."""
        this = col(OrderRow.id) == order_id
        async with self._database.write() as connection:
            found = await connection.execute(select(OrderRow).where(this).with_for_update())
            row = found.first()
            if row is None:
                raise unknown_order()
            order = Read(row)
            edit = decide(
                LockedOrder(
                    status=order[OrderRow.status],
                    buyer_id=order[OrderRow.buyer_id],
                    owner_id=order[OrderRow.owner_id],
                    host_id=order[OrderRow.host_id],
                    sale=await sale_of(connection, order_id),
                )
            )
            said = {"carrier": edit.carrier, "tracking": edit.tracking, "reason": edit.reason}
            await connection.execute(
                update(OrderRow)
                .where(this)
                .values(
                    status=edit.status,
                    history=[*order[OrderRow.history], msgspec.to_builtins(edit.step)],
                    **{name: value for name, value in said.items() if value is not None},
                )
            )
            show_id = order[OrderRow.show_id]
            refund = [
                ledger_row(order_id, show_id, "refund", edit.at, line) for line in edit.refund
            ]
            await insert_rows(connection, *refund)

    async def pending_refunds(self, *, after: Cursor | None, limit: int) -> list[PendingRefund]:
        """Return refunds that the provider has to confirm, after ``(created_at, id)``."""
        at, id_ = col(OrderRow.created_at), col(OrderRow.id)
        columns = (id_, col(OrderRow.payment_id), col(OrderRow.total), at, col(PaymentRow.provider))
        statement = (
            select(*columns)
            .join(PaymentRow, col(PaymentRow.id) == col(OrderRow.payment_id))
            .where(col(OrderRow.status) == "refunding")
        )
        if after is not None:
            statement = statement.where(newer(OrderRow.created_at, OrderRow.id, after))
        async with self._database.read() as connection:
            rows = await connection.execute(statement.order_by(at, id_).limit(limit))
            return [PendingRefund(*row) for row in rows]

    async def confirm_refunded(self, order_id: str) -> None:
        """The provider has sent the money of this order back."""
        async with self._database.write() as connection:
            await connection.execute(
                update(OrderRow)
                .where(col(OrderRow.id) == order_id, col(OrderRow.status) == "refunding")
                .values(status="refunded")
            )

    async def money(self, show_id: str, user_id: str) -> Money | None:
        """Return what concerns somebody's money in a show, None when there is no such show."""
        async with self._database.read() as connection:
            return await money_in(connection, show_id, user_id)

    async def _read(self, condition: ColumnElement[bool], *, limit: int) -> list[OrderRecord]:
        columns: tuple[Any, ...] = (
            OrderRow,
            col(ShowRow.title),
            col(PaymentRow.provider),
            *person_columns(_Buyer),
            *person_columns(_Owner),
            *person_columns(_Host),
        )
        statement = (
            select(*columns)
            .join(ShowRow, col(ShowRow.id) == col(OrderRow.show_id))
            .join(PaymentRow, col(PaymentRow.id) == col(OrderRow.payment_id))
            .join(_Buyer, col(_Buyer.id) == col(OrderRow.buyer_id))
            .join(_Owner, col(_Owner.id) == col(OrderRow.owner_id))
            .join(_Host, col(_Host.id) == col(OrderRow.host_id))
            .where(condition)
            .order_by(col(OrderRow.created_at).desc(), col(OrderRow.id).desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = [Read(row) for row in await connection.execute(statement)]
            ledger = await ledger_of(connection, [row[OrderRow.id] for row in rows])
        return [_record(row, ledger.get(row[OrderRow.id], [])) for row in rows]


def _record(row: Read, ledger: list[LedgerEntry]) -> OrderRecord:
    return OrderRecord(
        id=row[OrderRow.id],
        payment_id=row[OrderRow.payment_id],
        provider=row[PaymentRow.provider],
        show=OrderShow(row[OrderRow.show_id], row[ShowRow.title]),
        buyer=person(row, _Buyer),
        owner=person(row, _Owner),
        host=person(row, _Host),
        status=row[OrderRow.status],
        currency=row[OrderRow.currency],
        items=row[OrderRow.items],
        shipping=row[OrderRow.shipping],
        total=row[OrderRow.total],
        lines=msgspec.convert(row[OrderRow.lines], list[KeptLine]),
        address=msgspec.convert(row[OrderRow.address], Address),
        carrier=row[OrderRow.carrier],
        tracking=row[OrderRow.tracking],
        reason=row[OrderRow.reason],
        history=msgspec.convert(row[OrderRow.history], list[OrderStep]),
        created_at=row[OrderRow.created_at],
        ledger=ledger,
    )
