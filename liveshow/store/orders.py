"""Orders in SQL.

``refunding`` is a status of the rows only: the decision to refund stands and is in the ledger, the
provider has not confirmed yet. To people it is ``refunded``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from liveshow.domain.events import Event
from liveshow.domain.money import LedgerLine
from liveshow.errors import Conflict, NotFound
from liveshow.payments.records import (
    ORDER_LINE,
    ORDER_SHOWN_AS,
    Balance,
    Change,
    OrderRecord,
    PendingRefund,
    Side,
)
from liveshow.store.database import Database
from liveshow.store.ledger import balance_of, ledger_of, ledger_row, ledger_table, reverse
from liveshow.store.tables import metadata

Json = dict[str, Any]

_orders = metadata.tables["orders"]
_users = metadata.tables["users"]
_shows = metadata.tables["shows"]
_payments = metadata.tables["payments"]

# Kept besides what is shown, so that an order can be traced to what was claimed.
_KEPT_LINE = (*ORDER_LINE, "item", "listing", "variant_id", "claim")

_buyer = _users.alias("buyer")
_owner = _users.alias("owner")
_host = _users.alias("host")


# --- the room's transaction -------------------------------------------------------------------


async def add_orders(connection: AsyncConnection, show_id: str, host_id: str, event: Event) -> None:
    """Insert the orders of a ``payment.settled`` and their ledger, in the room's transaction."""
    data, buyer = event.data, event.data["user"]
    orders = [
        {
            "id": order["id"],
            "payment_id": data["payment"],
            "show_id": show_id,
            "buyer_id": buyer["id"],
            "owner_id": order["owner"],
            "host_id": host_id,
            "status": "paid",
            "currency": data["currency"],
            "items": order["parcel"]["items"],
            "shipping": order["parcel"]["shipping"],
            "total": order["parcel"]["total"],
            "lines": [
                {name: line[name] for name in _KEPT_LINE} for line in order["parcel"]["lines"]
            ],
            "address": data["address"],
            "carrier": "",
            "tracking": "",
            "reason": "",
            "history": [{"status": "paid", "at": event.at, "by": buyer}],
            "created_at": event.at,
        }
        for order in data["orders"]
    ]
    ledger = [
        ledger_row(order["id"], show_id, "sale", event.at, LedgerLine(**line))
        for order in data["orders"]
        for line in order["ledger"]
    ]
    if orders:
        await connection.execute(insert(_orders), orders)
    if ledger:
        await connection.execute(insert(ledger_table), ledger)


# --- orders -----------------------------------------------------------------------------------


class OrderRepository:
    """Orders, their steps, and what they mean in money. Each call is a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, order_id: str) -> OrderRecord | None:
        found = await self._read(_orders.c.id == order_id, limit=1)
        return found[0] if found else None

    async def page(
        self, side: Side, user_id: str, *, after: tuple[int, str] | None, limit: int
    ) -> list[OrderRecord]:
        """Return what one bought or sold, newest first, after ``(created_at, id)``."""
        column = _orders.c.buyer_id if side == "buyer" else _orders.c.owner_id
        condition: ColumnElement[bool] = column == user_id
        if after is not None:
            condition &= tuple_(_orders.c.created_at, _orders.c.id) < tuple_(*after)
        return await self._read(condition, limit=limit)

    async def move(self, order_id: str, change: Change, *, by: Json, at: int) -> None:
        """Take an order one step on, under a lock on its row.

        A refund reverses the ledger in the same transaction.

        Raises:
            NotFound: there is no such order.
            Conflict: ``wrong_status``, it is not where the step starts from.
        """
        async with self._database.write() as connection:
            row = (
                await connection.execute(
                    select(_orders.c.status, _orders.c.history, _orders.c.show_id)
                    .where(_orders.c.id == order_id)
                    .with_for_update()
                )
            ).first()
            if row is None:
                raise NotFound(message="There is no such order.")
            shown = ORDER_SHOWN_AS.get(row.status, row.status)
            if row.status not in change.allowed:
                raise Conflict(
                    "wrong_status",
                    f"That cannot be done with an order that is {shown.replace('_', ' ')}.",
                    status=shown,
                )
            step = {"status": ORDER_SHOWN_AS.get(change.status, change.status), "at": at, "by": by}
            await connection.execute(
                update(_orders)
                .where(_orders.c.id == order_id)
                .values(status=change.status, history=[*row.history, step], **change.values)
            )
            if change.status == "refunding":
                await reverse(connection, order_id, row.show_id, at)

    async def pending_refunds(
        self, *, after: tuple[int, str] | None, limit: int
    ) -> list[PendingRefund]:
        """Return refunds that the provider has to confirm, after ``(created_at, id)``."""
        statement = (
            select(
                _orders.c.id,
                _orders.c.payment_id,
                _orders.c.total,
                _orders.c.created_at,
                _payments.c.provider,
            )
            .join(_payments, _payments.c.id == _orders.c.payment_id)
            .where(_orders.c.status == "refunding")
        )
        if after is not None:
            statement = statement.where(tuple_(_orders.c.created_at, _orders.c.id) > tuple_(*after))
        statement = statement.order_by(_orders.c.created_at, _orders.c.id).limit(limit)
        async with self._database.read() as connection:
            return [PendingRefund(*row) for row in await connection.execute(statement)]

    async def confirm_refunded(self, order_id: str) -> None:
        """The provider has sent the money of this order back."""
        async with self._database.write() as connection:
            await connection.execute(
                update(_orders)
                .where(_orders.c.id == order_id, _orders.c.status == "refunding")
                .values(status="refunded")
            )

    async def balance(self, show_id: str, user_id: str) -> Balance | None:
        """Return what one has in a show, None when they sell nothing there."""
        async with self._database.read() as connection:
            return await balance_of(connection, show_id, user_id)

    async def _read(self, condition: ColumnElement[bool], *, limit: int) -> list[OrderRecord]:
        statement = (
            select(
                _orders,
                _shows.c.title.label("show_title"),
                _payments.c.provider,
                *_person_columns(_buyer, "buyer"),
                *_person_columns(_owner, "owner"),
                *_person_columns(_host, "host"),
            )
            .join(_shows, _shows.c.id == _orders.c.show_id)
            .join(_payments, _payments.c.id == _orders.c.payment_id)
            .join(_buyer, _buyer.c.id == _orders.c.buyer_id)
            .join(_owner, _owner.c.id == _orders.c.owner_id)
            .join(_host, _host.c.id == _orders.c.host_id)
            .where(condition)
            .order_by(_orders.c.created_at.desc(), _orders.c.id.desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
            ledger = await ledger_of(connection, [row.id for row in rows])
        return [_record(row, ledger.get(row.id, [])) for row in rows]


def _person_columns(people: Any, prefix: str) -> list[ColumnElement[Any]]:
    return [people.c.handle.label(f"{prefix}_handle"), people.c.name.label(f"{prefix}_name")]


def _record(row: Row[Any], ledger: list[Json]) -> OrderRecord:
    values = row._mapping

    def person(prefix: str) -> Json:
        return {
            "id": values[f"{prefix}_id"],
            "handle": values[f"{prefix}_handle"],
            "name": values[f"{prefix}_name"],
        }

    same = (
        "id",
        "payment_id",
        "provider",
        "status",
        "currency",
        "items",
        "shipping",
        "total",
        "lines",
        "address",
        "carrier",
        "tracking",
        "reason",
        "history",
        "created_at",
    )
    return OrderRecord(
        **{name: values[name] for name in same},
        show={"id": values["show_id"], "title": values["show_title"]},
        buyer=person("buyer"),
        owner=person("owner"),
        host=person("host"),
        ledger=ledger,
    )
