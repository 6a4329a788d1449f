"""A seller: from signing up to a listing that is sold in somebody else's show, and taken back."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.people import close_sheet, pay, picture, write_address
from tests.stage import Stage
from tests.support import seconds


async def sign_up(page: Page, handle: str) -> None:
    await page.get_by_test_id("tab-up").click()
    await page.get_by_test_id("handle").fill(handle)
    await page.get_by_test_id("password").fill("a short sentence")
    await page.get_by_test_id("sign-in-submit").click()


async def test_a_listing_is_made_lent_sold_and_taken_back(
    stage: Stage, enter: Enter, tmp_path: Path
) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    photo = tmp_path / "coat.jpg"
    photo.write_bytes(picture())

    # A stranger wants to open a closet, and has to sign up for it.
    seller = await enter(None, "/closet")
    await expect(seller.get_by_text("Sign in to open your closet.")).to_be_visible()
    await sign_up(seller, "Host")
    await expect(seller.get_by_test_id("sign-up-form")).to_contain_text("That handle is taken")
    await sign_up(seller, "vera")
    await expect(seller.get_by_role("heading", name="My closet")).to_be_visible()
    assert seller.url.endswith("/closet")

    # Photo, title, price: that is a listing.
    await seller.get_by_test_id("new-listing").click()
    await seller.get_by_test_id("photo-file").set_input_files(photo)
    await expect(seller.get_by_test_id("photo")).to_have_count(1)
    await seller.get_by_test_id("listing-title").fill("Camel coat")
    await seller.get_by_test_id("listing-price").fill("nothing")
    await seller.get_by_test_id("listing-save").click()
    await expect(seller.get_by_test_id("listing-form")).to_be_visible()
    await seller.get_by_test_id("listing-price").fill("148.50")
    await seller.get_by_test_id("listing-save").click()
    await expect(seller.get_by_test_id("shipping-kind")).to_be_focused()
    await seller.get_by_test_id("shipping-kind").select_option("flat")
    await seller.get_by_test_id("shipping-flat").fill("8.95")
    await seller.get_by_test_id("listing-more").click()
    await seller.get_by_test_id("listing-currency").select_option("USD")
    await seller.get_by_test_id("listing-save").click()
    listings = seller.locator("ls-listing-card")
    await expect(listings).to_have_count(1)
    await expect(listings.locator("img")).to_have_js_property("complete", True)
    assert await listings.locator("img").evaluate("(image) => image.naturalWidth") > 0

    # One that comes in sizes.
    await seller.get_by_test_id("new-listing").click()
    await seller.get_by_test_id("listing-title").fill("Silk shirt")
    await seller.get_by_test_id("listing-price").fill("45")
    for at, (size, pieces) in enumerate((("S", "1"), ("M", "2"))):
        await seller.get_by_test_id("variant-add").click()
        await seller.get_by_test_id("variant-size").nth(at).fill(size)
        await seller.get_by_test_id("variant-quantity").nth(at).fill(pieces)
    await seller.get_by_test_id("listing-save").click()
    await expect(listings).to_have_count(2)
    await expect(listings.first).to_contain_text("Silk shirt")
    await seller.reload()
    await listings.filter(has_text="Silk shirt").click()
    await expect(seller.get_by_text("M: 2 left")).to_be_visible()
    await close_sheet(seller)

    # The price was too high.
    coat = listings.filter(has_text="Camel coat")
    await coat.click()
    await seller.get_by_test_id("edit-listing").click()
    await seller.get_by_test_id("listing-price").fill("120")
    await seller.get_by_test_id("listing-save").click()
    await expect(coat).to_contain_text("120")

    # It gets another title on the phone while the form is open here: neither edit is lost.
    await coat.click()
    await seller.get_by_test_id("edit-listing").click()
    await seller.evaluate(
        """async () => {
          const { get, patch } = await import("/web/lib/api.js");
          const { items } = await get("/api/listings?seller=vera");
          const { id } = items.find(({ title }) => title === "Camel coat");
          await patch(`/api/listings/${id}`, { title: "Camel coat, wool" });
        }"""
    )
    await seller.get_by_test_id("listing-price").fill("119")
    await seller.get_by_test_id("listing-save").click()
    await expect(seller.get_by_test_id("problem")).to_contain_text("changed meanwhile")
    await seller.get_by_test_id("listing-take-over").click()
    await expect(seller.get_by_test_id("listing-title")).to_have_value("Camel coat, wool")
    await expect(seller.get_by_test_id("listing-price")).to_have_value("119")
    await seller.get_by_test_id("listing-title").fill("Camel coat")
    await seller.get_by_test_id("listing-price").fill("120")
    await seller.get_by_test_id("listing-save").click()
    await expect(coat).to_contain_text("120")

    # It is offered to a host; first to nobody.
    await coat.click()
    await seller.get_by_test_id("lend-listing").click()
    await seller.get_by_test_id("lend-host").fill("@nobody.here")
    await seller.get_by_test_id("lend-commission").fill("10")
    await seller.get_by_test_id("lend-send").click()
    await expect(seller.get_by_test_id("lend-form")).to_contain_text(
        "There is nobody with that handle."
    )
    await seller.get_by_test_id("lend-host").fill("@Host")
    await seller.get_by_test_id("lend-send").click()
    await seller.get_by_test_id("tab-lending").click()
    await expect(seller.get_by_text("Offered, waits for @host")).to_be_visible()

    # The host accepts, and puts it into the show.
    await stage.command("start")
    host = await enter("host", "/closet", "desktop")
    await expect(host.get_by_test_id("tab-lending")).to_contain_text("1")
    await host.get_by_test_id("tab-lending").click()
    await expect(host.get_by_text("not below $120.00 · 10% for the host")).to_be_visible()
    await host.get_by_test_id("mandate-accept").click()
    await expect(host.get_by_test_id("mandate-revoke")).to_be_visible()
    await host.goto(f"/shows/{stage.show}/studio")
    await host.get_by_test_id("add-open").click()
    await host.get_by_test_id("tab-lent").click()
    await host.get_by_test_id("add").click()
    await close_sheet(host)
    await host.get_by_test_id("pin").click()

    # A viewer knows whose it is and what comes on top, before claiming.
    buyer = await enter("buyer", f"/shows/{stage.show}")
    card = buyer.get_by_test_id("pinned-item")
    await expect(card).to_contain_text("lent by @vera")
    await expect(card).to_contain_text("+ $8.95 shipping")
    await buyer.get_by_test_id("pinned-open").click()
    detail = buyer.get_by_test_id("item-detail")
    await expect(detail).to_contain_text("Lent by @vera")
    await expect(detail.get_by_test_id("quote")).to_contain_text("$128.95")
    await detail.get_by_test_id("claim").click()
    await expect(buyer.get_by_test_id("claim-result")).to_have_attribute("data-kind", "won")

    # The seller takes it back: it is gone from the page, and the hold can still be paid.
    await seller.reload()
    await seller.get_by_test_id("mandate-revoke").click()
    await seller.get_by_test_id("mandate-revoke-sure").click()
    await expect(card).to_be_hidden()
    await expect(host.get_by_test_id("run-item")).to_have_count(0)
    await expect(buyer.get_by_test_id("my-holds")).to_be_visible()
    await buyer.get_by_test_id("result-pay").click()
    await write_address(buyer)
    await buyer.get_by_test_id("checkout").click()
    await pay(buyer)
    await expect(buyer.get_by_test_id("outcome")).to_contain_text("Paid. It is yours.")
    await seller.goto("/orders#sold")
    await expect(seller.locator("ls-order-card")).to_contain_text("to @buyer")
