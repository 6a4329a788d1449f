"""PROTOCOL.md 2.6: address labels of orders."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

from aiohttp import web
from pydantic import Field

from liveshow.accounts.identity import Identity
from liveshow.accounts.ports import Account
from liveshow.budgets import EXPORTS
from liveshow.domain.values import Address
from liveshow.errors import Forbidden, NotFound
from liveshow.fields import ID_PATTERN, Query
from liveshow.http.api import Endpoint
from liveshow.payments.labels import Fonts, Label, draw
from liveshow.payments.orders import Orders
from liveshow.payments.records import OrderRecord
from liveshow.postal import envelope

# Labels of one file.
MOST_LABELS = 50
_ID = ID_PATTERN.strip("^$")


class LabelsQuery(Query):
    orders: Annotated[
        str, Field(pattern=f"^{_ID}(?:,{_ID}){{0,{MOST_LABELS - 1}}}$", max_length=65 * MOST_LABELS)
    ]


class LabelResource:
    """The route of labels."""

    def __init__(
        self, orders: Orders, account: Callable[[str], Awaitable[Account | None]], fonts: Fonts
    ) -> None:
        self._orders = orders
        self._account = account
        self._fonts = fonts

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                "GET",
                "/api/orders/labels.pdf",
                self.labels,
                "Address labels of orders, a page each",
                errors=("not_found", "forbidden", "no_letters"),
                produces="application/pdf",
                paced_by=(EXPORTS,),
            )
        ]

    async def labels(self, caller: Identity, query: LabelsQuery) -> web.Response:
        found = [await self._own(id_, caller) for id_ in dict.fromkeys(query.orders.split(","))]
        account = await self._account(caller.user_id)
        home = account.address if account else None
        labels = [_label(order, home, caller) for order in found]
        body = await asyncio.to_thread(draw, labels, self._fonts)
        headers = {
            "Content-Disposition": 'inline; filename="labels.pdf"',
            "Cache-Control": "no-store",
        }
        return web.Response(body=body, content_type="application/pdf", headers=headers)

    async def _own(self, id_: str, caller: Identity) -> OrderRecord:
        order = await self._orders.get(id_, caller.user_id)
        if order.owner.id != caller.user_id:
            raise Forbidden(message="Only the owner sends it, and sees where it goes.")
        if order.status in ("refunded", "cancelled"):
            raise NotFound(message="One of these was taken back: there is nothing to send.")
        return order


def _label(order: OrderRecord, home: Address | None, caller: Identity) -> Label:
    sender = [f"@{caller.handle}"] if home is None else envelope(home)
    numbers = ", ".join(f"No. {line.number}" for line in order.lines)
    return Label(
        sender=sender,
        to=envelope(order.address, at_home=home.country if home else ""),
        notes=[f"Order {order.id}, for @{order.buyer.handle}", numbers],
    )
