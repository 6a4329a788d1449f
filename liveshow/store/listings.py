"""Listings and their stock in SQL.

Lock order, here and wherever else stock changes: the listing, then its variants by id. The
listing is locked ``FOR NO KEY UPDATE``, which does not wait for rows that merely refer to it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any
from typing import cast as cast_to

from msgspec import UNSET
from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Select,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col

from liveshow.catalog.listings import (
    Edit,
    Listing,
    Locked,
    PriceChange,
    PriceSource,
    unknown_listing,
)
from liveshow.catalog.mandates import STANDING
from liveshow.catalog.stock import StockPlan, Variant
from liveshow.domain.prices import was
from liveshow.domain.run_of_show.size import MAX_RUN_BYTES, VARIANT_BYTES, item_bytes
from liveshow.domain.values import Shipping
from liveshow.errors import Conflict
from liveshow.store.database import Database
from liveshow.store.photos import own_photos, photos_by_id
from liveshow.store.prices import lowest_prices, note_prices
from liveshow.store.rows import Cursor, Read, insert_rows, older, person, person_columns
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.auctions import AuctionRow
from liveshow.store.tables.claims import ClaimRow, WaitlistRow
from liveshow.store.tables.listings import ListingRow, VariantRow
from liveshow.store.tables.mandates import MandateRow
from liveshow.store.tables.offers import PriceOfferRow
from liveshow.store.tables.prices import PriceRow
from liveshow.store.tables.shows import ShowItemRow, ShowRow

# Past claims refer to a variant that was removed: it stays, out of sight, with no stock.
REMOVED = -1


class ListingRepository:
    """Implements ``liveshow.catalog.listings.ListingStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, listing: Listing, photos: Sequence[str]) -> Listing:
        async with self._database.write() as connection:
            await own_photos(connection, listing.owner_id, photos)
            await insert_rows(
                connection,
                ListingRow(
                    id=listing.id,
                    owner_id=listing.owner_id,
                    title=listing.title,
                    description=listing.description,
                    price=listing.price,
                    currency=listing.currency,
                    photos=list(photos),
                    brand=listing.brand,
                    category=listing.category,
                    condition=listing.condition,
                    **_shipping_columns(listing.shipping),
                    created_at=listing.created_at,
                    version=listing.version,
                ),
            )
            await _write_stock(connection, listing.id, (), StockPlan(listing.variants))
            await _note(connection, listing.id, listing.price, listing.currency, listing.created_at)
            return await _required(connection, listing.id)

    async def count(self, owner_id: str) -> int:
        statement = select(func.count()).where(col(ListingRow.owner_id) == owner_id)
        async with self._database.read() as connection:
            return int((await connection.execute(statement)).scalar_one())

    async def get(self, listing_id: str) -> Listing | None:
        async with self._database.read() as connection:
            return await _find(connection, listing_id)

    async def prices(self, listing_id: str, *, limit: int) -> list[PriceChange]:
        statement = (
            select(PriceRow)
            .where(col(PriceRow.listing_id) == listing_id)
            .order_by(col(PriceRow.id).desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = [Read(row) for row in await connection.execute(statement)]
        return [
            PriceChange(
                row[PriceRow.show_id],
                row[PriceRow.price],
                row[PriceRow.currency],
                cast_to(PriceSource, row[PriceRow.source]),
                row[PriceRow.from_at],
            )
            for row in rows
        ]

    async def is_lent_to(self, listing_id: str, host_id: str) -> bool:
        statement = select(
            exists().where(
                col(MandateRow.listing_id) == listing_id,
                col(MandateRow.host_id) == host_id,
                col(MandateRow.status) == "active",
            )
        )
        async with self._database.read() as connection:
            return bool((await connection.execute(statement)).scalar_one())

    async def change(self, listing_id: str, decide: Callable[[Locked], Edit]) -> Listing:
        async with self._database.write() as connection:
            locked = await _lock(connection, listing_id)
            edit = decide(locked)
            if edit.empty:
                return locked.listing
            values = _columns(edit)
            if edit.photos is not None:
                await own_photos(connection, locked.listing.owner_id, edit.photos)
                values["photos"] = list(edit.photos)
            values |= await _reduction(connection, locked.listing, edit)
            values["version"] = col(ListingRow.version) + 1
            await connection.execute(
                update(ListingRow).where(col(ListingRow.id) == listing_id).values(**values)
            )
            if edit.stock is not None:
                await _write_stock(connection, listing_id, locked.listing.variants, edit.stock)
            listing = await _required(connection, listing_id)
            if {"price", "currency"} & edit.changes.keys():
                await _note(connection, listing_id, listing.price, listing.currency, edit.at)
            if locked.shows and item_bytes(listing) > item_bytes(locked.listing):
                await _check_runs(connection, listing_id)
            return listing

    async def archive(
        self, listing_id: str, decide: Callable[[Locked], int | None]
    ) -> tuple[str, ...]:
        this, lent = col(ListingRow.id) == listing_id, col(MandateRow.listing_id) == listing_id
        async with self._database.write() as connection:
            locked = await _lock(connection, listing_id)
            now = decide(locked)
            if now is None:
                return ()
            await connection.execute(
                update(ListingRow)
                .where(this)
                .values(archived_at=now, version=col(ListingRow.version) + 1)
            )
            await _note(connection, listing_id, None, locked.listing.currency, now)
            ended = await connection.execute(
                update(MandateRow)
                .where(lent, col(MandateRow.status).in_(sorted(STANDING)))
                .values(status="revoked", changed_at=now, changed_by=locked.listing.owner_id)
                .returning(col(MandateRow.host_id))
            )
            return tuple(ended.scalars())

    async def closet(
        self,
        handle: str,
        viewer_id: str | None,
        *,
        archived: bool,
        before: Cursor | None,
        limit: int,
    ) -> list[Listing] | None:
        async with self._database.read() as connection:
            owner = await connection.execute(
                select(col(UserRow.id)).where(col(UserRow.handle) == handle)
            )
            owner_id = owner.scalar_one_or_none()
            if owner_id is None:
                return None
            statement = _select().where(col(ListingRow.owner_id) == owner_id)
            if not archived or viewer_id != owner_id:
                statement = statement.where(col(ListingRow.archived_at).is_(None))
            if before is not None:
                statement = statement.where(older(ListingRow.created_at, ListingRow.id, before))
            statement = statement.order_by(
                col(ListingRow.created_at).desc(), col(ListingRow.id).desc()
            ).limit(limit)
            return await _load(connection, statement)


async def _note(
    connection: AsyncConnection, listing_id: str, price: int | None, currency: str, at: int
) -> None:
    """Write down what a listing costs in its closet from now on."""
    row = {"listing_id": listing_id, "show_id": None, "price": price, "currency": currency}
    await note_prices(connection, [row | {"source": "listing", "from_at": at}], at)


async def _reduction(
    connection: AsyncConnection, listing: Listing, edit: Edit
) -> dict[str, int | None]:
    """Return what a new price may be said to have been before."""
    if "currency" in edit.changes:
        return {"was": None}
    if "price" not in edit.changes:
        return {}
    low = await lowest_prices(connection, [listing.id], edit.at)
    return {"was": was(edit.changes["price"], listing.price, low.get(listing.id))}


def _select() -> Select[*tuple[Any, ...]]:
    return select(ListingRow, *person_columns(UserRow)).join(
        UserRow, col(UserRow.id) == col(ListingRow.owner_id)
    )


async def _load(connection: AsyncConnection, statement: Select[*tuple[Any, ...]]) -> list[Listing]:
    """Return the listings of a statement made by ``_select``, with photos and stock."""
    rows = [Read(row) for row in await connection.execute(statement)]
    photos = await photos_by_id(
        connection, (photo for row in rows for photo in row[ListingRow.photos])
    )
    stock = await _load_stock(connection, [row[ListingRow.id] for row in rows])
    return [
        Listing(
            id=row[ListingRow.id],
            owner=person(row, UserRow),
            title=row[ListingRow.title],
            price=row[ListingRow.price],
            currency=row[ListingRow.currency],
            created_at=row[ListingRow.created_at],
            description=row[ListingRow.description],
            photos=tuple(photos[photo] for photo in row[ListingRow.photos] if photo in photos),
            brand=row[ListingRow.brand],
            category=row[ListingRow.category],
            condition=row[ListingRow.condition],
            shipping=shipping_from(row),
            variants=tuple(stock.get(row[ListingRow.id], ())),
            archived_at=row[ListingRow.archived_at],
            version=row[ListingRow.version],
            was=row[ListingRow.was],
        )
        for row in rows
    ]


def shipping_from(row: Read) -> Shipping:
    weight = row[ListingRow.shipping_weight]
    if weight is not None:
        return Shipping(weight=weight)
    return Shipping(flat=row[ListingRow.shipping_flat] or 0)


def _shipping_columns(shipping: Shipping) -> dict[str, int | None]:
    return {
        "shipping_flat": None if shipping.flat is UNSET else shipping.flat,
        "shipping_weight": None if shipping.weight is UNSET else shipping.weight,
    }


async def _load_stock(
    connection: AsyncConnection, listing_ids: Sequence[str]
) -> dict[str, list[Variant]]:
    if not listing_ids:
        return {}
    rows = await connection.execute(
        select(
            col(VariantRow.listing_id),
            col(VariantRow.id),
            col(VariantRow.size),
            col(VariantRow.color),
            col(VariantRow.quantity),
            col(VariantRow.held),
            col(VariantRow.sold),
        )
        .where(col(VariantRow.listing_id).in_(listing_ids), col(VariantRow.position) != REMOVED)
        .order_by(col(VariantRow.listing_id), col(VariantRow.position), col(VariantRow.id))
    )
    stock: dict[str, list[Variant]] = {}
    for listing_id, id_, size, color, quantity, held, sold in rows:
        variant = Variant(id=id_, size=size, color=color, quantity=quantity, held=held, sold=sold)
        stock.setdefault(listing_id, []).append(variant)
    return stock


async def lock_listing(connection: AsyncConnection, listing_id: str) -> Listing | None:
    """Return the listing, its row locked until the transaction ends; not its stock."""
    row = select(col(ListingRow.id)).where(col(ListingRow.id) == listing_id)
    await connection.execute(row.with_for_update(key_share=True))
    return await _find(connection, listing_id)


async def _lock(connection: AsyncConnection, listing_id: str) -> Locked:
    if await lock_listing(connection, listing_id) is None:
        raise unknown_listing()
    await connection.execute(
        select(col(VariantRow.id))
        .where(col(VariantRow.listing_id) == listing_id)
        .order_by(col(VariantRow.id))
        .with_for_update(key_share=True)
    )
    shows = await connection.execute(
        select(col(ShowRow.status))
        .distinct()
        .join(ShowItemRow, col(ShowItemRow.show_id) == col(ShowRow.id))
        .where(
            col(ShowItemRow.listing_id) == listing_id,
            col(ShowItemRow.removed_at).is_(None),
            col(ShowRow.status) != "ended",
        )
    )
    lent = await connection.execute(
        select(col(MandateRow.id))
        .where(col(MandateRow.listing_id) == listing_id, col(MandateRow.status).in_(STANDING))
        .limit(1)
    )
    return Locked(
        await _required(connection, listing_id),
        tuple(shows.scalars()),
        lent.first() is not None,
    )


async def _find(connection: AsyncConnection, listing_id: str) -> Listing | None:
    found = await _load(connection, _select().where(col(ListingRow.id) == listing_id))
    return found[0] if found else None


async def _check_runs(connection: AsyncConnection, listing_id: str) -> None:
    """Raise ``Conflict("run_too_large")`` when a show that has the listing has too much text."""

    def size(*texts: ColumnElement[str] | Mapped[str]) -> ColumnElement[int]:
        if connection.dialect.name == "sqlite":
            lengths = [func.length(cast(text, LargeBinary)) for text in texts]
        else:
            lengths = [func.octet_length(text) for text in texts]
        return reduce(operator.add, lengths)

    labels = (
        select(func.sum(size(col(VariantRow.label)) + VARIANT_BYTES))
        .where(
            col(VariantRow.listing_id) == col(ListingRow.id), col(VariantRow.position) != REMOVED
        )
        .scalar_subquery()
    )
    texts = (ListingRow.title, ListingRow.description, ListingRow.brand, ListingRow.category)
    total = func.sum(size(*(col(text) for text in texts)) + func.coalesce(labels, 0))
    other = aliased(ShowItemRow)
    found = await connection.execute(
        select(col(ShowItemRow.show_id))
        .join(other, col(other.show_id) == col(ShowItemRow.show_id))
        .join(ListingRow, col(ListingRow.id) == col(other.listing_id))
        .join(ShowRow, col(ShowRow.id) == col(ShowItemRow.show_id))
        .where(
            col(ShowItemRow.listing_id) == listing_id,
            col(ShowItemRow.removed_at).is_(None),
            col(other.removed_at).is_(None),
            col(ShowRow.status) != "ended",
        )
        .group_by(col(ShowItemRow.show_id))
        .having(total > MAX_RUN_BYTES)
        .limit(1)
    )
    if found.first() is not None:
        raise Conflict(
            "run_too_large",
            "A show that has this listing would have too much text. Make it shorter.",
        )


async def _required(connection: AsyncConnection, listing_id: str) -> Listing:
    listing = await _find(connection, listing_id)
    if listing is None:
        raise unknown_listing()
    return listing


async def _write_stock(
    connection: AsyncConnection, listing_id: str, current: Sequence[Variant], plan: StockPlan
) -> None:
    known = {variant.id for variant in current}
    for position, variant in enumerate(plan.variants):
        if variant.id in known:
            await connection.execute(
                update(VariantRow)
                .where(col(VariantRow.id) == variant.id)
                .values(
                    position=position,
                    label=variant.label,
                    size=variant.size,
                    color=variant.color,
                    quantity=variant.quantity,
                )
            )
        else:
            await insert_rows(
                connection,
                VariantRow(
                    id=variant.id,
                    listing_id=listing_id,
                    position=position,
                    label=variant.label,
                    size=variant.size,
                    color=variant.color,
                    quantity=variant.quantity,
                ),
            )
    for variant in plan.removed:
        await _remove_variant(connection, variant.id)


async def _remove_variant(connection: AsyncConnection, variant_id: str) -> None:
    this = col(VariantRow.id) == variant_id
    referred = await connection.execute(
        select(
            or_(
                exists().where(col(ClaimRow.variant_id) == variant_id),
                exists().where(col(WaitlistRow.variant_id) == variant_id),
                exists().where(col(AuctionRow.variant_id) == variant_id),
                exists().where(col(PriceOfferRow.variant_id) == variant_id),
            )
        )
    )
    if referred.scalar_one():
        await connection.execute(
            update(VariantRow).where(this).values(position=REMOVED, quantity=0)
        )
    else:
        await connection.execute(delete(VariantRow).where(this))


def _columns(edit: Edit) -> dict[str, Any]:
    """Return what an edit changes as columns of the listing."""
    columns: dict[str, Any] = {k: v for k, v in edit.changes.items() if k != "shipping"}
    if "shipping" in edit.changes:
        columns |= _shipping_columns(edit.changes["shipping"])
    return columns
