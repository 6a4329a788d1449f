"""Who holds what, and who waits for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.claims.events import (
    ItemClaimed,
    ItemPaying,
    ItemReleased,
    ItemSold,
    ItemUnwaitlisted,
    ItemWaitlisted,
)
from liveshow.domain.claims.state import Claim, Claims
from liveshow.domain.claims.waitlist import Entry
from liveshow.domain.run_of_show.events import ItemRemoved
from liveshow.domain.running.events import ShowEnded, ShowResumed
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.reading import read
from liveshow.store.rows import person, person_columns, table_of
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.claims import ClaimRow, WaitlistRow

ACTIVE = ("held", "checkout")

Values = dict[str, Any]


_INSERT_CLAIMS = insert(table_of(ClaimRow))


class ClaimRows(Aggregate):
    ORDER = 40

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: dict[str, Values] = {}
        self._changes: dict[str, Values] = {}

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        found = await read(
            connection,
            select(ClaimRow, *person_columns(UserRow))
            .join(UserRow, col(UserRow.id) == col(ClaimRow.buyer_id))
            .where(col(ClaimRow.show_id) == state.id, col(ClaimRow.status).in_(ACTIVE))
            .order_by(col(ClaimRow.created_at), col(ClaimRow.seq)),
        )
        for row in found:
            state[Claims].hold(
                Claim(
                    id=row[ClaimRow.id],
                    item=row[ClaimRow.item_id],
                    variant=row[ClaimRow.variant_id],
                    buyer=person(row),
                    quantity=row[ClaimRow.quantity],
                    price=row[ClaimRow.price],
                    until=row[ClaimRow.until],
                    created_at=row[ClaimRow.created_at],
                    via=row[ClaimRow.via],  # type: ignore[index]  # of our own writing
                    commission_percent=row[ClaimRow.commission_percent],
                    payment=row[ClaimRow.payment_id],
                    extended=row[ClaimRow.extended],
                )
            )

    @records(ItemReleased)
    def _released(self, event: ItemReleased, _record: Record, _state: ShowState) -> None:
        self._change(event.claim, status=event.reason, payment_id=None)

    @records(ItemSold)
    def _sold(self, event: ItemSold, _record: Record, _state: ShowState) -> None:
        self._change(event.claim, status="paid")

    @records(ItemPaying)
    def _paying(self, event: ItemPaying, _record: Record, _state: ShowState) -> None:
        self._change(
            event.claim,
            status="checkout" if event.paying else "held",
            until=event.until,
            payment_id=event.payment,
            extended=True,
        )

    @records(ShowResumed, ShowEnded)
    def _prolonged(
        self, event: ShowResumed | ShowEnded, _record: Record, _state: ShowState
    ) -> None:
        for hold in event.holds:
            self._change(hold.claim, until=hold.until)

    @records(ItemClaimed)
    def _claimed(self, event: ItemClaimed, record: Record, state: ShowState) -> None:
        claim = state[Claims].holds[event.hold.claim]
        self._new[claim.id] = {
            "id": claim.id,
            "show_id": self._place.show_id,
            "item_id": claim.item,
            "variant_id": claim.variant,
            "buyer_id": claim.buyer.id,
            "quantity": claim.quantity,
            "price": claim.price,
            "commission_percent": claim.commission_percent,
            "status": "held",
            "via": claim.via,
            "until": claim.until,
            "extended": False,
            "payment_id": None,
            "seq": record.seq,
            "created_at": claim.created_at,
        }

    def _change(self, claim_id: str, **values: Any) -> None:
        known = self._new.get(claim_id)
        if known is None:
            known = self._changes.setdefault(claim_id, {})
        known.update(values)

    async def write(self, state: ShowState) -> None:
        connection = self._place.connection
        if self._new:
            await connection.execute(_INSERT_CLAIMS, list(self._new.values()))
        # Those with the same columns in one statement.
        alike: dict[tuple[str, ...], list[Values]] = {}
        for claim_id, changes in self._changes.items():
            alike.setdefault(tuple(sorted(changes)), []).append(changes | {"claim": claim_id})
        for names, values in alike.items():
            await connection.execute(
                update(table_of(ClaimRow))
                .where(col(ClaimRow.id) == bindparam("claim"))
                .values({name: bindparam(name) for name in names}),
                values,
            )


class WaitlistRows(Aggregate):
    ORDER = 50

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: dict[str, Values] = {}
        self._gone: list[str] = []
        self._closed: list[str] = []
        self._over = False

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        found = await read(
            connection,
            select(WaitlistRow, *person_columns(UserRow))
            .join(UserRow, col(UserRow.id) == col(WaitlistRow.buyer_id))
            .where(col(WaitlistRow.show_id) == state.id)
            .order_by(col(WaitlistRow.seq)),
        )
        claims = state[Claims]
        for row in found:
            claims.join(
                Entry(
                    id=row[WaitlistRow.id],
                    item=row[WaitlistRow.item_id],
                    variant=row[WaitlistRow.variant_id],
                    buyer=person(row),
                    quantity=row[WaitlistRow.quantity],
                    at=row[WaitlistRow.created_at],
                )
            )
        # Somebody may be next in line for what was freed while no room was there.
        claims.unserved.update(claims.waitlists)

    @records(ItemWaitlisted)
    def _joined(self, event: ItemWaitlisted, record: Record, _state: ShowState) -> None:
        self._new[event.entry] = {
            "id": event.entry,
            "show_id": self._place.show_id,
            "item_id": event.item,
            "variant_id": event.variant,
            "buyer_id": event.user.id,
            "quantity": event.quantity,
            "seq": record.seq,
            "created_at": record.at,
        }

    @records(ItemUnwaitlisted, ItemClaimed)
    def _left(
        self, event: ItemUnwaitlisted | ItemClaimed, _record: Record, _state: ShowState
    ) -> None:
        if event.entry is not None and self._new.pop(event.entry, None) is None:
            self._gone.append(event.entry)

    @records(ItemRemoved)
    def _removed(self, event: ItemRemoved, _record: Record, _state: ShowState) -> None:
        self._closed.append(event.item)
        self._new = {e: row for e, row in self._new.items() if row["item_id"] != event.item}

    @records(ShowEnded)
    def _ended(self, _event: ShowEnded, _record: Record, _state: ShowState) -> None:
        self._over = True
        self._new.clear()

    async def write(self, state: ShowState) -> None:
        connection, table = self._place.connection, WaitlistRow
        if self._over:
            whole = col(table.show_id) == self._place.show_id
            await connection.execute(delete(table).where(whole))
        if self._closed:
            await connection.execute(delete(table).where(col(table.item_id).in_(self._closed)))
        if self._gone:
            await connection.execute(delete(table).where(col(table.id).in_(self._gone)))
        if self._new:
            await connection.execute(insert(table), list(self._new.values()))
