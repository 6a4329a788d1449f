"""Offers that contradict themselves or have too much of everything, while people watch."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiortc import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceGatherer,
    RTCIceParameters,
    RTCIceTransport,
)
from aiortc.sdp import SessionDescription, candidate_from_sdp

from signaling.media.sdp import MAX_SECTIONS
from signaling.media.whip import MAX_BODY, SDP
from tests.relay.hostile.attack import attacked, taken
from tests.relay.peers import TOKEN
from tests.support import eventually, seconds
from tests.vectors import offers


def section(text: str, number: int) -> str:
    """Return one media section of an offer."""
    return "m=" + re.split(r"(?m)^m=", text)[number + 1]


class Transport:
    """ICE and DTLS of a peer that has no session description."""

    def __init__(self, gatherer: RTCIceGatherer) -> None:
        self.ice = RTCIceTransport(gatherer)
        self.ice._connection.ice_controlling = True
        self.dtls = RTCDtlsTransport(self.ice, [RTCCertificate.generateCertificate()])
        self.dtls._set_role("client")
        self._local = gatherer.getLocalParameters()

    def into(self, text: str) -> str:
        """Return an offer with our credentials and fingerprint in the place of its own."""
        fingerprint = self.dtls.getLocalParameters().fingerprints[0]
        for name, value in (
            ("ice-ufrag", self._local.usernameFragment),
            ("ice-pwd", self._local.password),
            ("fingerprint", f"{fingerprint.algorithm} {fingerprint.value}"),
        ):
            text = re.sub(rf"(?m)^a={name}:[^\r\n]*", f"a={name}:{value}", text)
        return text

    async def connect(self, answer: str) -> None:
        """Connect with the server that wrote ``answer``."""
        media = next(m for m in SessionDescription.parse(answer).media if m.port)
        for line in re.findall(r"a=(candidate:\S+ 1 udp .*)\r", answer):
            await self.ice.addRemoteCandidate(candidate_from_sdp(line.partition(":")[2]))
        await self.ice.addRemoteCandidate(None)
        assert media.dtls is not None
        await self.ice.start(
            RTCIceParameters(media.ice.usernameFragment, media.ice.password, iceLite=True)
        )
        theirs = [RTCDtlsFingerprint(f.algorithm, f.value) for f in media.dtls.fingerprints]
        await self.dtls.start(RTCDtlsParameters(fingerprints=theirs, role="server"))
        assert self.dtls.state == "connected"


@asynccontextmanager
async def transport() -> AsyncIterator[Transport]:
    gatherer = RTCIceGatherer(iceServers=[])
    await gatherer.gather()
    made = Transport(gatherer)
    try:
        yield made
    finally:
        await made.dtls.stop()
        await made.ice.stop()


def variants(text: str) -> dict[str, str]:
    """Return offers that no program sends."""
    head = re.split(r"(?m)^m=", text)[0]
    first, second = section(text, 0), section(text, 1)
    filling = MAX_BODY - len(text) - 200
    return {
        "one mid twice": text.replace("a=mid:1", "a=mid:0"),
        "a mid that is not in the bundle": text.replace("a=mid:1", "a=mid:" + "x" * 300),
        "one section seven times": head + first + second * (MAX_SECTIONS - 1),
        "too many sections": head + first * 40,
        "sections without codecs": head + re.sub(r"(?m)^a=rtpmap.*\r?\n", "", first + second),
        "one id for all extensions": re.sub(r"a=extmap:\d+", "a=extmap:1", text),
        "one id for two extensions": text.replace(
            "a=extmap:2 http://www.webrtc.org", "a=extmap:4 http://www.webrtc.org"
        ),
        "one id for two in the bundle": text.replace("a=extmap:4 ", "a=extmap:3 ", 1),
        "no bundle": text.replace("a=group:BUNDLE 0 1\r\n", ""),
        "a bundle of nothing": text.replace("a=group:BUNDLE 0 1", "a=group:BUNDLE 7 8"),
        "the other way round": text.replace("a=group:BUNDLE 0 1", "a=group:BUNDLE 1 0 1 0 9"),
        "no mids": re.sub(r"(?m)^a=mid.*\r?\n", "", text),
        "a mid of 14": text.replace("a=mid:1", "a=mid:" + "x" * 14).replace(
            "E 0 1", "E 0 " + "x" * 14
        ),
        "a mid of 15": text.replace("a=mid:1", "a=mid:" + "x" * 15).replace(
            "E 0 1", "E 0 " + "x" * 15
        ),
        "other profiles": text.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
        "no profiles": text.replace("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVPFF"),
        "only sound": text.replace("m=video", "m=text"),
        "all of it bundle-only": re.sub(r"m=(\w+) \d+", r"m=\1 0", text).replace(
            "a=mid", "a=bundle-only\r\na=mid"
        ),
        "lite": text.replace("t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n"),
        "ids that cannot be": re.sub(r"a=extmap:\d+", "a=extmap:255", text),
        "ids that are no numbers": re.sub(r"a=extmap:\d+", "a=extmap:\u0661", text),
        "one type for all codecs": re.sub(r"a=rtpmap:\d+", "a=rtpmap:96", text),
        "types that cannot be": re.sub(r"a=rtpmap:\d+", "a=rtpmap:999", text),
        "retransmission of itself": re.sub(r"apt=\d+", "apt=97", text),
        "SSRCs by the thousand": text
        + "".join(f"a=ssrc:{number} cname:x\r\n" for number in range(filling // 24)),
        "groups by the thousand": text + "a=ssrc-group:FID 1 2\r\n" * (filling // 24),
        "layers by the thousand": text
        + "".join(f"a=rid:r{number} send\r\n" for number in range(filling // 24))
        + "a=simulcast:send "
        + ";".join(f"r{number}" for number in range(300))
        + "\r\n",
        "fingerprints by the thousand": text + "a=fingerprint:sha-256 00:11\r\n" * 2000,
        "no fingerprint": re.sub(r"(?m)^a=fingerprint.*\r?\n", "", text),
        "no credentials": re.sub(r"(?m)^a=ice-(ufrag|pwd).*\r?\n", "", text),
        "credentials with line breaks": re.sub(r"a=ice-ufrag:\S+", "a=ice-ufrag:a\rb\nc", text),
        "no line breaks": text.replace("\r\n", " "),
        "nothing": "",
        "nulls": "\0" * 3000,
        "half": text[: len(text) // 2],
    }


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/whep/demo", "/whip/other", "/whip/demo?takeover=0"])
async def test_offers_that_no_program_sends_are_answered_or_refused(path: str) -> None:
    """Each gets 201 and a connection, or a plain error, never 500; the show stays on air."""
    name = "chromium-viewer" if "whep" in path else "chromium-publisher"
    headers = {"Content-Type": SDP, "Authorization": f"Bearer {TOKEN}"}
    async with attacked(max_viewers=100) as (server, viewer, stranger):
        publisher = server.relay._shows["demo"].publisher
        connected = []
        for about, text in variants(offers()[name]).items():
            async with transport() as peer:
                async with server.http.post(
                    server.url + path, data=peer.into(text).encode(), headers=headers
                ) as response:
                    status, answer = response.status, await response.text()
                    location = response.headers.get("Location", "")
                assert status in (201, 400, 409, 413, 422), (about, status)
                assert "\0" not in answer
                if status != 201:
                    continue
                async with asyncio.timeout(seconds(10)):
                    await peer.connect(answer)
                session = server.relay.session(location.rpartition("/")[2])
                assert session is not None, about
                await eventually(lambda session=session: session.peer.connected, what=about)
                connected.append(about)
                async with server.http.delete(server.url + location) as ended:
                    assert ended.status == 200, about
        if path != "/whip/demo?takeover=0":  # another publisher is on air there
            assert {"the other way round", "other profiles", "a mid of 15"} <= set(connected)
        assert server.relay._shows["demo"].publisher is publisher
        await viewer.more("video", 5)
        stranger.send(b"\0")
        await taken(server, 1)
        assert stranger.received() == []
