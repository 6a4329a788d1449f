"""SDP of the light clients: what they offer, what they answer, and what they need to know.

As little as a browser says when it watches, or publishes, one video and one audio: Opus and
H.264 with RTX, NACK, REMB; no transport-wide feedback, which the light clients do not send.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

OPUS, H264, RTX = PAYLOAD_TYPES = (111, 102, 103)

_EXTENSIONS = (
    "1 urn:ietf:params:rtp-hdrext:sdes:mid",
    "2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
)
_CODECS = {
    "audio": ("rtpmap:111 opus/48000/2", "fmtp:111 minptime=10;useinbandfec=1"),
    "video": (
        "rtpmap:102 H264/90000",
        "fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        "rtcp-fb:102 goog-remb",
        "rtcp-fb:102 ccm fir",
        "rtcp-fb:102 nack",
        "rtcp-fb:102 nack pli",
    ),
}
_RETRANSMISSION = ("rtpmap:103 rtx/90000", "fmtp:103 apt=102")
# What an answer takes over of an offer's media section.
_TAKEN_OVER = re.compile(r"a=(?:mid|rtpmap|fmtp|rtcp-fb|rtcp-mux|extmap)\b.*")


@dataclass(frozen=True)
class Local:
    """What this side says of itself."""

    ufrag: str
    password: str
    fingerprint: str  # of SHA-256
    port: int

    def transport(self, setup: str) -> list[str]:
        return [
            f"a=ice-ufrag:{self.ufrag}",
            f"a=ice-pwd:{self.password}",
            f"a=fingerprint:sha-256 {self.fingerprint}",
            f"a=setup:{setup}",
            "a=rtcp-mux",
            f"a=candidate:1 1 udp 2130706431 127.0.0.1 {self.port} typ host",
            "a=end-of-candidates",
        ]


@dataclass(frozen=True)
class Remote:
    """What the other side said: one bundled transport, and the codecs by payload type."""

    ufrag: str
    password: str
    fingerprint: str
    setup: str
    lite: bool
    address: tuple[str, int]
    payload_types: tuple[int, int]  # of Opus and H.264


def offer(local: Local, *, ssrcs: Sequence[int] = ()) -> str:
    """Offer to watch; with the SSRCs of audio and video, to publish."""
    lines = _session()
    for number, kind in enumerate(("audio", "video")):
        watched_video = kind == "video" and not ssrcs
        numbers = "111" if kind == "audio" else "102 103" if watched_video else "102"
        lines += [
            f"m={kind} 9 UDP/TLS/RTP/SAVPF {numbers}",
            "c=IN IP4 0.0.0.0",
            f"a=mid:{number}",
            "a=sendonly" if ssrcs else "a=recvonly",
            *local.transport("actpass"),
            *(f"a=extmap:{extension}" for extension in _EXTENSIONS if not ssrcs),
            *(f"a={line}" for line in _CODECS[kind]),
            *(f"a={line}" for line in _RETRANSMISSION if watched_video),
        ]
        if ssrcs:
            lines += [f"a=ssrc:{ssrcs[number]} cname:light", f"a=msid:light {kind}"]
    return "\r\n".join(lines) + "\r\n"


def answer(local: Local, offered: str) -> str:
    """Answer an offer by taking all of it, as the one who begins the DTLS handshake."""
    lines = _session()
    _, *sections = re.split(r"(?m)^(?=m=)", offered)
    for section in sections:
        head, *rest = section.split()[:1] + section.splitlines()[1:]
        lines += [
            section.splitlines()[0],
            "c=IN IP4 0.0.0.0",
            "a=recvonly",
            *local.transport("active"),
            *(line for line in rest if _TAKEN_OVER.match(line) and line != "a=rtcp-mux"),
        ]
        assert head.startswith("m=")
    return "\r\n".join(lines) + "\r\n"


def parse(text: str) -> Remote:
    """Read an offer or an answer."""

    def first(pattern: str) -> str:
        found = re.search(rf"(?m)^a={pattern}", text)
        assert found is not None, f"no {pattern} in {text}"
        return found[1].strip()

    address = re.search(r"(?mi)^a=candidate:\S+ 1 udp \d+ ([\d.]+) (\d+) typ host", text)
    assert address is not None, text
    return Remote(
        ufrag=first(r"ice-ufrag:(\S+)"),
        password=first(r"ice-pwd:(\S+)"),
        fingerprint=first(r"fingerprint:sha-256 (\S+)").upper(),
        setup=first(r"setup:(\S+)"),
        lite="a=ice-lite" in text,
        address=(address[1], int(address[2])),
        payload_types=(
            int(first(r"rtpmap:(\d+) opus/")),
            int(first(r"rtpmap:(\d+) (?:H264|h264)/")),
        ),
    )


def _session() -> list[str]:
    return [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0 1",
        "a=msid-semantic:WMS *",
    ]
