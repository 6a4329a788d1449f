"""A seller with several orders: chosen together, packed, printed and sent."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from liveshow.payments.simulated import SUCCEEDS
from tests.browser.conftest import Enter
from tests.stage import Stage, new_key
from tests.support import seconds

pytestmark = pytest.mark.slow

ADDRESS = {
    "name": "山田 花子",
    "line1": "1-2-3 Jinnan",
    "line2": "",
    "city": "Shibuya-ku",
    "region": "Tokyo",
    "postcode": "150-0041",
    "country": "JP",
}


async def buy(stage: Stage, handle: str, item: str) -> str:
    """Claim and pay over HTTP; return the id of the order."""
    buyer = await stage.server.account(handle)
    await stage.command("claim", by=buyer, item=item)
    body = {"key": new_key(), "address": ADDRESS, "total": await stage.total(buyer)}
    payment = await stage.server.post(f"/api/shows/{stage.show}/checkout", body, by=buyer)
    card = {"card": {"number": SUCCEEDS, "expiry": "12/40", "cvc": "123"}}
    paid = await stage.server.post(f"/api/payments/{payment['id']}/confirm", card, by=buyer)
    return str(paid["orders"][0])


async def test_several_orders_are_packed_printed_and_sent(stage: Stage, enter: Enter) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    item = await stage.item(title="Camel coat", quantity=3)
    await stage.command("promise", item=item, text="gift-wrapped")
    await stage.command("start")
    first, second = await buy(stage, "ann", item), await buy(stage, "ben", item)
    thanks = {"thanks": "Thank you for watching!"}
    await stage.server.request("PATCH", "/api/me", thanks, by=stage.host)

    host = await enter("host", "/orders#sold")
    await host.get_by_test_id("sold-choose").click()
    for order in (first, second):
        await host.get_by_test_id(f"choose-{order}").check()
    await host.get_by_test_id("sold-slips").click()
    slips = host.get_by_test_id("slip")
    await expect(slips).to_have_count(2)
    for words in ("gift-wrapped", "山田 花子", "150-0041", "No. 1", "Thank you for watching!"):
        await expect(slips.first).to_contain_text(words)
    await host.get_by_test_id("slips-back").press("Enter")

    # Ben does not want his any more: that is said beside it, and nothing else is held up.
    await host.get_by_test_id("sold-choose").click()
    for order in (first, second):
        await host.get_by_test_id(f"choose-{order}").check()
    await stage.server.post(
        f"/api/orders/{second}/cancel", {}, by=await stage.server.account("ben")
    )
    await host.get_by_test_id("sold-pack").press("Enter")
    await expect(host.get_by_test_id("not-done")).to_have_count(1)
    await expect(host.get_by_test_id(f"order-{first}")).to_have_attribute("data-status", "packed")

    await host.get_by_test_id(f"choose-{second}").uncheck()
    await host.get_by_test_id(f"choose-{first}").check()
    # Its address needs letters that this server may not have: then it says so.
    async with host.expect_response("**/api/orders/labels.pdf*") as labels:
        await host.get_by_test_id("sold-labels").press("Enter")
    answer = await labels.value
    if answer.status == 409:
        told = host.get_by_test_id("toast").filter(has_text="Print the packing slip")
        await expect(told).to_be_visible()
    else:
        assert (await answer.body()).startswith(b"%PDF")
    await host.get_by_test_id("sold-ship").press("Enter")
    await host.get_by_test_id(f"tracking-{first}").fill("JP123")
    await host.get_by_test_id("ship-many-send").click()
    await expect(host.get_by_test_id(f"order-{first}")).to_have_attribute("data-status", "shipped")
    order = await stage.server.get(f"/api/orders/{first}", by=stage.host)
    assert order["tracking"] == "JP123"
