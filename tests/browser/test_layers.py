"""What is open over a page: Back closes it, messages and the state of the connection are in it."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.people import close_sheet
from tests.stage import Stage
from tests.support import eventually, seconds

TOAST = """([text, seconds]) => import(document.querySelector('link[href*="/ls-toast."]').href)
  .then(({ toast }) => toast(text, { seconds, action: "Undo", run: () => (window.undone = 1) }))
"""
DEPTH = "history.state?.layers ?? 0"


async def open_show(stage: Stage, enter: Enter) -> Page:
    expect.set_options(timeout=seconds(15) * 1000)
    await stage.command("start")
    await stage.command("pin", item=await stage.item(title="Camel coat"))
    page = await enter("ann", "/")
    await page.goto(f"/shows/{stage.show}")
    await expect(page.get_by_test_id("pinned-item")).to_be_visible()
    return page


async def depth(page: Page, wanted: int) -> None:
    """Wait until the history knows how many dialogs are open."""

    async def settled() -> Any:
        return await page.evaluate(DEPTH) == wanted

    await eventually(settled, within=5)


async def test_back_closes_the_sheet_and_stays_in_the_show(stage: Stage, enter: Enter) -> None:
    """faults.md 70: Back with a sheet open left the show."""
    page = await open_show(stage, enter)
    here = page.url
    dialogs = page.locator("dialog[open]")
    await page.get_by_test_id("items-open").click()
    await page.get_by_test_id("item-row").first.click()
    await expect(dialogs).to_have_count(2)
    await depth(page, 2)
    for left in (1, 0):
        await page.evaluate("history.back()")
        await expect(dialogs).to_have_count(left)
    assert page.url == here
    # One that was closed in another way leaves its step to the next: here, in its place.
    await page.get_by_test_id("items-open").click()
    await depth(page, 1)
    await close_sheet(page)
    await page.get_by_test_id("items-open").click()
    await expect(dialogs).to_have_count(1)
    await page.evaluate(
        """() => {
          const page = document.querySelector("ls-show-page");
          page.sheet = "";
          page.detail = page.state.items[0].id;
        }"""
    )
    await expect(page.get_by_test_id("item-detail")).to_be_visible()
    await depth(page, 1)
    await page.evaluate("history.back()")
    await expect(dialogs).to_have_count(0)
    # And Back does not stop where nothing is open.
    for opened in ("items-open", "item-row"):
        await page.get_by_test_id(opened).first.click()
    await depth(page, 2)
    for left in (1, 0):
        await page.keyboard.press("Escape")
        await expect(dialogs).to_have_count(left)
    await page.evaluate("history.back()")
    await expect(page).to_have_url(stage.server.url + "/")


async def test_back_twice_at_once_closes_two(stage: Stage, enter: Enter) -> None:
    """The second Back met a dialog that was shut and not yet known to be, and closed nothing."""
    page = await open_show(stage, enter)
    await page.get_by_test_id("items-open").click()
    await page.get_by_test_id("item-row").first.click()
    await depth(page, 2)
    await page.evaluate(
        """() => {
          for (const layers of [1, 0]) {
            history.replaceState({ ...history.state, layers }, "");
            dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
          }
        }"""
    )
    await expect(page.locator("dialog[open]")).to_have_count(0)


async def test_a_message_can_be_used_over_a_sheet_and_waits_for_pointer_and_focus(
    stage: Stage, enter: Enter
) -> None:
    """faults.md 67: toasts were inert under dialogs, and went under the pointer and the focus."""
    page = await open_show(stage, enter)
    await page.get_by_test_id("items-open").click()
    await expect(page.locator("dialog[open]")).to_have_count(1)
    toast = page.get_by_test_id("toast")
    region = page.locator("ls-toast")
    await page.evaluate(TOAST, ["Taken back", 60])
    await toast.hover()
    await expect(region).to_have_js_property("held", True)
    await page.get_by_test_id("toast-action").focus()
    await page.mouse.move(5, 800)
    await expect(region).to_have_js_property("held", True)
    # A second one comes, and is over at once by its clock: it stands still as well.
    await page.evaluate(TOAST, ["And this", 0])
    await page.evaluate("new Promise((then) => setTimeout(then, 50))")
    await expect(toast).to_have_count(2)
    await toast.nth(1).get_by_label("Dismiss").click()
    await page.get_by_test_id("toast-action").focus()
    await page.keyboard.press("Enter")
    assert await page.evaluate("window.undone") == 1
    await expect(toast).to_have_count(0)
    # Without either it goes by itself, also when the sheet that it was in is closed.
    await page.evaluate(TOAST, ["Once more", 0.1])
    await close_sheet(page)
    await expect(toast).to_have_count(0)
    # What is said aloud is where a screen reader listens.
    await page.get_by_test_id("items-open").click()
    await page.evaluate(TOAST, ["Hear this", 60])
    said = page.locator("dialog[open] [data-testid=announcer-polite]")
    await expect(said).to_have_text("Hear this")


async def test_a_lost_connection_is_told_over_a_sheet_and_comes_back_at_once(
    stage: Stage, enter: Enter
) -> None:
    """faults.md 61, faults.md 70: it was wider than the phone and under open sheets, and the page
    waited for its next try although the network was back."""
    page = await open_show(stage, enter)
    await page.get_by_test_id("items-open").click()
    # No try by itself within the time of this test.
    await page.evaluate(
        """() => {
          const { io } = document.querySelector("ls-show-page").room.socket;
          io.reconnectionDelay(600_000); io.reconnectionDelayMax(600_000);
        }"""
    )
    await page.context.set_offline(True)
    notice = page.get_by_test_id("dialog-notice")
    await expect(notice).to_be_visible()
    await expect(page.get_by_test_id("reconnecting")).to_have_count(1)
    for told in (notice, page.get_by_test_id("reconnecting")):
        box = await told.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    await page.context.set_offline(False)
    await expect(notice).to_have_count(0)
    await expect(page.get_by_test_id("reconnecting")).to_have_count(0)
