"""The walk over every page and every sheet, as each kind of person sees them.

A new page, sheet or panel is put into the tour of those who see it. Whatever is looked for on every
page is then looked for there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Page

from tests.browser.axe import violations
from tests.browser.people import close_sheet
from tests.browser.world import LONG_HANDLE, World
from tests.conftest import DEVICES

# What says that there is nothing, in place of what a page is for.
NOTHING = "ls-empty"

LOOK, REFLOW = ((Path(__file__).parent / name).read_text() for name in ("look.js", "reflow.js"))


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
        if self.device == "phone":
            problems += await self.reflow()
        self.found += [f"{name} on {self.device}: {problem}" for problem in problems]

    async def reflow(self) -> list[str]:
        """What is wrong with text at 200 %, and on the narrowest screen (WCAG 1.4.4, 1.4.10)."""
        found = []
        await self.page.evaluate("document.documentElement.style.fontSize = '200%'")
        found += [f"at 200 %: {problem}" for problem in await self.page.evaluate(REFLOW)]
        await self.page.evaluate("document.documentElement.style.fontSize = ''")
        usual = DEVICES[self.device]["viewport"]
        await self.page.set_viewport_size({"width": 320, "height": usual["height"]})
        found += [f"at 320 px: {problem}" for problem in await self.page.evaluate(REFLOW)]
        await self.page.set_viewport_size(usual)
        return found

    async def tap(self, tap: str, then: str) -> None:
        """Tap something, and look at what it shows."""
        path = urlsplit(self.page.url).path
        self.at = f"{path}, tapping {tap}"
        await self.page.get_by_test_id(tap).locator("visible=true").first.click()
        await self.look(f"{path} {tap}", then)

    async def visit(self, path: str, wait_for: str, *sheets: tuple[str, str]) -> None:
        """Open a page, look at it, then at each sheet: what is tapped, what it shows."""
        await self.page.goto(path)
        await self.look(path, wait_for)
        for tap, then in sheets:
            control = self.page.get_by_test_id(tap).first
            if not await control.is_visible() and self.device == "desktop":
                continue  # something that only phones need
            await self.tap(tap, then)
            if await self.page.locator("dialog[open]").count():
                await close_sheet(self.page)


async def guest(world: World, v: Visitor) -> None:
    shows, show = world.stage.show, f"/shows/{world.stage.show}"
    await v.visit("/", f"show-{shows}")
    await v.visit(show, "pinned-item", ("pinned-open", "item-detail"))
    await v.visit(f"/shows/{world.scheduled}", "stage-scheduled")
    await v.visit("/signin", "sign-in-form", ("tab-up", "sign-up-form"))
    await v.visit(f"/closet/{LONG_HANDLE}", "listings")
    await v.page.locator('[data-testid^="listing-"]').first.click()
    await v.look("a listing of somebody else", "sheet")
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
    await v.visit(f"/shows/{world.auctions}", "auction", ("bid-maximum", "bid-form"))
    await v.visit(f"/shows/{world.scheduled}", "offers-open", ("offers-open", "offer-withdraw"))
    if v.device == "phone":
        await v.page.get_by_test_id("items-open").click()
    await v.page.get_by_test_id("item-row").last.click()
    await v.look("a piece before the show", "offer-make")
    await v.tap("offer-make", "offer-form")
    await v.visit(f"/shows/{world.ended}", "stage-ended")
    await v.visit("/cart", "cart-open")
    await v.visit(
        f"/cart?show={show}",
        "address-change",
        ("remove", "remove-sure"),
        ("address-change", "address-name"),
        ("coupon-open", "coupon-code"),
        ("checkout", "card-form"),
    )
    await v.visit(f"/cart?show={world.ended}", NOTHING)
    await v.visit("/card", "card-on-file")
    await v.visit("/orders", "orders-bought", ("tab-sold", NOTHING))
    await v.visit(f"/orders/{world.orders[0]}", "tracking", ("order-dispute", "dispute-form"))
    await v.visit(f"/orders/{world.orders[1]}", "case", ("case-withdraw", "case-form"))
    await v.visit("/cases", "cases")
    await v.visit(f"/orders/{world.orders[3]}", "timeline", ("order-cancel", "cancel-form"))
    await v.visit(f"/orders/{world.orders[2]}", "refunded")
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
    await v.visit(f"/shows/{world.auctions}/studio", "run-item", ("run-open", "auction-known"))
    await v.visit(
        f"/shows/{world.scheduled}/studio",
        "run-item",
        ("tab-offers", "offer-accept"),
        ("offer-counter", "offer-counter-form"),
    )
    await v.visit(
        f"/shows/{world.interrupted}/studio",
        "run-item",
        ("note-fold", "note-input"),
        ("obs-open", "make-key"),
    )
    await v.visit(
        f"/shows/{world.draft}/studio",
        "run-item",
        ("camera-on", "not-on-air"),
        ("devices", "camera-choice"),
    )
    await v.visit(
        f"{show}/settings", "audit-entry", ("add-open", "add-row"), ("make-key", "stream-key")
    )
    await v.visit("/new", "new-show-form", ("more", "hold-seconds"), ("when-later", "scheduled-at"))
    await v.visit(
        "/closet",
        "listings",
        ("new-listing", "listing-form"),
        ("tab-lending", "mandate-accept"),
        ("tab-coupons", "coupon-uses"),
        ("coupon-new", "coupon-form"),
    )
    await v.visit(f"/orders/{world.orders[0]}", "ledger", ("order-refund", "reason-form"))
    await v.visit(f"/orders/{world.orders[4]}", "ledger", ("order-ship", "ship-form"))
    await v.visit(f"/orders/{world.orders[2]}", "refunded")
    await v.visit("/orders#sold", "balances", ("sold-choose", "sold-pack"))


async def seller(world: World, v: Visitor) -> None:
    await v.visit("/closet#lending", "lent-offers")
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
    # Muted.
    await v.visit(f"/shows/{world.stage.show}", "chat-muted")


async def moderator(world: World, v: Visitor) -> None:
    await v.visit(
        f"/shows/{world.stage.show}",
        "chat-line-act",
        ("poll-tool", "poll-desk"),
        ("whisper-tool", "whisper-input"),
    )
    await v.tap("chat-line-act", "mod-mute")
    await v.tap("mod-ban", "mod-ban-confirm")
    await close_sheet(v.page)
    await v.tap("mod-open" if v.device == "phone" else "tab-moderate", "mod-panel")
    for tab, then in (
        ("tab-people", "person"),
        ("tab-rules", "word-input"),
        ("tab-log", "audit-entry"),
    ):
        await v.tap(tab, then)


async def banned(world: World, v: Visitor) -> None:
    await v.visit(f"/shows/{world.stage.show}", "outside")


async def newcomer(world: World, v: Visitor) -> None:
    """Somebody who has nothing yet."""
    await v.visit("/cart", NOTHING)
    await v.visit("/orders", NOTHING, ("tab-sold", NOTHING))
    await v.visit("/closet", NOTHING, ("tab-lending", NOTHING))
    await v.visit(f"/shows/{world.stage.show}/studio", NOTHING)
    await v.visit(f"/shows/{world.stage.show}/settings", NOTHING)
    await v.page.get_by_test_id("account-menu").click()
    await v.look("the menu of the account", "sign-out")


Tour = Callable[[World, Visitor], Awaitable[None]]

# Who looks, by handle; None is nobody who is known here.
TOURS: dict[str | None, Tour] = {
    None: guest,
    "buyer": buyer,
    "host": host,
    LONG_HANDLE: seller,
    "mod": moderator,
    "banned": banned,
    "newcomer": newcomer,
}
