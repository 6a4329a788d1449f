"""A page is for whom it was made, whatever other tabs do with the cookie."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route

from tests.module_pages import module_page
from tests.support import seconds

ADA = {"id": "u-ada", "handle": "ada", "name": "Ada"}
BOB = {"id": "u-bob", "handle": "bob", "name": "Bob"}

SIGNED_IN = """
async () => {
  const { session } = await import("/web/lib/session.js");
  await session.load();
  document.body.append("For " + session.user?.handle);
  window.session = session;
}
"""
# What a browser says of a page that it kept whole and brings back.
BACK = 'dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))'


class Tabs:
    """Two tabs of one browser; ``user`` is whose the cookie is."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.user: dict[str, str] | None = ADA

    async def answer(self, route: Route) -> None:
        request = route.request
        if request.method == "DELETE" and self.user is not None:
            self.user = None
            await route.fulfill(status=204)
            return
        if request.method == "POST":
            self.user = BOB if request.post_data_json["handle"] == "bob" else ADA
        if self.user is None:
            await route.fulfill(status=401, json={"code": "unauthorized"})
            return
        await route.fulfill(json={"user": self.user})

    async def open(self) -> Page:
        page = await self.context.new_page()
        await page.goto(self.address)
        await page.evaluate(SIGNED_IN)
        return page


@pytest.fixture
async def tabs(chromium: Browser) -> AsyncIterator[Tabs]:
    async with module_page("<!doctype html><title>.</title><body></body>") as address:
        context = await chromium.new_context()
        tabs = Tabs(context, address)
        await context.route("**/api/session", tabs.answer)
        yield tabs
        await context.close()


async def reloaded(page: Page) -> Any:
    """Wait until what stood in the page is gone."""
    await page.wait_for_function("() => !window.session", timeout=1000 * seconds(10))
    return await page.evaluate("document.body.textContent")


async def test_a_page_of_one_person_is_gone_when_another_tab_signs_them_out(tabs: Tabs) -> None:
    """open-mercato/open-mercato#1947, rune-org/rune#499: what was typed as one account was saved
    in another, into which a second tab had signed in."""
    first, second = await tabs.open(), await tabs.open()
    assert await first.inner_text("body") == "For ada"
    # Whoever asks before one leaves has nothing to save any more.
    await first.evaluate("addEventListener('beforeunload', (e) => e.preventDefault())")
    await second.evaluate("session.signOut()")
    assert await reloaded(first) == ""
    # A guest's page becomes nobody's: it stays, and so does the one that signed in.
    guest = await tabs.open()
    await second.evaluate("session.signIn('bob', 'x')")
    assert await second.evaluate("session.user.handle") == "bob"
    assert await guest.inner_text("body") == "For undefined"
    # The same person again is no other one.
    third = await tabs.open()
    await third.evaluate("session.renamed({ ...session.user, name: 'Bobby' })")
    await third.evaluate(BACK)
    assert await second.evaluate("session.user?.handle") == "bob"
    assert await third.evaluate("session.user?.name") == "Bobby"


@pytest.mark.parametrize("storage", [True, False])
async def test_a_page_that_comes_back_after_a_sign_out_shows_nothing(
    tabs: Tabs, storage: bool
) -> None:
    """attevon-llc/OpenTranscribe#177, chocolatey/chocolatey.org#810: Back showed the pages of who
    had signed out."""
    if not storage:
        await tabs.context.add_init_script(
            "Object.defineProperty(window, 'localStorage', { get() { throw new Error(); } })"
        )
    page = await tabs.open()
    # It was kept aside while this happened, and heard of nothing.
    tabs.user = None
    if storage:
        await page.evaluate("localStorage.setItem('liveshow.whose', '')")
        seen = await page.evaluate(f"() => {{ {BACK}; return document.documentElement.hidden; }}")
        assert seen
    else:
        await page.evaluate(BACK)
    assert await reloaded(page) == ""


LOOK = """
async () => {
  const { draftOf } = await import("/web/lib/drafts.js");
  const { ownDraft } = await import("/web/lib/session.js");
  window.kept = () => Object.entries(sessionStorage).join();
  window.mine = (field) => draftOf(ownDraft(field));
}
"""
LEAVE = """
async () => {
  const { keepDraft } = await import("/web/lib/drafts.js");
  const { ownDraft } = await import("/web/lib/session.js");
  const { tab } = await import("/web/lib/storage.js");
  keepDraft(ownDraft("address.line1"), "1 Private Lane");
  tab.set("liveshow.intent", { show: "s", item: "what Ada wanted" });
}
"""


async def test_who_signs_out_after_their_sign_in_has_ended_leaves_nothing(tabs: Tabs) -> None:
    page = await tabs.open()
    await page.evaluate(LEAVE)
    await page.evaluate(LOOK)
    tabs.user = None  # on another device, or by time
    await page.evaluate("session.signOut()")
    assert await page.evaluate("[session.user, kept()]") == [None, ""]


async def test_a_sign_in_that_ends_keeps_drafts_for_the_same_person_only(tabs: Tabs) -> None:
    page = await tabs.open()
    await page.evaluate(LEAVE)
    await page.evaluate(LOOK)
    tabs.user = None
    page = await _again(page)
    await page.evaluate("session.signIn('ada', 'x')")
    assert await page.evaluate("mine('address.line1')") == "1 Private Lane"
    tabs.user = None
    page = await _again(page)
    await page.evaluate("session.signIn('bob', 'x')")
    assert "Private" not in await page.evaluate("kept()")


async def _again(page: Page) -> Page:
    """The same tab later, on another page."""
    await page.reload()
    await page.evaluate(SIGNED_IN)
    await page.evaluate(LOOK)
    return page
