"""The history of prices: written with what changes a price, read for what may be said of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, delete, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from liveshow.domain.prices import DAY_MS, Change, lowest
from liveshow.store.rows import table_of
from liveshow.store.tables.listings import ListingRow
from liveshow.store.tables.prices import PriceRow

# Longer than anybody asks for: of what is older only what was in force then is kept.
KEPT_MS = 120 * DAY_MS

_PRICES, _LISTINGS = table_of(PriceRow), table_of(ListingRow)
_LATER = _PRICES.alias("later")


async def lowest_prices(
    connection: AsyncConnection, listings: Collection[str], now: int
) -> Mapping[str, int]:
    """Return the lowest price of the last 30 days of those listings that had one, by id.

    Prices in another currency than the listing's are not compared.
    """
    found = await connection.execute(
        select(_PRICES.c.listing_id, _PRICES.c.show_id, _PRICES.c.price, _PRICES.c.from_at)
        .join(_LISTINGS, _LISTINGS.c.id == _PRICES.c.listing_id)
        .where(
            _PRICES.c.listing_id.in_(sorted(listings)), _PRICES.c.currency == _LISTINGS.c.currency
        )
        .order_by(_PRICES.c.id)
    )
    changes: dict[str, list[Change]] = {}
    for listing, show, price, from_at in found:
        changes.setdefault(listing, []).append(Change(show or "", price, from_at))
    low = {listing: lowest(each, now) for listing, each in changes.items()}
    return {listing: price for listing, price in low.items() if price is not None}


async def note_prices(
    connection: AsyncConnection, rows: Sequence[Mapping[str, Any]], now: int
) -> None:
    """Write prices that begin, and forget what is older than anybody asks for."""
    if not rows:
        return
    await connection.execute(insert(_PRICES), rows)
    old = now - KEPT_MS
    await connection.execute(
        delete(_PRICES).where(
            _PRICES.c.listing_id.in_(sorted({row["listing_id"] for row in rows})),
            _PRICES.c.from_at < old,
            exists().where(
                and_(
                    _LATER.c.listing_id == _PRICES.c.listing_id,
                    _LATER.c.show_id.is_not_distinct_from(_PRICES.c.show_id),
                    _LATER.c.id > _PRICES.c.id,
                    _LATER.c.from_at <= old,
                )
            ),
        )
    )
