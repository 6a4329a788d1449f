"""What a visit of the show page asks for: everything once, little of it, nothing again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page, expect

from tests.conftest import ContextFactory
from tests.stage import Stage


@dataclass
class Asked:
    """One request, as the browser's network stack saw it. ``bytes``: with headers, as sent."""

    path: str
    by: str
    cached: bool = False
    bytes: int = 0


@dataclass
class Network:
    """The requests of one page."""

    page: Page
    requests: dict[str, Asked] = field(default_factory=dict)

    @classmethod
    async def of(cls, page: Page) -> Network:
        network = cls(page)
        session = await page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", network._asked)
        session.on("Network.requestServedFromCache", network._cached)
        session.on("Network.responseReceived", network._answered)
        session.on("Network.loadingFinished", network._finished)
        await session.send("Network.enable")
        return network

    def _asked(self, event: dict[str, Any]) -> None:
        path = urlsplit(event["request"]["url"]).path
        self.requests[event["requestId"]] = Asked(path, event["initiator"]["type"])

    def _cached(self, event: dict[str, Any]) -> None:
        self.requests[event["requestId"]].cached = True

    def _answered(self, event: dict[str, Any]) -> None:
        if event["response"].get("fromDiskCache"):
            self._cached(event)

    def _finished(self, event: dict[str, Any]) -> None:
        if one := self.requests.get(event["requestId"]):
            one.bytes = int(event["encodedDataLength"])

    def sent(self, prefix: str = "/") -> list[Asked]:
        """What went over the network."""
        return [a for a in self.requests.values() if not a.cached and a.path.startswith(prefix)]


async def test_the_show_page_is_loaded_once_in_one_wave_and_little_of_it(
    stage: Stage, browser_context: ContextFactory
) -> None:
    """faults.md 65: 451 kB and 48 modules one after another; then 48 requests on each visit."""
    await stage.command("start")
    await stage.command("pin", item=await stage.item(title="Coat"))
    context = await browser_context("phone")

    async def visit() -> Network:
        page = await context.new_page()
        network = await Network.of(page)
        await page.goto(f"/shows/{stage.show}")
        await expect(page.get_by_test_id("pinned-item")).to_be_visible()
        await expect(page.get_by_test_id("cheer")).to_be_visible()
        await page.close()
        return network

    cold, warm = await visit(), await visit()
    modules = [asked for asked in cold.sent("/web/") if asked.path.endswith(".js")]
    assert 40 < len(modules) < 105
    # Nothing waits for another module to name it, and nothing that only staff need comes.
    assert {asked.by for asked in modules} == {"parser"}
    assert not [asked.path for asked in modules if "ls-mod-panel" in asked.path]
    assert sum(asked.bytes for asked in cold.sent("/web/")) < 178_000
    assert [asked.path for asked in warm.sent("/web/")] == []
    assert len(warm.sent()) < 8
    assert sum(asked.bytes for asked in warm.sent()) < 8_000
