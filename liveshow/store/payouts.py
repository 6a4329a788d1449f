"""Payouts in SQL: what the ledger owes people, and what of it was paid."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.money import Posting
from liveshow.domain.values import Person
from liveshow.payments.records import OrderStep
from liveshow.payouts.ports import Payout, StatementLine
from liveshow.payouts.terms import Owed
from liveshow.store.database import Database
from liveshow.store.ledger import PAYOUT, ledger_row
from liveshow.store.room.reading import read
from liveshow.store.rows import Read, insert_rows, person, person_columns
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.cases import CaseRow
from liveshow.store.tables.chargebacks import ChargebackRow
from liveshow.store.tables.orders import LedgerRow, OrderRow
from liveshow.store.tables.payouts import PayoutRow
from liveshow.store.tables.shows import ShowRow

# More than an order can bring.
ALL = 2**53
# Orders that one payout is of. What is left is of the next one.
MOST_ORDERS = 5_000
# Lines of a statement that are read at once.
_PAGE = 500

# The house owes people what is negative in its books.
_LEFT = (-func.sum(col(LedgerRow.amount))).label("amount_left")


class PayoutRepository:
    """Implements ``liveshow.payouts.ports.PayoutStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def owed(self, user_id: str) -> list[Owed]:
        async with self._database.read() as connection:
            return await _owed(connection, user_id)

    async def paid(self, user_id: str) -> dict[str, int]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(col(PayoutRow.currency), func.sum(col(PayoutRow.amount)))
                .where(col(PayoutRow.user_id) == user_id)
                .group_by(col(PayoutRow.currency))
            )
            return {currency: int(amount) for currency, amount in rows}

    async def payouts(self, user_id: str, limit: int) -> list[Payout]:
        async with self._database.read() as connection:
            rows = await read(
                connection,
                select(PayoutRow)
                .where(col(PayoutRow.user_id) == user_id)
                .order_by(col(PayoutRow.created_at).desc(), col(PayoutRow.id).desc())
                .limit(limit),
            )
            return [_payout(row) for row in rows]

    async def creditors(self) -> list[Person]:
        async with self._database.read() as connection:
            owing = (
                select(col(LedgerRow.user_id))
                .where(col(LedgerRow.user_id).is_not(None))
                .group_by(col(LedgerRow.user_id))
                .having(func.sum(col(LedgerRow.amount)) != 0)
            )
            rows = await read(
                connection,
                select(*person_columns(UserRow))
                .where(col(UserRow.id).in_(owing))
                .order_by(col(UserRow.handle)),
            )
            return [person(row) for row in rows]

    async def pay(
        self,
        payout: Callable[[Sequence[tuple[str, int]]], Payout],
        user_id: str,
        choose: Callable[[list[Owed]], list[tuple[str, int]]],
    ) -> Payout:
        async with self._database.write() as connection:
            # Whoever pays the same person at once waits here.
            await connection.execute(
                select(col(UserRow.id)).where(col(UserRow.id) == user_id).with_for_update()
            )
            chosen = choose(await _owed(connection, user_id))
            made = payout(chosen)
            await insert_rows(
                connection,
                PayoutRow(
                    id=made.id,
                    user_id=user_id,
                    currency=made.currency,
                    amount=made.amount,
                    orders=made.orders,
                    reference=made.reference,
                    created_at=made.at,
                ),
            )
            await _book(connection, made, user_id, chosen)
        return made

    async def statement(
        self, user_id: str, currency: str, since: int, until: int
    ) -> AsyncIterator[StatementLine]:
        after = 0
        while True:
            async with self._database.read() as connection:
                rows = await read(connection, _statement(user_id, currency, since, until, after))
            for row in rows:
                yield StatementLine(
                    at=row[LedgerRow.at],
                    kind=row[LedgerRow.kind],
                    account=row[LedgerRow.account],
                    order=row[LedgerRow.order_id],
                    show=row[ShowRow.title],
                    currency=currency,
                    amount=-row[LedgerRow.amount],
                )
            if len(rows) < _PAGE:
                return
            last = rows[-1][LedgerRow.id]
            assert last is not None
            after = last


def _statement(user_id: str, currency: str, since: int, until: int, after: int) -> Any:
    return (
        select(
            col(LedgerRow.id),
            col(LedgerRow.at),
            col(LedgerRow.kind),
            col(LedgerRow.account),
            col(LedgerRow.order_id),
            col(LedgerRow.amount),
            col(ShowRow.title),
        )
        .join(OrderRow, col(OrderRow.id) == col(LedgerRow.order_id))
        .join(ShowRow, col(ShowRow.id) == col(LedgerRow.show_id))
        .where(
            col(LedgerRow.user_id) == user_id,
            col(OrderRow.currency) == currency,
            col(LedgerRow.at) >= since,
            col(LedgerRow.at) < until,
            col(LedgerRow.id) > after,
        )
        .order_by(col(LedgerRow.id))
        .limit(_PAGE)
    )


async def _owed(connection: AsyncConnection, user_id: str) -> list[Owed]:
    """What is owed to somebody, order by order; what was paid out is in the ledger as well."""
    left = (
        select(col(LedgerRow.order_id), _LEFT)
        .where(col(LedgerRow.user_id) == user_id)
        .group_by(col(LedgerRow.order_id))
        .having(func.sum(col(LedgerRow.amount)) != 0)
        .order_by(func.min(col(LedgerRow.id)))
        .limit(MOST_ORDERS)
    )
    amounts = {order: int(amount) for order, amount in await connection.execute(left)}
    found: dict[str, Owed] = {}
    ids = list(amounts)
    for start in range(0, len(ids), _PAGE):
        some = ids[start : start + _PAGE]
        disputed = await _disputed(connection, some)
        rows = await read(
            connection,
            select(
                col(OrderRow.id),
                col(OrderRow.currency),
                col(OrderRow.status),
                col(OrderRow.history),
            ).where(col(OrderRow.id).in_(some)),
        )
        for row in rows:
            order = row[OrderRow.id]
            found[order] = Owed(
                order=order,
                currency=row[OrderRow.currency],
                amount=amounts[order],
                status=row[OrderRow.status],
                delivered_at=_delivered(msgspec.convert(row[OrderRow.history], list[OrderStep])),
                disputed=disputed.get(order, 0),
            )
    return [found[order] for order in ids if order in found]


def _delivered(history: Sequence[OrderStep]) -> int | None:
    return next((step.at for step in reversed(history) if step.status == "delivered"), None)


async def _disputed(connection: AsyncConnection, orders: Sequence[str]) -> dict[str, int]:
    """What open cases can take, by order; of a payment that is disputed at a bank it is all."""
    rows = await read(
        connection,
        select(col(CaseRow.order_id), col(CaseRow.document)).where(
            col(CaseRow.order_id).in_(orders), col(CaseRow.status) != "closed"
        ),
    )
    disputed = {row[CaseRow.order_id]: row[CaseRow.document]["most"] for row in rows}
    withheld = await read(
        connection,
        select(col(ChargebackRow.order_id)).where(
            col(ChargebackRow.order_id).in_(orders), col(ChargebackRow.status) != "won"
        ),
    )
    return disputed | {row[ChargebackRow.order_id]: ALL for row in withheld}


async def _book(
    connection: AsyncConnection, made: Payout, user_id: str, chosen: Sequence[tuple[str, int]]
) -> None:
    """Write the lines of a payout: they sum to zero, order by order and account by account."""
    for start in range(0, len(chosen), _PAGE):
        some = dict(chosen[start : start + _PAGE])
        shows = {
            row[OrderRow.id]: row[OrderRow.show_id]
            for row in await read(
                connection,
                select(col(OrderRow.id), col(OrderRow.show_id)).where(col(OrderRow.id).in_(some)),
            )
        }
        rows = [
            ledger_row(order, shows[order], PAYOUT, made.at, posting, made.id)
            for order, amount in some.items()
            for posting in (
                Posting("paid_out", user_id, amount),
                Posting("bank", None, -amount),
            )
        ]
        await insert_rows(connection, *rows)


def _payout(row: Read) -> Payout:
    return Payout(
        id=row[PayoutRow.id],
        at=row[PayoutRow.created_at],
        currency=row[PayoutRow.currency],
        amount=row[PayoutRow.amount],
        orders=row[PayoutRow.orders],
        reference=row[PayoutRow.reference],
    )
