"""``world``: a live show on each kind of database; ``server``: a process that serves it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from liveshow.store.database import Database
from tests.payments.world import Server, World


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    world = await World.build(database)
    yield world
    await world.close()


@pytest.fixture
def server(world: World) -> Server:
    return world.server()
