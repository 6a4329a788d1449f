"""WHEP over HTTP: its differences from WHIP."""

from __future__ import annotations

import aiohttp

from signaling.media.whip import SDP
from tests.relay.peers import PublishingPeer, Server, serve
from tests.signaling.test_sdp import OFFER

WANT = OFFER.replace("sendonly", "recvonly")


async def post(server: Server, body: str = WANT) -> aiohttp.ClientResponse:
    response = await server.http.post(
        f"{server.url}/whep/demo", data=body, headers={"Content-Type": SDP}
    )
    await response.read()
    return response


async def test_show_that_is_not_live_says_when_to_ask_again() -> None:
    """409 with Retry-After, readable across origins."""
    async with serve() as server:
        response = await post(server)
        assert response.status == 409
        assert (await response.json())["code"] == "not_live"
        assert int(response.headers["Retry-After"]) >= 1
        assert response.headers["Access-Control-Allow-Origin"] == "*"


async def test_viewer_is_answered_with_every_codec_it_can_play() -> None:
    """201; VP8 and H.264 both, so that the publisher may change; no token.

    RTX for one of them only is none: see ``tests/relay/test_negotiation.py``.
    """
    async with serve() as server:
        host = await PublishingPeer(server, "VP8").connect()
        await server.until("started")
        response = await post(server)
        assert response.status == 201
        assert response.headers["Location"].startswith("/whep/demo/")
        body = await response.text()
        assert "a=sendonly" in body
        assert "m=video 9 UDP/TLS/RTP/SAVPF 96 102\r\n" in body
        assert "a=ssrc:" in body
        assert "urn:ietf:params:rtp-hdrext:sdes:mid" in body
        assert (await post(server, OFFER)).status == 422  # it offers to send
        async with server.http.delete(server.url + response.headers["Location"]) as deleted:
            assert deleted.status == 200
        await host.close()


async def test_full_server_says_when_to_come_back() -> None:
    """503 too_many_viewers with Retry-After."""
    async with serve(max_viewers=1) as server:
        host = await PublishingPeer(server, "VP8").connect()
        await server.until("started")
        assert (await post(server)).status == 201
        response = await post(server)
        assert response.status == 503
        assert (await response.json())["code"] == "too_many_viewers"
        assert int(response.headers["Retry-After"]) >= 1
        await host.close()
