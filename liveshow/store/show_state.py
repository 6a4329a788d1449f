"""Read a show's whole state from its rows. What a room starts from."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from liveshow.domain.events import Event
from liveshow.domain.lines import LINE_TYPES, line_of
from liveshow.domain.state import (
    LINES_KEPT,
    NOTICES_KEPT,
    Claim,
    Entry,
    Item,
    Json,
    Lending,
    Notice,
    OpenPayment,
    Person,
    Sanction,
    ShowState,
    Variant,
)
from liveshow.errors import NotFound
from liveshow.store.tables import metadata

_users = metadata.tables["users"]
_photos = metadata.tables["photos"]
_listings = metadata.tables["listings"]
_variants = metadata.tables["variants"]
_mandates = metadata.tables["mandates"]
_shows = metadata.tables["shows"]
_staff = metadata.tables["staff"]
_items = metadata.tables["show_items"]
_claims = metadata.tables["claims"]
_waitlist = metadata.tables["waitlist"]
_payments = metadata.tables["payments"]
_sanctions = metadata.tables["sanctions"]
_events = metadata.tables["events"]
_notices = metadata.tables["notices"]

ACTIVE_CLAIMS = ("held", "checkout")
OPEN_PAYMENTS = ("open", "challenge", "processing")

Row = Mapping[str, Any]


def photo_json(photo_id: str, width: int, height: int) -> Json:
    """A **photo** of PROTOCOL.md 2.2."""
    return {
        "id": photo_id,
        "url": f"/photos/{photo_id}/full.webp",
        "thumb_url": f"/photos/{photo_id}/thumb.webp",
        "width": width,
        "height": height,
    }


async def rows(connection: AsyncConnection, statement: Any) -> list[Row]:
    return [dict(row) for row in (await connection.execute(statement)).mappings()]


async def people(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, Person]:
    wanted = set(ids)
    if not wanted:
        return {}
    found = await rows(
        connection,
        select(_users.c.id, _users.c.handle, _users.c.name).where(_users.c.id.in_(wanted)),
    )
    return {row["id"]: Person(**row) for row in found}


async def photos(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, Json]:
    wanted = set(ids)
    if not wanted:
        return {}
    found = await rows(
        connection,
        select(_photos.c.id, _photos.c.width, _photos.c.height).where(_photos.c.id.in_(wanted)),
    )
    return {row["id"]: photo_json(row["id"], row["width"], row["height"]) for row in found}


async def variants(connection: AsyncConnection, listings: Iterable[str]) -> dict[str, list[Row]]:
    """The stock of listings, in the order of their variants.

    A variant that was withdrawn but has a past keeps its row at position -1.
    """
    wanted = set(listings)
    if not wanted:
        return {}
    found = await rows(
        connection,
        select(_variants)
        .where(_variants.c.listing_id.in_(wanted), _variants.c.position >= 0)
        .order_by(_variants.c.position, _variants.c.id),
    )
    grouped: dict[str, list[Row]] = {}
    for row in found:
        grouped.setdefault(row["listing_id"], []).append(row)
    return grouped


def variant_from(row: Row) -> Variant:
    return Variant(row["id"], row["label"], row["quantity"], row["held"], row["sold"])


def shipping_from(row: Row) -> Json:
    if row["shipping_weight"] is not None:
        return {"weight": row["shipping_weight"]}
    return {"flat": row["shipping_flat"] or 0}


async def load_state(connection: AsyncConnection, show_id: str) -> ShowState:
    """Raise ``not_found``, or return the show at its last committed ``(epoch, seq)``."""
    found = await rows(connection, select(_shows).where(_shows.c.id == show_id))
    if not found:
        raise NotFound(message="There is no such show.")
    show = found[0]
    host = (await people(connection, [show["host_id"]]))[show["host_id"]]
    cover = await photos(connection, [show["cover"]] if show["cover"] else [])
    state = ShowState(
        id=show_id,
        host=host,
        cover=cover.get(show["cover"]),
        words=list(show["words"]),
        **{name: show[name] for name in _PLAIN},
    )
    await _load_staff(connection, state)
    await _load_items(connection, state)
    await _load_claims(connection, state)
    await _load_sanctions(connection, state)
    await _load_lines(connection, state)
    await _load_notices(connection, state)
    return state


# Columns of a show that its state holds under the same name.
_PLAIN = (
    "title",
    "description",
    "currency",
    "status",
    "reason",
    "scheduled_at",
    "started_at",
    "ended_at",
    "interrupted_at",
    "hold_seconds",
    "claims_per_buyer",
    "shipping_cap",
    "slow_seconds",
    "chat_mode",
    "pinned",
    "streaming",
    "next_number",
    "epoch",
    "seq",
)


def show_columns(state: ShowState) -> Row:
    """The columns of the show's row that its room owns."""
    return {name: getattr(state, name) for name in _PLAIN if name not in ("currency", "epoch")} | {
        "words": list(state.words),
        "cover": state.cover["id"] if state.cover else None,
    }


async def _load_staff(connection: AsyncConnection, state: ShowState) -> None:
    found = await rows(
        connection, select(_staff).where(_staff.c.show_id == state.id).order_by(_staff.c.position)
    )
    known = await people(connection, [row["user_id"] for row in found])
    state.staff = {row["user_id"]: (known[row["user_id"]], row["role"]) for row in found}


async def _load_items(connection: AsyncConnection, state: ShowState) -> None:
    found = await rows(
        connection,
        select(
            _items.c.id.label("item_id"),
            _items.c.number,
            _items.c.price.label("item_price"),
            _items.c.mandate_id,
            _items.c.removed_at,
            _listings,
        )
        .join(_listings, _listings.c.id == _items.c.listing_id)
        .where(_items.c.show_id == state.id)
        .order_by(_items.c.position, _items.c.number),
    )
    owners = await people(connection, [row["owner_id"] for row in found])
    pictures = await photos(connection, [photo for row in found for photo in row["photos"]])
    stock = await variants(connection, [row["id"] for row in found])
    lendings = await _lendings(connection, [row["mandate_id"] for row in found])
    sold = await _sold_here(connection, state.id)
    for row in found:
        item = Item(
            id=row["item_id"],
            number=row["number"],
            listing=row["id"],
            title=row["title"],
            price=row["item_price"],
            owner=owners[row["owner_id"]],
            variants=[variant_from(variant) for variant in stock.get(row["id"], [])],
            description=row["description"],
            photos=[pictures[photo] for photo in row["photos"] if photo in pictures],
            brand=row["brand"],
            category=row["category"],
            condition=row["condition"],
            shipping=shipping_from(row),
            lending=lendings.get(row["mandate_id"]),
            sold_here=sold.get(row["item_id"], 0),
            removed=row["removed_at"] is not None,
        )
        state.items[item.id] = item
        if not item.removed:
            state.order.append(item.id)


async def _sold_here(connection: AsyncConnection, show_id: str) -> dict[str, int]:
    """Pieces sold in a show, by item."""
    found = await connection.execute(
        select(_claims.c.item_id, func.sum(_claims.c.quantity).label("pieces"))
        .where(_claims.c.show_id == show_id, _claims.c.status == "paid")
        .group_by(_claims.c.item_id)
    )
    return {row.item_id: int(row.pieces) for row in found}


async def _lendings(connection: AsyncConnection, ids: Iterable[str | None]) -> dict[str, Lending]:
    wanted = {mandate for mandate in ids if mandate}
    if not wanted:
        return {}
    found = await rows(connection, select(_mandates).where(_mandates.c.id.in_(wanted)))
    return {row["id"]: lending_from(row) for row in found}


def lending_from(row: Row) -> Lending:
    return Lending(row["id"], row["floor"], row["commission_percent"], row["expires_at"])


async def _load_claims(connection: AsyncConnection, state: ShowState) -> None:
    held = await rows(
        connection,
        select(_claims)
        .where(_claims.c.show_id == state.id, _claims.c.status.in_(ACTIVE_CLAIMS))
        .order_by(_claims.c.created_at, _claims.c.seq),
    )
    waiting = await rows(
        connection,
        select(_waitlist).where(_waitlist.c.show_id == state.id).order_by(_waitlist.c.seq),
    )
    paying = await rows(
        connection,
        select(_payments).where(
            _payments.c.show_id == state.id, _payments.c.status.in_(OPEN_PAYMENTS)
        ),
    )
    known = await people(connection, [row["buyer_id"] for row in (*held, *waiting, *paying)])
    for row in held:
        claim = Claim(
            id=row["id"],
            item=row["item_id"],
            variant=row["variant_id"],
            buyer=known[row["buyer_id"]],
            quantity=row["quantity"],
            price=row["price"],
            until=row["until"],
            created_at=row["created_at"],
            via=row["via"],
            commission_percent=row["commission_percent"],
            payment=row["payment_id"],
            extended=row["extended"],
        )
        state.claims[claim.id] = claim
        state.claims_of.setdefault(claim.buyer.id, set()).add(claim.id)
    for row in waiting:
        entry = Entry(
            id=row["id"],
            item=row["item_id"],
            variant=row["variant_id"],
            buyer=known[row["buyer_id"]],
            quantity=row["quantity"],
            at=row["created_at"],
        )
        state.waitlists.setdefault(entry.item, []).append(entry)
        state.entries_of.setdefault(entry.buyer.id, set()).add(entry.id)
    for row in paying:
        claims = claims_in(row["parcels"])
        state.payments[row["id"]] = OpenPayment(
            id=row["id"],
            buyer=known[row["buyer_id"]],
            claims=claims,
            amount=row["amount"],
            parcels=row["parcels"],
            address=row["address"],
            # An outage prolongs the claims; the row keeps what was first promised.
            until=min(
                (state.claims[claim].until for claim in claims if claim in state.claims),
                default=row["until"],
            ),
        )


def claims_in(parcels: list[Json]) -> list[str]:
    """The ids of the claims that a payment is for."""
    return [line["claim"] for parcel in parcels for line in parcel["lines"]]


async def _load_sanctions(connection: AsyncConnection, state: ShowState) -> None:
    found = await rows(
        connection,
        select(_sanctions).where(_sanctions.c.show_id == state.id).order_by(_sanctions.c.seq),
    )
    known = await people(connection, [row[name] for row in found for name in ("user_id", "by_id")])
    for row in found:
        state.sanctions[row["user_id"], row["kind"]] = Sanction(
            user=known[row["user_id"]],
            kind=row["kind"],
            until=row["until"],
            reason=row["reason"],
            by=known[row["by_id"]],
            seq=row["seq"],
        )


def event_from(row: Row) -> Event:
    return Event(row["type"], row["data"], row["to_user"], row["seq"], row["at"])


async def _load_lines(connection: AsyncConnection, state: ShowState) -> None:
    newest = await rows(
        connection,
        select(_events)
        .where(_events.c.show_id == state.id, _events.c.type.in_(LINE_TYPES))
        .order_by(_events.c.seq.desc())
        .limit(LINES_KEPT),
    )
    for row in reversed(newest):
        event = event_from(row)
        line = line_of(event)
        if line is None:
            continue
        line.deleted = row["deleted"]
        state.lines.append(line)
        if event.type == "chat.said":
            times = state.last_said.setdefault(event.data["user"]["id"], deque(maxlen=8))
            times.append(event.at)


async def _load_notices(connection: AsyncConnection, state: ShowState) -> None:
    rank = (
        func.row_number()
        .over(partition_by=_notices.c.user_id, order_by=(_notices.c.seq.desc(), _notices.c.kind))
        .label("rank")
    )
    ranked = select(_notices, rank).where(_notices.c.show_id == state.id).subquery()
    newest = select(ranked).where(ranked.c.rank <= NOTICES_KEPT).order_by(ranked.c.seq)
    for row in await rows(connection, newest):
        box = state.notices.setdefault(row["user_id"], deque(maxlen=NOTICES_KEPT))
        box.append(Notice(row["seq"], row["at"], row["kind"], row["item"], row["text"]))
