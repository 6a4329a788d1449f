"""The small parts of the relay, each by itself: numbers in, numbers out."""

from __future__ import annotations

import itertools

import pytest

from liveshow.relay.publishing.reception import (
    MAX_BITRATE,
    MAX_MISSING,
    MAX_TRIES,
    MIN_BITRATE,
    START_BITRATE,
    NackGenerator,
    ReceptionStatistics,
    RembEstimator,
)
from liveshow.relay.tracks.cache import PacketCache
from liveshow.relay.tracks.keyframes import (
    MAX_UNANSWERED,
    MIN_INTERVAL,
    PATIENT_INTERVAL,
    KeyframeRequests,
)
from liveshow.relay.transport.addresses import own_addresses, resolve
from liveshow.relay.wire.codecs import VP8
from liveshow.relay.wire.packets import Packet, RtpHeader


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
    with pytest.raises(OSError, match="neither an address nor a known name"):
        await resolve(["no such host.invalid"])


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


# Keyframe requests


def arriving(_: str) -> bool:
    return True


def test_requests_are_merged_and_repeated_after_half_a_second() -> None:
    """However many ask, one goes upstream."""
    requests: KeyframeRequests[str] = KeyframeRequests()
    assert not requests.due(0.0, arriving)
    for _ in range(100):
        requests.request("f")
    assert requests.due(0.0, arriving) == ["f"]
    requests.request("q")
    assert not requests.due(MIN_INTERVAL - 0.01, arriving)
    assert requests.due(MIN_INTERVAL, arriving) == ["f", "q"]
    requests.keyframe_arrived("f")
    assert requests.due(2 * MIN_INTERVAL, arriving) == ["q"]
    requests.keyframe_arrived("q")
    assert not requests.due(10.0, arriving)
    assert requests.sent == 3


def test_a_publisher_that_never_answers_is_asked_less_often_and_for_ever() -> None:
    """OBS ignores the request; a host in a tunnel comes back and must hear it."""
    requests: KeyframeRequests[str] = KeyframeRequests()
    requests.request("")
    asked = [step / 10 for step in range(3000) if requests.due(step / 10, arriving)]
    patient = [b - a for a, b in itertools.pairwise(asked[MAX_UNANSWERED - 1 :])]
    assert asked[MAX_UNANSWERED - 1] < 10
    assert patient
    assert all(abs(pause - PATIENT_INTERVAL) < 0.11 for pause in patient)
    requests.publisher_changed()
    assert requests.due(300.05, arriving) == [""]


def test_layers_that_do_not_arrive_are_not_asked_for_nor_counted() -> None:
    """A smaller camera sends fewer layers; the wish waits for its layer."""
    requests: KeyframeRequests[str] = KeyframeRequests()
    requests.request("h")
    for step in range(100):
        assert not requests.due(step * 1.0, lambda layer: layer != "h")
    assert requests.sent == 0
    assert requests.due(100.0, arriving) == ["h"]
    requests.forget("h")
    assert not requests.due(200.0, arriving)


# Reception


def test_report_counts_losses_across_the_wrap() -> None:
    """RFC 3550 §A.3: fraction since the last report, total since the beginning."""
    reception = ReceptionStatistics(90_000)
    assert reception.report(1, 0.0) is None
    for sequence in (65533, 65534, 1, 2):  # 65535 and 0 are lost
        reception.add(header(sequence), 0.0)
    reception.sender_report(0x0001_2345_6789_0000, 1.0)
    report = reception.report(1, 2.0)
    assert report is not None
    assert report.lost == 2
    assert report.fraction_lost == (2 << 8) // 6
    assert report.highest == 65536 + 2
    assert report.last_report == 0x2345_6789
    assert report.delay == 65536
    again = reception.report(1, 3.0)
    assert again is not None
    assert again.fraction_lost == 0


def test_missing_packets_are_asked_for_when_late_again_and_not_for_ever() -> None:
    """Two packets or 20 ms late, then every 60 ms, then given up."""
    nacks = NackGenerator()
    for sequence in (65534, 65535, 1):
        nacks.add(sequence, 0.0)
    assert nacks.due(0.01) == []  # perhaps only reordered
    assert nacks.due(0.02) == [0]
    assert nacks.due(0.05) == []
    assert nacks.due(0.09) == [0]
    nacks.add(0, 0.1)
    assert not nacks.pending
    nacks.add(5, 0.2)
    assert nacks.due(0.2) == [2]  # more than two behind: at once
    for step in range(MAX_TRIES + 2):
        nacks.due(1.0 + step)
    assert not nacks.pending
    assert nacks.gave_up


def test_a_huge_gap_is_not_repaired_packet_by_packet() -> None:
    """It asks for a keyframe instead."""
    nacks = NackGenerator()
    nacks.add(0, 0.0)
    nacks.add(MAX_MISSING + 10, 0.0)
    assert nacks.gave_up
    assert nacks.due(1.0) == []


def test_bandwidth_starts_high_and_is_reported_once_a_second() -> None:
    """Chrome believes the first REMB it gets; a fall is told at once."""
    remb = RembEstimator()
    assert remb.due(0.0) == START_BITRATE
    assert remb.due(0.5) is None
    assert remb.due(1.1) == START_BITRATE
    remb.overused(2_000_000, 1.2)
    assert remb.due(1.2) == 1_700_000
    remb.add(header(1), 0.0)  # without abs-send-time it says nothing
    assert remb.estimate == 1_700_000
    remb.overused(100_000, 1.3)  # little is sent: not what we allowed is to blame
    assert remb.estimate == 1_190_000
    for _ in range(20):
        remb.overused(100_000, 1.3)
    assert remb.estimate == MIN_BITRATE


def test_bandwidth_grows_while_packets_arrive_in_time_and_falls_when_they_queue() -> None:
    """From abs-send-time alone: even spacing is good, growing delay is not."""
    remb = RembEstimator()

    def send(sent: float, arrived: float) -> None:
        stamp = round(sent * (1 << 18)) & 0xFFFFFF
        remb.add(RtpHeader(96, False, 1, 0, 1, b"", 1200, stamp), arrived)

    for number in range(500):  # 5 s, 100 packets a second
        send(number / 100, number / 100)
    assert START_BITRATE * 1.3 < remb.estimate <= MAX_BITRATE
    high = remb.estimate
    for number in range(200):  # each packet 8 ms later than the one before
        send(5 + number / 100, 5 + number * 0.018)
    assert remb.estimate < high * 0.8
