"""An offer from the item's sheet over a counter-offer to the cart, on two phones."""

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


async def test_an_offer_with_a_counter_to_the_cart(stage: Stage, enter: Enter) -> None:
    item = await stage.item(title="Camel coat", price=4000, shipping={"flat": 500})
    await stage.command("start")
    await stage.command("pin", item=item)
    host = await enter("host", f"/shows/{stage.show}/studio")
    ann = await enter("ann", f"/shows/{stage.show}")
    await ann.get_by_test_id("pinned-open").tap()
    await ann.get_by_test_id("offer-make").tap()
    await ann.get_by_test_id("offer-amount").fill("5")
    await ann.get_by_test_id("offer-send").tap()
    await expect(ann.get_by_test_id("offer-form")).to_contain_text("At least $16.00")
    await ann.get_by_test_id("offer-chip").last.tap()
    together = ann.get_by_test_id("offer-together")
    await expect(together).to_have_text("$32.00 + $5.00 shipping, $37.00 together")
    await ann.get_by_test_id("offer-send").tap()
    await expect(ann.get_by_test_id("offer-card")).to_contain_text("You offer $32.00")

    # The host sees how many wait, wherever they look, and answers in two taps.
    tab = host.get_by_test_id("tab-offers")
    await expect(tab).to_contain_text("1")
    toast = host.get_by_test_id("toast").filter(has_text="@ann offers $32.00 for #1 Camel coat.")
    await expect(toast).to_be_visible()
    await tab.tap()
    await host.get_by_test_id("offer-counter").tap()
    await host.get_by_test_id("offer-counter-amount").fill("39")
    await host.get_by_test_id("offer-counter-send").tap()
    await expect(host.get_by_test_id("offer-desk")).to_contain_text("The buyer answers now")

    await expect(ann.get_by_test_id("offer-card")).to_contain_text("The seller asks $39.00")
    await ann.keyboard.press("Escape")
    await ann.get_by_test_id("offers-open").tap()
    await ann.get_by_test_id("offer-counter").tap()
    await ann.get_by_test_id("offer-counter-amount").fill("35")
    await ann.get_by_test_id("offer-counter-send").tap()
    await expect(ann.get_by_test_id("offers-open")).to_contain_text("You offer $35.00")
    # By keyboard, too.
    accept = host.get_by_test_id("offer-accept")
    await expect(accept).to_have_text("Accept $35.00")
    await accept.focus()
    await host.keyboard.press("Enter")
    await expect(host.get_by_text("No offers wait")).to_be_visible()

    yours = ann.get_by_test_id("toast").filter(has_text="#1 Camel coat is yours for $35.00.")
    await expect(yours).to_be_visible()
    await yours.get_by_role("button", name="Pay now").tap()
    await expect(ann.get_by_text("$40.00").first).to_be_visible()


async def test_an_owner_answers_from_their_closet(stage: Stage, enter: Enter) -> None:
    lena, ann = await stage.server.account("lena"), await stage.server.account("ann")
    listing = await stage.listing(by=lena, title="Camel coat", price=4000)
    offered = {"listing": listing["id"], "show": stage.show, "floor": 2000}
    mandate = await stage.server.post("/api/mandates", offered, by=lena)
    await stage.server.post(f"/api/mandates/{mandate['id']}/accept", by=stage.host)
    item = (await stage.command("add", listing=listing["id"]))["item"]
    await stage.command("start")
    # Below the floor the answer comes by itself, and does not say whose it is.
    low = await stage.command("offer", by=ann, item=item, amount=1700)
    (own,) = (await stage.mine(ann))["offers"]
    assert (own["amount"], own["turn"]) == (2000, "buyer")
    await stage.command("withdraw_offer", by=ann, offer=low["offer"])
    await stage.command("offer", by=ann, item=item, amount=3000)
    owner = await enter("lena", "/closet#lending")
    card = owner.get_by_test_id("lent-offers").get_by_test_id("offer-card")
    await expect(card).to_contain_text("@ann offers $30.00")
    await owner.get_by_test_id("offer-accept").tap()
    await expect(owner.get_by_test_id("lent-offers")).to_have_count(0)
    (held,) = (await stage.mine(ann))["claims"]
    assert held["price"] == 3000
