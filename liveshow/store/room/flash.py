"""The flash prices of a show, and what went at them."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.claims.events import (
    ItemClaimed,
    ItemLineOver,
    ItemReleased,
    ItemSold,
    ItemUnwaitlisted,
    ItemWaitlisted,
)
from liveshow.domain.flash.events import FlashEnded, FlashStarted
from liveshow.domain.flash.state import Flash, Flashes, Pieces, PieceStatus
from liveshow.domain.running.events import ShowResumed
from liveshow.domain.show.events import Event, Record
from liveshow.domain.show.state import ShowState
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.reading import read
from liveshow.store.rows import table_of
from liveshow.store.tables.flash import FlashPiecesRow, FlashRow

_FLASHES, _PIECES = table_of(FlashRow), table_of(FlashPiecesRow)


class FlashRows(Aggregate):
    ORDER = 44

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: list[dict[str, Any]] = []
        self._moved: dict[str, None] = {}
        self._over: list[dict[str, Any]] = []

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        found = await read(
            connection,
            select(FlashRow)
            .where(col(FlashRow.show_id) == state.id, col(FlashRow.over_at).is_(None))
            .order_by(col(FlashRow.seq)),
        )
        for row in found:
            state[Flashes].put(
                Flash(
                    id=row[FlashRow.id],
                    item=row[FlashRow.item_id],
                    price=row[FlashRow.price],
                    until=row[FlashRow.until],
                    quantity=row[FlashRow.quantity],
                    per_buyer=row[FlashRow.per_buyer],
                    was=row[FlashRow.was],
                )
            )

    @records(FlashStarted)
    def _start(self, event: FlashStarted, record: Record, _state: ShowState) -> None:
        self._new.append(
            {
                "id": event.flash,
                "show_id": self._place.show_id,
                "item_id": event.item,
                "price": event.price,
                "until": event.until,
                "quantity": event.quantity,
                "per_buyer": event.per_buyer,
                "was": event.was,
                "went": 0,
                "seq": record.seq,
            }
        )

    @records(FlashEnded)
    def _end(self, event: FlashEnded, record: Record, _state: ShowState) -> None:
        self._over.append(
            {"flash": event.flash, "at": record.at, "why": event.reason, "pieces": event.went}
        )

    @records(ShowResumed)
    def _resume(self, _event: ShowResumed, _record: Record, state: ShowState) -> None:
        self._moved |= dict.fromkeys(state[Flashes].known)

    async def write(self, state: ShowState) -> None:
        connection = self._place.connection
        if self._new:
            await connection.execute(insert(_FLASHES), self._new)
        known = state[Flashes].known
        if moved := [known[item] for item in self._moved if item in known]:
            await connection.execute(
                update(_FLASHES)
                .where(_FLASHES.c.id == bindparam("flash"))
                .values(until=bindparam("end")),
                [{"flash": flash.id, "end": flash.until} for flash in moved],
            )
        if self._over:
            await connection.execute(
                update(_FLASHES)
                .where(_FLASHES.c.id == bindparam("flash"))
                .values(over_at=bindparam("at"), reason=bindparam("why"), went=bindparam("pieces")),
                self._over,
            )


class FlashPiecesRows(Aggregate):
    ORDER = 45

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        # By flash and key: those that are known now, None for those that are gone.
        self._changed: dict[tuple[str, str], Pieces | None] = {}
        self._over: list[str] = []

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        known = {flash.id: flash for flash in state[Flashes].known.values()}
        if not known:
            return
        found = await read(
            connection,
            select(FlashPiecesRow).where(col(FlashPiecesRow.flash_id).in_(sorted(known))),
        )
        for row in found:
            known[row[FlashPiecesRow.flash_id]].put(
                row[FlashPiecesRow.piece],
                Pieces(
                    row[FlashPiecesRow.user_id],
                    row[FlashPiecesRow.quantity],
                    cast(PieceStatus, row[FlashPiecesRow.status]),
                ),
            )
        for flash in known.values():
            flash.told = flash.counts

    @records(ItemClaimed, ItemReleased, ItemSold)
    def _held(self, _event: Event, _record: Record, state: ShowState) -> None:
        self._note(state)

    @records(ItemWaitlisted, ItemUnwaitlisted, ItemLineOver)
    def _waited(self, _event: Event, _record: Record, state: ShowState) -> None:
        self._note(state)

    def _note(self, state: ShowState) -> None:
        for flash, key in state[Flashes].fresh:
            self._changed[flash.id, key] = flash.pieces.get(key)

    @records(FlashEnded)
    def _end(self, event: FlashEnded, _record: Record, _state: ShowState) -> None:
        self._over.append(event.flash)

    async def write(self, state: ShowState) -> None:
        connection = self._place.connection
        over = set(self._over)
        changed = {key: now for key, now in self._changed.items() if key[0] not in over}
        if changed:
            await connection.execute(
                delete(_PIECES).where(
                    _PIECES.c.flash_id == bindparam("flash"), _PIECES.c.piece == bindparam("key")
                ),
                [{"flash": flash, "key": key} for flash, key in changed],
            )
        rows = [
            {
                "flash_id": flash,
                "piece": key,
                "user_id": now.buyer,
                "quantity": now.quantity,
                "status": now.status,
            }
            for (flash, key), now in changed.items()
            if now is not None
        ]
        if rows:
            await connection.execute(insert(_PIECES), rows)
        if over:
            await connection.execute(delete(_PIECES).where(_PIECES.c.flash_id.in_(sorted(over))))
