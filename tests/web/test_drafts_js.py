"""Fields that keep what is written into them."""

from __future__ import annotations

from playwright.async_api import Page

KEPT = """
async () => {
  const { draft, draftOf } = await import("/web/lib/drafts.js");
  const { html, render } = await import("/web/vendor/lit.js");
  const place = document.createElement("div");
  document.body.append(place);
  const row = (name) => html`<input class=${name} ${draft(name)} />`;
  const show = (standing) => render(
    html`<form>${["one", "two"].map(row)}
      <textarea .value=${standing} ${draft("note", standing)}></textarea></form>`, place);
  const again = async (standing) => { render(html``, place); show(standing); await 0; };
  const field = (selector) => place.querySelector(selector);
  const type = (selector, text) => {
    field(selector).value = text;
    field(selector).dispatchEvent(new InputEvent("input"));
  };
  const seen = () => [field(".one").value, field(".two").value, field("textarea").value];
  await again("pinned");
  const first = seen();
  type(".one", "Red"); type(".two", "Blue"); type("textarea", "pinned, and more");
  await again("pinned");
  const kept = seen();
  type("textarea", "pinned");
  await again("pinned");
  const standing = [seen()[2], draftOf("note")];
  field("form").reset();
  await again("pinned");
  return { first, kept, standing, sent: seen().slice(0, 2) };
}
"""


async def test_drafts_come_back_and_are_gone_when_the_form_was_sent(page: Page) -> None:
    """faults.md 44: what the team was writing was lost with the tab it was written in."""
    assert await page.evaluate(KEPT) == {
        "first": ["", "", "pinned"],
        "kept": ["Red", "Blue", "pinned, and more"],
        "standing": ["pinned", ""],
        "sent": ["", ""],
    }
