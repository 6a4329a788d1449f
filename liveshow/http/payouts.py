"""PROTOCOL.md 2.10: what the caller has earned, what they were paid, and statements."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field

from liveshow.accounts.identity import Identity
from liveshow.budgets import EXPORTS
from liveshow.domain.values import Value
from liveshow.fields import Currency, Query
from liveshow.http.api import Endpoint
from liveshow.http.csv_files import Cell, amount, moment, send
from liveshow.payouts.ports import Payout
from liveshow.payouts.service import Payouts
from liveshow.payouts.terms import Standing

HEAD = ("At (UTC)", "What", "Account", "Order", "Show", "Amount", "Currency")
_WHAT = {"sale": "Sale", "refund": "Refund", "payout": "Paid out"}


class PayoutsView(Value, frozen=True):
    """The caller's money by currency, and what they were paid, newest first."""

    standing: list[Standing]
    payouts: list[Payout]


class StatementQuery(Query):
    """``month`` is ``2026-11``, in UTC."""

    month: Annotated[str, Field(pattern=r"^20[0-9]{2}-(?:0[1-9]|1[0-2])$")]
    currency: Currency


class PayoutResource:
    """Routes of payouts."""

    def __init__(self, payouts: Payouts) -> None:
        self._payouts = payouts

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint("GET", "/api/payouts", self.own, "What the caller has earned and was paid"),
            Endpoint(
                "GET",
                "/api/payouts/statement.csv",
                self.statement,
                "The caller's ledger of a month, as a table",
                produces="text/csv",
                paced_by=(EXPORTS,),
            ),
        ]

    async def own(self, caller: Identity) -> PayoutsView:
        return PayoutsView(
            await self._payouts.standing(caller.user_id),
            await self._payouts.payouts(caller.user_id),
        )

    async def statement(
        self, request: web.Request, caller: Identity, query: StatementQuery
    ) -> web.StreamResponse:
        since, until = month(query.month)
        name = f"statement-{query.month}-{query.currency}.csv"
        rows = self._rows(caller.user_id, query.currency, since, until)
        return await send(request, name, HEAD, rows)

    async def _rows(
        self, user_id: str, currency: str, since: int, until: int
    ) -> AsyncIterator[Sequence[Cell]]:
        async for line in self._payouts.statement(user_id, currency, since, until):
            yield (
                moment(line.at),
                _WHAT.get(line.kind, line.kind),
                line.account,
                line.order,
                line.show,
                amount(line.amount, line.currency),
                line.currency,
            )


def month(name: str) -> tuple[int, int]:
    """Return the first moment (ms, UTC) of a month such as ``2026-11``, and of the next one."""
    year, number = int(name[:4]), int(name[5:])
    begin = datetime(year, number, 1, tzinfo=UTC)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    return int(begin.timestamp() * 1000), int(end.timestamp() * 1000)
