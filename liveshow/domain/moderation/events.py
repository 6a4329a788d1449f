"""What moderators did."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import UNSET, UnsetType

from liveshow.domain.running.events import ChatMode
from liveshow.domain.show.events import STAFF, Event, Record, Stored
from liveshow.domain.values import Person, Value

if TYPE_CHECKING:
    from liveshow.domain.show.facts import Facts
    from liveshow.domain.show.state import ShowState

# Who did it, and the ``seq`` of the event that an undo took back.
By = Annotated[Person, STAFF]
# None: its time was over.
ByOrTime = Annotated[Person | None, STAFF]
Undoes = Annotated[int | UnsetType, STAFF]


class _Audited(Event, frozen=True):
    """Base of all that is in the list of what moderators did."""

    audited = True


class _OfUser(_Audited, frozen=True):
    """Base of what is done to somebody."""

    user: Person

    def about(self) -> str:
        return self.user.id

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)


class Former(Value, frozen=True):
    """The sanction in whose place another one came: the ``seq`` of its event, until when, why."""

    seq: int
    until: int | None
    reason: str


class _Sanction(_OfUser, frozen=True):
    """Base of mutes and bans. ``until`` (ms) None: as long as the show.

    ``was`` is what stood before: an undo brings it back.
    """

    urgent = True
    undoable = True

    until: int | None
    reason: Annotated[str, STAFF]
    by: By
    was: Annotated[Former | None, STAFF] = None
    undoes: Undoes = UNSET


class UserMuted(_Sanction, frozen=True):
    type = "user.muted"


class UserBanned(_Sanction, frozen=True):
    type = "user.banned"


class UserUnmuted(_OfUser, frozen=True):
    type = "user.unmuted"

    by: ByOrTime
    undoes: Undoes = UNSET


class UserUnbanned(_OfUser, frozen=True):
    type = "user.unbanned"

    by: ByOrTime
    undoes: Undoes = UNSET


class ChatDeleted(_Audited, frozen=True):
    """A line was taken away, by the team or by its author; ``message`` is its ``seq``."""

    type = "chat.deleted"
    urgent = True
    undoable = True

    message: int
    by: By
    reason: Annotated[str, STAFF]

    def withdraws(self) -> tuple[int]:
        return (self.message,)

    def learned(self, facts: Facts, state: ShowState) -> None:
        _withdrawn(facts, self.withdraws(), state.seq + 1, self)


class ChatRestored(_Audited, frozen=True):
    """A line is back, with its text."""

    type = "chat.restored"

    message: int
    text: str
    by: By
    undoes: Undoes = UNSET
    mentions: list[str] = []

    def quotes(self) -> str:
        return self.text

    def repeats(self) -> tuple[int]:
        return (self.message,)

    def redacted(self, gone: Collection[int]) -> ChatRestored:
        return msgspec.structs.replace(self, text="", mentions=[])

    def learned(self, facts: Facts, state: ShowState) -> None:
        _withdrawn(facts, (self.message,), None)


class ChatPurged(_OfUser, frozen=True):
    """All that somebody had said was taken away; ``messages`` are ``seq``, newest first."""

    type = "chat.purged"
    urgent = True
    undoable = True

    user: Person
    messages: list[int]
    by: By
    reason: Annotated[str, STAFF]

    def withdraws(self) -> list[int]:
        return self.messages

    def learned(self, facts: Facts, state: ShowState) -> None:
        _withdrawn(facts, self.messages, state.seq + 1, self)


class Told(Value, frozen=True):
    """A message with its text."""

    message: int
    text: str
    mentions: list[str] = []


class ChatUnpurged(_OfUser, frozen=True):
    """What was taken away at once is back. ``lines``: those among the newest, with their text."""

    type = "chat.unpurged"

    user: Person
    messages: list[int]
    lines: list[Told]
    by: By
    undoes: Undoes = UNSET

    def repeats(self) -> list[int]:
        return [line.message for line in self.lines]

    def redacted(self, gone: Collection[int]) -> ChatUnpurged:
        lines = [Told(each.message, "") if each.message in gone else each for each in self.lines]
        return msgspec.structs.replace(self, lines=lines)

    def learned(self, facts: Facts, state: ShowState) -> None:
        _withdrawn(facts, self.messages, None)


def _withdrawn(
    facts: Facts, messages: Collection[int], by: int | None, event: Event | None = None
) -> None:
    from liveshow.domain.moderation.facts import RECORDS, learn_withdrawn

    learn_withdrawn(facts, messages, by)
    if by is not None and event is not None:
        # Who took it away is asked when it is to come back; when that was, nobody asks.
        facts.learn(RECORDS, by, Stored(Record(by, 0, event)))


class ChatSlowed(_Audited, frozen=True):
    type = "chat.slowed"
    undoable = True

    seconds: int
    was: int
    by: By
    undoes: Undoes = UNSET


class ChatRestricted(_Audited, frozen=True):
    type = "chat.restricted"
    undoable = True

    mode: ChatMode
    was: ChatMode
    by: By
    undoes: Undoes = UNSET


class ChatBraked(_Audited, frozen=True):
    """Accounts younger than so many minutes do not chat; 0: all may."""

    type = "chat.braked"
    undoable = True

    minutes: int
    was: int
    by: By
    undoes: Undoes = UNSET


class ChatWordsSet(_Audited, frozen=True):
    type = "chat.words_set"
    undoable = True

    words: Annotated[list[str], STAFF]
    was: Annotated[list[str], STAFF]
    by: By
    undoes: Undoes = UNSET


EVENTS = (
    UserMuted,
    UserUnmuted,
    UserBanned,
    UserUnbanned,
    ChatDeleted,
    ChatRestored,
    ChatPurged,
    ChatUnpurged,
    ChatSlowed,
    ChatRestricted,
    ChatBraked,
    ChatWordsSet,
)
