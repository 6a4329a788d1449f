"""Chromium sends layers where the server wants them, and one full size where it does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.module_pages import module_page
from tests.relay.clients.foreign.pages import moving, open_page
from tests.relay.clients.test_browser import PAGE, live
from tests.relay.peers import TOKEN, serve
from tests.support import eventually

LARGE = PAGE.replace("width: 320, height: 240", "width: 1280, height: 720")

# A server that knows no simulcast passes over what it does not know in the offer.
WITHOUT_LAYERS = """() => {
  const real = window.fetch;
  window.fetch = (url, options) => real(url, options?.method !== "POST" ? options : {
    ...options, body: options.body.replace(/a=(rid|simulcast):.*\\r\\n/g, "") });
}"""

SMALL_CAMERA = """async () => {
  const video = { width: { exact: 640 }, height: { exact: 480 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video });
  await whip.replaceTrack(stream.getVideoTracks()[0]);
}"""

pytestmark = pytest.mark.slow


@pytest.fixture
async def pages() -> AsyncIterator[str]:
    """The browser modules and a page that uses them, with a camera of 720 rows."""
    async with module_page(LARGE) as address:
        yield address


async def sending(host: Page, layers: int) -> Any:
    """Wait until the page sends ``count`` layers, the largest of them no small one.

    A browser on a busy machine makes all of them smaller: 480 rows become 360.
    """

    async def found() -> Any:
        stats = await host.evaluate("whip.getStats()")
        active = [layer for layer in stats["layers"] if layer["active"]] if stats else []
        return len(active) == layers and stats["height"] >= 360 and stats

    return await eventually(found, within=40, every=0.2, what=f"{layers} layers")


async def test_three_sizes_arrive_and_another_camera_gets_what_suits_it(
    chromium: Browser, pages: str
) -> None:
    """Chromium leaves out the largest layer when there are too many for a small camera."""
    async with serve() as server:

        def arriving() -> list[str]:
            stats = server.relay.show_stats("demo")
            return [layer.rid for layer in stats.layers if layer.active] if stats else []

        host = await open_page(chromium, pages)
        await host.evaluate(
            "([url, token]) => publish(url, token)", [f"{server.url}/whip/demo", TOKEN]
        )
        await live(host)
        stats = await sending(host, layers=3)
        rows = [layer["height"] for layer in stats["layers"]]
        assert [row * 4 // rows[2] for row in rows] == [1, 2, 4]
        assert stats["bitrate"] == pytest.approx(sum(x["bitrate"] for x in stats["layers"]))
        await eventually(lambda: arriving() == ["q", "h", "f"], within=20, what="three layers")

        await host.evaluate(SMALL_CAMERA)
        stats = await sending(host, layers=2)
        assert [layer["rid"] for layer in stats["layers"]] == ["q", "h"]
        await eventually(lambda: arriving() == ["q", "h"], within=20, what="two layers")
        viewer = await open_page(chromium, pages)
        await viewer.evaluate("url => watch(url)", f"{server.url}/whep/demo")
        await moving(viewer)


async def test_a_server_without_simulcast_gets_the_full_size(chromium: Browser, pages: str) -> None:
    """Of refused layers the first and smallest remains, so the page must make it full-size."""
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
        stats = await sending(host, layers=1)
        assert [layer["rid"] for layer in stats["layers"]] == [""]
        assert stats["codec"] == "video/H264"

        async def measured() -> Any:
            seen = await viewer.evaluate("whep.getStats()")
            return seen["height"] >= 360 and seen["roundTripTime"] is not None and seen

        seen = await eventually(measured, within=20, every=0.2, what="the viewer's figures")
        assert (seen["transport"], seen["codec"]) == ("udp", "video/H264")
        assert 0 <= seen["roundTripTime"] < 5
        assert 0 < seen["delay"] < 5
        assert isinstance(seen["freezeCount"], int)
