"""A flash price with three pieces: started with few taps, bought on a phone, over for the next."""

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


async def test_three_pieces_go_at_a_flash_price_on_a_phone(stage: Stage, enter: Enter) -> None:
    item = await stage.item(title="Camel coat", price=4000, quantity=6)
    await stage.command("start")
    await stage.command("pin", item=item)
    guest = await enter(None, f"/shows/{stage.show}")
    host = await enter("host", f"/shows/{stage.show}/studio", "desktop")
    await host.get_by_test_id("run-open").click()
    await host.get_by_test_id("flash-percent-50").click()
    await host.get_by_test_id("flash-more").click()
    await host.get_by_test_id("flash-quantity").fill("3")
    await host.get_by_test_id("flash-start").click()
    await expect(host.get_by_test_id("flash-known")).to_contain_text("0 of 3 went")

    # Who is not signed in sees the price too, and is brought back to it.
    await expect(guest.get_by_test_id("price")).to_contain_text("$20.00")
    await expect(guest.get_by_test_id("flash-left")).to_be_visible()
    ann = await enter("ann", f"/shows/{stage.show}")
    await expect(ann.get_by_test_id("price").locator("s")).to_have_text("$40.00")
    claim = ann.get_by_test_id("claim")
    await expect(claim).to_have_attribute("aria-label", "Claim Camel coat for $20.00")
    await claim.tap()
    await expect(ann.get_by_test_id("my-holds")).to_contain_text("Pay $2")
    await expect(guest.get_by_test_id("flash")).to_contain_text("2 of 3 left")

    # Two others take what is left of it: from then on it costs what it did.
    for handle in ("ben", "cleo"):
        buyer = await stage.server.account(handle)
        await stage.command("claim", by=buyer, item=item, price=2000)
    await expect(guest.get_by_test_id("flash")).to_contain_text("all taken")
    await expect(guest.get_by_test_id("price")).to_have_text("$40.00")
    await expect(host.get_by_test_id("flash-went")).to_contain_text("3 of 3 went")

    await host.get_by_test_id("flash-end").click()
    await host.get_by_test_id("flash-end").click()
    await expect(guest.get_by_test_id("flash")).to_have_count(0)
    await expect(guest.get_by_test_id("claim-sign-in")).to_be_visible()
    (held, *_) = (await stage.mine(await stage.server.account("ann")))["claims"]
    assert held["price"] == 2000
