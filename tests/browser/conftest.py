"""People with browsers, on a show of a running server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Page

from liveshow.accounts.identity import COOKIE
from tests.conftest import ContextFactory
from tests.stage import Stage
from tests.support import RunningServer

Enter = Callable[..., Awaitable[Page]]


@pytest.fixture
async def stage(running_server: RunningServer) -> AsyncIterator[Stage]:
    """A show of ``host`` that has not started."""
    stage = await Stage.set(running_server, start=False, title="The fitting room")
    yield stage
    await stage.clear()


@pytest.fixture
async def enter(running_server: RunningServer, browser_context: ContextFactory) -> Enter:
    """Opens a page as somebody, in a browser of their own: ``await enter("buyer", "/cart")``."""

    async def enter(handle: str | None, path: str, device: str = "phone") -> Page:
        context = await browser_context(device)
        if handle is not None:
            account = await running_server.account(handle)
            await context.add_cookies(
                [{"name": COOKIE, "value": account.token, "url": running_server.url}]
            )
        page = await context.new_page()
        await page.goto(path)
        return page

    return enter
