"""What the browser remembers: never in the way of what somebody does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

WEB = Path(__file__).parents[2] / "web"

BLOCKED = """
for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("", "SecurityError"); } });
"""
FULL = """
Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
"""
BROKEN = """
for (const name of ["liveshow.shipping", "liveshow.told.s.u", "liveshow.note.s.guest",
    "liveshow.lending.u", "liveshow.visitor"])
  localStorage.setItem(name, name === "liveshow.visitor" ? "v1" : "{x");
sessionStorage.setItem("liveshow.intent", "[1");
"""
STORES = {"blocked": BLOCKED, "full": FULL, "broken": BROKEN}

# Everything that remembers something, said and asked once.
USES = """
async () => {
  const { hello } = await import("/web/lib/hello.js");
  const { lastTold, rememberTold } = await import("/web/lib/news.js");
  const { intend, takeIntent } = await import("/web/features/claims/intent.js");
  const { draftOf, keepDraft, forgetDrafts } = await import("/web/lib/drafts.js");
  const { lastShipping, rememberShipping } = await import("/web/features/catalog/shipping.js");
  const before = [lastTold("s", "u"), takeIntent("s"), lastShipping("EUR"), draftOf("d")];
  rememberTold("s", "u", [{ id: 7, at: 0, kind: "sold", item: null }]);
  intend({ show: "s", item: "i", quantity: 1, price: 5 });
  rememberShipping({ flat: 499, weight: null }, "EUR");
  keepDraft("d", "text");
  forgetDrafts();
  const visitors = [1, 2].map(() => hello("s", null).visitor);
  return {
    before,
    after: [lastTold("s", "u"), takeIntent("s")?.item, takeIntent("s"), lastShipping("EUR")],
    visitor: visitors[0].length > 1 && visitors[0] === visitors[1],
  };
}
"""

# A new listing; `saved` says how often it was sent and heard of.
LIST = """
async ([of, currency]) => {
  const { html, render } = await import("/web/vendor/lit.js");
  await import("/web/features/catalog/ls-listing-form.js");
  const place = document.createElement("div");
  document.body.replaceChildren(place);
  const seen = { sent: 0, saved: 0 };
  window.fetch = async (_, { body }) => {
    seen.sent += 1;
    const listing = { ...JSON.parse(body), id: "l", variants: [], photos: [] };
    return new Response(JSON.stringify(listing),
      { headers: { "Content-Type": "application/json" } });
  };
  render(html`<ls-listing-form .currency=${currency} @saved=${() => (seen.saved += 1)}>
    </ls-listing-form>`, place);
  const form = place.querySelector("ls-listing-form");
  await form.updateComplete;
  const at = (name) => form.renderRoot.querySelector(`[data-testid=${name}]`);
  const kind = at("shipping-kind")?.value;
  const flat = at("shipping-flat")?.value;
  if (!of) return { kind, flat };
  at("listing-title").value = "Coat";
  at("listing-price").value = of.price;
  at("shipping-kind").value = "flat";
  at("shipping-kind").dispatchEvent(new Event("change"));
  await form.updateComplete;
  at("shipping-flat").value = of.flat;
  at("listing-form").requestSubmit();
  while (form.form.busy) await new Promise((done) => setTimeout(done, 5));
  await form.updateComplete;
  return { ...seen, problem: at("problem")?.textContent.trim() ?? "" };
}
"""

NOTE = """
async () => {
  const { Features } = await import("/web/lib/features.js");
  const { RoomPage } = await import("/web/lib/room.js");
  const { html } = await import("/web/vendor/lit.js");
  await import("/web/features/notes/ls-note.js");
  class Page extends RoomPage {
    constructor() { super(new Features([])); }
    render() { return html`<ls-note></ls-note>`; }
  }
  customElements.define("x-page", Page);
  const page = document.createElement("x-page");
  document.body.replaceChildren(page);
  const { room } = page;
  room.show = "s";
  page.setGuest(true);
  room.state = { show: { id: "s" }, notes: { note: { text: "Back at nine", revision: 3 } } };
  room.dispatchEvent(new Event("change"));
  const note = () => page.renderRoot.querySelector("ls-note");
  const settle = async () => { await page.updateComplete; await note().updateComplete; };
  await settle();
  const text = note().renderRoot.textContent.trim();
  note().renderRoot.querySelector("[data-testid=show-note-aside]").click();
  await settle();
  return [text, note().hidden];
}
"""


@pytest.fixture(params=STORES)
async def hindered(page: Page, request: pytest.FixtureRequest) -> Page:
    await page.add_init_script(STORES[request.param])
    await page.reload()
    return page


async def test_what_is_remembered_lasts_at_least_as_long_as_the_page(hindered: Page) -> None:
    """tomayac/SVGcode#86: blocked site data broke whatever wanted to remember something."""
    assert await hindered.evaluate(USES) == {
        "before": [None, None, {"kind": "", "shipping": None}, ""],
        "after": [7, "i", None, {"kind": "flat", "shipping": {"flat": 499}}],
        "visitor": True,
    }


async def test_a_listing_is_made_once_and_said_so_whatever_can_be_remembered(
    hindered: Page,
) -> None:
    """tomayac/SVGcode#86, tuax/tua-storage#27: a full storage was told as a failed listing."""
    made = await hindered.evaluate(LIST, [{"price": "25", "flat": "4.99"}, "EUR"])
    assert made == {"sent": 1, "saved": 1, "problem": ""}
    next_one = await hindered.evaluate(LIST, [None, "EUR"])
    assert next_one == {"kind": "flat", "flat": "4.99"}


async def test_a_note_is_shown_and_put_aside_without_storage(hindered: Page) -> None:
    """tomayac/SVGcode#86: with blocked site data the note of a show was never shown."""
    text, aside = await hindered.evaluate(NOTE)
    assert "Back at nine" in text
    assert aside


# What was paid for the last parcel, and what is offered for the next one.
PRICES = [
    ("4.99", "EUR", "EUR", "4.99"),
    ("4.99", "EUR", "JPY", ""),
    ("800", "JPY", "EUR", ""),
    ("1.500", "KWD", "KWD", "1.500"),
    ("1.500", "KWD", "EUR", ""),
]


async def test_a_shipping_price_is_offered_in_its_own_currency_alone(page: Page) -> None:
    """woocommerce/google-listings-and-ads#1189: 4.99 EUR was offered as 499 yen for the next."""
    for price, currency, after, offered in PRICES:
        made = await page.evaluate(LIST, [{"price": "2500", "flat": price}, currency])
        assert made["saved"] == 1
        assert await page.evaluate(LIST, [None, after]) == {"kind": "flat", "flat": offered}


async def test_a_price_that_was_remembered_without_its_currency_is_not_offered(page: Page) -> None:
    """woocommerce/google-listings-and-ads#1189: what an earlier version had stored."""
    await page.evaluate("localStorage.setItem('liveshow.shipping', '{\"flat\":499}')")
    assert await page.evaluate(LIST, [None, "EUR"]) == {"kind": "flat", "flat": ""}


def test_one_module_touches_the_storage() -> None:
    """tomayac/SVGcode#86: whoever remembers something does so by lib/storage.js."""
    touches = re.compile(r"\b(local|session)Storage\b")
    found: set[Any] = {
        path.relative_to(WEB).as_posix()
        for folder in ("lib", "components", "features", "pages")
        for path in (WEB / folder).rglob("*.js")
        if touches.search(path.read_text())
    }
    # Drafts are marked, and looked through by name.
    assert found == {"lib/storage.js", "lib/drafts.js"}
