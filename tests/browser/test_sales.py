"""The host's list of what is claimed: found by words, put right, taken back, held for somebody."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.stage import Stage
from tests.support import seconds

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def patience() -> None:
    expect.set_options(timeout=seconds(20) * 1000)


async def test_a_hold_is_found_put_right_and_taken_back(stage: Stage, enter: Enter) -> None:
    sizes = [{"size": "S", "quantity": 2}, {"size": "M", "quantity": 2}]
    item = await stage.item(title="Camel coat", variants=sizes)
    await stage.command("start")
    await stage.command("configure", claims_per_buyer=3)
    await stage.command("pin", item=item)
    ann = await enter("ann", f"/shows/{stage.show}")
    account = await stage.server.account("ann")
    small = (await stage.fresh())["state"]["items"][0]["variants"][0]["id"]
    await stage.command("claim", by=account, item=item, variant=small)

    studio = await enter("host", f"/shows/{stage.show}/studio")
    await studio.get_by_test_id("tab-sales").click()
    sale = studio.get_by_test_id("sale")
    await expect(sale).to_contain_text("Camel coat, S")
    await studio.get_by_test_id("sale-change").click()
    await studio.get_by_test_id("change-variant").select_option(label="M")
    await studio.get_by_test_id("change-quantity").fill("2")
    await studio.get_by_test_id("change-reason").fill("You wrote M, twice.")
    await studio.get_by_test_id("change-send").click()
    await expect(sale).to_contain_text("Camel coat, M, 2 pieces")
    told = ann.get_by_test_id("toast").filter(has_text="2 pieces, M")
    await expect(told).to_contain_text("You wrote M, twice.")

    await studio.get_by_test_id("sales-search").fill("nobody")
    await expect(sale).to_have_count(0)
    await studio.get_by_test_id("sales-search").fill("@ANN")
    await expect(sale).to_have_count(1)
    await sale.get_by_role("button", name="Only what @ann has").click()
    await studio.get_by_test_id("sales-hold").click()
    await studio.get_by_test_id("variant").first.click()
    await studio.get_by_test_id("hold-for").click()
    await expect(sale).to_have_count(2)

    await studio.get_by_test_id("sales-filter").select_option("waiting,held,paying")
    await expect(sale).to_have_count(2)
    cancel = sale.nth(1).get_by_test_id("sale-cancel")
    await cancel.click()
    await studio.wait_for_timeout(400)
    await cancel.click()
    await expect(sale).to_have_count(1)
    await expect(ann.get_by_role("link", name="Pay $45.00")).to_be_visible()
