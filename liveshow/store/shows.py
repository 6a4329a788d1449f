"""Shows as the API lists and creates them. What happens in a show is its room's to write."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.features import MACHINE
from liveshow.domain.show.events import Stored
from liveshow.domain.values import Role
from liveshow.errors import NotFound
from liveshow.rooms.queries import CardCursor, ShowCard
from liveshow.store.database import Database
from liveshow.store.room.log import stored_from
from liveshow.store.room.reading import people, photos, read
from liveshow.store.rows import Read
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.log import EventRow
from liveshow.store.tables.shows import ShowItemRow, ShowRow, StaffRow

# What the list of what moderators did shows.
_AUDITED = MACHINE.events.those(lambda kind: kind.audited)

# Live first, then what is coming, then drafts, then the past.
_RANK = case(
    (col(ShowRow.status).in_(("live", "interrupted")), 0),
    (col(ShowRow.status) == "scheduled", 1),
    (col(ShowRow.status) == "draft", 2),
    else_=3,
)
# Within a rank: soonest first for what is coming, newest first otherwise.
_WHEN = func.coalesce(
    case(
        (col(ShowRow.status) == "scheduled", col(ShowRow.scheduled_at)),
        else_=-func.coalesce(
            col(ShowRow.ended_at), col(ShowRow.started_at), col(ShowRow.created_at)
        ),
    ),
    0,
)


def key_hash(key: str) -> str:
    """What is kept of a stream key."""
    # A header may hold bytes that are no text: they are a wrong key like any other.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


class ShowRepository:
    """Implements ``liveshow.rooms.queries.ShowQueries``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cards(
        self,
        *,
        statuses: Sequence[str],
        host: str | None,
        viewer: str | None,
        after: CardCursor | None,
        limit: int,
    ) -> tuple[list[ShowCard], CardCursor | None]:
        rank, when = _RANK.label("rank"), _WHEN.label("when")
        pieces = (
            select(func.count())
            .where(
                col(ShowItemRow.show_id) == col(ShowRow.id), col(ShowItemRow.removed_at).is_(None)
            )
            .scalar_subquery()
            .label("pieces")
        )
        own = or_(
            col(ShowRow.host_id) == viewer,
            exists().where(
                col(StaffRow.show_id) == col(ShowRow.id), col(StaffRow.user_id) == viewer
            ),
        )
        page = (
            select(ShowRow, rank, when, pieces)
            .join(UserRow, col(UserRow.id) == col(ShowRow.host_id))
            .where(col(ShowRow.status).in_(statuses))
            .where(or_(col(ShowRow.status) != "draft", own))
        )
        if host is not None:
            page = page.where(col(UserRow.handle) == host)
        if after is not None:
            page = page.where(tuple_(_RANK, _WHEN, col(ShowRow.id)) > tuple_(*after))
        page = page.order_by(rank, when, col(ShowRow.id)).limit(limit + 1)
        async with self._database.read() as connection:
            found = [Read(row) for row in await connection.execute(page)]
            hosts = await people(connection, [row[ShowRow.host_id] for row in found])
            covers = await photos(
                connection, [cover for row in found if (cover := row[ShowRow.cover])]
            )
        cards = [
            ShowCard(
                id=row[ShowRow.id],
                title=row[ShowRow.title],
                cover=covers.get(row[ShowRow.cover] or ""),
                status=row[ShowRow.status],  # type: ignore[index]  # of our own writing
                host=hosts[row[ShowRow.host_id]],
                scheduled_at=row[ShowRow.scheduled_at],
                started_at=row[ShowRow.started_at],
                ended_at=row[ShowRow.ended_at],
                items=row.of(pieces),
            )
            for row in found[:limit]
        ]
        if len(found) <= limit:
            return cards, None
        last = found[limit - 1]
        return cards, (last.of(rank), last.of(when), last[ShowRow.id])

    async def role(self, show_id: str, user_id: str) -> tuple[str, Role]:
        async with self._database.read() as connection:
            found = await connection.execute(
                select(col(ShowRow.status), col(ShowRow.host_id), col(StaffRow.role))
                .outerjoin(
                    StaffRow,
                    and_(
                        col(StaffRow.show_id) == col(ShowRow.id), col(StaffRow.user_id) == user_id
                    ),
                )
                .where(col(ShowRow.id) == show_id)
            )
            row = found.one_or_none()
        if row is None:
            raise NotFound(message="There is no such show.")
        status, host_id, role = row
        return status, "host" if host_id == user_id else (role or "")

    async def log(self, show_id: str, after: int, limit: int) -> list[Stored]:
        statement = (
            _events(show_id)
            .where(col(EventRow.seq) > after)
            .order_by(col(EventRow.seq))
            .limit(limit)
        )
        async with self._database.read() as connection:
            return await _read_stored(connection, statement)

    async def audit(self, show_id: str, limit: int = 500) -> list[Stored]:
        statement = (
            _events(show_id)
            .where(col(EventRow.type).in_(_AUDITED))
            .order_by(col(EventRow.seq).desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            return await _read_stored(connection, statement)

    async def messages(self, show_id: str, seqs: Sequence[int]) -> dict[int, Stored]:
        if not seqs:
            return {}
        statement = _events(show_id).where(col(EventRow.seq).in_(seqs))
        async with self._database.read() as connection:
            return {entry.record.seq: entry for entry in await _read_stored(connection, statement)}

    async def set_stream_key(self, show_id: str, key: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                update(ShowRow)
                .where(col(ShowRow.id) == show_id)
                .values(stream_key_hash=key_hash(key))
            )

    async def is_stream_key(self, show_id: str, key: str) -> bool:
        async with self._database.read() as connection:
            found = await connection.execute(
                select(col(ShowRow.id)).where(
                    col(ShowRow.id) == show_id, col(ShowRow.stream_key_hash) == key_hash(key)
                )
            )
            return found.first() is not None

    async def shows_held_in(self, user_id: str) -> list[str]:
        """Shows in which somebody holds something now, latest hold first."""
        async with self._database.read() as connection:
            found = await connection.execute(
                select(col(ClaimRow.show_id))
                .where(
                    col(ClaimRow.buyer_id) == user_id,
                    col(ClaimRow.status).in_(("held", "checkout")),
                )
                .group_by(col(ClaimRow.show_id))
                .order_by(func.max(col(ClaimRow.created_at)).desc())
            )
            return list(found.scalars())


def _events(show_id: str) -> Select[*tuple[Any, ...]]:
    return select(EventRow).where(col(EventRow.show_id) == show_id)


async def _read_stored(
    connection: AsyncConnection, statement: Select[*tuple[Any, ...]]
) -> list[Stored]:
    return [stored_from(row) for row in await read(connection, statement)]
