"""Answers to offers: the parts of an offer that decide about safety."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from liveshow.errors import Unprocessable
from liveshow.relay.negotiation import accept_publisher, accept_viewer
from liveshow.relay.negotiation.formats import DEPENDENCY_DESCRIPTOR, MID
from liveshow.relay.ports import AnsweredSection
from liveshow.relay.wire.rtcp import KeyframeRequest, Nack, nack, pli, read_rtcp
from signaling.media.sdp import parse_offer

HEAD = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
    "a=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\n"
)
SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"


def video(
    *lines: str,
    types: str = "96 97 98 99",
    direction: str = "recvonly",
    protocol: str = "UDP/TLS/RTP/SAVPF",
) -> str:
    media = f"m=video 9 {protocol} {types}\r\na=mid:0\r\na={direction}\r\na=rtcp-mux\r\n"
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
    """RFC 4585 §4.2: only negotiated feedback is given."""
    for feedback, agreed in (("goog-remb", True), ("nack pli", False)):
        sdp = video(*VP8, f"a=rtcp-fb:96 {feedback}", direction="sendonly")
        (incoming,) = accept_publisher(parse_offer(sdp)).incoming
        assert incoming.remb is agreed


# --- the transport that all share ---------------------------------------------------------------

SOUND = "m=audio {port} UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\na=rtpmap:111 {codec}/48000/2\r\n"
PICTURE = "m=video {port} UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\na=rtpmap:96 {codec}/90000\r\n"


def offer_of(
    *media: str, group: str = "a v", sound: str = "opus", picture: str = "VP8", ports: str = "9 9"
) -> str:
    """Return an offer to receive both, with lines for each."""
    first, second = ports.split()
    parts = (
        SOUND.format(port=first, codec=sound),
        PICTURE.format(port=second, codec=picture),
    )
    text = HEAD + (f"a=group:BUNDLE {group}\r\n" if group else "") + "a=recvonly\r\n"
    for part, lines in zip(parts, media or (MUX, MUX), strict=True):
        text += part + lines
    return text


MUX = "a=rtcp-mux\r\n"
SHARED = "a=bundle-only\r\n"


def watched(text: str) -> list[AnsweredSection]:
    return accept_viewer(parse_offer(text), counter()).sections


def refusal(text: str) -> str:
    """Return the code of the refusal of an offer to receive, and of one to send the same."""
    with pytest.raises(Unprocessable) as viewer:
        watched(text)
    with pytest.raises(Unprocessable) as publisher:
        accept_publisher(parse_offer(text.replace("recvonly", "sendonly")))
    assert viewer.value.code == publisher.value.code
    return viewer.value.code


@pytest.mark.parametrize(
    ("offered", "tagged"),
    [
        (offer_of(), "a"),
        (offer_of(group="v a"), "v"),
        (offer_of(SHARED, MUX, ports="0 9"), "v"),
        (offer_of(MUX, SHARED, ports="9 0", group="v a"), "a"),
        (offer_of(sound="speex"), "v"),
    ],
)
def test_tagged_section_is_the_first_of_the_group_that_is_taken_with_a_port(
    offered: str, tagged: str
) -> None:
    """RFC 9143 §7.3.1. A section that shares the transport needs no rtcp-mux (§7.1.3)."""
    sections = watched(offered)
    assert [section.mid for section in sections if section.tagged] == [tagged]
    assert all(section.bundled is not section.rejected for section in sections)


def test_section_that_shares_the_transport_of_a_rejected_one_is_refused() -> None:
    """RFC 9143 §7.3.3: there is nothing that it could go over."""
    offered = offer_of(MUX, SHARED, ports="9 0", sound="speex")
    with pytest.raises(Unprocessable) as refused:
        watched(offered)
    assert refused.value.code == "unsupported_transport"


def test_media_beside_the_bundle_is_refused() -> None:
    """RFC 9725 §4.4.1: max-bundle. There is one transport."""
    for group in ("", "a", "v", "x y"):
        assert refusal(offer_of(group=group)) == "unsupported_transport"


def test_offer_without_a_bundle_has_one_section() -> None:
    """RFC 9143 §7.3: no group in the answer that was not in the offer; RFC 9429: no mid either."""
    lone = video(*VP8).replace("a=mid:0\r\n", "")
    (section,) = watched(lone)
    assert (section.mid, section.bundled, section.tagged) == ("", False, True)
    (outgoing,) = accept_viewer(parse_offer(lone), counter()).outgoing
    assert outgoing.extensions.mid_id == 0
    # A section that is not taken does not matter.
    data = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\na=sctp-port:5000\r\n"
    sections = watched(video(*VP8) + data)
    assert [section.tagged for section in sections] == [True, False]
    assert (sections[1].protocol, sections[1].formats) == (
        "UDP/DTLS/SCTP",
        ("webrtc-datachannel",),
    )


def test_rtcp_on_a_port_of_its_own_is_refused() -> None:
    """RFC 5761 §5.1.1: rtcp-mux must be offered, because there is no second port."""
    assert refusal(video(*VP8).replace(MUX, "")) == "unsupported_transport"
    assert refusal(offer_of("", MUX)) == "unsupported_transport"
    assert watched(offer_of(MUX, ""))


def test_two_lite_agents_are_refused() -> None:
    """RFC 8445 §6.1.1: neither would send a check."""
    lite = HEAD + "a=ice-lite\r\n"
    assert refusal(video(*VP8).replace(HEAD, lite)) == "unsupported_transport"


@pytest.mark.parametrize(
    "protocol",
    [
        *("RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF", "TCP/DTLS/RTP/SAVP"),
        *("TCP/DTLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF"),
    ],
)
def test_profiles_are_taken_as_they_are_called(protocol: str) -> None:
    """RFC 9429 §5.1.2: all of them mean DTLS-SRTP, and the answer says the same."""
    (section,) = watched(video(*VP8, protocol=protocol))
    assert (section.protocol, section.rejected) == (protocol, False)


def test_unknown_profile_is_refused_and_not_left_out() -> None:
    """RFC 9725 §4.4.3: no broadcast without its picture."""
    sound = SOUND.format(port=9, codec="opus") + MUX + "a=sendonly\r\n"
    text = video(*VP8, direction="sendonly", protocol="UDP/XYZ").replace(
        HEAD, HEAD + "a=group:BUNDLE a 0\r\n"
    )
    with pytest.raises(Unprocessable) as refused:
        accept_publisher(parse_offer(text + sound))
    assert refused.value.code == "unsupported_transport"
    # A viewer goes without it, which the answer says in the words of the offer.
    sections = watched((text + sound).replace("sendonly", "recvonly"))
    assert [(s.protocol, s.rejected) for s in sections] == [
        ("UDP/XYZ", True),
        ("UDP/TLS/RTP/SAVPF", False),
    ]
    assert sections[0].formats == ("96", "97", "98", "99")


# --- what of it -----------------------------------------------------------------------------------


def test_reduced_size_rtcp_is_agreed_to_and_read() -> None:
    """RFC 5506 §5; such a packet begins with feedback, without a report before it."""
    for lines, agreed in ((("a=rtcp-rsize",), True), ((), False)):
        assert watched(video(*VP8, *lines))[0].reduced_size_rtcp is agreed
    assert read_rtcp(pli(1, 2)) == [KeyframeRequest(2, "pli")]
    (record,) = read_rtcp(nack(1, 2, [7]))
    assert isinstance(record, Nack)


def test_layers_keep_the_types_that_were_taken() -> None:
    """RFC 8851 §6.3: pt= keeps the common types. RFC 8853 §5.3.2: others drop the layer."""
    rid = "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
    offered = video(
        *VP8,
        *RTX_OF_VP8,
        "a=rtpmap:98 VP7/90000",
        rid,
        "a=rid:f send pt=98,96,97",
        "a=rid:h send pt=98",
        "a=rid:q send pt=97",
        "a=rid:e send",
        "a=simulcast:send f;h;q;e",
        direction="sendonly",
    )
    negotiated = accept_publisher(parse_offer(offered))
    (section,), (incoming,) = negotiated.sections, negotiated.incoming
    assert incoming.rids == section.rids == ("f", "e")
    assert section.rid_types == {"f": (96, 97)}


@pytest.mark.parametrize(("mid", "sent"), [("0", True), ("video1", True), ("x" * 14, True),
                                           ("x" * 15, False)])  # fmt: skip
def test_mid_is_sent_if_it_is_agreed_to(mid: str, sent: bool) -> None:
    """RFC 9143 §15; a one-byte header has room for 16, and our packets for 14."""
    offered = video(*VP8, f"a=extmap:4 {MID}").replace("a=mid:0", f"a=mid:{mid}")
    negotiated = accept_viewer(parse_offer(offered), counter())
    (section,), (outgoing,) = negotiated.sections, negotiated.outgoing
    assert (MID in section.extensions) is sent
    assert outgoing.extensions.mid_id == (4 if sent else 0)


# --- H.264 without fragments ----------------------------------------------------------------------

SINGLE = ("a=rtpmap:96 H264/90000",)
FRAGMENTS = ("a=rtpmap:98 H264/90000", "a=fmtp:98 packetization-mode=1;profile-level-id=42e01f")


def test_h264_of_mode_0_is_taken_from_a_publisher_that_has_no_other() -> None:
    """faults.md 38: without fmtp it is mode 0 (RFC 6184 §8.1); what it sends fits mode 1, too."""
    (incoming,) = accept_publisher(parse_offer(video(*SINGLE, direction="sendonly"))).incoming
    assert incoming.codecs == {96: "H264"}
    both = accept_publisher(parse_offer(video(*SINGLE, *FRAGMENTS, direction="sendonly")))
    assert both.incoming[0].codecs == {98: "H264"}


def test_what_is_missing_for_h264_is_named() -> None:
    """faults.md 38: viewers of mode 0 cannot get fragments, and interleaved is known to nobody."""
    with pytest.raises(Unprocessable, match="packetization-mode=1"):
        accept_viewer(parse_offer(video(*SINGLE)), counter())
    interleaved = (*SINGLE, "a=fmtp:96 packetization-mode=2")
    with pytest.raises(Unprocessable, match="packetization-mode=1"):
        accept_publisher(parse_offer(video(*interleaved, direction="sendonly")))


# --- the dependency descriptor of AV1 -------------------------------------------------------------

DESCRIPTOR = f"a=extmap:9 {DEPENDENCY_DESCRIPTOR}"
AV1 = ("a=rtpmap:96 AV1/90000",)
MIXED = "a=extmap-allow-mixed"


@pytest.mark.parametrize("lines", [(DESCRIPTOR,), (DESCRIPTOR, MIXED)])
def test_the_dependency_descriptor_is_for_who_takes_both_forms(lines: tuple[str, ...]) -> None:
    """faults.md 36: its structure does not fit the one-byte form (RFC 8285 §4.1.2)."""
    agreed = 9 if MIXED in lines else 0
    publisher = accept_publisher(parse_offer(video(*AV1, *lines, direction="sendonly")))
    assert publisher.incoming[0].extensions.dependency_descriptor == agreed
    viewer = accept_viewer(parse_offer(video(*AV1, *lines)), counter())
    assert viewer.outgoing[0].extensions.dependency_descriptor == agreed
    for section in (publisher.sections[0], viewer.sections[0]):
        assert section.mixed_extensions is bool(agreed)


def test_publishers_of_other_codecs_need_not_describe_dependencies() -> None:
    """faults.md 36: the payloads of H.264, VP8 and VP9 say all that receivers need."""
    offer = parse_offer(video(*VP8, DESCRIPTOR, MIXED, direction="sendonly"))
    assert accept_publisher(offer).incoming[0].extensions.dependency_descriptor == 0
