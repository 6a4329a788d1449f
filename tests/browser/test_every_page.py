"""Every page with real content on a phone and on a desktop: it fits, is named, can be tapped."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Error, expect

from tests.browser.conftest import Enter
from tests.browser.tours import TOURS, Tour, Visitor
from tests.browser.world import build
from tests.conftest import DEVICES
from tests.stage import Stage
from tests.support import seconds


@pytest.mark.parametrize("device", DEVICES)
async def test_every_page_fits_is_named_and_can_be_tapped(
    stage: Stage, enter: Enter, device: str
) -> None:
    """Nor does axe find anything that WCAG 2.2 AA forbids, light or dark.

    faults.md 62: on a phone the same holds for text at 200 %, and for a screen of 320 px.
    """
    world = await build(stage)
    found: list[str] = []

    async def walk(handle: str | None, tour: Tour) -> None:
        page = await enter(handle, "/", device)
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.set_default_timeout(seconds(20) * 1000)
        visitor = Visitor(page, device, found)
        try:
            await tour(world, visitor)
        except (Error, AssertionError) as error:
            found.append(f"{handle} on {device} did not get past {visitor.at}: {error}")

    expect.set_options(timeout=seconds(20) * 1000)
    await asyncio.gather(*(walk(handle, tour) for handle, tour in TOURS.items()))
    assert not found, "\n".join(sorted(set(found)))
