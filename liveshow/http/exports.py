"""PROTOCOL.md 2.6: orders and the claims of a show, as files for spreadsheets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from liveshow.accounts.identity import Identity
from liveshow.budgets import EXPORTS
from liveshow.errors import Forbidden
from liveshow.fields import Query
from liveshow.http.api import Endpoint
from liveshow.http.csv_files import Cell, amount, moment, send
from liveshow.http.visible import Visible
from liveshow.payments.orders import Orders
from liveshow.payments.records import OrderRecord
from liveshow.payments.sales import Sale, SalesQueries

# Read at once.
PAGE = 200

ORDER_HEAD = (
    "Order", "Paid at (UTC)", "Status", "Show", "Buyer", "Buyer name", "Owner", "No.", "Piece",
    "Size or colour", "Quantity", "Price", "Amount", "Promised", "Reductions", "Shipping", "Total",
    "Refunded", "Currency", "Carrier", "Tracking", "Name", "Address 1", "Address 2", "City",
    "Region", "Postcode", "Country",
)  # fmt: skip
SALE_HEAD = (
    "Claimed at (UTC)", "State", "No.", "Piece", "Size or colour", "Quantity", "Price", "Amount",
    "Currency", "Buyer", "Buyer name", "Owner", "By", "Order",
)  # fmt: skip


class ExportQuery(Query):
    side: Annotated[Literal["buyer", "seller"], Field(alias="as")] = "seller"


class ExportResource:
    """Routes of files for spreadsheets."""

    def __init__(self, orders: Orders, sales: SalesQueries, visible: Visible) -> None:
        self._orders = orders
        self._sales = sales
        self._visible = visible

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                "GET",
                "/api/orders.csv",
                self.orders,
                "What the caller bought or sold, as a table",
                produces="text/csv",
                paced_by=(EXPORTS,),
            ),
            Endpoint(
                "GET",
                "/api/shows/{show}/sales.csv",
                self.sales,
                "Claims, places in line and orders of a show, as a table",
                errors=("not_found", "banned", "forbidden"),
                produces="text/csv",
                paced_by=(EXPORTS,),
            ),
        ]

    async def orders(
        self, request: web.Request, caller: Identity, query: ExportQuery
    ) -> web.StreamResponse:
        rows = self._order_rows(query.side, caller.user_id)
        return await send(request, "orders.csv", ORDER_HEAD, rows)

    async def _order_rows(
        self, side: Literal["buyer", "seller"], user: str
    ) -> AsyncIterator[Sequence[Cell]]:
        after: tuple[int, str] | None = None
        while True:
            page = await self._orders.page(side, user, after=after, limit=PAGE)
            for order in page:
                for row in _order_rows(order):
                    yield row
            if len(page) < PAGE:
                return
            after = (page[-1].created_at, page[-1].id)

    async def sales(self, request: web.Request, caller: Identity, show: str) -> web.StreamResponse:
        state = await self._visible.to_staff(caller, show)
        if not state.show.may(caller.user_id, "sell"):
            raise Forbidden(message="Only the host and the co-hosts of this show may see this.")
        rows = self._sale_rows(show, state.show.currency)
        return await send(request, f"claims-{show}.csv", SALE_HEAD, rows)

    async def _sale_rows(self, show: str, currency: str) -> AsyncIterator[Sequence[Cell]]:
        before: tuple[int, str] | None = None
        while True:
            page, before = await self._sales.sales(
                show, states=(), text="", user=None, before=before, limit=PAGE
            )
            for sale in page:
                yield _sale_row(sale, currency)
            if before is None:
                return


def _order_rows(order: OrderRecord) -> list[Sequence[Cell]]:
    """A row for each line; sums of the whole order stand in its first row, so that they add up."""

    def money(minor: int) -> Cell:
        return amount(minor, order.currency)

    where = order.address
    rows: list[Sequence[Cell]] = []
    for n, line in enumerate(order.lines):
        off = -sum(reduction.amount for reduction in order.reductions)
        sums = (money(off), money(order.shipping), money(order.total), money(order.refunded))
        rows.append(
            (
                order.id, moment(order.created_at), order.status, order.show.title,
                order.buyer.handle, order.buyer.name, order.owner.handle, line.number, line.title,
                line.variant, line.quantity, money(line.price), money(line.amount),
                "; ".join(line.promises), *(sums if n == 0 else (None,) * 4),
                order.currency, order.carrier, order.tracking, where.name, where.line1, where.line2,
                where.city, where.region, where.postcode, where.country,
            )
        )  # fmt: skip
    return rows


def _sale_row(sale: Sale, currency: str) -> Sequence[Cell]:
    return (
        moment(sale.at), sale.state, sale.item.number, sale.item.title, sale.variant, sale.quantity,
        amount(sale.price, currency), amount(sale.price * sale.quantity, currency), currency,
        sale.user.handle, sale.user.name, sale.owner.handle, sale.via or "", sale.order or "",
    )  # fmt: skip
