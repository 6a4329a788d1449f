"""Pieces are counted alike wherever they are held; an order says to each what is theirs to do."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.people import buy, lend
from tests.stage import Stage
from tests.support import seconds

TWICE = "\N{MULTIPLICATION SIGN} 2"


async def test_two_mugs_are_two_for_the_buyer_and_in_the_studio(stage: Stage, enter: Enter) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    sizes = [{"size": "Small", "quantity": 3}, {"size": "Large", "quantity": 3}]
    mug = await stage.item(title="Mug", price=1000, variants=sizes)
    hat = await stage.item(title="Hat", price=3000)
    await stage.command("configure", claims_per_buyer=2)
    await stage.command("start")
    await stage.command("pin", item=mug)
    studio = await enter("host", f"/shows/{stage.show}/studio", "desktop")
    page = await enter("buyer", f"/shows/{stage.show}")
    await page.get_by_test_id("pinned-open").click()
    detail = page.get_by_test_id("item-detail")
    await detail.locator('[data-variant="Large"]').click()
    await detail.get_by_role("button", name="One more").click()
    await detail.get_by_test_id("claim").click()
    await expect(page.get_by_test_id("claim-result")).to_contain_text(f"#1 Mug {TWICE}, Large")
    await page.get_by_test_id("result-close").click()
    await expect(page.get_by_test_id("my-holds")).to_contain_text(f"#1 {TWICE} is yours")
    await expect(page.get_by_test_id("pinned-item")).to_contain_text(f"Held by you {TWICE}")

    row = studio.locator('[data-testid="run-item"][data-number="1"]')
    await expect(row).to_contain_text("2 held")
    await expect(studio.get_by_test_id("held-count").first).to_have_text("2")

    await stage.command("claim", by=await stage.server.account("buyer"), item=hat)
    await expect(page.get_by_test_id("my-holds")).to_contain_text("3 are yours")
    await page.goto("/cart")
    await expect(page.get_by_test_id(f"cart-{stage.show}")).to_contain_text("3 pieces")


async def test_an_order_of_a_lent_piece_says_to_each_what_is_theirs(
    stage: Stage, enter: Enter
) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    seller, buyer = await stage.server.account("seller"), await stage.server.account("buyer")
    listing = await stage.listing(by=seller, title="Jacket", price=9000)
    await lend(stage, seller, listing["id"])
    jacket = (await stage.command("add", listing=listing["id"]))["item"]
    await stage.command("start")
    await stage.command("promise", item=jacket, text="gift-wrapped")
    await stage.command("claim", by=buyer, item=jacket)
    (order,) = await buy(stage, buyer)

    wanted = {
        "buyer": ("@seller packs your parcel.", "Print receipt"),
        "seller": ("Pack it, then mark it as packed.", "Print packing slip"),
        "host": ("@seller packs the parcel.", "Print summary"),
    }
    for who, (next_step, on_paper) in wanted.items():
        page = await enter(who, f"/orders/{order}")
        await expect(page.get_by_text(next_step)).to_be_visible()
        await expect(page.get_by_test_id("order-print")).to_have_text(on_paper)
        await expect(page.get_by_test_id("no-address")).to_be_visible(visible=who == "host")
        line = page.get_by_test_id("order-line")
        await expect(line).to_contain_text("Promised with it")
        await expect(line).to_contain_text("gift-wrapped")
