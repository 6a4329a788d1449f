"""Offers that contradict themselves or have too much of everything, while people watch."""

from __future__ import annotations

import re

import pytest

from signaling.sdp import MAX_SECTIONS
from signaling.whip import MAX_BODY, SDP
from tests.relay.peers import TOKEN
from tests.vectors import offers

from .attack import attacked, taken


def section(text: str, number: int) -> str:
    """Return one media section of an offer."""
    return "m=" + re.split(r"(?m)^m=", text)[number + 1]


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
    """201 or an error that says so, never 500; who is on air stays on air."""
    name = "chromium-viewer" if "whep" in path else "chromium-publisher"
    headers = {"Content-Type": SDP, "Authorization": f"Bearer {TOKEN}"}
    async with attacked(max_viewers=100) as (server, viewer, stranger):
        publisher = server.relay._shows["demo"].publisher
        for about, text in variants(offers()[name]).items():
            async with server.http.post(
                server.url + path, data=text.encode(), headers=headers
            ) as response:
                assert response.status in (201, 400, 409, 413, 422), (about, response.status)
                assert "\0" not in await response.text()
                if location := response.headers.get("Location"):
                    async with server.http.delete(server.url + location) as ended:
                        assert ended.status == 200
        assert server.relay._shows["demo"].publisher is publisher
        await viewer.more("video", 5)
        stranger.send(b"\0")
        await taken(server, 1)
        assert stranger.received() == []
