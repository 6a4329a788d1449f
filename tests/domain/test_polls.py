"""Polls: who may ask and vote, what is refused, how they end, and what is told to whom."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
import pytest
from pydantic import ValidationError

from liveshow.domain.features import MACHINE
from liveshow.domain.polls import decide
from liveshow.domain.polls.events import PollClosed, PollOpened, PollVoted
from liveshow.domain.polls.result import result
from liveshow.domain.polls.state import Poll, Polls
from liveshow.domain.show.chat_lines import ChatLines
from liveshow.domain.show.events import Record, seen
from liveshow.domain.show.feature import Look
from liveshow.domain.show.step import step
from liveshow.domain.show.views import mine
from liveshow.domain.values import Person
from liveshow.errors import Conflict
from tests.domain import asks as c
from tests.domain.world import (
    ANNA,
    BENO,
    CARL,
    COHOST,
    DORA,
    HANNA,
    MODERATOR,
    SELLER,
    PlainRoom,
    World,
)


def colours(**fields: Any) -> c.OpenPoll:
    plain: dict[str, Any] = {
        "question": "Which colour?",
        "options": ["Red", "Blue", "Green"],
        "seconds": 60,
    }
    return c.OpenPoll(**(plain | fields))


def asked(room: PlainRoom, **fields: Any) -> str:
    poll: str = room.ask(HANNA, colours(**fields))["poll"]
    return poll


def newest(room: PlainRoom) -> Poll:
    poll = room.state[Polls].newest
    assert poll
    return poll


def told(room: PlainRoom) -> list[Any]:
    """What everybody who joins now is told beside the snapshot."""
    return [msgspec.to_builtins(news) for news in MACHINE.live(room.state)]


def vote_of(room: PlainRoom, who: Person) -> Any:
    view = mine(Look(room.state, room.world.rules, room.world.now), who)
    return msgspec.to_builtins(view.vote)


# --- asking --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [HANNA, COHOST, MODERATOR], ids=lambda who: who.handle)
def test_the_team_asks(world: World, salon: PlainRoom, who: Person) -> None:
    poll = salon.ask(who, colours())["poll"]
    assert salon.happened(PollOpened) == [
        PollOpened(poll, "Which colour?", ["Red", "Blue", "Green"], world.now + 60_000, who)
    ]


def test_nobody_else_asks_or_ends(salon: PlainRoom) -> None:
    assert salon.refuses(ANNA, colours()) == "forbidden"
    assert salon.refuses(None, colours()) == "unauthenticated"
    assert salon.refuses(ANNA, c.EndPoll(poll=asked(salon))) == "forbidden"


def test_there_is_one_open_poll_at_a_time_in_each_show(
    world: World, salon: PlainRoom, market: PlainRoom
) -> None:
    first = asked(salon)
    assert salon.refuses(MODERATOR, colours()) == "poll_open"
    market.ask(market.state.show.host, colours())
    salon.ask(MODERATOR, c.EndPoll(poll=first))
    asked(salon)


def test_polls_are_for_shows_on_air(world: World, salon: PlainRoom) -> None:
    planned = world.show("planned", HANNA)
    assert planned.refuses(HANNA, colours()) == "not_live"
    salon.ask(HANNA, c.Pause())
    asked(salon)
    salon.ask(HANNA, c.End())
    assert salon.refuses(HANNA, colours()) == "show_ended"


@pytest.mark.parametrize(
    "same",
    [["Red", "red"], ["Red  wine", "red wine"], ["Stra\u00dfe", "STRASSE"], ["\uff21", "a"]],
    ids=["case", "spaces", "sharp s", "width"],
)
def test_options_that_read_the_same_are_refused(salon: PlainRoom, same: list[str]) -> None:
    assert salon.refuses(HANNA, colours(options=same)) == "duplicate_option"


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": ""},
        {"question": "x" * 141},
        {"options": ["One"]},
        {"options": list("abcdefg")},
        {"options": ["Red", ""]},
        {"options": ["Red", "x" * 61]},
        {"options": ["Red", "line\nbreak"]},
        {"seconds": 29},
        {"seconds": 601},
    ],
)
def test_a_poll_has_limits(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        colours(**wrong)


# --- voting --------------------------------------------------------------------------------


def test_everybody_signed_in_votes_once_and_does_not_change_it(salon: PlainRoom) -> None:
    poll = asked(salon)
    for who, option in ((ANNA, 1), (BENO, 1), (HANNA, 0), (SELLER, 2)):
        salon.ask(who, c.Vote(poll=poll, option=option))
    assert salon.refuses(ANNA, c.Vote(poll=poll, option=0)) == "already_voted"
    assert salon.refuses(None, c.Vote(poll=poll, option=0)) == "unauthenticated"
    assert newest(salon).counts == [1, 2, 1]
    assert [vote_of(salon, who) for who in (ANNA, CARL)] == [{"poll": poll, "option": 1}, None]


def test_who_is_muted_may_vote_and_who_is_banned_may_not(salon: PlainRoom) -> None:
    poll = asked(salon)
    salon.ask(MODERATOR, c.Mute(user=ANNA.id, reason="loud"))
    salon.ask(MODERATOR, c.Ban(user=BENO.id, reason="rude"))
    salon.ask(ANNA, c.Vote(poll=poll, option=0))
    assert salon.refuses(BENO, c.Vote(poll=poll, option=0)) == "banned"


def test_a_muted_moderator_asks_nothing_and_may_end_a_poll(salon: PlainRoom) -> None:
    """Haven#5640: a poll says something to everybody, so a mute takes it away like a message."""
    poll = asked(salon)
    salon.ask(HANNA, c.Mute(user=MODERATOR.id, reason="loud"))
    salon.ask(MODERATOR, c.EndPoll(poll=poll))
    assert salon.refuses(MODERATOR, colours()) == "muted"
    salon.ask(HANNA, c.Unmute(user=MODERATOR.id))
    salon.ask(MODERATOR, colours())


def test_a_vote_is_for_an_option_of_the_open_poll(salon: PlainRoom) -> None:
    assert salon.refuses(ANNA, c.Vote(poll="nothing", option=0)) == "unknown_poll"
    poll = asked(salon)
    assert salon.refuses(ANNA, c.Vote(poll=poll, option=3)) == "unknown_option"
    salon.ask(HANNA, c.EndPoll(poll=poll))
    assert salon.refuses(ANNA, c.Vote(poll=poll, option=0)) == "poll_over"
    asked(salon)
    assert salon.refuses(ANNA, c.Vote(poll=poll, option=0)) == "unknown_poll"


def test_a_vote_at_the_end_of_the_time_is_too_late(world: World, salon: PlainRoom) -> None:
    poll = asked(salon)
    world.wait(59_999)
    salon.ask(ANNA, c.Vote(poll=poll, option=0))
    world.wait(1)
    assert salon.refuses(BENO, c.Vote(poll=poll, option=0)) == "poll_over"


def test_a_poll_takes_only_so_many_votes(salon: PlainRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "MAX_VOTES", 1)
    poll = asked(salon)
    salon.ask(ANNA, c.Vote(poll=poll, option=0))
    assert salon.refuses(BENO, c.Vote(poll=poll, option=0)) == "poll_full"


# --- the end -------------------------------------------------------------------------------


def test_a_poll_ends_by_time_even_while_the_show_is_interrupted(
    world: World, salon: PlainRoom
) -> None:
    poll = asked(salon)
    salon.ask(ANNA, c.Vote(poll=poll, option=1))
    assert MACHINE.next_deadline(salon.state) == world.now + 60_000
    salon.ask(HANNA, c.Pause())
    world.wait(60_000)
    salon.tick()
    (closed,) = salon.happened(PollClosed)
    assert (closed.poll, closed.counts, closed.by) == (poll, [0, 1, 0], None)
    assert newest(salon).closed_at == world.now


def test_the_team_ends_a_poll_once(salon: PlainRoom) -> None:
    poll = asked(salon)
    salon.ask(MODERATOR, c.EndPoll(poll=poll))
    assert salon.refuses(HANNA, c.EndPoll(poll=poll)) == "poll_over"
    assert salon.refuses(HANNA, c.EndPoll(poll="nothing")) == "unknown_poll"
    (closed,) = salon.happened(PollClosed)
    assert closed.by == MODERATOR


@pytest.mark.parametrize("how", ["asked", "outage"])
def test_a_poll_ends_with_its_show(world: World, salon: PlainRoom, how: str) -> None:
    if how == "asked":
        poll = asked(salon)
        salon.ask(HANNA, c.End())
    else:
        salon.ask(None, c.StreamDown())
        world.wait(6 * 3600 * 1000 - 30_000)
        poll = asked(salon)
        world.wait(30_000)
        salon.tick()
    assert salon.types()[-2:] == ["show.ended", "poll.closed"]
    assert newest(salon).id == poll
    assert newest(salon).closed_at == world.now


def test_a_poll_that_cannot_be_closed_now_takes_no_votes_after_its_time(
    world: World, salon: PlainRoom
) -> None:
    poll = asked(salon)
    aside = frozenset({f"poll:{poll}"})
    assert MACHINE.next_deadline(salon.state, aside) is None
    world.wait(60_000)
    envelopes = (c.Envelope(c.Tick()), c.Envelope(c.Vote(poll=poll, option=0), ANNA))
    facts = salon.facts(*envelopes)
    tick, vote = (
        partial(
            step, salon.state, envelope, now=world.now, facts=facts, mint=world.mint, aside=aside
        )
        for envelope in envelopes
    )
    assert tick().records == []
    with pytest.raises(Conflict) as refusal:
        vote()
    assert refusal.value.code == "poll_over"


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ([0, 0, 0], "Nobody voted."),
        ([1, 0, 0], "Red: 100 % of 1 vote."),
        ([5, 2, 1], "Red: 63 % of 8 votes."),
        ([2, 2, 1], "Red and Blue: 40 % each, of 5 votes."),
        ([1, 1, 1], "Red, Blue and Green: 33 % each, of 3 votes."),
        ([199, 1, 0], "Red: 99 % of 200 votes."),
    ],
)
def test_the_result_says_who_is_first(counts: list[int], sentence: str) -> None:
    """mastodon/mastodon#13006: 199 of 200 votes were 100 %."""
    assert result(["Red", "Blue", "Green"], counts) == sentence


# --- what is told --------------------------------------------------------------------------


def test_a_vote_is_no_event_of_the_log_and_names_nobody(salon: PlainRoom) -> None:
    poll = asked(salon)
    before = salon.state.seq
    salon.ask(ANNA, c.Vote(poll=poll, option=1))
    assert salon.state.seq == before
    voted = PollVoted(poll, ANNA.id, 1)
    assert msgspec.to_builtins(voted.news(salon.state)) == {
        "name": "poll_votes",
        "about": "",
        "payload": {"poll": poll, "counts": [0, 1, 0]},
    }
    assert list(voted.concerns(salon.state)) == [ANNA.id]


def test_counts_are_told_beside_the_snapshot_while_a_poll_is_open(salon: PlainRoom) -> None:
    assert told(salon) == []
    poll = asked(salon)
    salon.ask(ANNA, c.Vote(poll=poll, option=2))
    ((news),) = told(salon)
    assert news["payload"] == {"poll": poll, "counts": [0, 0, 1]}
    salon.ask(HANNA, c.EndPoll(poll=poll))
    assert told(salon) == []
    assert PollVoted(poll, ANNA.id, 2).news(salon.state) is None


def test_the_result_is_a_line_of_the_chat(salon: PlainRoom) -> None:
    poll = asked(salon)
    salon.ask(ANNA, c.Vote(poll=poll, option=1))
    salon.ask(HANNA, c.EndPoll(poll=poll))
    line = salon.state[ChatLines].newest[-1]
    assert (line.kind, line.text) == ("poll", "Which colour? Blue: 100 % of 1 vote.")


def test_the_log_of_the_staff_says_who_asked_and_who_ended(world: World, salon: PlainRoom) -> None:
    salon.ask(MODERATOR, c.EndPoll(poll=salon.ask(COHOST, colours())["poll"]))
    asked(salon)
    world.wait(60_000)
    salon.tick()
    polls = [entry for entry in reversed(salon.audit(HANNA)) if entry.type.startswith("poll.")]
    assert [(entry.by.id if entry.by else None, entry.message) for entry in polls] == [
        (COHOST.id, "Which colour?"),
        (MODERATOR.id, "Which colour?"),
        (HANNA.id, "Which colour?"),
        (None, "Which colour?"),
    ]


def test_only_staff_see_who_asked(world: World) -> None:
    event = PollOpened("p", "Red?", ["Yes", "No"], 1, DORA)
    record = Record(1, 1, event)
    assert "by" not in seen(record, staff=False).data
    assert seen(record, staff=True).data["by"]["id"] == DORA.id
