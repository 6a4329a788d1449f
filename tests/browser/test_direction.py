"""What people write in Hebrew or Arabic goes from right to left (faults.md 48)."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.conftest import Enter
from tests.stage import Stage
from tests.support import seconds

# The text nodes with Hebrew in them whose direction is not decided by what they say.
STRAY = """() => {
  const stray = [];
  const own = (node) => {
    for (let e = node.parentElement; e; e = e.parentElement) {
      if (e.dir === "auto" || e.localName === "bdi") return true;
      if (getComputedStyle(e).unicodeBidi === "plaintext") return true;
      if (getComputedStyle(e).display !== "inline") return false;
    }
    return false;
  };
  const look = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.shadowRoot) look(node.shadowRoot);
      const shown = node.nodeType === Node.TEXT_NODE && node.parentElement?.checkVisibility();
      if (shown && /\\p{Script=Hebrew}/u.test(node.data) && !own(node))
        stray.push(`${node.parentElement.outerHTML.slice(0, 120)}: ${node.data.trim()}`);
    }
  };
  look(document.body);
  return stray;
}"""


async def goes_its_way(page: Page) -> None:
    assert await page.evaluate(STRAY) == []


async def test_every_piece_of_text_goes_its_own_way(stage: Stage, enter: Enter) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    await stage.command("configure", title="ערב של מעילים", description="הכול חדש")
    item = await stage.item(title="מעיל כחול", description="צמר, מידה גדולה", brand="אדום")
    await stage.command("start")
    await stage.command("pin", item=item)
    await stage.command("note", text="משלוח חינם")
    await stage.command("promise", item=item, text="עטוף במתנה")
    await stage.command("poll", question="איזה צבע?", options=["אדום (1)", "כחול (2)"], seconds=600)
    show = f"/shows/{stage.show}"
    viewer = await enter("ann", show, "phone")
    await stage.command("chat", text="שלום @ann, and @nobody_at_all!")
    line = viewer.locator('[data-testid="chat-line"][data-kind="message"] .text').last
    await expect(line).to_have_css("direction", "rtl")
    await expect(line.locator("mark")).to_have_text("@ann")
    await viewer.get_by_test_id("chat-input").fill("שלום")
    await expect(viewer.get_by_test_id("chat-input")).to_have_css("direction", "rtl")
    await goes_its_way(viewer)
    studio = await enter("host", f"{show}/studio", "desktop")
    await expect(studio.get_by_text("מעיל כחול").first).to_be_visible()
    await goes_its_way(studio)
    for path in ("/", f"/closet/{stage.host.handle}", f"{show}/settings"):
        page = await enter("host", path, "phone")
        await expect(page.locator("h1").first).to_be_visible()
        await goes_its_way(page)
