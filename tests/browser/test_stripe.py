"""Paying with Stripe in a browser: its form is mounted in the document and seen in our page."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

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


async def test_a_buyer_pays_with_stripes_form_and_the_banks_second_step(
    stage: Stage, enter: Enter, edge: Edge
) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    mug = await stage.item(title="Mug", price=1000, shipping={"flat": 0})
    await stage.command("start")
    await stage.command("claim", by=await stage.server.account("buyer"), item=mug)
    page = await enter("buyer", f"/cart?show={stage.show}")
    await write_address(page)
    await page.get_by_test_id("checkout").click()
    await expect(page.get_by_test_id("stripe-pay")).to_have_text("Pay $10.00")
    # It lies in the document, not in a shadow tree, and is seen where our form is.
    assert await page.evaluate("() => !!document.querySelector('body [slot=stripe] input')")
    for field, typed in (
        ("number", "4000000000003220"),
        ("exp_month", "12"),
        ("exp_year", "40"),
        ("cvc", "123"),
        ("postal_code", "12345"),
    ):
        await page.get_by_placeholder(field).fill(typed)
    await page.get_by_test_id("stripe-pay").click()
    await expect(page.get_by_test_id("payment")).to_have_attribute("data-status", "challenge")
    await page.get_by_role("button", name="Go on with your bank").click()
    await page.get_by_text("Complete authentication").click()
    await expect(page.get_by_test_id("outcome")).to_contain_text("Paid. It is yours.")
    (made,) = await edge.intents()
    assert (made["status"], made["amount"]) == ("succeeded", 1_000)
