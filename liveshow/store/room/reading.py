"""What several aggregates read: people and photos, as the domain knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.values import Person, Photo
from liveshow.store.rows import Read, person, person_columns
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.listings import PhotoRow


async def read(
    connection: AsyncConnection, statement: Any, asked: Mapping[str, object] | None = None
) -> list[Read]:
    """Return the rows of a statement, read by their columns. ``asked``: its parameters."""
    return [Read(row) for row in await connection.execute(statement, asked)]


async def people(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, Person]:
    """Return people by id; unknown ids are left out."""
    wanted = set(ids)
    if not wanted:
        return {}
    statement = select(*person_columns(UserRow)).where(col(UserRow.id).in_(wanted))
    return {row[UserRow.id]: person(row) for row in await read(connection, statement)}


async def photos(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, Photo]:
    """Return photos by id; unknown ids are left out."""
    wanted = set(ids)
    if not wanted:
        return {}
    statement = select(PhotoRow).where(col(PhotoRow.id).in_(wanted))
    return {row[PhotoRow.id]: photo_from(row) for row in await read(connection, statement)}


def photo_from(row: Read) -> Photo:
    return photo_at(row[PhotoRow.id], row[PhotoRow.width], row[PhotoRow.height])


def photo_at(photo_id: str, width: int, height: int) -> Photo:
    """A photo at the addresses where it is served."""
    return Photo(
        photo_id, f"/photos/{photo_id}/full.webp", f"/photos/{photo_id}/thumb.webp", width, height
    )
