"""Codecs: where keyframes begin, where picture ids are, which profile it is."""

from __future__ import annotations

import random
import struct

import pytest
from aiortc.codecs.h264 import H264PayloadDescriptor
from aiortc.codecs.vpx import VpxPayloadDescriptor

from liveshow.relay.wire.codecs import (
    AV1,
    H264,
    NOTHING,
    OPUS,
    VP8,
    VP9,
    PayloadInfo,
    av1,
    best_h264,
    inspect,
    vp9,
)
from liveshow.relay.wire.codecs.h264 import aggregate, nal_units, profile_level
from liveshow.relay.wire.codecs.halving import halve
from liveshow.relay.wire.packets import ExtensionIds, parse_rtp
from tests.vectors import streams

VP8_KEY = bytes([0x10, 0x00]) + b"picture"
VP8_DELTA = bytes([0x10, 0x01]) + b"picture"
SPS = bytes.fromhex("6742e01f8d68")
VP9_KEY_HEADER, VP9_INTRA_HEADER = 0x82, 0x86  # profile 0, shown: frame_type 0 and 1


def keyframe(codec: str, payload: bytes) -> bool:
    return inspect(codec, payload).keyframe


# VP8


def test_vp8_keyframes_are_recognised_by_their_first_packet() -> None:
    """S bit, partition 0, P bit 0; with and without the descriptor's extensions."""
    assert keyframe(VP8, VP8_KEY)
    assert not keyframe(VP8, VP8_DELTA)
    assert not keyframe(VP8, bytes([0x00, 0x00, 1]))  # not the start
    assert not keyframe(VP8, bytes([0x11, 0x00, 1]))  # partition 1
    assert keyframe(VP8, bytes([0x90, 0x80, 0x80, 0x01, 0x00]))
    assert keyframe(VP8, bytes([0x90, 0xE0, 0x81, 0x02, 0x03, 0x00, 0x00]))
    for size in range(6):
        assert inspect(VP8, bytes([0x90, 0xF0, 0x81, 0x02, 0x03, 0x04])[:size]) == NOTHING
    assert inspect(OPUS, VP8_KEY) == NOTHING


def test_vp8_numbers_are_found_where_they_are() -> None:
    """RFC 7741 §4.2: I with 7 or 15 bits, L, T and K, each or all."""
    for flags, rest, expected in (
        (0x80, b"\x81\x02", (2, 15, -1)),
        (0x80, b"\x01", (2, 7, -1)),
        (0x40, b"\x07", (-1, 0, 2)),
        (0xC0, b"\x81\x02\x07", (2, 15, 4)),
        (0xE0, b"\x01\x07\x20", (2, 7, 3)),
        (0x30, b"\x20", (-1, 0, -1)),
    ):
        info = inspect(VP8, bytes([0x90, flags]) + rest + b"\x01frame")
        assert (info.picture_at, info.picture_bits, info.tl0_at) == expected
        assert not info.keyframe
        assert inspect(VP8, bytes([0x90, flags]) + rest + b"\x00frame").keyframe


# VP9


def test_vp9_keyframe_begins_with_the_lowest_spatial_layer() -> None:
    """B without P at SID 0; the layers above have no P either, but need the ones below."""
    frame = bytes([VP9_KEY_HEADER]) + b"picture"
    assert inspect(VP9, b"\x88\x81\x02" + frame)[:4] == (True, 1, 15, -1)
    assert inspect(VP9, b"\x88\x05" + frame)[:4] == (True, 1, 7, -1)
    assert inspect(VP9, b"\xa8\x81\x02\x00\x09" + frame)[:4] == (True, 1, 15, 4)
    assert not keyframe(VP9, b"\xa8\x81\x02\x03\x09" + frame)  # SID 1, predicted from SID 0
    assert not keyframe(VP9, b"\x80\x81\x02" + frame)  # goes on
    assert not keyframe(VP9, b"\xc8\x81\x02" + frame)  # predicted
    assert keyframe(VP9, b"\x08" + frame)
    assert not keyframe(VP9, b"\x08" + bytes([VP9_INTRA_HEADER]) + b"picture")


def test_vp9_flexible_mode_has_references_instead_of_tl0() -> None:
    """RFC 9628 §4.2: up to three, while N is set, and only in predicted frames."""
    info = inspect(VP9, b"\xb8\x81\x02\x00" + bytes([VP9_KEY_HEADER, 0]))
    assert info[:4] == (True, 1, 15, -1)
    info = inspect(VP9, b"\xf8\x81\x02\x00\x03\x05\x06" + bytes([VP9_KEY_HEADER, 0]))
    assert info[:4] == (False, 1, 15, -1)
    for cut in range(4, 7):  # the references go on past the end
        assert inspect(VP9, b"\xf8\x81\x02\x00\x03\x05\x06"[:cut]) == NOTHING


def test_vp9_scalability_structure_is_stepped_over() -> None:
    """Sizes of each layer, and the pictures of a group with their references."""
    frame = bytes([VP9_KEY_HEADER]) + b"picture"
    structure = bytes([2 << 5 | 0x18]) + bytes(12) + b"\x02" + b"\x04\x01" + b"\x2c\x01\x02\x03"
    whole = b"\x8a\x81\x02" + structure + frame
    assert keyframe(VP9, whole)
    for cut in range(len(whole) - len(frame) + 1):
        assert inspect(VP9, whole[:cut]) == NOTHING, cut
    assert keyframe(VP9, b"\x8a\x81\x02" + b"\x00" + frame)
    assert not keyframe(VP9, b"\x8a\x81\x02" + structure + bytes([VP9_INTRA_HEADER, 0]))


@pytest.mark.parametrize(
    ("header", "profile"),
    [(0x82, "0"), (0xA2, "1"), (0x92, "2"), (0xB1, "3"), (0x86, None), (0x8A, None), (0x42, None)],
)
def test_vp9_profile_is_read_from_keyframes(header: int, profile: str | None) -> None:
    """Its low bit comes first; profile 3 has a reserved bit; 0x8a shows an old frame."""
    info = inspect(VP9, bytes([0x08, header]))
    assert info.profile == profile
    assert info.keyframe is (profile is not None)


# AV1


def test_av1_keyframe_begins_a_coded_video_sequence() -> None:
    """N, not Z, and the sequence header where the aggregation header says (W 0 to 3)."""
    sequence, frame = b"\x08\x20\x00", b"\x30picture"
    with_size = b"\x0a\x02\x20\x00"
    assert inspect(AV1, b"\x28\x03" + sequence + frame) == PayloadInfo(True, profile="1")
    assert keyframe(AV1, b"\x08\x03" + sequence + b"\x08" + frame)  # W 0: all have lengths
    assert keyframe(AV1, b"\x18" + sequence)  # W 1: none has
    assert keyframe(AV1, b"\x38\x02\x12\x00\x03" + sequence + frame)  # a temporal delimiter first
    assert inspect(AV1, b"\x18" + with_size).profile == "1"
    assert inspect(AV1, b"\x18\x0c\x00\x40").profile == "2"  # with the extension of OBU headers
    assert inspect(AV1, b"\x18\x08") == PayloadInfo(True)
    assert not keyframe(AV1, b"\x20\x03" + sequence + frame)  # N 0
    assert not keyframe(AV1, b"\xa8\x03" + sequence + frame)  # Z: the rest of an OBU
    assert not keyframe(AV1, b"\x18" + frame)  # no sequence header


def test_av1_lengths_that_lie_are_not_followed() -> None:
    """Cut, endless, too long, zero for ever."""
    for rest in (
        b"",
        b"\x80",
        b"\xff" * 20,
        b"\x7f\x08",
        b"\xff\xff\xff\xff\x0f\x08",
        bytes(200) + b"\x02\x08\x00",
    ):
        assert inspect(AV1, b"\x08" + rest) == NOTHING, rest


# H.264


def test_h264_keyframes_are_recognised_however_they_are_packed() -> None:
    """Single NAL unit, STAP-A, FU-A."""
    stap = b"\x78" + struct.pack("!H", len(SPS)) + SPS + b"\x00\x02\x68\xce"
    # Parameter sets may stand before any picture (superuser404notfound/AetherEngine#133).
    assert not keyframe(H264, SPS)
    assert not keyframe(H264, stap)
    both = aggregate([SPS, b"\x68\xce", b"\x65\x88"])
    assert inspect(H264, both) == PayloadInfo(True, profile="42e01f", parameters=True)
    assert not keyframe(H264, aggregate([SPS, b"\x68\xce", b"\x41\x88"]))
    assert keyframe(H264, b"\x78\x00\x02\x68\xce\x00\x02\x65\x88")
    assert keyframe(H264, b"\x7c\x85slice")  # FU-A start of an IDR slice
    assert not keyframe(H264, b"\x7c\x05slice")  # its continuation
    assert not keyframe(H264, b"\x7c\x81slice")
    assert not keyframe(H264, b"\x41slice")
    for nothing in (b"", b"\x78\xff\xff", b"\x78\xff\xff\x67", b"\x78\x00\x00\x67", b"\x7c"):
        assert inspect(H264, nothing) == NOTHING
    assert inspect(H264, SPS).profile == "42e01f"
    assert inspect(H264, stap).profile == "42e01f"
    assert inspect(H264, b"\x7c\x87" + SPS[1:]).profile == "42e01f"
    assert inspect(H264, b"\x67\x42") == PayloadInfo(parameters=True)
    assert inspect(H264, b"\x41slice").profile is None


@pytest.mark.parametrize("kind", [0, 25, 26, 27, 29, 30, 31])
def test_h264_of_the_interleaved_mode_says_nothing(kind: int) -> None:
    """STAP-B, MTAP, FU-B and undefined types (RFC 6184 §5.2, table 1)."""
    assert inspect(H264, bytes([0x60 | kind, 0x85, 0, 4]) + SPS) == NOTHING


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("42001f", ("baseline", 31)),
        ("42e01f", ("constrained baseline", 31)),
        ("42c028", ("constrained baseline", 40)),
        ("4240 1f", ("constrained baseline", 31)),
        ("4d001f", ("main", 31)),
        ("4D401F", ("main", 31)),
        ("4d801f", ("constrained baseline", 31)),
        ("58e01f", ("constrained baseline", 31)),
        ("640c1f", ("constrained high", 31)),
        ("64001f", ("high", 31)),
        ("640032", ("high", 50)),
        ("6e0032", ("profile 110", 50)),
        ("42e0", None),
        ("42e01f00", None),
        ("xyzxyz", None),
        ("", None),
    ],
)
def test_profiles_have_one_name_however_written(text: str, expected: object) -> None:
    """RFC 6184 §8.1, table 5."""
    assert profile_level(text) == expected


def test_payload_type_closest_to_the_real_profile_is_used() -> None:
    """The SPS decides, not the SDP of the publisher."""
    browser = {"42001f": 102, "42e01f": 106, "4d001f": 112, "640c1f": 114}
    for sent, chosen in (
        ("4d001f", 112),
        ("4d4028", 112),
        ("64001f", 114),
        ("640032", 114),
        ("640c33", 114),
        ("42001f", 102),
        ("42c01f", 106),
        ("42C029", 106),
        ("f4001f", 106),
        ("nonsense", 106),
        (None, 106),
    ):
        assert best_h264(browser, sent) == chosen, sent
    assert best_h264({"42e01f": 1, "42001f": 2}, "4d001f") == 1
    assert best_h264({"42e01f": 1, "64001f": 2}, "4d001f") == 2
    assert best_h264({"4d001f": 1}, "58e01f") == 1
    assert best_h264({"42001f": 1}, "640032") == 1
    assert best_h264({"odd": 1}, "640032") == 1
    assert best_h264({}, None) is None


def test_of_several_levels_the_lowest_that_suffices_is_used() -> None:
    """A decoder may size its buffers by it."""
    levels = {"42e01e": 1, "42e033": 2, "42e028": 3}
    assert best_h264(levels, "42e01f") == 3
    assert best_h264(levels, "42e015") == 1
    assert best_h264(levels, "42e034") == 2


# All


@pytest.mark.parametrize("codec", [OPUS, VP8, VP9, H264, AV1, "unheard-of"])
def test_nothing_that_arrives_makes_it_raise_or_point_outside(codec: str) -> None:
    """20,000 random payloads, short ones above all."""
    rng = random.Random(7)
    for _ in range(20_000):
        payload = rng.randbytes(rng.randrange(24))
        info = inspect(codec, payload)
        if info.picture_at >= 0:
            assert info.picture_bits in (7, 15)
            assert info.picture_at + (info.picture_bits + 1) // 8 < len(payload)
        assert info.tl0_at < len(payload)
    assert inspect(codec, b"") == NOTHING


# Payloads that are cut in two


def of_frame(codec: str, payload: bytes) -> bytes:
    """Return what a decoder gets of a payload: without what is about the packet."""
    if codec == H264:
        return H264PayloadDescriptor.parse(payload)[1]
    if codec == VP8:
        return VpxPayloadDescriptor.parse(payload)[1]
    if codec == VP9:
        return payload[vp9._descriptor(payload)[-1] :]
    return b"".join(av1._elements(payload) or [])


@pytest.mark.parametrize("codec", [H264, VP8, VP9, AV1])
def test_halves_of_real_payloads_say_the_same(codec: str) -> None:
    """faults.md 33: of what Chromium, aiortc and others sent; the frame and its start are kept."""
    count = 0
    for stream in streams():
        for data in stream.packets if stream.codec == codec else []:
            payload = parse_rtp(data, ExtensionIds()).payload
            halves = halve(codec, payload)
            if halves is None:
                assert len(payload) < 10
                continue
            count += 1
            first, second = halves
            assert of_frame(codec, first) + of_frame(codec, second) == of_frame(codec, payload)
            infos, whole = [inspect(codec, half) for half in halves], inspect(codec, payload)
            assert [info[1:4] for info in infos] == [whole[1:4]] * 2  # numbers of the picture
            if codec == H264 and len(nal_units(payload)) > 1:  # whole NAL units, here and there
                assert any(info.keyframe for info in infos) == whole.keyframe
                continue
            assert infos[0] == whole
            assert not infos[1].keyframe
            if len(payload) > 100:
                assert max(map(len, halves)) < len(payload) / 2 + 20
    assert count > 20


def test_h264_of_every_packet_is_cut_at_a_nal_unit_or_within_one() -> None:
    """faults.md 33: single NAL units and FU-A become FU-A, STAP-A two packets (RFC 6184 §5)."""
    assert halve(H264, b"\x65abcd") == (b"\x7c\x85ab", b"\x7c\x45cd")
    assert halve(H264, b"\x7c\x85abcd") == (b"\x7c\x85ab", b"\x7c\x05cd")
    assert halve(H264, b"\x7c\x45abcd") == (b"\x7c\x05ab", b"\x7c\x45cd")
    assert halve(H264, aggregate([SPS, b"\x68\xce", b"\x65slice"])) == (
        aggregate([SPS, b"\x68\xce"]),
        b"\x65slice",
    )
    for nothing in (b"", b"\x65", b"\x65a", b"\x7c\x85a", b"\x78", b"\x1fabcdef"):
        assert halve(H264, nothing) is None
    assert halve(OPUS, b"sound") is None


def test_vp9_is_cut_as_one_frame_with_one_structure() -> None:
    """faults.md 33: B and the structure stay with the first half, E with the second."""
    whole = bytes([0x8E, 0x05, 0x18, 1, 0, 1, 0, 0]) + b"abcd"  # I B E V; one layer, Y, no groups
    first, second = halve(VP9, whole) or (b"", b"")
    assert first[0] == 0x8A
    assert second[:2] == bytes([0x84, 0x05])
    assert second[2:] == whole[-len(second) + 2 :]
    assert inspect(VP9, first).picture_at == inspect(VP9, second).picture_at == 1


def test_av1_goes_on_in_the_second_half_where_the_first_was_cut() -> None:
    """faults.md 33: Y of the first and Z of the second; N only where it began."""
    sequence, frame = b"\x08\x20\x00", b"\x30" + b"picture" * 20
    halves = halve(AV1, b"\x28\x03" + sequence + frame)
    assert halves is not None
    first, second = halves
    assert (first[0], second[0]) == (0x48, 0x80)
    assert inspect(AV1, first).keyframe
    assert not inspect(AV1, second).keyframe
    assert halve(AV1, b"\x08\x7fshort") is None
