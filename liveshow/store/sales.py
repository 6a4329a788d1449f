"""Claims, places in line and orders of a show as one list."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import islice
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, null, select, tuple_, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from liveshow.domain.moderation.dossier import folded
from liveshow.domain.values import ItemRef, Person
from liveshow.payments.sales import Sale
from liveshow.store.database import Database
from liveshow.store.rows import table_of
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.claims import ClaimRow, OfferRow, WaitlistRow
from liveshow.store.tables.listings import ListingRow
from liveshow.store.tables.orders import OrderRow
from liveshow.store.tables.shows import ShowItemRow

# One search looks at so many rows; more is another page.
MOST_SEARCHED = 1_000

_Buyer = aliased(UserRow, name="buyer")
_Owner = aliased(UserRow, name="owner")
_SOLD = ("paid", "returned")
_STATES = {"checkout": "paying", "cancelled": "taken_back"}


class SalesRepository:
    """Implements ``liveshow.payments.sales.SalesQueries``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sales(
        self,
        show_id: str,
        *,
        states: Collection[str],
        text: str,
        user: str | None,
        before: tuple[int, str] | None,
        limit: int,
    ) -> tuple[list[Sale], tuple[int, str] | None]:
        most = MOST_SEARCHED if text else limit
        statement = _statement(show_id, states, user, before).limit(most + 1)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        looked = rows[:most]
        found = list(islice((row for row in looked if _matches(_sale(row), text)), limit))
        last = found[-1] if len(found) == limit else (looked[-1] if looked else None)
        more = len(rows) > most or (last is not None and last is not looked[-1])
        following = (last.seq, last.id) if last is not None and more else None
        return [_sale(row) for row in found], following


def _statement(
    show_id: str, states: Collection[str], user: str | None, before: tuple[int, str] | None
) -> Select[*tuple[Any, ...]]:
    both = union_all(_claims(show_id), _places(show_id)).subquery("sales")
    item, listing = table_of(ShowItemRow), table_of(ListingRow)
    offer, order = table_of(OfferRow), table_of(OrderRow)
    paid = and_(
        both.c.payment_id == order.c.payment_id,
        order.c.owner_id == listing.c.owner_id,
        both.c.state.in_(_SOLD),
    )
    state = case(
        (both.c.state.in_(_SOLD), func.coalesce(order.c.status, "paid")), else_=both.c.state
    )
    statement = (
        select(
            both,
            state.label("now"),
            order.c.id.label("order_id"),
            item.c.number,
            offer.c.terms,
            *(column.label(f"by_{name}") for name, column in _person(_Buyer)),
            *(column.label(f"of_{name}") for name, column in _person(_Owner)),
        )
        .join(item, item.c.id == both.c.item_id)
        .join(listing, listing.c.id == item.c.listing_id)
        .join(offer, offer.c.id == both.c.offer_id)
        .join(_Buyer, col(_Buyer.id) == both.c.buyer_id)
        .join(_Owner, col(_Owner.id) == listing.c.owner_id)
        .outerjoin(order, paid)
    )
    if states:
        statement = statement.where(state.in_(list(states)))
    if user is not None:
        statement = statement.where(both.c.buyer_id == user)
    if before is not None:
        statement = statement.where(tuple_(both.c.seq, both.c.id) < tuple_(*before))
    return statement.order_by(both.c.seq.desc(), both.c.id.desc())


def _person(user: type[UserRow]) -> tuple[tuple[str, Any], ...]:
    return ("id", col(user.id)), ("handle", col(user.handle)), ("name", col(user.name))


_COMMON = ("id", "seq", "created_at", "buyer_id", "item_id", "variant_id", "quantity", "offer_id")


def _claims(show_id: str) -> Select[*tuple[Any, ...]]:
    claim = table_of(ClaimRow)
    state = case(
        *((claim.c.status == kept, shown) for kept, shown in _STATES.items()), else_=claim.c.status
    )
    return select(
        *(claim.c[name] for name in _COMMON),
        state.label("state"),
        claim.c.via,
        claim.c.until,
        claim.c.payment_id,
    ).where(claim.c.show_id == show_id, claim.c.status != "removed")


def _places(show_id: str) -> Select[*tuple[Any, ...]]:
    place = table_of(WaitlistRow)
    return select(
        *(place.c[name] for name in _COMMON),
        literal("waiting").label("state"),
        literal("").label("via"),
        literal(0).label("until"),
        null().label("payment_id"),
    ).where(place.c.show_id == show_id)


def _matches(sale: Sale, text: str) -> bool:
    if not text:
        return True
    if number := re.fullmatch(r"#?\s*(\d{1,9})", text.strip()):
        return sale.item.number == int(number[1])
    needle = folded(text.strip().removeprefix("@"))
    words = (sale.user.handle, sale.user.name, sale.item.title, sale.variant, sale.owner.handle)
    return any(needle in folded(word) for word in words)


def _sale(row: Any) -> Sale:
    held = row.now in ("held", "paying")
    return Sale(
        id=row.id,
        at=row.created_at,
        state=row.now,
        user=Person(row.by_id, row.by_handle, row.by_name),
        owner=Person(row.of_id, row.of_handle, row.of_name),
        item=ItemRef(row.item_id, row.number, row.terms["title"]),
        variant_id=row.variant_id,
        variant=row.terms.get("variant", ""),
        quantity=row.quantity,
        price=row.terms["price"],
        via=row.via or None,
        until=row.until if held else None,
        order=row.order_id,
    )
