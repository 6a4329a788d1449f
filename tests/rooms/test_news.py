"""Who is told that their private state changed: all whom a batch concerns, and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest

from liveshow.domain.values import Person
from liveshow.rooms.ports import Published
from liveshow.store.database import Database
from tests.domain import asks as c
from tests.rooms.test_room import World


class Fair:
    """One item in a live show, a host, and buyers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.told: list[Published] = []

    async def open(self, quantity: int) -> None:
        self.host, *self.buyers = [
            await self.world.person(h) for h in ("host", "one", "two", "three", "four")
        ]
        self.show = await self.world.show(self.host)
        add = c.Add(listing=await self.world.listing(self.host, quantity))
        self.item = (await self.world.do(self.show, add, self.host)).item
        (await self.world.registry.get(self.show)).subscribe(self.told.append)

    async def touched(self, doing: Awaitable[Any]) -> set[str]:
        """Who was told of it, by handle."""
        self.told.clear()
        await doing
        handles = {p.id: p.handle for p in (self.host, *self.buyers)}
        return {handles[user] for published in self.told for user in published.touched}

    def claim(self, buyer: Person) -> Awaitable[Any]:
        return self.world.do(self.show, c.ClaimItem(item=self.item), buyer)


@pytest.fixture
async def fair(sqlite_database: Database) -> AsyncIterator[Fair]:
    world = World(sqlite_database)
    yield Fair(world)
    await world.registry.close()


async def test_a_claim_of_a_free_piece_concerns_only_who_claims(fair: Fair) -> None:
    await fair.open(2)
    one, two, three, _ = fair.buyers
    assert await fair.touched(fair.claim(one)) == {"one"}
    assert await fair.touched(fair.claim(two)) == {"two"}
    assert await fair.touched(fair.claim(three)) == {"three"}


async def test_a_promotion_concerns_everybody_in_line_but_not_those_who_hold(fair: Fair) -> None:
    await fair.open(2)
    held = [await fair.claim(buyer) for buyer in fair.buyers]
    release = c.Release(claim=held[0].claim)
    told = await fair.touched(fair.world.do(fair.show, release, fair.buyers[0]))
    assert told == {"one", "three", "four"}


async def test_who_leaves_a_line_is_told_and_so_are_those_behind(fair: Fair) -> None:
    await fair.open(1)
    answers = [await fair.claim(buyer) for buyer in fair.buyers]
    leave = c.LeaveWaitlist(entry=answers[1].entry)
    told = await fair.touched(fair.world.do(fair.show, leave, fair.buyers[1]))
    assert told == {"two", "three", "four"}


async def test_what_changes_an_item_concerns_its_holders_and_its_line(fair: Fair) -> None:
    await fair.open(1)
    for buyer in fair.buyers[:2]:
        await fair.claim(buyer)
    told = await fair.touched(fair.world.do(fair.show, c.Remove(item=fair.item), fair.host))
    assert told == {"one", "two"}
