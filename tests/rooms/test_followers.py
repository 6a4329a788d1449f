"""What must follow from an event follows: after crashes, failures and outages, in order."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from liveshow.clock import wall_clock
from liveshow.domain.chat.events import ChatSaid
from liveshow.domain.show.events import Record
from liveshow.errors import StoreUnavailable
from liveshow.rooms import followers as module
from liveshow.rooms.followers import Followers
from liveshow.store.database import Database
from liveshow.store.followers import FollowerRepository
from liveshow.store.tables.followers import FollowerCursorRow
from tests.domain import asks as c
from tests.rooms.market import Market
from tests.support import eventually, rows_of


class Clerk:
    """Remembers what it was told; fails as often as it is told to."""

    name = "clerk"
    follows = (ChatSaid,)

    def __init__(self, *, failures: int = 0, of_show: str = "", error: Exception | None = None):
        self.told: list[tuple[str, int]] = []
        self.pages: list[int] = []
        self.failures = failures
        self._of_show = of_show
        self._error = error or RuntimeError("the printer is out of paper")

    async def follow(self, show_id: str, records: Sequence[Record]) -> None:
        if self.failures and show_id.startswith(self._of_show):
            self.failures -= 1
            raise self._error
        self.pages.append(len(records))
        self.told += [(show_id, record.seq) for record in records]


@asynccontextmanager
async def following(market: Market, clerk: Clerk) -> AsyncIterator[Followers]:
    followers = Followers(FollowerRepository(market.database), [clerk], market.clock)
    market.rooms._on_published = followers.published
    followers.start()
    yield followers
    await followers.stop()


async def say(market: Market, show: str, *texts: str) -> list[tuple[str, int]]:
    """Say something in a show; return where it is in the log."""
    one = market.hosts[show]
    return [(show, (await market.do(show, c.Chat(text=text), one)).seq) for text in texts]


async def cursors(database: Database) -> dict[str, int]:
    return {row.show_id: row.seq for row in await rows_of(database, FollowerCursorRow)}


async def caught_up(market: Market, show: str) -> None:
    """Wait until the follower has nothing left to do in a show."""
    head = (await market.rooms.snapshot(show)).seq

    async def there() -> bool:
        return (await cursors(market.database)).get(show) == head

    await eventually(there)


async def test_a_follower_is_told_of_every_event_of_its_types_once_and_in_order(
    market: Market,
) -> None:
    clerk = Clerk()
    before = await say(market, market.a, "before", "the", "follower")
    async with following(market, clerk):
        await caught_up(market, market.a)
        assert clerk.told == before
        # The rooms of the market were opened before there was a follower.
        await market.rooms.close()
        market.serve()
    async with following(market, clerk):
        after = await say(market, market.a, "and", "after")
        await eventually(lambda: clerk.told == before + after)
        other = await say(market, market.b, "elsewhere")
        await caught_up(market, market.b)
        assert clerk.told == before + after + other


async def test_many_events_come_in_pages(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    clerk = Clerk()
    said = await say(market, market.a, *"abcde")
    async with following(market, clerk):
        await eventually(lambda: clerk.told == said)
    assert clerk.pages == [2, 2, 1]


@pytest.mark.parametrize("error", [RuntimeError("no paper"), StoreUnavailable()])
async def test_what_fails_comes_again_and_keeps_nobody_else_waiting(
    market: Market, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_MS", 1)
    clerk = Clerk(failures=2, of_show=market.a, error=error)
    said = await say(market, market.a, "one", "two") + await say(market, market.b, "other")
    told: list[str] = []
    followers = Followers(
        FollowerRepository(market.database), [clerk], wall_clock, on_failure=told.append
    )
    followers.start()
    await eventually(lambda: sorted(clerk.told) == sorted(said))
    await followers.stop()
    assert (clerk.told[0], clerk.told[1:]) == (said[2], said[:2])
    assert told == ["clerk", "clerk"]


async def test_two_processes_with_one_follower_end_at_the_same_place(market: Market) -> None:
    said = await say(market, market.a, *"abcd")
    clerks = Clerk(), Clerk()
    async with following(market, clerks[0]), following(market, clerks[1]):
        await eventually(lambda: set(clerks[0].told) | set(clerks[1].told) >= set(said))
        await caught_up(market, market.a)


@pytest.mark.slow
async def test_what_was_not_done_when_the_process_was_killed_is_done_by_the_next(
    market: Market, tmp_path: Path
) -> None:
    url = market.database.url.render_as_string(hide_password=False)
    effects = tmp_path / "effects"
    effects.touch()
    said = [seq for _, seq in await say(market, market.a, "one", "two", "three")]
    async with child(url, effects, stuck_at=said[1]) as (process, out):
        assert await out.readline() == b"stuck\n"
        process.kill()
        await process.wait()
    assert done(effects) == said[:1]
    assert market.a not in await cursors(market.database)
    async with child(url, effects) as (process, _):
        await eventually(lambda: done(effects)[1:] == said, within=30)
    # What came after its last step is not known of a follower that was killed: it is done again.
    assert done(effects) == [said[0], *said]


def done(effects: Path) -> list[int]:
    return [int(line) for line in effects.read_text().split()]


@asynccontextmanager
async def child(
    url: str, effects: Path, *, stuck_at: int | None = None
) -> AsyncIterator[tuple[asyncio.subprocess.Process, asyncio.StreamReader]]:
    arguments = [url, str(effects), *([str(stuck_at)] if stuck_at else [])]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.rooms.following", *arguments),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    try:
        yield process, process.stdout
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
