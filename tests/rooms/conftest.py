"""``market``: two live shows that share a closet, on each kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from liveshow.store.database import Database
from tests.rooms.market import Market


@pytest.fixture
async def market(database: Database) -> AsyncIterator[Market]:
    market = Market(database)
    await market.open()
    yield market
    await market.close()
