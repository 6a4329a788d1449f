"""What the team says to itself, in real browsers."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.stage import Stage
from tests.support import seconds

pytestmark = pytest.mark.slow


async def test_the_team_talks_beside_the_chat_and_viewers_see_nothing(
    stage: Stage, enter: Enter
) -> None:
    """What moderators missed in faults.md: a line for staff only."""
    expect.set_options(timeout=seconds(20) * 1000)
    await stage.command("start")
    await stage.server.account("mod")
    await stage.command("staff", user="mod", role="moderator")
    show = f"/shows/{stage.show}"
    mod, ann = await enter("mod", show, "phone"), await enter("ann", show, "phone")
    host = await enter("host", f"{show}/studio", "desktop")
    await expect(host.get_by_test_id("tab-team")).to_be_visible()
    await expect(ann.get_by_test_id("whisper-tool")).to_have_count(0)
    await mod.get_by_test_id("whisper-tool").tap()
    await mod.get_by_test_id("whisper-input").fill("@rude again, keep an eye on it")
    await mod.keyboard.press("Enter")
    await expect(mod.get_by_test_id("whisper")).to_contain_text("keep an eye on it")
    # Wherever the host is in the studio.
    told = host.get_by_test_id("toast").get_by_text("Team only, @mod: @rude again")
    await expect(told).to_be_visible()
    await host.get_by_test_id("tab-team").click()
    await expect(host.get_by_test_id("whisper")).to_contain_text("keep an eye on it")
    # Its author takes one back, nobody but the host takes back those of others.
    await stage.command("whisper", text="Mine to take back")
    await expect(mod.get_by_test_id("whisper")).to_have_count(2)
    await expect(mod.get_by_test_id("unwhisper")).to_have_count(1)
    await expect(host.get_by_test_id("unwhisper")).to_have_count(2)
    await mod.get_by_test_id("unwhisper").tap()
    for page in (mod, host):
        await expect(page.get_by_test_id("whisper").first).to_have_text(re.compile("taken back"))
        await expect(page.get_by_test_id("whisper").first).not_to_contain_text("keep an eye")
    # A line that everybody hears comes after it, so it would be there by now.
    await stage.command("announce", text="Back in five")
    await expect(ann.get_by_test_id("chat-line").last).to_contain_text("Back in five")
    await expect(ann.get_by_text("keep an eye on it")).to_have_count(0)
