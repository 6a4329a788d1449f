"""What people see: Chromium broadcasts, Chromium watches, a clock in the picture tells."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import nan
from pathlib import Path
from statistics import median

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, async_playwright

from tests import support
from tests.bench.child import Child
from tests.bench.measure import percentile
from tests.bench.table import Row, Section
from tests.impaired import ImpairedPath, Link

WEB = Path(__file__).parents[2] / "web"
PAGE = Path(__file__).parent / "pages" / "clock.html"
WARM_UP = 8.0  # seconds until the host's browser sends its full size
SETTLED = 6.0  # seconds in which a browser brings sound and picture together
JOINS, QUICK_JOINS = 12, 2
WATCHED, QUICK_WATCHED = 10.0, 1.0  # seconds
LOSS = 0.05
NARROW = 500_000.0  # bits per second
CROWD, QUICK_CROWD = 100, 2
IN_TIME = 500  # ms after it was drawn
# Nobody looks at these pages: they must not be slowed down for that.
AWAKE = [
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
]


@dataclass(frozen=True)
class Watched:
    """What one viewer saw in some seconds."""

    age: float  # ms from drawing to display, p50
    late: float  # the same, p99
    shown: float  # share of the pictures sent that were decoded, and none of them late
    rate: float  # pictures per second
    longest: float  # ms between two of them
    width: int
    freezes: int
    apart: float  # ms between sound and picture as they are played, p50
    most_apart: float  # the same, the most


class Theatre:
    """A server, a host who broadcasts, and pages to watch from."""

    def __init__(self, browser: Browser, pages: str, server: str, media_port: int) -> None:
        self._browser = browser
        self._pages = pages
        self.server = server
        self.media_port = media_port
        self.host: Page

    async def page(self) -> Page:
        context = await self._browser.new_context(permissions=["camera", "microphone"])
        page = await context.new_page()
        await page.goto(self._pages)
        await page.wait_for_function("window.ready")
        return page

    async def broadcast(self, simulcast: bool) -> None:
        self.host = await self.page()
        options = {"token": "key", "simulcast": simulcast}
        await self.host.evaluate(
            "([url, o]) => publish(url, o)", [f"{self.server}/whip/bench", options]
        )
        await self.host.wait_for_function("states.includes('live')", timeout=30_000)

    async def watch(self, ports: tuple[int, int] | None = None) -> tuple[Page, float]:
        """Return a page that shows the picture, and the milliseconds until it did."""
        page = await self.page()
        first: float = await page.evaluate(
            "([url, ports]) => watch(url, ports)", [f"{self.server}/whep/bench", ports]
        )
        return page, first

    async def look(self, page: Page, seconds: float) -> Watched:
        """Watch for some seconds."""
        before, seen = await page.evaluate("whep.getStats()"), await page.evaluate("decoded()")
        sent = await self.host.evaluate("encoded()")
        await page.evaluate("shown.length = 0")
        began = time.monotonic()
        apart = [abs(ms) for ms in await page.evaluate(f"synchrony({seconds})")]
        elapsed = time.monotonic() - began
        after = await page.evaluate("whep.getStats()")
        decoded = _rate(seen, await page.evaluate("decoded()"))
        encoded = _rate(sent, await self.host.evaluate("encoded()"))
        shown: list[tuple[float | None, float, int]] = await page.evaluate("shown")
        # In a small picture that moves a lot the clock cannot always be read.
        ages = [age for age, _, _ in shown if age is not None] or [nan]
        gaps = [b - a for (_, a, _), (_, b, _) in itertools.pairwise(shown)]
        in_time = sum(age <= IN_TIME for age in ages) / len(ages)
        return Watched(
            age=median(ages),
            late=percentile(ages, 99),
            shown=min(1.0, decoded / encoded) * in_time,
            rate=decoded,
            longest=max(gaps, default=elapsed * 1000),
            width=shown[-1][2] if shown else 0,
            freezes=after["freezeCount"] - before["freezeCount"],
            apart=median(apart or [nan]),
            most_apart=max(apart, default=nan),
        )


def _rate(before: dict[str, dict[str, float]], after: dict[str, dict[str, float]]) -> float:
    """Return pictures per second, of the size of which there were most.

    Each page counts at a moment of its own, and a picture more or less is a third of a percent
    of ten seconds.
    """
    return max(
        (after[size]["frames"] - then["frames"]) * 1000 / (after[size]["at"] - then["at"])
        for size, then in before.items()
    )


@asynccontextmanager
async def theatre(kind: str = "native") -> AsyncIterator[Theatre]:
    """Start everything; nobody broadcasts yet."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE.read_text(), content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_static("/web", WEB)
    pages = TestServer(app)
    async with (
        async_playwright() as playwright,
        Child("tests.bench.media_server", kind) as server,
    ):
        browser = await playwright.chromium.launch(
            executable_path=support.chromium_executable(),
            args=[*support.chromium_arguments(), *AWAKE],
        )
        await pages.start_server()
        try:
            address, port = await server.ask("address"), await server.ask("media_port")
            yield Theatre(browser, str(pages.make_url("/")), address, port)
        finally:
            await browser.close()
            await pages.close()


async def run(*, quick: bool) -> Section:
    seconds = QUICK_WATCHED if quick else WATCHED
    section = Section(
        "What people see: Chromium to Chromium at 1280x720, 30 pictures a second, H.264",
        "Server, host and viewer share this machine. A clock drawn into the picture says how old it"
        " is when it is on\nscreen. The host sends three sizes (simulcast) unless a row says one."
        " Bad networks are made by a process that\nloses or delays datagrams between one viewer and"
        " the server; everybody else is well.",
    )
    async with theatre() as stage:
        await stage.broadcast(simulcast=False)
        await asyncio.sleep(WARM_UP if not quick else 1)
        section.rows += await _joins(stage, QUICK_JOINS if quick else JOINS)
        page, _ = await stage.watch()
        await asyncio.sleep(min(seconds, SETTLED))
        seen = await stage.look(page, seconds)
        section.rows += _glass("one size", seen)
    async with theatre() as stage:
        await stage.broadcast(simulcast=True)
        await asyncio.sleep(WARM_UP if not quick else 1)
        page, _ = await stage.watch()
        await asyncio.sleep(min(seconds, SETTLED))
        section.rows += _glass("three sizes", await stage.look(page, seconds))
        await page.evaluate("leave()")
        section.rows += await _lossy(stage, seconds)
        section.rows += await _narrow(stage, seconds, QUICK_CROWD if quick else CROWD)
    return section


async def _joins(stage: Theatre, count: int) -> list[Row]:
    took = []
    for _ in range(count):
        page, first = await stage.watch()
        took.append(first)
        await page.evaluate("leave()")
        await page.context.close()
    how = f"{count} joins, one after the other"
    return [
        Row("click to first picture, p50", median(took), "-", "ms", how),
        Row("click to first picture, longest", max(took), "-", "ms", how),
    ]


def _glass(what: str, seen: Watched) -> list[Row]:
    return [
        Row(f"glass to glass, {what}, p50", seen.age, "-", "ms", "clock in the picture"),
        Row(f"glass to glass, {what}, p99", seen.late, "-", "ms", "clock in the picture"),
        Row(f"pictures a second, {what}", seen.rate, "-", "", "decoded", more_is_better=True),
        *_apart(what, seen),
    ]


def _apart(what: str, seen: Watched) -> list[Row]:
    how = f"as they are played, from {SETTLED:g} s after joining"
    return [
        Row(f"sound and picture apart, {what}, p50", seen.apart, "-", "ms", how),
        Row(f"sound and picture apart, {what}, most", seen.most_apart, "-", "ms", how),
    ]


async def _lossy(stage: Theatre, seconds: float) -> list[Row]:
    port = stage.media_port
    async with ImpairedPath(("127.0.0.1", port), Link(loss=LOSS, delay=0.01)) as path:
        page, _ = await stage.watch((port, path.port))
        await asyncio.sleep(min(seconds, SETTLED))
        # Long: one picture of ten seconds is a third of a percent.
        seen = await stage.look(page, 4 * seconds)
        await page.evaluate("leave()")
    how = f"decoded within {IN_TIME} ms, of those sent"
    return [
        Row("5 % of packets lost: pictures shown in time", seen.shown * 100, "-", "%", how, True),
        Row("5 % of packets lost: longest pause", seen.longest, "-", "ms", "between two pictures"),
        *_apart("5 % lost", seen),
    ]


async def _narrow(stage: Theatre, seconds: float, crowd: int) -> list[Row]:
    port = stage.media_port
    async with (
        Child("tests.bench.light.driver") as driver,
        ImpairedPath(("127.0.0.1", port), Link(rate=NARROW)) as path,
    ):
        await driver.ask("attend", url=stage.server)
        await driver.ask("watch", count=crowd, at_once=8)
        page, _ = await stage.watch((port, path.port))
        await asyncio.sleep(min(seconds, SETTLED))
        before = await driver.ask("counts")
        seen = await stage.look(page, seconds)
        after = await driver.ask("counts")
        await page.evaluate("leave()")
    lost = after["lost"] - before["lost"]
    what = f"a viewer limited to 500 kbit/s among {crowd} good ones"
    return [
        Row(f"{what}: pictures a second", seen.rate, "-", "", f"{seen.width} px wide", True),
        Row(f"{what}: longest pause", seen.longest, "-", "ms", "between two pictures"),
        Row("… packets lost by the good ones", lost, "-", "", "gaps in their sequence numbers"),
        *_apart("500 kbit/s", seen),
    ]
