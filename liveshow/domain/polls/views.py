"""What everybody sees of the newest poll, and each person of their own vote in it."""

from __future__ import annotations

from liveshow.domain.polls.state import Poll, Polls
from liveshow.domain.show.ephemeral import Ephemeral
from liveshow.domain.show.feature import Look
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Value


class PollView(Value, frozen=True):
    """A poll; times are milliseconds.

    ``counts`` are by option, and None while it is open: then they are told beside the log.
    """

    id: str
    question: str
    options: list[str]
    opened_at: int
    until: int
    closed_at: int | None
    counts: list[int] | None


class PollVotes(Value, frozen=True):
    """How many have chosen each option by now."""

    poll: str
    counts: list[int]


class MyVote(Value, frozen=True):
    """The index of the option that one has chosen."""

    poll: str
    option: int


def newest(look: Look) -> PollView | None:
    poll = look.state[Polls].newest
    return _view(poll) if poll else None


def _view(poll: Poll) -> PollView:
    return PollView(
        id=poll.id,
        question=poll.question,
        options=poll.options,
        opened_at=poll.opened_at,
        until=poll.until,
        closed_at=poll.closed_at,
        counts=None if poll.closed_at is None else list(poll.counts),
    )


def votes(state: ShowState) -> Ephemeral | None:
    """The counts of the open poll, for everybody."""
    poll = state[Polls].open
    if poll is None:
        return None
    return Ephemeral("poll_votes", "", PollVotes(poll.id, list(poll.counts)))


def my_vote(look: Look, who: Person) -> MyVote | None:
    poll = look.state[Polls].newest
    if poll is None or who.id not in poll.votes:
        return None
    return MyVote(poll.id, poll.votes[who.id])
