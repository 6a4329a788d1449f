"""The facts of a show's log: their shape, and who may see what of them.

`PROTOCOL.md` 3.3 describes every type for those who write clients; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

# Fields of the data that only staff see (marked with a ring in PROTOCOL.md), per event type.
STAFF_FIELDS: dict[str, frozenset[str]] = {
    "show.configured": frozenset({"by"}),
    "show.scheduled": frozenset(),
    "show.started": frozenset(),
    "show.interrupted": frozenset(),
    "show.resumed": frozenset(),
    "show.ended": frozenset(),
    "show.staffed": frozenset(),
    "show.unstaffed": frozenset(),
    "stream.started": frozenset(),
    "stream.stopped": frozenset(),
    "item.added": frozenset({"lending"}),
    "item.removed": frozenset(),
    "item.moved": frozenset(),
    "item.changed": frozenset({"lending"}),
    "item.pinned": frozenset(),
    "item.unpinned": frozenset(),
    "item.repriced": frozenset({"by"}),
    "item.stocked": frozenset(),
    "item.claimed": frozenset({"entry"}),
    "item.waitlisted": frozenset({"entry", "user", "variant", "quantity"}),
    "item.unwaitlisted": frozenset({"entry"}),
    "item.released": frozenset({"by", "note"}),
    "item.paying": frozenset({"payment"}),
    "item.sold": frozenset(),
    "chat.said": frozenset(),
    "chat.announced": frozenset(),
    "chat.deleted": frozenset({"by", "reason"}),
    "chat.restored": frozenset({"by", "undoes"}),
    "chat.slowed": frozenset({"by", "undoes"}),
    "chat.restricted": frozenset({"by", "undoes"}),
    "chat.words_set": frozenset({"words", "was", "by", "undoes"}),
    "user.muted": frozenset({"reason", "by"}),
    "user.banned": frozenset({"reason", "by"}),
    "user.unmuted": frozenset({"by", "undoes"}),
    "user.unbanned": frozenset({"by", "undoes"}),
}

# Concern one buyer; everybody else receives their `seq` as `hidden`.
PRIVATE_TYPES = frozenset({"payment.opened", "payment.settled", "payment.closed"})

TYPES = frozenset(STAFF_FIELDS) | PRIVATE_TYPES

# What the audit list shows, and what `undo` can take back.
MODERATION_TYPES = (
    "user.muted",
    "user.unmuted",
    "user.banned",
    "user.unbanned",
    "chat.deleted",
    "chat.restored",
    "chat.slowed",
    "chat.restricted",
    "chat.words_set",
    "chat.announced",
)

# Published before their acknowledgement, never held back for the room's tick.
URGENT_TYPES = frozenset({"user.muted", "user.banned", "chat.deleted"})


@dataclass(slots=True)
class Event:
    """A fact. ``seq`` and ``at`` are given when it is applied; ``to`` owns a private event."""

    type: str
    data: Json
    to: str | None = None
    seq: int = 0
    at: int = 0


def wire(event: Event, *, staff: bool, deleted: bool = False) -> Json:
    """Return the event as one audience sees it.

    ``deleted`` says that the message has been taken away since (when the log is read again).
    """
    kind, data = event.type, event.data
    if kind in PRIVATE_TYPES:
        kind, data = "hidden", {}
    elif not staff:
        hidden = STAFF_FIELDS[kind]
        if hidden:
            data = {name: value for name, value in data.items() if name not in hidden}
        if deleted and "text" in data:
            data = data | {"text": ""}
    return {"seq": event.seq, "at": event.at, "type": kind, "data": data}


def wire_log(events: Sequence[tuple[Event, bool]], *, staff: bool) -> list[Json]:
    """Return a part of the log up to its head; each event with whether it was deleted since.

    A message that was restored and then deleted again is not told by its restoration either.
    """
    last_deleted = {
        event.data["message"]: event.seq for event, _ in events if event.type == "chat.deleted"
    }

    def gone(event: Event) -> bool:
        restored = event.type == "chat.restored"
        return restored and last_deleted.get(event.data["message"], 0) > event.seq

    return [wire(event, staff=staff, deleted=flag or gone(event)) for event, flag in events]
