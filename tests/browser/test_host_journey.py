"""A host: from an idea to the end of the show, with somebody watching all the time."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.people import close_sheet, go_live, say
from tests.stage import Stage
from tests.support import RunningServer, seconds

pytestmark = pytest.mark.video


async def test_a_show_is_prepared_run_taken_over_and_ended(
    running_server: RunningServer, enter: Enter
) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    account = await running_server.account("host")
    await running_server.account("mod")
    for title, price in (("Camel coat", 14800), ("Silk shirt", 4500), ("Tote bag", 2000)):
        draft = {"title": title, "price": price, "shipping": {"flat": 500}}
        await running_server.post("/api/listings", draft, by=account)

    # A title and a time: the show is announced.
    host = await enter("host", "/new", "desktop")
    await host.get_by_test_id("title").fill("Autumn coats")
    await host.get_by_test_id("when-later").click()
    await host.get_by_test_id("scheduled-at").fill("2020-01-01T10:00")
    await host.get_by_test_id("create-show").click()
    await expect(host.get_by_test_id("new-show-form")).to_be_visible()
    await host.get_by_test_id("scheduled-at").fill("2099-12-24T18:00")
    await host.get_by_test_id("create-show").click()
    await expect(host.get_by_test_id("show-status")).to_have_attribute("data-status", "scheduled")
    match = re.search(r"/shows/([^/]+)/settings", host.url)
    assert match, host.url
    show = f"/shows/{match[1]}"
    stage = Stage(running_server, match[1], account)
    ann = await enter("ann", show)
    await expect(ann.get_by_test_id("stage-scheduled")).to_contain_text("Autumn coats")

    # What is sold, in which order.
    await host.get_by_test_id("add-open").click()
    for title in ("Camel coat", "Silk shirt", "Tote bag"):
        await host.get_by_role("button", name=f"Add {title}").click()
    await expect(host.get_by_test_id("add-row").get_by_text("in the show")).to_have_count(3)
    await close_sheet(host)
    rows = host.get_by_test_id("run-item")
    await expect(rows).to_have_count(3)
    grip = rows.filter(has_text="Tote bag").get_by_test_id("grip")
    for place in (1, 0):
        await grip.focus()
        await host.keyboard.press("ArrowUp")
        await expect(rows.nth(place)).to_contain_text("Tote bag")
    await ann.get_by_test_id("items-open").click()
    await expect(ann.get_by_test_id("item-row").first).to_contain_text("Tote bag")
    await close_sheet(ann)

    # Who helps, and what is not said here.
    await host.get_by_test_id("team-handle").fill("@nobody.here")
    await host.get_by_test_id("team-add").click()
    await expect(host.get_by_test_id("team-form")).to_contain_text(
        "There is no account @nobody.here."
    )
    await host.get_by_test_id("team-handle").fill("@Mod")
    await host.get_by_test_id("team-add").click()
    await expect(host.get_by_test_id("member-mod")).to_have_attribute("data-role", "moderator")
    await host.get_by_test_id("word-try").fill("What RUBBISH!")
    await expect(host.get_by_test_id("word-tried")).to_have_text("Nothing blocks this.")
    await host.get_by_test_id("word-input").fill("rubbish")
    await expect(host.get_by_test_id("word-tried")).to_have_text(
        "Nothing blocks this yet. “rubbish” would."
    )
    await host.get_by_test_id("word-add").click()
    await expect(host.get_by_test_id("word-tried")).to_have_text("Would be blocked by “rubbish”.")
    await expect(host.get_by_role("button", name="Allow rubbish again")).to_be_visible()
    await host.locator('[data-testid="slow"][data-seconds="60"]').click()
    await expect(ann.get_by_test_id("chat-note")).to_contain_text("one message every 60 s")
    await host.locator('[data-testid="slow"][data-seconds="0"]').click()
    await expect(ann.get_by_test_id("chat-note")).to_be_hidden()
    await say(ann, "what a load of rubbish")
    await expect(ann.get_by_test_id("chat-note")).to_contain_text("a word this show does not allow")

    # The key for OBS is shown once.
    await host.get_by_test_id("make-key").click()
    key = await host.get_by_test_id("stream-key").input_value()
    assert len(key) > 20
    await host.reload()
    await expect(host.get_by_test_id("make-key")).to_be_visible()
    await expect(host.get_by_test_id("stream-key")).to_have_count(0)
    assert key not in await host.content()
    await expect(host.get_by_test_id("audit-entry").first).to_be_visible()

    # On air.
    await host.get_by_test_id("to-studio").click()
    await go_live(host)
    await expect(ann.get_by_test_id("live-badge")).to_have_text("Live")
    await host.get_by_test_id("pin-next").click()
    card = ann.get_by_test_id("pinned-item")
    await expect(card).to_contain_text("Tote bag")
    await expect(card.get_by_test_id("stock")).to_have_text("One of a kind")

    # Cheaper, and one more of it: seen at once.
    await rows.first.get_by_test_id("run-open").click()
    await host.get_by_test_id("reprice-input").fill("a bargain")
    await host.get_by_test_id("reprice").click()
    await expect(host.get_by_test_id("run-item-sheet")).to_contain_text("Write an amount")
    await host.get_by_test_id("reprice-input").fill("17.50")
    await host.get_by_test_id("reprice").click()
    await expect(card.get_by_test_id("price")).to_contain_text("$17.50")
    await host.get_by_test_id("restock-more").click()
    await expect(host.get_by_test_id("stock-quantity")).to_have_text("2")
    await expect(card.get_by_test_id("stock")).to_have_text("2 left")
    await host.get_by_test_id("item-pin").click()
    await expect(card).to_be_hidden()
    await close_sheet(host)

    # The moderator says it to everybody.
    mod = await enter("mod", show)
    await mod.get_by_test_id("mod-open").click()
    await mod.get_by_test_id("tab-rules").click()
    await mod.get_by_test_id("announce-input").fill("Shipping is free today")
    await mod.keyboard.press("Enter")
    announced = ann.locator('[data-testid="chat-line"][data-kind="announced"]')
    await expect(announced).to_contain_text("Shipping is free today")

    # Another window of the host takes over; the first one knows, viewers keep watching.
    other = await enter("host", f"{show}/studio", "desktop")
    await go_live(other, "takeover")
    await expect(host.get_by_test_id("stream-health")).to_be_hidden()
    await expect(host.get_by_test_id("takeover-offer")).to_be_visible()
    await expect(ann.get_by_test_id("live-badge")).to_have_text("Live")

    # That window is closed: the first one can go on, without anything to take over.
    await other.close(run_before_unload=False)
    await expect(ann.get_by_test_id("stage-interrupted")).to_be_visible()
    await expect(host.get_by_test_id("takeover-offer")).to_be_hidden()
    # Its camera was on all the time, so its owner has seen it.
    await host.get_by_test_id("go-live").click()
    await expect(host.get_by_test_id("stream-health")).to_be_visible()
    await expect(ann.get_by_test_id("stage-interrupted")).to_be_hidden()

    # The end, from somewhere else: for everybody, and the camera goes off.
    await stage.command("end")
    await expect(ann.get_by_test_id("stage-ended")).to_be_visible()
    await expect(ann.get_by_test_id("chat-closed")).to_contain_text("The show is over")
    await expect(host.get_by_text("Orders to pack")).to_be_visible()
    await expect(host.get_by_test_id("stream-health")).to_be_hidden()
