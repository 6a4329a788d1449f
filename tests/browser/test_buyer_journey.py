"""A buyer: from looking in without an account to a parcel that was not as described."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.people import close_sheet, lend, pay, say, write_address
from tests.stage import Stage
from tests.support import seconds


async def test_claims_of_two_owners_are_paid_shipped_and_one_is_refunded(
    stage: Stage, enter: Enter
) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    server, show = stage.server, f"/shows/{stage.show}"
    password = "correct horse battery"
    await server.account("buyer", password)
    seller = await server.account("vera")
    sizes = [{"size": "S", "quantity": 1}, {"size": "M", "quantity": 1}]
    shirt = await stage.item(title="Silk shirt", variants=sizes, shipping={"flat": 500})
    await stage.item(title="Tote bag", price=2000, shipping={"flat": 300}, quantity=3)
    lent = await stage.listing(by=seller, title="Camel coat", price=10000, shipping={"flat": 700})
    await lend(stage, seller, lent["id"], commission_percent=10)
    coat = str((await stage.command("add", listing=lent["id"]))["item"])
    await stage.command("start")
    await stage.command("pin", item=shirt)

    # A guest watches, and comes back to the show after signing in.
    buyer = await enter(None, show)
    await expect(buyer.get_by_test_id("chat-sign-in")).to_be_visible()
    await buyer.get_by_test_id("claim-sign-in").click()
    await expect(buyer.get_by_text("You go straight back to the show.")).to_be_visible()
    await buyer.get_by_test_id("handle").fill("buyer")
    await buyer.get_by_test_id("password").fill("wrong")
    await buyer.get_by_test_id("sign-in-submit").click()
    await expect(buyer.get_by_test_id("sign-in-error")).to_be_visible()
    await buyer.get_by_test_id("password").fill(password)
    await buyer.get_by_test_id("sign-in-submit").click()
    await expect(buyer.get_by_test_id("chat-input")).to_be_visible()
    assert buyer.url.endswith(show)

    # They wanted the shirt: it is open, for them to choose a size.
    await expect(buyer.get_by_test_id("item-detail")).to_be_visible()
    await close_sheet(buyer)

    # A size has to be chosen; then it is claimed by a comment, like everybody can see.
    card = buyer.get_by_test_id("pinned-item")
    await expect(card.get_by_test_id("claim-choose")).to_be_visible()
    await card.locator('[data-variant="S"]').click()
    await expect(card.get_by_test_id("claim")).to_be_visible()
    result = buyer.get_by_test_id("claim-result")
    await say(buyer, "sold 1 M")
    await expect(result).to_contain_text("yours!")
    await expect(result).to_contain_text("#1 Silk shirt")
    await buyer.get_by_test_id("result-close").click()
    [hold] = (await stage.fresh())["state"]["items"][0]["holds"]
    labels = {v["id"]: v["label"] for v in (await stage.fresh())["state"]["items"][0]["variants"]}
    assert labels[hold["variant"]] == "M"
    await expect(card.get_by_test_id("pay-now")).to_be_visible()

    # One per buyer: the second comment is refused with a reason.
    await say(buyer, "claim 1 S")
    await expect(buyer.get_by_test_id("toast").last).to_contain_text("You already have this one.")
    assert len((await stage.fresh())["state"]["items"][0]["holds"]) == 1

    # More of the host's, and something of another owner.
    await stage.command("configure", claims_per_buyer=2)
    await say(buyer, "claim #2 x2")
    await expect(result).to_contain_text("#2 Tote bag")
    await buyer.get_by_test_id("result-close").click()
    await stage.command("pin", item=coat)
    await expect(card).to_contain_text("Camel coat")
    await card.get_by_test_id("claim").click()
    await expect(result).to_contain_text("#3 Camel coat")
    await buyer.get_by_test_id("result-close").click()

    # The stream pauses: the clock of the hold stands still until it is back.
    clock = buyer.get_by_test_id("my-holds").get_by_test_id("hold-countdown")
    await stage.command("pause")
    await expect(buyer.get_by_test_id("stage-interrupted")).to_be_visible()
    await expect(clock).to_have_class("frozen")
    standing = (await stage.fresh())["state"]["show"]["interrupted_at"]
    account = await server.account("buyer")
    until = min(claim["until"] for claim in (await stage.mine(account))["claims"])
    left = -(-(until - standing) // 1000)
    stood = f"{left // 60}:{left % 60:02}"
    await expect(clock).to_have_text(stood)
    cart = await buyer.context.new_page()
    await cart.goto(f"/cart?show={stage.show}")
    await expect(cart.get_by_test_id("hold-countdown").first).to_have_text(stood)
    await expect(cart.get_by_text("all clocks stand still")).to_be_visible()
    await cart.close()
    await expect(clock).to_have_text(stood)
    await stage.command("resume")
    await expect(buyer.get_by_test_id("stage-interrupted")).to_be_hidden()
    await expect(clock).not_to_have_class("frozen")
    await expect(clock).not_to_have_text(stood)
    assert min(c["until"] for c in (await stage.mine(account))["claims"]) > until

    # Two owners, two parcels; what comes from one of them travels together.
    await buyer.get_by_test_id("my-holds").get_by_test_id("pay-now").click()
    of_host, of_vera = buyer.get_by_test_id("parcel-host"), buyer.get_by_test_id("parcel-vera")
    await expect(of_host.get_by_test_id("cart-line")).to_have_count(2)
    await expect(of_host.locator(".ship")).to_contain_text("for all 3 pieces together")
    await expect(of_host.locator(".ship ls-money")).to_have_text("$5.00")
    await expect(of_vera.locator(".ship ls-money")).to_have_text("$7.00")
    total = 4500 + 2 * 2000 + 500 + 10000 + 700
    await expect(buyer.get_by_test_id("total")).to_have_text(f"${total / 100:.2f}")

    # The provider takes its time, and answers.
    await write_address(buyer)
    await buyer.get_by_test_id("checkout").click()
    await pay(buyer, "late")
    payment = buyer.get_by_test_id("payment")
    await expect(payment).to_have_attribute("data-status", "processing")
    await expect(payment).to_have_attribute("data-status", "succeeded")
    await expect(buyer.get_by_test_id("order-link")).to_have_count(2)
    await buyer.goto("/orders")
    await expect(buyer.locator("ls-order-card")).to_have_count(2)
    await buyer.locator("ls-order-card").filter(has_text="from @vera").click()
    status = buyer.get_by_test_id("order-status")
    await expect(status).to_have_attribute("data-status", "paid")
    await expect(buyer.get_by_test_id("order-line")).to_contain_text("Camel coat")
    await expect(buyer.locator("address")).to_contain_text("1 Main Street")
    await expect(buyer.get_by_test_id("order-print")).to_contain_text("receipt")
    await expect(buyer.get_by_test_id("ledger")).to_be_hidden()

    # Its owner packs and ships it.
    shop = await enter("vera", "/orders#sold", "desktop")
    await expect(shop.get_by_test_id("tab-sold")).to_contain_text("1")
    await shop.locator("ls-order-card").click()
    await shop.get_by_test_id("order-pack").click()
    await shop.get_by_test_id("order-ship").click()
    await shop.get_by_test_id("ship-carrier").fill("DHL")
    await shop.get_by_test_id("ship-tracking").fill("JD0146")
    await shop.get_by_test_id("ship-send").click()
    await expect(shop.get_by_test_id("tracking")).to_have_text("JD0146")
    ledger = shop.get_by_test_id("ledger")
    for line in ("$107.00", "$10.00"):
        await expect(ledger).to_contain_text(line)

    # It is not what was shown.
    await buyer.reload()
    await expect(buyer.get_by_test_id("tracking")).to_have_text("JD0146")
    await buyer.get_by_test_id("order-dispute").click()
    await buyer.get_by_test_id("dispute-reason").fill("It is red.")
    await buyer.get_by_test_id("dispute-send").click()
    await expect(status).to_have_attribute("data-status", "not_as_described")
    await shop.reload()
    await expect(shop.get_by_test_id("order-reason")).to_contain_text("@buyer says: It is red.")
    # The two of them agree on a part; both pages follow the case as it goes.
    await shop.get_by_test_id("case-offer").click()
    await shop.get_by_test_id("case-amount").fill("10")
    await shop.get_by_test_id("case-send").click()
    case = buyer.get_by_test_id("case")
    await expect(case).to_have_attribute("data-status", "offered")
    await buyer.get_by_test_id("case-accept").click()
    await buyer.get_by_test_id("case-send").click()
    await expect(case).to_have_attribute("data-status", "closed")
    await expect(buyer.get_by_test_id("case-stands")).to_contain_text("A part of the money")
    await expect(status).to_have_attribute("data-status", "shipped")
    await expect(shop.get_by_test_id("case")).to_have_attribute("data-status", "closed")
    await shop.get_by_test_id("order-refund").click()
    await shop.get_by_test_id("reason").fill("Sorry!")
    await shop.get_by_test_id("reason-send").click()
    await expect(shop.get_by_test_id("order-status")).to_have_attribute("data-status", "refunded")
    await expect(ledger).to_contain_text("Paid back to the buyer")
    # The dispute's reason is still there, and what came back can be sold again.
    await expect(shop.get_by_test_id("order-reason")).to_contain_text("It is red.")
    await shop.get_by_test_id("order-restock").click()
    await expect(shop.get_by_test_id("order-restock")).to_have_count(0)
    await buyer.reload()
    await expect(status).to_have_attribute("data-status", "refunded")
    await expect(buyer.get_by_test_id("order-refund-note").last).to_contain_text("Sorry!")
