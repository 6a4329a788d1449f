"""Fixtures of the tests of browser modules."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from tests.module_pages import module_page


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """An empty page of an origin that serves the project's modules as they are."""
    async with module_page("<!doctype html><title>.</title>") as address:
        page = await chromium.new_page()
        await page.goto(address)
        yield page
        await page.close()
