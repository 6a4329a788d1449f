"""A poll in real browsers: asked in the studio, voted in on a phone, watched on a desktop."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Enter
from tests.stage import Stage
from tests.support import seconds

pytestmark = pytest.mark.slow

LEAST_TAP = 44


def bar(page: Page, option: int) -> Locator:
    return page.get_by_test_id("poll").locator(f'[data-testid="poll-bar"][data-option="{option}"]')


async def test_a_poll_from_the_question_to_the_result(stage: Stage, enter: Enter) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    await stage.command("start")
    show = f"/shows/{stage.show}"
    studio = await enter("host", f"{show}/studio", "desktop")
    ann, ben = await enter("ann", show, "phone"), await enter("ben", show, "desktop")
    guest = await enter(None, show, "phone")

    # The host asks; what is wrong is said where it is wrong.
    await studio.get_by_test_id("poll-ask").click()
    await studio.get_by_test_id("poll-question").fill("Which one next?")
    options = studio.get_by_test_id("poll-option-text")
    await options.nth(0).fill("Coat")
    await options.nth(1).fill("Boots")
    await studio.get_by_test_id("poll-option-add").click()
    await expect(options.nth(2)).to_be_focused()
    await options.nth(2).fill("coat")
    await studio.get_by_test_id("poll-send").click()
    await expect(studio.get_by_text("Two options are the same.")).to_be_visible()
    await studio.get_by_test_id("poll-option-remove").nth(2).click()
    await studio.get_by_test_id("poll-send").click()
    await expect(studio.get_by_test_id("poll-end")).to_be_visible()

    # Buttons that a thumb hits; bars for those who have voted, and for guests.
    for page in (ann, ben):
        await expect(page.get_by_role("group", name="Which one next?")).to_be_visible()
        for button in await page.get_by_test_id("poll-option").all():
            box = await button.bounding_box()
            assert box
            assert box["height"] >= LEAST_TAP
    await expect(guest.get_by_test_id("poll-sign-in")).to_be_visible()
    await ann.get_by_test_id("poll-option").nth(1).click()
    await expect(ann.get_by_test_id("poll-option")).to_have_count(0)
    await expect(bar(ann, 1)).to_contain_text("100 %")
    await expect(bar(ann, 1)).to_contain_text("your vote")
    await expect(bar(guest, 1)).to_contain_text("100 %")

    # They move for everybody, and are still there after a reload.
    await ben.get_by_test_id("poll-option").nth(0).click()
    for page in (ann, ben, guest):
        await expect(bar(page, 0)).to_contain_text("50 %")
    await ann.reload()
    await expect(bar(ann, 1)).to_contain_text("50 %")
    await expect(bar(ann, 1)).to_contain_text("your vote")

    # The end: the result on the card, in the chat, and for those who come later.
    await studio.get_by_test_id("poll-end").click()
    late = await enter("late", show, "phone")
    for page in (ann, ben, guest, late):
        await expect(page.get_by_test_id("poll")).to_contain_text("Result")
        await expect(bar(page, 0)).to_contain_text("50 %")
        await expect(page.get_by_test_id("chat-line").last).to_contain_text(
            "Poll: Which one next? Coat and Boots: 50 % each, of 2 votes."
        )
    await expect(studio.get_by_test_id("poll-ask")).to_be_visible()


async def test_a_moderator_asks_on_the_page_of_the_show(stage: Stage, enter: Enter) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    await stage.command("start")
    await stage.server.account("mod")
    await stage.command("staff", user="mod", role="moderator")
    ann = await enter("ann", f"/shows/{stage.show}", "phone")
    mod = await enter("mod", f"/shows/{stage.show}", "phone")
    await mod.get_by_test_id("poll-tool").click()
    await mod.get_by_test_id("poll-question").fill("Tea?")
    for index, text in enumerate(("Yes", "No")):
        await mod.get_by_test_id("poll-option-text").nth(index).fill(text)
    await mod.get_by_test_id("poll-send").click()
    await expect(ann.get_by_test_id("poll")).to_contain_text("Tea?")
    await expect(ann.get_by_test_id("poll-tool")).to_have_count(0)
    await mod.get_by_test_id("mod-open").click()
    await mod.get_by_role("tab", name="Log").click()
    entry = mod.locator('[data-testid="audit-entry"][data-type="poll.opened"]')
    await expect(entry).to_contain_text("Tea?")
