"""Shows as the API lists and creates them. What happens in a show is its room's to write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.events import MODERATION_TYPES, Event
from liveshow.domain.state import Json, Role
from liveshow.errors import NotFound
from liveshow.rooms.planning import PlannedShow, Surroundings
from liveshow.rooms.queries import CardCursor
from liveshow.store.database import Database
from liveshow.store.rows import Read, insert_rows
from liveshow.store.show_state import event_from, people, photos, rows
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.listings import PhotoRow
from liveshow.store.tables.log import EventRow
from liveshow.store.tables.shows import ShowItemRow, ShowRow, StaffRow

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
    """Implements ``rooms.queries.ShowQueries`` and ``rooms.planning.PlanStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, host_id: str, cover: str | None, decide: Callable[[Surroundings], PlannedShow]
    ) -> None:
        async with self._database.write() as connection:
            # Two plans of one host take turns, so that both count right.
            host = select(col(UserRow.id)).where(col(UserRow.id) == host_id)
            await connection.execute(host.with_for_update(key_share=True))
            planned = await connection.execute(
                select(func.count()).where(
                    col(ShowRow.host_id) == host_id, col(ShowRow.status) != "ended"
                )
            )
            owned = await connection.execute(
                select(col(PhotoRow.id)).where(
                    col(PhotoRow.id) == cover, col(PhotoRow.owner_id) == host_id
                )
            )
            show = decide(
                Surroundings(
                    planned=planned.scalar_one(),
                    owns_cover=owned.first() is not None,
                    now=await self._database.now(connection),
                )
            )
            await insert_rows(connection, _show_row(show))

    async def cards(
        self,
        *,
        statuses: Sequence[str],
        host: str | None,
        viewer: str | None,
        after: CardCursor | None,
        limit: int,
    ) -> tuple[list[Json], CardCursor | None]:
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
            {
                "id": row[ShowRow.id],
                "title": row[ShowRow.title],
                "cover": covers.get(row[ShowRow.cover] or ""),
                "status": row[ShowRow.status],
                "host": hosts[row[ShowRow.host_id]].json(),
                "scheduled_at": row[ShowRow.scheduled_at],
                "started_at": row[ShowRow.started_at],
                "ended_at": row[ShowRow.ended_at],
                "items": row.of(pieces),
            }
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

    async def log(self, show_id: str, after: int, limit: int) -> list[Event]:
        statement = (
            _events(show_id)
            .where(col(EventRow.seq) > after)
            .order_by(col(EventRow.seq))
            .limit(limit)
        )
        async with self._database.read() as connection:
            return await _read_events(connection, statement)

    async def audit(self, show_id: str, limit: int = 500) -> list[Event]:
        statement = (
            _events(show_id)
            .where(col(EventRow.type).in_(MODERATION_TYPES))
            .order_by(col(EventRow.seq).desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            return await _read_events(connection, statement)

    async def messages(self, show_id: str, seqs: Sequence[int]) -> dict[int, Event]:
        if not seqs:
            return {}
        statement = _events(show_id).where(col(EventRow.seq).in_(seqs))
        async with self._database.read() as connection:
            return {event.seq: event for event in await _read_events(connection, statement)}

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


def _show_row(show: PlannedShow) -> ShowRow:
    wanted = show.wanted
    return ShowRow(
        id=show.id,
        host_id=show.host_id,
        title=wanted.title,
        description=wanted.description,
        cover=wanted.cover,
        status=show.status,
        scheduled_at=wanted.scheduled_at,
        currency=wanted.currency,
        hold_seconds=wanted.hold_seconds,
        claims_per_buyer=wanted.claims_per_buyer,
        shipping_cap=wanted.shipping_cap,
        slow_seconds=wanted.slow_seconds,
        chat_mode=wanted.chat_mode,
        words=wanted.words,
        created_at=show.created_at,
    )


def _events(show_id: str) -> Select[*tuple[Any, ...]]:
    return select(EventRow).where(col(EventRow.show_id) == show_id)


async def _read_events(
    connection: AsyncConnection, statement: Select[*tuple[Any, ...]]
) -> list[Event]:
    return [event_from(row) for row in await rows(connection, statement)]
