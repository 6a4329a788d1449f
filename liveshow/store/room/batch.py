"""One transaction of a room: load and lock first, decide (elsewhere), then write everything."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, insert, select, tuple_

from liveshow.domain.show.events import Record
from liveshow.domain.show.facts import Facts, Needs
from liveshow.domain.show.state import ShowState
from liveshow.rooms.ports import Remembered
from liveshow.store.room.aggregate import Place, aggregates, loaders, recorders
from liveshow.store.room.reading import read
from liveshow.store.rows import table_of
from liveshow.store.tables.log import CommandKeyRow

_KEYS = table_of(CommandKeyRow)
_ANSWERS = select(_KEYS).where(
    _KEYS.c.show_id == bindparam("show"),
    tuple_(_KEYS.c.user_id, _KEYS.c.key).in_(bindparam("keys", expanding=True)),
)
_REMEMBER = insert(_KEYS)


class RoomBatch:
    """Implements ``liveshow.rooms.ports.Batch``."""

    def __init__(self, place: Place) -> None:
        self.now = place.now
        self._place = place
        self._aggregates = [kind(place) for kind in aggregates()]
        self._recorders = recorders()
        self._answers: list[dict[str, object]] = []

    async def answers(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Remembered]:
        wanted = list(keys)
        if not wanted:
            return {}
        asked = {"show": self._place.show_id, "keys": wanted}
        found = await read(self._place.connection, _ANSWERS, asked)
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
        event = record.event
        for index, recorder in self._recorders[type(event)]:
            recorder(self._aggregates[index], event, record, state)

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
            await self._place.connection.execute(_REMEMBER, self._answers)
