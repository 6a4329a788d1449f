"""The newest poll of a show, and who chose what in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from liveshow.domain.polls.events import PollClosed, PollOpened, PollVoted
from liveshow.domain.show.slices import Moment, Slice, applies


@dataclass
class Poll:
    """A question with votes by person; times are milliseconds. ``closed_at`` None: it is open."""

    id: str
    question: str
    options: list[str]
    opened_at: int
    until: int
    closed_at: int | None = None
    # The index of the option by user id, and how many chose each option.
    votes: dict[str, int] = field(default_factory=dict)
    counts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.counts = self.counts or [0] * len(self.options)

    def count(self, user_id: str, option: int) -> None:
        """Take somebody's vote."""
        self.votes[user_id] = option
        self.counts[option] += 1


@dataclass
class Polls(Slice):
    """The newest poll, be it open or over; earlier ones are in the log and in the rows."""

    newest: Poll | None = None

    @property
    def open(self) -> Poll | None:
        """The poll in which votes count now."""
        return self.newest if self.newest and self.newest.closed_at is None else None

    def put(self, poll: Poll) -> None:
        """Take a poll as the newest."""
        self.newest = poll

    @applies(PollOpened)
    def _opened(self, event: PollOpened, moment: Moment) -> None:
        self.put(Poll(event.poll, event.question, event.options, moment.at, event.until))

    @applies(PollVoted)
    def _voted(self, event: PollVoted, moment: Moment) -> None:
        if self.newest and self.newest.id == event.poll:
            self.newest.count(event.user, event.option)

    @applies(PollClosed)
    def _closed(self, event: PollClosed, moment: Moment) -> None:
        if self.newest and self.newest.id == event.poll:
            self.newest.closed_at = moment.at
