"""What happens in polls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from liveshow.domain.show.chat_line import ChatLine
from liveshow.domain.show.ephemeral import Ephemeral
from liveshow.domain.show.events import STAFF, Event
from liveshow.domain.values import Person

if TYPE_CHECKING:
    from liveshow.domain.show.state import ShowState


class PollOpened(Event, frozen=True):
    """A question was asked; votes count until a time (ms)."""

    type = "poll.opened"
    audited = True

    poll: str
    question: str
    options: list[str]
    until: int
    by: Annotated[Person, STAFF]

    def quotes(self) -> str:
        return self.question


class PollVoted(Event, frozen=True):
    """Somebody chose the option with this index. Nobody else is told what."""

    type = "poll.voted"
    logged = False

    poll: str
    user: str
    option: int

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user,)

    def news(self, state: ShowState) -> Ephemeral | None:
        from liveshow.domain.polls.views import votes

        return votes(state)


class PollClosed(Event, frozen=True):
    """A poll is over, with ``counts`` by option. ``result`` says in a sentence what came of it.

    ``by`` ended it; None: its time did, or the show.
    """

    type = "poll.closed"
    audited = True

    poll: str
    question: str
    counts: list[int]
    result: str
    by: Annotated[Person | None, STAFF]

    def chat_line(self, seq: int, at: int) -> ChatLine:
        return ChatLine(seq, at, "poll", text=f"{self.question} {self.result}")

    def quotes(self) -> str:
        return self.question


EVENTS = (PollOpened, PollVoted, PollClosed)
