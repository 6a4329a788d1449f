"""The small parts of the relay, each by itself: numbers in, numbers out."""

from __future__ import annotations

import random
import socket
import struct

import pytest

from liveshow.relay.addresses import own_addresses, resolve
from liveshow.relay.aiortc_private import RtcpReceiverInfo
from liveshow.relay.cache import PacketCache
from liveshow.relay.codecs import (
    H264,
    OPUS,
    VP8,
    Vp8Descriptor,
    best_h264,
    h264_profile,
    starts_keyframe,
)
from liveshow.relay.congestion import Congestion
from liveshow.relay.keyframes import MAX_UNANSWERED, MIN_INTERVAL, KeyframeRequests
from liveshow.relay.packets import (
    ExtensionIds,
    MalformedPacket,
    Packet,
    RtpHeader,
    is_rtcp,
    parse_rtp,
    unwrap,
)
from liveshow.relay.reception import (
    MAX_BITRATE,
    MAX_MISSING,
    MAX_TRIES,
    MIN_BITRATE,
    START_BITRATE,
    Bandwidth,
    LossRepair,
    ReceptionReport,
)
from liveshow.relay.timeline import REORDER_ROOM, Timeline

VP8_KEY = bytes([0x10, 0x00]) + b"picture"
VP8_DELTA = bytes([0x10, 0x01]) + b"picture"
SPS = bytes.fromhex("6742e01f8d68")


def header(sequence: int, timestamp: int = 0, ssrc: int = 1, payload: bytes = b"x") -> RtpHeader:
    return RtpHeader(96, False, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc, payload, 50, None)


def packet(index: int, timestamp: int = 0, arrival: float = 0.0, codec: str = VP8) -> Packet:
    return Packet(index, timestamp, False, codec, b"x" * 10, False, arrival)


# Addresses


async def test_candidates_are_what_was_announced_or_where_we_listen() -> None:
    """Names are resolved once; a wildcard becomes addresses that can be reached."""
    assert own_addresses("192.0.2.7") == ["192.0.2.7"]
    wildcard = own_addresses("0.0.0.0")
    assert wildcard[-1] == "127.0.0.1"
    assert len(set(wildcard)) == len(wildcard)
    assert await resolve(["192.0.2.1", "2001:db8::1", "192.0.2.1"]) == ["192.0.2.1", "2001:db8::1"]
    assert set(await resolve(["localhost"])) <= {"127.0.0.1", "::1"}
    with pytest.raises(socket.gaierror):
        await resolve(["no such host.invalid"])


# Packets


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
        assert parsed.abs_send_time == 0x010203
        assert parse_rtp(data).abs_send_time is None
        assert parse_rtp(data, ExtensionIds(abs_send_time=5)).abs_send_time is None


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
            parse_rtp(attempt, ExtensionIds(abs_send_time=3))
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


# Codecs


def test_vp8_keyframes_are_recognised_by_their_first_packet() -> None:
    """S bit, partition 0, P bit 0; with and without the descriptor's extensions."""
    assert starts_keyframe(VP8, VP8_KEY)
    assert not starts_keyframe(VP8, VP8_DELTA)
    assert not starts_keyframe(VP8, bytes([0x00, 0x00, 1]))  # not the start
    assert not starts_keyframe(VP8, bytes([0x11, 0x00, 1]))  # partition 1
    assert starts_keyframe(VP8, bytes([0x90, 0x80, 0x80, 0x01, 0x00]))
    assert starts_keyframe(VP8, bytes([0x90, 0xE0, 0x81, 0x02, 0x03, 0x00, 0x00]))
    for size in range(6):
        assert not starts_keyframe(VP8, bytes([0x90, 0xF0, 0x81, 0x02, 0x03, 0x04])[:size])
    assert not starts_keyframe(OPUS, VP8_KEY)


def test_h264_keyframes_are_recognised_however_they_are_packed() -> None:
    """Single NAL unit, STAP-A, FU-A."""
    stap = b"\x78" + struct.pack("!H", len(SPS)) + SPS + b"\x00\x02\x68\xce"
    assert starts_keyframe(H264, SPS)
    assert starts_keyframe(H264, stap)
    assert starts_keyframe(H264, b"\x7c\x85slice")  # FU-A start of an IDR slice
    assert not starts_keyframe(H264, b"\x7c\x05slice")  # its continuation
    assert not starts_keyframe(H264, b"\x7c\x81slice")
    assert not starts_keyframe(H264, b"\x41slice")
    assert not starts_keyframe(H264, b"")
    assert not starts_keyframe(H264, b"\x78\xff\xff")
    assert h264_profile(stap) == "42e01f"
    assert h264_profile(b"\x41slice") is None


def test_payload_type_closest_to_the_real_profile_is_used() -> None:
    """The SPS decides, not the SDP of the publisher."""
    variants = {"42001f": 102, "42e01f": 106, "4d001f": 112, "640c1f": 114}
    assert best_h264(variants, "4d001f") == 112
    assert best_h264(variants, "64001f") == 114
    assert best_h264(variants, "42c01f") == 102
    assert best_h264(variants, None) == 106
    assert best_h264({"4d001f": 1}, "58e01f") == 1
    assert best_h264({}, None) is None


# Cache


def test_cache_is_bounded_by_number_and_by_age() -> None:
    """The oldest go first; counting goes on."""
    cache = PacketCache(max_packets=3, max_age=1.0)
    for index in range(5):
        assert cache.add(packet(index))
    assert [cache.get(index) is not None for index in range(5)] == [False, False, True, True, True]
    assert not cache.add(packet(4))
    assert cache.bytes == 30
    cache.add(packet(9, arrival=1.5))
    assert len(cache) == 1
    assert cache.head == 9
    cache.clear()
    assert (len(cache), cache.bytes, cache.head) == (0, 0, 9)


def test_a_late_packet_is_filed_where_it_belongs() -> None:
    """And the start of its frame is found across it."""
    cache = PacketCache()
    for index in (10, 12):
        cache.add(packet(index, 7))
    assert cache.frame_start(12) == 12
    cache.add(packet(11, 7))
    cache.add(packet(9, 6))
    assert cache.frame_start(12) == 10
    assert cache.missing(8, 12) == 1


# Timeline


def test_publishers_follow_each_other_without_a_jump_back() -> None:
    """Indices grow, and time goes on by the wall clock."""
    timeline = Timeline(90_000)
    mapped = [timeline.map(header(65534 + n, 1000 + n), 10.0) for n in range(4)]
    assert [m and m[0] for m in mapped] == [REORDER_ROOM + n for n in range(4)]
    assert mapped[3] == (REORDER_ROOM + 3, 1003)
    timeline.new_source()
    again = timeline.map(header(5, 0xFFFFFFF0), 12.0)
    assert again is not None
    assert again[0] > REORDER_ROOM + 3
    assert again[1] == 1003 + 180_000
    assert timeline.map_timestamp(0xFFFFFFF0 + 10) == again[1] + 10
    # What overtook the first packet still has a place; what is older has none.
    assert timeline.map(header(5 - REORDER_ROOM + 1), 12.0) is not None
    assert timeline.map(header(5 - REORDER_ROOM - 1), 12.0) is None


def test_a_sender_that_restarts_under_the_same_ssrc_is_a_new_source() -> None:
    """A leap of sequence numbers does not leave a gap as large."""
    timeline = Timeline(48_000)
    first = timeline.map(header(100, 5), 1.0)
    leap = timeline.map(header(30_000, 99_999), 1.02)
    assert first is not None
    assert leap is not None
    assert 0 < leap[0] - first[0] <= REORDER_ROOM + 1
    assert leap[1] == 5 + 960


def test_vp8_picture_ids_go_on_across_publishers() -> None:
    """15-bit and 7-bit ids, TL0PICIDX; everything else stays as it was."""

    def payload(picture: int, tl0: int) -> bytes:
        return bytes([0x90, 0xC0, 0x80 | picture >> 8, picture & 0xFF, tl0, 0x00]) + b"rest"

    def numbers(data: bytes) -> tuple[int, int]:
        descriptor = Vp8Descriptor(data)
        return descriptor.picture_id(data), data[descriptor.tl0_at]

    timeline = Timeline(90_000)
    assert timeline.map_payload(VP8, payload(32_700, 250)) == payload(32_700, 250)
    timeline.new_source()
    first = timeline.map_payload(VP8, payload(5, 3))
    second = timeline.map_payload(VP8, payload(6, 4))
    assert numbers(first) == ((32_700 + REORDER_ROOM) & 0x7FFF, (250 + REORDER_ROOM) & 0xFF)
    assert numbers(second)[0] == numbers(first)[0] + 1
    assert first[5:] == payload(5, 3)[5:]
    short = Timeline(90_000)
    short.map_payload(VP8, bytes([0x90, 0x80, 0x7F, 0x00]))
    short.new_source()
    assert short.map_payload(VP8, bytes([0x90, 0x80, 0x05, 0x00]))[2] == REORDER_ROOM - 1
    assert timeline.map_payload(H264, b"\x41") == b"\x41"
    assert timeline.map_payload(VP8, b"\x10") == b"\x10"


# Keyframe requests


def test_requests_are_merged_and_repeated_after_half_a_second() -> None:
    """However many ask, one goes upstream."""
    requests = KeyframeRequests()
    assert not requests.due(0.0)
    for _ in range(100):
        requests.want()
    assert requests.due(0.0)
    assert not requests.due(MIN_INTERVAL - 0.01)
    assert requests.due(MIN_INTERVAL)
    requests.keyframe_arrived()
    assert not requests.due(10.0)


def test_a_publisher_that_never_answers_is_not_asked_for_ever() -> None:
    """OBS ignores the request; a new publisher gets a new chance."""
    requests = KeyframeRequests()
    sent = 0
    for step in range(1000):
        requests.want()
        sent += requests.due(step * 1.0)
    assert sent == MAX_UNANSWERED
    requests.publisher_changed()
    requests.want()
    assert requests.due(1000.0)


# Reception


def test_report_counts_losses_across_the_wrap() -> None:
    """RFC 3550 §A.3: fraction since the last report, total since the beginning."""
    reception = ReceptionReport(90_000)
    assert reception.report(1, 0.0) is None
    for sequence in (65533, 65534, 1, 2):  # 65535 and 0 are lost
        reception.add(header(sequence), 0.0)
    reception.sender_report(0x0001_2345_6789_0000, 1.0)
    report = reception.report(1, 2.0)
    assert isinstance(report, RtcpReceiverInfo)
    assert report.packets_lost == 2
    assert report.fraction_lost == (2 << 8) // 6
    assert report.highest_sequence == 65536 + 2
    assert report.lsr == 0x2345_6789
    assert report.dlsr == 65536
    again = reception.report(1, 3.0)
    assert again is not None
    assert again.fraction_lost == 0


def test_missing_packets_are_asked_for_when_late_again_and_not_for_ever() -> None:
    """Two packets or 20 ms late, then every 60 ms, then given up."""
    repair = LossRepair()
    for sequence in (65534, 65535, 1):
        repair.add(sequence, 0.0)
    assert repair.due(0.01) == []  # perhaps only reordered
    assert repair.due(0.02) == [0]
    assert repair.due(0.05) == []
    assert repair.due(0.09) == [0]
    repair.add(0, 0.1)
    assert not repair.pending
    repair.add(5, 0.2)
    assert repair.due(0.2) == [2]  # more than two behind: at once
    for step in range(MAX_TRIES + 2):
        repair.due(1.0 + step)
    assert not repair.pending
    assert repair.gave_up


def test_a_huge_gap_is_not_repaired_packet_by_packet() -> None:
    """It asks for a keyframe instead."""
    repair = LossRepair()
    repair.add(0, 0.0)
    repair.add(MAX_MISSING + 10, 0.0)
    assert repair.gave_up
    assert repair.due(1.0) == []


def test_bandwidth_starts_high_and_is_reported_once_a_second() -> None:
    """Chrome believes the first REMB it gets; a fall is told at once."""
    bandwidth = Bandwidth()
    assert bandwidth.due(0.0) == START_BITRATE
    assert bandwidth.due(0.5) is None
    assert bandwidth.due(1.1) == START_BITRATE
    bandwidth.overused(2_000_000, 1.2)
    assert bandwidth.due(1.2) == 1_700_000
    bandwidth.add(header(1), 0.0)  # without abs-send-time it says nothing
    assert bandwidth.estimate == 1_700_000
    bandwidth.overused(100_000, 1.3)  # little is sent: not what we allowed is to blame
    assert bandwidth.estimate == 1_190_000
    for _ in range(20):
        bandwidth.overused(100_000, 1.3)
    assert bandwidth.estimate == MIN_BITRATE


def test_bandwidth_grows_while_packets_arrive_in_time_and_falls_when_they_queue() -> None:
    """From abs-send-time alone: even spacing is good, growing delay is not."""
    bandwidth = Bandwidth()

    def send(sent: float, arrived: float) -> None:
        stamp = round(sent * (1 << 18)) & 0xFFFFFF
        bandwidth.add(RtpHeader(96, False, 1, 0, 1, b"", 1200, stamp), arrived)

    for number in range(500):  # 5 s, 100 packets a second
        send(number / 100, number / 100)
    assert START_BITRATE * 1.3 < bandwidth.estimate <= MAX_BITRATE
    high = bandwidth.estimate
    for number in range(200):  # each packet 8 ms later than the one before
        send(5 + number / 100, 5 + number * 0.018)
    assert bandwidth.estimate < high * 0.8


# Congestion


def test_congestion_limits_who_loses_much_and_lets_go_when_it_is_over() -> None:
    """One bad report is bad luck; two are a link that is too slow."""
    congestion = Congestion()
    assert congestion.report(60, 2e6) is None
    assert congestion.report(60, 2e6) == 1.5e6
    limit = congestion.report(60, 2e6)
    assert limit is not None
    assert limit < 1.5e6
    reports = 0
    while congestion.report(0, 2e6) is not None:
        reports += 1
        assert reports < 20
    congestion.remb(300_000)
    congestion.report(0, 2e6)
    assert congestion.report(0, 2e6) == 300_000
    for _ in range(50):
        congestion.report(255, 2e6)
    assert congestion.limit == 100_000


@pytest.mark.parametrize("lost", [6, 25])
def test_congestion_waits_when_it_is_neither_good_nor_bad(lost: int) -> None:
    """Between 2 % and 10 % nothing changes."""
    congestion = Congestion()
    assert [congestion.report(lost, 2e6) for _ in range(5)] == [None] * 5
