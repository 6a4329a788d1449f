"""Photos in SQL; their files are ``liveshow.catalog.photos.PhotoFiles``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.catalog.photos import PhotoRecord
from liveshow.errors import NotFound
from liveshow.store.database import Database
from liveshow.store.rows import AnyRow, Read, insert_rows
from liveshow.store.tables.listings import PhotoRow


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

    async def count(self, owner_id: str) -> int:
        statement = select(func.count()).where(col(PhotoRow.owner_id) == owner_id)
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one()


async def photos_by_id(
    connection: AsyncConnection, photo_ids: Iterable[str]
) -> dict[str, PhotoRecord]:
    """Return the photos that exist, by id. For other repositories too."""
    wanted = set(photo_ids)
    if not wanted:
        return {}
    rows = await connection.execute(select(PhotoRow).where(col(PhotoRow.id).in_(wanted)))
    found = [_photo(row) for row in rows]
    return {photo.id: photo for photo in found}


async def own_photos(
    connection: AsyncConnection, owner_id: str, photo_ids: Sequence[str]
) -> tuple[PhotoRecord, ...]:
    """Return photos in order; raise ``NotFound("unknown_photo")`` unless all are the owner's."""
    known = await photos_by_id(connection, photo_ids)
    for photo_id in photo_ids:
        photo = known.get(photo_id)
        if photo is None or photo.owner_id != owner_id:
            raise NotFound("unknown_photo", f"There is no photo {photo_id} of yours.")
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
