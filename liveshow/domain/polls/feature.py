"""Polls, as they are registered."""

from __future__ import annotations

from collections.abc import Iterable

from liveshow.domain.polls import commands as c
from liveshow.domain.polls import decide, views
from liveshow.domain.polls.events import EVENTS
from liveshow.domain.polls.state import Polls
from liveshow.domain.show.ephemeral import Ephemeral
from liveshow.domain.show.feature import Does, Feature, MineSection, Section
from liveshow.domain.show.state import ShowState
from liveshow.errors import Conflict, NotFound


def _live(state: ShowState) -> Iterable[Ephemeral]:
    counts = views.votes(state)
    return () if counts is None else (counts,)


FEATURE = Feature(
    name="polls",
    slice=Polls,
    events=EVENTS,
    commands=(
        Does(c.OpenPoll, decide.ask, answer=c.PollAsked),
        Does(c.Vote, decide.vote),
        Does(c.EndPoll, decide.end),
    ),
    snapshot=(Section("poll", views.PollView | None, views.newest),),
    mine=(MineSection("vote", views.MyVote | None, views.my_vote),),
    deadline=decide.deadline,
    due=decide.due,
    follow=decide.end_with_show,
    live=_live,
    refuses={
        Conflict: "not_live show_ended poll_open poll_over poll_full duplicate_option "
        "already_voted",
        NotFound: "unknown_poll unknown_option",
    },
)
