"""The run of show, the listings in it, and their stock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.flash.events import FlashEnded
from liveshow.domain.run_of_show.events import (
    ItemAdded,
    ItemChanged,
    ItemMoved,
    ItemRemoved,
    ItemRepriced,
)
from liveshow.domain.run_of_show.facts import LISTINGS, STOCK, ListingFacts
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.show.events import Event, Record
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Lending, Shipping, Variant
from liveshow.store.listings import shipping_from
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.reading import people, photos, read
from liveshow.store.rows import Read, table_of
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.listings import ListingRow, VariantRow
from liveshow.store.tables.mandates import MandateRow
from liveshow.store.tables.shows import ShowItemRow


def _variant(row: Read) -> Variant:
    return Variant(
        row[VariantRow.id],
        row[VariantRow.label],
        row[VariantRow.quantity],
        row[VariantRow.held],
        row[VariantRow.sold],
    )


async def _variants(
    connection: AsyncConnection, listings: Iterable[str]
) -> dict[str, list[Variant]]:
    """The stock of listings, in the order of their variants.

    A variant that was withdrawn but has a past keeps its row at position -1.
    """
    found = await read(
        connection,
        select(VariantRow)
        .where(col(VariantRow.listing_id).in_(set(listings)), col(VariantRow.position) >= 0)
        .order_by(col(VariantRow.position), col(VariantRow.id)),
    )
    grouped: dict[str, list[Variant]] = {}
    for row in found:
        grouped.setdefault(row[VariantRow.listing_id], []).append(_variant(row))
    return grouped


def _lending(row: Read) -> Lending:
    return Lending(
        row[MandateRow.id],
        row[MandateRow.floor],
        row[MandateRow.commission_percent],
        row[MandateRow.expires_at],
        _agreed_shipping(row),
    )


def _agreed_shipping(row: Read) -> Shipping | None:
    flat, weight = row[MandateRow.shipping_flat], row[MandateRow.shipping_weight]
    if weight is not None:
        return Shipping(weight=weight)
    return None if flat is None else Shipping(flat=flat)


# --- facts ---------------------------------------------------------------------------------


_LISTINGS, _VARIANTS = table_of(ListingRow), table_of(VariantRow)
_LOCK_LISTINGS = (
    select(_LISTINGS.c.id)
    .where(_LISTINGS.c.id.in_(bindparam("listings", expanding=True)))
    .order_by(_LISTINGS.c.id)
    .with_for_update(key_share=True)
)
_LOCK_STOCK = (
    select(_VARIANTS)
    .where(_VARIANTS.c.listing_id.in_(bindparam("listings", expanding=True)))
    .order_by(_VARIANTS.c.id)
    .with_for_update()
)


async def _stock(place: Place, listings: frozenset[str]) -> Mapping[str, list[Variant]]:
    """Lock the stock of listings, in the order of the ids: two rooms cannot deadlock."""
    asked = {"listings": sorted(listings)}
    if place.connection.dialect.name != "sqlite":
        # The listings first, as whoever edits one does: from here on no variant comes or goes.
        # A transaction of SQLite that writes has the database for itself.
        await place.connection.execute(_LOCK_LISTINGS, asked)
    found = await read(place.connection, _LOCK_STOCK, asked)
    stock: dict[str, list[Variant]] = {}
    for row in found:
        stock.setdefault(row[VariantRow.listing_id], []).append(_variant(row))
    return stock


async def _listings(place: Place, ids: frozenset[str]) -> Mapping[str, ListingFacts]:
    connection = place.connection
    found = await read(connection, select(ListingRow).where(col(ListingRow.id).in_(ids)))
    owners = await people(connection, [row[ListingRow.owner_id] for row in found])
    pictures = await photos(connection, [p for row in found for p in row[ListingRow.photos]])
    stock = await _variants(connection, ids)
    lendings = await _lendings_in_force(place, ids)
    return {
        row[ListingRow.id]: ListingFacts(
            id=row[ListingRow.id],
            owner=owners[row[ListingRow.owner_id]],
            title=row[ListingRow.title],
            description=row[ListingRow.description],
            price=row[ListingRow.price],
            currency=row[ListingRow.currency],
            photos=[pictures[p] for p in row[ListingRow.photos] if p in pictures],
            brand=row[ListingRow.brand],
            category=row[ListingRow.category],
            condition=row[ListingRow.condition],
            shipping=shipping_from(row),
            variants=stock.get(row[ListingRow.id], []),
            archived=row[ListingRow.archived_at] is not None,
            lending=lendings.get(row[ListingRow.id]),
        )
        for row in found
    }


async def _lendings_in_force(place: Place, listings: frozenset[str]) -> dict[str, Lending]:
    """The mandate in force for each listing: one for this very show before one for the host."""
    found = await read(
        place.connection,
        select(MandateRow)
        .where(
            col(MandateRow.listing_id).in_(listings),
            col(MandateRow.host_id) == place.host_id,
            col(MandateRow.status) == "active",
            or_(col(MandateRow.show_id) == place.show_id, col(MandateRow.show_id).is_(None)),
            or_(col(MandateRow.expires_at).is_(None), col(MandateRow.expires_at) > place.now),
        )
        .order_by(col(MandateRow.created_at), col(MandateRow.id))
        # A revocation waits for this batch, or this batch sees it.
        .with_for_update(read=True),
    )
    found.sort(key=lambda row: row[MandateRow.show_id] is not None)
    return {row[MandateRow.listing_id]: _lending(row) for row in found}


# --- the run of show -----------------------------------------------------------------------


class ItemRows(Aggregate):
    ORDER = 20
    # In this order: a listing is read with the stock that is locked by then.
    LOADERS = {STOCK: _stock, LISTINGS: _listings}

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        # Ids of items in the order in which they changed, those that were never there in front.
        self._changed: dict[str, None] = {}
        self._added: set[str] = set()

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        found = await read(
            connection,
            select(ShowItemRow, ListingRow)
            .join(ListingRow, col(ListingRow.id) == col(ShowItemRow.listing_id))
            .where(col(ShowItemRow.show_id) == state.id)
            .order_by(col(ShowItemRow.position), col(ShowItemRow.number)),
        )
        owners = await people(connection, [row[ListingRow.owner_id] for row in found])
        pictures = await photos(connection, [p for row in found for p in row[ListingRow.photos]])
        stock = await _variants(connection, [row[ListingRow.id] for row in found])
        mandates = [m for row in found if (m := row[ShowItemRow.mandate_id])]
        lendings = await _lendings(connection, mandates)
        sold = await _sold_here(connection, state.id)
        run = state[RunOfShow]
        for row in found:
            item = Item(
                id=row[ShowItemRow.id],
                number=row[ShowItemRow.number],
                listing=row[ListingRow.id],
                title=row[ListingRow.title],
                price=row[ShowItemRow.price],
                owner=owners[row[ListingRow.owner_id]],
                variants=stock.get(row[ListingRow.id], []),
                description=row[ListingRow.description],
                photos=[pictures[p] for p in row[ListingRow.photos] if p in pictures],
                brand=row[ListingRow.brand],
                category=row[ListingRow.category],
                condition=row[ListingRow.condition],
                shipping=shipping_from(row),
                lending=lendings.get(row[ShowItemRow.mandate_id] or ""),
                sold_here=sold.get(row[ShowItemRow.id], 0),
                removed=row[ShowItemRow.removed_at] is not None,
                was=row[ShowItemRow.was],
            )
            run.put(item)
            if not item.removed:
                run.order.append(item.id)

    @records(ItemAdded)
    def _add(self, event: ItemAdded, _record: Record, state: ShowState) -> None:
        self._added.add(event.item.id)
        self._change(event.item.id, *state[RunOfShow].order)

    @records(ItemRemoved)
    def _removed(self, event: ItemRemoved, _record: Record, state: ShowState) -> None:
        self._change(event.item, *state[RunOfShow].order)

    @records(ItemMoved)
    def _moved(self, event: ItemMoved, _record: Record, _state: ShowState) -> None:
        self._change(*event.order)

    @records(ItemChanged)
    def _edited(self, event: ItemChanged, _record: Record, _state: ShowState) -> None:
        self._change(event.item.id)

    @records(ItemRepriced)
    def _repriced(self, event: ItemRepriced, _record: Record, _state: ShowState) -> None:
        self._change(event.item)

    @records(FlashEnded)
    def _flash_over(self, event: FlashEnded, _record: Record, _state: ShowState) -> None:
        self._change(event.item)

    def _change(self, *item_ids: str) -> None:
        self._changed.update(dict.fromkeys(item_ids))

    async def write(self, state: ShowState) -> None:
        if not self._changed:
            return
        connection, run = self._place.connection, state[RunOfShow]
        position = {item_id: index for index, item_id in enumerate(run.order)}
        new = self._added - await self._known(self._added)
        values = [_item_row(run.items[i], position, self._place.now) for i in self._changed]
        added = [row | _fixed(run.items[row["id"]], state.id) for row in values if row["id"] in new]
        if added:
            await connection.execute(insert(ShowItemRow), added)
        changed = [row | {"item": row["id"]} for row in values if row["id"] not in new]
        if changed:
            names = ("mandate_id", "position", "price", "was", "removed_at")
            await connection.execute(
                update(table_of(ShowItemRow))
                .where(col(ShowItemRow.id) == bindparam("item"))
                .values({name: bindparam(name) for name in names}),
                changed,
            )

    async def _known(self, item_ids: set[str]) -> set[str]:
        """An item that was removed and added again keeps its row."""
        if not item_ids:
            return set()
        statement = select(col(ShowItemRow.id)).where(col(ShowItemRow.id).in_(item_ids))
        return set((await self._place.connection.execute(statement)).scalars())


def _item_row(item: Item, position: Mapping[str, int], now: int) -> dict[str, Any]:
    return {
        "id": item.id,
        "mandate_id": item.lending.mandate if item.lending else None,
        "position": position.get(item.id, len(position)),
        "price": item.price,
        "was": item.was,
        "removed_at": now if item.removed else None,
    }


def _fixed(item: Item, show_id: str) -> dict[str, Any]:
    return {"show_id": show_id, "listing_id": item.listing, "number": item.number}


async def _lendings(connection: AsyncConnection, mandates: list[str]) -> dict[str, Lending]:
    if not mandates:
        return {}
    statement = select(MandateRow).where(col(MandateRow.id).in_(set(mandates)))
    return {row[MandateRow.id]: _lending(row) for row in await read(connection, statement)}


async def _sold_here(connection: AsyncConnection, show_id: str) -> dict[str, int]:
    """Pieces sold in a show, by item."""
    pieces = func.sum(col(ClaimRow.quantity)).label("pieces")
    found = await connection.execute(
        select(col(ClaimRow.item_id), pieces)
        .where(col(ClaimRow.show_id) == show_id, col(ClaimRow.status) == "paid")
        .group_by(col(ClaimRow.item_id))
    )
    return {row.item_id: int(row.pieces) for row in found}


# --- stock ---------------------------------------------------------------------------------


_MOVE = (
    update(_VARIANTS)
    .where(_VARIANTS.c.id == bindparam("variant"))
    .values(
        quantity=_VARIANTS.c.quantity + bindparam("more"),
        held=_VARIANTS.c.held + bindparam("more_held"),
        sold=_VARIANTS.c.sold + bindparam("more_sold"),
    )
)


# A form that says how many there are must not undo what was added meanwhile.
_RECOUNTED = (
    update(_LISTINGS)
    .where(
        _LISTINGS.c.id
        == select(_VARIANTS.c.listing_id)
        .where(_VARIANTS.c.id == bindparam("variant"))
        .scalar_subquery()
    )
    .values(version=_LISTINGS.c.version + 1)
)


class StockRows(Aggregate):
    """Stock is written as differences, never as values remembered from memory."""

    ORDER = 30

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        # Differences by variant: quantity, held, sold.
        self._moves: dict[str, tuple[int, int, int]] = {}

    @records(Event)
    def _move(self, event: Event, _record: Record, _state: ShowState) -> None:
        for move in event.moves():
            quantity, held, sold = self._moves.get(move.variant, (0, 0, 0))
            self._moves[move.variant] = (
                quantity + move.quantity,
                held + move.held,
                sold + move.sold,
            )

    async def write(self, state: ShowState) -> None:
        changed = [
            {"variant": variant, "more": more, "more_held": held, "more_sold": sold}
            for variant, (more, held, sold) in sorted(self._moves.items())
            if more or held or sold
        ]
        if not changed:
            return
        await self._place.connection.execute(_MOVE, changed)
        if recounted := [{"variant": move["variant"]} for move in changed if move["more"]]:
            await self._place.connection.execute(_RECOUNTED, recounted)
