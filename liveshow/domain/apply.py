"""``apply(state, event)``: the one place where a show's state changes.

Events carry facts only; what follows from them (indexes, lines of the chat, notices) is
derived here, the same way when a command is decided and when a replica follows the log.
After applying, ``complete`` writes the resulting stock into the event, so that a client need
not count.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from liveshow.domain.events import Event
from liveshow.domain.lines import line_of
from liveshow.domain.state import (
    NOTICES_KEPT,
    Claim,
    Entry,
    Item,
    Json,
    Lending,
    Notice,
    OpenPayment,
    Person,
    Sanction,
    ShowState,
    Variant,
)

Applier = Callable[[ShowState, Event], None]

_LINES_OVER = "The show is over, and every place in line with it."

# Of each person the newest few chat times are remembered, and none that is older than the longest
# slow mode looks back.
_SAID_KEPT = 8
_SAID_KEPT_MS = 600_000


def person(data: Json) -> Person:
    return Person(data["id"], data["handle"], data["name"])


def item_from(data: Json, lending: Json | None) -> Item:
    """Build an item from what an event carries of it (the inverse of ``views.item_view``)."""
    return Item(
        id=data["id"],
        number=data["number"],
        listing=data["listing"],
        title=data["title"],
        price=data["price"],
        owner=person(data["owner"]),
        variants=[Variant(**variant) for variant in data["variants"]],
        description=data["description"],
        photos=data["photos"],
        brand=data["brand"],
        category=data["category"],
        condition=data["condition"],
        shipping=data["shipping"],
        lending=Lending(**lending) if lending else None,
        sold_here=data["sold_here"],
    )


def apply(state: ShowState, event: Event) -> None:
    """Change ``state`` by one event and move its ``seq`` on."""
    _APPLIERS[event.type](state, event)
    if line := line_of(event):
        state.lines.append(line)
    state.seq = event.seq


def complete(state: ShowState, event: Event) -> None:
    """Write what follows from the event (stock, waitlist length) into its data."""
    if event.type not in _STOCKED:
        return
    item = state.items[event.data["item"]]
    event.data["variants"] = [variant.json() for variant in item.variants]
    event.data["sold_out"] = item.sold_out
    if event.type == "item.claimed":
        event.data["waiting"] = len(state.waitlists.get(item.id, ()))


_STOCKED = {"item.claimed", "item.released", "item.sold", "item.stocked"}


def _notice(state: ShowState, event: Event, user: str, kind: str, **fields: Any) -> None:
    notice = Notice(event.seq, event.at, kind, **fields)
    state.notices.setdefault(user, deque(maxlen=NOTICES_KEPT)).append(notice)
    state.new_notices.append((user, notice))


def _ref(data: Json) -> Json:
    return {"id": data["item"], "number": data["number"], "title": data["title"]}


# --- show ----------------------------------------------------------------------------------


def _configured(state: ShowState, event: Event) -> None:
    for name, value in event.data["changes"].items():
        setattr(state, name, value)


def _scheduled(state: ShowState, event: Event) -> None:
    state.status = "scheduled"
    state.scheduled_at = event.data["scheduled_at"]


def _started(state: ShowState, event: Event) -> None:
    state.status = "live"
    state.started_at = state.started_at or event.data["at"]
    state.ended_at = None


def _interrupted(state: ShowState, event: Event) -> None:
    state.status = "interrupted"
    state.reason = event.data["reason"]
    state.interrupted_at = event.data["at"]


def _extend(state: ShowState, holds: list[Json]) -> None:
    for hold in holds:
        if claim := state.claims.get(hold["claim"]):
            claim.until = hold["until"]
    for payment in state.payments.values():
        payment.until = min(state.claims[claim].until for claim in payment.claims)


def _resumed(state: ShowState, event: Event) -> None:
    state.status = "live"
    state.reason = state.interrupted_at = None
    _extend(state, event.data["holds"])


def _ended(state: ShowState, event: Event) -> None:
    state.status = "ended"
    state.ended_at = event.data["at"]
    state.reason = state.interrupted_at = state.pinned = None
    state.streaming = False
    _extend(state, event.data["holds"])
    _clear_lines(state, event)


def _clear_lines(state: ShowState, event: Event) -> None:
    """End every line with the show; whoever waits for several items is told once."""
    first: dict[str, Json] = {}
    for item_id, line in state.waitlists.items():
        for entry in line:
            first.setdefault(entry.buyer.id, state.items[item_id].ref())
    state.waitlists.clear()
    state.entries_of.clear()
    for buyer, item in first.items():
        _notice(state, event, buyer, "cancelled", item=item, text=_LINES_OVER)


def _staffed(state: ShowState, event: Event) -> None:
    user = person(event.data["user"])
    state.staff[user.id] = (user, event.data["role"])


def _unstaffed(state: ShowState, event: Event) -> None:
    state.staff.pop(event.data["user"]["id"], None)


def _stream_started(state: ShowState, event: Event) -> None:
    state.streaming = True


def _stream_stopped(state: ShowState, event: Event) -> None:
    state.streaming = False


# --- run of show ---------------------------------------------------------------------------


def _item_added(state: ShowState, event: Event) -> None:
    item = item_from(event.data["item"], event.data["lending"])
    state.items[item.id] = item
    state.order.insert(event.data["at_index"], item.id)
    state.next_number = max(state.next_number, item.number + 1)


def _item_removed(state: ShowState, event: Event) -> None:
    item = state.items[event.data["item"]]
    item.removed = True
    state.order.remove(item.id)
    if state.pinned == item.id:
        state.pinned = None
    line = list(state.waitlists.pop(item.id, ()))
    for entry in line:
        _forget_entry(state, entry)
    # Somebody may have waited for two sizes: they are told once.
    for buyer in dict.fromkeys(entry.buyer.id for entry in line):
        _notice(state, event, buyer, "cancelled", item=item.ref())


def _forget_entry(state: ShowState, entry: Entry | None) -> None:
    if entry is None:
        return
    own = state.entries_of[entry.buyer.id]
    own.discard(entry.id)
    if not own:
        del state.entries_of[entry.buyer.id]


def _item_moved(state: ShowState, event: Event) -> None:
    state.order = list(event.data["order"])


def _item_changed(state: ShowState, event: Event) -> None:
    item = item_from(event.data["item"], event.data["lending"])
    item.removed = state.items[item.id].removed
    state.items[item.id] = item


def _item_pinned(state: ShowState, event: Event) -> None:
    state.pinned = event.data["item"]


def _item_unpinned(state: ShowState, event: Event) -> None:
    state.pinned = None


def _item_repriced(state: ShowState, event: Event) -> None:
    state.items[event.data["item"]].price = event.data["price"]


def _item_stocked(state: ShowState, event: Event) -> None:
    state.items[event.data["item"]].variants = [Variant(**v) for v in event.data["variants"]]


# --- claims --------------------------------------------------------------------------------


def _item_claimed(state: ShowState, event: Event) -> None:
    data, hold = event.data, event.data["hold"]
    item = state.items[data["item"]]
    buyer = person(hold["user"])
    if entry := data.get("entry"):
        _forget_entry(state, state.waitlists.leave(item.id, entry))
    state.claims[hold["claim"]] = Claim(
        id=hold["claim"],
        item=item.id,
        variant=hold["variant"],
        buyer=buyer,
        quantity=hold["quantity"],
        price=hold["price"],
        until=hold["until"],
        created_at=event.at,
        via=data["via"],
        commission_percent=item.lending.commission_percent if item.lending else 0,
    )
    state.claims_of.setdefault(buyer.id, set()).add(hold["claim"])
    item.variant(hold["variant"]).held += hold["quantity"]
    promoted = data["via"] == "waitlist"
    if promoted:
        _notice(state, event, buyer.id, "promoted", item=_ref(data))


def _item_waitlisted(state: ShowState, event: Event) -> None:
    data = event.data
    entry = Entry(
        id=data["entry"],
        item=data["item"],
        variant=data["variant"],
        buyer=person(data["user"]),
        quantity=data["quantity"],
        at=event.at,
    )
    state.waitlists.join(entry)
    state.entries_of.setdefault(entry.buyer.id, set()).add(entry.id)


def _item_unwaitlisted(state: ShowState, event: Event) -> None:
    item = state.items[event.data["item"]]
    entry = state.waitlists.leave(item.id, event.data["entry"])
    _forget_entry(state, entry)
    if entry and all(variant.id != entry.variant for variant in item.variants):
        # What they waited for does not exist any more.
        _notice(state, event, entry.buyer.id, "cancelled", item=item.ref())


def _drop_claim(state: ShowState, claim: Claim) -> None:
    del state.claims[claim.id]
    own = state.claims_of[claim.buyer.id]
    own.discard(claim.id)
    if not own:
        del state.claims_of[claim.buyer.id]


def _item_released(state: ShowState, event: Event) -> None:
    data = event.data
    claim = state.claims[data["claim"]]
    state.items[claim.item].variant(claim.variant).held -= claim.quantity
    _drop_claim(state, claim)
    expired = data["reason"] == "expired"
    if data["reason"] != "released":
        kind = "expired" if expired else "cancelled"
        _notice(state, event, claim.buyer.id, kind, item=_ref(data), text=data["note"])


def _item_paying(state: ShowState, event: Event) -> None:
    claim = state.claims[event.data["claim"]]
    claim.until = event.data["until"]
    claim.payment = event.data["payment"]
    claim.extended = True


def _item_sold(state: ShowState, event: Event) -> None:
    data = event.data
    buyer = person(data["user"])
    item = state.items[data["item"]]
    variant = item.variant(data["variant"])
    # A payment that came late is honoured from free stock: nothing is held for it any more.
    if claim := state.claims.get(data["claim"]):
        variant.held -= claim.quantity
        _drop_claim(state, claim)
    variant.sold += data["quantity"]
    item.sold_here += data["quantity"]
    _notice(state, event, buyer.id, "sold", item=_ref(data))


# --- payments ------------------------------------------------------------------------------


def _payment_opened(state: ShowState, event: Event) -> None:
    data = event.data
    state.payments[data["payment"]] = OpenPayment(
        id=data["payment"],
        buyer=person(data["user"]),
        claims=list(data["claims"]),
        amount=data["amount"],
        parcels=data["parcels"],
        address=data["address"],
        until=data["until"],
    )


def _payment_settled(state: ShowState, event: Event) -> None:
    state.payments.pop(event.data["payment"], None)


def _payment_closed(state: ShowState, event: Event) -> None:
    data = event.data
    state.payments.pop(data["payment"], None)
    if data["status"] == "failed":
        _notice(state, event, data["user"]["id"], "payment_failed")
    elif data["status"] == "refunded":
        _notice(state, event, data["user"]["id"], "refunded")


# --- chat and moderation -------------------------------------------------------------------


def _chat_said(state: ShowState, event: Event) -> None:
    user = event.data["user"]["id"]
    times = state.last_said.pop(user, None) or deque(maxlen=_SAID_KEPT)
    times.append(event.at)
    # In the order of who spoke last: what is too old is in front.
    state.last_said[user] = times
    while event.at - state.last_said[first := next(iter(state.last_said))][-1] > _SAID_KEPT_MS:
        del state.last_said[first]


def _chat_announced(state: ShowState, event: Event) -> None:
    """Its line is all there is."""


def _mark(state: ShowState, seq: int, deleted: bool) -> None:
    for line in state.lines:
        if line.id == seq:
            line.deleted = deleted


def _chat_deleted(state: ShowState, event: Event) -> None:
    _mark(state, event.data["message"], True)


def _chat_restored(state: ShowState, event: Event) -> None:
    _mark(state, event.data["message"], False)


def _chat_slowed(state: ShowState, event: Event) -> None:
    state.slow_seconds = event.data["seconds"]


def _chat_restricted(state: ShowState, event: Event) -> None:
    state.chat_mode = event.data["mode"]


def _chat_words_set(state: ShowState, event: Event) -> None:
    state.words = list(event.data["words"])


def _sanctioned(state: ShowState, event: Event) -> None:
    data = event.data
    user = person(data["user"])
    sanction = Sanction(
        user=user,
        kind="mute" if event.type == "user.muted" else "ban",
        until=data["until"],
        reason=data["reason"],
        by=person(data["by"]),
        seq=event.seq,
    )
    # Replaced at the end, so that the list is in the order of the events.
    state.sanctions.pop((user.id, sanction.kind), None)
    state.sanctions[user.id, sanction.kind] = sanction
    if sanction.kind == "mute":
        _notice(state, event, user.id, "muted", text=sanction.reason)


def _unsanctioned(state: ShowState, event: Event) -> None:
    kind = "mute" if event.type == "user.unmuted" else "ban"
    state.sanctions.pop((event.data["user"]["id"], kind), None)
    if kind == "mute":
        _notice(state, event, event.data["user"]["id"], "unmuted")


_APPLIERS: dict[str, Applier] = {
    "show.configured": _configured,
    "show.scheduled": _scheduled,
    "show.started": _started,
    "show.interrupted": _interrupted,
    "show.resumed": _resumed,
    "show.ended": _ended,
    "show.staffed": _staffed,
    "show.unstaffed": _unstaffed,
    "stream.started": _stream_started,
    "stream.stopped": _stream_stopped,
    "item.added": _item_added,
    "item.removed": _item_removed,
    "item.moved": _item_moved,
    "item.changed": _item_changed,
    "item.pinned": _item_pinned,
    "item.unpinned": _item_unpinned,
    "item.repriced": _item_repriced,
    "item.stocked": _item_stocked,
    "item.claimed": _item_claimed,
    "item.waitlisted": _item_waitlisted,
    "item.unwaitlisted": _item_unwaitlisted,
    "item.released": _item_released,
    "item.paying": _item_paying,
    "item.sold": _item_sold,
    "payment.opened": _payment_opened,
    "payment.settled": _payment_settled,
    "payment.closed": _payment_closed,
    "chat.said": _chat_said,
    "chat.announced": _chat_announced,
    "chat.deleted": _chat_deleted,
    "chat.restored": _chat_restored,
    "chat.slowed": _chat_slowed,
    "chat.restricted": _chat_restricted,
    "chat.words_set": _chat_words_set,
    "user.muted": _sanctioned,
    "user.banned": _sanctioned,
    "user.unmuted": _unsanctioned,
    "user.unbanned": _unsanctioned,
}
