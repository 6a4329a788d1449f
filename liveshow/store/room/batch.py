"""One transaction of a room: load and lock first, decide (elsewhere), then write everything."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert, select, tuple_
from sqlmodel import col

from liveshow.domain.show.events import Record
from liveshow.domain.show.facts import Facts, Needs
from liveshow.domain.show.state import ShowState
from liveshow.rooms.ports import Remembered
from liveshow.store.room.aggregate import Place, aggregates, loaders
from liveshow.store.room.reading import read
from liveshow.store.tables.log import CommandKeyRow


class RoomBatch:
    """Implements ``liveshow.rooms.ports.Batch``."""

    def __init__(self, place: Place) -> None:
        self.now = place.now
        self._place = place
        self._aggregates = [kind(place) for kind in aggregates()]
        self._answers: list[dict[str, object]] = []

    async def answers(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Remembered]:
        wanted = list(keys)
        if not wanted:
            return {}
        found = await read(
            self._place.connection,
            select(CommandKeyRow).where(
                col(CommandKeyRow.show_id) == self._place.show_id,
                tuple_(col(CommandKeyRow.user_id), col(CommandKeyRow.key)).in_(wanted),
            ),
        )
        known = {}
        for row in found:
            key = (row[CommandKeyRow.user_id], row[CommandKeyRow.key])
            known[key] = Remembered(key, row[CommandKeyRow.digest], row[CommandKeyRow.answer])
        return known

    async def load(self, needs: Needs, facts: Facts) -> None:
        known = loaders()
        order = list(known)
        # In one order, whatever is asked first: two rooms cannot deadlock.
        for fact, keys in sorted(needs.items(), key=lambda need: order.index(need[0])):
            facts.put(fact, keys, await known[fact](self._place, keys))

    def record(self, state: ShowState, record: Record) -> None:
        for aggregate in self._aggregates:
            aggregate.record(record, state)

    def remember(self, answer: Remembered) -> None:
        user, key = answer.key
        self._answers.append(
            {
                "show_id": self._place.show_id,
                "user_id": user,
                "key": key,
                "digest": answer.digest,
                "answer": answer.ack,
                "at": self.now,
            }
        )

    async def flush(self, state: ShowState) -> None:
        for aggregate in self._aggregates:
            await aggregate.write(state)
        if self._answers:
            await self._place.connection.execute(insert(CommandKeyRow), self._answers)
