"""What sees bytes of strangers, as targets for fuzzers: ``test_fuzz_parsers``, ``fuzz_parsers``.

A target takes any bytes, checks what must hold of the result, and lets nothing out but
``AssertionError`` or a defect: the errors that a parser is allowed are caught here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from aioice import stun as aioice_stun

from liveshow.errors import Invalid, Unprocessable
from liveshow.relay import Answer, IceCredentials
from liveshow.relay.negotiation import Negotiation, accept_publisher, accept_viewer
from liveshow.relay.tracks.parameter_sets import ParameterSets
from liveshow.relay.tracks.rtp_munger import RtpMunger
from liveshow.relay.wire import rtcp, transport_cc
from liveshow.relay.wire.codecs import NOTHING, OPUS, VIDEO, inspect
from liveshow.relay.wire.codecs.halving import halve
from liveshow.relay.wire.packets import MAX_RID, ExtensionIds, MalformedPacket, is_rtcp, parse_rtp
from liveshow.relay.wire.rtcp import read_rtcp
from liveshow.relay.wire.stun import read_check
from signaling.media.sdp import MAX_LAYERS, format_answer, parse_fragment, parse_offer
from tests.vectors import offers, streams

IDS = ExtensionIds(
    mid=4, abs_send_time=2, rid=10, repaired_rid=11, video_orientation=13, playout_delay=5
)
PASSWORD = "p" * 24
MAX_RECORDS = 2000


@dataclass(frozen=True)
class Target:
    """``seeds``: what real programs sent; ``words``: what an inventive fuzzer writes into it."""

    run: Callable[[bytes], None]
    seeds: list[bytes]
    words: list[bytes]


def rtp(data: bytes) -> None:
    """A header with extensions, and its payload as each codec reads it."""
    try:
        header = parse_rtp(data, IDS)
    except MalformedPacket:
        return
    assert header.size == len(data)
    assert header.payload in data
    assert 0 <= header.payload_type < 128
    for name in (header.rid, header.repaired_rid):
        assert len(name) <= MAX_RID
        assert name.isascii()
        assert not name or name.isalnum()
    assert -1 <= header.orientation < 1 << 8
    assert -1 <= header.playout_delay < 1 << 24
    payload(header.payload)


def payload(data: bytes) -> None:
    """A payload as each codec's, numbered anew as for a second publisher."""
    assert inspect(OPUS, data) == NOTHING
    for codec in VIDEO:
        info = inspect(codec, data)
        assert info.picture_at < 0 or info.picture_bits in (7, 15)
        assert info.picture_at + (info.picture_bits + 1) // 8 <= len(data)
        assert info.tl0_at < len(data)
        munger = RtpMunger(90_000)
        munger.map_payload(info, data)
        munger.new_source()
        changed = munger.map_payload(info, data)
        assert len(changed) == len(data)
        assert inspect(codec, changed) == info
        if (halves := halve(codec, data)) is not None:
            assert all(halves)
            assert sum(map(len, halves)) < 2 * len(data) + 64
    sets = ParameterSets()
    if data:
        sets.take(data, 1)
        assert sets.missing(2) is not None
        assert sets.missing(2) is None


def offer(data: bytes) -> None:
    """An offer, answered to a publisher and to a viewer."""
    text = data.decode(errors="replace")
    try:
        parsed = parse_offer(text)
    except Invalid:
        return
    for section in parsed.sections:
        assert len(section.rids) <= MAX_LAYERS
        assert all(rid.isascii() and rid.isalnum() for rid in section.rids)
        assert all(0 <= codec.payload_type < 128 for codec in section.codecs)
        assert all(0 <= ssrc < 1 << 32 for ssrc in (*section.ssrcs, *section.simulcast_ssrcs))
    decisions: list[Callable[[], Negotiation]] = [
        lambda: accept_publisher(parsed),
        lambda: accept_viewer(parsed, itertools.count(1).__next__),
    ]
    for decide in decisions:
        try:
            negotiated = decide()
        except Unprocessable:
            continue
        ice = IceCredentials("ufrag+/1", PASSWORD)
        fingerprint = ("sha-256", ":".join(["AB"] * 32))
        sections = negotiated.sections
        answer = format_answer(Answer(1, ice, fingerprint, [("192.0.2.1", 1)], sections, "c"))
        assert answer.isascii()
        again = parse_offer(answer)
        assert [s.mid for s in again.sections] == [s.mid for s in parsed.sections]
        assert len(answer) < 8 * len(text) + 4000


def fragment(data: bytes) -> None:
    """A trickle fragment."""
    try:
        parsed = parse_fragment(data.decode(errors="replace"))
    except Invalid:
        return
    assert (parsed.ufrag + parsed.password).isascii()


def control(data: bytes) -> None:
    """A compound of RTCP, with its feedback messages."""
    is_rtcp(data)
    records = read_rtcp(data)
    assert len(records) <= MAX_RECORDS
    for record in records:
        if isinstance(record, rtcp.TransportFeedback):
            feedback(record.fci)


def feedback(data: bytes) -> None:
    """Transport-wide feedback."""
    parsed = transport_cc.parse(data)
    assert parsed is None or len(parsed.received) <= transport_cc.MAX_PACKETS


def binding(data: bytes) -> None:
    """A check of ICE; whatever is made up is not signed."""
    check = read_check(data)
    if check is not None:
        assert not check.is_signed(b"another password")
        check.is_signed(PASSWORD.encode())


def _bindings() -> list[bytes]:
    message = aioice_stun.Message(aioice_stun.Method.BINDING, aioice_stun.Class.REQUEST)
    message.attributes["USERNAME"] = "ours:theirs"
    message.attributes["PRIORITY"] = 1
    message.attributes["ICE-CONTROLLING"] = 2
    message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(PASSWORD.encode())
    return [bytes(message)]


def _controls() -> list[bytes]:
    report = rtcp.ReportBlock(1, 2, 3, 4, 5, 6, 7)
    sender = rtcp.SenderReport(1, 2, 3, 4, 5)
    name = rtcp.source_description(1, b"name")
    return [
        rtcp.sender_report(sender, [report]) + name,
        rtcp.receiver_report(1, [report]) + rtcp.remb(1, 2_000_000, [2]) + rtcp.pli(1, 2),
        rtcp.receiver_report(1) + rtcp.nack(1, 2, [3, 4, 5, 60_000]) + rtcp.bye([1]),
        bytes.fromhex("8fcd000a0000000100000002000100060000010120060004000000000000000000000000")
        + bytes(8),
    ]


_PACKETS = [data for stream in streams() for data in stream.packets[:6]]
_LINES = [
    "a=rid:q send", "a=simulcast:send f,~h;q recv x", "a=ssrc-group:SIM 1 2 3", "a=mid:1",
    "a=ssrc-group:FID 1 2", "a=extmap:1/sendonly urn:x", "a=rtpmap:96 VP8/90000", "a=setup:",
    "a=fmtp:96 apt=97;profile-level-id=640032", "a=rtcp-fb:* transport-cc", "a=bundle-only",
    "m=video 0 UDP/TLS/RTP/SAVPF 96", "a=inactive", "\u0661\u0669", "\u2028", "00", "4294967296",
]  # fmt: skip
_SDP_WORDS = [f"\r\n{line}\r\n".encode() for line in _LINES] + [line.encode() for line in _LINES]
_OFFERS = [text.encode() for text in offers().values()]
_BYTES = [bytes([n]) for n in (0, 1, 0x0F, 0x10, 0x18, 0x1C, 0x78, 0x7C, 0x80, 0x90, 0xBE, 0xFF)]
_EXTENSIONS = [
    b"\xbe\xde\x00\x01",
    b"\x10\x00\x00\x02",
    b"\xff\xff\xff\xff",
    b"\xa0f",
    b"\x0a\x01f",
]

TARGETS = {
    "rtp": Target(rtp, _PACKETS, _BYTES + _EXTENSIONS),
    "payload": Target(payload, [data[12:] for data in _PACKETS], _BYTES),
    "offer": Target(offer, _OFFERS, _SDP_WORDS),
    "fragment": Target(fragment, _OFFERS, _SDP_WORDS),
    "rtcp": Target(control, _controls(), _BYTES + [bytes([0x80, n]) for n in range(200, 208)]),
    "feedback": Target(feedback, [data[12:] for data in _controls()], _BYTES),
    "stun": Target(binding, _bindings(), [*_BYTES, b"\x00\x08\x00\x14", b"\x80\x28\x00\x04"]),
}
