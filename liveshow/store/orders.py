"""Orders in SQL. What takes them back is written by ``liveshow.store.room.orders``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased
from sqlmodel import col

from liveshow.domain.checkout.events import PaymentSettled
from liveshow.domain.checkout.parcels import CartLine
from liveshow.domain.checkout.reductions import Reduction
from liveshow.domain.values import Address
from liveshow.payments.ledger import Money
from liveshow.payments.orders import unknown_order
from liveshow.payments.records import (
    KeptLine,
    LedgerEntry,
    LockedOrder,
    OrderEdit,
    OrderRecord,
    OrderRefund,
    OrderShow,
    OrderStep,
    PendingRefund,
    Side,
)
from liveshow.store.database import Database
from liveshow.store.ledger import ledger_of, ledger_row, money_in
from liveshow.store.rows import Cursor, Read, newer, older, person, person_columns
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.claims import OfferRow
from liveshow.store.tables.orders import LedgerRow, OrderRow, RefundRow
from liveshow.store.tables.payments import PaymentRow
from liveshow.store.tables.shows import ShowRow

_Buyer = aliased(UserRow, name="buyer")
_Owner = aliased(UserRow, name="owner")
_Host = aliased(UserRow, name="host")
_By = aliased(UserRow, name="by")
_PROVIDER = col(PaymentRow.provider)


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
            reductions=msgspec.to_builtins(order.parcel.reductions),
            lines=[kept_line(line) for line in order.parcel.lines],
            address=msgspec.to_builtins(event.address),
            history=[msgspec.to_builtins(OrderStep("paid", at, event.user))],
            changed_at=at,
            changed_by=event.user.id,
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


def kept_line(line: CartLine) -> dict[str, Any]:
    """Return a line as its order keeps it."""
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

    async def change(
        self, order_id: str, decide: Callable[[LockedOrder], OrderEdit]
    ) -> LockedOrder:
        """Lock an order, write what ``decide`` says, and return it as it was."""
        this = col(OrderRow.id) == order_id
        async with self._database.write() as connection:
            found = await connection.execute(select(OrderRow).where(this).with_for_update())
            row = found.first()
            if row is None:
                raise unknown_order()
            order = Read(row)
            locked = LockedOrder(
                status=order[OrderRow.status],
                buyer_id=order[OrderRow.buyer_id],
                owner_id=order[OrderRow.owner_id],
                host_id=order[OrderRow.host_id],
            )
            edit = decide(locked)
            said = {}
            if edit.dispute_reason is not None:
                said["dispute_reason"] = edit.dispute_reason
            await connection.execute(
                update(OrderRow)
                .where(this)
                .values(
                    status=edit.status,
                    history=[*order[OrderRow.history], msgspec.to_builtins(edit.step)],
                    changed_at=edit.at,
                    changed_by=edit.by.id,
                    **said,
                )
            )
        return locked

    async def pending_refunds(self, *, after: Cursor | None, limit: int) -> list[PendingRefund]:
        """Return refunds that the provider has to confirm, after ``(created_at, id)``."""
        at, id_ = col(RefundRow.created_at), col(RefundRow.id)
        statement = (
            select(id_, col(OrderRow.payment_id), col(RefundRow.amount), at, _PROVIDER)
            .join(OrderRow, col(OrderRow.id) == col(RefundRow.order_id))
            .join(PaymentRow, col(PaymentRow.id) == col(OrderRow.payment_id))
            .where(col(RefundRow.sent).is_(False))
        )
        if after is not None:
            statement = statement.where(newer(RefundRow.created_at, RefundRow.id, after))
        async with self._database.read() as connection:
            rows = await connection.execute(statement.order_by(at, id_).limit(limit))
            return [PendingRefund(*row) for row in rows]

    async def confirm_refunded(self, refund_id: str) -> None:
        """The provider has sent the money of this refund back."""
        async with self._database.write() as connection:
            await connection.execute(
                update(RefundRow).where(col(RefundRow.id) == refund_id).values(sent=True)
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
            ids = [row[OrderRow.id] for row in rows]
            ledger = await ledger_of(connection, ids)
            refunds = await _refunds_of(connection, ids)
            lines = [msgspec.convert(row[OrderRow.lines], list[KeptLine]) for row in rows]
            described = await _descriptions(connection, [line for each in lines for line in each])
        return [
            _record(
                row,
                kept,
                described,
                refunds.get(row[OrderRow.id], []),
                ledger.get(row[OrderRow.id], []),
            )
            for row, kept in zip(rows, lines, strict=True)
        ]


async def _refunds_of(
    connection: AsyncConnection, order_ids: Sequence[str]
) -> dict[str, list[OrderRefund]]:
    if not order_ids:
        return {}
    rows = await connection.execute(
        select(RefundRow, *person_columns(_By))
        .join(_By, col(_By.id) == col(RefundRow.by_id))
        .where(col(RefundRow.order_id).in_(order_ids))
        .order_by(col(RefundRow.created_at), col(RefundRow.seq))
    )
    found: dict[str, list[OrderRefund]] = {}
    for row in map(Read, rows):
        found.setdefault(row[RefundRow.order_id], []).append(
            OrderRefund(
                id=row[RefundRow.id],
                amount=row[RefundRow.amount],
                reason=row[RefundRow.reason],
                at=row[RefundRow.created_at],
                by=person(row, _By),
                sent=row[RefundRow.sent],
            )
        )
    return found


async def _descriptions(connection: AsyncConnection, lines: Iterable[KeptLine]) -> dict[str, str]:
    """How pieces were described when they were claimed, by the id of the offer."""
    offers = {line.offer for line in lines if line.offer}
    if not offers:
        return {}
    rows = await connection.execute(
        select(col(OfferRow.id), col(OfferRow.terms)).where(col(OfferRow.id).in_(offers))
    )
    return {offer: terms.get("description", "") for offer, terms in rows}


def _record(
    row: Read,
    lines: list[KeptLine],
    described: Mapping[str, str],
    refunds: list[OrderRefund],
    ledger: list[LedgerEntry],
) -> OrderRecord:
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
        reductions=msgspec.convert(row[OrderRow.reductions], list[Reduction]),
        lines=[line.shown(described.get(line.offer, "")) for line in lines],
        address=msgspec.convert(row[OrderRow.address], Address),
        carrier=row[OrderRow.carrier],
        tracking=row[OrderRow.tracking],
        dispute_reason=row[OrderRow.dispute_reason],
        refunded=row[OrderRow.refunded],
        refunds=refunds,
        restocked=row[OrderRow.restocked],
        history=msgspec.convert(row[OrderRow.history], list[OrderStep]),
        created_at=row[OrderRow.created_at],
        ledger=ledger,
    )
