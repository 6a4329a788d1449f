"""The note of a show, promises with its items, and what was promised with claims."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.claims.events import ItemClaimed
from liveshow.domain.notes.events import ItemPromised, Promise, ShowNoted
from liveshow.domain.notes.state import Notes, Promises
from liveshow.domain.run_of_show.events import ItemRemoved
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.claims import ACTIVE
from liveshow.store.room.reading import read
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.notes import ClaimPromiseRow, NoteRow, PromiseRow


class NoteRows(Aggregate):
    ORDER = 50

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._changed = False

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        statement = select(NoteRow).where(col(NoteRow.show_id) == state.id)
        for row in await read(connection, statement):
            state[Notes].text, state[Notes].revision = row[NoteRow.text], row[NoteRow.revision]

    @records(ShowNoted)
    def _noted(self, _event: ShowNoted, _record: Record, _state: ShowState) -> None:
        self._changed = True

    async def write(self, state: ShowState) -> None:
        if not self._changed:
            return
        connection, notes = self._place.connection, state[Notes]
        await connection.execute(delete(NoteRow).where(col(NoteRow.show_id) == state.id))
        row = {"show_id": state.id, "text": notes.text, "revision": notes.revision}
        await connection.execute(insert(NoteRow), [row])


class PromiseRows(Aggregate):
    ORDER = 50

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._changed: dict[str, None] = {}

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        statement = select(PromiseRow).where(col(PromiseRow.show_id) == state.id)
        for row in await read(connection, statement):
            in_force = msgspec.convert(row[PromiseRow.in_force], list[Promise])
            promises = Promises(row[PromiseRow.revision], in_force)
            state[Notes].promises[row[PromiseRow.item_id]] = promises

    @records(ItemPromised, ItemRemoved)
    def _promised(
        self, event: ItemPromised | ItemRemoved, _record: Record, state: ShowState
    ) -> None:
        if event.item in state[Notes].promises:
            self._changed[event.item] = None

    async def write(self, state: ShowState) -> None:
        if not self._changed:
            return
        connection, promises = self._place.connection, state[Notes].promises
        former = col(PromiseRow.item_id).in_(self._changed)
        await connection.execute(delete(PromiseRow).where(former))
        rows = [
            {
                "item_id": item,
                "show_id": state.id,
                "revision": promises[item].revision,
                "in_force": msgspec.to_builtins(promises[item].in_force),
            }
            for item in self._changed
        ]
        await connection.execute(insert(PromiseRow), rows)


class ClaimPromiseRows(Aggregate):
    ORDER = 50

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: list[dict[str, Any]] = []

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        found = await read(
            connection,
            select(ClaimPromiseRow)
            .join(ClaimRow, col(ClaimRow.id) == col(ClaimPromiseRow.claim_id))
            .where(col(ClaimRow.show_id) == state.id, col(ClaimRow.status).in_(ACTIVE)),
        )
        for row in found:
            state[Notes].frozen[row[ClaimPromiseRow.claim_id]] = row[ClaimPromiseRow.words]

    @records(ItemClaimed)
    def _claimed(self, event: ItemClaimed, _record: Record, state: ShowState) -> None:
        claim = event.hold.claim
        if words := state[Notes].frozen.get(claim):
            self._new.append({"claim_id": claim, "words": words})

    async def write(self, state: ShowState) -> None:
        if self._new:
            await self._place.connection.execute(insert(ClaimPromiseRow), self._new)
