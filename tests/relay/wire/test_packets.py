"""RTP headers and their extensions, well-formed and malformed."""

from __future__ import annotations

import random
import struct

import pytest

from liveshow.relay.wire.packets import (
    ExtensionIds,
    MalformedPacket,
    RtpHeader,
    is_rtcp,
    parse_rtp,
    unwrap,
)

IDS = ExtensionIds(
    abs_send_time=3, mid=4, rid=10, repaired_rid=11, video_orientation=13, playout_delay=6
)
HEAD = struct.pack("!BBHII", 0x90, 0x60, 7, 8, 9)


def extended(profile: int, *elements: tuple[int, bytes]) -> bytes:
    """Return a packet with a header extension of these elements (RFC 8285 §4.2 and §4.3)."""
    one_byte = profile == 0xBEDE
    block = b""
    for number, value in elements:
        size = len(value)
        block += bytes([number << 4 | size - 1]) if one_byte else bytes([number, size])
        block += value
    block += bytes(-len(block) % 4)
    return HEAD + struct.pack("!HH", profile, len(block) // 4) + block + b"payload"


def raw(profile: int, block: bytes, ids: ExtensionIds = IDS) -> RtpHeader:
    """Parse a packet with ``block`` as its extension."""
    assert len(block) % 4 == 0
    return parse_rtp(HEAD + struct.pack("!HH", profile, len(block) // 4) + block + b"payload", ids)


def test_numbers_unwrap_to_the_nearest() -> None:
    """RFC 3550 §A.1 in one line."""
    assert unwrap(5, 65530) == 65541
    assert unwrap(65530, 65541) == 65530
    assert unwrap(0, 0) == 0
    assert unwrap(65535, 0) == -1


def test_header_with_everything_is_read() -> None:
    """CSRC, one-byte and two-byte extensions, padding."""
    for profile, extension in (
        (0xBEDE, b"\x00\x10A\x32\x01\x02\x03\x00"),
        (0x1000, b"\x01\x01A\x03\x03\x01\x02\x03"),
    ):
        data = struct.pack("!BBHII", 0xB1, 0xE0, 7, 8, 9) + b"csrc"
        data += struct.pack("!HH", profile, 2) + extension + b"payload" + b"\x00\x00\x03"
        parsed = parse_rtp(data, ExtensionIds(abs_send_time=3))
        assert (parsed.payload_type, parsed.marker, parsed.sequence) == (96, True, 7)
        assert (parsed.timestamp, parsed.ssrc, parsed.payload) == (8, 9, b"payload")
        assert parsed.size == len(data)
        assert parsed.abs_send_time == 0x010203
        assert parse_rtp(data).abs_send_time is None
        assert parse_rtp(data, ExtensionIds(abs_send_time=5)).abs_send_time is None


@pytest.mark.parametrize("profile", [0xBEDE, 0x1000, 0x100F])
def test_extensions_are_read_by_the_ids_that_were_negotiated(profile: int) -> None:
    """Each by itself and all together; those of others are passed over."""
    elements = [
        (3, b"\x01\x02\x03"),
        (4, b"1"),
        (10, b"hi"),
        (11, b"lo"),
        (13, b"\x03"),
        (6, b"\x00\x00\x0a"),
        (2, b"whatever"),
    ]
    parsed = parse_rtp(extended(profile, *elements), IDS)
    assert parsed.abs_send_time == 0x010203
    assert (parsed.mid, parsed.rid, parsed.repaired_rid) == ("1", "hi", "lo")
    assert (parsed.orientation, parsed.playout_delay) == (3, 10)
    assert parsed.payload == b"payload"
    nothing = parse_rtp(extended(profile, *elements))
    assert nothing == parse_rtp(extended(profile, *elements), ExtensionIds(mid=14))
    assert (nothing.mid, nothing.rid, nothing.repaired_rid) == ("", "", "")
    assert (nothing.abs_send_time, nothing.orientation, nothing.playout_delay) == (None, -1, -1)
    for number, value in elements:
        alone = parse_rtp(extended(profile, (number, value)), IDS)
        assert (alone.mid != "") is (number == 4)
        assert (alone.rid != "") is (number == 10)
        assert (alone.orientation != -1) is (number == 13)


def test_names_of_layers_are_alphanumeric_and_short() -> None:
    """RFC 8852 §3; a section's name (RFC 9143) may have other characters."""
    for bad in (b"a b", b"a-b", b"\xc3\xa9", b"x" * 17, b"\x00"):
        parsed = parse_rtp(extended(0x1000, (10, bad), (11, bad), (4, bad + b"\xff")), IDS)
        assert (parsed.mid, parsed.rid, parsed.repaired_rid) == ("", "", ""), bad
    good = parse_rtp(extended(0x1000, (10, b"x" * 16), (11, b"0Az"), (4, b"video-1")), IDS)
    assert (good.mid, good.rid, good.repaired_rid) == ("video-1", "x" * 16, "0Az")
    assert parse_rtp(extended(0x1000, (10, b""), (4, b"")), IDS).rid == ""


def test_elements_of_the_wrong_length_are_passed_over() -> None:
    """And what follows them is read."""
    parsed = parse_rtp(extended(0xBEDE, (3, b"12"), (13, b"12"), (6, b"1"), (10, b"r")), IDS)
    assert (parsed.abs_send_time, parsed.orientation, parsed.playout_delay) == (None, -1, -1)
    assert parsed.rid == "r"


def test_reading_ends_where_the_extension_makes_no_sense() -> None:
    """Id 15 and an id 0 with a length stop it; so does an element longer than the rest."""
    rid = b"\xa0r"
    assert raw(0xBEDE, rid + b"\x00\x00").rid == "r"
    assert raw(0xBEDE, b"\x00\x00" + rid).rid == "r"
    assert raw(0xBEDE, b"\xf0\x00" + rid).rid == ""
    assert raw(0xBEDE, b"\x01\x00" + rid).rid == ""
    assert raw(0xBEDE, b"\x2f\x00" + rid).rid == ""
    assert raw(0x1000, b"\x0a\x01r\x0a").rid == "r"
    assert raw(0x1000, b"\x00\x0a\x02r").rid == ""
    assert raw(0x2000, rid + rid).rid == ""
    assert raw(0xBEDE, b"").rid == ""


def test_header_parser_raises_one_error_whatever_comes() -> None:
    """Every truncation and 3,000 random packets: parsed or MalformedPacket."""
    data = struct.pack("!BBHII", 0xB1, 0xE0, 7, 8, 9) + b"csrc" + b"\xbe\xde\x00\x01\x32\x01\x02"
    rng = random.Random(3)
    attempts = [data[:cut] for cut in range(len(data))]
    attempts += [bytes([0x80 | rng.randrange(64)]) + rng.randbytes(rng.randrange(40))
                 for _ in range(3000)]  # fmt: skip
    parsed = 0
    for attempt in attempts:
        try:
            parse_rtp(attempt, IDS)
            parsed += 1
        except MalformedPacket:
            pass
    assert 0 < parsed < len(attempts)


def test_rtcp_is_told_from_rtp() -> None:
    """RFC 5761: payload types 64 to 95 would look like RTCP, and are not used."""
    assert is_rtcp(b"\x80\xc8")
    assert not is_rtcp(b"\x80\x60")
    assert not is_rtcp(b"\x80\xe0")
    assert not is_rtcp(b"\x80")
