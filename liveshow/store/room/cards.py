"""Whether a show wants cards on file, and who has one."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.cards.events import CardRequired
from liveshow.domain.cards.facts import CARD_ON_FILE
from liveshow.domain.cards.state import Cards
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.reading import read
from liveshow.store.tables.cards import CardRow, CardRuleRow


async def _cards(place: Place, users: frozenset[str]) -> Mapping[str, bool]:
    found = await place.connection.execute(
        select(col(CardRow.user_id)).where(
            col(CardRow.user_id).in_(users), col(CardRow.method) != ""
        )
    )
    return dict.fromkeys(found.scalars(), True)


class CardRules(Aggregate):
    ORDER = 60
    LOADERS = {CARD_ON_FILE: _cards}

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._changed = False

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        statement = select(CardRuleRow).where(col(CardRuleRow.show_id) == state.id)
        for row in await read(connection, statement):
            state[Cards].required = row[CardRuleRow.required]

    @records(CardRequired)
    def _required(self, _event: CardRequired, _record: Record, _state: ShowState) -> None:
        self._changed = True

    async def write(self, state: ShowState) -> None:
        if not self._changed:
            return
        connection = self._place.connection
        await connection.execute(delete(CardRuleRow).where(col(CardRuleRow.show_id) == state.id))
        row = {"show_id": state.id, "required": state[Cards].required}
        await connection.execute(insert(CardRuleRow), [row])
