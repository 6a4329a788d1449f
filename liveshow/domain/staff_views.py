"""What the team of a show sees besides the show: who is here, and what moderators did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from liveshow.domain.events import Event
from liveshow.domain.state import Json, Person, ShowState

# People in one list. Those who are connected come first.
MAX_PEOPLE = 500

_CHANGES = ("seconds", "mode", "words", "was")


def people(state: ShowState, connected: Iterable[Person], now: int) -> list[Json]:
    """Return who is connected, muted or banned at ``now`` (milliseconds), or was heard lately."""
    here = {person.id: person for person in connected}
    known = dict(here)
    for sanction in state.sanctions.values():
        if sanction.active(now):
            known.setdefault(sanction.user.id, sanction.user)
    for line in state.lines:
        if line.kind == "message" and line.user:
            user = line.user
            known.setdefault(user["id"], Person(user["id"], user["handle"], user["name"]))
    return [
        _person(state, person, now, connected=person.id in here)
        for person in list(known.values())[:MAX_PEOPLE]
    ]


def _person(state: ShowState, person: Person, now: int, *, connected: bool) -> Json:
    mute = state.sanction(person.id, "mute", now)
    ban = state.sanction(person.id, "ban", now)
    said = state.last_said.get(person.id)
    role = state.role(person.id)
    return {
        "user": person.json(),
        "roles": [role] if role else [],
        "connected": connected,
        "muted": mute is not None,
        "muted_until": mute.until if mute else None,
        "banned": ban is not None,
        "banned_until": ban.until if ban else None,
        "last_said_at": said[-1] if said else None,
    }


def messages_of(events: Iterable[Event]) -> list[int]:
    """Return the ``seq`` of the messages that were deleted or restored."""
    return [
        event.data["message"] for event in events if event.type in ("chat.deleted", "chat.restored")
    ]


def audit(events: Sequence[Event], messages: Mapping[int, Event]) -> list[Json]:
    """Return moderation events for people to read, with what was said in ``messages``."""
    undone = {event.data["undoes"]: event.seq for event in events if "undoes" in event.data}
    return [_audit_entry(event, undone, messages) for event in events]


def _audit_entry(event: Event, undone: Mapping[int, int], messages: Mapping[int, Event]) -> Json:
    data = event.data
    message = messages.get(data.get("message", 0))
    by = data.get("by") or data.get("user")
    user = data.get("user") if "by" in data else None
    if message is not None:
        user = message.data["user"]
    return {
        "seq": event.seq,
        "at": event.at,
        "type": event.type,
        "by": by,
        "user": user,
        "message": message.data["text"] if message else data.get("text"),
        "reason": data.get("reason"),
        "until": data.get("until"),
        "change": {name: data[name] for name in _CHANGES if name in data} or None,
        "undone_by": undone.get(event.seq),
    }
