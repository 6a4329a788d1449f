"""Buyers, owners and hosts hear on every page what they wait for."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import expect

from liveshow.clock import wall_clock
from liveshow.payments.simulated import SUCCEEDS
from tests.browser.conftest import Enter
from tests.payments.world import ADDRESS_JSON
from tests.stage import Stage
from tests.support import Account, seconds


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
    badge = owner.get_by_test_id("news-count")
    await expect(badge).to_have_text(re.compile("^1"))
    await owner.get_by_test_id("toast-action").click()
    await expect(owner.locator("ls-mandate")).to_have_count(1)

    await stage.server.post(f"/api/mandates/{mandate['id']}/accept", by=vera)
    await expect(host.get_by_test_id("toast")).to_contain_text("@vera agreed")
    await expect(host.get_by_test_id("news-count")).to_have_text(re.compile("^1"))
    await expect(badge).to_have_count(0)
    await host.get_by_test_id("toast-action").click()
    await expect(host.locator("ls-mandate")).to_have_count(1)
    await expect(host.get_by_test_id("news-count")).to_have_count(0)


async def lend(stage: Stage, vera: Account, **terms: Any) -> str:
    """Vera lends her jacket to the show; returns the item."""
    listing = await stage.listing(by=vera, title="Jacket", currency="USD")
    ask = {"listing": listing["id"], "show": stage.show, **terms}
    mandate = await stage.server.post("/api/mandates", ask, by=stage.host)
    await stage.server.post(f"/api/mandates/{mandate['id']}/accept", by=vera)
    return str((await stage.command("add", listing=listing["id"]))["item"])


async def buy(stage: Stage, ann: Account, item: str) -> str:
    """Ann claims and pays; returns the order."""
    await stage.command("claim", by=ann, item=item)
    body = {"key": item, "address": ADDRESS_JSON, "total": await stage.total(ann)}
    payment = await stage.server.post(f"/api/shows/{stage.show}/checkout", body, by=ann)
    card = {"card": {"number": SUCCEEDS, "expiry": "12/40", "cvc": "123"}}
    paid = await stage.server.post(f"/api/payments/{payment['id']}/confirm", card, by=ann)
    return str(paid["orders"][0])


async def test_a_parcel_is_told_from_its_sale_to_a_dispute(stage: Stage, enter: Enter) -> None:
    """faults.md 59: seller, buyer and host hear on any page what another did with the order."""
    vera, ann = await stage.server.account("vera"), await stage.server.account("ann")
    item = await lend(stage, vera)
    await stage.command("start")
    owner = await enter("vera", "/closet")
    await expect(owner.get_by_test_id("account-menu")).to_be_visible()
    order = await buy(stage, ann, item)
    toast = owner.get_by_test_id("toast").filter(has_text="bought")
    await expect(toast).to_contain_text("@ann bought “Jacket”. It is yours to pack.")
    await expect(owner.get_by_test_id("news-count")).to_have_text(re.compile("^1"))
    await owner.get_by_test_id("account-menu").click()
    await expect(owner.get_by_test_id("orders-link")).to_contain_text("1 new")
    await owner.get_by_test_id("orders-link").click()
    await expect(owner.get_by_test_id("orders-sold")).to_be_visible()
    await expect(owner.get_by_test_id("news-count")).to_have_count(0)

    buyer = await enter("ann", "/")
    await expect(buyer.get_by_test_id("account-menu")).to_be_visible()
    sent = {"carrier": "Post", "tracking": "RR123456785PT"}
    await stage.server.post(f"/api/orders/{order}/pack", by=vera)
    await stage.server.post(f"/api/orders/{order}/ship", sent, by=vera)
    told = buyer.get_by_test_id("toast").filter(has_text="sent you")
    await expect(told).to_contain_text("@vera has sent you “Jacket” with Post: RR123456785PT")
    await expect(buyer.get_by_test_id("news-count")).to_have_text(re.compile("^1"))
    await told.get_by_test_id("toast-action").click()
    await expect(buyer.get_by_test_id("tracking")).to_have_text("RR123456785PT")
    await expect(buyer.get_by_test_id("news-count")).to_have_count(0)

    host = await enter("host", "/cart")
    await expect(host.get_by_test_id("account-menu")).to_be_visible()
    await stage.server.post(f"/api/orders/{order}/dispute", {"reason": "Torn"}, by=ann)
    for page in (owner, host):
        worse = page.get_by_test_id("toast").filter(has_text="Not as described")
        await expect(worse).to_contain_text("Not as described, says @ann: “Jacket”.")
    await expect(host.get_by_test_id("orders-link")).to_contain_text("1 new")
    # The list that is open follows without reloading.
    status = owner.get_by_test_id(f"order-{order}")
    await expect(status).to_have_attribute("data-status", "not_as_described")
    await worse.get_by_test_id("toast-action").click()
    await expect(host.get_by_test_id("order-reason")).to_contain_text("Torn")
    # Its badge is of the lending, which nobody has looked at.
    await expect(host.get_by_test_id("news-count")).to_have_text(re.compile("^1"))
    await expect(host.get_by_test_id("orders-link")).to_have_text("Orders")


async def test_a_refund_is_corrected_and_seen_where_its_order_is_open(
    stage: Stage, enter: Enter
) -> None:
    """The key of what was refused was kept: "used for something else". A part changes no status."""
    vera, ann = await stage.server.account("vera"), await stage.server.account("ann")
    item = await lend(stage, vera)
    await stage.command("start")
    order = await buy(stage, ann, item)
    owner = await enter("vera", f"/orders/{order}")
    buyer, elsewhere = await enter("ann", f"/orders/{order}"), await enter("ann", "/closet")
    await expect(elsewhere.get_by_test_id("account-menu")).to_be_visible()
    await expect(buyer.get_by_test_id("order-status")).to_be_visible()
    await owner.get_by_test_id("order-refund").click()
    amount = owner.get_by_test_id("refund-amount")
    await amount.fill("5000")
    await owner.get_by_test_id("reason").fill("A button is missing")
    await owner.get_by_test_id("reason-send").click()
    await expect(owner.get_by_test_id("reason-form")).to_contain_text("more than is left")
    await amount.fill("10")
    await owner.get_by_test_id("reason-send").click()
    await expect(owner.get_by_test_id("order-refund-note")).to_contain_text("$10.00")

    await expect(buyer.get_by_test_id("order-refund-note")).to_contain_text("A button is missing")
    told = elsewhere.get_by_test_id("toast").filter(has_text="goes back")
    await expect(told).to_contain_text("$10.00 goes back to your card for an order of “The fitting")
    await told.get_by_test_id("toast-action").click()
    await expect(elsewhere.get_by_test_id(f"order-{order}")).to_be_visible()


async def test_who_is_called_into_a_team_hears_it(stage: Stage, enter: Enter) -> None:
    """Three new pictures on the screen said nothing."""
    await stage.command("start")
    await stage.server.account("mod")
    there, elsewhere = await enter("mod", f"/shows/{stage.show}"), await enter("mod", "/closet")
    await expect(there.get_by_test_id("chat-input")).to_be_visible()
    await expect(elsewhere.get_by_test_id("account-menu")).to_be_visible()
    await stage.command("staff", user="mod", role="moderator")
    await expect(there.get_by_test_id("toast")).to_contain_text(
        "You are a moderator of this show now. Tap a message"
    )
    await expect(elsewhere.get_by_test_id("toast")).to_contain_text(
        "You are a moderator of “The fitting room” now."
    )
    await stage.command("unstaff", user="mod")
    for page in (there, elsewhere):
        over = page.get_by_test_id("toast").filter(has_text="any more")
        await expect(over).to_contain_text("You are not a moderator of")


async def test_of_several_messages_the_rest_go_by_themselves(stage: Stage, enter: Enter) -> None:
    """A finger that has tapped one away rests on none, whatever ":hover" says."""
    await stage.server.account("mod")
    await stage.command("start")
    page = await enter("mod", f"/shows/{stage.show}")
    await expect(page.get_by_test_id("chat-input")).to_be_visible()
    toasts = page.get_by_test_id("toast")
    await stage.command("staff", user="mod", role="moderator")
    await expect(toasts).to_have_count(1)
    await page.evaluate(
        """() => {
          const region = document.querySelector("ls-toast");
          for (const text of ["one", "two"]) region.add(text, { seconds: 3 });
        }"""
    )
    await toasts.filter(has_text="one").get_by_role("button", name="Dismiss").tap()
    await expect(toasts.filter(has_text="two")).to_have_count(1)
    await expect(toasts).to_have_count(0)


async def test_who_hosts_sees_a_sale_in_the_studio_and_is_told_elsewhere(
    stage: Stage, enter: Enter
) -> None:
    await stage.command("configure", claims_per_buyer=5)
    coat = await stage.item(title="Camel coat", currency="USD", quantity=5)
    await stage.command("start")
    ann, ben = await stage.server.account("ann"), await stage.server.account("ben")
    studio = await enter("host", f"/shows/{stage.show}/studio")
    await expect(studio.get_by_test_id("run-item")).to_be_visible()
    await buy(stage, ann, coat)
    # The studio has looked: what is told first on another page is what came after.
    await expect(studio.get_by_test_id("toast")).to_have_count(0)
    await studio.wait_for_function(
        "() => Object.entries(localStorage).some(([k, v]) => k.startsWith('liveshow.told.orders') "
        "&& Object.keys(JSON.parse(v).told).length === 1)"
    )
    await studio.goto("/cart")
    await expect(studio.get_by_test_id("account-menu")).to_be_visible()
    await buy(stage, ben, coat)
    await expect(studio.get_by_test_id("toast")).to_have_count(1)
    await expect(studio.get_by_test_id("toast")).to_contain_text("@ben bought “Camel coat”")


async def test_a_mandate_that_runs_out_is_told_to_both_sides_at_its_time(
    stage: Stage, enter: Enter
) -> None:
    """faults.md 59: nobody does anything, and no page is loaded again."""
    vera = await stage.server.account("vera")
    await stage.command("start")
    owner, host = await enter("vera", "/"), await enter("host", f"/shows/{stage.show}/studio")
    await expect(owner.get_by_test_id("account-menu")).to_be_visible()
    await expect(host.get_by_test_id("account-menu")).to_be_visible()
    await lend(stage, vera, expires_at=wall_clock() + int(seconds(3) * 1000))
    await expect(host.get_by_test_id("run-item")).to_be_visible()
    for page, other in ((owner, "host"), (host, "vera")):
        over = page.get_by_test_id("toast").filter(has_text="is over")
        await expect(over).to_contain_text(f"The time of lending “Jacket” with @{other} is over.")
    await expect(host.get_by_test_id("run-item")).to_have_count(0)
