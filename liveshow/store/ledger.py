"""The ledger in SQL: double entry for every order, and what it adds up to for one person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from liveshow.domain.money import LedgerLine, refund_lines
from liveshow.payments.records import Balance
from liveshow.store.tables import metadata

Json = dict[str, Any]

ledger_table = metadata.tables["ledger"]
_ledger = ledger_table
_orders = metadata.tables["orders"]
_shows = metadata.tables["shows"]
_items = metadata.tables["show_items"]
_listings = metadata.tables["listings"]


def ledger_row(order_id: str, show_id: str, kind: str, at: int, line: LedgerLine) -> Json:
    """Return a line as a row; ``kind`` is sale or refund."""
    return {
        "order_id": order_id,
        "show_id": show_id,
        "kind": kind,
        "account": line.account,
        "user_id": line.user,
        "amount": line.amount,
        "at": at,
    }


async def reverse(connection: AsyncConnection, order_id: str, show_id: str, at: int) -> None:
    """Write the exact reverse of a sale. The unique key of the ledger lets it happen once."""
    sale = await connection.execute(
        select(_ledger.c.account, _ledger.c.user_id, _ledger.c.amount)
        .where(_ledger.c.order_id == order_id, _ledger.c.kind == "sale")
        .order_by(_ledger.c.id)
    )
    lines = refund_lines(LedgerLine(*row) for row in sale)
    if lines:
        rows = [ledger_row(order_id, show_id, "refund", at, line) for line in lines]
        await connection.execute(insert(_ledger), rows)


async def ledger_of(connection: AsyncConnection, order_ids: Sequence[str]) -> dict[str, list[Json]]:
    """Return the lines of orders as PROTOCOL.md 2.6 shows them, by order."""
    if not order_ids:
        return {}
    rows = await connection.execute(
        select(_ledger.c.order_id, _ledger.c.account, _ledger.c.amount)
        .where(_ledger.c.order_id.in_(order_ids))
        .order_by(_ledger.c.id)
    )
    found: dict[str, list[Json]] = {}
    for order_id, account, amount in rows:
        found.setdefault(order_id, []).append({"account": account, "amount": amount})
    return found


async def balance_of(connection: AsyncConnection, show_id: str, user_id: str) -> Balance | None:
    """Return what one has in a show, None when they sell nothing there."""
    currency = (
        await connection.execute(
            select(_shows.c.currency).where(_shows.c.id == show_id, _sells(show_id, user_id))
        )
    ).scalar()
    if currency is None:
        return None
    owned = _orders.c.owner_id == user_id
    totals = (
        await connection.execute(
            select(
                func.count(),
                func.coalesce(func.sum(case((owned, _orders.c["items"]), else_=0)), 0),
                func.coalesce(func.sum(case((owned, _orders.c.shipping), else_=0)), 0),
            ).where(_orders.c.show_id == show_id, or_(owned, _orders.c.host_id == user_id))
        )
    ).one()
    own_line = case((_ledger.c.user_id == user_id, 1), else_=0)
    own_order = case((owned, 1), else_=0)
    sums = await connection.execute(
        select(
            _ledger.c.kind,
            _ledger.c.account,
            own_line.label("own_line"),
            own_order.label("own_order"),
            func.sum(_ledger.c.amount).label("amount"),
        )
        .join(_orders, _orders.c.id == _ledger.c.order_id)
        .where(_ledger.c.show_id == show_id, or_(owned, _ledger.c.user_id == user_id))
        .group_by("kind", "account", "own_line", "own_order")
    )
    return _balance(currency, totals, sums.all())


def _sells(show_id: str, user_id: str) -> ColumnElement[bool]:
    """Whether one is the host of a show, or has or had a listing in it."""
    lends = (
        exists()
        .where(_items.c.show_id == show_id, _listings.c.owner_id == user_id)
        .where(_listings.c.id == _items.c.listing_id)
    )
    sold = exists().where(_orders.c.show_id == show_id, _orders.c.owner_id == user_id)
    return or_(_shows.c.host_id == user_id, lends, sold)


def _balance(currency: str, totals: Iterable[Any], sums: Iterable[Any]) -> Balance:
    count, sales, shipping = (int(value) for value in totals)
    fees = commission_paid = commission_earned = refunds = balance = 0
    for row in sums:
        owed = -int(row.amount)
        if row.own_line:
            balance += owed
            if row.kind == "refund":
                refunds -= owed
            elif row.account == "host":
                commission_earned += owed
        if row.kind == "sale" and row.own_order:
            if row.account == "operator":
                fees += owed
            elif row.account == "host":
                commission_paid += owed
    return Balance(
        currency=currency,
        sales=sales,
        shipping=shipping,
        commission_paid=commission_paid,
        commission_earned=commission_earned,
        fees=fees,
        refunds=refunds,
        balance=balance,
        orders=count,
    )
