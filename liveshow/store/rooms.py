"""The rooms' side of the database: taking a show over, batches, reading the log again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import delete, or_, select, update

from liveshow.domain.events import Event
from liveshow.domain.facts import Rules
from liveshow.domain.state import ShowState
from liveshow.errors import NotFound
from liveshow.rooms.ports import FencedOut
from liveshow.store.database import Database
from liveshow.store.room_batch import RoomBatch
from liveshow.store.show_state import ACTIVE_CLAIMS, event_from, load_state, rows
from liveshow.store.tables import metadata

_shows = metadata.tables["shows"]
_items = metadata.tables["show_items"]
_claims = metadata.tables["claims"]
_events = metadata.tables["events"]
_keys = metadata.tables["command_keys"]

KEY_LIFE_MS = 24 * 3600 * 1000


class SqlRoomStore:
    """Implements ``liveshow.rooms.ports.RoomStore``."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def take_over(self, show_id: str) -> ShowState:
        # Anybody may ask for any id: what does not exist must not cost the one writer its turn.
        async with self._database.read() as connection:
            known = await connection.execute(select(_shows.c.id).where(_shows.c.id == show_id))
            if known.first() is None:
                raise NotFound(message="There is no such show.")
        async with self._database.write() as connection:
            raised = await connection.execute(
                update(_shows).where(_shows.c.id == show_id).values(epoch=_shows.c.epoch + 1)
            )
            if raised.rowcount != 1:
                raise NotFound(message="There is no such show.")
            return await load_state(connection, show_id)

    @asynccontextmanager
    async def batch(self, show_id: str, epoch: int) -> AsyncIterator[RoomBatch]:
        async with self._database.write() as connection:
            owner = await connection.execute(
                select(_shows.c.epoch, _shows.c.host_id)
                .where(_shows.c.id == show_id)
                .with_for_update()
            )
            row = owner.one_or_none()
            if row is None or row.epoch != epoch:
                raise FencedOut(show_id)
            now = await self._database.now(connection)
            yield RoomBatch(connection, show_id, row.host_id, now, self._rules)

    async def events_after(self, show_id: str, seq: int, limit: int) -> list[tuple[Event, bool]]:
        async with self._database.read() as connection:
            found = await rows(
                connection,
                select(_events)
                .where(_events.c.show_id == show_id, _events.c.seq > seq)
                .order_by(_events.c.seq)
                .limit(limit),
            )
        return [(event_from(row), row["deleted"]) for row in found]

    async def head(self, show_id: str) -> tuple[int, int]:
        async with self._database.read() as connection:
            found = await connection.execute(
                select(_shows.c.epoch, _shows.c.seq).where(_shows.c.id == show_id)
            )
            row = found.one_or_none()
        if row is None:
            raise NotFound(message="There is no such show.")
        return row.epoch, row.seq

    async def load(self, show_id: str) -> ShowState:
        async with self._database.read(consistent=True) as connection:
            return await load_state(connection, show_id)

    async def shows_to_open(self) -> list[str]:
        held = select(_claims.c.show_id).where(_claims.c.status.in_(ACTIVE_CLAIMS))
        async with self._database.read() as connection:
            found = await connection.execute(
                select(_shows.c.id).where(
                    or_(_shows.c.status.in_(("live", "interrupted")), _shows.c.id.in_(held))
                )
            )
            return list(found.scalars())

    async def shows_with(self, listing_id: str) -> list[str]:
        async with self._database.read() as connection:
            found = await connection.execute(
                select(_items.c.show_id)
                .join(_shows, _shows.c.id == _items.c.show_id)
                .where(_items.c.listing_id == listing_id, _shows.c.status != "ended")
            )
            return list(found.scalars())

    async def forget_keys(self) -> int:
        """Delete idempotency keys older than a day; return how many."""
        async with self._database.write() as connection:
            before = await self._database.now(connection) - KEY_LIFE_MS
            gone = await connection.execute(delete(_keys).where(_keys.c.at < before))
            return gone.rowcount
