"""What is agreed to of an offer: the parts of it that decide about safety."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from liveshow.relay.negotiation import accept_publisher, accept_viewer
from signaling.sdp import parse_offer

HEAD = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
    "a=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\n"
)
SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"


def video(*lines: str, types: str = "96 97 98 99", direction: str = "recvonly") -> str:
    media = f"m=video 9 UDP/TLS/RTP/SAVPF {types}\r\na=mid:0\r\na={direction}\r\na=rtcp-mux\r\n"
    extensions = f"a=extmap:2 {SEND_TIME}\r\na=extmap:3 {TRANSPORT_CC}\r\n"
    return HEAD + media + extensions + "".join(f"{line}\r\n" for line in lines)


VP8 = ("a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack")
H264 = ("a=rtpmap:98 H264/90000", "a=fmtp:98 packetization-mode=1;profile-level-id=42e01f")
RTX_OF_VP8 = ("a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96")
RTX_OF_H264 = ("a=rtpmap:99 rtx/90000", "a=fmtp:99 apt=98")


def counter() -> Callable[[], int]:
    numbers = itertools.count(1)
    return lambda: next(numbers)


def test_rtx_for_every_codec_allows_what_changes_with_each_sending() -> None:
    """Retransmissions have a number of their own, so their headers may differ."""
    offer = parse_offer(video(*VP8, *RTX_OF_VP8, *H264, *RTX_OF_H264))
    (outgoing,) = accept_viewer(offer, counter()).outgoing
    assert outgoing.retransmits
    assert (outgoing.extensions.abs_send_time, outgoing.extensions.transport_cc) == (2, 3)


def test_rtx_for_some_codecs_is_none() -> None:
    """The codec changes with the publisher: a packet that is sent again as it was must not have
    another header, or two of them share a nonce (RFC 7714 §8.3)."""
    offer = parse_offer(video(*VP8, *H264, *RTX_OF_H264))
    negotiated = accept_viewer(offer, counter())
    (outgoing,), (section,) = negotiated.outgoing, negotiated.sections
    assert not outgoing.retransmits
    assert (outgoing.extensions.abs_send_time, outgoing.extensions.transport_cc) == (0, 0)
    assert outgoing.types.of("VP8", None) == (96, None)
    assert outgoing.types.of("H264", "42e01f") == (98, None)
    assert [codec.name for codec in section.codecs] == ["VP8", "H264"]
    assert section.retransmission_ssrc is None
    assert SEND_TIME not in section.extensions


def test_sources_of_one_viewer_are_never_alike() -> None:
    """One key for all of them: the same SSRC twice would be the same keystream twice."""
    drawn = iter([7, 7, 7, 8, 9])
    offer = parse_offer(video(*VP8, *RTX_OF_VP8))
    (outgoing,) = accept_viewer(offer, lambda: next(drawn)).outgoing
    assert outgoing.ssrc != outgoing.retransmission_ssrc


def test_remb_is_for_who_agreed_to_it() -> None:
    """RFC 4585 §4.2: feedback is what was negotiated."""
    for feedback, agreed in (("goog-remb", True), ("nack pli", False)):
        sdp = video(*VP8, f"a=rtcp-fb:96 {feedback}", direction="sendonly")
        (incoming,) = accept_publisher(parse_offer(sdp)).incoming
        assert incoming.remb is agreed
