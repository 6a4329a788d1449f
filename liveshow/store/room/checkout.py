"""Payments as a room knows them: they open, settle and close in its transaction.

How far the provider is with a payment is written by ``liveshow.store.payments``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.checkout.events import PaymentClosed, PaymentOpened, PaymentSettled
from liveshow.domain.checkout.facts import PAID, PAYMENTS, PaymentFacts
from liveshow.domain.checkout.parcels import Paid, Parcel, Piece
from liveshow.domain.checkout.state import Checkout, OpenPayment
from liveshow.domain.claims.state import Claims
from liveshow.domain.orders.decide import TAKEN_BACK
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Address
from liveshow.payments.records import DECIDED_AS, OPEN, claims_of
from liveshow.store.orders import order_rows
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.reading import read
from liveshow.store.rows import Read, insert_rows, person, person_columns, table_of
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.giveaways import GiveawayRow
from liveshow.store.tables.orders import OrderRow
from liveshow.store.tables.payments import PaymentRow


def parcels_from(row: Read) -> list[Parcel]:
    return msgspec.convert(row[PaymentRow.parcels], list[Parcel])


def address_from(row: Read) -> Address:
    return msgspec.convert(row[PaymentRow.address], Address)


async def _payments(place: Place, ids: frozenset[str]) -> Mapping[str, PaymentFacts]:
    found = await read(
        place.connection,
        select(PaymentRow, *person_columns(UserRow))
        .join(UserRow, col(UserRow.id) == col(PaymentRow.buyer_id))
        .where(col(PaymentRow.id).in_(ids), col(PaymentRow.show_id) == place.show_id),
    )
    return {row[PaymentRow.id]: _facts(row) for row in found}


def _facts(row: Read) -> PaymentFacts:
    parcels = parcels_from(row)
    return PaymentFacts(
        id=row[PaymentRow.id],
        buyer=person(row),
        status=row[PaymentRow.status],
        claims=claims_of(parcels),
        amount=row[PaymentRow.amount],
        parcels=parcels,
        address=address_from(row),
        coupon=row[PaymentRow.coupon_id] or "",
    )


async def _paid(place: Place, claims: frozenset[str]) -> Mapping[str, bool]:
    found = await place.connection.execute(
        select(col(ClaimRow.id)).where(
            col(ClaimRow.id).in_(claims), col(ClaimRow.status).in_(("paid", "returned"))
        )
    )
    return dict.fromkeys(found.scalars(), True)


async def _read_paid(connection: AsyncConnection, state: ShowState) -> None:
    """What was paid and not taken back, so that the rest of a parcel adds to its shipping."""
    sums = ("shipping", "support", "total", "refunded")
    names = ("id", "buyer_id", "owner_id", "left_with", "lines", *sums)
    won = select(col(GiveawayRow.order_id)).where(
        col(GiveawayRow.show_id) == state.id, col(GiveawayRow.order_id).is_not(None)
    )
    found = await connection.execute(
        select(table_of(OrderRow).c.status, *(table_of(OrderRow).c[name] for name in names))
        # What was won has paid for nothing.
        .where(col(OrderRow.show_id) == state.id, col(OrderRow.id).not_in(won))
        .order_by(col(OrderRow.created_at), col(OrderRow.id))
    )
    for status, order, buyer, owner, left_with, lines, shipping, support, total, refunded in found:
        paid = Paid(msgspec.convert(lines, list[Piece]), shipping, support)
        state[Checkout].add_paid(buyer, owner, order, paid, left_with)
        if status in TAKEN_BACK:
            state[Checkout].take_back(buyer, owner, order, total - refunded)


class PaymentRows(Aggregate):
    ORDER = 70
    LOADERS = {PAYMENTS: _payments, PAID: _paid}

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        # In the order of the events.
        self._writes: list[Callable[[], Awaitable[None]]] = []

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        found = await read(
            connection,
            select(PaymentRow, *person_columns(UserRow))
            .join(UserRow, col(UserRow.id) == col(PaymentRow.buyer_id))
            .where(col(PaymentRow.show_id) == state.id, col(PaymentRow.status).in_(OPEN)),
        )
        checkout = state[Checkout]
        for row in found:
            parcels = parcels_from(row)
            checkout.payments[row[PaymentRow.id]] = OpenPayment(
                id=row[PaymentRow.id],
                buyer=person(row),
                claims=claims_of(parcels),
                amount=row[PaymentRow.amount],
                parcels=parcels,
                address=address_from(row),
                until=row[PaymentRow.until],
                coupon=row[PaymentRow.coupon_id] or "",
            )
        await _read_paid(connection, state)
        # An outage prolongs the claims; the row keeps what was first promised.
        checkout.follow_holds(state[Claims])

    @records(PaymentOpened)
    def _open(self, event: PaymentOpened, record: Record, _state: ShowState) -> None:
        self._writes.append(partial(self._opened, event, record.at))

    @records(PaymentSettled)
    def _settle(self, event: PaymentSettled, record: Record, _state: ShowState) -> None:
        self._writes.append(partial(self._settled, event, record.at))

    @records(PaymentClosed)
    def _close(self, event: PaymentClosed, _record: Record, _state: ShowState) -> None:
        self._writes.append(partial(self._closed, event))

    async def write(self, state: ShowState) -> None:
        for write in self._writes:
            await write()

    async def _opened(self, event: PaymentOpened, at: int) -> None:
        await self._place.connection.execute(
            insert(PaymentRow),
            [
                {
                    "id": event.payment,
                    "show_id": self._place.show_id,
                    "buyer_id": event.user.id,
                    "status": "open",
                    "amount": event.amount,
                    "currency": event.currency,
                    "address": msgspec.to_builtins(event.address),
                    "parcels": msgspec.to_builtins(event.parcels),
                    "until": event.until,
                    "provider": event.provider,
                    "error": None,
                    "coupon_id": event.coupon or None,
                    "created_at": at,
                }
            ],
        )

    async def _closed(self, event: PaymentClosed) -> None:
        values: dict[str, Any] = {"status": DECIDED_AS.get(event.status, event.status)}
        if event.status != "expired":
            # What went wrong last is why a payment expired: that stays.
            values["error"] = msgspec.to_builtins(event.error)
        await self._place.connection.execute(
            update(PaymentRow)
            # What was sold stays sold: its money goes back with its orders only.
            .where(col(PaymentRow.id) == event.payment, col(PaymentRow.status) != "succeeded")
            .values(**values)
        )

    async def _settled(self, event: PaymentSettled, at: int) -> None:
        connection = self._place.connection
        await connection.execute(
            update(PaymentRow)
            .where(col(PaymentRow.id) == event.payment)
            .values(status="succeeded", error=None)
        )
        orders, ledger = order_rows(event, self._place.show_id, self._place.host_id, at)
        await insert_rows(connection, *orders)
        await insert_rows(connection, *ledger)
