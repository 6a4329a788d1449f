"""Whether the database can be written is found out by writing (faults.md 72)."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import DBAPIError

from liveshow.errors import StoreUnavailable
from liveshow.store.database import Database
from liveshow.store.probe import GOOD_SECONDS, WriteProbe
from tests.bench.measure import SqlCounter
from tests.outages import full_disk


async def test_a_database_that_takes_nothing_is_not_ready_until_it_does(database: Database) -> None:
    now = 0.0
    probe = WriteProbe(database, lambda: now)
    await probe.check()
    now += GOOD_SECONDS
    async with full_disk(database):
        with pytest.raises((StoreUnavailable, DBAPIError)):
            await probe.check()
    await probe.check()


async def test_a_crowd_that_asks_costs_one_write(database: Database) -> None:
    now = 0.0
    probe, counter = WriteProbe(database, lambda: now), SqlCounter(database)
    counter.reset()
    await asyncio.gather(*(probe.check() for _ in range(50)))
    await probe.check()
    assert counter.commits == 1
    now += GOOD_SECONDS
    await probe.check()
    assert counter.commits == 2
