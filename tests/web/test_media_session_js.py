"""What the browser reads of the answer to WHIP and WHEP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

WEB = Path(__file__).parents[2] / "web"


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """An empty page of an origin that serves the project's modules as they are."""

    async def empty(request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>.</title>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", empty)
    app.router.add_static("/web", WEB)
    server = TestServer(app)
    await server.start_server()
    page = await chromium.new_page()
    await page.goto(str(server.make_url("/")))
    yield page
    await page.close()
    await server.close()


async def test_ice_servers_of_link_headers_are_taken_as_the_browser_wants_them(page: Page) -> None:
    """Several Link headers reach a page as one, joined by commas."""
    links = ", ".join(
        [
            '<stun:stun.example:3478>; rel="ice-server"',
            '<turns:turn.example:443?transport=tcp>; rel="ice-server"; username="17:ab"; '
            'credential="a+/=,;"; credential-type="password"',
            '<https://example.org/style.css>; rel="preload"',
            '<stun:other.example>; rel="alternate"',
        ]
    )
    read = """async (links) => {
      const { linkedServers } = await import("/web/lib/media-session.js");
      const servers = linkedServers(links);
      new RTCPeerConnection({ iceServers: servers }).close();  // throws at what is not valid
      return servers;
    }"""
    assert await page.evaluate(read, links) == [
        {"urls": "stun:stun.example:3478"},
        {
            "urls": "turns:turn.example:443?transport=tcp",
            "username": "17:ab",
            "credential": "a+/=,;",
        },
    ]
    assert await page.evaluate(read, None) == []
