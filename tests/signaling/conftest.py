from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.stage import Stage
from tests.support import RunningServer


@pytest.fixture
async def stage(running_server: RunningServer) -> AsyncIterator[Stage]:
    """A live show of ``host`` on a running server."""
    stage = await Stage.set(running_server)
    yield stage
    await stage.clear()
