"""What the browser reads of the answer to WHIP and WHEP."""

from __future__ import annotations

from playwright.async_api import Page


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
      const { linkedServers } = await import("/web/lib/media-connection.js");
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
