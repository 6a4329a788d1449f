"""RFC 9725 (WHIP) and draft-ietf-wish-whep-03 (WHEP) over HTTP, sentence by sentence.

Section numbers are those of RFC 9725; where the draft differs, both are given. What is not
checked here is in ``test_whip.py`` and ``test_whep.py``; media with clients of others in
``tests/relay``.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import re
import time
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import aiohttp
import pytest

from signaling.media.ice_servers import LIFETIME, IceServers
from signaling.media.sdp import parse_fragment
from signaling.media.whip import FRAGMENT, SDP
from tests.relay.hostile.attack import Stranger, signed
from tests.relay.peers import TOKEN, PublishingPeer, Server, serve
from tests.signaling.test_sdp import OFFER
from tests.support import eventually

WATCH = OFFER.replace("sendonly", "recvonly")
CREDENTIALS = "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"  # those of the offers
TRICKLE = (
    "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n" + CREDENTIALS
) + "a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag abcd\r\n"
RESTART = (
    TRICKLE.replace("abcd\r\n", "ysXw\r\n")
    .replace("ufrag abcd", "ufrag ysXw")
    .replace("abcdefghijklmnopqrstuvwx", "vw5LmwG4y/e6dPP/zAP9Gp5k")
)
STRONG_TAG = re.compile(r'"[\x21\x23-\x7e]+"')  # RFC 9110 §8.8.3


@dataclass
class Endpoint:
    """A WHIP or WHEP endpoint, ready for a session."""

    server: Server
    name: str
    offer: str

    @property
    def path(self) -> str:
        return f"/{self.name}/demo"

    async def ask(
        self, method: str, path: str = "", body: Any = None, **headers: str
    ) -> aiohttp.ClientResponse:
        """Send a request with a bearer; ``If_Match`` names the header If-Match."""
        given = {"Authorization": f"Bearer {TOKEN}"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        url = urljoin(self.server.url, path or self.path)
        response = await self.server.http.request(
            method, url, data=body, headers=given, allow_redirects=False
        )
        await response.read()
        return response

    async def post(self, offer: str | None = None, **headers: str) -> aiohttp.ClientResponse:
        body = self.offer if offer is None else offer
        return await self.ask("POST", "", body, **{"Content_Type": SDP, **headers})

    async def patch(
        self, location: str, body: Any, tag: str, **headers: str
    ) -> aiohttp.ClientResponse:
        given = {"Content_Type": FRAGMENT, "If_Match": tag, **headers}
        return await self.ask("PATCH", location, body, **given)

    async def session(self) -> tuple[str, str]:
        """Make a session; return its address and tag."""
        created = await self.post()
        assert created.status == 201, await created.text()
        return created.headers["Location"], created.headers["ETag"]


@pytest.fixture
async def whip() -> AsyncIterator[Endpoint]:
    async with serve() as server:
        yield Endpoint(server, "whip", OFFER)


@pytest.fixture
async def whep() -> AsyncIterator[Endpoint]:
    async with serve() as server:
        host = await PublishingPeer(server, "VP8").connect()
        await server.until("started")
        yield Endpoint(server, "whep", WATCH)
        await host.close()


@pytest.fixture(params=["whip", "whep"])
def endpoint(request: pytest.FixtureRequest) -> Endpoint:
    """Both: what the two documents say alike is tested on both."""
    made: Endpoint = request.getfixturevalue(request.param)
    return made


# --- §4.6 STUN and TURN servers -------------------------------------------------------------


@pytest.mark.parametrize("name", ["whip", "whep"])
async def test_ice_servers_are_named_to_who_was_let_in_and_to_nobody_else(name: str) -> None:
    """§4.6: Link headers in the 201, with credentials that expire; none in preflights."""
    servers = IceServers(
        ("stun:stun.example:3478", "turns:turn.example:443?transport=tcp"), "shared secret"
    )
    async with serve(ice_servers=servers) as server:
        host = await PublishingPeer(server, "VP8").connect()
        await server.until("started")
        endpoint = Endpoint(server, name, OFFER if name == "whip" else WATCH)
        endpoint_path = f"{endpoint.path}?takeover=1"
        made = await endpoint.ask("POST", endpoint_path, endpoint.offer, Content_Type=SDP)
        assert made.status == 201
        plain, secret = made.headers.getall("Link")
        assert plain == '<stun:stun.example:3478>; rel="ice-server"'
        found = re.fullmatch(
            r'<turns:turn\.example:443\?transport=tcp>; rel="ice-server"; '
            r'username="(\d+):[0-9a-f]{8}"; credential="([^"]+)"; credential-type="password"',
            secret,
        )
        assert found is not None
        assert 0 < int(found[1]) - time.time() <= LIFETIME
        username = secret.split('username="')[1].split('"')[0]
        digest = hmac.digest(b"shared secret", username.encode(), "sha1")
        assert base64.b64decode(found[2]) == digest
        assert "Link" not in (await endpoint.ask("OPTIONS")).headers
        refused = await endpoint.ask("POST", "", "v=0", Content_Type=SDP)
        assert "Link" not in refused.headers
        await host.close()


# --- §4.1 HTTP usage ------------------------------------------------------------------------


async def test_get_and_head_are_answered_with_nothing(endpoint: Endpoint) -> None:
    """§4.1: endpoints and sessions MUST return 2xx without content for a GET.

    WHEP, "Endpoint URL Discoverability": by 200 and the type a player knows what it may post to.
    """
    location, _ = await endpoint.session()
    for path in (endpoint.path, location):
        found = path == "/whep/demo"
        for method in ("GET", "HEAD"):
            response = await endpoint.ask(method, path)
            status = 200 if found else 204
            assert (response.status, await response.read()) == (status, b""), (method, path)
            assert (response.headers.get("Content-Type") == SDP) is found
            assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert (await endpoint.ask("GET", f"{endpoint.path}/unknown")).status == 404


async def test_other_methods_are_refused_with_those_that_are_allowed(endpoint: Endpoint) -> None:
    """RFC 9110 §15.5.6: 405 MUST have Allow."""
    location, _ = await endpoint.session()
    for path, methods, allowed in (
        (endpoint.path, ("PUT", "PATCH", "DELETE"), {"OPTIONS", "GET", "HEAD", "POST"}),
        (location, ("PUT", "POST"), {"OPTIONS", "GET", "HEAD", "PATCH", "DELETE"}),
    ):
        for method in methods:
            response = await endpoint.ask(method, path, "v=0", Content_Type=SDP)
            assert response.status == 405, (method, path)
            assert set(re.split(", ?", response.headers["Allow"])) == allowed
            assert response.headers["Access-Control-Allow-Origin"] == "*"
        options = await endpoint.ask("OPTIONS", path)
        assert set(options.headers["Allow"].split(", ")) == allowed
    assert (await endpoint.ask("DELETE", location)).status == 200  # it was not disturbed


async def test_errors_are_problem_documents(endpoint: Endpoint) -> None:
    """§4.1: RFC 9457, with a code and a sentence."""
    response = await endpoint.post("v=0")
    assert response.status == 400
    assert response.content_type == "application/problem+json"
    problem = await response.json()
    assert problem["status"] == 400
    assert problem["code"] == "malformed_sdp"
    assert problem["detail"].endswith(".")


# --- §4.2 Session setup ---------------------------------------------------------------------


async def test_answer_to_post_is_what_the_documents_ask_for(endpoint: Endpoint) -> None:
    """§4.2: 201, application/sdp, Location, and §4.3.1: a strong ETag that no other has."""
    created = await endpoint.post()
    assert created.status == 201
    # RFC 8866 §8.2.1: the type has no parameters, and clients compare the whole of it.
    assert created.headers["Content-Type"] == SDP
    location = urljoin(str(created.url), created.headers["Location"])
    assert location.startswith(f"{created.url}/")
    assert STRONG_TAG.fullmatch(created.headers["ETag"])
    assert created.headers["Accept-Patch"] == FRAGMENT  # RFC 5789 §3.1
    answer = await created.text()
    direction = "a=recvonly" if endpoint.name == "whip" else "a=sendonly"
    assert answer.count(f"{direction}\r\n") == answer.count("\r\nm=") == 2
    assert answer.count("a=rtcp-mux\r\n") == answer.count("a=rtcp-mux-only\r\n") == 2  # §4.4.1
    assert "a=ice-lite\r\n" in answer  # §4.4.5
    assert "a=end-of-candidates\r\n" in answer  # §4.3.2: all of them
    other = await endpoint.post(takeover(endpoint))
    if other.status == 201:
        assert other.headers["ETag"] != created.headers["ETag"]
        assert other.headers["Location"] != created.headers["Location"]


def takeover(endpoint: Endpoint) -> str:
    """Return an offer of another client."""
    return endpoint.offer.replace("a=ice-ufrag:abcd", "a=ice-ufrag:other")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/sdp",
        "Application/SDP",
        "application/sdp;charset=utf-8",
        "application/sdp ; q=1",
    ],
)
async def test_content_type_of_an_offer_is_a_media_type(whip: Endpoint, content_type: str) -> None:
    """RFC 9110 §8.3.1: names compare without case, parameters are another matter."""
    assert (await whip.post(Content_Type=content_type)).status == 201


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json", FRAGMENT, "sdp"])
async def test_offers_of_another_type_are_refused(whip: Endpoint, content_type: str) -> None:
    """§4.2: an appropriate 4xx; RFC 9110 §15.5.16: 415 says what would be taken."""
    refused = await whip.post(Content_Type=content_type)
    assert refused.status == 415
    assert refused.headers["Accept-Post"] == SDP
    assert "Accept-Post" in refused.headers["Access-Control-Expose-Headers"]


async def test_bodies_that_cannot_be_read_are_malformed(endpoint: Endpoint) -> None:
    """§4.2, §4.3.1: 4xx, never 5xx, for a body of the wrong coding."""
    location, tag = await endpoint.session()
    for method, path, content_type in (("POST", "", SDP), ("PATCH", location, FRAGMENT)):
        headers = {"Content_Type": content_type, "If_Match": tag}
        for coding, body in (("deflate", b"no deflate"), ("gzip", b"no gzip"), ("", b"\xff\xfe")):
            given = headers
            if coding:  # the connection cannot be used any more
                given = {**headers, "Content_Encoding": coding, "Connection": "close"}
            response = await endpoint.ask(method, path, body, **given)
            assert response.status == 400, (method, coding)
    # Ours is read before it is refused: a bomb is a body that is too large.
    bomb = zlib.compress(b"v=0\r\n" + b"a=x\r\n" * 1_000_000)
    assert len(bomb) < 64 * 1024
    refused = await endpoint.ask("POST", "", bomb, Content_Type=SDP, Content_Encoding="deflate")
    assert refused.status == 413


@pytest.mark.parametrize(
    ("first", "second"),
    [("recvonly", "sendonly"), ("sendonly", "recvonly"), ("sendonly", "inactive")],
)
async def test_tracks_that_are_not_sent_are_refused(
    whip: Endpoint, first: str, second: str
) -> None:
    """§4.2: "inactive" and "recvonly" MUST NOT be used; §4.4.3: no answer in part."""
    audio, video = OFFER.split("m=video")
    offer = f"{audio.replace('sendonly', first)}m=video{video.replace('sendonly', second)}"
    refused = await whip.post(offer)
    assert refused.status == 422
    assert (await refused.json())["code"] == "unsupported_tracks"


async def test_sendrecv_is_taken_for_what_it_includes(endpoint: Endpoint) -> None:
    """§4.2: a client MAY offer sendrecv; the answer goes one way."""
    created = await endpoint.post(OFFER.replace("sendonly", "sendrecv"))
    assert created.status == 201
    assert "sendrecv" not in await created.text()


async def test_track_that_cannot_be_taken_refuses_the_offer(whip: Endpoint) -> None:
    """§4.4.3: SHOULD be 422 rather than a broadcast without its pictures."""
    refused = await whip.post(OFFER.replace("VP8", "VP7").replace("H264", "H263"))
    assert refused.status == 422
    assert (await refused.json())["code"] == "no_common_codec"


async def test_restart_names_the_section_that_was_offered_first(whip: Endpoint) -> None:
    """§4.3.3: the tagged section of the bundle, by the mid that the client gave it."""
    audio, video = OFFER.split("m=video")
    head, _, audio = audio.partition("m=audio")
    head = head.replace("BUNDLE 0 1", "BUNDLE video0 0")
    offer = f"{head}m=video{video.replace('a=mid:1', 'a=mid:video0')}m=audio{audio}"
    created = await whip.post(offer)
    restarted = await whip.patch(created.headers["Location"], RESTART, "*")
    assert "\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:video0\r\n" in await restarted.text()


async def test_second_track_of_a_kind_is_refused(whip: Endpoint) -> None:
    """§4.4.2: MUST be 422 or 400, and neither takes a broadcast over nor ends one."""
    location, _ = await whip.session()
    _, _, video = OFFER.partition("m=video")
    second = f"m=video{video}".replace("a=mid:1", "a=mid:2").replace("1234", "1235")
    for query in ("", "?takeover=1"):
        refused = await whip.ask("POST", whip.path + query, OFFER + second, Content_Type=SDP)
        assert refused.status == 422
    assert (await whip.ask("GET", location)).status == 204
    assert (await whip.ask("DELETE", location)).status == 200
    # One that is not offered, or is no track, does not count.
    stopped = second.replace("m=video 9", "m=video 0").replace("sendonly", "inactive")
    data = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:3\r\na=sctp-port:5000\r\n"
    assert (await whip.post(OFFER + stopped + data)).status == 201


async def test_tracks_of_two_media_streams_are_refused(whip: Endpoint) -> None:
    """§4.4.2: MUST be 422 or 400. No id, or a hyphen for none, is taken."""
    audio, _, video = OFFER.partition("m=video")
    for first, second, status in (
        ("a=msid:one a", "a=msid:two b", 422),
        ("", "a=msid:one a\r\na=msid:two a", 422),
        ("a=msid:- a", "a=msid:one b", 201),
        ("a=msid:one a", "a=msid:one b", 201),
        ("a=msid:one", "", 201),
    ):
        offer = f"{audio}{first}\r\nm=video{video}{second}\r\n"
        answered = await whip.ask("POST", f"{whip.path}?takeover=1", offer, Content_Type=SDP)
        assert answered.status == status, (first, second)
        if status == 422:
            assert (await answered.json())["code"] == "unsupported_tracks"


async def test_transport_that_cannot_be_used_ends_no_other_broadcast(whip: Endpoint) -> None:
    """§4.4.1, §4.4.5: 422 with one code, before anything is taken over."""
    location, _ = await whip.session()
    for old, new in (
        ("a=group:BUNDLE 0 1\r\n", ""),
        ("a=rtcp-mux\r\n", ""),
        ("t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n"),
        ("m=video 9 UDP/TLS/RTP/SAVPF", "m=video 9 UDP/UNKNOWN"),
    ):
        offer = OFFER.replace(old, new)
        refused = await whip.ask("POST", f"{whip.path}?takeover=1", offer, Content_Type=SDP)
        assert refused.status == 422, (old, new)
        assert (await refused.json())["code"] == "unsupported_transport"
    assert (await whip.ask("GET", location)).status == 204


async def test_answer_repeats_protocol_and_attributes_of_the_offer(endpoint: Endpoint) -> None:
    """RFC 9429 §5.3.1: <proto> exactly, and rtcp-rsize where it was offered."""
    data = "m=application 9 DTLS/SCTP 5000\r\na=mid:2\r\na=sctpmap:5000 webrtc-datachannel 16\r\n"
    offer = endpoint.offer.replace("UDP/TLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVP")
    created = await endpoint.post(offer + data)
    assert created.status == 201
    answer = await created.text()
    assert re.findall(r"m=(\S+) (\d) (\S+)", answer) == [
        ("audio", "9", "TCP/DTLS/RTP/SAVP"),
        ("video", "9", "TCP/DTLS/RTP/SAVP"),
        ("application", "0", "DTLS/SCTP"),
    ]
    assert "m=application 0 DTLS/SCTP 5000\r\n" in answer
    assert "a=rtcp-rsize" not in answer.split("m=video")[0]
    assert "a=rtcp-rsize\r\n" in answer.split("m=video")[1]


@pytest.mark.parametrize("setup", ["actpass", "active"])
async def test_clients_of_dtls_may_say_so(whip: Endpoint, setup: str) -> None:
    """§4.4.4: "active" MAY be offered; we are the server then."""
    created = await whip.post(OFFER.replace("a=setup:actpass", f"a=setup:{setup}"))
    assert created.status == 201
    assert "a=setup:passive\r\n" in await created.text()


async def test_only_the_first_section_may_have_a_port(whip: Endpoint) -> None:
    """§4.4.1: max-bundle: the others are bundle-only with port 0 (RFC 9143 §6)."""
    offer = OFFER.replace("m=video 9", "m=video 0").replace("a=mid:1", "a=mid:1\r\na=bundle-only")
    created = await whip.post(offer)
    assert created.status == 201
    assert "a=group:BUNDLE 0 1\r\n" in await created.text()


# --- Ending -------------------------------------------------------------------------------


async def test_delete_ignores_entity_tags(endpoint: Endpoint) -> None:
    """§4.3.1: sessions MUST ignore any entity tag where none is required."""
    location, _ = await endpoint.session()
    assert (await endpoint.ask("DELETE", location, If_Match='"another"')).status == 200


async def test_nothing_is_left_of_a_session_that_has_ended(endpoint: Endpoint) -> None:
    """§4.2: it is removed: 404 for every method, as often as one asks."""
    location, tag = await endpoint.session()
    assert (await endpoint.ask("DELETE", location)).status == 200
    for _ in range(2):
        assert (await endpoint.ask("DELETE", location)).status == 404
        assert (await endpoint.ask("GET", location)).status == 404
        assert (await endpoint.patch(location, TRICKLE, tag)).status == 404
        assert (await endpoint.patch(location, RESTART, "*")).status == 404


async def test_session_may_end_while_a_restart_is_on_its_way(endpoint: Endpoint) -> None:
    """What arrives for it afterwards finds nothing, and makes nothing."""
    location, _ = await endpoint.session()
    under_way, ended = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield RESTART[:20].encode()
        under_way.set()
        await ended.wait()
        yield RESTART[20:].encode()

    patching = asyncio.create_task(endpoint.patch(location, slowly(), "*"))
    await under_way.wait()
    assert (await endpoint.ask("DELETE", location)).status == 200
    ended.set()
    assert (await patching).status == 404


# --- CORS -----------------------------------------------------------------------------------


async def test_preflights_allow_what_clients_send(endpoint: Endpoint) -> None:
    """§4.2: OPTIONS MUST be supported for CORS, "200 OK" with Accept-Post."""
    location, _ = await endpoint.session()
    for path, method in (
        (endpoint.path, "POST"),
        (endpoint.path, "OPTIONS"),
        (location, "PATCH"),
        (location, "DELETE"),
    ):
        preflight = await endpoint.server.http.options(
            urljoin(endpoint.server.url, path),  # no Authorization: §4.7.1
            headers={
                "Origin": "https://studio.example",
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "authorization,content-type,if-match",
            },
        )
        assert preflight.status == 200
        assert await preflight.read() == b""
        assert preflight.headers["Access-Control-Allow-Origin"] == "*"
        assert method in preflight.headers["Access-Control-Allow-Methods"].split(", ")
        allowed = preflight.headers["Access-Control-Allow-Headers"].lower()
        assert {"authorization", "content-type", "if-match"} <= set(allowed.split(", "))
        if path == endpoint.path:
            assert preflight.headers["Accept-Post"] == SDP
        else:
            assert preflight.headers["Accept-Patch"] == FRAGMENT
        # §4.6: no servers and credentials in a preflight.
        assert "Link" not in preflight.headers


async def test_other_origins_can_read_every_answer(endpoint: Endpoint) -> None:
    """FETCH: a page can read only exposed headers, on errors as well."""
    location, tag = await endpoint.session()
    answers = [
        await endpoint.post(""),  # 400
        await endpoint.post(Content_Type="text/plain"),  # 415
        await endpoint.patch(location, TRICKLE, tag),  # 204
        await endpoint.patch(location, RESTART, "*"),  # 200
        await endpoint.patch(location, TRICKLE, tag),  # 412
        await endpoint.ask("PATCH", location, TRICKLE, Content_Type=FRAGMENT),  # 428
        await endpoint.ask("DELETE", location),  # 200
        await endpoint.ask("DELETE", location),  # 404
    ]
    assert [answer.status for answer in answers] == [400, 415, 204, 200, 412, 428, 200, 404]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
        assert {"Location", "ETag", "Link", "Retry-After", "Accept-Patch"} <= exposed


# --- §4.3 ICE -------------------------------------------------------------------------------


async def test_candidates_are_taken_without_a_word(endpoint: Endpoint) -> None:
    """§4.3.2: 204, no body and no ETag; candidates of no use are silently dropped."""
    location, tag = await endpoint.session()
    useless = "".join(
        f"a=candidate:{number} 1 {transport} 1 {host} 9 typ host\r\n"
        for number, (transport, host) in enumerate(
            [("tcp", "192.0.2.1"), ("sctp", "192.0.2.1"), ("udp", "3f1b.local"), ("udp", "256.1.1")]
        )
    )
    for body in (TRICKLE, TRICKLE + useless, CREDENTIALS + "a=end-of-candidates\r\n", TRICKLE):
        taken = await endpoint.patch(location, body, tag)
        assert (taken.status, await taken.read()) == (204, b"")
        assert "ETag" not in taken.headers


async def test_asterisk_stands_for_the_session_as_it_is(endpoint: Endpoint) -> None:
    """RFC 9110 §13.1.1: candidates of the present credentials are no restart, asterisk or not."""
    location, tag = await endpoint.session()
    assert (await endpoint.patch(location, TRICKLE, "*")).status == 204
    assert (await endpoint.patch(location, TRICKLE, tag)).status == 204
    # Without credentials nothing says which ICE session they belong to.
    no_credentials = TRICKLE.replace(CREDENTIALS, "")
    assert (await endpoint.patch(location, no_credentials, "*")).status == 400
    assert (await endpoint.patch(location, no_credentials, tag)).status == 204


@pytest.mark.parametrize("by_tag", [False, True], ids=["asterisk", "tag"])
async def test_updated_credentials_are_a_restart(endpoint: Endpoint, by_tag: bool) -> None:
    """§4.3.3: MUST be considered one: 200, a fragment, and a new strong tag."""
    created = await endpoint.post()
    answer = await created.text()
    location, tag = created.headers["Location"], created.headers["ETag"]
    restarted = await endpoint.patch(location, RESTART, tag if by_tag else "*")
    assert restarted.status == 200
    assert restarted.headers["Content-Type"] == FRAGMENT
    assert STRONG_TAG.fullmatch(restarted.headers["ETag"])
    assert restarted.headers["ETag"] != tag
    text = await restarted.text()
    fragment = parse_fragment(text)
    assert len(fragment.ufrag) >= 4
    assert len(fragment.password) >= 22
    assert f"a=ice-ufrag:{fragment.ufrag}\r\n" not in answer
    assert f"a=ice-pwd:{fragment.password}\r\n" not in answer
    assert "\r\nm=audio " in text  # the tagged section of the bundle
    assert "\r\na=mid:0\r\n" in text
    # The same ice-lite, ice-options and ice-pacing as the answer had; the same candidates.
    for name in ("a=ice-lite", "a=ice-options", "a=ice-pacing", "a=candidate"):
        lines = [line for line in text.splitlines() if line.startswith(name)]
        assert lines == [line for line in answer.splitlines() if line.startswith(name)]
    # The former ICE session is over.
    for former in (TRICKLE, RESTART):
        outdated = await endpoint.patch(location, former, tag)
        assert (outdated.status, (await outdated.json())["code"]) == (412, "precondition_failed")
    assert (await endpoint.patch(location, RESTART, restarted.headers["ETag"])).status == 204


async def test_restart_whose_answer_was_lost_is_answered_again(endpoint: Endpoint) -> None:
    """§4.3.3: the same credentials and tag while no check came of them; then it is none."""
    created = await endpoint.post()
    location, tag = created.headers["Location"], created.headers["ETag"]
    assert (await endpoint.patch(location, TRICKLE, "*")).status == 204  # the first is no restart
    lost = await endpoint.patch(location, RESTART, "*")
    again = await endpoint.patch(location, RESTART, '"*"')
    assert (lost.status, again.status) == (200, 200)
    assert again.headers["ETag"] == lost.headers["ETag"] != tag
    assert await again.text() == await lost.text()
    # Candidates that follow have the tag, and are none.
    assert (await endpoint.patch(location, RESTART, again.headers["ETag"])).status == 204
    other = await endpoint.patch(location, RESTART.replace("ysXw", "zzzz"), "*")
    assert other.headers["ETag"] != again.headers["ETag"]
    await checked(endpoint, location)
    assert (await endpoint.patch(location, RESTART.replace("ysXw", "zzzz"), "*")).status == 204


async def checked(endpoint: Endpoint, location: str) -> None:
    """Send a check with the newest credentials and wait for the answer."""
    session = endpoint.server.relay.session(location.rpartition("/")[2])
    assert session is not None
    stranger = Stranger(endpoint.server)
    stranger.send(signed(session))
    assert await eventually(stranger.received)
    stranger.close()


async def test_restart_that_is_refused_leaves_the_session_alone(endpoint: Endpoint) -> None:
    """§4.3.3: MUST NOT terminate the session, and the ICE session is kept."""
    location, tag = await endpoint.session()
    for body in (
        "a=ice-ufrag:ysXw\r\n",  # no password
        "a=ice-ufrag:y\r\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r\n",
        "a=ice-ufrag:ysXw\r\na=ice-pwd:short\r\n",
        "a=ice-ufrag:ys Xw\r\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r\n",
        "",
    ):
        assert (await endpoint.patch(location, body, "*")).status == 400, body
    assert (await endpoint.patch(location, TRICKLE, tag)).status == 204


async def test_tags_compare_as_if_match_compares(endpoint: Endpoint) -> None:
    """RFC 9110 §13.1.1: any of a list, strongly; §4.3.1: 428 without any, 412 for others."""
    location, tag = await endpoint.session()
    for match, status in (
        (tag, 204),
        (f'"other", {tag}', 204),
        (f'"other",{tag},"third"', 204),
        (f"W/{tag}", 412),
        ('"other"', 412),
        (f'"{tag[1:-1].swapcase()}"', 412),
        (f"{tag[:-2]}", 412),
        ('""', 412),
    ):
        response = await endpoint.patch(location, TRICKLE, match)
        assert response.status == status, match
    missing = await endpoint.ask("PATCH", location, TRICKLE, Content_Type=FRAGMENT)
    assert missing.status == 428
    # There are clients that send it under this name.
    missing = await endpoint.ask("PATCH", location, TRICKLE, Content_Type=FRAGMENT, ETag=tag)
    assert missing.status == 428


async def test_patches_of_another_type_are_refused(endpoint: Endpoint) -> None:
    """§4.3.1: 4xx; RFC 5789 §2.2: 415 says what would be taken. Parameters and case are free."""
    location, tag = await endpoint.session()
    for content_type in ("", SDP, "text/plain", "application/json"):
        refused = await endpoint.patch(location, TRICKLE, tag, Content_Type=content_type)
        assert refused.status == 415
        assert refused.headers["Accept-Patch"] == FRAGMENT
    for content_type in (FRAGMENT.upper(), f"{FRAGMENT}; charset=utf-8"):
        taken = await endpoint.patch(location, TRICKLE, tag, Content_Type=content_type)
        assert taken.status == 204


@pytest.mark.parametrize("body", ["nonsense", "m=audio", "a=ice-ufrag:!!!!\r\n", "a" * 70_000])
async def test_malformed_fragments_are_refused(whip: Endpoint, body: str) -> None:
    """§4.3.1: an appropriate 4xx, whichever tag; the session stays."""
    location, tag = await whip.session()
    for match in (tag, "*"):
        refused = await whip.patch(location, body, match)
        assert refused.status == (413 if len(body) > 64 * 1024 else 400)
    assert (await whip.patch(location, TRICKLE, tag)).status == 204


# --- §4.5 to §4.9 -----------------------------------------------------------------------------


async def test_nobody_is_redirected(endpoint: Endpoint) -> None:
    """§4.5: 301 and 302 MUST NOT be used; a similar address is not found."""
    for path in (f"{endpoint.path}//", f"/{endpoint.name}", f"/{endpoint.name}//demo"):
        response = await endpoint.ask("POST", path, endpoint.offer, Content_Type=SDP)
        assert response.status in (404, 405), path


async def test_an_address_may_end_with_a_slash(endpoint: Endpoint) -> None:
    """faults.md 31: as people write it into OBS."""
    path = f"{endpoint.path}/"
    created = await endpoint.ask("POST", path, endpoint.offer, Content_Type=SDP)
    assert created.status == 201
    assert created.headers["Location"].startswith(path)
    assert (await endpoint.ask("DELETE", created.headers["Location"])).status == 200
    assert "POST" in (await endpoint.ask("OPTIONS", path)).headers["Allow"]
    assert (await endpoint.ask("GET", path)).status in (200, 204)


async def test_bearer_is_asked_for_as_a_bearer(whip: Endpoint) -> None:
    """§4.7.1, RFC 6750 §3: 401 with WWW-Authenticate, which a page can read."""
    for authorization in ("", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN):
        refused = await whip.post(Authorization=authorization)
        assert refused.status == 401
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
        assert "WWW-Authenticate" in refused.headers["Access-Control-Expose-Headers"]


async def test_address_of_a_session_is_its_key(endpoint: Endpoint) -> None:
    """§5: at least 122 random bits, as a UUID has; it opens no other door."""
    location, tag = await endpoint.session()
    session = location.rpartition("/")[2]
    assert len(session) * 6 >= 122
    other = "whep" if endpoint.name == "whip" else "whip"
    for path in (f"/{other}/demo/{session}", f"/{endpoint.name}/other/{session}"):
        for method, match in (("PATCH", tag), ("PATCH", "*"), ("DELETE", ""), ("GET", "")):
            headers = {"Content_Type": FRAGMENT, "If_Match": match}
            response = await endpoint.ask(method, path, TRICKLE, **headers)
            assert response.status == 404, (method, path)
    assert (await endpoint.patch(location, TRICKLE, tag)).status == 204


async def test_no_extension_is_promised_that_is_not_there(endpoint: Endpoint) -> None:
    """§4.9: one Link per extension; we have none."""
    created = await endpoint.post()
    assert "urn:ietf:params" not in created.headers.get("Link", "")
