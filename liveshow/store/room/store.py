"""The rooms' side of the database: taking a show over, batches, planning, reading the log again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlmodel import col

from liveshow.domain.giveaways.state import WAITING
from liveshow.domain.show.events import Stored
from liveshow.domain.show.state import ShowState
from liveshow.errors import NotFound
from liveshow.rooms.ports import FencedOut
from liveshow.store.database import Database
from liveshow.store.room.aggregate import Place, aggregates
from liveshow.store.room.batch import RoomBatch
from liveshow.store.room.claims import ACTIVE
from liveshow.store.room.log import stored_from
from liveshow.store.room.reading import read
from liveshow.store.room.state import load_state
from liveshow.store.rows import table_of
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.giveaways import GiveawayRow
from liveshow.store.tables.log import CommandKeyRow, EventRow
from liveshow.store.tables.offers import PriceOfferRow
from liveshow.store.tables.shows import ShowItemRow, ShowRow

KEY_LIFE_MS = 24 * 3600 * 1000


def no_such_show() -> NotFound:
    return NotFound(message="There is no such show.")


_SHOWS = table_of(ShowRow)
# The key of a show never changes: rows that refer to it may be written meanwhile.
_OWNER = (
    select(_SHOWS.c.epoch, _SHOWS.c.host_id)
    .where(_SHOWS.c.id == bindparam("show"))
    .with_for_update(key_share=True)
)


class SqlRoomStore:
    """Implements ``rooms.ports.RoomStore`` and ``rooms.planning.PlanStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Its modules are read now. When the first show is asked for, an upgrade may have put those
        # of another version in their place.
        aggregates()

    async def take_over(self, show_id: str) -> ShowState:
        # Anybody may ask for any id: what does not exist must not cost the one writer its turn.
        await self.head(show_id)
        async with self._database.write() as connection:
            raised = await connection.execute(
                update(ShowRow)
                .where(col(ShowRow.id) == show_id)
                .values(epoch=col(ShowRow.epoch) + 1)
            )
            if raised.rowcount != 1:
                raise no_such_show()
            return await load_state(connection, show_id)

    @asynccontextmanager
    async def batch(self, show_id: str, epoch: int) -> AsyncIterator[RoomBatch]:
        async with self._database.write(turn=show_id) as connection:
            owner = await connection.execute(_OWNER, {"show": show_id})
            row = owner.one_or_none()
            if row is None or row.epoch != epoch:
                raise FencedOut(show_id)
            now = await self._database.now(connection)
            yield RoomBatch(Place(connection, show_id, row.host_id, now))

    @asynccontextmanager
    async def planning(self, show_id: str, host_id: str) -> AsyncIterator[tuple[int, RoomBatch]]:
        async with self._database.write() as connection:
            # Two plans of one host take turns, so that both count right.
            host = select(col(UserRow.id)).where(col(UserRow.id) == host_id)
            await connection.execute(host.with_for_update(key_share=True))
            planned = await connection.execute(
                select(func.count()).where(
                    col(ShowRow.host_id) == host_id, col(ShowRow.status) != "ended"
                )
            )
            now = await self._database.now(connection)
            place = Place(connection, show_id, host_id, now)
            yield planned.scalar_one(), RoomBatch(place)

    async def events_after(self, show_id: str, seq: int, limit: int) -> list[Stored]:
        async with self._database.read() as connection:
            found = await read(
                connection,
                select(EventRow)
                .where(col(EventRow.show_id) == show_id, col(EventRow.seq) > seq)
                .order_by(col(EventRow.seq))
                .limit(limit),
            )
        return [stored_from(row) for row in found]

    async def head(self, show_id: str) -> tuple[int, int]:
        async with self._database.read() as connection:
            found = await connection.execute(
                select(col(ShowRow.epoch), col(ShowRow.seq)).where(col(ShowRow.id) == show_id)
            )
            row = found.one_or_none()
        if row is None:
            raise no_such_show()
        return row.epoch, row.seq

    async def load(self, show_id: str) -> ShowState:
        async with self._database.read(consistent=True) as connection:
            return await load_state(connection, show_id)

    async def shows_to_open(self) -> list[str]:
        held = select(col(ClaimRow.show_id)).where(col(ClaimRow.status).in_(ACTIVE))
        offered = select(col(PriceOfferRow.show_id)).where(col(PriceOfferRow.outcome).is_(None))
        won = select(col(GiveawayRow.show_id)).where(col(GiveawayRow.status).in_(WAITING))
        async with self._database.read() as connection:
            found = await connection.execute(
                select(col(ShowRow.id)).where(
                    or_(
                        col(ShowRow.status).in_(("live", "interrupted")),
                        col(ShowRow.id).in_(held),
                        col(ShowRow.id).in_(offered),
                        col(ShowRow.id).in_(won),
                    )
                )
            )
            return list(found.scalars())

    async def shows_with(self, listing_id: str) -> list[str]:
        async with self._database.read() as connection:
            found = await connection.execute(
                select(col(ShowItemRow.show_id))
                .join(ShowRow, col(ShowRow.id) == col(ShowItemRow.show_id))
                .where(col(ShowItemRow.listing_id) == listing_id, col(ShowRow.status) != "ended")
            )
            return list(found.scalars())

    async def forget_keys(self) -> int:
        """Delete idempotency keys older than a day; return how many."""
        async with self._database.write() as connection:
            before = await self._database.now(connection) - KEY_LIFE_MS
            gone = await connection.execute(
                delete(CommandKeyRow).where(col(CommandKeyRow.at) < before)
            )
            return gone.rowcount
