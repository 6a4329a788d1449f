"""What the team of a show sees besides the show: who is here, and what moderators did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import UNSET, UnsetType

from liveshow.domain.chat.events import ChatAnnounced, ChatSaid
from liveshow.domain.chat.state import Chat
from liveshow.domain.moderation.events import (
    ChatBraked,
    ChatDeleted,
    ChatPurged,
    ChatRestored,
    ChatRestricted,
    ChatSlowed,
    ChatUnpurged,
    ChatWordsSet,
)
from liveshow.domain.moderation.state import Moderation
from liveshow.domain.moderation.undo import undoable
from liveshow.domain.running.views import roles
from liveshow.domain.show.chat_lines import ChatLines
from liveshow.domain.show.events import Event, Record, Stored
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Role, Speaker, StaffRole, Value

# People in one list. Those who are connected come first.
MAX_PEOPLE = 500


class PersonView(Value, frozen=True):
    """Somebody whom the team may want to know of; times are milliseconds."""

    user: Person
    roles: list[StaffRole]
    connected: bool
    muted: bool
    muted_until: int | None
    banned: bool
    banned_until: int | None
    last_said_at: int | None


class Change(Value, frozen=True, omit_defaults=True):
    """What was set, and what it was before; or how many messages went or came back."""

    seconds: int | None = None
    mode: str | None = None
    minutes: int | None = None
    words: list[str] | None = None
    messages: int | None = None
    was: int | str | list[str] | None = None


class AuditUser(Value, frozen=True):
    """Somebody. ``role``: what they were when they said something, if it is about that."""

    id: str
    handle: str
    name: str
    role: Role | UnsetType = UNSET


class AuditEntry(Value, frozen=True):
    """What a moderator did. ``message`` is the text that it was about."""

    seq: int
    at: int
    type: str
    by: AuditUser | None
    user: AuditUser | None
    message: str | None
    reason: str | None
    until: int | None
    change: Change | None
    undone_by: int | None
    can_undo: bool


def people(state: ShowState, connected: Iterable[Person], now: int) -> list[PersonView]:
    """Return who is connected, muted or banned at ``now`` (ms), or was heard lately."""
    here = {each.id: each for each in connected}
    known = dict(here)
    for sanction in state[Moderation].sanctions.values():
        if sanction.active(now):
            known.setdefault(sanction.user.id, sanction.user)
    for line in state[ChatLines].newest:
        if line.kind == "message" and line.user:
            known.setdefault(line.user.id, line.user.person)
    return [
        person(state, each, now, connected=each.id in here)
        for each in list(known.values())[:MAX_PEOPLE]
    ]


def person(state: ShowState, user: Person, now: int, *, connected: bool) -> PersonView:
    """Return somebody as the team sees them at ``now`` (ms)."""
    mute = state[Moderation].active(user.id, "mute", now)
    ban = state[Moderation].active(user.id, "ban", now)
    return PersonView(
        user=user,
        roles=roles(state.show, user.id),
        connected=connected,
        muted=mute is not None,
        muted_until=mute.until if mute else None,
        banned=ban is not None,
        banned_until=ban.until if ban else None,
        last_said_at=state[Chat].last_spoke(user.id),
    )


def messages_of(stored: Sequence[Stored]) -> list[int]:
    """Return the ``seq`` of the messages that were deleted or restored; of a purge, one at most."""
    found: list[int] = []
    back = _brought_back(stored)
    for (seq, _, event), _ in stored:
        if isinstance(event, ChatDeleted | ChatRestored):
            found.append(event.message)
        elif isinstance(event, ChatPurged):
            # What nobody has brought back since tells that it still stands.
            found += [each for each in event.messages if back.get(each, 0) < seq][:1]
    return found


def _brought_back(stored: Sequence[Stored]) -> dict[int, int]:
    """When messages were brought back last, as the ``seq`` of what did it."""
    back: dict[int, int] = {}
    for (seq, _, event), _ in stored:
        if isinstance(event, ChatRestored | ChatUnpurged):
            messages = event.messages if isinstance(event, ChatUnpurged) else [event.message]
            back |= {each: max(seq, back.get(each, 0)) for each in messages}
    return back


def audit(
    state: ShowState,
    who: Person,
    now: int,
    stored: Sequence[Stored],
    messages: Mapping[int, Stored],
) -> list[AuditEntry]:
    """Return moderation events for somebody to read, with what was said in ``messages``."""
    records = [entry.record for entry in stored]
    known = {entry.record.seq: entry for entry in stored} | dict(messages)
    can_undo = undoable(state, who, now, (record.seq for record in records), known)
    undone = {
        undoes: record.seq
        for record in records
        if isinstance(undoes := getattr(record.event, "undoes", None), int)
    }
    return [_entry(record, undone, messages, record.seq in can_undo) for record in records]


def _entry(
    record: Record, undone: Mapping[int, int], messages: Mapping[int, Stored], can_undo: bool
) -> AuditEntry:
    event = record.event
    about = messages.get(getattr(event, "message", 0))
    message = about.record.event if about else None
    user = getattr(event, "user", None)
    text = event.quotes()
    if isinstance(message, ChatSaid | ChatAnnounced):
        user, text = message.user, message.text
    # Announcements have nobody but their author; what time ended, nobody who did it.
    who, whom = (event.by, user) if hasattr(event, "by") else (user, None)
    return AuditEntry(
        seq=record.seq,
        at=record.at,
        type=event.type,
        by=_user(who),
        user=_user(whom),
        message=text,
        reason=getattr(event, "reason", None),
        until=getattr(event, "until", None),
        change=_change(event),
        undone_by=undone.get(record.seq),
        can_undo=can_undo,
    )


def _user(who: Person | Speaker | None) -> AuditUser | None:
    if who is None:
        return None
    return AuditUser(who.id, who.handle, who.name, getattr(who, "role", UNSET))


def _change(event: Event) -> Change | None:
    match event:
        case ChatSlowed():
            return Change(seconds=event.seconds, was=event.was)
        case ChatRestricted():
            return Change(mode=event.mode, was=event.was)
        case ChatBraked():
            return Change(minutes=event.minutes, was=event.was)
        case ChatWordsSet():
            return Change(words=event.words, was=event.was)
        case ChatPurged() | ChatUnpurged():
            return Change(messages=len(event.messages))
    return None
