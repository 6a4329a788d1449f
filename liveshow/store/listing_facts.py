"""Listings as a show sees them: with their stock, and the mandate that lets it sell them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from liveshow.domain.facts import ListingFacts
from liveshow.domain.state import Lending
from liveshow.store.show_state import (
    lending_from,
    people,
    photos,
    rows,
    shipping_from,
    variant_from,
    variants,
)
from liveshow.store.tables import metadata

_listings = metadata.tables["listings"]
_mandates = metadata.tables["mandates"]


async def listing_facts(
    connection: AsyncConnection, ids: Iterable[str], *, show_id: str, host_id: str, now: int
) -> dict[str, ListingFacts]:
    """Read listings for one show of one host at ``now`` (milliseconds)."""
    wanted = set(ids)
    if not wanted:
        return {}
    found = await rows(connection, select(_listings).where(_listings.c.id.in_(wanted)))
    owners = await people(connection, [row["owner_id"] for row in found])
    pictures = await photos(connection, [photo for row in found for photo in row["photos"]])
    stock = await variants(connection, wanted)
    lendings = await _lendings(connection, wanted, show_id=show_id, host_id=host_id, now=now)
    return {
        row["id"]: ListingFacts(
            id=row["id"],
            owner=owners[row["owner_id"]],
            title=row["title"],
            description=row["description"],
            price=row["price"],
            currency=row["currency"],
            photos=[pictures[photo] for photo in row["photos"] if photo in pictures],
            brand=row["brand"],
            category=row["category"],
            condition=row["condition"],
            shipping=shipping_from(row),
            variants=[variant_from(variant) for variant in stock.get(row["id"], [])],
            archived=row["archived_at"] is not None,
            lending=lendings.get(row["id"]),
        )
        for row in found
    }


async def _lendings(
    connection: AsyncConnection, listings: set[str], *, show_id: str, host_id: str, now: int
) -> dict[str, Lending]:
    """The mandate in force for each listing: one for this very show before one for the host."""
    found = await rows(
        connection,
        select(_mandates)
        .where(
            _mandates.c.listing_id.in_(listings),
            _mandates.c.host_id == host_id,
            _mandates.c.status == "active",
            or_(_mandates.c.show_id == show_id, _mandates.c.show_id.is_(None)),
            or_(_mandates.c.expires_at.is_(None), _mandates.c.expires_at > now),
        )
        .order_by(_mandates.c.created_at, _mandates.c.id)
        # A revocation waits for this batch, or this batch sees it.
        .with_for_update(read=True),
    )
    chosen: dict[str, Lending] = {}
    for row in sorted(found, key=lambda row: row["show_id"] is not None):
        chosen[row["listing_id"]] = lending_from(row)
    return chosen
