"""The giveaways of a show, who takes part in them, and the orders that prizes become."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.giveaways.beacon import Round
from liveshow.domain.giveaways.events import (
    GiveawayClaimed,
    GiveawayDrawn,
    GiveawayEntered,
    GiveawayFrozen,
    GiveawayLeft,
    GiveawayOpened,
    GiveawayOrdered,
    GiveawayOver,
    GiveawayPassed,
    GiveawaySealed,
)
from liveshow.domain.giveaways.state import WAITING, Entrant, Giveaway, Giveaways
from liveshow.domain.running.events import ShowResumed
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Offer
from liveshow.payments.records import NO_PROVIDER, OrderStep
from liveshow.store.orders import kept_line
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.reading import read
from liveshow.store.rows import (
    Read,
    insert_rows,
    insert_unless_there,
    person,
    person_columns,
    table_of,
)
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.claims import ClaimRow, OfferRow
from liveshow.store.tables.giveaways import EntryRow, GiveawayRow
from liveshow.store.tables.orders import OrderRow
from liveshow.store.tables.payments import PaymentRow

Values = dict[str, Any]


class GiveawayRows(Aggregate):
    ORDER = 44

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: dict[str, Values] = {}
        self._changes: dict[str, Values] = {}

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        """The newest, whatever has become of it, and those of which something is to come."""
        own = col(GiveawayRow.show_id) == state.id
        newest = (
            select(col(GiveawayRow.id))
            .where(own)
            .order_by(col(GiveawayRow.seq).desc())
            .limit(1)
            .scalar_subquery()
        )
        found = await read(
            connection,
            select(GiveawayRow, *person_columns(UserRow))
            .join(UserRow, col(UserRow.id) == col(GiveawayRow.sponsor_id))
            .where(own, col(GiveawayRow.status).in_(WAITING) | (col(GiveawayRow.id) == newest))
            .order_by(col(GiveawayRow.seq)),
        )
        for row in found:
            state[Giveaways].put(_giveaway(row))

    @records(GiveawayOpened)
    def _open(self, event: GiveawayOpened, record: Record, state: ShowState) -> None:
        giveaway = state[Giveaways].known[event.giveaway]
        self._new[giveaway.id] = {
            "id": giveaway.id,
            "show_id": self._place.show_id,
            "item_id": giveaway.item,
            "variant_id": giveaway.variant,
            "title": giveaway.title,
            "who": giveaway.who,
            "sponsor_id": giveaway.sponsor.id,
            "rules": giveaway.rules,
            "commitment": giveaway.commitment,
            "seed": "",
            "offer": msgspec.to_builtins(giveaway.offer),
            "opened_at": giveaway.opened_at,
            "ends_at": giveaway.ends_at,
            "status": "open",
            "place": 0,
            "seq": record.seq,
        }

    @records(GiveawaySealed)
    def _seal(self, event: GiveawaySealed, _record: Record, _state: ShowState) -> None:
        self._new[event.giveaway]["seed"] = event.seed

    @records(GiveawayFrozen)
    def _freeze(self, event: GiveawayFrozen, _record: Record, _state: ShowState) -> None:
        beacon = event.beacon
        self._change(
            event.giveaway,
            status="frozen",
            entries=event.entries,
            entries_hash=event.entries_hash,
            chain=beacon.chain if beacon else None,
            round=beacon.round if beacon else None,
            until=event.until,
        )

    @records(GiveawayDrawn)
    def _draw(self, event: GiveawayDrawn, record: Record, _state: ShowState) -> None:
        signature = event.beacon.signature if event.beacon else None
        self._change(
            event.giveaway,
            status="drawn",
            drawn_at=record.at,
            until=event.until,
            signature=signature,
        )

    @records(GiveawayPassed)
    def _pass(self, event: GiveawayPassed, _record: Record, _state: ShowState) -> None:
        self._change(event.giveaway, place=event.place, until=event.until)

    @records(GiveawayClaimed)
    def _claim(self, event: GiveawayClaimed, _record: Record, _state: ShowState) -> None:
        self._change(event.giveaway, status="claimed", until=None)

    @records(GiveawayOrdered)
    def _order(self, event: GiveawayOrdered, _record: Record, _state: ShowState) -> None:
        self._change(event.giveaway, order_id=event.order)

    @records(GiveawayOver)
    def _over(self, event: GiveawayOver, _record: Record, _state: ShowState) -> None:
        self._change(event.giveaway, status="over", reason=event.reason, until=None)

    @records(ShowResumed)
    def _resume(self, _event: ShowResumed, _record: Record, state: ShowState) -> None:
        if giveaway := state[Giveaways].open:
            self._change(giveaway.id, ends_at=giveaway.ends_at)

    def _change(self, giveaway: str, **values: Any) -> None:
        self._changes.setdefault(giveaway, {}).update(values)

    async def write(self, state: ShowState) -> None:
        connection = self._place.connection
        if self._new:
            await connection.execute(insert(table_of(GiveawayRow)), list(self._new.values()))
        # One is open at a time, so these are few.
        for giveaway, values in self._changes.items():
            await connection.execute(
                update(table_of(GiveawayRow))
                .where(col(GiveawayRow.id) == giveaway)
                .values(**values)
            )


def _giveaway(row: Read) -> Giveaway:
    chain, number = row[GiveawayRow.chain], row[GiveawayRow.round]
    return Giveaway(
        id=row[GiveawayRow.id],
        title=row[GiveawayRow.title],
        item=row[GiveawayRow.item_id],
        variant=row[GiveawayRow.variant_id],
        who=row[GiveawayRow.who],  # type: ignore[index]  # of our own writing
        sponsor=person(row),
        opened_at=row[GiveawayRow.opened_at],
        ends_at=row[GiveawayRow.ends_at],
        rules=row[GiveawayRow.rules],
        commitment=row[GiveawayRow.commitment],
        offer=msgspec.convert(row[GiveawayRow.offer], Offer),
        seed=row[GiveawayRow.seed],
        status=row[GiveawayRow.status],  # type: ignore[index]  # of our own writing
        reason=row[GiveawayRow.reason],  # type: ignore[index]  # of our own writing
        entered=row[GiveawayRow.entries],
        entries_hash=row[GiveawayRow.entries_hash],
        beacon=Round(chain, number) if chain is not None and number is not None else None,
        drawn_at=row[GiveawayRow.drawn_at],
        place=row[GiveawayRow.place],
        until=row[GiveawayRow.until],
    )


class EntryRows(Aggregate):
    ORDER = 45

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: dict[tuple[str, str], Values] = {}
        self._gone: list[Values] = []
        self._picked: list[Values] = []

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        known, newest = state[Giveaways].known, state[Giveaways].newest
        if newest is None:
            return
        found = await read(
            connection,
            select(EntryRow, *person_columns(UserRow))
            .join(UserRow, col(UserRow.id) == col(EntryRow.user_id))
            .where(
                col(EntryRow.giveaway_id).in_(sorted(known)),
                (col(EntryRow.giveaway_id) == newest.id) | col(EntryRow.place).is_not(None),
                col(EntryRow.gone) == "",
            )
            .order_by(col(EntryRow.seq), col(EntryRow.at)),
        )
        places: dict[str, dict[int, Entrant]] = {}
        for row in found:
            giveaway, place = known[row[EntryRow.giveaway_id]], row[EntryRow.place]
            entrant = Entrant(row[EntryRow.id], person(row))
            if giveaway is newest:
                giveaway.entries[entrant.person.id] = entrant
            if place is not None:
                places.setdefault(giveaway.id, {})[place] = entrant
        for giveaway_id, picked in places.items():
            known[giveaway_id].picked = [picked[place] for place in sorted(picked)]

    @records(GiveawayEntered)
    def _enter(self, event: GiveawayEntered, record: Record, _state: ShowState) -> None:
        self._new[event.giveaway, event.user.id] = {
            "id": event.entry,
            "giveaway_id": event.giveaway,
            "user_id": event.user.id,
            "seq": record.seq,
            "at": record.at,
            "gone": "",
            "place": None,
        }

    @records(GiveawayLeft)
    def _leave(self, event: GiveawayLeft, _record: Record, _state: ShowState) -> None:
        for user in event.users:
            if fresh := self._new.get((event.giveaway, user)):
                fresh["gone"] = event.reason
            self._gone.append({"giveaway": event.giveaway, "who": user, "why": event.reason})

    @records(GiveawayDrawn)
    def _draw(self, event: GiveawayDrawn, _record: Record, _state: ShowState) -> None:
        self._picked += [{"entry": entry, "turn": place} for place, entry in enumerate(event.picks)]

    async def write(self, state: ShowState) -> None:
        connection, table = self._place.connection, table_of(EntryRow)
        if self._gone:
            await connection.execute(
                update(table)
                .where(
                    table.c.giveaway_id == bindparam("giveaway"),
                    table.c.user_id == bindparam("who"),
                    table.c.gone == "",
                )
                .values(gone=bindparam("why")),
                self._gone,
            )
        if self._new:
            await connection.execute(insert(table), list(self._new.values()))
        if self._picked:
            await connection.execute(
                update(table)
                .where(table.c.id == bindparam("entry"))
                .values(place=bindparam("turn")),
                self._picked,
            )


class PrizeRows(Aggregate):
    """What a prize has become: an order of nothing, paid by a payment of nothing."""

    ORDER = 76

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._orders: list[tuple[GiveawayOrdered, Record]] = []

    @records(GiveawayOrdered)
    def _order(self, event: GiveawayOrdered, record: Record, _state: ShowState) -> None:
        self._orders.append((event, record))

    async def write(self, state: ShowState) -> None:
        for event, record in self._orders:
            await self._write(event, record, state.show.currency)

    async def _write(self, event: GiveawayOrdered, record: Record, currency: str) -> None:
        connection, place, line = self._place.connection, self._place, event.line
        address = msgspec.to_builtins(event.address)
        offer = OfferRow(id=line.offer, terms=msgspec.to_builtins(event.offer))
        await insert_unless_there(connection, offer)
        if line.claim:
            claim = ClaimRow(
                id=line.claim,
                show_id=place.show_id,
                item_id=line.item,
                variant_id=line.variant_id,
                buyer_id=event.user.id,
                quantity=line.quantity,
                offer_id=line.offer,
                status="paid",
                via="giveaway",
                until=record.at,
                payment_id=event.payment,
                seq=record.seq,
                created_at=record.at,
            )
            await insert_rows(connection, claim)
        payment = PaymentRow(
            id=event.payment,
            show_id=place.show_id,
            buyer_id=event.user.id,
            status="succeeded",
            amount=0,
            currency=currency,
            address=address,
            parcels=[],
            until=record.at,
            provider=NO_PROVIDER,
            created_at=record.at,
        )
        await insert_rows(connection, payment)
        order = OrderRow(
            id=event.order,
            payment_id=event.payment,
            show_id=place.show_id,
            buyer_id=event.user.id,
            owner_id=event.sponsor,
            host_id=place.host_id,
            status="paid",
            currency=currency,
            items=0,
            shipping=0,
            total=0,
            lines=[kept_line(line)],
            address=address,
            history=[msgspec.to_builtins(OrderStep("paid", record.at, event.user))],
            changed_at=record.at,
            changed_by=event.user.id,
            created_at=record.at,
        )
        await insert_rows(connection, order)
