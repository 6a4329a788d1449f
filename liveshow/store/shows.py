"""Shows as the API lists and creates them. What happens in a show is its room's to write."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, case, exists, func, insert, or_, select, update

from liveshow.domain.events import MODERATION_TYPES, Event
from liveshow.domain.state import Json, Role
from liveshow.errors import Conflict, NotFound
from liveshow.ids import new_id
from liveshow.rooms.queries import CardCursor, NewShow
from liveshow.store.database import Database
from liveshow.store.show_state import event_from, people, photos, rows
from liveshow.store.tables import metadata

_shows = metadata.tables["shows"]
_staff = metadata.tables["staff"]
_items = metadata.tables["show_items"]
_claims = metadata.tables["claims"]
_events = metadata.tables["events"]
_photos = metadata.tables["photos"]
_users = metadata.tables["users"]

# Of one host: every one that has a listing is told of each of its changes.
MAX_PLANNED = 200

# Live first, then what is coming, then drafts, then the past.
_RANK = case(
    (_shows.c.status.in_(("live", "interrupted")), 0),
    (_shows.c.status == "scheduled", 1),
    (_shows.c.status == "draft", 2),
    else_=3,
)
# Within a rank: soonest first for what is coming, newest first otherwise.
_WHEN = case(
    (_shows.c.status == "scheduled", _shows.c.scheduled_at),
    else_=-func.coalesce(_shows.c.ended_at, _shows.c.started_at, _shows.c.created_at),
)


def key_hash(key: str) -> str:
    """What is kept of a stream key."""
    # A header may hold bytes that are no text: they are a wrong key like any other.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


class ShowRepository:
    """Implements ``liveshow.rooms.queries.ShowQueries``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, host_id: str, show: NewShow, *, show_id: str | None = None) -> str:
        async with self._database.write() as connection:
            if show.cover is not None:
                owned = await connection.execute(
                    select(_photos.c.id).where(
                        _photos.c.id == show.cover, _photos.c.owner_id == host_id
                    )
                )
                if owned.first() is None:
                    raise NotFound("unknown_photo", "That photo does not exist.")
            planned = await connection.execute(
                select(func.count()).where(_shows.c.host_id == host_id, _shows.c.status != "ended")
            )
            if planned.scalar_one() >= MAX_PLANNED:
                raise Conflict("conflict", f"You can have {MAX_PLANNED} shows that are not over.")
            now = await self._database.now(connection)
            created = show_id or new_id()
            await connection.execute(
                insert(_shows).values(
                    id=created,
                    host_id=host_id,
                    status="draft" if show.scheduled_at is None else "scheduled",
                    created_at=now,
                    title=show.title,
                    currency=show.currency,
                    description=show.description,
                    cover=show.cover,
                    scheduled_at=show.scheduled_at,
                    hold_seconds=show.hold_seconds,
                    claims_per_buyer=show.claims_per_buyer,
                    shipping_cap=show.shipping_cap,
                    slow_seconds=show.slow_seconds,
                    chat_mode=show.chat_mode,
                    words=show.words,
                    streaming=False,
                    next_number=1,
                    epoch=0,
                    seq=0,
                )
            )
        return created

    async def cards(
        self,
        *,
        statuses: Sequence[str],
        host: str | None,
        viewer: str | None,
        after: CardCursor | None,
        limit: int,
    ) -> tuple[list[Json], CardCursor | None]:
        rank, when = _RANK.label("rank"), func.coalesce(_WHEN, 0).label("when")
        pieces = (
            select(func.count())
            .where(_items.c.show_id == _shows.c.id, _items.c.removed_at.is_(None))
            .scalar_subquery()
        )
        own = or_(
            _shows.c.host_id == viewer,
            exists().where(_staff.c.show_id == _shows.c.id, _staff.c.user_id == viewer),
        )
        statement = (
            select(_shows, rank, when, pieces.label("items"))
            .join(_users, _users.c.id == _shows.c.host_id)
            .where(_shows.c.status.in_(statuses))
            .where(or_(_shows.c.status != "draft", own))
        )
        if host is not None:
            statement = statement.where(_users.c.handle == host)
        ranked = statement.subquery()
        page = select(ranked)
        if after is not None:
            page = page.where(
                or_(
                    ranked.c.rank > after[0],
                    and_(ranked.c.rank == after[0], ranked.c.when > after[1]),
                    and_(
                        ranked.c.rank == after[0],
                        ranked.c.when == after[1],
                        ranked.c.id > after[2],
                    ),
                )
            )
        page = page.order_by(ranked.c.rank, ranked.c.when, ranked.c.id).limit(limit + 1)
        async with self._database.read() as connection:
            found = await rows(connection, page)
            hosts = await people(connection, [row["host_id"] for row in found])
            covers = await photos(connection, [row["cover"] for row in found if row["cover"]])
        cards = [
            {
                "id": row["id"],
                "title": row["title"],
                "cover": covers.get(row["cover"]),
                "status": row["status"],
                "host": hosts[row["host_id"]].json(),
                "scheduled_at": row["scheduled_at"],
                "started_at": row["started_at"],
                "ended_at": row["ended_at"],
                "items": row["items"],
            }
            for row in found[:limit]
        ]
        if len(found) <= limit:
            return cards, None
        last = found[limit - 1]
        return cards, (last["rank"], last["when"], last["id"])

    async def role(self, show_id: str, user_id: str) -> tuple[str, Role]:
        async with self._database.read() as connection:
            found = await connection.execute(
                select(_shows.c.status, _shows.c.host_id, _staff.c.role)
                .outerjoin(
                    _staff, and_(_staff.c.show_id == _shows.c.id, _staff.c.user_id == user_id)
                )
                .where(_shows.c.id == show_id)
            )
            row = found.one_or_none()
        if row is None:
            raise NotFound(message="There is no such show.")
        return row.status, "host" if row.host_id == user_id else (row.role or "")

    async def log(self, show_id: str, after: int, limit: int) -> list[Event]:
        async with self._database.read() as connection:
            found = await rows(
                connection,
                select(_events)
                .where(_events.c.show_id == show_id, _events.c.seq > after)
                .order_by(_events.c.seq)
                .limit(limit),
            )
        return [event_from(row) for row in found]

    async def audit(self, show_id: str, limit: int = 500) -> list[Event]:
        async with self._database.read() as connection:
            found = await rows(
                connection,
                select(_events)
                .where(_events.c.show_id == show_id, _events.c.type.in_(MODERATION_TYPES))
                .order_by(_events.c.seq.desc())
                .limit(limit),
            )
        return [event_from(row) for row in found]

    async def messages(self, show_id: str, seqs: Sequence[int]) -> dict[int, Event]:
        if not seqs:
            return {}
        async with self._database.read() as connection:
            found = await rows(
                connection,
                select(_events).where(_events.c.show_id == show_id, _events.c.seq.in_(seqs)),
            )
        return {row["seq"]: event_from(row) for row in found}

    async def set_stream_key(self, show_id: str, key: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                update(_shows).where(_shows.c.id == show_id).values(stream_key_hash=key_hash(key))
            )

    async def is_stream_key(self, show_id: str, key: str) -> bool:
        async with self._database.read() as connection:
            found = await connection.execute(
                select(_shows.c.id).where(
                    _shows.c.id == show_id, _shows.c.stream_key_hash == key_hash(key)
                )
            )
            return found.first() is not None

    async def shows_held_in(self, user_id: str) -> list[str]:
        """Shows in which somebody holds something now, latest hold first."""
        async with self._database.read() as connection:
            found: Any = await connection.execute(
                select(_claims.c.show_id, func.max(_claims.c.created_at).label("newest"))
                .where(_claims.c.buyer_id == user_id, _claims.c.status.in_(("held", "checkout")))
                .group_by(_claims.c.show_id)
                .order_by(func.max(_claims.c.created_at).desc())
            )
            return [row.show_id for row in found]
