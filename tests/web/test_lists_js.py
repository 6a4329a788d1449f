"""Lists go on where their first page ends."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Page, Route

ADA = {"id": "u-ada", "handle": "ada", "name": "Ada"}
LISTINGS = 501
ORDERS = 601
SHOWS = 130


def listing(number: int) -> dict[str, Any]:
    variant = {"id": f"v{number}", "label": "", "size": "", "color": "", "quantity": 1}
    return {
        "id": f"l{number}",
        "owner": ADA,
        "title": "Green hat" if number == 1 else f"Coat number {number}",
        "description": "",
        "price": 2500,
        "currency": "EUR",
        "photos": [],
        "brand": "",
        "category": "",
        "condition": "",
        "shipping": {"flat": 0, "weight": None},
        "variants": [{**variant, "held": 0, "sold": 0}],
        "archived": False,
        "created_at": number,
        "version": 1,
    }


def order(number: int) -> dict[str, Any]:
    return {
        "id": f"o{number}",
        "show": {"id": "s", "title": "Friday"},
        "owner": ADA,
        "buyer": {"id": "u-bob", "handle": "bob", "name": "Bob"},
        # The oldest one was never packed.
        "status": "paid" if number == 1 else "delivered",
        "currency": "EUR",
        "total": 2500,
        "refunded": 0,
        "restocked": None,
        "lines": [],
        "items": 2500,
        "shipping": 0,
        "created_at": number,
        "history": [],
    }


def show(number: int) -> dict[str, Any]:
    return {
        "id": f"s{number}",
        "title": f"Show {number}",
        "cover": None,
        "status": "ended",
        "host": ADA,
        "scheduled_at": None,
        "started_at": number,
        "ended_at": number,
        "viewers": 0,
        "items": 0,
    }


class Server:
    """Answers as the server does: newest first, 100 at most, with a cursor."""

    def __init__(self) -> None:
        self.listings = [listing(n) for n in range(LISTINGS, 0, -1)]
        self.orders = [order(n) for n in range(ORDERS, 0, -1)]
        self.shows = [show(n) for n in range(SHOWS, 0, -1)]

    def page(self, items: list[dict[str, Any]], query: dict[str, list[str]]) -> dict[str, Any]:
        start, limit = int(query.get("after", ["0"])[0]), int(query.get("limit", ["50"])[0])
        end = start + limit
        return {"items": items[start:end], "next": str(end) if end < len(items) else None}

    async def answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        query = parse_qs(url.query)
        body: Any = {"items": [], "next": None}
        if url.path == "/api/listings":
            body = self.page(self.listings, query)
        elif url.path.startswith("/api/listings/"):
            found = [one for one in self.listings if one["id"] == url.path.rsplit("/", 1)[-1]]
            if not found:
                await route.fulfill(status=404, json={"code": "unknown_listing"})
                return
            body = found[0]
        elif url.path == "/api/orders":
            body = self.page(self.orders if query["as"] == ["seller"] else [], query)
        elif url.path == "/api/shows":
            of = self.shows if "ended" in query["status"][0] else []
            body = self.page(of, query)
        elif url.path == "/api/session":
            body = {"user": ADA}
        elif url.path == "/api/users/ada":
            body = {"user": ADA, "bio": "", "followers": 0, "following": False, "listings": 501}
        elif url.path == "/api/notices":
            lending = {"waiting": 0, "news": []}
            body = {"now": 0, "holds": [], "notices": [], "lending": lending, "orders": []}
        await route.fulfill(body=json.dumps(body), content_type="application/json")


@pytest.fixture
async def server(page: Page) -> Server:
    server = Server()
    await page.route("**/api/**", server.answer)
    return server


# A page of the site at its address; `see` waits for something in it.
OPEN = """
async ([address, module, tag]) => {
  history.replaceState(null, "", address);
  await import(module);
  document.body.innerHTML = `<${tag}></${tag}>`;
  const all = (root, selector) => [...root.querySelectorAll("*")].flatMap((e) =>
    [...(e.matches(selector) ? [e] : []), ...(e.shadowRoot ? all(e.shadowRoot, selector) : [])]);
  window.seen = (selector) => all(document, selector);
  window.see = async (selector, holds = (found) => found.length) => {
    const until = performance.now() + 20_000;
    while (!holds(window.seen(selector)) && performance.now() < until)
      await new Promise((done) => setTimeout(done, 20));
    return window.seen(selector);
  };
}
"""
CLOSET = ["/web/pages/closet.js", "ls-closet-page"]


async def test_a_closet_goes_on_and_a_link_finds_its_oldest_piece(
    page: Page, server: Server
) -> None:
    """woocommerce/woocommerce#45842: what stood beyond the end of the list could not be found."""
    await page.evaluate(OPEN, ["/closet/ada?listing=l1", *CLOSET])
    opened = await page.evaluate("async () => (await see('ls-dialog[open]'))[0].heading")
    assert opened == "Green hat"
    shown = await page.evaluate("async () => (await see('ls-listing-card')).length")
    assert shown == 100
    for expected in (200, 300, 400, 500, 501):
        shown = await page.evaluate(
            "async (n) => { (await see('[data-testid=more]:enabled'))[0].click();"
            " return (await see('ls-listing-card', (all) => all.length >= n)).length; }",
            expected,
        )
        assert shown == expected
    assert await page.evaluate("seen('[data-testid=more]').length") == 0


async def test_a_link_to_a_piece_that_is_gone_says_so(page: Page, server: Server) -> None:
    """woocommerce/woocommerce#45842: the closet opened without the piece, and without a word."""
    await page.evaluate(OPEN, ["/closet/ada?listing=l999", *CLOSET])
    said = await page.evaluate("async () => (await see('ls-toast'))[0].toasts[0].text")
    assert said == "That piece is not in this closet any more."


async def test_the_oldest_order_that_is_not_packed_is_counted_and_can_be_reached(
    page: Page, server: Server
) -> None:
    """woocommerce/woocommerce#45842: orders beyond the five hundredth did not exist."""
    await page.evaluate(OPEN, ["/orders#sold", "/web/pages/orders.js", "ls-orders-page"])
    count = "(all) => /Sold\\s+1/.test(all.map((e) => e.textContent).join())"
    assert await page.evaluate(f"async () => (await see('[role=tab]', {count})).length") == 2
    last = await page.evaluate(
        "async () => { for (let n = 200; n < 800; n += 100) {"
        " (await see('[data-testid=more]:enabled'))[0].click();"
        " await see('ls-order-card', (all) => all.length >= Math.min(n, 601)); }"
        " return seen('ls-order-card').at(-1).order.id; }"
    )
    assert last == "o1"


async def test_the_oldest_of_the_past_shows_can_be_reached(page: Page, server: Server) -> None:
    """woocommerce/woocommerce#45842: "Show all 100" was said of more."""
    await page.evaluate(OPEN, ["/", "/web/pages/discover.js", "ls-discover-page"])
    last = await page.evaluate(
        "async () => { (await see('[data-testid=past-more]'))[0].click();"
        " (await see('[data-testid=more]:enabled'))[0].click();"
        " await see('ls-show-card', (all) => all.length >= 130);"
        " return seen('ls-show-card').map((card) => card.show.id); }"
    )
    assert last == [f"s{number}" for number in range(SHOWS, 0, -1)]


ADD = """
async (title) => {
  const { Features } = await import("/web/lib/features.js");
  const { RoomPage } = await import("/web/lib/room.js");
  const { html } = await import("/web/vendor/lit.js");
  await import("/web/features/run_of_show/ls-add-items.js");
  class Page extends RoomPage {
    constructor() { super(new Features([])); }
    render() { return html`<ls-add-items></ls-add-items>`; }
  }
  customElements.define("x-page", Page);
  const page = document.createElement("x-page");
  const host = { id: "u-ada", handle: "ada", name: "Ada" };
  page.room.state = { show: { id: "s", host, currency: "EUR", status: "draft" }, items: [] };
  page.room.mine = { user: host, can: [], claims: [] };
  document.body.replaceChildren(page);
  page.room.dispatchEvent(new Event("change"));
  await page.updateComplete;
  const items = () => page.renderRoot.querySelector("ls-add-items").renderRoot;
  const rows = () => [...items().querySelectorAll("[data-testid=add-row]")];
  const until = async (holds) => {
    const end = performance.now() + 20_000;
    while (!holds() && performance.now() < end) await new Promise((done) => setTimeout(done, 20));
  };
  await until(() => rows().length);
  const first = rows().length;
  const input = items().querySelector("[data-testid=add-search]");
  const look = (words) => {
    input.value = words;
    input.dispatchEvent(new InputEvent("input"));
  };
  look(title);
  await until(() => rows().length === 1);
  const found = rows().map((row) => row.dataset.listing);
  look("no such piece");
  await until(() => !rows().length);
  await until(() => items().querySelector("[role=status]"));
  return [first, found, items().querySelector("[role=status]").textContent];
}
"""


async def test_a_host_finds_every_piece_of_a_large_closet(page: Page, server: Server) -> None:
    """woocommerce/woocommerce#45842: a search looked through the newest five hundred alone."""
    first, found, none = await page.evaluate(ADD, "green")
    assert first == 100
    assert found == ["l1"]
    assert none == "Nothing is called like that."
