"""The ledger in SQL: double entry for every order.

What it adds up to for one person is ``liveshow.payments.ledger``'s to say.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.money import Account, Posting
from liveshow.payments.ledger import LedgerSum, Money, OrderSum
from liveshow.payments.records import LedgerEntry
from liveshow.store.tables.chargebacks import ChargebackRow
from liveshow.store.tables.listings import ListingRow
from liveshow.store.tables.orders import LedgerRow, OrderRow
from liveshow.store.tables.shows import ShowItemRow, ShowRow

# The kind of lines that say what people were paid.
PAYOUT = "payout"


def ledger_row(
    order_id: str, show_id: str, kind: str, at: int, line: Posting, refund: str = ""
) -> LedgerRow:
    """Return a line as a row; ``kind`` is sale, or refund or payout with its id.

    It is let in once.
    """
    return LedgerRow(
        order_id=order_id,
        show_id=show_id,
        kind=kind,
        refund=refund,
        account=line.account,
        user_id=line.user,
        amount=line.amount,
        at=at,
    )


async def ledger_lines(
    connection: AsyncConnection, order_ids: Sequence[str]
) -> dict[str, list[tuple[Account, str | None, int]]]:
    """Return the lines of orders: account, whose, amount; by order.

    What somebody was paid of it is between them and the house, and no part of it.
    """
    if not order_ids:
        return {}
    rows = await connection.execute(
        select(
            col(LedgerRow.order_id),
            col(LedgerRow.account),
            col(LedgerRow.user_id),
            col(LedgerRow.amount),
        )
        .where(col(LedgerRow.order_id).in_(order_ids), col(LedgerRow.kind) != PAYOUT)
        .order_by(col(LedgerRow.id))
    )
    found: dict[str, list[tuple[Account, str | None, int]]] = {}
    for order_id, account, user, amount in rows:
        found.setdefault(order_id, []).append((account, user, amount))
    return found


async def ledger_of(
    connection: AsyncConnection, order_ids: Sequence[str]
) -> dict[str, list[LedgerEntry]]:
    """Return the lines of orders as PROTOCOL.md 2.6 shows them, by order."""
    return {
        order_id: [LedgerEntry(account, amount) for account, _, amount in lines]
        for order_id, lines in (await ledger_lines(connection, order_ids)).items()
    }


async def money_in(connection: AsyncConnection, show_id: str, user_id: str) -> Money | None:
    """Return what concerns somebody's money in a show, None when there is no such show."""
    lends = exists().where(
        col(ShowItemRow.show_id) == show_id,
        col(ListingRow.id) == col(ShowItemRow.listing_id),
        col(ListingRow.owner_id) == user_id,
    )
    show = await connection.execute(
        select(col(ShowRow.currency), col(ShowRow.host_id), lends).where(col(ShowRow.id) == show_id)
    )
    found = show.first()
    if found is None:
        return None
    currency, host_id, has_listing = found
    return Money(
        currency=currency,
        hosts=host_id == user_id,
        lends=bool(has_listing),
        orders=await _order_sums(connection, show_id, user_id),
        lines=await _ledger_sums(connection, show_id, user_id),
        withheld=await _withheld(connection, show_id, user_id),
    )


async def _order_sums(
    connection: AsyncConnection, show_id: str, user_id: str
) -> tuple[OrderSum, ...]:
    owned = col(OrderRow.owner_id) == user_id
    rows = await connection.execute(
        select(
            case((owned, 1), else_=0).label("owned"),
            func.count(),
            func.sum(col(OrderRow.items)),
            func.sum(col(OrderRow.shipping)),
        )
        .where(col(OrderRow.show_id) == show_id, or_(owned, col(OrderRow.host_id) == user_id))
        .group_by("owned")
    )
    # Sums of 64 bits are decimals in Postgres.
    return tuple(
        OrderSum(owned=bool(own), orders=count, items=int(items), shipping=int(shipping))
        for own, count, items, shipping in rows
    )


async def _ledger_sums(
    connection: AsyncConnection, show_id: str, user_id: str
) -> tuple[LedgerSum, ...]:
    owned = col(OrderRow.owner_id) == user_id
    theirs = col(LedgerRow.user_id) == user_id
    rows = await connection.execute(
        select(
            col(LedgerRow.kind),
            col(LedgerRow.account),
            case((theirs, 1), else_=0).label("own_posting"),
            case((owned, 1), else_=0).label("own_order"),
            func.sum(col(LedgerRow.amount)),
        )
        .join(OrderRow, col(OrderRow.id) == col(LedgerRow.order_id))
        .where(
            col(LedgerRow.show_id) == show_id,
            or_(owned, theirs),
            col(LedgerRow.kind) != PAYOUT,
        )
        .group_by("kind", "account", "own_posting", "own_order")
    )
    return tuple(
        LedgerSum(
            kind=kind,
            account=account,
            own_posting=bool(own_posting),
            own_order=bool(own_order),
            amount=int(amount),
        )
        for kind, account, own_posting, own_order, amount in rows
    )


async def _withheld(connection: AsyncConnection, show_id: str, user_id: str) -> int:
    """What is theirs of orders with a chargeback that is not won."""
    disputed = exists().where(
        col(ChargebackRow.order_id) == col(LedgerRow.order_id), col(ChargebackRow.status) != "won"
    )
    found = await connection.execute(
        select(func.coalesce(func.sum(col(LedgerRow.amount)), 0)).where(
            col(LedgerRow.show_id) == show_id, col(LedgerRow.user_id) == user_id, disputed
        )
    )
    # The house owes people what is negative in its books.
    return -int(found.scalar_one())
