"""Chromium publishes with whip.js and watches with whep.js."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright

from liveshow.relay.transport.udp_mux import Address
from tests import support
from tests.module_pages import module_page
from tests.relay.clients.foreign.pages import moving, open_page
from tests.relay.peers import TOKEN, PublishingPeer, Server, publishing, serve
from tests.support import eventually, seconds

PAGE = """<!doctype html><title>media</title><video id="v" muted autoplay playsinline></video>
<script type="module">
import { WhipPublisher } from "/web/lib/whip.js";
import { WhepViewer } from "/web/lib/whep.js";
window.states = [];
window.note = (event) => window.states.push(event.detail.code || event.detail.state);
window.publish = async (url, token, options = {}) => {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: true, video: { width: 320, height: 240, frameRate: 15 } });
  window.whip = new WhipPublisher();
  window.whip.addEventListener("state", window.note);
  window.whip.publish(stream, { url, token, ...options });
};
window.watch = (url) => {
  window.whep = new WhepViewer();
  window.whep.addEventListener("state", window.note);
  window.whep.addEventListener("picture", ({ detail }) => { window.seen = detail; });
  window.whep.attach(document.getElementById("v"), { url });
};
window.picture = () => {
  const video = document.getElementById("v");
  if (!video.videoWidth) return null;
  const canvas = document.createElement("canvas");
  canvas.width = 64; canvas.height = 48;
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 64, 48);
  return Array.from(context.getImageData(0, 0, 64, 48).data).join();
};
window.ready = true;
</script>"""

# What a browser without H.264 offers and says of itself.
WITHOUT_H264 = """() => {
  const all = RTCRtpReceiver.getCapabilities("video");
  const codecs = all.codecs.filter((codec) => codec.mimeType !== "video/H264");
  RTCRtpReceiver.getCapabilities = () => ({ ...all, codecs });
  const add = RTCPeerConnection.prototype.addTransceiver;
  RTCPeerConnection.prototype.addTransceiver = function (kind, init) {
    const transceiver = add.call(this, kind, init);
    if (kind === "video") transceiver.setCodecPreferences(codecs);
    return transceiver;
  };
}"""
LONG = seconds(20) * 1000

pytestmark = pytest.mark.slow


def broken(frame: bytes) -> bytes:
    """Return a frame of Annex B whose slices are nonsense, and whose parameter sets are not."""
    parts = frame.split(b"\x00\x00\x01")
    return b"\x00\x00\x01".join(
        part[:1] + b"\xff" * (len(part) - 1) if part[:1] and part[0] & 0x1F in (1, 5) else part
        for part in parts
    )


def blind(server: Server) -> dict[str, int]:
    stats = server.relay.show_stats("demo")
    assert stats is not None
    return dict(stats.blind)


@pytest.fixture
async def pages() -> AsyncIterator[str]:
    """The browser modules and a page that uses them, on an origin of their own."""
    async with module_page(PAGE) as address:
        yield address


async def live(page: Page) -> None:
    await page.wait_for_function("states.includes('live')", timeout=seconds(15) * 1000)


@pytest.mark.parametrize("prefer_h264", [True, False], ids=["H264", "VP8"])
async def test_browser_publishes_and_another_watches(
    chromium: Browser, pages: str, prefer_h264: bool
) -> None:
    """whip.js → relay → whep.js: the decoded pictures move; across origins, so CORS works."""
    async with serve() as server:
        host = await open_page(chromium, pages)
        await host.evaluate(
            "([url, token, h264]) => publish(url, token, { preferH264: h264 })",
            [f"{server.url}/whip/demo", TOKEN, prefer_h264],
        )
        await live(host)
        await server.until("started")
        viewer = await open_page(chromium, pages)
        await viewer.evaluate("url => watch(url)", f"{server.url}/whep/demo")
        await live(viewer)
        await moving(viewer)
        stats = server.relay.show_stats("demo")
        assert stats is not None
        codec = stats.layers[-1].codec
        assert codec == ("H264" if prefer_h264 else "VP8")
        assert (await host.evaluate("whip.getStats()"))["codec"] == f"video/{codec}"
        await host.evaluate("whip.stop()")
        await server.until("lost")


async def test_browser_waits_continues_and_reconnects(chromium: Browser, pages: str) -> None:
    """A viewer is there before the show, through a change of codec, and after an ejection."""
    async with serve() as server:
        viewer = await open_page(chromium, pages)
        await viewer.evaluate("url => watch(url)", f"{server.url}/whep/demo")
        await viewer.wait_for_function("states.includes('not_live')")
        first = await PublishingPeer(server, "VP8").connect()
        await live(viewer)
        await moving(viewer)
        await viewer.evaluate("window.connection = whep.pc; null")
        await first.close()
        second = await PublishingPeer(server, "H264").connect()
        await server.until("resumed")
        await viewer.wait_for_function("whep.state === 'live'")
        await moving(viewer)
        assert await viewer.evaluate("whep.pc === window.connection")
        stats = await viewer.evaluate("whep.getStats()")
        assert stats["codec"] == "video/H264"
        for session in list(server.relay._shows["demo"].viewers.values()):
            await session.end()
        await viewer.wait_for_function("whep.pc !== window.connection && whep.state === 'live'")
        await moving(viewer)
        await viewer.evaluate("whep.detach()")
        await eventually(lambda: server.relay.viewers("demo") == 0)
        await second.close()


async def test_browser_that_publishes_reconnects_and_yields(chromium: Browser, pages: str) -> None:
    """Ended by the server: it comes back. Taken over: it gives up and says why."""
    async with serve() as server:
        host = await open_page(chromium, pages)
        url = f"{server.url}/whip/demo"
        await host.evaluate(
            "([url, token]) => publish(url, token, { takeover: true })", [url, TOKEN]
        )
        await server.until("started")
        publisher = server.relay._shows["demo"].publisher
        assert publisher is not None
        await publisher.end()
        await server.until("resumed", within=20)
        async with publishing(server, "VP8", query="?takeover=1"):
            await host.wait_for_function(
                "states.includes('already_publishing') && whip.state === 'error'",
                timeout=seconds(15) * 1000,
            )
        other = await open_page(chromium, pages)
        await other.evaluate("([url, token]) => publish(url, token)", [url, "wrong"])
        await other.wait_for_function("whip.state === 'error'")
        assert await other.evaluate("states.at(-1)") == "unauthenticated"


async def test_browser_without_the_codec_says_that_only_sound_comes(
    chromium: Browser, pages: str
) -> None:
    """faults.md 39: a viewer of VP8 only at a show in H.264 is told, and so is the host."""
    async with serve() as server, publishing(server, "H264"):
        viewer = await open_page(chromium, pages)
        await viewer.evaluate(WITHOUT_H264)
        await viewer.evaluate("url => watch(url)", f"{server.url}/whep/demo")
        await live(viewer)
        await viewer.wait_for_function("window.seen?.picture === 'sound'", timeout=LONG)
        assert await viewer.evaluate("seen.missing") == ["H264"]
        stats = server.relay.show_stats("demo")
        assert stats is not None
        assert stats.blind["no_codec"] == 1
        assert [one.connection for one in stats.viewers] == ["good"]
        async with publishing(server, "VP8", query="?takeover=1"):
            await viewer.wait_for_function("window.seen?.picture === 'shown'", timeout=LONG)


async def test_browser_that_cannot_decode_says_so(chromium: Browser, pages: str) -> None:
    """faults.md 39: whole keyframes arrive, it asks again and again, and nothing is shown."""
    async with serve() as server:
        host = PublishingPeer(server, "H264", group=10)
        host.video._packets = [(broken(data), pts, key) for data, pts, key in host.video._packets]
        await host.connect()
        await server.until("started")
        viewer = await open_page(chromium, pages)
        await viewer.evaluate("url => watch(url)", f"{server.url}/whep/demo")
        await live(viewer)
        await viewer.wait_for_function("window.seen?.picture === 'undecodable'", timeout=LONG)
        await eventually(lambda: blind(server) == {"no_codec": 0, "undecodable": 1}, within=20)
        await host.close()


async def test_a_closed_tab_says_goodbye(chromium: Browser, pages: str) -> None:
    """faults.md 39: DELETE while the page goes away, and not the silence, ends its session."""
    async with serve() as server, publishing(server, "VP8"):
        viewer = await open_page(chromium, pages)
        await viewer.evaluate("url => watch(url)", f"{server.url}/whep/demo")
        await live(viewer)
        await viewer.close(run_before_unload=True)
        await eventually(lambda: not server.relay._shows["demo"].viewers, within=5)


async def test_browser_that_begins_dtls_within_stun_connects(pages: str) -> None:
    """faults.md 32: the flights in its checks are passed over, and it goes on without them."""
    trial = "--force-fieldtrials=WebRTC-IceHandshakeDtls/Enabled/"
    async with serve() as server, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=support.chromium_executable(),
            args=[*support.chromium_arguments(), trial],
        )
        lengths: list[int] = []
        take = server.relay._endpoint.mux._route_stun

        def note(data: bytes, address: Address) -> None:
            lengths.append(len(data))
            take(data, address)

        server.relay._endpoint.mux._route_stun = note  # type: ignore[method-assign]
        try:
            host = await open_page(browser, pages)
            await host.evaluate(
                "([url, token]) => publish(url, token)", [f"{server.url}/whip/demo", TOKEN]
            )
            await server.until("started", within=20)
            assert max(lengths) > 300  # a whole ClientHello
        finally:
            await browser.close()
