"""What the team can look up of one person, and of what was said long ago."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from liveshow.domain.chat.events import ChatAnnounced, ChatSaid
from liveshow.domain.moderation.events import (
    ChatDeleted,
    ChatPurged,
    UserBanned,
    UserMuted,
    UserUnbanned,
    UserUnmuted,
)
from liveshow.domain.moderation.state import Kind
from liveshow.domain.show.events import Record, Stored
from liveshow.domain.values import Person, Speaker, Value
from liveshow.domain.whispers.events import ChatUnwhispered, ChatWhispered

LineKind = Literal["message", "announced", "whisper"]
_KINDS: Mapping[str, LineKind] = {
    ChatSaid.type: "message",
    ChatAnnounced.type: "announced",
    ChatWhispered.type: "whisper",
}
# What can be searched: what people wrote.
WRITTEN = tuple(_KINDS)
IMPOSED = (UserMuted.type, UserBanned.type)
LIFTED = (UserUnmuted.type, UserUnbanned.type)


class WrittenLine(Value, frozen=True):
    """A line as the team finds it again: with who has taken it away.

    The team can still read what was said to everybody, not what was taken back from itself.
    """

    id: int
    at: int
    kind: LineKind
    user: Speaker
    text: str
    deleted: bool
    deleted_by: Person | None


class ShowName(Value, frozen=True):
    id: str
    title: str


class FormerSanction(Value, frozen=True):
    """A mute or a ban in a show of this host. ``ended_at`` (ms): when it was over, None: it stands.

    ``until`` None: as long as the show.
    """

    kind: Kind
    show: ShowName
    at: int
    until: int | None
    reason: str
    by: Person
    ended_at: int | None


class ClaimCounts(Value, frozen=True):
    """Pieces in this show: held now, paid, and let go of or run out."""

    held: int
    paid: int
    lapsed: int


class Happened(NamedTuple):
    """A record of the log of some show."""

    show: ShowName
    record: Record


def folded(text: str) -> str:
    """Fold a text for searching: case and width make no difference."""
    return unicodedata.normalize("NFKC", text).casefold()


def text_of(entry: Stored) -> str:
    """Return what the team can still read of what somebody wrote."""
    event = entry.for_staff
    return event.text if isinstance(event, ChatSaid | ChatAnnounced | ChatWhispered) else ""


def written(stored: Sequence[Stored], withdrawals: Mapping[int, Stored]) -> list[WrittenLine]:
    """Return lines with who took them away; ``withdrawals`` are those events by ``seq``."""
    return [line for entry in stored if (line := _line(entry, withdrawals))]


def _line(entry: Stored, withdrawals: Mapping[int, Stored]) -> WrittenLine | None:
    (seq, at, _), event = entry.record, entry.for_staff
    if not isinstance(event, ChatSaid | ChatAnnounced | ChatWhispered):
        return None
    by = withdrawals.get(entry.withdrawn or 0)
    taker = by.record.event if by else None
    return WrittenLine(
        seq,
        at,
        _KINDS[event.type],
        event.user,
        event.text,
        entry.gone,
        taker.by if isinstance(taker, ChatDeleted | ChatPurged | ChatUnwhispered) else None,
    )


def former_sanctions(happened: Sequence[Happened], now: int) -> list[FormerSanction]:
    """Return mutes and bans, newest first; each ends when it is lifted, replaced, or over.

    ``happened``: what was imposed on one person and lifted, oldest first in each show.
    """
    found: list[FormerSanction] = []
    ends: dict[tuple[str, Kind], int] = {}
    for show, (_, at, event) in reversed(happened):
        kind: Kind = "mute" if isinstance(event, UserMuted | UserUnmuted) else "ban"
        key = (show.id, kind)
        if isinstance(event, UserMuted | UserBanned):
            over = event.until if event.until is not None and event.until <= now else None
            ended = min((end for end in (over, ends.get(key)) if end is not None), default=None)
            found.append(FormerSanction(kind, show, at, event.until, event.reason, event.by, ended))
        ends[key] = at
    return sorted(found, key=lambda each: -each.at)
