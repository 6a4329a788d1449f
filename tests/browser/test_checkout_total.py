"""What a buyer agreed to pay is what is on the screen."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.people import write_address
from tests.stage import Stage
from tests.support import seconds


async def test_a_total_that_changed_is_shown_and_asked_again(stage: Stage, enter: Enter) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    await stage.command("start")
    pieces = [
        await stage.item(title=title, price=price, shipping={"flat": 0})
        for title, price in (("Mug", 1000), ("Scarf", 2500))
    ]
    buyer = await stage.server.account("buyer")
    await stage.command("claim", by=buyer, item=pieces[0])
    page = await enter("buyer", f"/cart?show={stage.show}")
    checkout = page.get_by_test_id("checkout")
    await expect(checkout).to_contain_text("$10.00")
    await write_address(page)
    # The network keeps the page from hearing what its buyer claims on another device.
    await page.route("**/api/cart", lambda route: route.abort())
    await stage.command("claim", by=buyer, item=pieces[1])

    await checkout.click()
    await expect(page.get_by_test_id("problem")).to_contain_text("total has changed")
    await expect(page.get_by_test_id("cart-line")).to_have_count(2)
    await expect(checkout).to_contain_text("$35.00")
    assert (await stage.mine(buyer))["cart"]["payment"] is None

    # A coupon is tried before it is used, and the total is as it is with it.
    coupon = {"code": "SPRING", "percent": 10}
    await stage.server.post("/api/coupons", coupon, by=stage.host)
    await page.get_by_test_id("coupon-open").click()
    await page.get_by_test_id("coupon-code").fill("sprung")
    await page.get_by_test_id("coupon-apply").click()
    await expect(page.get_by_text("There is no such coupon")).to_be_visible()
    await page.get_by_test_id("coupon-code").fill("spring")
    await page.get_by_test_id("coupon-code").press("Enter")
    await expect(page.get_by_test_id("coupon")).to_contain_text("$3.50 off")
    await expect(page.get_by_test_id("reduction")).to_contain_text("Coupon SPRING")
    await expect(checkout).to_contain_text("$31.50")

    await checkout.click()
    await expect(page.get_by_test_id("pay")).to_contain_text("$31.50")
