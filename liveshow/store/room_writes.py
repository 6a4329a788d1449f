"""From events to rows. Collected while a batch is decided, written in few statements.

Rows that many events touch are written once, from the state at the end of the batch; the log is
written whole. The show's own row and its items have one writer, the room that owns the show, so
their values are set. Stock has several: it is changed by what this batch added or took away.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import sub
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from liveshow.domain.events import PRIVATE_TYPES, Event
from liveshow.domain.state import Json, Sanction, ShowState
from liveshow.store import payments
from liveshow.store.show_state import show_columns
from liveshow.store.tables import metadata

_shows = metadata.tables["shows"]
_staff = metadata.tables["staff"]
_items = metadata.tables["show_items"]
_variants = metadata.tables["variants"]
_claims = metadata.tables["claims"]
_waitlist = metadata.tables["waitlist"]
_sanctions = metadata.tables["sanctions"]
_events = metadata.tables["events"]
_notices = metadata.tables["notices"]

Row = dict[str, Any]
Stock = tuple[int, int, int]

_MORE = ("more_quantity", "more_held", "more_sold")


class RoomWrites:
    """What one batch has to write."""

    def __init__(self, show_id: str, host_id: str) -> None:
        # Stock as it was locked for this batch: variant id → (quantity, held, sold).
        self.locked: dict[str, Stock] = {}
        self._show_id = show_id
        self._host_id = host_id
        self._events: list[Row] = []
        self._notices: list[Row] = []
        self._private: list[Event] = []
        self._new_claims: dict[str, Row] = {}
        self._claims: dict[str, Row] = {}
        self._new_entries: dict[str, Row] = {}
        self._gone_entries: list[str] = []
        self._cleared_items: list[str] = []
        self._lines_over = False
        self._new_items: set[str] = set()
        self._items: set[str] = set()
        self._stock: set[str] = set()
        self._staff_changed = False
        self._sanctions: set[tuple[str, str]] = set()
        self._deleted: dict[int, bool] = {}

    def record(self, state: ShowState, event: Event) -> None:
        self._events.append(
            {
                "show_id": self._show_id,
                "seq": event.seq,
                "epoch": state.epoch,
                "at": event.at,
                "type": event.type,
                "data": event.data,
                "to_user": event.to,
                "deleted": False,
            }
        )
        for user, notice in state.new_notices:
            row = {"seq": notice.id, "at": notice.at, "kind": notice.kind}
            row |= {"item": notice.item, "text": notice.text}
            self._notices.append(row | {"show_id": self._show_id, "user_id": user})
        state.new_notices.clear()
        if event.type in PRIVATE_TYPES:
            self._private.append(event)
        elif recorder := _RECORDERS.get(event.type):
            recorder(self, state, event)

    # --- one method per group of events ----------------------------------------------------

    def _item(self, state: ShowState, event: Event) -> None:
        item = event.data["item"]
        self._items.add(item["id"] if isinstance(item, dict) else item)

    def _item_added(self, state: ShowState, event: Event) -> None:
        self._new_items.add(event.data["item"]["id"])
        self._items.update(state.order)

    def _item_removed(self, state: ShowState, event: Event) -> None:
        item_id = event.data["item"]
        self._items.update([item_id, *state.order])
        self._cleared_items.append(item_id)
        self._new_entries = {
            entry: row for entry, row in self._new_entries.items() if row["item_id"] != item_id
        }

    def _items_moved(self, state: ShowState, event: Event) -> None:
        self._items.update(state.order)

    def _stocked(self, state: ShowState, event: Event) -> None:
        self._stock.add(event.data["item"])

    def _claimed(self, state: ShowState, event: Event) -> None:
        claim = state.claims[event.data["hold"]["claim"]]
        self._new_claims[claim.id] = {
            "id": claim.id,
            "show_id": self._show_id,
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
            "seq": event.seq,
            "created_at": claim.created_at,
        }
        self._stock.add(claim.item)
        if entry := event.data.get("entry"):
            self._drop_entry(entry)

    def _change_claim(self, claim_id: str, **values: Any) -> None:
        if claim_id in self._new_claims:
            self._new_claims[claim_id].update(values)
        else:
            self._claims.setdefault(claim_id, {}).update(values)

    def _released(self, state: ShowState, event: Event) -> None:
        self._change_claim(event.data["claim"], status=event.data["reason"], payment_id=None)
        self._stock.add(event.data["item"])

    def _sold(self, state: ShowState, event: Event) -> None:
        self._change_claim(event.data["claim"], status="paid")
        self._stock.add(event.data["item"])

    def _paying(self, state: ShowState, event: Event) -> None:
        data = event.data
        self._change_claim(
            data["claim"],
            status="checkout" if data["paying"] else "held",
            until=data["until"],
            payment_id=data["payment"],
            extended=True,
        )

    def _prolonged(self, state: ShowState, event: Event) -> None:
        for hold in event.data["holds"]:
            self._change_claim(hold["claim"], until=hold["until"])

    def _ended(self, state: ShowState, event: Event) -> None:
        self._prolonged(state, event)
        self._lines_over = True
        self._new_entries.clear()

    def _waitlisted(self, state: ShowState, event: Event) -> None:
        data = event.data
        self._new_entries[data["entry"]] = {
            "id": data["entry"],
            "show_id": self._show_id,
            "item_id": data["item"],
            "variant_id": data["variant"],
            "buyer_id": data["user"]["id"],
            "quantity": data["quantity"],
            "seq": event.seq,
            "created_at": event.at,
        }

    def _unwaitlisted(self, state: ShowState, event: Event) -> None:
        self._drop_entry(event.data["entry"])

    def _drop_entry(self, entry: str) -> None:
        if self._new_entries.pop(entry, None) is None:
            self._gone_entries.append(entry)

    def _team(self, state: ShowState, event: Event) -> None:
        self._staff_changed = True

    def _sanction(self, state: ShowState, event: Event) -> None:
        kind = "mute" if event.type in ("user.muted", "user.unmuted") else "ban"
        self._sanctions.add((event.data["user"]["id"], kind))

    def _deletion(self, state: ShowState, event: Event) -> None:
        self._deleted[event.data["message"]] = event.type == "chat.deleted"

    # --- writing ---------------------------------------------------------------------------

    async def flush(self, connection: AsyncConnection, state: ShowState) -> None:
        """Write everything; ``state`` is the state after the last event."""
        if not self._events:
            return
        await connection.execute(
            update(_shows).where(_shows.c.id == self._show_id).values(**show_columns(state))
        )
        await self._flush_items(connection, state)
        await self._flush_stock(connection, state)
        await _insert(connection, _claims, list(self._new_claims.values()))
        await self._flush_claims(connection)
        await self._flush_waitlist(connection)
        await self._flush_people(connection, state)
        await _insert(connection, _events, self._events)
        if self._deleted:
            await connection.execute(
                update(_events)
                .where(_events.c.show_id == self._show_id, _events.c.seq == bindparam("message"))
                .values(deleted=bindparam("gone")),
                [{"message": seq, "gone": gone} for seq, gone in self._deleted.items()],
            )
        await _insert(connection, _notices, self._notices)
        for event in self._private:
            await payments.project(connection, self._show_id, self._host_id, event)

    async def _flush_claims(self, connection: AsyncConnection) -> None:
        """Update claims, those with the same columns in one statement."""
        alike: dict[tuple[str, ...], list[Row]] = {}
        for claim_id, changes in self._claims.items():
            alike.setdefault(tuple(sorted(changes)), []).append(changes | {"claim": claim_id})
        for names, values in alike.items():
            await connection.execute(
                update(_claims)
                .where(_claims.c.id == bindparam("claim"))
                .values({name: bindparam(name) for name in names}),
                values,
            )

    async def _flush_items(self, connection: AsyncConnection, state: ShowState) -> None:
        changed, added = [], []
        now = self._events[-1]["at"]
        for item_id in self._items:
            item = state.items[item_id]
            values: Row = {
                "mandate_id": item.lending.mandate if item.lending else None,
                "position": len(state.order) if item.removed else state.order.index(item_id),
                "price": item.price,
                "removed_at": now if item.removed else None,
            }
            if item_id in self._new_items and not await self._known_item(connection, item_id):
                row = {"id": item_id, "show_id": self._show_id, "listing_id": item.listing}
                added.append(values | row | {"number": item.number})
            else:
                changed.append(values | {"item": item_id})
        await _insert(connection, _items, added)
        if changed:
            names = ("mandate_id", "position", "price", "removed_at")
            await connection.execute(
                update(_items)
                .where(_items.c.id == bindparam("item"))
                .values({name: bindparam(name) for name in names}),
                changed,
            )

    async def _flush_stock(self, connection: AsyncConnection, state: ShowState) -> None:
        """Add to the stock what it is more, or less, than when it was locked."""
        changed = []
        for item_id in sorted(self._stock):
            for variant in state.items[item_id].variants:
                # A variant that the closet has withdrawn has no row any more.
                before = self.locked.get(variant.id)
                now = (variant.quantity, variant.held, variant.sold)
                if before is not None and now != before:
                    more = dict(zip(_MORE, map(sub, now, before), strict=True))
                    changed.append(more | {"variant": variant.id})
        if changed:
            columns = (_variants.c.quantity, _variants.c.held, _variants.c.sold)
            await connection.execute(
                update(_variants)
                .where(_variants.c.id == bindparam("variant"))
                .values(
                    {
                        column.name: column + bindparam(more)
                        for column, more in zip(columns, _MORE, strict=True)
                    }
                ),
                changed,
            )

    @staticmethod
    async def _known_item(connection: AsyncConnection, item_id: str) -> bool:
        """An item that was removed and added again keeps its row."""
        found = await connection.execute(_items.select().where(_items.c.id == item_id))
        return found.first() is not None

    async def _flush_waitlist(self, connection: AsyncConnection) -> None:
        if self._lines_over:
            await connection.execute(delete(_waitlist).where(_waitlist.c.show_id == self._show_id))
        if self._cleared_items:
            await connection.execute(
                delete(_waitlist).where(_waitlist.c.item_id.in_(self._cleared_items))
            )
        if self._gone_entries:
            await connection.execute(
                delete(_waitlist).where(_waitlist.c.id.in_(self._gone_entries))
            )
        await _insert(connection, _waitlist, list(self._new_entries.values()))

    async def _flush_people(self, connection: AsyncConnection, state: ShowState) -> None:
        if self._staff_changed:
            # A team is small, and its order matters: written whole.
            await connection.execute(delete(_staff).where(_staff.c.show_id == self._show_id))
            team = [
                {"show_id": self._show_id, "user_id": user, "role": role, "position": position}
                for position, (user, (_, role)) in enumerate(state.staff.items())
            ]
            await _insert(connection, _staff, team)
        for user, kind in self._sanctions:
            await connection.execute(
                delete(_sanctions).where(
                    _sanctions.c.show_id == self._show_id,
                    _sanctions.c.user_id == user,
                    _sanctions.c.kind == kind,
                )
            )
        now_in_force = [
            self._sanction_row(state.sanctions[key])
            for key in self._sanctions
            if key in state.sanctions
        ]
        await _insert(connection, _sanctions, now_in_force)

    def _sanction_row(self, sanction: Sanction) -> Row:
        return {
            "show_id": self._show_id,
            "user_id": sanction.user.id,
            "kind": sanction.kind,
            "until": sanction.until,
            "reason": sanction.reason,
            "by_id": sanction.by.id,
            "seq": sanction.seq,
        }


async def _insert(connection: AsyncConnection, table: Table, values: list[Json]) -> None:
    if values:
        await connection.execute(insert(table), values)


_RECORDERS: dict[str, Callable[[RoomWrites, ShowState, Event], None]] = {
    "item.added": RoomWrites._item_added,
    "item.removed": RoomWrites._item_removed,
    "item.moved": RoomWrites._items_moved,
    "item.changed": RoomWrites._item,
    "item.repriced": RoomWrites._item,
    "item.stocked": RoomWrites._stocked,
    "item.claimed": RoomWrites._claimed,
    "item.released": RoomWrites._released,
    "item.sold": RoomWrites._sold,
    "item.paying": RoomWrites._paying,
    "item.waitlisted": RoomWrites._waitlisted,
    "item.unwaitlisted": RoomWrites._unwaitlisted,
    "show.resumed": RoomWrites._prolonged,
    "show.ended": RoomWrites._ended,
    "show.staffed": RoomWrites._team,
    "show.unstaffed": RoomWrites._team,
    "user.muted": RoomWrites._sanction,
    "user.unmuted": RoomWrites._sanction,
    "user.banned": RoomWrites._sanction,
    "user.unbanned": RoomWrites._sanction,
    "chat.deleted": RoomWrites._deletion,
    "chat.restored": RoomWrites._deletion,
}
