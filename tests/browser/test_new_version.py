"""An upgrade while pages are open: they say so, once, and go on; what was written is kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from liveshow import app
from liveshow.http import web_files
from liveshow.http.pages import web_folder
from tests.browser.conftest import Enter
from tests.browser.people import go_live
from tests.stage import Stage
from tests.support import seconds

SOFT = "There is a new version of this page."
# What every module of this folder imports, so that an edit gives all of them other names.
EVERYWHERE = "vendor/lit.js"


@pytest.fixture(autouse=True)
def patience() -> None:
    expect.set_options(timeout=seconds(20) * 1000)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A browser side of the test's own, to upgrade."""
    own = tmp_path / "web"
    shutil.copytree(web_folder(), own)
    monkeypatch.setattr(app, "web_folder", lambda: own)
    monkeypatch.setattr(app, "is_checkout", lambda: True)
    monkeypatch.setattr(web_files, "LOOK_AGAIN", 0)
    return own


def upgrade(folder: Path) -> None:
    with (folder / EVERYWHERE).open("a") as file:
        file.write("\n// another version\n")


def told(page: Page) -> Locator:
    return page.get_by_test_id("toast").filter(has_text="new version")


async def come_back(page: Page) -> None:
    """Lose the connection to the show for a moment."""
    await page.context.set_offline(True)
    await expect(page.get_by_test_id("reconnecting")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.get_by_test_id("reconnecting")).to_be_hidden()


async def test_a_part_that_is_gone_says_that_there_is_a_new_version(
    stage: Stage, enter: Enter, folder: Path
) -> None:
    """Its address was 404, the place stayed empty, and each event of the show asked again."""
    await stage.item(title="Camel coat")
    await stage.command("start")
    studio = await enter("host", f"/shows/{stage.show}/studio")
    await studio.get_by_test_id("tab-chat").click()
    await studio.get_by_test_id("chat-input").fill("Hello all of you")
    gone: list[str] = []
    studio.on("response", lambda answer: gone.append(answer.url) if answer.status == 404 else None)
    upgrade(folder)
    await studio.get_by_test_id("tab-moderate").click()
    toast = told(studio)
    await expect(toast).to_have_count(1)
    await expect(toast).to_contain_text("Reload in a break to open this.")
    # Said once, and not asked for again.
    asked = len(gone)
    assert asked
    for text in ("one", "two", "three"):
        await stage.command("announce", text=text)
    await studio.get_by_test_id("tab-chat").click()
    await expect(studio.get_by_text("three").first).to_be_visible()
    await studio.get_by_test_id("tab-moderate").click()
    await expect(toast).to_have_count(1)
    assert len(gone) == asked

    await toast.get_by_test_id("toast-action").click()
    await studio.get_by_test_id("tab-moderate").click()
    await expect(studio.locator("ls-mod-panel")).to_contain_text("Tap a message")
    await expect(toast).to_have_count(0)
    await studio.get_by_test_id("tab-chat").click()
    await expect(studio.get_by_test_id("chat-input")).to_have_value("Hello all of you")


async def test_a_module_that_does_not_come_for_another_reason_is_asked_for_again(
    stage: Stage, enter: Enter
) -> None:
    await stage.command("start")
    studio = await enter("host", f"/shows/{stage.show}/studio")
    await expect(studio.get_by_test_id("tab-moderate")).to_be_visible()
    pattern = "**/ls-mod-panel.*.js"
    await studio.route(pattern, lambda route: route.abort())
    async with studio.expect_event("requestfailed"):
        await studio.get_by_test_id("tab-moderate").click()
    await studio.unroute(pattern)
    await stage.command("announce", text="Hello")
    await expect(studio.locator("ls-mod-panel")).to_contain_text("Tap a message")
    await expect(told(studio)).to_have_count(0)


async def test_whoever_comes_back_after_an_upgrade_is_told_softly_and_a_host_on_air_not_yet(
    stage: Stage, enter: Enter, folder: Path
) -> None:
    await stage.item(title="Camel coat")
    studio = await enter("host", f"/shows/{stage.show}/studio")
    await go_live(studio)
    viewer = await enter("viewer", f"/shows/{stage.show}")
    await expect(viewer.get_by_test_id("live-badge")).to_have_text("Live")
    for page in (studio, viewer):
        # Nobody waits for their turn here.
        await page.evaluate("() => { Math.random = () => 0; }")
    async with viewer.expect_response("**/web/version.json"):
        await come_back(viewer)
    await expect(told(viewer)).to_have_count(0)

    upgrade(folder)
    for page in (studio, viewer):
        async with page.expect_response("**/web/version.json"):
            await come_back(page)
    toast = told(viewer)
    await expect(toast).to_contain_text(SOFT)
    await toast.get_by_test_id("toast-action").click()
    await expect(viewer.get_by_test_id("live-badge")).to_have_text("Live")
    await expect(toast).to_have_count(0)

    await expect(told(studio)).to_have_count(0)
    await expect(studio.get_by_test_id("end")).to_be_enabled()
    await studio.get_by_test_id("end").click()
    await studio.get_by_test_id("end-confirm").click()
    await expect(told(studio)).to_contain_text(SOFT)
