"""The polls of a show, and the votes in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.polls.events import PollClosed, PollOpened, PollVoted
from liveshow.domain.polls.state import Poll, Polls
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.reading import read
from liveshow.store.rows import table_of
from liveshow.store.tables.polls import PollRow, PollVoteRow


class PollRows(Aggregate):
    ORDER = 80

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: dict[str, dict[str, Any]] = {}
        self._closed: dict[str, int] = {}

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        newest = await read(
            connection,
            select(PollRow)
            .where(col(PollRow.show_id) == state.id)
            .order_by(col(PollRow.seq).desc())
            .limit(1),
        )
        for row in newest:
            state[Polls].put(
                Poll(
                    id=row[PollRow.id],
                    question=row[PollRow.question],
                    options=row[PollRow.options],
                    opened_at=row[PollRow.opened_at],
                    until=row[PollRow.until],
                    closed_at=row[PollRow.closed_at],
                )
            )

    @records(PollOpened)
    def _open(self, event: PollOpened, record: Record, _state: ShowState) -> None:
        self._new[event.poll] = {
            "id": event.poll,
            "show_id": self._place.show_id,
            "question": event.question,
            "options": event.options,
            "opened_at": record.at,
            "until": event.until,
            "closed_at": None,
            "seq": record.seq,
        }

    @records(PollClosed)
    def _close(self, event: PollClosed, record: Record, _state: ShowState) -> None:
        self._closed[event.poll] = record.at

    async def write(self, state: ShowState) -> None:
        connection = self._place.connection
        if self._new:
            await connection.execute(insert(PollRow), list(self._new.values()))
        if self._closed:
            await connection.execute(
                update(table_of(PollRow))
                .where(col(PollRow.id) == bindparam("poll"))
                .values(closed_at=bindparam("at")),
                [{"poll": poll, "at": at} for poll, at in self._closed.items()],
            )


class PollVoteRows(Aggregate):
    ORDER = 81

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: list[dict[str, Any]] = []

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        poll = state[Polls].newest
        if poll is None:
            return
        found = await read(
            connection, select(PollVoteRow).where(col(PollVoteRow.poll_id) == poll.id)
        )
        for row in found:
            poll.count(row[PollVoteRow.user_id], row[PollVoteRow.option])

    @records(PollVoted)
    def _voted(self, event: PollVoted, record: Record, _state: ShowState) -> None:
        vote = {"poll_id": event.poll, "user_id": event.user, "option": event.option}
        self._new.append(vote | {"at": record.at})

    async def write(self, state: ShowState) -> None:
        if self._new:
            await self._place.connection.execute(insert(PollVoteRow), self._new)
