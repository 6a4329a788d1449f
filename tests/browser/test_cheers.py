"""Hearts: everybody sends them, everybody sees them, the host sees how many."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.stage import Stage
from tests.support import seconds


async def test_hearts_rise_for_everybody_while_the_show_is_on(stage: Stage, enter: Enter) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    show = f"/shows/{stage.show}"
    await stage.command("start")
    guest = await enter(None, show, "phone")
    viewer = await enter("ann", show, "phone")
    studio = await enter("host", f"{show}/studio", "desktop")
    await expect(viewer.get_by_test_id("cheer")).to_be_visible()
    # Hearts are heard from when the page shows where they are counted.
    await expect(studio.get_by_test_id("hearts")).to_contain_text("No hearts yet")
    for _ in range(3):
        await guest.get_by_test_id("cheer").click()
    for page in (guest, viewer):
        await expect(page.locator('[data-hearts="3"]')).to_have_count(1)
    await expect(studio.get_by_test_id("hearts")).to_contain_text("3 hearts")
    await stage.command("end")
    for page in (guest, viewer):
        await expect(page.get_by_test_id("cheer")).to_have_count(0)
