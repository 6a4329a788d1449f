"""Mutes and bans in force."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.moderation.events import UserBanned, UserMuted, UserUnbanned, UserUnmuted
from liveshow.domain.moderation.state import Kind, Moderation, Sanction
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.reading import people, read
from liveshow.store.tables.moderation import SanctionRow


class SanctionRows(Aggregate):
    ORDER = 50

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._changed: dict[tuple[str, Kind], None] = {}

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        found = await read(
            connection,
            select(SanctionRow)
            .where(col(SanctionRow.show_id) == state.id)
            .order_by(col(SanctionRow.seq)),
        )
        ids = [i for row in found for i in (row[SanctionRow.user_id], row[SanctionRow.by_id])]
        known = await people(connection, ids)
        for row in found:
            state[Moderation].impose(
                Sanction(
                    user=known[row[SanctionRow.user_id]],
                    kind=row[SanctionRow.kind],  # type: ignore[index]  # of our own writing
                    until=row[SanctionRow.until],
                    reason=row[SanctionRow.reason],
                    by=known[row[SanctionRow.by_id]],
                    seq=row[SanctionRow.seq],
                )
            )

    @records(UserMuted, UserUnmuted)
    def _mute(self, event: UserMuted | UserUnmuted, _record: Record, _state: ShowState) -> None:
        self._changed[event.user.id, "mute"] = None

    @records(UserBanned, UserUnbanned)
    def _ban(self, event: UserBanned | UserUnbanned, _record: Record, _state: ShowState) -> None:
        self._changed[event.user.id, "ban"] = None

    async def write(self, state: ShowState) -> None:
        if not self._changed:
            return
        connection = self._place.connection
        key = tuple_(col(SanctionRow.user_id), col(SanctionRow.kind))
        await connection.execute(
            delete(SanctionRow).where(
                col(SanctionRow.show_id) == self._place.show_id, key.in_(list(self._changed))
            )
        )
        standing = state[Moderation].sanctions
        now_in_force = [
            {
                "show_id": self._place.show_id,
                "user_id": sanction.user.id,
                "kind": sanction.kind,
                "until": sanction.until,
                "reason": sanction.reason,
                "by_id": sanction.by.id,
                "seq": sanction.seq,
            }
            for changed in self._changed
            if (sanction := standing.get(changed))
        ]
        if now_in_force:
            await connection.execute(insert(SanctionRow), now_in_force)
