"""Orders that are taken back: money that is to go back, and pieces that are there again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from liveshow.domain.money import Posting
from liveshow.domain.orders.events import (
    ItemReturned,
    OrderRefunded,
    OrderRestocked,
    OrderShipped,
)
from liveshow.domain.orders.facts import ORDERS, OrderFacts, SoldLine
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person
from liveshow.payments.records import OrderStep
from liveshow.store.ledger import ledger_lines, ledger_row
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.reading import read
from liveshow.store.rows import insert_rows, person, person_columns
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.orders import OrderRow, RefundRow

_Buyer = aliased(UserRow, name="buyer")
_Owner = aliased(UserRow, name="owner")


async def _orders(place: Place, ids: frozenset[str]) -> Mapping[str, OrderFacts]:
    these = (col(OrderRow.id).in_(ids), col(OrderRow.show_id) == place.show_id)
    # Whoever packs one waits for this batch, or this batch sees it.
    lock = select(col(OrderRow.id)).where(*these).order_by(col(OrderRow.id)).with_for_update()
    await place.connection.execute(lock)
    found = await read(
        place.connection,
        select(OrderRow, *person_columns(_Buyer), *person_columns(_Owner))
        .join(_Buyer, col(_Buyer.id) == col(OrderRow.buyer_id))
        .join(_Owner, col(_Owner.id) == col(OrderRow.owner_id))
        .where(*these),
    )
    ledger = await ledger_lines(place.connection, [row[OrderRow.id] for row in found])
    return {
        row[OrderRow.id]: OrderFacts(
            id=row[OrderRow.id],
            payment=row[OrderRow.payment_id],
            status=row[OrderRow.status],
            buyer=person(row, _Buyer),
            owner=person(row, _Owner),
            shipping=row[OrderRow.shipping],
            total=row[OrderRow.total],
            refunded=row[OrderRow.refunded],
            restocked=row[OrderRow.restocked],
            lines=msgspec.convert(row[OrderRow.lines], list[SoldLine]),
            ledger=[
                Posting(account, user, amount)
                for account, user, amount in ledger.get(row[OrderRow.id], [])
            ],
            paid_at=row[OrderRow.created_at],
        )
        for row in found
    }


class RefundRows(Aggregate):
    ORDER = 75
    LOADERS = {ORDERS: _orders}

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._refunds: list[tuple[OrderRefunded, Record]] = []
        self._shipped: list[tuple[OrderShipped, Record]] = []
        self._answers: list[OrderRestocked] = []
        self._returned: list[str] = []

    @records(OrderRefunded)
    def _refunded(self, event: OrderRefunded, record: Record, _state: ShowState) -> None:
        self._refunds.append((event, record))

    @records(OrderShipped)
    def _left(self, event: OrderShipped, record: Record, _state: ShowState) -> None:
        self._shipped.append((event, record))

    @records(OrderRestocked)
    def _answered(self, event: OrderRestocked, _record: Record, _state: ShowState) -> None:
        self._answers.append(event)

    @records(ItemReturned)
    def _came_back(self, event: ItemReturned, _record: Record, _state: ShowState) -> None:
        self._returned.append(event.claim)

    async def write(self, state: ShowState) -> None:
        connection = self._place.connection
        # What was sent and given back in one batch was sent first: it cannot be sent afterwards.
        for shipped, record in self._shipped:
            await self._ship(shipped, record)
        for event, record in self._refunds:
            await self._write(event, record)
        for answer in self._answers:
            this = col(OrderRow.id) == answer.order
            await connection.execute(update(OrderRow).where(this).values(restocked=answer.restock))
        if self._returned:
            these = col(ClaimRow.id).in_(self._returned)
            await connection.execute(update(ClaimRow).where(these).values(status="returned"))

    async def _ship(self, event: OrderShipped, record: Record) -> None:
        connection = self._place.connection
        values = await self._step(event.order, "shipped", record.at, event.seller)
        values |= {"carrier": event.carrier, "tracking": event.tracking}
        this = col(OrderRow.id) == event.order
        await connection.execute(update(OrderRow).where(this).values(**values))
        if event.closes:
            these = col(OrderRow.id).in_(event.closes)
            await connection.execute(update(OrderRow).where(these).values(left_with=event.order))

    async def _step(self, order: str, status: str, at: int, by: Person) -> dict[str, Any]:
        """Return what a step writes into the row of an order."""
        this = col(OrderRow.id) == order
        found = await self._place.connection.execute(select(col(OrderRow.history)).where(this))
        step = msgspec.to_builtins(OrderStep(status, at, by))
        return {
            "status": status,
            "history": [*found.scalar_one(), step],
            "changed_at": at,
            "changed_by": by.id,
        }

    async def _write(self, event: OrderRefunded, record: Record) -> None:
        connection, this = self._place.connection, col(OrderRow.id) == event.order
        await connection.execute(
            insert(RefundRow),
            [
                {
                    "id": event.refund,
                    "order_id": event.order,
                    "amount": event.amount,
                    "reason": event.reason,
                    "by_id": event.by.id,
                    # What is nothing need not be sent.
                    "sent": event.amount == 0,
                    "seq": record.seq,
                    "created_at": record.at,
                }
            ],
        )
        values: dict[str, Any] = {"refunded": col(OrderRow.refunded) + event.amount}
        if event.status:
            values |= await self._step(event.order, event.status, record.at, event.by)
        await connection.execute(update(OrderRow).where(this).values(**values))
        lines = [
            ledger_row(event.order, self._place.show_id, "refund", record.at, line, event.refund)
            for line in event.ledger
        ]
        await insert_rows(connection, *lines)
