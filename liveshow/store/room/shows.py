"""The row of a show, and its team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.chat.state import Chat
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.running.events import ShowCreated, ShowStaffed, ShowUnstaffed
from liveshow.domain.show.events import Event, Record
from liveshow.domain.show.facts import HANDLES, PEOPLE, PHOTOS
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Photo
from liveshow.errors import NotFound
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.reading import people, photo_from, photos, read
from liveshow.store.rows import person, person_columns, table_of
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.listings import PhotoRow
from liveshow.store.tables.shows import ShowRow, StaffRow

# Columns that the show's own part of the state holds under the same name.
_PLAIN = (
    "title",
    "description",
    "status",
    "reason",
    "scheduled_at",
    "started_at",
    "ended_at",
    "interrupted_at",
    "hold_seconds",
    "claims_per_buyer",
    "shipping_cap",
    "claim_word",
    "streaming",
    "ends_at",
)


# Columns that are written with every batch.
_CHAT = ("slow_seconds", "chat_mode", "newcomer_minutes", "words")
_WRITTEN = (*_PLAIN, *_CHAT, "cover", "pinned", "next_number", "seq")
_SHOWS = table_of(ShowRow)
_UPDATE = (
    update(_SHOWS)
    .where(_SHOWS.c.id == bindparam("show"))
    .values({name: bindparam(name) for name in _WRITTEN})
)


async def _photos_of(place: Place, keys: frozenset[tuple[str, str]]) -> Mapping[Any, Photo]:
    owned = tuple_(col(PhotoRow.id), col(PhotoRow.owner_id)).in_(keys)
    found = await read(place.connection, select(PhotoRow).where(owned))
    return {(row[PhotoRow.id], row[PhotoRow.owner_id]): photo_from(row) for row in found}


async def _people(place: Place, ids: frozenset[str]) -> Mapping[str, Person]:
    return await people(place.connection, ids)


async def _handles(place: Place, handles: frozenset[str]) -> Mapping[str, Person]:
    statement = select(*person_columns(UserRow)).where(col(UserRow.handle).in_(handles))
    found = await read(place.connection, statement)
    return {row[UserRow.handle]: person(row) for row in found}


class ShowRows(Aggregate):
    ORDER = 0
    LOADERS = {PEOPLE: _people, HANDLES: _handles, PHOTOS: _photos_of}

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._created = False
        self._changed = False

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        found = await read(connection, select(ShowRow).where(col(ShowRow.id) == state.id))
        if not found:
            raise NotFound(message="There is no such show.")
        row, show = found[0], state.show
        state.epoch, state.seq = row[ShowRow.epoch], row[ShowRow.seq]
        for name in _PLAIN:
            setattr(show, name, row[getattr(ShowRow, name)])
        show.currency = row[ShowRow.currency]
        host_id, cover = row[ShowRow.host_id], row[ShowRow.cover]
        show.host = (await people(connection, [host_id]))[host_id]
        show.cover = (await photos(connection, [cover])).get(cover) if cover else None
        chat, run = state[Chat], state[RunOfShow]
        chat.slow_seconds = row[ShowRow.slow_seconds]
        chat.mode = row[ShowRow.chat_mode]  # type: ignore[index]  # of our own writing
        chat.newcomer_minutes = row[ShowRow.newcomer_minutes]
        chat.words = list(row[ShowRow.words])
        run.pinned = row[ShowRow.pinned]
        run.next_number = row[ShowRow.next_number]

    @records(Event)
    def _happened(self, event: Event, _record: Record, _state: ShowState) -> None:
        # Every event that has a place in the log moves the show's seq on.
        self._changed |= event.logged

    @records(ShowCreated)
    def _begun(self, _event: ShowCreated, _record: Record, _state: ShowState) -> None:
        self._created = True

    async def write(self, state: ShowState) -> None:
        values = self._columns(state)
        if self._created:
            row: dict[str, Any] = {
                "id": state.id,
                "host_id": state.show.host.id,
                "currency": state.show.currency,
            }
            row |= {"epoch": state.epoch, "created_at": self._place.now}
            await self._place.connection.execute(insert(ShowRow), [values | row])
        elif self._changed:
            await self._place.connection.execute(_UPDATE, values | {"show": state.id})

    @staticmethod
    def _columns(state: ShowState) -> dict[str, Any]:
        show, chat, run = state.show, state[Chat], state[RunOfShow]
        return {name: getattr(show, name) for name in _PLAIN} | {
            "cover": show.cover.id if show.cover else None,
            "slow_seconds": chat.slow_seconds,
            "chat_mode": chat.mode,
            "newcomer_minutes": chat.newcomer_minutes,
            "words": list(chat.words),
            "pinned": run.pinned,
            "next_number": run.next_number,
            "seq": state.seq,
        }


class StaffRows(Aggregate):
    """A team is small, and its order matters: written whole."""

    ORDER = 10

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._changed = False

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        found = await read(
            connection,
            select(StaffRow, *person_columns(UserRow))
            .join(UserRow, col(UserRow.id) == col(StaffRow.user_id))
            .where(col(StaffRow.show_id) == state.id)
            .order_by(col(StaffRow.position)),
        )
        for row in found:
            user = person(row)
            state.show.staff[user.id] = (user, row[StaffRow.role])

    @records(ShowStaffed, ShowUnstaffed)
    def _staffed(
        self, _event: ShowStaffed | ShowUnstaffed, _record: Record, _state: ShowState
    ) -> None:
        self._changed = True

    async def write(self, state: ShowState) -> None:
        if not self._changed:
            return
        connection = self._place.connection
        await connection.execute(delete(StaffRow).where(col(StaffRow.show_id) == state.id))
        team = [
            {"show_id": state.id, "user_id": user, "role": role, "position": position}
            for position, (user, (_, role)) in enumerate(state.show.staff.items())
        ]
        if team:
            await connection.execute(insert(StaffRow), team)
