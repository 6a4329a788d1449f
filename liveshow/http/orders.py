"""PROTOCOL.md 2.6, orders, and the balance of a seller in a show (2.3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Literal

from pydantic import Field

from liveshow.accounts.identity import Identity
from liveshow.domain.show.commands import Key
from liveshow.domain.values import Value
from liveshow.errors import LiveshowError
from liveshow.fields import NOT_NULL, Body, Id, Money, OneLine, Text
from liveshow.http.api import Endpoint
from liveshow.http.bodies import PageQuery, decode_cursor, encode_cursor
from liveshow.payments.orders import Orders
from liveshow.payments.records import Balance, OrderRecord, OrderView

# Orders with which a step is taken in one request.
MOST_AT_ONCE = 100


class OrdersView(Value, frozen=True):
    """One page of orders. ``next`` is the cursor of the page after it."""

    items: list[OrderView]
    next: str | None


class OrdersQuery(PageQuery):
    side: Annotated[Literal["buyer", "seller"], Field(alias="as")] = "buyer"


class ShipBody(Body):
    carrier: Annotated[str, OneLine(0, 60)] = ""
    tracking: Annotated[str, OneLine(0, 100)] = ""


class RefundBody(Body):
    """``amount`` in minor units; without it everything that is left goes back."""

    key: Key
    reason: Annotated[str, Text(500, 1)]
    amount: Annotated[Money | None, NOT_NULL] = None


class CancelBody(Body):
    reason: Annotated[str, Text(500)] = ""


class RestockBody(Body):
    restock: bool


class PackMany(Body):
    orders: Annotated[list[Id], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Sent(ShipBody):
    order: Id


class ShipMany(Body):
    orders: Annotated[list[Sent], Field(min_length=1, max_length=MOST_AT_ONCE)]


class NotDone(Value, frozen=True):
    """Why a step was not taken with an order: the code and the sentence of its refusal."""

    order: str
    code: str
    message: str


class ManyView(Value, frozen=True):
    """What became of each of several orders."""

    done: list[str]
    failed: list[NotDone]


class OrderResource:
    """Routes of orders."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def endpoints(self) -> list[Endpoint]:
        step_errors = ("not_found", "forbidden", "wrong_status")
        return [
            Endpoint("GET", "/api/orders", self.list, "What the caller bought or sold"),
            Endpoint("GET", "/api/orders/{id}", self.order, "An order", errors=("not_found",)),
            Endpoint("POST", "/api/parcels/pack", self.pack_many, "Several are packed"),
            Endpoint("POST", "/api/parcels/ship", self.ship_many, "Several are on their way"),
            Endpoint(
                "POST", "/api/orders/{id}/pack", self.pack, "It is packed", errors=step_errors
            ),
            Endpoint(
                "POST", "/api/orders/{id}/ship", self.ship, "It is on its way", errors=step_errors
            ),
            Endpoint(
                "POST", "/api/orders/{id}/deliver", self.deliver, "It arrived", errors=step_errors
            ),
            Endpoint(
                "POST",
                "/api/orders/{id}/refund",
                self.refund,
                "Send money back",
                errors=(*step_errors, "refund_too_large", "key_reused"),
            ),
            Endpoint(
                "POST",
                "/api/orders/{id}/cancel",
                self.cancel,
                "The buyer does not want it any more",
                errors=step_errors,
            ),
            Endpoint(
                "POST",
                "/api/orders/{id}/restock",
                self.restock,
                "Whether what came back can be sold again",
                errors=(*step_errors, "already_answered"),
            ),
            Endpoint(
                "GET",
                "/api/shows/{show}/balance",
                self.balance,
                "The caller's money in a show",
                errors=("not_found",),
            ),
        ]

    async def list(self, caller: Identity, query: OrdersQuery) -> OrdersView:
        after = decode_cursor(query.after, int, str) if query.after else None
        # One more than asked for tells whether there is a next page.
        found = await self._orders.page(
            query.side,
            caller.user_id,
            after=(after[0], after[1]) if after else None,
            limit=query.limit + 1,
        )
        shown = found[: query.limit]
        more = len(found) > len(shown)
        return OrdersView(
            items=[_view(order, caller) for order in shown],
            next=encode_cursor(shown[-1].created_at, shown[-1].id) if more else None,
        )

    async def order(self, caller: Identity, id_: str) -> OrderView:
        return _view(await self._orders.get(id_, caller.user_id), caller)

    async def pack(self, caller: Identity, id_: str) -> OrderView:
        return _view(await self._orders.pack(id_, caller.user), caller)

    async def ship(self, caller: Identity, id_: str, body: ShipBody) -> OrderView:
        order = await self._orders.ship(id_, caller.user, body.carrier, body.tracking)
        return _view(order, caller)

    async def pack_many(self, caller: Identity, body: PackMany) -> ManyView:
        async def pack(id_: str) -> OrderRecord:
            return await self._orders.pack(id_, caller.user)

        return await _each(dict.fromkeys(body.orders), pack)

    async def ship_many(self, caller: Identity, body: ShipMany) -> ManyView:
        # Of one that is named twice, the last word counts.
        sent = {each.order: each for each in body.orders}

        async def ship(id_: str) -> OrderRecord:
            return await self._orders.ship(id_, caller.user, sent[id_].carrier, sent[id_].tracking)

        return await _each(sent, ship)

    async def deliver(self, caller: Identity, id_: str) -> OrderView:
        return _view(await self._orders.deliver(id_, caller.user), caller)

    async def refund(self, caller: Identity, id_: str, body: RefundBody) -> OrderView:
        order = await self._orders.refund(id_, caller.user, body.key, body.reason, body.amount)
        return _view(order, caller)

    async def cancel(self, caller: Identity, id_: str, body: CancelBody) -> OrderView:
        return _view(await self._orders.cancel(id_, caller.user, body.reason), caller)

    async def restock(self, caller: Identity, id_: str, body: RestockBody) -> OrderView:
        return _view(await self._orders.restock(id_, caller.user, body.restock), caller)

    async def balance(self, caller: Identity, show: str) -> Balance:
        return await self._orders.balance(show, caller.user_id)


async def _each(orders: Iterable[str], step: Callable[[str], Awaitable[OrderRecord]]) -> ManyView:
    """Take a step with orders, each as if it were alone; what is refused stops none of them."""
    done: list[str] = []
    failed: list[NotDone] = []
    for order in orders:
        try:
            await step(order)
        except LiveshowError as error:
            failed.append(NotDone(order, error.code, error.message))
        else:
            done.append(order)
    return ManyView(done, failed)


def _view(order: OrderRecord, caller: Identity) -> OrderView:
    return order.view(caller.user_id)
