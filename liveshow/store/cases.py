"""Cases in SQL, and what they are decided on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased
from sqlmodel import col

from liveshow.cases.course import Case
from liveshow.cases.ports import (
    CaseFile,
    ClaimedLine,
    Cursor,
    DisputedOrder,
    SaidLine,
    ShownItem,
)
from liveshow.domain.chat.events import ChatAnnounced, ChatSaid
from liveshow.domain.run_of_show.events import ItemPinned
from liveshow.domain.values import Photo
from liveshow.errors import Conflict, NotFound
from liveshow.payments.orders import unknown_order
from liveshow.payments.records import KeptLine, OrderEdit, OrderStep
from liveshow.store.database import Database
from liveshow.store.room.log import stored_from
from liveshow.store.room.reading import photo_from, read
from liveshow.store.rows import Read, insert_rows, older, person, person_columns
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.cases import CaseRow
from liveshow.store.tables.claims import ClaimRow, OfferRow
from liveshow.store.tables.listings import ListingRow, PhotoRow
from liveshow.store.tables.log import EventRow
from liveshow.store.tables.orders import OrderRow
from liveshow.store.tables.shows import ShowItemRow

# What was said and shown from so long before a claim on (ms) is in the file of its case.
BEFORE_MS = 120_000
# So many events of that time are looked at.
MOST_EVENTS = 500

_Buyer = aliased(UserRow, name="buyer")
_Owner = aliased(UserRow, name="owner")
_Host = aliased(UserRow, name="host")
_OPEN = col(CaseRow.status) != "closed"


class CaseRepository:
    """Implements ``liveshow.cases.ports.CaseStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(
        self, order_id: str, decide: Callable[[DisputedOrder], tuple[Case, OrderEdit]]
    ) -> Case:
        this = col(OrderRow.id) == order_id
        try:
            async with self._database.write() as connection:
                found = await read(connection, _order().where(this).with_for_update(of=OrderRow))
                if not found:
                    raise unknown_order()
                order = found[0]
                case, edit = decide(_disputed(order))
                await insert_rows(
                    connection,
                    CaseRow(
                        id=case.id,
                        order_id=case.order,
                        show_id=order[OrderRow.show_id],
                        buyer_id=case.buyer.id,
                        owner_id=case.owner.id,
                        host_id=case.host.id,
                        opened_at=case.opened_at,
                        **_columns(case),
                    ),
                )
                await connection.execute(
                    update(OrderRow)
                    .where(this)
                    .values(
                        status=edit.status,
                        dispute_reason=edit.dispute_reason,
                        history=[*order[OrderRow.history], msgspec.to_builtins(edit.step)],
                        changed_at=edit.at,
                        changed_by=edit.by.id,
                    )
                )
        except IntegrityError as error:
            raise Conflict("case_open", "A case about this order is open already.") from error
        return case

    async def change(self, case_id: str, decide: Callable[[Case], Case]) -> Case:
        this = col(CaseRow.id) == case_id
        async with self._database.write() as connection:
            found = await read(connection, select(CaseRow).where(this).with_for_update())
            if not found:
                raise NotFound("unknown_case", "There is no such case.")
            before = _case(found[0])
            case = decide(before)
            if case == before:
                return case
            await connection.execute(update(CaseRow).where(this).values(**_columns(case)))
            if not case.open:
                # Unless all of its money went back, the order is what it was.
                await connection.execute(
                    update(OrderRow)
                    .where(
                        col(OrderRow.id) == case.order,
                        col(OrderRow.status) == "not_as_described",
                    )
                    .values(status=case.before)
                )
        return case

    async def get(self, case_id: str) -> Case | None:
        found = await self._read(col(CaseRow.id) == case_id, limit=1)
        return found[0] if found else None

    async def of_order(self, order_id: str) -> list[Case]:
        return await self._read(col(CaseRow.order_id) == order_id, limit=100)

    async def page(
        self, party: str | None, *, open_only: bool, after: Cursor | None, limit: int
    ) -> list[Case]:
        conditions = [_OPEN] if open_only else []
        if party is not None:
            sides = (CaseRow.buyer_id, CaseRow.owner_id, CaseRow.host_id)
            conditions.append(or_(*(col(side) == party for side in sides)))
        if after is not None:
            conditions.append(older(CaseRow.opened_at, CaseRow.id, after))
        return await self._read(*conditions, limit=limit)

    async def due(self, now: int, limit: int) -> list[str]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(col(CaseRow.id))
                .where(col(CaseRow.due_at).is_not(None), col(CaseRow.due_at) <= now)
                .order_by(col(CaseRow.due_at))
                .limit(limit)
            )
            return [row[0] for row in rows]

    async def settled(self, limit: int) -> list[str]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(col(CaseRow.id))
                .join(OrderRow, col(OrderRow.id) == col(CaseRow.order_id))
                .where(
                    _OPEN,
                    col(CaseRow.status) != "refunding",
                    col(OrderRow.status).in_(("refunded", "cancelled")),
                )
                .limit(limit)
            )
            return [row[0] for row in rows]

    async def refunding(self, limit: int) -> list[Case]:
        async with self._database.read() as connection:
            rows = await read(
                connection,
                select(CaseRow)
                .where(col(CaseRow.status) == "refunding")
                .order_by(col(CaseRow.opened_at))
                .limit(limit),
            )
            return [_case(row) for row in rows]

    async def photos(self, owner_id: str, ids: Sequence[str]) -> list[Photo]:
        async with self._database.read() as connection:
            rows = await read(
                connection,
                select(PhotoRow).where(
                    col(PhotoRow.id).in_(ids), col(PhotoRow.owner_id) == owner_id
                ),
            )
        found = {row[PhotoRow.id]: photo_from(row) for row in rows}
        return [found[each] for each in dict.fromkeys(ids) if each in found]

    async def file(self, case: Case) -> CaseFile:
        async with self._database.read() as connection:
            (order,) = await read(connection, _order().where(col(OrderRow.id) == case.order))
            kept = msgspec.convert(order[OrderRow.lines], list[KeptLine])
            chosen = [kept[line] for line in case.lines]
            lines, times = await _claimed(connection, chosen)
            show_id = order[OrderRow.show_id]
            said: list[SaidLine] = []
            shown: list[ShownItem] = []
            if times:
                said, shown = await _meanwhile(
                    connection, show_id, min(times) - BEFORE_MS, max(times)
                )
        return CaseFile(case, order[OrderRow.currency], lines, said, shown)

    async def _read(self, *conditions: ColumnElement[bool], limit: int) -> list[Case]:
        statement = (
            select(CaseRow)
            .where(*conditions)
            .order_by(col(CaseRow.opened_at).desc(), col(CaseRow.id).desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [_case(row) for row in await read(connection, statement)]


def _order() -> Any:
    return (
        select(
            OrderRow,
            *person_columns(_Buyer),
            *person_columns(_Owner),
            *person_columns(_Host),
        )
        .join(_Buyer, col(_Buyer.id) == col(OrderRow.buyer_id))
        .join(_Owner, col(_Owner.id) == col(OrderRow.owner_id))
        .join(_Host, col(_Host.id) == col(OrderRow.host_id))
    )


def _disputed(row: Read) -> DisputedOrder:
    return DisputedOrder(
        id=row[OrderRow.id],
        status=row[OrderRow.status],
        buyer=person(row, _Buyer),
        owner=person(row, _Owner),
        host=person(row, _Host),
        lines=msgspec.convert(row[OrderRow.lines], list[KeptLine]),
        shipping=row[OrderRow.shipping],
        total=row[OrderRow.total],
        refunded=row[OrderRow.refunded],
        history=msgspec.convert(row[OrderRow.history], list[OrderStep]),
    )


def _case(row: Read) -> Case:
    return msgspec.convert(row[CaseRow.document], Case)


def _columns(case: Case) -> dict[str, Any]:
    last = case.entries[-1]
    return {
        "status": case.status,
        "due_at": case.due_at,
        "changed_at": last.at,
        "changed_by": last.by.id if last.by else None,
        "document": msgspec.to_builtins(case),
    }


async def _claimed(
    connection: AsyncConnection, lines: Sequence[KeptLine]
) -> tuple[list[ClaimedLine], list[int]]:
    """What was claimed and promised, and when (ms); old orders do not name their claims."""
    claims = [line.claim for line in lines if isinstance(line.claim, str)]
    offers = [line.offer for line in lines if line.offer]
    at = {
        row[ClaimRow.id]: row[ClaimRow.created_at]
        for row in await read(
            connection,
            select(col(ClaimRow.id), col(ClaimRow.created_at)).where(col(ClaimRow.id).in_(claims)),
        )
    }
    terms = {
        row[OfferRow.id]: row[OfferRow.terms]
        for row in await read(connection, select(OfferRow).where(col(OfferRow.id).in_(offers)))
    }
    found = [
        ClaimedLine(
            at.get(line.claim) if isinstance(line.claim, str) else None,
            terms.get(line.offer) or {"title": line.title, "price": line.price},
            line.quantity,
            line.promises,
        )
        for line in lines
    ]
    return found, list(at.values())


async def _meanwhile(
    connection: AsyncConnection, show_id: str, since: int, until: int
) -> tuple[list[SaidLine], list[ShownItem]]:
    """What was said and shown in a show between two times. What was taken away is not told."""
    rows = await read(
        connection,
        select(EventRow)
        .where(
            col(EventRow.show_id) == show_id,
            col(EventRow.at) >= since,
            col(EventRow.at) <= until,
            col(EventRow.type).in_((ChatSaid.type, ChatAnnounced.type, ItemPinned.type)),
            col(EventRow.withdrawn).is_(None),
        )
        .order_by(col(EventRow.seq))
        .limit(MOST_EVENTS),
    )
    records = [stored_from(row).record for row in rows]
    said, pinned = [], []
    for record in records:
        match record.event:
            case ChatSaid() | ChatAnnounced():
                said.append(SaidLine(record.at, record.event.user.person, record.event.text))
            case ItemPinned():
                pinned.append((record.at, record.event.item))
    items = {
        row[ShowItemRow.id]: (row[ShowItemRow.number], row[ListingRow.title])
        for row in await read(
            connection,
            select(col(ShowItemRow.id), col(ShowItemRow.number), col(ListingRow.title))
            .join(ListingRow, col(ListingRow.id) == col(ShowItemRow.listing_id))
            .where(col(ShowItemRow.id).in_({item for _, item in pinned})),
        )
    }
    return said, [ShownItem(at, *items[item]) for at, item in pinned if item in items]
