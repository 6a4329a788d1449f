"""Listings and their stock in SQL.

Lock order, here and wherever else stock changes: the listing, then its variants by id. The
listing is locked ``FOR NO KEY UPDATE``, which does not wait for rows that merely refer to it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Select,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from liveshow.catalog.listings import Edit, Listing, Locked, unknown_listing
from liveshow.catalog.stock import StockPlan, Variant
from liveshow.domain.run_size import MAX_RUN_BYTES, VARIANT_BYTES, item_bytes
from liveshow.errors import Conflict
from liveshow.store.database import Database
from liveshow.store.photos import own_photos, photos_by_id
from liveshow.store.tables import metadata

_users = metadata.tables["users"]
_listings = metadata.tables["listings"]
_variants = metadata.tables["variants"]
_shows = metadata.tables["shows"]
_show_items = metadata.tables["show_items"]
_mandates = metadata.tables["mandates"]
_claims = metadata.tables["claims"]
_waitlist = metadata.tables["waitlist"]

# Past claims refer to a variant that was removed: it stays, out of sight, with no stock.
REMOVED = -1
_STANDING = ("offered", "requested", "active")


class ListingRepository:
    """Implements ``liveshow.catalog.listings.ListingStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, listing: Listing, photos: Sequence[str]) -> Listing:
        async with self._database.write() as connection:
            await own_photos(connection, listing.owner_id, photos)
            await connection.execute(
                insert(_listings).values(
                    id=listing.id,
                    owner_id=listing.owner_id,
                    created_at=listing.created_at,
                    photos=list(photos),
                    **_columns(
                        {
                            "title": listing.title,
                            "description": listing.description,
                            "price": listing.price,
                            "currency": listing.currency,
                            "brand": listing.brand,
                            "category": listing.category,
                            "condition": listing.condition,
                            "shipping": listing.shipping or {"flat": 0},
                        }
                    ),
                )
            )
            await _write_stock(connection, listing.id, (), StockPlan(listing.variants))
            return await _required(connection, listing.id)

    async def get(self, listing_id: str) -> Listing | None:
        async with self._database.read() as connection:
            found = await load_listings(connection, _select().where(_listings.c.id == listing_id))
        return found[0] if found else None

    async def change(self, listing_id: str, decide: Callable[[Locked], Edit]) -> Listing:
        async with self._database.write() as connection:
            locked = await _lock(connection, listing_id)
            edit = decide(locked)
            if edit.empty:
                return locked.listing
            values = _columns(edit.values)
            if edit.photos is not None:
                await own_photos(connection, locked.listing.owner_id, edit.photos)
                values["photos"] = list(edit.photos)
            if values:
                await connection.execute(
                    update(_listings).where(_listings.c.id == listing_id).values(**values)
                )
            if edit.stock is not None:
                await _write_stock(connection, listing_id, locked.listing.variants, edit.stock)
            listing = await _required(connection, listing_id)
            if locked.shows and item_bytes(listing) > item_bytes(locked.listing):
                await _check_runs(connection, listing_id)
            return listing

    async def closet(
        self,
        handle: str,
        viewer_id: str | None,
        *,
        archived: bool,
        before: tuple[int, str] | None,
        limit: int,
    ) -> list[Listing] | None:
        async with self._database.read() as connection:
            owner_id = (
                await connection.execute(select(_users.c.id).where(_users.c.handle == handle))
            ).scalar_one_or_none()
            if owner_id is None:
                return None
            statement = _select().where(_listings.c.owner_id == owner_id)
            if not archived or viewer_id != owner_id:
                statement = statement.where(_listings.c.archived_at.is_(None))
            if before is not None:
                statement = statement.where(
                    tuple_(_listings.c.created_at, _listings.c.id) < tuple_(*before)
                )
            statement = statement.order_by(
                _listings.c.created_at.desc(), _listings.c.id.desc()
            ).limit(limit)
            return await load_listings(connection, statement)


def _select() -> Select[Any]:
    return select(
        _listings,
        _users.c.handle.label("owner_handle"),
        _users.c.name.label("owner_name"),
    ).join(_users, _users.c.id == _listings.c.owner_id)


async def load_listings(connection: AsyncConnection, statement: Select[Any]) -> list[Listing]:
    """Return the listings of a statement made by ``_select``, with photos and stock."""
    rows = (await connection.execute(statement)).mappings().all()
    photos = await photos_by_id(connection, (photo for row in rows for photo in row["photos"]))
    stock = await _load_stock(connection, [row["id"] for row in rows])
    return [
        Listing(
            id=row["id"],
            owner={
                "id": row["owner_id"],
                "handle": row["owner_handle"],
                "name": row["owner_name"],
            },
            title=row["title"],
            price=row["price"],
            currency=row["currency"],
            created_at=row["created_at"],
            description=row["description"],
            photos=tuple(photos[photo] for photo in row["photos"] if photo in photos),
            brand=row["brand"],
            category=row["category"],
            condition=row["condition"],
            shipping=(
                {"weight": row["shipping_weight"]}
                if row["shipping_weight"] is not None
                else {"flat": row["shipping_flat"] or 0}
            ),
            variants=stock.get(row["id"], ()),
            archived_at=row["archived_at"],
        )
        for row in rows
    ]


async def _load_stock(
    connection: AsyncConnection, listing_ids: Sequence[str]
) -> dict[str, tuple[Variant, ...]]:
    if not listing_ids:
        return {}
    statement = (
        select(_variants)
        .where(_variants.c.listing_id.in_(listing_ids), _variants.c.position != REMOVED)
        .order_by(_variants.c.listing_id, _variants.c.position, _variants.c.id)
    )
    stock: dict[str, tuple[Variant, ...]] = {}
    for row in (await connection.execute(statement)).mappings():
        variant = Variant(
            id=row["id"],
            size=row["size"],
            color=row["color"],
            quantity=row["quantity"],
            held=row["held"],
            sold=row["sold"],
        )
        stock[row["listing_id"]] = (*stock.get(row["listing_id"], ()), variant)
    return stock


async def lock_listing(connection: AsyncConnection, listing_id: str) -> Listing | None:
    """Return the listing, its row locked until the transaction ends; not its stock."""
    row = select(_listings.c.id).where(_listings.c.id == listing_id)
    await connection.execute(row.with_for_update(key_share=True))
    found = await load_listings(connection, _select().where(_listings.c.id == listing_id))
    return found[0] if found else None


async def _lock(connection: AsyncConnection, listing_id: str) -> Locked:
    if await lock_listing(connection, listing_id) is None:
        raise unknown_listing()
    await connection.execute(
        select(_variants.c.id)
        .where(_variants.c.listing_id == listing_id)
        .order_by(_variants.c.id)
        .with_for_update(key_share=True)
    )
    shows = await connection.execute(
        select(_shows.c.status)
        .distinct()
        .join(_show_items, _show_items.c.show_id == _shows.c.id)
        .where(
            _show_items.c.listing_id == listing_id,
            _show_items.c.removed_at.is_(None),
            _shows.c.status != "ended",
        )
    )
    lent = await connection.execute(
        select(_mandates.c.id)
        .where(_mandates.c.listing_id == listing_id, _mandates.c.status.in_(_STANDING))
        .limit(1)
    )
    return Locked(
        await _required(connection, listing_id),
        tuple(shows.scalars()),
        lent.first() is not None,
    )


async def _check_runs(connection: AsyncConnection, listing_id: str) -> None:
    """Raise ``Conflict("run_too_large")`` when a show that has the listing has too much text."""

    def size(*texts: ColumnElement[str]) -> ColumnElement[int]:
        if connection.dialect.name == "sqlite":
            lengths = [func.length(cast(text, LargeBinary)) for text in texts]
        else:
            lengths = [func.octet_length(text) for text in texts]
        return reduce(operator.add, lengths)

    labels = (
        select(func.sum(size(_variants.c.label) + VARIANT_BYTES))
        .where(_variants.c.listing_id == _listings.c.id, _variants.c.position != REMOVED)
        .scalar_subquery()
    )
    texts = _listings.c
    total = func.sum(
        size(texts.title, texts.description, texts.brand, texts.category) + func.coalesce(labels, 0)
    )
    others = _show_items.alias()
    found = await connection.execute(
        select(_show_items.c.show_id)
        .join(others, others.c.show_id == _show_items.c.show_id)
        .join(_listings, _listings.c.id == others.c.listing_id)
        .join(_shows, _shows.c.id == _show_items.c.show_id)
        .where(
            _show_items.c.listing_id == listing_id,
            _show_items.c.removed_at.is_(None),
            others.c.removed_at.is_(None),
            _shows.c.status != "ended",
        )
        .group_by(_show_items.c.show_id)
        .having(total > MAX_RUN_BYTES)
        .limit(1)
    )
    if found.first() is not None:
        raise Conflict(
            "run_too_large",
            "A show that has this listing would have too much text. Make it shorter.",
        )


async def _required(connection: AsyncConnection, listing_id: str) -> Listing:
    found = await load_listings(connection, _select().where(_listings.c.id == listing_id))
    if not found:
        raise unknown_listing()
    return found[0]


async def _write_stock(
    connection: AsyncConnection, listing_id: str, current: Sequence[Variant], plan: StockPlan
) -> None:
    known = {variant.id for variant in current}
    for position, variant in enumerate(plan.variants):
        values = {
            "position": position,
            "label": variant.label,
            "size": variant.size,
            "color": variant.color,
            "quantity": variant.quantity,
        }
        if variant.id in known:
            await connection.execute(
                update(_variants).where(_variants.c.id == variant.id).values(**values)
            )
        else:
            await connection.execute(
                insert(_variants).values(id=variant.id, listing_id=listing_id, **values)
            )
    for variant in plan.removed:
        await _remove_variant(connection, variant.id)


async def _remove_variant(connection: AsyncConnection, variant_id: str) -> None:
    referred = await connection.execute(
        select(
            or_(
                exists().where(_claims.c.variant_id == variant_id),
                exists().where(_waitlist.c.variant_id == variant_id),
            )
        )
    )
    if referred.scalar_one():
        await connection.execute(
            update(_variants)
            .where(_variants.c.id == variant_id)
            .values(position=REMOVED, quantity=0)
        )
    else:
        await connection.execute(delete(_variants).where(_variants.c.id == variant_id))


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    """Return attributes of a listing as columns."""
    columns = dict(values)
    if "shipping" in columns:
        shipping = columns.pop("shipping")
        columns["shipping_flat"] = shipping.get("flat")
        columns["shipping_weight"] = shipping.get("weight")
    return columns
