"""A room while the database is away: readers read on, commands are answered (faults.md 71)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from liveshow.domain.show.chat_lines import ChatLines
from liveshow.domain.show.state import ShowState
from liveshow.errors import LiveshowError, StoreUnavailable
from liveshow.rooms import inbox
from liveshow.store.database import Database
from liveshow.store.room.batch import RoomBatch
from tests.domain import asks as c
from tests.outages import frozen, hurry, locked, told, until_over
from tests.rooms.test_room import World, same
from tests.support import eventually, seconds


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    world = World(database)
    yield world
    await world.registry.close()


async def unavailable(*asked: Any) -> None:
    """All of it is refused, in time, and may be repeated."""
    async with asyncio.timeout(seconds(15)):
        found = await asyncio.gather(*asked, return_exceptions=True)
    for error in found:
        assert isinstance(error, LiveshowError), repr(error)
        assert (error.status, error.code) == (503, "unavailable")


async def until_done(world: World, show: str, *said: Any) -> Any:
    """Say the same under the same key until it is decided."""
    async with asyncio.timeout(seconds(15)):
        while True:
            try:
                return await world.do(show, *said)
            except LiveshowError as error:
                if error.code != "unavailable":
                    raise
                await asyncio.sleep(0.02)


async def test_readers_read_on_while_another_process_holds_the_lock(world: World) -> None:
    host, buyer = await world.person("host"), await world.person("buyer")
    show = await world.show(host)
    item = (await world.do(show, c.Add(listing=await world.listing(host)), host)).item
    before = await world.registry.snapshot(show)
    epoch, seq = before.epoch, before.seq
    with told() as log:
        async with locked(world.database):
            asked = asyncio.create_task(
                unavailable(
                    world.do(show, c.ClaimItem(item=item), buyer, "claim"),
                    world.do(show, c.Chat(text="hello"), buyer, "chat"),
                )
            )
            while not asked.done():
                async with asyncio.timeout(0.2):
                    state = await world.registry.snapshot(show)
                    feed = await world.registry.subscribe(show)
                assert (state.seq, feed.state.seq) == (seq, seq)
                feed.close()
                await asyncio.sleep(0.02)
            await asked
        answer = await until_done(world, show, c.ClaimItem(item=item), buyer, "claim")
        again = await world.do(show, c.ClaimItem(item=item), buyer, "claim")
        await until_over(world.database)
    assert answer == again
    assert answer.status == "held"
    assert await world.stock() == [(1, 1, 0)]
    # Nothing had been decided, so there was nothing to read again.
    if world.database.dialect == "sqlite":
        assert (await world.registry.snapshot(show)).epoch == epoch
    assert [entry["event"] for entry in log] == [
        "the database fails",
        "the database works again",
    ], log


async def test_readers_read_on_while_a_commit_hangs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = await world.person("host")
    show = await world.show(host)
    before = (await world.registry.snapshot(show)).seq
    flush, hangs, go = RoomBatch.flush, asyncio.Event(), asyncio.Event()

    async def hang(self: RoomBatch, state: ShowState) -> None:
        hangs.set()
        await go.wait()
        await flush(self, state)

    monkeypatch.setattr(RoomBatch, "flush", hang)
    saying = asyncio.create_task(world.do(show, c.Announce(text="one"), host))
    await hangs.wait()
    assert (await world.registry.snapshot(show)).seq == before
    go.set()
    await saying
    assert (await world.registry.snapshot(show)).seq == before + 1


async def test_a_command_that_waits_too_long_is_refused_and_succeeds_once_under_its_key(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "SUBMIT_SECONDS", 0.2)
    host, buyer = await world.person("host"), await world.person("buyer")
    show = await world.show(host)
    flush, hangs, go = RoomBatch.flush, asyncio.Event(), asyncio.Event()

    async def hang(self: RoomBatch, state: ShowState) -> None:
        hangs.set()
        await go.wait()
        await flush(self, state)

    monkeypatch.setattr(RoomBatch, "flush", hang)
    taken = asyncio.create_task(unavailable(world.do(show, c.Chat(text="taken"), buyer, "one")))
    await hangs.wait()
    waiting = unavailable(world.do(show, c.Chat(text="waits"), host, "two"))
    await asyncio.gather(taken, waiting)
    go.set()
    monkeypatch.undo()
    for key, who, line in (("one", buyer, "taken"), ("two", host, "waits")):
        await until_done(world, show, c.Chat(text=line), who, key)
    lines = (await world.reread(show))[ChatLines].newest
    said = [line.text for line in lines if line.kind == "message"]
    assert said == ["taken", "waits"]


async def test_while_a_room_cannot_be_read_again_commands_are_refused_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks is not kept waiting for the end of the outage."""
    monkeypatch.setattr(inbox, "SUBMIT_SECONDS", seconds(60))
    host = await world.person("host")
    show = await world.show(host)
    gone = True

    async def full(self: RoomBatch, state: ShowState) -> None:
        if gone:
            raise StoreUnavailable(message="The disk is full.")

    async def cannot(show_id: str) -> ShowState:
        if gone:
            raise StoreUnavailable(message="The disk is full.")
        return await take_over(show_id)

    take_over = world.store.take_over
    monkeypatch.setattr(RoomBatch, "flush", full)
    monkeypatch.setattr(world.store, "take_over", cannot)
    async with asyncio.timeout(seconds(20)):
        for number in range(3):
            await unavailable(world.do(show, c.Announce(text="no"), host, f"key{number}"))
    gone = False
    monkeypatch.undo()
    await until_done(world, show, c.Announce(text="yes"), host, "yes")


async def test_a_commit_whose_outcome_is_not_known_is_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to a commit is lost: the room finds out, and the same key succeeds once."""
    host = await world.person("host")
    show = await world.show(host)
    batch, lost = world.store.batch, asyncio.Event()

    class LosesTheAnswer:
        def __init__(self, *asked: Any) -> None:
            self._batch = batch(*asked)

        async def __aenter__(self) -> Any:
            return await self._batch.__aenter__()

        async def __aexit__(self, *raised: Any) -> None:
            await self._batch.__aexit__(*raised)
            if not lost.is_set() and raised == (None, None, None):
                lost.set()
                raise StoreUnavailable(message="Gone.")

    monkeypatch.setattr(world.store, "batch", LosesTheAnswer)
    told_to: list[Any] = []
    (await world.registry.subscribe(show)).listen(told_to.append)
    await unavailable(world.do(show, c.Announce(text="once"), host, "key"))
    assert lost.is_set()
    await until_done(world, show, c.Announce(text="once"), host, "key")
    state = await world.registry.snapshot(show)
    assert [line.text for line in state[ChatLines].newest].count("once") == 1
    assert same(state, await world.reread(show))
    # Whoever listens starts over at what was committed.
    assert (told_to[0].epoch, told_to[0].records) == (state.epoch, ())


async def test_a_show_without_a_room_is_shown_as_it_was_read_last(
    postgres_database: Database,
) -> None:
    world = World(postgres_database)
    host = await world.person("host")
    show = await world.plan(host)
    other = await world.plan(host, "Other")
    await world.registry.snapshot(show)
    with frozen(postgres_database):
        async with asyncio.timeout(seconds(15)):
            assert (await world.registry.snapshot(show)).show.title == "Show"
            with pytest.raises(StoreUnavailable):
                await world.registry.snapshot(other)
    await world.registry.close()


async def test_a_frozen_database_leaves_nothing_behind(postgres_database: Database) -> None:
    world = World(postgres_database)
    host, buyer = await world.person("host"), await world.person("buyer")
    show = await world.show(host)
    item = (await world.do(show, c.Add(listing=await world.listing(host)), host)).item
    seq = (await world.registry.snapshot(show)).seq
    with told() as log:
        with frozen(postgres_database):
            await unavailable(
                world.do(show, c.ClaimItem(item=item), buyer, "claim"),
                world.do(show, c.Chat(text="hello"), buyer, "chat"),
            )
            async with asyncio.timeout(0.2):
                assert (await world.registry.snapshot(show)).seq == seq
        answer = await until_done(world, show, c.ClaimItem(item=item), buyer, "claim")
        await until_over(postgres_database)
    assert answer.status == "held"
    assert await world.stock() == [(1, 1, 0)]
    assert same(await world.registry.snapshot(show), await world.reread(show))
    assert len(log) == 2 * len({entry["kind"] for entry in log}), log
    await world.registry.close()


async def test_a_server_that_ends_during_an_outage_does_not_wait_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = await world.person("host")
    show = await world.show(host)
    async with locked(world.database):
        saying = asyncio.create_task(unavailable(world.do(show, c.Announce(text="bye"), host)))
        await asyncio.sleep(0)
        async with asyncio.timeout(seconds(4)):
            await world.registry.close()
            await saying


async def test_what_a_room_has_to_say_first_survives_an_outage(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A show that was on air is interrupted, although the first commits failed."""
    host = await world.person("host")
    show = await world.show(host)
    await world.registry.tell(show, c.StreamUp())
    await world.registry.close()
    batch, failed = world.store.batch, 0

    def away(*asked: Any) -> Any:
        nonlocal failed
        if failed < 3:
            failed += 1
            raise StoreUnavailable(message="Away.")
        return batch(*asked)

    monkeypatch.setattr(world.store, "batch", away)
    world.serve()
    room = await world.registry.get(show)
    await eventually(lambda: room.state.show.status == "interrupted")
    assert (room.state.show.reason, failed) == ("restart", 3)
