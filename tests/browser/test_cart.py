"""Carts that are opened in spite of something."""

from __future__ import annotations

from playwright.async_api import Route, expect

from tests.browser.conftest import Enter
from tests.browser.people import pay, write_address
from tests.stage import Stage
from tests.support import seconds


async def test_whoever_is_banned_can_still_pay_for_what_they_hold(
    stage: Stage, enter: Enter
) -> None:
    """faults.md 70: the page's title stayed "Cart" after paying."""
    expect.set_options(timeout=seconds(20) * 1000)
    await stage.command("start")
    item = await stage.item(title="Mug", price=1000, shipping={"flat": 0})
    buyer = await stage.server.account("buyer")
    await stage.command("claim", by=buyer, item=item)
    await stage.command("ban", user=buyer.id, reason="Spam")
    page = await enter("buyer", "/cart", "phone")
    await page.get_by_test_id("cart-open").click()
    await expect(page).to_have_title("Your cart · liveshow")
    await write_address(page)
    await page.get_by_test_id("checkout").click()
    await expect(page).to_have_title("Pay · liveshow")
    await pay(page)
    await expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    await expect(page).to_have_title("Thank you · liveshow")


async def test_a_server_that_takes_no_payments_says_so_before_anything_is_typed(
    stage: Stage, enter: Enter
) -> None:
    expect.set_options(timeout=seconds(20) * 1000)

    async def without_payments(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, json=await answer.json() | {"payable": False})

    await stage.command("start")
    item = await stage.item(title="Mug", price=1000)
    buyer = await stage.server.account("buyer")
    await stage.command("claim", by=buyer, item=item)
    page = await enter("buyer", "/", "phone")
    await page.route("**/api/cart", without_payments)
    await page.goto(f"{stage.server.url}/cart?show={stage.show}")
    await expect(page.get_by_test_id("no-payments")).to_be_visible()
    await expect(page.get_by_test_id("checkout")).to_be_disabled()
    await expect(page.get_by_test_id("address-postcode")).to_be_hidden()
    await expect(page.get_by_test_id("cart-line")).to_have_count(1)
