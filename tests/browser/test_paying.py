"""The card form as people use it: how they write a date, and what they see without a network."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.people import write_address
from tests.stage import Stage
from tests.support import seconds

# What is typed, what stands in the field, what the provider is sent.
DATES = [
    ("5/40", "05/40", "05/40"),
    ("1/39", "01/39", "01/39"),
    ("05/40", "05/40", "05/40"),
    ("11/2039", "11/2039", "11/39"),
    ("1240", "12/40", "12/40"),
    ("540", "05/40", "05/40"),
    ("122040", "12/2040", "12/40"),
    ("12 / 40", "12/40", "12/40"),
]


async def at_the_card(stage: Stage, enter: Enter) -> Page:
    """A buyer who has got as far as the card."""
    expect.set_options(timeout=seconds(20) * 1000)
    mug = await stage.item(title="Mug", price=1000, shipping={"flat": 0})
    await stage.command("start")
    await stage.command("claim", by=await stage.server.account("buyer"), item=mug)
    page = await enter("buyer", f"/cart?show={stage.show}")
    await write_address(page)
    await page.get_by_test_id("checkout").click()
    await expect(page.get_by_test_id("card-form")).to_be_visible()
    return page


async def test_a_card_is_valid_until_what_was_typed(stage: Stage, enter: Enter) -> None:
    page = await at_the_card(stage, enter)
    await page.get_by_test_id("test-card-declined").click()
    expiry = page.get_by_test_id("card-expiry")
    for typed, shown, sent in DATES:
        for write in (expiry.press_sequentially, expiry.fill):
            await expiry.fill("")
            await write(typed)
            await expect(expiry).to_have_value(shown)
        async with page.expect_request("**/confirm") as confirm:
            await page.get_by_test_id("pay").click()
        request = await confirm.value
        paid = request.post_data_json
        assert paid
        assert paid["card"]["expiry"] == sent, typed
        await expect(page.get_by_test_id("payment-error")).to_be_visible()
        await expect(page.get_by_test_id("pay")).to_be_enabled()

    # A slash can be taken away, and what is no month is not taken for one.
    await expiry.fill("12/40")
    for _ in range(3):
        await expiry.press("Backspace")
    await expect(expiry).to_have_value("12")
    await expiry.fill("00/40")
    assert not await expiry.evaluate("(input) => input.checkValidity()")


@pytest.mark.parametrize("server_comes_back", [True, False])
async def test_no_connection_is_said_above_the_card_and_forgotten_when_it_is_back(
    stage: Stage, enter: Enter, server_comes_back: bool
) -> None:
    page = await at_the_card(stage, enter)
    await page.get_by_test_id("test-card-succeeds").click()
    await page.route("**/api/payments/**", lambda route: route.abort())
    await page.get_by_test_id("pay").click()
    problem = page.get_by_test_id("problem")
    await expect(problem).to_be_in_viewport()
    await expect(problem).to_contain_text("No connection")
    form = await page.get_by_test_id("card-form").bounding_box()
    said = await problem.bounding_box()
    assert form
    assert said
    assert said["y"] + said["height"] <= form["y"]

    if server_comes_back:
        # It is noticed without a tap.
        await page.unroute("**/api/payments/**")
        await expect(problem).to_be_hidden()
    else:
        # The next tap is what gets through.
        await page.unroute("**/api/payments/**")
        await page.route("**/api/payments/*", lambda route: route.abort())
    await page.get_by_test_id("pay").click()
    await expect(page.get_by_test_id("order-link")).to_be_visible()
    await expect(problem).to_be_hidden()
    await expect(page.get_by_test_id("outcome")).to_contain_text("The seller has your address")


async def test_what_is_claimed_meanwhile_is_said_beside_a_payment_that_runs(
    stage: Stage, enter: Enter
) -> None:
    """A payment that waited for its provider was all that one saw; the clock of the rest ran."""
    await stage.command("configure", claims_per_buyer=5)
    page = await at_the_card(stage, enter)
    hat = await stage.item(title="Hat", price=500)
    await stage.command("claim", by=await stage.server.account("buyer"), item=hat)
    await page.reload()
    await expect(page.get_by_test_id("card-form")).to_be_visible()
    await expect(page.get_by_test_id("cart-more")).to_contain_text(
        "You hold one more piece in this show. Finish this payment first, then pay for that."
    )
