"""Foreign viewers: GStreamer, and two from npm in Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.relay.clients.foreign.pages import heard, moving, open_page, restart, serve_clients
from tests.relay.clients.foreign.programs import gstreamer, serve_everywhere
from tests.relay.peers import publishing, serve
from tests.support import eventually

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_gstreamer_watches(codec: str) -> None:
    """webrtcbin decodes pictures and sound; it knows no RTX, and ends with DELETE."""
    async with serve_everywhere() as server, publishing(server, codec):
        await server.until("started")
        async with gstreamer("watch", f"{server.url}/whep/demo", "", codec) as viewer:
            await viewer.more("video", 30)
            await viewer.more("audio", 25)
            assert viewer.said["patched"] == 204
            assert server.relay.viewers("demo") == 1
        assert server.relay.viewers("demo") == 0


async def test_gstreamer_watches_where_udp_is_blocked() -> None:
    """webrtcbin without UDP: everything over one TCP connection."""
    async with serve_everywhere() as server, publishing(server, "VP8"):
        await server.until("started")
        async with gstreamer("watch", f"{server.url}/whep/demo", "", "VP8", "tcp") as viewer:
            await viewer.more("video", 30)
            await viewer.more("audio", 25)
            [session] = server.relay._shows["demo"].viewers.values()
            assert session.peer.transport == "tcp"


@pytest.fixture
async def pages() -> AsyncIterator[str]:
    async with serve_clients() as address:
        yield address


@pytest.mark.parametrize("codec", ["VP8", "H264"])
@pytest.mark.parametrize("client", ["medoozeWhep", "eyevinnPlayer"])
async def test_browser_watches_with_clients_of_others(
    chromium: Browser, pages: str, client: str, codec: str
) -> None:
    """npm's whip-whep and @eyevinn/webrtc-player, from another origin."""
    async with serve() as server, publishing(server, codec):
        await server.until("started")
        page = await open_page(chromium, pages)
        await page.evaluate(
            "([name, url]) => start[name](url)", [client, f"{server.url}/whep/demo"]
        )
        await moving(page)
        await heard(page)
        assert server.relay.viewers("demo") == 1
        await page.evaluate("stop()")
        await eventually(lambda: server.relay.viewers("demo") == 0, what="the viewer has left")


async def test_browser_restarts_ice_of_a_viewer(chromium: Browser, pages: str) -> None:
    """whip-whep restarts with the asterisk: the pictures go on over the new ICE session."""
    async with serve() as server, publishing(server, "VP8"):
        await server.until("started")
        page = await open_page(chromium, pages)
        await page.evaluate("url => start.medoozeWhep(url)", f"{server.url}/whep/demo")
        await moving(page)
        [session] = server.relay._shows["demo"].viewers.values()
        await restart(page, session)
        await moving(page)
        await heard(page)
        assert list(server.relay._shows["demo"].viewers.values()) == [session]
        # It forgets the tag of its first answer: its candidates were refused, and not needed.
        assert all("status 428" in reason for reason in await page.evaluate("refused"))
