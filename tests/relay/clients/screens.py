"""Hosts and screens in Chromium that know how to ask for what our pages never ask for.

The host's page writes WHIP by itself: any codec, any layers. The screen is whep.js, whose offer
and answer a test may rewrite, to lead it over a bad network or to leave something out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from liveshow.relay.viewing.down_track import DownTrack
from liveshow.relay.viewing.viewer import Viewer
from tests.impaired import ImpairedPath
from tests.relay.peers import TOKEN, Server
from tests.support import eventually, seconds
from tests.throttle import ThrottledPath

WEB = Path(__file__).parents[3] / "web"
PAGE = Path(__file__).parent / "pages" / "screens.html"

Rewrites = Sequence[tuple[str, str]]  # of SDP: (regular expression, replacement)
Json = dict[str, Any]

SMALL = {"width": 320, "height": 180, "rate": 15}
MEDIUM = {"width": 640, "height": 360, "rate": 15}
# Layers that Chromium sends of 640 x 360. It leaves out the third.
TWO_LAYERS = (
    {"rid": "q", "scaleResolutionDownBy": 2, "maxBitrate": 150_000},
    {"rid": "f", "scaleResolutionDownBy": 1, "maxBitrate": 1_000_000},
)
PATIENT = 40.0  # seconds for what a busy machine takes long to do
IN_SYNC = 40.0  # ms between picture and sound
# Chromium gives its encoder 300 kbit/s at first and takes long to find out that there is more.
BRISK: Rewrites = [(r"^(a=fmtp:\d+ (?!apt|minptime)[^\r\n]*)", "$1;x-google-start-bitrate=1500")]


@asynccontextmanager
async def screens(chromium: Browser, server: Server) -> AsyncIterator[Cinema]:
    """Serve the page on an origin of its own."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE.read_text(), content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_static("/web", WEB)
    pages = TestServer(app)
    await pages.start_server()
    try:
        yield Cinema(chromium, server, str(pages.make_url("/")))
    finally:
        await pages.close()


@dataclass
class Screen:
    """A page that watches."""

    page: Page
    server: Server

    async def received(self) -> Json:
        found: Json = await self.page.evaluate("received()")
        return found

    async def pictures(self, count: int = 15, within: float = PATIENT) -> Json:
        """Wait for ``count`` more decoded pictures; return the figures then."""
        before = ((await self.received())["video"] or {}).get("framesDecoded", 0)

        async def decoded() -> Json | bool:
            now = await self.received()
            return bool(now["video"]) and now["video"]["framesDecoded"] >= before + count and now

        found: Json = await eventually(
            decoded, within=within, every=0.1, what=f"{count} pictures after {before}"
        )
        return found

    async def synchrony(self, stretch: int = 8) -> float:
        """Return the median of |sound - picture| in ms, the least of a few stretches (seconds).

        Receivers bring them together step by step, a step a second, and a machine that has no
        time for them brings them apart: the first good stretch counts.
        """
        best = float("inf")
        for _ in range(round(seconds(4))):
            apart = await self.page.evaluate(f"synchrony({stretch * 10}, 100)")
            if len(apart) > stretch * 5:
                best = min(best, median(map(abs, apart)))
            if best <= IN_SYNC:
                break
        return best


class Cinema:
    """One show, its host and its screens."""

    def __init__(self, chromium: Browser, server: Server, url: str) -> None:
        self._chromium = chromium
        self._url = url
        self.server = server
        self.host: Page | None = None

    async def page(self) -> Page:
        context = await self._chromium.new_context(permissions=["camera", "microphone"])
        page = await context.new_page()
        await page.goto(self._url)
        await page.wait_for_function("window.ready")
        return page

    async def publish(self, codec: str, **options: Any) -> str | None:
        """Publish in place of the last publisher; return the offer, None without the codec."""
        self.host = self.host or await self.page()
        given = {"codec": codec, "size": SMALL, "rewrites": BRISK, **options}
        offer: str | None = await self.host.evaluate(
            "([url, token, options]) => publish(url, token, options)",
            [f"{self.server.url}/whip/demo?takeover=1", TOKEN, given],
        )
        if offer is not None:
            await self.encoded(codec)
        return offer

    async def encoded(self, codec: str) -> list[Json]:
        """Wait until the host sends pictures of ``codec``; return what it says of them."""

        async def sending() -> Any:
            layers = await self.layers()
            return [one for one in layers if one["codec"] == f"video/{codec}"]

        found: list[Json] = await eventually(sending, within=PATIENT, every=0.1, what=codec)
        return found

    async def layers(self) -> list[Json]:
        """Return what the host says of the pictures that it sends."""
        assert self.host is not None
        streams = await self.host.evaluate("sends()")
        return [s for s in streams if s["kind"] == "video" and s.get("framesEncoded", 0) > 0]

    async def watch(self, offer: Rewrites = (), answer: Rewrites = ()) -> Screen:
        page = await self.page()
        await page.evaluate(
            "([url, rewrites]) => watch(url, rewrites)",
            [f"{self.server.url}/whep/demo", {"offer": offer, "answer": answer}],
        )
        return Screen(page, self.server)

    def viewer(self) -> Viewer:
        """Return the relay's side of the newest viewer."""
        sessions = [*self.server.relay._shows["demo"].viewers.values()]
        media = sessions[-1].media
        assert isinstance(media, Viewer)
        return media

    def down_track(self) -> DownTrack:
        """Return what gives pictures to the newest viewer."""
        video = self.viewer().video
        assert video is not None
        return video


def through(server: Server, path: ImpairedPath | ThrottledPath) -> Rewrites:
    """Have an answer lead over ``path``, and nowhere else."""
    tcp = isinstance(path, ThrottledPath)
    way, other = ("tcp", "udp") if tcp else ("udp", "tcp")
    port = server.relay.tcp_port if tcp else server.relay.port
    return [
        (rf"^a=candidate[^\r\n]* {other} [^\r\n]*\r\n", ""),
        (rf"^(a=candidate[^\r\n]* {way} \d+ \S+ ){port} ", f"$1{path.port} "),
    ]
