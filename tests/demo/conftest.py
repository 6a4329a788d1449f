"""The demo inside the test's process, with pictures that cost nothing."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from PIL import Image

from liveshow.app import PARTS, Parts
from liveshow.demo import pictures
from liveshow.demo.evening import Demo
from liveshow.domain.state import ShowState
from liveshow.server import Server
from liveshow.settings import Settings
from liveshow.store import migrate


@dataclass
class RunningDemo:
    demo: Demo
    server: Server
    http: aiohttp.ClientSession

    @property
    def parts(self) -> Parts:
        return self.server.app[PARTS]

    async def state(self, show: str = "demo") -> ShowState:
        return await (await self.parts.registry.get(show)).settled()

    async def get(self, path: str, *, by: str = "") -> Any:
        headers = {}
        if by:
            token = await self.parts.accounts.create_token(by)
            headers["Authorization"] = f"Bearer {token}"
        async with self.http.get(self.server.url + path, headers=headers) as response:
            assert response.status == 200, await response.text()
            return await response.json()


StartDemo = Callable[..., Awaitable[RunningDemo]]


@pytest.fixture
async def start_demo(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[StartDemo]:
    """Starts the demo's server, without the synthetic host and the crowd."""
    out = io.BytesIO()
    Image.new("RGB", (60, 75), "#c08a54").save(out, "JPEG")
    monkeypatch.setattr(pictures, "paint", lambda name: out.getvalue())

    async with AsyncExitStack() as stack:

        async def start(*, broadcast: bool = True) -> RunningDemo:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            await migrate.prepare(settings)
            demo = Demo(broadcast=broadcast)
            server = await stack.enter_async_context(Server(settings, demo.create_app))
            jar = aiohttp.DummyCookieJar()
            http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
            return RunningDemo(demo, server, http)

        yield start
