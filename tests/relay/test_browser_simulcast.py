"""Chromium sends layers where the server wants them, and one full size where it does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from tests.support import eventually

from .peers import TOKEN, serve
from .test_browser import PAGE, live, moving, open_page

WEB = Path(__file__).parents[2] / "web"
LARGE = PAGE.replace("width: 320, height: 240", "width: 1280, height: 720")

# A server that knows no simulcast passes over what it does not know in the offer.
WITHOUT_LAYERS = """() => {
  const real = window.fetch;
  window.fetch = (url, options) => real(url, options?.method !== "POST" ? options : {
    ...options, body: options.body.replace(/a=(rid|simulcast):.*\\r\\n/g, "") });
}"""

pytestmark = pytest.mark.slow


@pytest.fixture
async def pages() -> AsyncIterator[str]:
    """The browser modules and a page that uses them, with a camera of 720 rows."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=LARGE, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_static("/web", WEB)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("/"))
    await server.close()


async def sending(host: Page, rows: int, layers: int, within: float = 30) -> Any:
    """Wait until the page sends so many layers, the largest of them with so many rows."""

    async def found() -> Any:
        stats = await host.evaluate("whip.getStats()")
        active = [layer for layer in stats["layers"] if layer["active"]] if stats else []
        return len(active) == layers and stats["height"] == rows and stats

    return await eventually(found, within=within, every=0.2, what=f"{layers} layers, {rows} rows")


async def test_a_server_without_simulcast_gets_the_full_size(chromium: Browser, pages: str) -> None:
    """What is left of refused layers is the first, the smallest; nobody may be left with it."""
    async with serve() as server:
        host = await open_page(chromium, pages)
        await host.evaluate(WITHOUT_LAYERS)
        await host.evaluate(
            "([url, token]) => publish(url, token)", [f"{server.url}/whip/demo", TOKEN]
        )
        await live(host)
        await server.until("started")
        viewer = await open_page(chromium, pages)
        await viewer.evaluate("url => watch(url)", f"{server.url}/whep/demo")
        await moving(viewer)
        stats = await sending(host, 720, layers=1)
        assert [(layer["rid"], layer["width"]) for layer in stats["layers"]] == [("", 1280)]
        assert stats["codec"] == "video/H264"

        async def measured() -> Any:
            seen = await viewer.evaluate("whep.getStats()")
            return seen["height"] == 720 and seen["roundTripTime"] is not None and seen

        seen = await eventually(measured, within=20, every=0.2, what="the viewer's figures")
        assert (seen["transport"], seen["codec"]) == ("udp", "video/H264")
        assert 0 <= seen["roundTripTime"] < 5
        assert 0 < seen["delay"] < 5
        assert isinstance(seen["freezeCount"], int)
