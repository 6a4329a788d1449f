"""What is behind a dialog stays where it is; tabs are reached by their keys."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Page

from tests.support import eventually

WEB = Path(__file__).parents[2] / "web"

SHOW = """
async () => {
  const { html, render } = await import("/web/vendor/lit.js");
  await import("/web/components/ls-dialog.js");
  const link = Object.assign(document.createElement("link"),
    { rel: "stylesheet", href: "/web/styles/base.css" });
  const loaded = new Promise((done) => (link.onload = done));
  document.head.append(link);
  await loaded;
  const tall = Array.from({ length: 200 }, (_, n) => html`<p>Order ${n}</p>`);
  const show = (open) => {
    render(html`<main>${tall}</main>
      <ls-dialog ?open=${open} heading="Short"><p>A short sheet</p></ls-dialog>`, document.body);
    return document.querySelector("ls-dialog").updateComplete;
  };
  window.show = show;
  await show(false);
  scrollTo(0, 300);
}
"""


async def test_the_page_behind_a_dialog_does_not_move(page: Page) -> None:
    """neiliro/neiliro#71, twbs/bootstrap#15245: after a sheet was closed one was elsewhere."""
    await page.evaluate(SHOW)
    for width, height in ((1280, 800), (390, 844)):
        await page.set_viewport_size({"width": width, "height": height})
        await page.evaluate("() => scrollTo(0, 300)")
        await page.evaluate("show(true)")
        box = await page.locator("dialog[open]").bounding_box()
        assert box
        # Over the backdrop, and over the sheet.
        for x, y in ((20, 20), (box["x"] + 40, box["y"] + 40)):
            await page.mouse.move(x, y)
            await page.mouse.wheel(0, 400)
            await page.mouse.wheel(0, -100)
        # Wheels are heard in order: the page has had its turn when this one is.
        assert (
            await page.evaluate(
                """() => new Promise((done) => requestAnimationFrame(() =>
              requestAnimationFrame(() => done(scrollY))))"""
            )
            == 300
        )
        await page.evaluate("show(false)")
        await page.mouse.wheel(0, 400)

        async def moved() -> bool:
            return bool(await page.evaluate("scrollY > 300"))

        await eventually(moved, within=5)


TABS = """
async () => {
  const { html, render } = await import("/web/vendor/lit.js");
  await import("/web/components/ls-tabs.js");
  const tabs = ["a", "b", "c"].map((id) => ({ id, text: id }));
  const heard = [];
  render(html`<ls-tabs .tabs=${tabs} value="b" label="Parts" panel="there"
    @change=${(e) => heard.push(e.target.value)}></ls-tabs><div id="there"></div>`, document.body);
  const panel = document.querySelector("#there");
  const row = document.querySelector("ls-tabs");
  await row.updateComplete;
  row.renderRoot.querySelector("[aria-selected=true]").focus();
  for (const key of ["End", "Home", "ArrowLeft", "ArrowRight"]) {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    row.renderRoot.activeElement.dispatchEvent(event);
    await row.updateComplete;
    await 0;
    heard.push(event.defaultPrevented, row.renderRoot.activeElement.dataset.testid);
  }
  return [heard, panel.role, panel.ariaLabel];
}
"""


async def test_home_and_end_are_the_first_and_the_last_tab(page: Page) -> None:
    """Esri/calcite-design-system#5661: End scrolled the page and left the tab as it was."""
    heard, role, name = await page.evaluate(TABS)
    assert heard == [
        *("c", True, "tab-c"),
        *("a", True, "tab-a"),
        *("c", True, "tab-c"),
        *("a", True, "tab-a"),
    ]
    assert (role, name) == ("tabpanel", "a")


def test_every_row_of_tabs_names_its_panel() -> None:
    """Esri/calcite-design-system#5661: of all rows of tabs one had a panel."""
    rows = 0
    for path in (*WEB.glob("features/**/*.js"), *WEB.glob("pages/*.js")):
        text = path.read_text()
        for row in re.findall(r"<ls-tabs\b(.*?)></ls-tabs>", text, re.DOTALL):
            rows += 1
            panel = re.search(r'panel="(\w+)"', row)
            assert panel, path
            assert f'id="{panel[1]}"' in text, path
    assert rows >= 7
