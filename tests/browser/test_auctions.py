"""An auction with two bidders on phones: outbid, a maximum, the end, and what is won is held."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Enter
from tests.stage import Stage
from tests.support import eventually, seconds

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def patience() -> None:
    expect.set_options(timeout=seconds(20) * 1000)


async def hold(page: Page) -> None:
    """Rest a finger on the button for as long as it takes."""
    button = page.get_by_test_id("bid")
    box = await button.bounding_box()
    assert box
    await page.mouse.move(box["x"] + 40, box["y"] + box["height"] / 2)
    await page.mouse.down()
    await page.wait_for_timeout(700)
    await page.mouse.up()


async def test_an_auction_from_its_preparation_to_the_cart(stage: Stage, enter: Enter) -> None:
    item = await stage.item(title="Camel coat", price=4000)
    await stage.command("start")
    await stage.command("pin", item=item)
    host = await enter("host", f"/shows/{stage.show}/studio", "desktop")
    await host.get_by_test_id("run-open").click()
    await host.get_by_test_id("auction-prepare").click()
    await host.get_by_test_id("auction-start").fill("10")
    await host.get_by_test_id("auction-seconds").select_option("15")
    await host.get_by_test_id("auction-send").click()
    await expect(host.get_by_test_id("auction-known")).to_contain_text("no bids yet")

    # Before the clock runs one can bid. A tap that is too short is no bid.
    show = f"/shows/{stage.show}"
    ann, ben = await enter("ann", show), await enter("ben", show)
    await expect(ann.locator("ls-hold-button")).to_have_text("Hold to bid $10.00")
    await ann.get_by_test_id("bid").tap()
    await expect(ann.get_by_test_id("auction-leading")).to_have_count(0)
    await hold(ann)
    await expect(ann.get_by_test_id("auction-leading")).to_be_visible()
    await expect(ben.locator("ls-hold-button")).to_have_text("Hold to bid $11.00")
    await expect(ben.get_by_test_id("auction-standing")).to_contain_text("@ann leads")

    await host.get_by_test_id("auction-open").click()
    await expect(ben.get_by_test_id("auction-left")).to_be_visible()
    # Far above is asked again; what one would pay nobody else sees.
    await ben.get_by_test_id("bid-maximum").tap()
    await ben.get_by_test_id("bid-amount").fill("400")
    await ben.get_by_test_id("bid-send").tap()
    await expect(ben.get_by_test_id("bid-sure")).to_contain_text("$400.00 is far above")
    await ben.get_by_test_id("bid-amount").fill("30")
    await ben.get_by_test_id("bid-send").tap()
    await expect(ben.get_by_test_id("auction-leading")).to_be_visible()
    await expect(ann.get_by_test_id("auction-price")).to_have_text("$11.00")
    await expect(ann.locator("ls-hold-button")).to_have_text("Hold to bid $12.00")
    await ann.get_by_test_id("bid-again").check()
    await hold(ann)
    # The maximum of somebody else stands against it at once.
    await expect(ann.get_by_test_id("auction-price")).to_have_text("$13.00")
    await expect(ben.get_by_test_id("auction-standing")).to_contain_text("your maximum is $30.00")

    await expect(ben.get_by_test_id("auction")).to_have_count(0)
    await expect(ben.get_by_test_id("toast").first).to_contain_text("You have won #1 Camel coat")
    over = ann.get_by_test_id("toast").filter(has_text="Somebody else has won it.")
    await expect(over).to_be_visible()

    async def held() -> bool:
        claims = (await stage.mine(await stage.server.account("ben")))["claims"]
        return [claim["price"] for claim in claims] == [1300]

    await eventually(held, within=20)
    await ben.get_by_test_id("pay-now").first.tap()
    await expect(ben.get_by_text("$13.00").first).to_be_visible()

    # Ben gives it back. Ann has it at the price without him, if she wants it.
    buyer = await stage.server.account("ben")
    [claim] = (await stage.mine(buyer))["claims"]
    await stage.command("release", by=buyer, claim=claim["claim"])
    await expect(ann.get_by_test_id("chance")).to_contain_text("You can have it for $10.00")
    await ann.get_by_test_id("chance-take").tap()
    await expect(ann.get_by_test_id("chance")).to_have_count(0)
    [claim] = (await stage.mine(await stage.server.account("ann")))["claims"]
    assert claim["price"] == 1000


async def test_a_guest_signs_in_to_bid_and_a_key_is_enough(stage: Stage, enter: Enter) -> None:
    item = await stage.item(title="Camel coat", price=4000)
    await stage.command("start")
    await stage.command("auction", item=item, start_price=1000, prepare=True)
    guest = await enter(None, f"/shows/{stage.show}")
    await expect(guest.get_by_test_id("bid-sign-in")).to_be_visible()
    ann = await enter("ann", f"/shows/{stage.show}", "desktop")
    await ann.get_by_test_id("bid").focus()
    await ann.keyboard.press("Enter")
    await expect(ann.get_by_test_id("auction-leading")).to_be_visible()
    owner = await enter("host", f"/shows/{stage.show}", "desktop")
    await expect(owner.get_by_test_id("auction")).to_be_visible()
    await expect(owner.get_by_test_id("bid")).to_have_count(0)
