"""A note that everybody reads, and a promise that follows a piece from the studio to the parcel."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.people import pay, write_address
from tests.stage import Stage
from tests.support import seconds

NOTE = "Everything ships from Lisbon on Mondays"


async def test_a_note_is_pinned_put_aside_and_comes_back_when_it_is_new(
    stage: Stage, enter: Enter
) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    await stage.command("start")
    studio = await enter("host", f"/shows/{stage.show}/studio")
    viewer = await enter("buyer", f"/shows/{stage.show}")
    await studio.get_by_test_id("note-fold").click()
    await studio.get_by_test_id("note-input").fill(NOTE)
    await studio.get_by_test_id("note-pin").click()
    note = viewer.get_by_test_id("show-note")
    await expect(note).to_contain_text(NOTE)

    # Put aside by one, it stays there for everybody else, and for a guest.
    await note.get_by_role("button", name="Put the note aside").click()
    await expect(note).to_be_hidden()
    await viewer.reload()
    await expect(viewer.get_by_test_id("chat-input")).to_be_visible()
    guest = await enter(None, f"/shows/{stage.show}", "desktop")
    await expect(guest.get_by_test_id("show-note")).to_contain_text(NOTE)
    await expect(note).to_be_hidden()

    await studio.get_by_test_id("note-input").fill(f"{NOTE}. " + "Ask for a sample. " * 12)
    await studio.get_by_test_id("note-pin").click()
    folded = viewer.get_by_test_id("show-note-text")
    await expect(folded).to_have_attribute("aria-expanded", "false")
    await folded.click()
    await expect(folded).to_have_attribute("aria-expanded", "true")

    await studio.get_by_test_id("note-clear").click()
    await expect(note).to_be_hidden()
    await expect(guest.get_by_test_id("show-note")).to_be_hidden()
    await expect(studio.get_by_test_id("note-input")).to_have_value("")


async def test_what_is_promised_when_it_is_claimed_is_on_the_order(
    stage: Stage, enter: Enter
) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    coat = await stage.item(title="Camel coat", price=9000, shipping={"flat": 500}, quantity=3)
    await stage.command("start")
    await stage.command("pin", item=coat)
    studio = await enter("host", f"/shows/{stage.show}/studio")
    await studio.get_by_test_id("run-open").click()
    for words in ("gift-wrapped", "ships Monday"):
        await studio.get_by_test_id("promise-input").fill(words)
        await studio.get_by_test_id("promise-make").click()
        await expect(studio.get_by_test_id("promise").filter(has_text=words)).to_be_visible()

    buyer = await enter("buyer", f"/shows/{stage.show}")
    card = buyer.get_by_test_id("pinned-item")
    await expect(card.get_by_test_id("promises")).to_contain_text("gift-wrapped · ships Monday")
    await card.get_by_test_id("pinned-open").click()
    detail = buyer.get_by_test_id("item-detail")
    await expect(detail.get_by_test_id("promises").get_by_role("listitem")).to_have_count(2)
    await detail.get_by_test_id("claim").click()
    await expect(buyer.get_by_test_id("claim-result")).to_contain_text("yours!")
    await buyer.get_by_test_id("result-close").click()

    # It is taken back for those who come later; the buyer keeps it.
    wrapped = studio.get_by_test_id("promise").filter(has_text="gift-wrapped")
    await wrapped.get_by_test_id("promise-take-back").click()
    await expect(wrapped).to_be_hidden()
    await expect(card.get_by_test_id("promises")).not_to_contain_text("gift-wrapped")
    await buyer.get_by_test_id("my-holds-open").click()
    await expect(buyer.get_by_test_id("my-claim")).to_contain_text("gift-wrapped")
    await buyer.goto(f"/cart?show={stage.show}")
    await expect(buyer.get_by_test_id("cart-line")).to_contain_text("gift-wrapped")
    await write_address(buyer)
    await buyer.get_by_test_id("checkout").click()
    await pay(buyer)
    await buyer.get_by_test_id("order-link").click()
    await expect(buyer.get_by_test_id("order-line")).to_contain_text("gift-wrapped")
    await expect(buyer.get_by_test_id("order-line")).to_contain_text("ships Monday")
