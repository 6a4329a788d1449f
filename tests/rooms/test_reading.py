"""Reading never opens a room, takes a show over or writes (faults.md 22)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, update

from liveshow.clock import wall_clock
from liveshow.domain.moderation.state import Moderation
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.errors import NotFound
from liveshow.rooms import committed
from liveshow.rooms.ports import Published
from liveshow.rooms.registry import RoomRegistry
from liveshow.store.database import Database
from liveshow.store.tables.accounts import FollowRow, UserRow
from tests.domain import asks as c
from tests.rooms.test_room import RULES, World
from tests.support import eventually

READS = ("SELECT", "BEGIN", "PRAGMA", "SHOW", "SET", "COMMIT", "ROLLBACK")


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Every statement that is sent to a database meanwhile."""
    seen: list[str] = []
    engine = database.engine.sync_engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement.strip())

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def writes(seen: list[str]) -> list[str]:
    return [s for s in seen if not s.upper().startswith(READS) or "IMMEDIATE" in s.upper()]


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    world = World(database)
    yield world
    await world.registry.close()


async def restart(world: World) -> None:
    await world.registry.close()
    world.serve()


async def test_what_ends_by_time_has_an_owner_where_somebody_watches(world: World) -> None:
    """faults.md 41: after a restart nobody told the end of a mute in a show that is to come."""
    host, loud = await world.person("host"), await world.person("loud")
    show = await world.plan(host)
    await world.do(show, c.Mute(user=loud.id, seconds=1, reason="loud"), host)
    await restart(world)
    assert len(world.registry) == 0
    feed = await world.registry.subscribe(show)
    assert len(world.registry) == 1
    await eventually(lambda: not feed.state[Moderation].sanctions)
    assert [entry.record.event.type for entry in await feed.events_after(0, 9)][-1:] == [
        "user.unmuted"
    ]
    feed.close()


@pytest.mark.parametrize("status", ["draft", "scheduled", "ended"])
async def test_reading_a_show_that_nobody_runs_writes_nothing(world: World, status: str) -> None:
    host = await world.person("host")
    show = await world.plan(host)
    await world.do(show, c.Add(listing=await world.listing(host)), host)
    if status == "ended":
        await world.do(show, c.Start(), host)
        await world.do(show, c.End(), host)
    elif status == "scheduled":
        await world.do(show, c.Schedule(at=wall_clock() + 3_600_000), host)
    await restart(world)
    before = await world.store.head(show)
    with statements(world.database) as seen:
        states = [await world.registry.snapshot(show) for _ in range(30)]
        feed = await world.registry.subscribe(show)
    assert {state.show.status for state in states} == {status}
    assert feed.state.seq == before[1]
    assert writes(seen) == []
    assert await world.store.head(show) == before
    assert len(world.registry) == 0


async def test_a_show_that_is_read_often_is_loaded_once(world: World) -> None:
    host = await world.person("host")
    show = await world.plan(host)
    with statements(world.database) as first:
        await asyncio.gather(*(world.registry.snapshot(show) for _ in range(20)))
    with statements(world.database) as again:
        await world.registry.snapshot(show)
    selects = [s for s in again if s.startswith("SELECT")]
    assert len(selects) == 1
    assert len([s for s in first if s.startswith("SELECT")]) < 40


async def test_what_another_process_committed_is_read(world: World) -> None:
    host = await world.person("host")
    show = await world.plan(host)
    assert (await world.registry.snapshot(show)).show.title == "Show"
    elsewhere = RoomRegistry(world.store, rules=RULES, clock=wall_clock)
    await elsewhere.submit(show, c.Envelope(c.Configure(title="New"), host))
    assert (await world.registry.snapshot(show)).show.title == "New"
    await elsewhere.close()


async def test_stock_that_was_sold_in_another_show_is_read(world: World) -> None:
    host, buyer = await world.person("host"), await world.person("buyer")
    listing = await world.listing(host)
    planned = await world.plan(host, "Next week")
    await world.do(planned, c.Add(listing=listing), host)
    live = await world.show(host)
    item = (await world.do(live, c.Add(listing=listing), host)).item
    await restart(world)
    [before] = (await world.registry.snapshot(planned))[RunOfShow].items.values()
    assert before.variants[0].held == 0
    await world.do(live, c.ClaimItem(item=item), buyer)
    [after] = (await world.registry.snapshot(planned))[RunOfShow].items.values()
    assert after.variants[0].held == 1


async def test_a_room_that_opens_takes_over_who_only_read(world: World) -> None:
    host = await world.person("host")
    show = await world.plan(host)
    feed = await world.registry.subscribe(show)
    told: list[Published] = []
    feed.listen(told.append)
    before = feed.state.epoch
    await world.do(show, c.Configure(title="New"), host)
    # First the new epoch, then what happened in it, without a gap.
    assert [(p.epoch, [r.event.type for r in p.records]) for p in told] == [
        (before + 1, []),
        (before + 1, ["show.configured"]),
    ]
    assert told[1].records[0].seq == feed.state.seq == 2
    assert feed.state.show.title == "New"
    assert not feed.lost
    # As long as somebody listens the room stays.
    room = await world.registry.get(show)
    assert room.idle_since is None
    feed.close()
    assert room.idle_since is not None


async def test_a_feed_whose_owner_is_gone_says_so_until_another_takes_over(world: World) -> None:
    host = await world.person("host")
    show = await world.show(host)
    feed = await world.registry.subscribe(show)
    assert not feed.lost
    await (await world.registry.get(show)).close()
    assert feed.lost
    await world.do(show, c.Configure(title="New"), host)
    assert not feed.lost
    assert feed.state.show.title == "New"


async def test_a_hold_in_an_ended_show_still_ends_after_a_restart(world: World) -> None:
    """Nobody has to look at the show for that."""
    host, buyer = await world.person("host"), await world.person("buyer")
    show = await world.show(host)
    item = (await world.do(show, c.Add(listing=await world.listing(host)), host)).item
    await world.do(show, c.ClaimItem(item=item), buyer)
    await world.do(show, c.End(), host)
    await world.registry.close()
    assert await world.store.shows_to_open() == [show]
    world.serve()
    await world.registry.start()
    assert len(world.registry) == 1


async def test_what_is_kept_of_shows_is_bounded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committed, "MAX_STATES", 3)
    host = await world.person("host")
    kept = committed.CommittedStates(world.store, wall_clock)
    for number in range(6):
        await kept.get(await world.plan(host, f"Show {number}"))
    assert len(kept) == 3


async def test_a_name_that_changed_is_read_again_after_a_while(world: World) -> None:
    host = await world.person("host")
    show = await world.plan(host)
    now = 0
    kept = committed.CommittedStates(world.store, lambda: now)
    assert (await kept.get(show)).show.host.name == "Host"
    async with world.database.write() as connection:
        await connection.execute(update(UserRow).values(name="Renamed"))
    assert (await kept.get(show)).show.host.name == "Host"
    now = committed.FRESH_MS
    assert (await kept.get(show)).show.host.name == "Renamed"


async def test_what_does_not_exist_is_not_found(world: World) -> None:
    for ask in (world.registry.snapshot, world.registry.subscribe):
        with pytest.raises(NotFound):
            await ask("nothing")
    assert not world.registry._feeds


async def test_a_message_costs_no_statement_for_what_the_chat_does_not_ask(world: World) -> None:
    """Who follows the host and who sells is looked up where the chat is for them."""
    host, ana = await world.person("host"), await world.person("ana")
    show = await world.show(host)
    hello = c.Chat(text="Hello")
    await world.do(show, hello, ana)
    with statements(world.database) as plain:
        await world.do(show, hello, ana)
    assert not [s for s in plain if "follows" in s or "listings" in s]
    await world.add(FollowRow(follower_id=ana.id, followee_id=host.id, created_at=0))
    await world.do(show, c.Restrict(mode="followers"), host)
    with statements(world.database) as asked:
        await world.do(show, hello, ana)
    assert len([s for s in asked if "follows" in s]) == 1
    assert len(asked) == len(plain) + 1
