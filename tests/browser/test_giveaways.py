"""A giveaway from the studio to an order: entered, drawn, drawn again on its page, claimed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import expect

from liveshow.verify import giveaway as verifying
from tests.browser.conftest import Enter
from tests.browser.people import write_address
from tests.stage import Stage
from tests.support import seconds

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def patience() -> None:
    expect.set_options(timeout=seconds(20) * 1000)


async def test_a_giveaway_from_the_studio_to_an_order(
    stage: Stage, enter: Enter, tmp_path: Path
) -> None:
    item = await stage.item(title="Camel coat", price=4000)
    await stage.command("start")
    host = await enter("host", f"/shows/{stage.show}/studio", "desktop")
    await host.get_by_test_id("giveaway-prepare").click()
    await host.get_by_test_id("giveaway-item").select_option(item)
    await expect(host.get_by_test_id("giveaway-title")).to_have_value("Camel coat")
    await host.get_by_test_id("giveaway-send").click()
    await expect(host.get_by_test_id("giveaway-standing")).to_contain_text("0 entries")

    ann = await enter("ann", f"/shows/{stage.show}")
    await expect(ann.get_by_test_id("giveaway-odds")).to_have_text(
        "0 entries · you would win with 1 in 1"
    )
    await ann.locator("ls-giveaway summary").tap()
    await expect(ann.get_by_test_id("giveaway-rules")).to_contain_text("No purchase is necessary")
    await ann.get_by_test_id("giveaway-enter").tap()
    await expect(ann.get_by_test_id("giveaway-in")).to_be_visible()
    await expect(host.get_by_test_id("giveaway-standing")).to_contain_text("1 entry")
    # It is taken back, and given away again in less time.
    await host.get_by_test_id("giveaway-cancel").click()
    await host.locator("[data-testid=giveaway-cancel][data-asks]:enabled").click()
    await expect(ann.get_by_test_id("giveaway")).to_have_count(0)
    giveaway = (await stage.command("giveaway", title="Camel coat", item=item, seconds=10))[
        "giveaway"
    ]
    await ann.get_by_test_id("giveaway-enter").focus()
    await ann.keyboard.press("Enter")
    await expect(ann.get_by_test_id("giveaway-in")).to_be_visible()

    await ann.get_by_test_id("prize-claim").tap()
    await ann.wait_for_url(f"**/giveaways/{giveaway}")
    steps = ann.get_by_test_id("proof-steps").locator("li")
    await expect(steps).to_have_count(4)
    said = [await steps.nth(n).get_attribute("data-ok") for n in range(4)]
    assert said == ["true", "true", "true", "null"]
    await expect(ann.get_by_test_id("proof-outcome")).to_contain_text("You won, of 1 entry")
    async with ann.expect_download() as saving:
        await ann.get_by_test_id("proof-save").click()
    file = tmp_path / "proof.json"
    await (await saving.value).save_as(file)
    assert verifying.agrees(verifying.verify(file.read_text()))
    assert json.loads(file.read_text())["giveaway"] == giveaway

    await write_address(ann)
    await ann.get_by_test_id("prize-send").click()
    await ann.get_by_test_id("prize-ordered").get_by_role("link").click()
    await expect(ann.get_by_text("Camel coat").first).to_be_visible()
    await expect(host.get_by_test_id("giveaway-desk")).to_contain_text("pack it under Orders")
