"""What a committed batch means for others: whom to tell, and which stock to look at again."""

from __future__ import annotations

from collections.abc import Iterable

from liveshow.domain.commands import Envelope, LeaveWaitlist
from liveshow.domain.events import URGENT_TYPES, Event
from liveshow.domain.state import ShowState
from liveshow.rooms.ports import Published


def published(state: ShowState, envelopes: Iterable[Envelope], events: list[Event]) -> Published:
    """What is told of a batch: the commands that it decided, and what happened."""
    # The event does not say who left: it is for everybody.
    left = {e.actor.id for e in envelopes if isinstance(e.command, LeaveWaitlist) and e.actor}
    return Published(
        state.id,
        state.epoch,
        tuple(events),
        _touched(state, events) | left,
        urgent=any(event.type in URGENT_TYPES for event in events),
    )


# After these every buyer's countdown, cart or place may be different.
_TOUCH_ALL_BUYERS = frozenset({"show.resumed", "show.interrupted", "show.ended", "show.configured"})
# After these the holds of everybody who has the item read differently.
_TOUCH_HOLDERS = frozenset({"item.removed", "item.changed"})
# Those who were in a line of it are in no line any more.
_ENDS_LINES = frozenset({"item.removed", "item.unwaitlisted", "show.ended"})


def _moves_line(event: Event) -> bool:
    """Whether the places of everybody in the item's line may be different now.

    A claim does so only when it was made from the line. A crowd that claims one item must not be
    told of each claim by a message to every holder.
    """
    if event.type == "item.claimed":
        return event.data["entry"] is not None
    return event.type == "item.unwaitlisted" or event.type in _TOUCH_HOLDERS


def _touched(state: ShowState, events: list[Event]) -> frozenset[str]:
    """People whose `mine` may have changed."""
    touched: set[str] = set()
    lines: set[str] = set()
    held: set[str] = set()
    for event in events:
        data = event.data
        if event.to:
            touched.add(event.to)
        if event.type in _TOUCH_ALL_BUYERS:
            touched.update(state.claims_of)
        if _moves_line(event):
            item = data["item"]["id"] if event.type == "item.changed" else data["item"]
            lines.add(item)
            if event.type in _TOUCH_HOLDERS:
                held.add(item)
        if event.type == "item.paying" and (claim := state.claims.get(data["claim"])):
            touched.add(claim.buyer.id)
        user = data["hold"]["user"] if "hold" in data else data.get("user")
        if user and event.type != "chat.said":
            touched.add(user["id"])
    for item in lines:
        touched.update(entry.buyer.id for entry in state.waitlists.get(item, ()))
    if held:
        touched.update(claim.buyer.id for claim in state.claims.values() if claim.item in held)
    if any(event.type in _ENDS_LINES for event in events):
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
