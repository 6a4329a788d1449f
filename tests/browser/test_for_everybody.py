"""Pages hold still, can be read large and small, and be used with a keyboard and on paper."""

from __future__ import annotations

import calendar
import re
import time

import pytest
from playwright.async_api import expect

from liveshow.accounts.identity import COOKIE
from tests.browser.conftest import Enter
from tests.browser.people import buy, upload
from tests.conftest import DEVICES, ContextFactory
from tests.stage import Stage
from tests.support import seconds

# Everything of WICG's Layout Instability that nobody caused by touching the page.
SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if (!entry.hadRecentInput)
        window.shifts.push([entry.value, ...entry.sources.map(({ previousRect, currentRect }) =>
          JSON.stringify([previousRect, currentRect]))]);
  }).observe({ type: "layout-shift", buffered: true });
"""
BOUND = 0.02


async def furnish(stage: Stage) -> str:
    """A live show with a cover, four pieces with photos, one of them pinned, and a chat."""
    photo = await upload(stage.server, stage.host)
    await stage.command("configure", cover=photo)
    coat = await stage.item(title="Camel coat with horn buttons", photos=[photo])
    for number in range(3):
        await stage.item(title=f"Piece {number}", photos=[photo])
    await stage.command("start")
    await stage.command("pin", item=coat)
    ann = await stage.server.account("ann")
    for number in range(4):
        await stage.command("chat", by=ann, text=f"hello {number}")
    await stage.command("claim", by=ann, item=coat)
    return coat


@pytest.mark.parametrize("device", DEVICES)
async def test_nothing_jumps_when_the_state_arrives(
    stage: Stage, browser_context: ContextFactory, device: str
) -> None:
    """faults.md 63: the layout shifted by 0.205 when the state of a show arrived."""
    await furnish(stage)
    show = f"/shows/{stage.show}"
    for handle, pages in (
        (None, {"/": "ls-show-card", show: "pinned-item", "/closet/host": "listings"}),
        ("ann", {show: "pinned-item", "/cart": "cart-open"}),
        ("host", {show: "pinned-item", f"{show}/studio": "pin", "/closet": "listings"}),
    ):
        context = await browser_context(device)
        await context.add_init_script(SHIFTS)
        if handle:
            token = (await stage.server.account(handle)).token
            await context.add_cookies([{"name": COOKIE, "value": token, "url": stage.server.url}])
        page = await context.new_page()
        for path, last in pages.items():
            await page.goto(path)
            found = page.locator(last) if last.startswith("ls-") else page.get_by_test_id(last)
            await expect(found.first).to_be_visible()
            await page.wait_for_load_state("networkidle")
            await page.evaluate(
                "new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))"
            )
            shifts = await page.evaluate("window.shifts")
            total = sum(value for value, *_where in shifts)
            assert total < BOUND, (handle, path, shifts)


FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return `${at.localName} ${at.dataset.testid ?? ""}`.trim();
}"""


@pytest.mark.parametrize("device", DEVICES)
async def test_a_keyboard_gets_to_the_piece_at_once_and_keeps_its_place(
    stage: Stage, enter: Enter, device: str
) -> None:
    """faults.md 67: the pinned card was tab stop 24, and after Claim the focus was on body."""
    expect.set_options(timeout=seconds(15) * 1000)
    coat = await furnish(stage)
    mug = await stage.item(title="Mug", price=900)
    await stage.command("pin", item=mug)
    page = await enter("buyer", f"/shows/{stage.show}", device)
    await expect(page.get_by_test_id("claim")).to_be_enabled()
    await page.keyboard.press("Tab")
    assert await page.evaluate(FOCUSED) == "button skip"
    skip = page.get_by_role("button", name="Skip to what is shown now")
    await expect(skip).to_be_focused()
    await page.keyboard.press("Enter")
    assert await page.evaluate(FOCUSED) == "ls-item-card"
    for _stop in range(6):
        await page.keyboard.press("Tab")
        if await page.evaluate(FOCUSED) == "button claim":
            break
    await page.keyboard.press("Enter")
    await expect(page.locator("ls-item-card").get_by_test_id("pay-now")).to_be_visible()
    await page.wait_for_function(f"() => ({FOCUSED})() === 'a pay-now'")
    assert coat != mug


async def test_a_keyboard_goes_on_where_a_button_was_replaced_or_moved(
    stage: Stage, enter: Enter
) -> None:
    """The focus fell to the page: whoever has no mouse began at its top again."""
    expect.set_options(timeout=seconds(20) * 1000)
    for title in ("Camel coat", "Leather bag", "Silk scarf"):
        await stage.item(title=title)
    await stage.command("start")
    page = await enter("host", f"/shows/{stage.show}/studio", "desktop")
    first = page.locator('[data-testid="run-item"][data-number="1"]')
    await first.get_by_test_id("grip").focus()
    for place in (1, 2):
        await page.keyboard.press("ArrowDown")
        await expect(page.get_by_test_id("run-item").nth(place)).to_contain_text("Camel coat")
        await page.wait_for_function(f"() => ({FOCUSED})() === 'button grip'")

    await page.get_by_test_id("poll-ask").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_function(f"() => ({FOCUSED})() === 'input poll-question'")
    await page.get_by_test_id("poll-cancel").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_function(f"() => ({FOCUSED})() === 'button poll-ask'")

    await page.get_by_test_id("run-open").first.focus()
    await page.keyboard.press("Enter")
    await page.get_by_test_id("remove").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("remove-confirm")).to_be_visible()
    await page.wait_for_function(f"() => !['body', 'html'].includes(({FOCUSED})())")


async def test_a_row_of_the_studio_says_what_it_shows(stage: Stage, enter: Enter) -> None:
    """faults.md 67: labels hid price, stock and holds; "On air" was named "Stop showing…"."""
    coat = await furnish(stage)
    page = await enter("host", f"/shows/{stage.show}/studio", "desktop")
    row = page.locator(f'[data-item="{coat}"]')
    await expect(row).to_be_visible()
    opened = row.get_by_test_id("run-open")
    for part in ("Camel coat with horn buttons", "$45.00", "1 held"):
        await expect(opened).to_have_accessible_name(re.compile(re.escape(part)))
    shown = row.get_by_test_id("pin")
    await expect(shown).to_have_text("On air")
    await expect(shown).to_have_accessible_name(re.compile("^On air"))


async def test_every_size_is_in_sight_on_the_narrowest_phone(stage: Stage, enter: Enter) -> None:
    """faults.md 70: at 320 px the fourth size was hidden."""
    await stage.command("start")
    sizes = [{"size": size, "quantity": 1} for size in ("36", "38", "40", "42", "44")]
    await stage.command("pin", item=await stage.item(title="Shirt", variants=sizes))
    page = await enter("buyer", "/")
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.goto(f"/shows/{stage.show}")
    card = page.get_by_test_id("pinned-item")
    await expect(card.get_by_test_id("variant")).to_have_count(5)
    for size in await card.get_by_test_id("variant").all():
        box = await size.bounding_box()
        assert box is not None
        assert (box["x"] >= 0, box["x"] + box["width"] <= 320) == (True, True)
        hit = (
            "e => e.getRootNode().elementFromPoint(...((r) => [r.x + r.width / 2, r.y + 9])("
            "e.getBoundingClientRect())) !== null"
        )
        assert await size.evaluate(hit)


async def test_steps_keep_their_marks_on_paper(stage: Stage, enter: Enter) -> None:
    """faults.md 70: paper has no grounds, so a white mark on green was gone."""
    await stage.command("start")
    mug = await stage.item(title="Mug")
    buyer = await stage.server.account("buyer")
    await stage.command("claim", by=buyer, item=mug)
    [order] = await buy(stage, buyer)
    page = await enter("buyer", f"/orders/{order}", "desktop")
    mark = page.get_by_test_id("timeline").locator(".done .dot").first
    await expect(mark).to_be_visible()
    await page.emulate_media(media="print")
    look = "e => { const s = getComputedStyle(e); return [s.color, s.backgroundColor]; }"
    assert await mark.evaluate(look) == ["rgb(0, 0, 0)", "rgba(0, 0, 0, 0)"]


async def test_one_piece_is_one_piece(stage: Stage, enter: Enter) -> None:
    """faults.md 70: "1 pieces in 1 kinds"."""
    page = await enter("host", "/closet")
    await page.get_by_test_id("new-listing").first.click()
    await page.get_by_test_id("variant-add").click()
    await expect(page.locator("ls-listing-form .total")).to_have_text("1 piece in 1 kind")


# Amounts and dates that stand on several lines, or outside of the box that they are in.
BROKEN = """() => {
  const found = [];
  const walk = (root) => {
    for (const el of root.querySelectorAll("*")) {
      if (el.shadowRoot) walk(el.shadowRoot);
      if (!el.matches(".num") || !el.checkVisibility() || !el.textContent.trim()) continue;
      const text = document.createRange();
      text.selectNodeContents(el);
      const rects = [...text.getClientRects()].filter((rect) => rect.width);
      const lines = new Set(rects.map((rect) => Math.round(rect.bottom)));
      const box = el.closest(".panel, li, a")?.getBoundingClientRect();
      const outside = box && rects.some((r) => r.right > box.right + 1 || r.left < box.left - 1);
      if (lines.size > 1 || outside) found.push([el.textContent.trim(), lines.size, outside]);
    }
  };
  walk(document);
  return found;
}"""


async def test_amounts_and_dates_are_whole_and_stay_in_their_card(
    stage: Stage, browser_context: ContextFactory
) -> None:
    """faults.md 64: the 30 of a date broke into 3 and 0; amounts of a ledger left their card."""
    year = time.gmtime().tm_year + 1
    date = calendar.timegm((year, 11, 30, 12, 0, 0)) * 1000
    later = {"title": "Coats of the last day", "scheduled_at": date}
    await stage.server.post("/api/shows", later, by=stage.host)
    item = await stage.item(title="Camel coat", price=9_876_543)
    await stage.command("start")
    buyer = await stage.server.account("ann")
    await stage.command("claim", by=buyer, item=item)
    await buy(stage, buyer)
    context = await browser_context("phone")
    cookie = {"name": COOKIE, "value": stage.host.token, "url": stage.server.url}
    await context.add_cookies([cookie])
    page = await context.new_page()
    for width in (390, 320):
        await page.set_viewport_size({"width": width, "height": 844})
        await page.goto("/")
        thirtieth = page.locator("ls-show-card .date .num")
        await expect(thirtieth).to_have_text("30")
        assert await page.evaluate(BROKEN) == []
        await page.goto("/orders#sold")
        await expect(page.get_by_test_id(f"balance-{stage.show}")).to_be_visible()
        for details in await page.locator("details:not([open]) > summary").all():
            await details.click()
        assert await page.locator("dd.num:visible").count()
        assert await page.evaluate(BROKEN) == []
