"""What was begun is there after a reload, and nobody loses what somebody else has saved."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Enter
from tests.browser.people import picture, upload
from tests.stage import Stage
from tests.support import seconds


async def drafts(page: Page) -> list[str]:
    """The names of all that is kept."""
    found: list[str] = await page.evaluate(
        "Object.keys(sessionStorage).filter((name) => name.startsWith('liveshow.draft.'))"
    )
    return found


async def test_a_listing_that_was_begun_is_there_after_a_reload(
    stage: Stage, enter: Enter, tmp_path: Path
) -> None:
    """faults.md 44: a reload, or a sign-in that had ended, took the whole form away."""
    expect.set_options(timeout=seconds(20) * 1000)
    photo = tmp_path / "coat.jpg"
    photo.write_bytes(picture())
    await stage.server.account("vera")
    page = await enter("vera", "/closet")

    async def begin() -> None:
        await page.get_by_test_id("new-listing").click()
        await expect(page.get_by_test_id("listing-title")).to_be_visible()

    await begin()
    await page.get_by_test_id("photo-file").set_input_files(photo)
    await expect(page.get_by_test_id("photo")).to_have_count(1)
    await page.get_by_test_id("listing-title").fill("Camel coat")
    await page.get_by_test_id("listing-price").fill("148.50")
    await page.get_by_test_id("variant-add").click()
    await page.get_by_test_id("variant-size").fill("M")
    await page.get_by_test_id("shipping-kind").select_option("weight")
    await page.get_by_test_id("shipping-weight").fill("900")
    await page.get_by_test_id("listing-more").click()
    await page.get_by_test_id("listing-condition").select_option("good")
    await page.get_by_test_id("listing-description").fill("Warm")
    # A second photo is on its way for ever, and the page is left.
    waiting: asyncio.Event = asyncio.Event()

    async def hold(route: Route) -> None:
        waiting.set()

    await page.route("**/api/photos", hold)
    await page.get_by_test_id("photo-file").set_input_files(photo)
    await waiting.wait()
    await page.reload()
    await page.unroute_all(behavior="ignoreErrors")

    await begin()
    await expect(page.get_by_test_id("lost")).to_contain_text("1 photo had not arrived")
    await expect(page.get_by_test_id("photo")).to_have_count(1)
    await expect(page.get_by_test_id("listing-title")).to_have_value("Camel coat")
    await expect(page.get_by_test_id("listing-price")).to_have_value("148.50")
    await expect(page.get_by_test_id("variant-size")).to_have_value("M")
    await expect(page.get_by_test_id("shipping-weight")).to_have_value("900")
    await expect(page.get_by_test_id("listing-condition")).to_have_value("good")
    await expect(page.get_by_test_id("listing-description")).to_have_value("Warm")
    await page.get_by_test_id("listing-save").click()
    await expect(page.locator("ls-listing-card")).to_have_count(1)
    assert await drafts(page) == []
    [made] = (await stage.server.get("/api/listings?seller=vera"))["items"]
    assert (made["title"], made["shipping"], made["condition"], len(made["photos"])) == (
        "Camel coat",
        {"weight": 900},
        "good",
        1,
    )


async def test_an_edit_that_was_begun_takes_nothing_back(stage: Stage, enter: Enter) -> None:
    """faults.md 44: another device saved meanwhile what the draft would have overwritten."""
    expect.set_options(timeout=seconds(20) * 1000)
    host = stage.host
    listing = await stage.listing(title="Coat", brand="Old", shipping={"flat": 500})
    page = await enter("host", f"/closet/host?listing={listing['id']}")
    await page.get_by_test_id("edit-listing").click()
    await page.get_by_test_id("listing-title").fill("Red coat")
    await page.get_by_test_id("listing-brand").fill("Mine")
    await page.get_by_test_id("variant-add").click()
    await page.get_by_test_id("variant-size").fill("M")
    photo = await upload(stage.server, host)
    path = f"/api/listings/{listing['id']}"
    change = {"title": "Blue coat", "photos": [photo], "version": listing["version"]}
    await stage.server.request("PATCH", path, change, by=host)
    await page.reload()
    await page.get_by_test_id("edit-listing").click()
    await expect(page.get_by_test_id("listing-title")).to_have_value("Blue coat")
    await expect(page.get_by_test_id("outdated")).to_contain_text("Red coat")
    await expect(page.get_by_test_id("lost")).to_contain_text("changed meanwhile")
    await expect(page.get_by_test_id("photo")).to_have_count(1)
    await expect(page.get_by_test_id("listing-brand")).to_have_value("Mine")
    await page.get_by_test_id("listing-save").click()
    await expect(page.get_by_test_id("listing-form")).to_be_hidden()
    saved = await stage.server.get(path, by=host)
    assert (saved["title"], saved["brand"], len(saved["photos"])) == ("Blue coat", "Mine", 1)
    assert await drafts(page) == []


async def test_a_show_and_a_poll_that_were_begun_are_there_after_a_reload(
    stage: Stage, enter: Enter
) -> None:
    """faults.md 44: of polls two options were kept, of a new show and its settings nothing."""
    expect.set_options(timeout=seconds(20) * 1000)
    page = await enter("host", "/new")
    await page.get_by_test_id("title").fill("Autumn coats")
    await page.get_by_test_id("when-later").click()
    await page.get_by_test_id("more").click()
    await page.get_by_test_id("hold-seconds").select_option("600")
    await page.reload()
    await expect(page.get_by_test_id("title")).to_have_value("Autumn coats")
    await expect(page.get_by_test_id("when-later")).to_be_checked()
    await expect(page.get_by_test_id("hold-seconds")).to_have_value("600")
    await page.get_by_test_id("create-show").click()
    await expect(page.get_by_test_id("show-status")).to_have_attribute("data-status", "scheduled")
    assert await drafts(page) == []

    # Its settings: what is saved is no draft, and nobody is told that it was changed.
    await page.get_by_test_id("description").fill("All sizes")
    await page.get_by_test_id("shipping-cap").fill("9.5")
    await page.reload()
    await expect(page.get_by_test_id("description")).to_have_value("All sizes")
    await expect(page.get_by_test_id("shipping-cap")).to_have_value("9.5")
    await page.get_by_test_id("about-save").click()
    await page.get_by_test_id("rules-save").click()
    told = page.get_by_role("region", name="Messages")
    await expect(told.get_by_text("The rules hold for claims from now on.")).to_be_visible()
    await expect(page.get_by_test_id("shipping-cap")).to_have_value("9.50")
    await expect(page.get_by_test_id("outdated")).to_have_count(0)
    assert await drafts(page) == []

    await stage.command("start")
    await page.goto(f"{stage.server.url}/shows/{stage.show}/studio")
    await open_poll(page)
    await page.get_by_test_id("poll-question").fill("Which?")
    await page.get_by_test_id("poll-option-add").click()
    await page.get_by_test_id("poll-option-add").click()
    options = page.get_by_test_id("poll-option-text")
    for at, text in enumerate(("Red", "Green", "Blue", "White")):
        await options.nth(at).fill(text)
    await page.get_by_test_id("poll-option-remove").nth(1).click()
    await page.get_by_test_id("poll-seconds").select_option("300")
    await page.reload()
    await open_poll(page)
    await expect(options).to_have_count(3)
    for at, text in enumerate(("Red", "Blue", "White")):
        await expect(options.nth(at)).to_have_value(text)
    await expect(page.get_by_test_id("poll-seconds")).to_have_value("300")
    await page.get_by_test_id("poll-send").click()
    await expect(page.get_by_test_id("poll-end")).to_be_visible()
    assert await drafts(page) == []


async def open_poll(page: Page) -> None:
    await page.get_by_test_id("poll-ask").click()
