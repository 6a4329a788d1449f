"""What has happened in a show: the base of all event types, and what each audience sees of them.

An event type is a frozen struct. Everything that the server must know about it is declared on its
class, so that no table elsewhere speaks of it by name:

| declaration | says |
| --- | --- |
| ``type`` | the name on the wire and in the log |
| ``version`` | of its fields; ``upgrade`` reads those of older ones |
| fields ``Annotated[…, STAFF]`` | only staff see them |
| ``private_to`` | the field with the person whose event it is; to all others it is ``hidden`` |
| ``staff_only`` | to all others it is ``hidden`` |
| ``logged`` | False: it changes the state and rows, and has no place in the log |
| ``urgent`` | it is published at once: somebody must not be seen or heard any longer |
| ``audited`` | it is in the list of what moderators did |
| ``quotes`` | the text that this list shows with it |
| ``undoable`` | the command ``undo`` takes it back |
| ``supersedes`` | the field that tells apart what of this type replaces what |
| ``replaces`` | what it tells anew; read again, only the newest of these has its text |
| ``chat_line`` | the line that it leaves in the chat |
| ``moves`` | the difference that it makes to stock |
| ``frees`` | the item whose waitlist may be served, or over, after it |
| ``concerns`` | people whose private state reads differently after it |
| ``completed`` | itself with what follows from it, so that a client need not count |
| ``learned`` | what decisions later in the same batch must know of it |
| ``news`` | what everybody is told of it at once, without a place in the log |
| ``about`` | the person whose words it is, or to whom it was done: the log is searched by it |
| ``withdraws`` | the ``seq`` of the messages whose text it takes away |
| ``repeats`` | the ``seq`` of the messages whose text it tells again |
| ``redacted`` | what is left of it when that text is gone; of ``staff_only`` for staff, too |
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self, get_type_hints

import msgspec

from liveshow.domain.show.chat_line import ChatLine
from liveshow.domain.show.ephemeral import Ephemeral
from liveshow.domain.values import Person, Speaker, StockMove

if TYPE_CHECKING:
    from liveshow.domain.show.facts import Facts
    from liveshow.domain.show.state import ShowState

# Marks a field that only staff see.
STAFF = msgspec.Meta(extra={"audience": "staff"})


class Event(msgspec.Struct, frozen=True):
    """A fact. The module's table says what a class declares."""

    type: ClassVar[str] = ""
    version: ClassVar[int] = 1
    private_to: ClassVar[str] = ""
    staff_only: ClassVar[bool] = False
    logged: ClassVar[bool] = True
    urgent: ClassVar[bool] = False
    audited: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    supersedes: ClassVar[str] = ""

    def chat_line(self, seq: int, at: int) -> ChatLine | None:
        """Return the line of the chat, made of the event alone."""
        return None

    def quotes(self) -> str | None:
        """Return what an audited event is about, in somebody's own words."""
        return None

    def moves(self) -> Iterable[StockMove]:
        return ()

    def frees(self) -> str | None:
        return None

    def concerns(self, state: ShowState) -> Iterable[str]:
        """Ids of people; ``state`` is the state after the batch."""
        return ()

    def completed(self, state: ShowState) -> Self:
        """``state`` is the state right after the event."""
        return self

    def learned(self, facts: Facts, state: ShowState) -> None:
        """Facts were read before the batch; ``state`` is the state right before the event."""

    def news(self, state: ShowState) -> Ephemeral | None:
        """``state`` is the state after the batch."""
        return None

    def about(self) -> str | None:
        """Return the id of a person."""
        return None

    def withdraws(self) -> Collection[int]:
        return ()

    def repeats(self) -> Collection[int]:
        return ()

    def redacted(self, gone: Collection[int]) -> Self:
        return self

    def owner(self) -> str | None:
        """The id of the person whose event it is, None when it is everybody's."""
        if not self.private_to:
            return None
        person: Person | Speaker = getattr(self, self.private_to)
        return person.id

    def replaces(self) -> Hashable:
        """What this event and all with the same answer tell anew each time; None: nothing."""
        return (self.type, getattr(self, self.supersedes)) if self.supersedes else None

    @classmethod
    def upgrade(cls, data: dict[str, object], version: int) -> dict[str, object]:
        """Return the fields that an older ``version`` wrote as this one has them.

        ``data`` is not changed. What the old version did not say is told as unknown.
        """
        return data


class Record(NamedTuple):
    """An event with its place in the log. An event that is not logged has the seq before it."""

    seq: int
    at: int
    event: Event


class Stored(NamedTuple):
    """A record as it is read again. ``withdrawn``: the ``seq`` of what has taken its text away."""

    record: Record
    withdrawn: int | None = None

    @property
    def gone(self) -> bool:
        """Whether its text was taken away, and is not back."""
        return self.withdrawn is not None

    @property
    def for_staff(self) -> Event:
        """What staff can still read of it: what was taken from others, not from themselves."""
        seq, _, event = self.record
        return event.redacted((seq,)) if self.gone and event.staff_only else event


@cache
def staff_fields(kind: type[Event]) -> frozenset[str]:
    """Return the names of the fields that only staff see."""
    hints = get_type_hints(kind, include_extras=True)
    return frozenset(
        name
        for name in kind.__struct_fields__
        if any(mark is STAFF for mark in getattr(hints[name], "__metadata__", ()))
    )


@cache
def leaves_chat_line(kind: type[Event]) -> bool:
    """Whether events of this type may leave a line in the chat."""
    return kind.chat_line is not Event.chat_line


class Seen(msgspec.Struct, frozen=True):
    """An event as one audience sees it."""

    seq: int
    at: int
    type: str
    data: dict[str, object]


HIDDEN = "hidden"


def seen(record: Record, *, staff: bool, gone: Collection[int] = ()) -> Seen:
    """Return what staff, or everybody else, see of an event.

    ``gone``: messages whose text it tells and which were taken away since; that matters when the
    log is read again.
    """
    event = record.event
    if event.private_to or (event.staff_only and not staff):
        return Seen(record.seq, record.at, HIDDEN, {})
    if gone and (event.staff_only or not staff):
        event = event.redacted(gone)
    data: dict[str, object] = msgspec.to_builtins(event)
    if not staff:
        for name in staff_fields(type(event)):
            data.pop(name, None)
    return Seen(record.seq, record.at, event.type, data)


def seen_log(stored: Sequence[Stored], *, staff: bool) -> list[Seen]:
    """Return a part of the log up to its head.

    A message that was restored and then deleted again is not told by its restoration either, nor
    what another text has taken the place of: somebody may have thought better of it.
    """
    withdrawn: dict[int, int] = {}
    newest: dict[Hashable, int] = {}
    for entry in stored:
        withdrawn |= dict.fromkeys(entry.record.event.withdraws(), entry.record.seq)
        newest[entry.record.event.replaces()] = entry.record.seq

    def gone(entry: Stored) -> list[int]:
        seq, _, event = entry.record
        if entry.gone or ((told := event.replaces()) is not None and newest[told] > seq):
            return [seq]
        return [message for message in event.repeats() if withdrawn.get(message, 0) > seq]

    return [seen(entry.record, staff=staff, gone=gone(entry)) for entry in stored]


class UnknownEvent(Exception):
    """The log has an event of a type that this version does not know."""


class EventTypes(Mapping[str, type[Event]]):
    """All event types by name; reads what the log holds."""

    def __init__(self, kinds: Iterable[type[Event]]) -> None:
        self._kinds = {kind.type: kind for kind in kinds}

    def __getitem__(self, name: str) -> type[Event]:
        return self._kinds[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def read(self, name: str, version: int, data: dict[str, object]) -> Event:
        """Return an event from the fields that ``version`` wrote.

        Raises:
            UnknownEvent: there is no such type.
            msgspec.ValidationError: these are not its fields.
        """
        kind = self._kinds.get(name)
        if kind is None:
            raise UnknownEvent(name)
        if version != kind.version:
            data = kind.upgrade(data, version)
        return msgspec.convert(data, kind)

    def those(self, holds: Callable[[type[Event]], bool]) -> tuple[str, ...]:
        """Names of the types for which ``holds`` is true."""
        return tuple(name for name, kind in self._kinds.items() if holds(kind))
