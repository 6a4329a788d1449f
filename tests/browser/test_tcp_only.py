"""A network that blocks UDP: Chromium may use none, and the show goes on over the TCP port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from liveshow.accounts.identity import COOKIE
from tests import support
from tests.browser.people import go_live
from tests.browser.test_live_show import hears_sound, sees_moving_pictures
from tests.conftest import ContextFactory
from tests.stage import Stage
from tests.support import RunningServer, eventually, seconds

pytestmark = [pytest.mark.slow, pytest.mark.video]

# Connections are the page's own affair; a test may know them all.
REMEMBER = """
window.connections = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...options) { super(...options); window.connections.push(this); }
};"""
# The protocol of both ends of the pair that carries the media, and the bytes on it.
SELECTED = """async () => {
  const connection = connections.findLast((one) => one.connectionState === "connected");
  if (!connection) return null;
  const stats = await connection.getStats();
  const transport = [...stats.values()].find((one) => one.type === "transport");
  const pair = stats.get(transport?.selectedCandidatePairId);
  if (!pair) return null;
  const [local, remote] = [stats.get(pair.localCandidateId), stats.get(pair.remoteCandidateId)];
  return { local: local.protocol, remote: remote.protocol, port: remote.port,
    bytes: pair.bytesSent + pair.bytesReceived };
}"""


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A Chromium under the policy with which companies forbid WebRTC over UDP."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=support.chromium_executable(),
            args=[
                *support.chromium_arguments(),
                "--webrtc-ip-handling-policy=disable_non_proxied_udp",
            ],
            timeout=seconds(30) * 1000,
        )
        yield browser
        await browser.close()


async def selected(page: Page) -> Any:
    return await eventually(lambda: page.evaluate(SELECTED), within=30, every=0.1, what="a pair")


async def test_a_host_and_a_viewer_without_udp(
    running_server: RunningServer, browser_context: ContextFactory
) -> None:
    """Both are on TCP, to the port of HTTP; decoded pictures move and sound is heard."""
    stage = await Stage.set(running_server, start=False)

    async def enter(account: support.Account, path: str, device: str) -> Page:
        context = await browser_context(device)
        await context.add_init_script(REMEMBER)
        cookie = {"name": COOKIE, "value": account.token, "url": running_server.url}
        await context.add_cookies([cookie])  # type: ignore[list-item]
        page = await context.new_page()
        await page.goto(path)
        return page

    show = f"/shows/{stage.show}"
    studio = await enter(stage.host, f"{show}/studio", "desktop")
    await go_live(studio, empty=True)
    await studio.get_by_test_id("pause").wait_for(timeout=seconds(30) * 1000)
    viewer = await enter(await running_server.account("ann"), show, "phone")
    await sees_moving_pictures(viewer)
    await hears_sound(viewer)
    for page in (studio, viewer):
        pair = await selected(page)
        assert (pair["local"], pair["remote"]) == ("tcp", "tcp")
        assert pair["port"] == running_server.port
        # How soon depends on how busy this machine is.
        while pair["bytes"] < 100_000:
            before, pair = pair["bytes"], await selected(page)
            assert pair["bytes"] >= before
    # The connections break, as they do when a router forgets them: both come back by themselves.
    sessions = await viewer.evaluate("connections.length")
    broken = list(stage.parts.relay._endpoint.tcp._proven)
    for connection in broken:
        connection.close()
    await eventually(lambda: len(stage.parts.relay._endpoint.tcp._proven) >= 2, within=20)
    await sees_moving_pictures(viewer)
    assert await viewer.evaluate("connections.length") == sessions
    await stage.clear()
