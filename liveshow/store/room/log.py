"""The log of a show: its events, the lines that they left, and what people were told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.chat.events import ChatAnnounced, ChatSaid
from liveshow.domain.chat.state import RECENT_KEPT, RECENT_MS, Chat
from liveshow.domain.features import MACHINE
from liveshow.domain.moderation.events import (
    ChatDeleted,
    ChatPurged,
    ChatRestored,
    ChatUnpurged,
)
from liveshow.domain.moderation.facts import MOST_PURGED, RECORDS, STANDING
from liveshow.domain.show.chat_lines import LINES_KEPT, ChatLines
from liveshow.domain.show.events import Event, Record, Stored, leaves_chat_line
from liveshow.domain.show.notices import NOTICES_KEPT, Notice, Notices
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import ItemRef
from liveshow.domain.whispers.events import ChatUnwhispered
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.reading import read
from liveshow.store.rows import Read, table_of
from liveshow.store.tables.log import EventRow, NoticeRow

# Types that may leave a line in the chat.
LINE_TYPES = MACHINE.events.those(leaves_chat_line)


def stored_from(row: Read) -> Stored:
    """A row of the log as the domain knows it."""
    event = MACHINE.events.read(row[EventRow.type], row[EventRow.version], row[EventRow.data])
    return Stored(Record(row[EventRow.seq], row[EventRow.at], event), row[EventRow.withdrawn])


async def _records(place: Place, seqs: frozenset[int]) -> Mapping[int, Stored]:
    found = await read(
        place.connection,
        select(EventRow).where(col(EventRow.show_id) == place.show_id, col(EventRow.seq).in_(seqs)),
    )
    return {row[EventRow.seq]: stored_from(row) for row in found}


# What people said, as against what was done to them.
MESSAGE_TYPES = (ChatSaid.type, ChatAnnounced.type)


async def _standing(place: Place, users: frozenset[str]) -> Mapping[str, list[int]]:
    found = {}
    for user in users:  # a purge is rare, and of one
        newest = await place.connection.execute(
            select(col(EventRow.seq))
            .where(
                col(EventRow.person_id) == user,
                col(EventRow.show_id) == place.show_id,
                col(EventRow.type).in_(MESSAGE_TYPES),
                col(EventRow.withdrawn).is_(None),
            )
            .order_by(col(EventRow.seq).desc())
            .limit(MOST_PURGED)
        )
        found[user] = list(newest.scalars())
    return found


_INSERT_EVENTS = insert(table_of(EventRow))


class EventRows(Aggregate):
    ORDER = 60
    LOADERS = {RECORDS: _records, STANDING: _standing}

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: list[dict[str, Any]] = []
        # Messages that were taken away, by what; None: that are back.
        self._withdrawn: dict[int, int | None] = {}

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        await _read_lines(connection, state)
        await _read_recent(connection, state)

    @records(Event)
    def _happened(self, event: Event, record: Record, state: ShowState) -> None:
        if event.logged:
            self._new.append(
                {
                    "show_id": self._place.show_id,
                    "seq": record.seq,
                    "epoch": state.epoch,
                    "at": record.at,
                    "type": event.type,
                    "version": event.version,
                    "data": event,
                    "to_user": event.owner(),
                    "person_id": event.about(),
                    "withdrawn": None,
                }
            )

    @records(ChatDeleted, ChatPurged, ChatUnwhispered)
    def _take_away(
        self,
        event: ChatDeleted | ChatPurged | ChatUnwhispered,
        record: Record,
        _state: ShowState,
    ) -> None:
        self._withdrawn |= dict.fromkeys(event.withdraws(), record.seq)

    @records(ChatRestored)
    def _give_back(self, event: ChatRestored, _record: Record, _state: ShowState) -> None:
        self._withdrawn[event.message] = None

    @records(ChatUnpurged)
    def _give_all_back(self, event: ChatUnpurged, _record: Record, _state: ShowState) -> None:
        self._withdrawn |= dict.fromkeys(event.messages)

    async def write(self, state: ShowState) -> None:
        connection = self._place.connection
        if self._new:
            await connection.execute(_INSERT_EVENTS, self._new)
        if self._withdrawn:
            await connection.execute(
                update(table_of(EventRow))
                .where(
                    col(EventRow.show_id) == self._place.show_id,
                    col(EventRow.seq) == bindparam("message"),
                )
                .values(withdrawn=bindparam("by")),
                [{"message": seq, "by": by} for seq, by in self._withdrawn.items()],
            )


async def _read_lines(connection: AsyncConnection, state: ShowState) -> None:
    newest = await read(
        connection,
        select(EventRow)
        .where(col(EventRow.show_id) == state.id, col(EventRow.type).in_(LINE_TYPES))
        .order_by(col(EventRow.seq).desc())
        .limit(LINES_KEPT),
    )
    for row in reversed(newest):
        stored = stored_from(row)
        (seq, at, event) = stored.record
        if line := event.chat_line(seq, at):
            state[ChatLines].append(msgspec.structs.replace(line, deleted=stored.gone))


async def _read_recent(connection: AsyncConnection, state: ShowState) -> None:
    """Who spoke in the last minutes before the newest message."""
    said = (col(EventRow.show_id) == state.id, col(EventRow.type) == ChatSaid.type)
    newest = select(func.max(col(EventRow.at))).where(*said).scalar_subquery()
    found = await read(
        connection,
        select(EventRow)
        .where(*said, col(EventRow.at) >= newest - RECENT_MS)
        .order_by(col(EventRow.seq).desc())
        .limit(RECENT_KEPT),
    )
    for row in reversed(found):
        (_, at, event), _ = stored_from(row)
        if isinstance(event, ChatSaid):
            state[Chat].heard(event.user.id, at)


class NoticeRows(Aggregate):
    ORDER = 60

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: list[dict[str, Any]] = []
        self._stale: list[dict[str, Any]] = []

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        rank = (
            func.row_number()
            .over(
                partition_by=col(NoticeRow.user_id),
                order_by=(col(NoticeRow.seq).desc(), col(NoticeRow.kind)),
            )
            .label("rank")
        )
        ranked = select(NoticeRow, rank).where(col(NoticeRow.show_id) == state.id).subquery()
        columns = ranked.c
        newest = select(ranked).where(columns.rank <= NOTICES_KEPT).order_by(columns.seq)
        for row in (await connection.execute(newest)).mappings():
            item = msgspec.convert(row["item"], ItemRef | None)
            notice = Notice(row["seq"], row["at"], row["kind"], item, row["text"], row["price"])
            state[Notices].keep(row["user_id"], notice)

    @records(Event)
    def _told(self, _event: Event, _record: Record, state: ShowState) -> None:
        for user, notice in state[Notices].stale:
            old = {"user": user, "number": notice.id, "what": notice.kind}
            self._stale.append(old | {"show": self._place.show_id})
        for user, notice in state[Notices].fresh:
            self._new.append(
                {
                    "show_id": self._place.show_id,
                    "user_id": user,
                    "seq": notice.id,
                    "kind": notice.kind,
                    "at": notice.at,
                    "item": msgspec.to_builtins(notice.item),
                    "text": notice.text,
                    "price": notice.price,
                }
            )

    async def write(self, state: ShowState) -> None:
        if self._new:
            await self._place.connection.execute(insert(NoticeRow), self._new)
        if self._stale:
            old = delete(table_of(NoticeRow)).where(
                col(NoticeRow.show_id) == bindparam("show"),
                col(NoticeRow.user_id) == bindparam("user"),
                col(NoticeRow.seq) == bindparam("number"),
                col(NoticeRow.kind) == bindparam("what"),
            )
            await self._place.connection.execute(old, self._stale)
