"""The cursors of followers, and the events after them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, func, select, update
from sqlmodel import col

from liveshow.rooms.followers import Behind
from liveshow.store.database import Database
from liveshow.store.room.log import stored_from
from liveshow.store.room.reading import read
from liveshow.store.rows import insert_unless_there
from liveshow.store.tables.followers import FollowerCursorRow
from liveshow.store.tables.log import EventRow
from liveshow.store.tables.shows import ShowRow


class FollowerRepository:
    """Implements ``liveshow.rooms.followers.FollowerStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def shows_behind(self, follower: str, limit: int) -> list[str]:
        cursor = func.coalesce(col(FollowerCursorRow.seq), 0)
        statement = (
            select(col(ShowRow.id))
            .outerjoin(
                FollowerCursorRow,
                and_(
                    col(FollowerCursorRow.show_id) == col(ShowRow.id),
                    col(FollowerCursorRow.follower) == follower,
                ),
            )
            .where(col(ShowRow.seq) > cursor)
            .order_by(col(ShowRow.id))
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [row[ShowRow.id] for row in await read(connection, statement)]

    async def behind(
        self, follower: str, show_id: str, types: Sequence[str], limit: int
    ) -> Behind | None:
        async with self._database.read(consistent=True) as connection:
            cursor = await connection.scalar(
                select(col(FollowerCursorRow.seq)).where(
                    col(FollowerCursorRow.follower) == follower,
                    col(FollowerCursorRow.show_id) == show_id,
                )
            )
            head = await connection.scalar(
                select(col(ShowRow.seq)).where(col(ShowRow.id) == show_id)
            )
            cursor = cursor or 0
            if head is None or head <= cursor:
                return None
            found = await read(
                connection,
                select(EventRow)
                .where(
                    col(EventRow.show_id) == show_id,
                    col(EventRow.seq) > cursor,
                    col(EventRow.type).in_(types),
                )
                .order_by(col(EventRow.seq))
                .limit(limit),
            )
        records = [stored_from(row).record for row in found]
        more = len(records) == limit
        return Behind(cursor, records, records[-1].seq if more else head, more)

    async def advance(self, follower: str, show_id: str, was: int, seq: int) -> None:
        async with self._database.write() as connection:
            if was == 0:
                row = FollowerCursorRow(follower=follower, show_id=show_id, seq=0)
                await insert_unless_there(connection, row)
            await connection.execute(
                update(FollowerCursorRow)
                .where(
                    col(FollowerCursorRow.follower) == follower,
                    col(FollowerCursorRow.show_id) == show_id,
                    col(FollowerCursorRow.seq) == was,
                )
                .values(seq=seq)
            )
