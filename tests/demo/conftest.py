"""The demo inside the test's process, with pictures that cost nothing."""

from __future__ import annotations

import asyncio
import io
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from liveshow.app import PARTS, Parts, create_app
from liveshow.demo import pictures
from liveshow.demo.evening import Demo
from liveshow.demo.seed import seed
from liveshow.domain.show.state import ShowState
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
        return await self.parts.registry.snapshot(show)

    async def get(self, path: str, *, by: str = "") -> Any:
        headers = {}
        if by:
            token = await self.parts.accounts.create_token(by)
            headers["Authorization"] = f"Bearer {token}"
        async with self.http.get(self.server.url + path, headers=headers) as response:
            assert response.status == 200, await response.text()
            return await response.json()


StartDemo = Callable[..., Awaitable[RunningDemo]]


@contextmanager
def plain_pictures() -> Iterator[None]:
    """Drawing is tested elsewhere."""
    out = io.BytesIO()
    Image.new("RGB", (60, 75), "#c08a54").save(out, "JPEG")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "paint", lambda name: out.getvalue())
        yield


@pytest.fixture(scope="session")
def seeded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demo that is live, to be copied by each test."""
    folder = tmp_path_factory.mktemp("demo")
    settings = Settings(data_dir=folder, test_payments=True)

    async def fill() -> None:
        await migrate.prepare(settings)
        parts = create_app(settings)[PARTS]
        await seed(parts, live=True)
        await parts.registry.close()
        await parts.photos.close()
        await parts.database.close()

    with plain_pictures():
        asyncio.run(fill())
    return folder


@pytest.fixture
async def start_demo(settings: Settings, seeded_folder: Path) -> AsyncIterator[StartDemo]:
    """Starts the demo's server, without the synthetic host and the crowd."""
    async with AsyncExitStack() as stack:

        async def start(*, broadcast: bool = True) -> RunningDemo:
            if broadcast:
                shutil.copytree(seeded_folder, settings.data_dir)
            else:
                settings.data_dir.mkdir(parents=True)
                await migrate.prepare(settings)
            demo = Demo(broadcast=broadcast)
            with plain_pictures():
                server = await stack.enter_async_context(Server(settings, demo.create_app))
            jar = aiohttp.DummyCookieJar()
            http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
            return RunningDemo(demo, server, http)

        yield start
