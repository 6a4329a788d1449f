"""Orders and the ledger in SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from liveshow.domain.events import Event
from liveshow.store.tables import metadata

Json = dict[str, Any]

_orders = metadata.tables["orders"]
_ledger = metadata.tables["ledger"]

_LINE_FIELDS = (
    "title",
    "photo",
    "variant",
    "number",
    "quantity",
    "price",
    "amount",
    "item",
    "listing",
    "variant_id",
    "claim",
)


async def add_orders(connection: AsyncConnection, show_id: str, host_id: str, event: Event) -> None:
    """Insert the orders of a ``payment.settled`` and their ledger, in the room's transaction."""
    data, buyer = event.data, event.data["user"]
    history = [{"status": "paid", "at": event.at, "by": buyer}]
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
                {name: line[name] for name in _LINE_FIELDS} for line in order["parcel"]["lines"]
            ],
            "address": data["address"],
            "carrier": "",
            "tracking": "",
            "reason": "",
            "history": history,
            "created_at": event.at,
        }
        for order in data["orders"]
    ]
    ledger = [
        {
            "order_id": order["id"],
            "show_id": show_id,
            "kind": "sale",
            "account": line["account"],
            "user_id": line["user"],
            "amount": line["amount"],
            "at": event.at,
        }
        for order in data["orders"]
        for line in order["ledger"]
    ]
    if orders:
        await connection.execute(insert(_orders), orders)
    if ledger:
        await connection.execute(insert(_ledger), ledger)
