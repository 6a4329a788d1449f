"""What keeps a buyer's trust: nothing is lost by a slip, by signing in, or by old news."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.people import picture, say
from tests.stage import Stage
from tests.support import seconds

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def patience() -> None:
    expect.set_options(timeout=seconds(20) * 1000)


async def test_giving_back_and_leaving_a_line_ask_first(stage: Stage, enter: Enter) -> None:
    """faults.md 68: one tap on "Give back" changes nothing; nor does one on a place in line.

    What comes back goes to the next in line, and nobody is told that it is free.
    """
    coat = await stage.item(title="Camel coat")
    await stage.command("start")
    await stage.command("pin", item=coat)
    ann, ben = await stage.server.account("ann"), await stage.server.account("ben")
    await stage.command("claim", by=ann, item=coat)
    await stage.command("claim", by=ben, item=coat)

    other = await enter("ben", f"/shows/{stage.show}")
    leave = other.get_by_test_id("pinned-item").get_by_test_id("leave-waitlist")
    await leave.click()
    await expect(leave).to_have_text("Lose your place?")
    assert (await stage.mine(ben))["waitlist"]

    page = await enter("ann", f"/shows/{stage.show}")
    await page.get_by_test_id("my-holds-open").click()
    give_back = page.get_by_test_id("release")
    await give_back.click()
    await expect(give_back).to_have_text("Give it back?")
    assert (await stage.mine(ann))["claims"]
    await give_back.click()
    await expect(page.get_by_test_id("toast")).to_contain_text("You gave #1 Camel coat back.")
    assert not (await stage.mine(ann))["claims"]
    lines = other.get_by_test_id("chat-line")
    await expect(lines.filter(has_text="goes to the next in line")).to_have_count(1)
    await expect(lines.filter(has_text="is free again")).to_have_count(0)

    # Given back with nobody in line, it is.
    claim = (await stage.mine(ben))["claims"][0]["claim"]
    await stage.command("release", by=ben, claim=claim)
    await expect(lines.filter(has_text="is free again")).to_have_count(1)


async def test_a_guest_who_signs_in_to_claim_has_claimed(stage: Stage, enter: Enter) -> None:
    """faults.md 68: signing in goes on with what was tapped, in the chosen size."""
    await stage.server.account("ann", PASSWORD)
    sizes = [{"size": "S", "quantity": 1}, {"size": "M", "quantity": 1}]
    await stage.item(title="Silk shirt", variants=sizes)
    await stage.command("start")
    page = await enter(None, f"/shows/{stage.show}")
    await page.get_by_test_id("items-open").click()
    await page.get_by_test_id("item-row").click()
    detail = page.get_by_test_id("item-detail")
    await detail.locator('[data-variant="M"]').click()
    await detail.get_by_test_id("claim-sign-in").click()
    await page.get_by_test_id("handle").fill("ann")
    await page.get_by_test_id("password").fill(PASSWORD)
    await page.get_by_test_id("sign-in-submit").click()
    await expect(page.get_by_test_id("claim-result")).to_contain_text("#1 Silk shirt, M")
    await page.reload()
    await expect(page.get_by_test_id("my-holds")).to_be_visible()
    await expect(page.get_by_test_id("claim-result")).to_be_hidden()


async def test_what_was_wanted_is_opened_when_it_costs_something_else(
    stage: Stage, enter: Enter
) -> None:
    """faults.md 68: nothing is claimed at a price that was not on the button."""
    ann = await stage.server.account("ann", PASSWORD)
    bag = await stage.item(title="Tote bag", price=2000, quantity=5)
    await stage.command("start")
    await stage.command("pin", item=bag)
    page = await enter(None, f"/shows/{stage.show}")
    await page.get_by_test_id("pinned-item").get_by_test_id("claim-sign-in").click()
    await stage.command("reprice", item=bag, price=2500)
    await page.get_by_test_id("handle").fill("ann")
    await page.get_by_test_id("password").fill(PASSWORD)
    await page.get_by_test_id("sign-in-submit").click()
    await expect(page.get_by_test_id("item-detail").get_by_test_id("claim")).to_contain_text("25")
    assert not (await stage.mine(ann))["claims"]


async def test_a_comment_that_cannot_claim_says_why(stage: Stage, enter: Enter) -> None:
    """faults.md 68: "sold 99" says that there is no such item; "sold 1" opens the sizes."""
    sizes = [{"size": "S", "quantity": 2}, {"size": "M", "quantity": 2}]
    await stage.item(title="Silk shirt", variants=sizes)
    await stage.command("configure", claims_per_buyer=2)
    await stage.command("start")
    page = await enter("ann", f"/shows/{stage.show}")
    await say(page, "sold 99")
    await expect(page.get_by_test_id("chat-note")).to_contain_text("There is no item 99")
    await say(page, "sold \uff11 x2")
    await expect(page.get_by_test_id("toast")).to_contain_text("Choose one of these first: S, M.")
    detail = page.get_by_test_id("item-detail")
    await detail.locator('[data-variant="M"]').click()
    await expect(detail.get_by_test_id("quantity")).to_have_text("2")
    await detail.get_by_test_id("claim").click()
    await expect(page.get_by_test_id("claim-result")).to_contain_text("Silk shirt")
    await stage.item(title="Mug", quantity=3)
    await say(page, "1x claim \uff12")
    await expect(page.get_by_test_id("claim-result")).to_contain_text("#2 Mug")


async def test_the_bag_counts_pieces_of_whoever_is_banned_too(stage: Stage, enter: Enter) -> None:
    """What is held can be paid after a ban, so the badge on the bag still counts it."""
    mug = await stage.item(title="Mug", quantity=3)
    await stage.command("configure", claims_per_buyer=2)
    await stage.command("start")
    ann = await stage.server.account("ann")
    await stage.command("claim", by=ann, item=mug, quantity=2)
    page = await enter("ann", f"/shows/{stage.show}", "desktop")
    await expect(page.get_by_test_id("cart-count")).to_have_text("2")
    await stage.command("ban", user=ann.id, reason="spam")
    await expect(page.get_by_role("heading", name="You are out of this show")).to_be_visible()
    await expect(page.get_by_test_id("cart-count")).to_have_text("2")
    await page.goto(f"/cart?show={stage.show}")
    await expect(page.get_by_test_id("cart-line")).to_be_visible()
    await expect(page.get_by_test_id("cart-count")).to_have_text("2")


async def test_shipping_is_asked_when_something_is_listed(stage: Stage, enter: Enter) -> None:
    """faults.md 70: free shipping is chosen, never a default that nobody saw."""
    seller = await stage.server.account("vera")
    page = await enter("vera", "/closet")
    await page.get_by_test_id("new-listing").click()
    await page.get_by_test_id("photo-file").set_input_files(
        {"name": "coat.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    await page.get_by_test_id("listing-title").fill("Camel coat")
    await page.get_by_test_id("listing-price").fill("148")
    await expect(page.get_by_test_id("shipping-kind")).to_be_visible()
    await page.get_by_test_id("listing-save").click()
    await expect(page.get_by_test_id("shipping-kind")).to_be_focused()
    assert not (await stage.server.get("/api/listings?seller=vera"))["items"]
    await page.get_by_test_id("shipping-kind").select_option("free")
    await expect(page.get_by_text("You pay for the parcel yourself.")).to_be_visible()
    await page.get_by_test_id("listing-save").click()
    await expect(page.locator("ls-listing-card")).to_have_count(1)
    [listing] = (await stage.server.get("/api/listings?seller=vera", by=seller))["items"]
    assert listing["shipping"] == {"flat": 0}

    # The next one is offered the same, in plain sight.
    await page.get_by_test_id("new-listing").click()
    await expect(page.get_by_test_id("shipping-kind")).to_have_value("free")


async def test_the_host_holds_a_piece_for_who_asked_for_it(stage: Stage, enter: Enter) -> None:
    """From a line of the chat: the buyer has a hold with the usual clock, and may give it back."""
    sizes = [{"size": "S", "quantity": 1}, {"size": "M", "quantity": 2}]
    await stage.item(title="Silk shirt", variants=sizes)
    await stage.command("start")
    ann = await stage.server.account("ann")
    buyer = await enter("ann", f"/shows/{stage.show}")
    await say(buyer, "can you keep an M for me?")
    studio = await enter("host", f"/shows/{stage.show}/studio")
    await studio.get_by_test_id("tab-chat").click()
    await studio.get_by_test_id("chat-line").filter(has_text="keep an M").click()
    await expect(studio.get_by_test_id("hold-for")).to_be_disabled()
    await studio.locator('ls-hold-for [data-variant="M"]').click()
    await studio.get_by_test_id("hold-for").click()
    await expect(studio.get_by_test_id("toast").last).to_contain_text("is held for @ann")
    await expect(buyer.get_by_test_id("toast")).to_contain_text("The host holds #1 Silk shirt")
    await expect(buyer.get_by_test_id("hold-countdown").first).to_be_visible()
    lines = buyer.get_by_test_id("chat-line")
    await expect(lines.filter(has_text="#1 Silk shirt is held for @ann")).to_have_count(1)
    await buyer.get_by_test_id("my-holds-open").click()
    give_back = buyer.get_by_test_id("release")
    await give_back.click()
    await give_back.click()
    await expect(buyer.get_by_test_id("my-holds")).to_be_hidden()
    assert not (await stage.mine(ann))["claims"]
