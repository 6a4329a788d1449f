"""Buyers, owners and hosts hear on every page what they wait for."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.stage import Stage
from tests.support import seconds


@pytest.fixture(autouse=True)
def patience() -> None:
    expect.set_options(timeout=seconds(20) * 1000)


async def test_a_promotion_is_told_on_the_page_of_orders(stage: Stage, enter: Enter) -> None:
    """faults.md 59: "We tell you when it is yours", with the clock, the bag and the page's title.

    The page of the show does not tell it a second time.
    """
    coat = await stage.item(title="Camel coat", quantity=2)
    await stage.command("configure", claims_per_buyer=3)
    await stage.command("start")
    ann, ben = await stage.server.account("ann"), await stage.server.account("ben")
    held = (await stage.command("claim", by=ann, item=coat, quantity=2))["claim"]
    await stage.command("claim", by=ben, item=coat, quantity=2)
    page = await enter("ben", "/orders")
    await expect(page.get_by_test_id("cart-link")).to_be_visible()
    await expect(page.get_by_test_id("held-bar")).to_have_count(0)
    await stage.command("release", by=ann, claim=held)
    await expect(page.get_by_test_id("toast")).to_contain_text("Your turn! #1 Camel coat is yours.")
    await expect(page.get_by_test_id("cart-count")).to_have_text("2")
    bar = page.get_by_test_id("held-bar")
    await expect(bar).to_contain_text("2 pieces are yours")
    await expect(bar).to_contain_text(re.compile(r"\d:\d\d"))
    await expect(page).to_have_title(re.compile(r"^\(2\) "))
    await page.get_by_test_id("held-pay").click()
    await expect(page.get_by_test_id("cart-line")).to_be_visible()
    await expect(page).not_to_have_title(re.compile(r"^\("))
    await page.goto(f"/shows/{stage.show}")
    await expect(page.get_by_test_id("my-holds")).to_be_visible()
    await expect(page.get_by_test_id("claim-result")).to_have_count(0)


async def test_a_request_to_lend_and_its_answer_are_told(stage: Stage, enter: Enter) -> None:
    """faults.md 59: the owner has a badge without reloading, and so has the host who asked."""
    vera = await stage.server.account("vera")
    listing = await stage.listing(by=vera, title="Jacket", currency="USD")
    owner = await enter("vera", "/")
    host = await enter("host", "/orders")
    await expect(owner.get_by_test_id("account-menu")).to_be_visible()
    await expect(host.get_by_test_id("account-menu")).to_be_visible()
    ask = {"listing": listing["id"], "show": stage.show}
    mandate = await stage.server.post("/api/mandates", ask, by=stage.host)
    await expect(owner.get_by_test_id("toast")).to_contain_text("@host asks to sell “Jacket”")
    badge = owner.get_by_test_id("lending-count")
    await expect(badge).to_have_text(re.compile("^1"))
    await owner.get_by_test_id("toast-action").click()
    await expect(owner.locator("ls-mandate")).to_have_count(1)

    await stage.server.post(f"/api/mandates/{mandate['id']}/accept", by=vera)
    await expect(host.get_by_test_id("toast")).to_contain_text("@vera agreed")
    await expect(host.get_by_test_id("lending-count")).to_have_text(re.compile("^1"))
    await expect(badge).to_have_count(0)
    await host.get_by_test_id("toast-action").click()
    await expect(host.locator("ls-mandate")).to_have_count(1)
    await expect(host.get_by_test_id("lending-count")).to_have_count(0)
