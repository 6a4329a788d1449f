"""Every page with real content on a phone and on a desktop: it fits, is named, can be tapped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Error, Page, expect

from liveshow.clock import wall_clock
from tests.browser.axe import violations
from tests.browser.conftest import Enter
from tests.browser.people import ADDRESS, buy, close_sheet, lend, upload
from tests.conftest import DEVICES
from tests.stage import Stage
from tests.support import seconds

# What people write when nobody checks the design: no spaces, no mercy.
WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrik"
LONG_TITLE = f"{WORD}{WORD}"[:110]
LONG_SHOW = f"Autumn {WORD} and everything else that hung too long at the back of it"[:118]
LONG_HANDLE = "somebody_with.long_names"
LONG_URL = f"https://example.com/{'a' * 220}"

# What says that there is nothing, in place of what a page is for.
NOTHING = "ls-empty"

LOOK = (Path(__file__).parent / "look.js").read_text()

Step = Callable[[Page], Awaitable[Any]]


@dataclass
class World:
    """Shows in every state, listings of every kind, orders."""

    stage: Stage
    scheduled: str = ""
    interrupted: str = ""
    ended: str = ""
    orders: list[str] = field(default_factory=list)


async def build(stage: Stage) -> World:
    server = stage.server
    host = stage.host
    seller, buyer = await server.account(LONG_HANDLE), await server.account("buyer")
    await server.account("mod")
    # They have their names for long.
    about = {"name": WORD[:55], "bio": f"{LONG_URL} {WORD}"[:200]}
    for someone in (seller, host):
        await server.request("PATCH", "/api/me", about, by=someone)
    await server.request("PUT", f"/api/users/{host.handle}/follow", by=buyer)
    address = {**ADDRESS, "name": WORD, "line1": WORD * 2, "city": WORD[:50]}
    await server.request("PATCH", "/api/me", {"address": address}, by=buyer)
    photos = await asyncio.gather(
        *(upload(server, host, colour) for colour in ("#204060", "#b0c0a0", "#803030"))
    )
    sellers_photo = await upload(server, seller, "#d0a040")
    await stage.command(
        "configure", title=LONG_SHOW, description=LONG_URL, cover=photos[0], claims_per_buyer=3
    )
    coat = await stage.item(
        title=LONG_TITLE, photos=photos, brand=WORD, category=WORD, description=LONG_URL
    )
    sizes: list[dict[str, Any]] = [
        {"size": "38", "color": WORD[:28], "quantity": 2},
        {"size": "XXXXXL extra extra long", "color": "petrol", "quantity": 1},
        {"size": "M", "quantity": 3},
    ]
    shirt = await stage.item(
        title="Shirt", variants=sizes, photos=photos[1:], shipping={"weight": 900}
    )
    lent = await stage.listing(
        by=seller, title=f"Lent {WORD}", price=12345678, photos=[sellers_photo]
    )
    await stage.listing(by=seller, title="Bare", price=100)
    await lend(stage, seller, lent["id"], commission_percent=10)
    offered = await stage.listing(by=seller, title=WORD, price=9900, quantity=100_000)
    await server.post("/api/mandates", {"listing": offered["id"], "host": "host"}, by=seller)
    borrowed = str((await stage.command("add", listing=lent["id"]))["item"])
    await stage.command("staff", user="mod", role="moderator")
    await stage.command("start")
    await stage.command("pin", item=coat)
    for text in (f"{WORD * 4}", LONG_URL, "is it wool?", f"hello @{LONG_HANDLE}"):
        await stage.command("chat", by=buyer, text=text)
    await stage.command("announce", text=f"Free shipping on {WORD * 3}")
    await stage.command("block_word", word=WORD[:50])
    await stage.command("mute", user=seller.id, seconds=600, reason=WORD * 4)

    # Two orders, and what is still held of two owners.
    world = World(stage)
    variants = (await stage.fresh())["state"]["items"][1]["variants"]
    for item, variant in ((shirt, variants[0]["id"]), (borrowed, None)):
        await stage.command(
            "claim", by=buyer, item=item, **({"variant": variant} if variant else {})
        )
    await buy(stage, buyer, address)
    orders = (await server.get("/api/orders?as=buyer", by=buyer))["items"]
    world.orders = [
        o["id"] for owner in (host, seller) for o in orders if o["owner"]["id"] == owner.id
    ]
    for order, owner in zip(world.orders, (host, seller), strict=True):
        await server.post(f"/api/orders/{order}/pack", by=owner)
        shipped = {"carrier": WORD[:50], "tracking": "X" * 90}
        await server.post(f"/api/orders/{order}/ship", shipped, by=owner)
    await server.post(f"/api/orders/{world.orders[1]}/dispute", {"reason": WORD * 5}, by=buyer)
    await stage.command("claim", by=buyer, item=shirt, variant=variants[2]["id"], quantity=2)
    await stage.command("claim", by=buyer, item=coat)

    async def another(title: str, **show: Any) -> Stage:
        made = await server.post("/api/shows", {"title": title, **show}, by=host)
        return Stage(server, made["id"], host)

    draft = await another(f"Draft {WORD}")
    await draft.item(title="Early bird")
    world.scheduled = (await another(f"Soon {WORD}", scheduled_at=wall_clock() + 90_000_000)).show
    interrupted = await another("Back soon", cover=photos[2])
    await interrupted.command("start")
    hat = await interrupted.item(title="Hat")
    await interrupted.command("pin", item=hat)
    await interrupted.command("claim", by=buyer, item=hat)
    await interrupted.command("pause")
    world.interrupted = interrupted.show
    ended = await another(f"Over {WORD}")
    scarf = await ended.item(title=LONG_TITLE)
    await ended.command("start")
    await ended.command("claim", by=buyer, item=scarf)
    await buy(ended, buyer)
    await ended.command("end")
    world.ended = ended.show
    return world


@dataclass
class Visitor:
    """One browser, which goes from page to page and looks at each."""

    page: Page
    device: str
    found: list[str]
    at: str = ""

    async def look(self, name: str, wait_for: str) -> None:
        self.at = f"{name} ({wait_for})"
        wanted = f'[data-testid="{wait_for}"]' if wait_for != NOTHING else NOTHING
        await self.page.locator(f"{wanted}:visible").first.wait_for()
        # Photos in sight, fonts and the layout after them.
        await self.page.wait_for_function(
            "[...document.images].every((i) => i.loading === 'lazy' || i.complete)"
        )
        width = DEVICES[self.device]["viewport"]["width"]
        problems = await self.page.evaluate(LOOK, width)
        problems += await violations(self.page)
        await self.page.emulate_media(color_scheme="dark")
        problems += [
            f"dark: {problem}" for problem in await violations(self.page, only=["color-contrast"])
        ]
        await self.page.emulate_media(color_scheme="light")
        self.found += [f"{name} on {self.device}: {problem}" for problem in problems]

    async def visit(self, path: str, wait_for: str, *sheets: tuple[str, str]) -> None:
        """Open a page, look at it, then at each sheet: what is tapped, what it shows."""
        await self.page.goto(path)
        await self.look(path, wait_for)
        for tap, then in sheets:
            control = self.page.get_by_test_id(tap).first
            if not await control.is_visible() and self.device == "desktop":
                continue  # something that only phones need
            self.at = f"{path}, tapping {tap}"
            await control.click()
            await self.look(f"{path} {tap}", then)
            if await self.page.locator("dialog[open]").count():
                await close_sheet(self.page)


async def guest(world: World, v: Visitor) -> None:
    shows, show = world.stage.show, f"/shows/{world.stage.show}"
    await v.visit("/", f"show-{shows}")
    await v.visit(show, "pinned-item", ("pinned-open", "item-detail"))
    await v.visit(f"/shows/{world.scheduled}", "stage-scheduled")
    await v.visit("/signin", "sign-in-form", ("tab-up", "sign-up-form"))
    await v.visit(f"/closet/{LONG_HANDLE}", "listings")
    await v.visit("/nowhere/at/all", "to-shows")
    await v.visit("/shows/nosuchshow", NOTHING)
    await v.visit("/closet/nobody", NOTHING)


async def buyer(world: World, v: Visitor) -> None:
    show = world.stage.show
    await v.visit("/", f"show-{show}")
    await v.visit(
        f"/shows/{show}", "my-holds", ("my-holds-open", "my-claim"), ("items-open", "item-row")
    )
    await v.visit(f"/shows/{world.interrupted}", "stage-interrupted")
    await v.visit(f"/shows/{world.ended}", "stage-ended")
    await v.visit("/cart", "cart-open")
    await v.visit(
        f"/cart?show={show}",
        "address-change",
        ("remove", "remove-sure"),
        ("address-change", "address-name"),
        ("checkout", "card-form"),
    )
    await v.visit(f"/cart?show={world.ended}", NOTHING)
    await v.visit("/orders", "orders-bought", ("tab-sold", NOTHING))
    await v.visit(f"/orders/{world.orders[0]}", "tracking", ("order-dispute", "reason-form"))
    await v.visit(f"/orders/{world.orders[1]}", "order-reason")
    await v.visit("/orders/nosuchorder", NOTHING)
    await v.visit("/signin", "password-form")
    await v.visit("/closet", NOTHING)


async def host(world: World, v: Visitor) -> None:
    show = f"/shows/{world.stage.show}"
    await v.visit(
        f"{show}/studio",
        "pin",
        ("tab-chat", "chat-line"),
        ("tab-moderate", "mod-panel"),
        ("tab-people", "sanction"),
        ("tab-rules", "announce-input"),
        ("tab-log", "audit-entry"),
        ("tab-sales", "sales"),
    )
    await v.visit(f"{show}/studio", "add-open", ("add-open", "add-row"), ("run-open", "reprice"))
    await v.visit(f"/shows/{world.ended}/studio", "run-item")
    await v.visit(
        f"{show}/settings", "audit-entry", ("add-open", "add-row"), ("make-key", "stream-key")
    )
    await v.visit("/new", "new-show-form", ("more", "hold-seconds"), ("when-later", "scheduled-at"))
    await v.visit(
        "/closet",
        "listings",
        ("new-listing", "listing-form"),
        ("tab-lending", "mandate-accept"),
    )
    await v.visit(f"/orders/{world.orders[0]}", "ledger", ("order-refund", "reason-form"))
    await v.visit("/orders#sold", "balances")


async def seller(world: World, v: Visitor) -> None:
    await v.visit("/closet#lending", "mandate-revoke", ("mandate-revoke", "mandate-revoke-sure"))
    await v.page.get_by_test_id("tab-listings").click()
    await v.look("/closet", "listings")
    card = v.page.locator('[data-testid^="listing-"]').first
    for tap, then in (
        ("edit-listing", "variant-add"),
        ("lend-listing", "lend-form"),
        ("archive-listing", "archive-sure"),
    ):
        await card.click()
        await v.look("/closet, a listing", "edit-listing")
        await v.page.get_by_test_id(tap).click()
        await v.look(f"/closet {tap}", then)
        await close_sheet(v.page)


async def moderator(world: World, v: Visitor) -> None:
    await v.visit(f"/shows/{world.stage.show}", "chat-line-act", ("chat-line-act", "mod-mute"))


@pytest.mark.parametrize("device", DEVICES)
async def test_every_page_fits_is_named_and_can_be_tapped(
    stage: Stage, enter: Enter, device: str
) -> None:
    """Nor does axe find anything that WCAG 2.2 AA forbids, light or dark."""
    world = await build(stage)
    found: list[str] = []

    async def walk(
        handle: str | None, tour: Callable[[World, Visitor], Awaitable[None]], *, first: str = "/"
    ) -> None:
        page = await enter(handle, first, device)
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.set_default_timeout(seconds(20) * 1000)
        visitor = Visitor(page, device, found)
        try:
            await tour(world, visitor)
        except Error as error:
            found.append(f"{handle} on {device} did not get past {visitor.at}: {error}")

    expect.set_options(timeout=seconds(20) * 1000)
    await asyncio.gather(
        walk(None, guest),
        walk("buyer", buyer),
        walk("host", host),
        walk(LONG_HANDLE, seller),
        walk("mod", moderator),
    )
    assert not found, "\n".join(sorted(set(found)))
