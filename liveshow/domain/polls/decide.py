"""Decisions about polls.

A poll runs by the wall clock, also while the show is interrupted: nothing is promised to anybody
until its end, and people go on voting and talking meanwhile.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from liveshow.domain.moderation.state import Moderation
from liveshow.domain.polls.commands import EndPoll, OpenPoll, PollAsked, Vote
from liveshow.domain.polls.events import PollClosed, PollOpened, PollVoted
from liveshow.domain.polls.result import result
from liveshow.domain.polls.state import Poll, Polls
from liveshow.domain.running.events import ShowEnded
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.events import Event, Record
from liveshow.domain.show.feature import Due
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person
from liveshow.errors import Conflict, NotFound

# The most votes of one poll.
MAX_VOTES = 100_000


def ask(ctx: Context, command: OpenPoll) -> Decision:
    """Open a poll; there is one at a time."""
    me = ctx.require("moderate")
    ctx.not_ended()
    if muted := ctx[Moderation].muted(me.id, ctx.now):
        raise muted
    if not ctx.show.on_air:
        raise Conflict("not_live", "The show has not started yet. Ask when it is on air.")
    if ctx[Polls].open:
        raise Conflict("poll_open", "A poll is still open. End it first, or wait until it is over.")
    if len({_folded(option) for option in command.options}) < len(command.options):
        raise Conflict("duplicate_option", "Two options are the same. Change one of them.")
    until = ctx.now + command.seconds * 1000
    opened = PollOpened(ctx.mint(), command.question, list(command.options), until, me)
    return Decision([opened], PollAsked(opened.poll))


def _folded(option: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", option).casefold().split())


def vote(ctx: Context, command: Vote) -> Decision:
    """Count somebody's only vote; who is muted may vote."""
    me = ctx.me
    poll = _open(ctx, command.poll, "This poll is over. Its result is in the chat.")
    if command.option >= len(poll.options):
        raise NotFound("unknown_option", "That is not one of the options. Choose another.")
    if me.id in poll.votes:
        raise Conflict("already_voted", "You have already voted. Watch the bars until the end.")
    if len(poll.votes) >= MAX_VOTES:
        raise Conflict("poll_full", "No more votes fit into this poll. Watch the bars instead.")
    return Decision([PollVoted(poll.id, me.id, command.option)])


def end(ctx: Context, command: EndPoll) -> Decision:
    me = ctx.require("moderate")
    poll = _open(ctx, command.poll, "This poll is already over. Its result is in the chat.")
    return Decision([_closed(poll, me)])


def _open(ctx: Context, poll_id: str, over: str) -> Poll:
    """The poll, if it can still be voted in; ``over`` is said of one that cannot."""
    poll = ctx[Polls].newest
    if poll is None or poll.id != poll_id:
        raise NotFound("unknown_poll", "That poll is not there any more. Look for a newer one.")
    if poll.closed_at is not None or poll.until <= ctx.now:
        raise Conflict("poll_over", over)
    return poll


def _closed(poll: Poll, by: Person | None = None) -> PollClosed:
    counts = list(poll.counts)
    return PollClosed(poll.id, poll.question, counts, result(poll.options, counts), by)


# --- polls that end without being asked ------------------------------------------------------


def _due_id(poll: Poll) -> str:
    return f"poll:{poll.id}"


def deadline(state: ShowState, aside: frozenset[str]) -> int | None:
    poll = state[Polls].open
    return poll.until if poll and _due_id(poll) not in aside else None


def due(ctx: Context) -> Iterable[Due]:
    poll = ctx[Polls].open
    if poll and poll.until <= ctx.now:
        yield Due(_due_id(poll), [_closed(poll)])


def end_with_show(ctx: Context, records: Sequence[Record]) -> Iterable[Event]:
    poll = ctx[Polls].open
    if poll and any(isinstance(record.event, ShowEnded) for record in records):
        yield _closed(poll)
