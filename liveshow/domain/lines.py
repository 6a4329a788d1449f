"""The line that an event leaves in the chat. Made from the event alone, so that a room can read
its newest lines from the log again."""

from __future__ import annotations

from liveshow.domain.events import Event
from liveshow.domain.state import Json, Line

_KINDS = {
    "chat.said": "message",
    "chat.announced": "announced",
    "item.claimed": "claimed",
    "item.released": "released",
    "item.sold": "sold",
    "show.started": "started",
    "show.interrupted": "interrupted",
    "show.resumed": "resumed",
    "show.ended": "ended",
}

# Types that leave a line.
LINE_TYPES = tuple(_KINDS)


def line_of(event: Event) -> Line | None:
    """Return the chat line of an event, or None when it leaves none."""
    kind = _KINDS.get(event.type)
    if kind is None:
        return None
    data = event.data
    if kind in ("message", "announced"):
        return Line(event.seq, event.at, kind, user=data["user"], text=data["text"])
    if "item" not in data:
        return Line(event.seq, event.at, kind)
    user: Json = data["hold"]["user"] if kind == "claimed" else data["user"]
    if kind == "claimed" and data["via"] == "waitlist":
        kind = "promoted"
    elif kind == "released" and data["reason"] == "expired":
        kind = "expired"
    item = {"id": data["item"], "number": data["number"], "title": data["title"]}
    return Line(event.seq, event.at, kind, user=user | {"role": ""}, item=item)
