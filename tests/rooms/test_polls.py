"""Votes over a real database: what was acknowledged survives whatever happens to the room."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from liveshow.domain.polls.state import Poll, Polls
from liveshow.domain.values import Person
from liveshow.errors import Conflict, LiveshowError
from liveshow.store.room.polls import PollVoteRows
from liveshow.store.room.state import load_state
from liveshow.store.tables.polls import PollRow, PollVoteRow
from tests.domain import asks as c
from tests.rooms.market import Market

COLOURS = c.OpenPoll(question="Which colour?", options=["Red", "Blue"], seconds=60)


async def asked(market: Market) -> tuple[str, list[Person]]:
    """A poll in show ``a``, and four people."""
    people = [await market.person(handle) for handle in ("ana", "ben", "cat", "dan")]
    poll: str = (await market.do(market.a, COLOURS, market.one)).poll
    return poll, people


async def vote(market: Market, poll: str, who: Person, option: int, key: str = "k") -> Any:
    return await market.do(market.a, c.Vote(poll=poll, option=option), who, key)


async def newest(market: Market) -> Poll:
    poll = (await market.rooms.snapshot(market.a))[Polls].newest
    assert poll
    return poll


async def in_rows(market: Market) -> Poll | None:
    async with market.database.read() as connection:
        return (await load_state(connection, market.a))[Polls].newest


async def test_what_is_in_memory_is_what_is_in_the_rows(market: Market) -> None:
    poll, people = await asked(market)
    for who, option in zip(people, (1, 0, 1, 1), strict=True):
        await vote(market, poll, who, option)
    assert await in_rows(market) == await newest(market)
    await market.do(market.a, c.EndPoll(poll=poll), market.one)
    assert await in_rows(market) == await newest(market)
    await market.do(market.a, COLOURS, market.one)
    assert await in_rows(market) == await newest(market)
    assert len(await market.rows(PollRow)) == 2


async def test_acknowledged_votes_survive_a_restart_and_count_in_the_result(
    market: Market,
) -> None:
    poll, people = await asked(market)
    await asyncio.gather(*(vote(market, poll, who, 1) for who in people[:3]))
    await market.restart()
    assert (await newest(market)).counts == [0, 3]
    with pytest.raises(Conflict) as refusal:
        await vote(market, poll, people[0], 0, "another key")
    assert refusal.value.code == "already_voted"
    # The first answer stands under its key.
    await vote(market, poll, people[0], 1)
    await vote(market, poll, people[3], 0)
    market.clock.advance(60)
    await market.tick(market.a)
    closed = await newest(market)
    assert (closed.counts, closed.closed_at) == ([1, 3], market.clock())
    assert len(await market.rows(PollVoteRow)) == 4


async def test_a_poll_whose_time_ran_out_while_nobody_was_there_ends_when_the_room_opens(
    market: Market,
) -> None:
    poll, people = await asked(market)
    await vote(market, poll, people[0], 0)
    await market.rooms.close()
    market.clock.advance(600)
    market.serve()
    with pytest.raises(Conflict) as refusal:
        await vote(market, poll, people[1], 0)
    assert refusal.value.code == "poll_over"
    assert (await newest(market)).counts == [1, 0]


async def test_a_vote_that_could_not_be_written_is_refused_and_not_counted(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll, people = await asked(market)
    await vote(market, poll, people[0], 1)

    async def fail(rows: PollVoteRows, state: Any) -> None:
        raise RuntimeError("the disk is on fire")

    with monkeypatch.context() as broken:
        broken.setattr(PollVoteRows, "write", fail)
        with pytest.raises(LiveshowError) as refusal:
            await vote(market, poll, people[1], 1)
    assert refusal.value.code == "unavailable"
    assert (await newest(market)).counts == [0, 1]
    # Repeated under the same key, it is done once.
    await vote(market, poll, people[1], 1)
    assert (await newest(market)).counts == [0, 2]
    assert await in_rows(market) == await newest(market)
