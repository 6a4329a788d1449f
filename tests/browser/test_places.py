"""Where parcels go: a form that asks for what the country has."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect

from liveshow.app import PARTS
from liveshow.domain.values import Address
from tests.browser.conftest import Enter
from tests.browser.people import ADDRESS
from tests.stage import Stage
from tests.support import eventually, seconds


async def test_an_address_is_asked_for_as_its_country_writes_it(stage: Stage, enter: Enter) -> None:
    """faults.md 30: fields follow the country; what was typed comes back with it."""
    expect.set_options(timeout=seconds(20) * 1000)
    await stage.command("start")
    item = await stage.item(title="Mug", price=1000)
    buyer = await stage.server.account("buyer")
    await stage.command("claim", by=buyer, item=item)
    page = await enter("buyer", f"/cart?show={stage.show}")
    country = page.get_by_test_id("address-country")
    city, region, postcode = (
        page.get_by_test_id(f"address-{part}") for part in ("city", "region", "postcode")
    )
    await country.select_option("US")
    await expect(postcode).to_have_accessible_name("ZIP code")
    await expect(region).to_have_accessible_name("State")
    for name in ("name", "line1", "city", "region"):
        await page.get_by_test_id(f"address-{name}").fill(ADDRESS[name])
    await postcode.fill("ABC")

    await country.select_option("HK")
    await expect(postcode).to_be_hidden()
    await expect(region).to_have_accessible_name("Area")
    await country.select_option("SG")
    await expect(city).to_be_hidden()
    await expect(region).to_be_hidden()
    await expect(postcode).to_be_visible()
    await country.select_option("US")
    await expect(region).to_have_value("NY")
    await expect(city).to_have_value("Springfield")
    await expect(postcode).to_have_value("ABC")

    await page.get_by_test_id("checkout").click()
    await expect(page.get_by_text("has 5 digits, for example 95014").first).to_be_visible()
    assert (await stage.mine(buyer))["cart"]["payment"] is None
    # A reload loses nothing either.
    await page.reload()
    await expect(country).to_have_value("US")
    await expect(postcode).to_have_value("ABC")
    await expect(region).to_have_value("NY")
    await postcode.fill("12345")
    await page.get_by_test_id("checkout").click()
    await expect(page.get_by_test_id("pay")).to_be_visible()

    async def kept() -> Any:
        return (await stage.server.get("/api/me", by=buyer))["address"]

    # The page keeps it for the next time beside the payment, not before it.
    saved = await eventually(kept, within=20)
    assert (saved["region"], saved["postcode"], saved["country"]) == ("NY", "12345", "US")
    await page.wait_for_function(
        "() => !Object.keys(sessionStorage).some((name) => name.includes('address.'))"
    )


async def test_a_saved_address_that_lacks_something_is_completed_at_the_checkout(
    stage: Stage, enter: Enter
) -> None:
    """faults.md 30: it stays as it is until then, and nothing is sent before it is whole."""
    expect.set_options(timeout=seconds(20) * 1000)
    await stage.command("start")
    item = await stage.item(title="Mug", price=1000)
    buyer = await stage.server.account("buyer")
    old = Address(**ADDRESS | {"region": ""})
    await stage.server.app[PARTS].accounts.update(buyer.id, {"address": old})
    await stage.command("claim", by=buyer, item=item)
    page = await enter("buyer", f"/cart?show={stage.show}")
    await expect(page.get_by_text("A parcel to this country needs a state")).to_be_visible()
    await expect(page.get_by_test_id("address-line1")).to_have_value(ADDRESS["line1"])
    await page.get_by_test_id("address-region").fill("NY")
    await page.get_by_test_id("checkout").click()
    await expect(page.get_by_test_id("pay")).to_be_visible()
