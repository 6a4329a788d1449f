"""Who is not let into a show is told why and until when, and is in again without reloading."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from signaling.socket import namespace
from tests.browser.conftest import Enter
from tests.browser.people import say
from tests.stage import Stage
from tests.support import seconds

MARK = "() => { window.neverReloaded = true; }"
KEPT = "() => window.neverReloaded === true"


async def test_a_banned_page_says_why_and_comes_back_when_the_ban_is_over(
    stage: Stage, enter: Enter
) -> None:
    """faults.md 45: "You cannot take part", without reason or end, until somebody reloaded."""
    expect.set_options(timeout=seconds(20) * 1000)
    await stage.command("start")
    ann = await stage.server.account("ann")
    page = await enter("ann", f"/shows/{stage.show}")
    await say(page, "first")
    await expect(page.get_by_test_id("chat-line").last).to_contain_text("first")
    await page.evaluate(MARK)
    outside = page.get_by_test_id("outside")

    await stage.command("ban", user=ann.id, reason="Selling elsewhere")
    await expect(outside).to_contain_text("You are banned from this show: Selling elsewhere")
    await expect(outside).to_contain_text("It ends with the show, or when the team")
    await stage.command("unban", user=ann.id)
    await expect(outside).to_have_count(0)
    await say(page, "second")
    await expect(page.get_by_test_id("chat-line").last).to_contain_text("second")

    # One with an end, met at the door.
    await stage.command("ban", user=ann.id, reason="Insults", seconds=8)
    await page.reload()
    await expect(outside).to_contain_text("Insults")
    await expect(outside).to_contain_text("It ends ")
    await page.evaluate(MARK)
    await expect(outside).to_have_count(0)
    assert await page.evaluate(KEPT)


async def test_one_tab_too_many_says_so_and_opens_when_another_is_closed(
    stage: Stage, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """faults.md 45: the 21st tab said "Connecting…" for ever."""
    expect.set_options(timeout=seconds(20) * 1000)
    monkeypatch.setattr(namespace, "MAX_CONNECTIONS_PER_USER", 1)
    await stage.command("start")
    first = await enter("ann", f"/shows/{stage.show}")
    await expect(first.get_by_test_id("chat-input")).to_be_visible()
    second = await enter("ann", f"/shows/{stage.show}")
    outside = second.get_by_test_id("outside")
    await expect(outside).to_contain_text("open in 1 of your tabs and devices")
    await first.close()
    await expect(outside).to_have_count(0)
    await expect(second.get_by_test_id("chat-input")).to_be_visible()
