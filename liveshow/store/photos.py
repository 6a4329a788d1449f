"""Photos in SQL; their files are ``liveshow.catalog.photos.PhotoFiles``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.catalog.photos import PhotoRecord
from liveshow.errors import Conflict, NotFound
from liveshow.payments.records import ENDING
from liveshow.store.database import Database
from liveshow.store.room.claims import ACTIVE
from liveshow.store.rows import AnyRow, Cursor, Read, insert_rows, older
from liveshow.store.tables.cases import CaseRow
from liveshow.store.tables.claims import ClaimRow, OfferRow, WaitlistRow
from liveshow.store.tables.listings import ListingRow, PhotoRow
from liveshow.store.tables.orders import OrderRow
from liveshow.store.tables.payments import PaymentRow
from liveshow.store.tables.shows import ShowItemRow, ShowRow


class PhotoRepository:
    """Implements ``liveshow.catalog.photos.PhotoStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, photo: PhotoRecord) -> None:
        async with self._database.write() as connection:
            await insert_rows(connection, PhotoRow(**vars(photo)))

    async def get(self, photo_id: str) -> PhotoRecord | None:
        async with self._database.read() as connection:
            return (await photos_by_id(connection, (photo_id,))).get(photo_id)

    async def kept(self, owner_id: str) -> tuple[int, int]:
        statement = select(func.count(), func.coalesce(func.sum(col(PhotoRow.size)), 0)).where(
            col(PhotoRow.owner_id) == owner_id
        )
        async with self._database.read() as connection:
            count, size = (await connection.execute(statement)).one()
            return int(count), int(size)

    async def owned(self, owner_id: str, *, before: Cursor | None, limit: int) -> list[PhotoRecord]:
        statement = select(PhotoRow).where(col(PhotoRow.owner_id) == owner_id)
        if before is not None:
            statement = statement.where(older(PhotoRow.created_at, PhotoRow.id, before))
        newest = (col(PhotoRow.created_at).desc(), col(PhotoRow.id).desc())
        async with self._database.read() as connection:
            rows = await connection.execute(statement.order_by(*newest).limit(limit))
            return [_photo(row) for row in rows]

    async def remove(self, owner_id: str, photo_id: str) -> None:
        mine = and_(col(PhotoRow.id) == photo_id, col(PhotoRow.owner_id) == owner_id)
        # A listing that is about to have it, or a show, waits for the lock, or we for them.
        locked = select(col(PhotoRow.id)).where(mine).with_for_update()
        async with self._database.write() as connection:
            if (await connection.execute(locked)).first() is None:
                raise unknown_photo(photo_id)
            for sentence, used in _uses(owner_id, photo_id):
                if (await connection.execute(used.limit(1))).first() is not None:
                    raise Conflict("photo_in_use", sentence)
            await connection.execute(delete(PhotoRow).where(mine))


def _uses(owner_id: str, photo_id: str) -> Iterator[tuple[str, Select[Any]]]:
    """What may show a photo, and what to say if it does. What was promised keeps its picture."""

    def named_in(column: Any) -> ColumnElement[bool]:
        return cast(col(column), String).contains(f'"{photo_id}"', autoescape=True)

    yield (
        "It is in a listing. Take it out there first.",
        select(col(ListingRow.id)).where(
            col(ListingRow.owner_id) == owner_id, named_in(ListingRow.photos)
        ),
    )
    yield (
        "It is in the cover of a show. Take it out there first.",
        select(col(ShowRow.id)).where(col(ShowRow.cover) == photo_id),
    )
    yield (
        "It shows somebody what they ordered.",
        select(col(OrderRow.id)).where(
            col(OrderRow.owner_id) == owner_id, named_in(OrderRow.lines)
        ),
    )
    yield (
        "It is in a case. Pictures of a case stay.",
        select(col(CaseRow.id)).where(
            or_(col(CaseRow.buyer_id) == owner_id, col(CaseRow.owner_id) == owner_id),
            named_in(CaseRow.document),
        ),
    )
    shows = (
        select(col(ShowItemRow.show_id))
        .join(ListingRow, col(ListingRow.id) == col(ShowItemRow.listing_id))
        .where(col(ListingRow.owner_id) == owner_id)
    )
    offers = select(col(OfferRow.id)).where(named_in(OfferRow.terms))
    yield (
        "It shows somebody what they hold. Try again when that is over.",
        offers.join(ClaimRow, col(ClaimRow.offer_id) == col(OfferRow.id)).where(
            col(ClaimRow.show_id).in_(shows), col(ClaimRow.status).in_(ACTIVE)
        ),
    )
    yield (
        "It shows somebody what they wait for. Try again when that is over.",
        offers.join(WaitlistRow, col(WaitlistRow.offer_id) == col(OfferRow.id)).where(
            col(WaitlistRow.show_id).in_(shows)
        ),
    )
    # Nothing is held for it any more, but if its money arrives late, it is an order.
    yield (
        "It shows somebody what they paid for. Try again when that is over.",
        select(col(PaymentRow.id)).where(
            col(PaymentRow.status).in_(ENDING), named_in(PaymentRow.parcels)
        ),
    )


def unknown_photo(photo_id: str) -> NotFound:
    return NotFound("unknown_photo", f"There is no photo {photo_id} of yours.")


async def photos_by_id(
    connection: AsyncConnection, photo_ids: Iterable[str], *, lock: bool = False
) -> dict[str, PhotoRecord]:
    """Return the photos that exist, by id. For other repositories too.

    ``lock``: none of them is removed until the transaction ends.
    """
    wanted = set(photo_ids)
    if not wanted:
        return {}
    statement = select(PhotoRow).where(col(PhotoRow.id).in_(wanted))
    if lock:
        statement = statement.order_by(col(PhotoRow.id)).with_for_update(read=True, key_share=True)
    rows = await connection.execute(statement)
    found = [_photo(row) for row in rows]
    return {photo.id: photo for photo in found}


async def own_photos(
    connection: AsyncConnection, owner_id: str, photo_ids: Sequence[str]
) -> tuple[PhotoRecord, ...]:
    """Return photos in order; raise ``NotFound("unknown_photo")`` unless all are the owner's."""
    known = await photos_by_id(connection, photo_ids, lock=True)
    for photo_id in photo_ids:
        photo = known.get(photo_id)
        if photo is None or photo.owner_id != owner_id:
            raise unknown_photo(photo_id)
    return tuple(known[photo_id] for photo_id in photo_ids)


def _photo(row: AnyRow) -> PhotoRecord:
    photo = Read(row)
    return PhotoRecord(
        id=photo[PhotoRow.id],
        owner_id=photo[PhotoRow.owner_id],
        width=photo[PhotoRow.width],
        height=photo[PhotoRow.height],
        size=photo[PhotoRow.size],
        created_at=photo[PhotoRow.created_at],
    )
