from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.security.world import World, serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(
    _sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """One server for the tests of a module, which leave it as they found it."""
    async with serving(_sqlite_template, tmp_path_factory.mktemp("world")) as server:
        made = await World.make(server)
        yield made
        await made.stage.clear()
