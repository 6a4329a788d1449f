"""The newest whispers: they have no rows but their events."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.show.state import ShowState
from liveshow.domain.whispers.events import ChatWhispered
from liveshow.domain.whispers.state import WHISPERS_KEPT, Whispers
from liveshow.store.room.aggregate import Aggregate
from liveshow.store.room.log import stored_from
from liveshow.store.room.reading import read
from liveshow.store.tables.log import EventRow


class WhisperRows(Aggregate):
    ORDER = 60

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        newest = await read(
            connection,
            select(EventRow)
            .where(col(EventRow.show_id) == state.id, col(EventRow.type) == ChatWhispered.type)
            .order_by(col(EventRow.seq).desc())
            .limit(WHISPERS_KEPT),
        )
        for row in reversed(newest):
            stored = stored_from(row)
            seq, at, event = stored.record
            if isinstance(event, ChatWhispered):
                state[Whispers].keep(seq, at, event, gone=stored.gone)
