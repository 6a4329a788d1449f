"""Who holds what, and who waits for it."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.checkout.events import PaymentSettled
from liveshow.domain.claims.events import (
    ItemClaimed,
    ItemExchanged,
    ItemLineOver,
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
from liveshow.domain.values import Offer
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.reading import read
from liveshow.store.rows import Read, insert_unless_there, person, person_columns, table_of
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.claims import ClaimRow, OfferRow, WaitlistRow

ACTIVE = ("held", "checkout")
# The newest holds that ran out, by buyer and variant: what a show goes on with after a restart.
MAX_LAPSES = 1_000

Values = dict[str, Any]


_INSERT_CLAIMS = insert(table_of(ClaimRow))


def offer_from(row: Read) -> Offer:
    return msgspec.convert(row[OfferRow.terms], Offer)


class OfferRows(Aggregate):
    """What was promised. Most claims are promised what others were before: nothing is written."""

    ORDER = 30

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: dict[str, Offer] = {}

    @records(ItemClaimed)
    def _claimed(self, event: ItemClaimed, _record: Record, state: ShowState) -> None:
        self._promised(state[Claims].holds[event.hold.claim].offer, state)

    @records(ItemExchanged)
    def _exchanged(self, event: ItemExchanged, _record: Record, state: ShowState) -> None:
        self._promised(state[Claims].holds[event.claim].offer, state)

    @records(ItemWaitlisted)
    def _joined(self, event: ItemWaitlisted, _record: Record, state: ShowState) -> None:
        if entry := state[Claims].entry(event.user.id, event.entry):
            self._promised(entry.offer, state)

    def _promised(self, offer: Offer, state: ShowState) -> None:
        offer_id = state[Claims].offer_id(offer)
        if offer_id not in state[Claims].kept_offers:
            self._new[offer_id] = offer

    async def write(self, state: ShowState) -> None:
        # In the order of their ids: another show may be about to keep the same ones.
        for offer_id, offer in sorted(self._new.items()):
            row = OfferRow(id=offer_id, terms=msgspec.to_builtins(offer))
            await insert_unless_there(self._place.connection, row)
            state[Claims].keep_offer(offer, offer_id)


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
            select(ClaimRow, OfferRow, *person_columns(UserRow))
            .join(UserRow, col(UserRow.id) == col(ClaimRow.buyer_id))
            .join(OfferRow, col(OfferRow.id) == col(ClaimRow.offer_id))
            .where(col(ClaimRow.show_id) == state.id, col(ClaimRow.status).in_(ACTIVE))
            .order_by(col(ClaimRow.created_at), col(ClaimRow.seq)),
        )
        for row in found:
            offer = offer_from(row)
            state[Claims].keep_offer(offer, row[OfferRow.id])
            state[Claims].hold(
                Claim(
                    id=row[ClaimRow.id],
                    item=row[ClaimRow.item_id],
                    variant=row[ClaimRow.variant_id],
                    buyer=person(row),
                    quantity=row[ClaimRow.quantity],
                    offer=offer,
                    until=row[ClaimRow.until],
                    created_at=row[ClaimRow.created_at],
                    via=row[ClaimRow.via],  # type: ignore[index]  # of our own writing
                    payment=row[ClaimRow.payment_id],
                    extended=row[ClaimRow.extended],
                )
            )

        if not state.show.on_air:
            return
        at = func.max(col(ClaimRow.until)).label("at")
        lapses = await connection.execute(
            select(col(ClaimRow.variant_id), col(ClaimRow.buyer_id), at)
            .where(col(ClaimRow.show_id) == state.id, col(ClaimRow.status) == "expired")
            .group_by(col(ClaimRow.variant_id), col(ClaimRow.buyer_id))
            .order_by(at.desc())
            .limit(MAX_LAPSES)
        )
        for variant, buyer, until in reversed(lapses.all()):
            state[Claims].lapse(variant, buyer, until)

    @records(ItemReleased)
    def _released(self, event: ItemReleased, _record: Record, _state: ShowState) -> None:
        self._change(event.claim, status=event.reason, payment_id=None)

    @records(ItemExchanged)
    def _exchanged(self, event: ItemExchanged, _record: Record, state: ShowState) -> None:
        offer = state[Claims].holds[event.claim].offer
        self._change(
            event.claim,
            variant_id=event.variant,
            quantity=event.quantity,
            offer_id=state[Claims].offer_id(offer),
        )

    @records(ItemSold)
    def _sold(self, event: ItemSold, _record: Record, _state: ShowState) -> None:
        self._change(event.claim, status="paid")

    @records(PaymentSettled)
    def _settled(self, event: PaymentSettled, _record: Record, _state: ShowState) -> None:
        """A late payment paid for claims that had left it: this one is theirs."""
        for order in event.orders:
            for line in order.parcel.lines:
                self._change(line.claim, payment_id=event.payment)

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
            "offer_id": state[Claims].offer_id(claim.offer),
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
        # Items and variants; how many are still waited for, by entry.
        self._lines_over: list[tuple[str, str]] = []
        self._left_over: dict[str, int] = {}
        self._over = False

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        found = await read(
            connection,
            select(WaitlistRow, OfferRow, *person_columns(UserRow))
            .join(UserRow, col(UserRow.id) == col(WaitlistRow.buyer_id))
            .join(OfferRow, col(OfferRow.id) == col(WaitlistRow.offer_id))
            .where(col(WaitlistRow.show_id) == state.id)
            .order_by(col(WaitlistRow.seq)),
        )
        claims = state[Claims]
        for row in found:
            offer = offer_from(row)
            claims.keep_offer(offer, row[OfferRow.id])
            claims.join(
                Entry(
                    id=row[WaitlistRow.id],
                    item=row[WaitlistRow.item_id],
                    variant=row[WaitlistRow.variant_id],
                    buyer=person(row),
                    quantity=row[WaitlistRow.quantity],
                    at=row[WaitlistRow.created_at],
                    offer=offer,
                )
            )
        # Somebody may be next in line for what was freed while no room was there.
        claims.unserved.update(claims.waitlists)

    @records(ItemWaitlisted)
    def _joined(self, event: ItemWaitlisted, record: Record, state: ShowState) -> None:
        entry = state[Claims].entry(event.user.id, event.entry)
        assert entry is not None
        self._new[event.entry] = {
            "id": event.entry,
            "show_id": self._place.show_id,
            "item_id": event.item,
            "variant_id": event.variant,
            "buyer_id": event.user.id,
            "quantity": event.quantity,
            "offer_id": state[Claims].offer_id(entry.offer),
            "seq": record.seq,
            "created_at": record.at,
        }

    @records(ItemUnwaitlisted, ItemClaimed)
    def _left(
        self, event: ItemUnwaitlisted | ItemClaimed, _record: Record, _state: ShowState
    ) -> None:
        if event.entry is None:
            return
        if isinstance(event, ItemClaimed) and event.left:
            if event.entry in self._new:
                self._new[event.entry]["quantity"] = event.left
            else:
                self._left_over[event.entry] = event.left
        elif self._new.pop(event.entry, None) is None:
            self._gone.append(event.entry)

    @records(ItemLineOver)
    def _line_over(self, event: ItemLineOver, _record: Record, _state: ShowState) -> None:
        variant = (event.item, event.variant)
        self._lines_over.append(variant)
        self._new = {
            entry: row
            for entry, row in self._new.items()
            if (row["item_id"], row["variant_id"]) != variant
        }

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
        for item, variant in self._lines_over:
            line = (col(table.item_id) == item, col(table.variant_id) == variant)
            await connection.execute(delete(table).where(*line))
        for entry, quantity in self._left_over.items():
            this = col(table.id) == entry
            await connection.execute(update(table).where(this).values(quantity=quantity))
        if self._gone:
            await connection.execute(delete(table).where(col(table.id).in_(self._gone)))
        if self._new:
            await connection.execute(insert(table), list(self._new.values()))
