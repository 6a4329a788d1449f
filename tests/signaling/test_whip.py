"""WHIP over HTTP, every status code of RFC 9725, with a relay behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from signaling.media.sdp import parse_fragment
from signaling.media.whip import FRAGMENT, MAX_BODY, SDP
from tests.relay.peers import TOKEN, PublishingPeer, Server, ViewingPeer, serve
from tests.signaling.test_sdp import OFFER
from tests.support import eventually

BEARER = {"Authorization": f"Bearer {TOKEN}"}
RESTART = "a=ice-ufrag:EFGH\r\na=ice-pwd:ponmlkjihgfedcbaponmlkjihgfedcba\r\n"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serve() as running:
        yield running


async def request(server: Server, method: str, path: str, **options: Any) -> aiohttp.ClientResponse:
    response = await server.http.request(method, server.url + path, **options)
    await response.read()
    return response


async def post(server: Server, body: Any = OFFER, **headers: str) -> aiohttp.ClientResponse:
    given = {**BEARER, "Content-Type": SDP, **headers}
    return await request(server, "POST", "/whip/demo", data=body, headers=given)


async def patch(
    server: Server, location: str, body: str, tag: str | None, content_type: str = FRAGMENT
) -> aiohttp.ClientResponse:
    headers = {"Content-Type": content_type}
    if tag is not None:
        headers["If-Match"] = tag
    return await request(server, "PATCH", location, data=body, headers=headers)


async def code(response: aiohttp.ClientResponse) -> str:
    assert response.content_type == "application/problem+json"
    return str((await response.json())["code"])


async def test_post_creates_a_session(server: Server) -> None:
    """201, Location, ETag, SDP: RFC 9725 §4.2."""
    response = await post(server)
    assert response.status == 201
    assert response.content_type == SDP
    assert response.headers["Location"].startswith("/whip/demo/")
    assert len(response.headers["Location"].rpartition("/")[2]) >= 20
    assert response.headers["ETag"].startswith('"')
    assert response.headers["Accept-Patch"] == FRAGMENT
    body = await response.text()
    assert "a=setup:passive" in body
    assert f" 127.0.0.1 {server.relay.port} typ host" in body
    assert "a=recvonly" in body


async def test_h264_is_answered_before_vp8_and_only_what_is_relayed(server: Server) -> None:
    """The first codec of the answer is what a browser sends."""
    body = await (await post(server)).text()
    assert "m=video 9 UDP/TLS/RTP/SAVPF 102 96 97\r\n" in body
    assert "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" in body
    assert "a=rtcp-fb:96 goog-remb" in body


async def test_post_is_refused_for_what_is_wrong_with_it(server: Server) -> None:
    """401, 415, 400, 413, 422, 405."""
    assert (await post(server, Authorization="Bearer wrong")).status == 401
    wrong_type = await post(server, **{"Content-Type": "application/json"})
    assert wrong_type.status == 415
    assert await code(wrong_type) == "unsupported_media_type"
    for body in ("", "v=0", "nonsense", b"\xff\xfe", OFFER.replace("a=ice-ufrag:abcd\r\n", "")):
        malformed = await post(server, body)
        assert malformed.status == 400, body
        assert await code(malformed) == "malformed_sdp"
    assert (await post(server, "v=0\r\n" + "a=x\r\n" * (MAX_BODY // 5 + 1))).status == 413
    assert (await post(server, OFFER.replace("sendonly", "recvonly"))).status == 422
    assert (await post(server, OFFER.replace("opus", "speex").replace("VP8", "VP7").replace(
        "H264", "H263"))).status == 422  # fmt: skip
    for method in ("PUT", "DELETE"):
        assert (await request(server, method, "/whip/demo")).status == 405


async def test_chunked_body_without_a_length_is_bounded_too(server: Server) -> None:
    """Content-Length is not to be believed in."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY // 1000 + 2):
            yield b"a" * 1000

    assert (await post(server, endless())).status == 413


async def test_second_publisher_gets_409_and_may_take_over() -> None:
    """``already_publishing``, then ``?takeover=1``."""
    async with serve() as server:
        first = await PublishingPeer(server, "VP8").connect()
        await server.until("started")
        refused = await post(server)
        assert refused.status == 409
        assert await code(refused) == "already_publishing"
        headers = {**BEARER, "Content-Type": SDP}
        taken = await request(server, "POST", "/whip/demo?takeover=1", data=OFFER, headers=headers)
        assert taken.status == 201
        await eventually(lambda: first.pc.connectionState == "closed")
        assert (await request(server, "DELETE", first.location)).status == 404
        await first.close()


async def test_trickle_needs_the_right_tag(server: Server) -> None:
    """204; 428 without If-Match; 412 for another; 415 and 400 for the body: §4.3.1, §4.3.2."""
    created = await post(server)
    location, tag = created.headers["Location"], created.headers["ETag"]
    body = "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\nm=audio 9 RTP/AVP 0\r\n"
    body += "a=mid:0\r\na=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\na=end-of-candidates\r\n"
    accepted = await patch(server, location, body, tag)
    assert accepted.status == 204
    assert "ETag" not in accepted.headers
    assert (await patch(server, location, body, f'"other", {tag}')).status == 204
    missing = await patch(server, location, body, None)
    assert (missing.status, await code(missing)) == (428, "precondition_required")
    other = await patch(server, location, body, '"other"')
    assert (other.status, await code(other)) == (412, "precondition_failed")
    assert (await patch(server, location, body, tag, SDP)).status == 415
    assert (await patch(server, location, "nonsense", tag)).status == 400
    assert (await patch(server, "/whip/demo/unknown", body, tag)).status == 404


@pytest.mark.parametrize("asterisk", ["*", '"*"'])
async def test_ice_restart_gives_new_credentials_and_a_new_tag(
    server: Server, asterisk: str
) -> None:
    """200 with a fragment: §4.3.3."""
    created = await post(server)
    location, tag = created.headers["Location"], created.headers["ETag"]
    restarted = await patch(server, location, RESTART, asterisk)
    assert restarted.status == 200
    assert restarted.content_type == FRAGMENT
    assert restarted.headers["ETag"] != tag
    fragment = parse_fragment(await restarted.text())
    assert fragment.ufrag
    assert f"a=ice-ufrag:{fragment.ufrag}" not in await created.text()
    assert fragment.candidates == 1
    assert (await patch(server, location, "", tag)).status == 412
    assert (await patch(server, location, "", restarted.headers["ETag"])).status == 204
    assert (await patch(server, location, "", asterisk)).status == 400


async def test_media_goes_on_while_ice_restarts(server: Server) -> None:
    """The old path works until a check of the new generation arrives."""
    host = await PublishingPeer(server, "VP8").connect()
    await server.until("started")
    viewer = await ViewingPeer(server).connect()
    await viewer.more("video", 3)
    restarted = await patch(server, viewer.location, RESTART, "*")
    assert restarted.status == 200
    await viewer.more("video", 10)
    await viewer.close()
    await host.close()


async def test_candidates_of_another_session_do_not_keep_a_viewer_from_connecting(
    server: Server,
) -> None:
    """steveseguin/vdo.ninja#1250: a client trickles under names that its offer does not have.

    Each such PATCH asks for an ICE restart, and no check ever comes of it.
    """
    host = await PublishingPeer(server, "VP8").connect()
    await server.until("started")
    viewer = ViewingPeer(server)
    post = server.http.post

    class Meddled:
        """The answer to the offer, after which a stranger's names have been trickled."""

        def __init__(self, *given: Any, **options: Any) -> None:
            self._request = post(*given, **options)

        async def __aenter__(self) -> aiohttp.ClientResponse:
            response = await self._request.__aenter__()
            for number in range(3):
                strange = RESTART.replace("ice-ufrag:", f"ice-ufrag:{number}")
                assert strange != RESTART
                answer = await patch(server, response.headers["Location"], strange, "*")
                assert answer.status == 200
            return response

        async def __aexit__(self, *raised: Any) -> None:
            await self._request.__aexit__(*raised)

    server.http.post = Meddled  # type: ignore[assignment, method-assign]
    try:
        await viewer.connect()
    finally:
        server.http.post = post  # type: ignore[method-assign]
    await viewer.more("video", 3)
    await viewer.close()
    await host.close()


async def test_delete_ends_the_session(server: Server) -> None:
    """200, then 404; the id belongs to one show and one endpoint."""
    location = (await post(server)).headers["Location"]
    session = location.rpartition("/")[2]
    assert (await request(server, "DELETE", f"/whip/other/{session}")).status == 404
    assert (await request(server, "DELETE", f"/whep/demo/{session}")).status == 404
    assert (await request(server, "DELETE", location)).status == 200
    gone = await request(server, "DELETE", location)
    assert (gone.status, await code(gone)) == (404, "session_not_found")


async def test_other_origins_may_use_it(server: Server) -> None:
    """CORS on success, on errors, and the preflight; no credentials."""
    preflight = await request(server, "OPTIONS", "/whip/demo")
    assert preflight.status == 200
    assert preflight.headers["Accept-Post"] == SDP
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "If-Match" in preflight.headers["Access-Control-Allow-Headers"]
    created = await post(server)
    on_session = await request(server, "OPTIONS", created.headers["Location"])
    assert on_session.headers["Accept-Patch"] == FRAGMENT
    for response in (preflight, on_session, created, await post(server, "nonsense")):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers
        exposed = response.headers["Access-Control-Expose-Headers"]
        assert all(name in exposed for name in ("Location", "ETag", "Link", "Retry-After"))


async def test_closing_server_says_when_to_come_back(server: Server) -> None:
    """503 with Retry-After."""
    server.relay._closing = True
    response = await post(server)
    server.relay._closing = False
    assert response.status == 503
    assert int(response.headers["Retry-After"]) > 0
