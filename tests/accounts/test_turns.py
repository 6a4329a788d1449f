"""Work that takes a core: bounded, and fair to everybody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from liveshow.accounts.turns import FairPool
from liveshow.errors import RateLimited, Unavailable


@pytest.fixture
def pool() -> Iterator[FairPool]:
    made = FairPool(1, "test")
    yield made
    made.close()


class Work:
    """Work that is done when the test says so, and remembers in which order."""

    def __init__(self, pool: FairPool) -> None:
        self.done: list[str] = []
        self.go = threading.Event()
        self._pool = pool

    def ask(self, address: str, account: str = "", most: int = 64) -> asyncio.Task[None]:
        def work() -> None:
            assert self.go.wait(30)
            self.done.append(address)

        return asyncio.create_task(
            self._pool.run(work, names=(address, account), places=(10, 2), most=most)
        )


async def test_one_address_does_not_keep_others_waiting(pool: FairPool) -> None:
    """faults.md 18"""
    work = Work(pool)
    asked = [work.ask("busy") for _ in range(8)]
    await asyncio.sleep(0)
    asked += [work.ask("ana"), work.ask("bob")]
    await asyncio.sleep(0)
    work.go.set()
    await asyncio.gather(*asked)
    assert work.done[:4] == ["busy", "busy", "ana", "bob"]
    assert work.done[4:] == ["busy"] * 6


async def test_one_account_has_few_places_wherever_it_comes_from(pool: FairPool) -> None:
    """faults.md 18"""
    work = Work(pool)
    asked = [work.ask(f"address {number}", "ana") for number in range(80)]
    asked.append(work.ask("other", "bob"))
    await asyncio.sleep(0)
    work.go.set()
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(result, RateLimited) for result in results] == [False] * 2 + [True] * 78 + [
        False
    ]
    refusal = results[2]
    assert isinstance(refusal, RateLimited)
    assert refusal.retry_after > 0


async def test_places_are_free_again_afterwards(pool: FairPool) -> None:
    work = Work(pool)
    work.go.set()
    for _ in range(100):
        await work.ask("ana", "ana")
    assert not pool._places
    assert not pool._queue._queues


async def test_beyond_all_places_everybody_is_asked_to_come_back(pool: FairPool) -> None:
    work = Work(pool)
    asked = [work.ask(f"address {number}", most=3) for number in range(5)]
    await asyncio.sleep(0)
    work.go.set()
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(result, Unavailable) for result in results] == [False] * 3 + [True] * 2


async def test_who_gives_up_takes_nobodys_turn(pool: FairPool) -> None:
    work = Work(pool)
    asked = [work.ask(name) for name in ("first", "gone", "last")]
    await asyncio.sleep(0)
    asked[1].cancel()
    await asyncio.gather(asked[1], return_exceptions=True)
    work.go.set()
    await asyncio.gather(asked[0], asked[2])
    assert work.done == ["first", "last"]


async def test_a_thread_is_free_when_its_work_is_done_and_not_before(pool: FairPool) -> None:
    work = Work(pool)
    gone = work.ask("gone")
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert not pool._queue.free
    work.go.set()
    await work.ask("next")
    assert work.done == ["gone", "next"]
