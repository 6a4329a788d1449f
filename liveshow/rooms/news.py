"""What a committed batch means for others: whom to tell, and which stock to look at again."""

from __future__ import annotations

from liveshow.domain.events import URGENT_TYPES, Event
from liveshow.domain.state import ShowState
from liveshow.rooms.ports import Published


def published(state: ShowState, events: list[Event]) -> Published:
    return Published(
        state.id,
        state.epoch,
        tuple(events),
        _touched(state, events),
        urgent=any(event.type in URGENT_TYPES for event in events),
    )


# After these every buyer's countdown, cart or place may be different.
_TOUCH_ALL_BUYERS = frozenset({"show.resumed", "show.interrupted", "show.ended", "show.configured"})
# After these the places of everybody in the item's line may be different.
_TOUCH_LINE = frozenset({"item.claimed", "item.unwaitlisted", "item.removed", "item.changed"})


def _touched(state: ShowState, events: list[Event]) -> frozenset[str]:
    """People whose `mine` may have changed."""
    touched: set[str] = set()
    items: set[str] = set()
    for event in events:
        data = event.data
        if event.to:
            touched.add(event.to)
        if event.type in _TOUCH_ALL_BUYERS:
            touched.update(state.claims_of)
        if event.type in _TOUCH_LINE:
            items.add(data["item"]["id"] if event.type == "item.changed" else data["item"])
        if event.type == "item.paying" and (claim := state.claims.get(data["claim"])):
            touched.add(claim.buyer.id)
        user = data["hold"]["user"] if "hold" in data else data.get("user")
        if user and event.type != "chat.said":
            touched.add(user["id"])
    if items:
        for item in items:
            touched.update(entry.buyer.id for entry in state.waitlists.get(item, ()))
        touched.update(claim.buyer.id for claim in state.claims.values() if claim.item in items)
    if any(event.type in ("item.removed", "item.unwaitlisted") for event in events):
        # Those who were in its line are in no line any more; a notice says so.
        first = events[0].seq
        touched.update(user for user, box in state.notices.items() if box and box[-1].id >= first)
    return frozenset(touched)


def stock_in(state: ShowState, events: list[Event]) -> frozenset[str]:
    """Listings whose stock this batch changed: other shows that have them want to know."""
    changed = {"item.claimed", "item.released", "item.sold", "item.stocked"}
    return frozenset(
        state.items[event.data["item"]].listing for event in events if event.type in changed
    )
