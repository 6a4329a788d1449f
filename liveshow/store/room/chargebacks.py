"""Chargebacks in the room's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from sqlalchemy import select, update
from sqlmodel import col

from liveshow.domain.chargebacks.events import (
    ChargebackClosed,
    ChargebackOpened,
    ChargebackStatus,
)
from liveshow.domain.chargebacks.facts import CHARGEBACKS
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.rows import insert_rows
from liveshow.store.tables.chargebacks import ChargebackRow

Key = tuple[str, str]


async def _known(place: Place, keys: frozenset[Key]) -> Mapping[Key, ChargebackStatus]:
    id_, order = col(ChargebackRow.id), col(ChargebackRow.order_id)
    found = await place.connection.execute(
        select(id_, order, col(ChargebackRow.status)).where(order.in_({order for _, order in keys}))
    )
    rows = {(id_, order): cast(ChargebackStatus, status) for id_, order, status in found}
    return {key: rows[key] for key in keys if key in rows}


class ChargebackRows(Aggregate):
    ORDER = 80
    LOADERS = {CHARGEBACKS: _known}

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._opened: list[ChargebackRow] = []
        self._closed: list[tuple[ChargebackClosed, int]] = []

    @records(ChargebackOpened)
    def _open(self, event: ChargebackOpened, record: Record, _state: ShowState) -> None:
        self._opened.append(
            ChargebackRow(
                id=event.chargeback,
                order_id=event.order,
                amount=event.amount,
                reason=event.reason,
                status="open",
                respond_by=event.respond_by,
                opened_at=record.at,
            )
        )

    @records(ChargebackClosed)
    def _close(self, event: ChargebackClosed, record: Record, _state: ShowState) -> None:
        self._closed.append((event, record.at))

    async def write(self, state: ShowState) -> None:
        connection = self._place.connection
        await insert_rows(connection, *self._opened)
        for event, at in self._closed:
            await connection.execute(
                update(ChargebackRow)
                .where(
                    col(ChargebackRow.id) == event.chargeback,
                    col(ChargebackRow.order_id) == event.order,
                )
                .values(status=event.outcome, closed_at=at)
            )
