"""Pages of tests that use the browser modules: an origin that serves the modules as they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

WEB = Path(__file__).parents[1] / "web"


@asynccontextmanager
async def module_page(html: str) -> AsyncIterator[str]:
    """Serve ``html`` as the page of an origin of its own; give its address."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=html, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_static("/web", WEB)
    server = TestServer(app)
    await server.start_server()
    try:
        yield str(server.make_url("/"))
    finally:
        await server.close()
