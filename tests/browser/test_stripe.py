"""Paying with Stripe in a browser: its form is mounted in the document and seen in our page."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from liveshow.settings import Settings
from tests.browser.conftest import Enter
from tests.browser.people import write_address
from tests.payments.stripe.edge import PUBLISHABLE_KEY, SECRET_KEY, Edge, open_stripe
from tests.stage import Stage
from tests.support import seconds


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    async with open_stripe() as edge:
        yield edge


@pytest.fixture
def settings(settings: Settings, edge: Edge) -> Settings:
    update = {
        "stripe_secret_key": SECRET_KEY,
        "stripe_publishable_key": PUBLISHABLE_KEY,
        "stripe_api_base": edge.url,
        "test_payments": False,
    }
    return Settings(**{**settings.model_dump(exclude_unset=True), **update})


async def type_card(page: Page, number: str) -> None:
    for field, typed in (
        ("number", number),
        ("exp_month", "12"),
        ("exp_year", "40"),
        ("cvc", "123"),
        ("postal_code", "12345"),
    ):
        await page.get_by_placeholder(field).fill(typed)
    await page.get_by_test_id("stripe-pay").click()


async def test_a_buyer_pays_with_stripes_form_and_then_with_a_saved_card(
    stage: Stage, enter: Enter, edge: Edge
) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    await stage.command("start")
    await stage.command("require_card", required=True)
    buyer = await stage.server.account("buyer")
    page = await enter("buyer", f"/shows/{stage.show}")
    await page.get_by_test_id("card-wanted").get_by_role("link").click()
    await page.get_by_test_id("card-add").click()
    await type_card(page, "4242424242424242")
    saved = page.get_by_test_id("saved-card")
    await expect(saved).to_have_text("Visa ending in 4242, until 12/2040")

    async def to_checkout(title: str) -> None:
        item = await stage.item(title=title, price=1000, shipping={"flat": 0})
        await stage.command("claim", by=buyer, item=item)
        await page.goto(f"/cart?show={stage.show}")
        if title == "Mug":
            await write_address(page)
        await page.get_by_test_id("checkout").click()
        await expect(page.get_by_test_id("stripe-pay")).to_have_text("Pay $10.00")

    await to_checkout("Mug")
    # It lies in the document, not in a shadow tree, and is seen where our form is.
    assert await page.evaluate("() => !!document.querySelector('body [slot=stripe] input')")
    await type_card(page, "4000000000003220")
    await expect(page.get_by_test_id("payment")).to_have_attribute("data-status", "challenge")
    await page.get_by_role("button", name="Go on with your bank").click()
    await page.get_by_text("Complete authentication").click()
    await expect(page.get_by_test_id("outcome")).to_contain_text("Paid. It is yours.")

    await to_checkout("Jug")
    await page.get_by_test_id("pay-with-card").click()
    await expect(page.get_by_test_id("outcome")).to_contain_text("Paid. It is yours.")
    made = await edge.intents()
    assert [(each["status"], each["amount"]) for each in made] == [("succeeded", 1_000)] * 2

    await page.goto("/cart")
    await page.get_by_test_id("card-link").click()
    await page.get_by_test_id("card-remove").click()
    await expect(saved).to_have_count(0)
