"""Packets that are lost, late or refused, and how a down track makes up for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from liveshow.relay.viewing.down_track import DownTrack
from liveshow.relay.viewing.pacer import Pacer
from liveshow.relay.wire.codecs import H264, VP8
from liveshow.relay.wire.packets import RtpHeader
from tests.relay.viewing.bench import RTX_SSRC, SSRC, Bench, SimulcastBench, pictures
from tests.support import seconds


def push(bench: Bench, sequence: int, payload: bytes, codec: str = VP8) -> None:
    """Push without delivering."""
    header = RtpHeader(1, True, sequence, bench.timestamp, 5, payload, 100, None)
    bench.track.push(header, codec, bench.clock.now)


def test_who_is_limited_gets_what_it_lost_before_what_is_next(kernel: str) -> None:
    """All that it is allowed is spent on what waits; without a debt nothing would be left."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True)
    down_track.limit(50_000)
    asked = 0
    for _ in range(100):
        bench.frame(packets=12)
        for _ in range(5):
            bench.send_backlog()
            if len(wire.sequences()) > 3:
                down_track.retransmit([wire.sequences()[-2]])
                asked += 1
        if down_track.waiting:
            bench.frame(key=True)
    assert down_track.skips > 1, "a link that is fast enough proves nothing"
    # An answer within 50 ms of the last one of the same packet is not given.
    assert down_track.retransmitted > 0.2 * asked


def test_what_was_passed_over_behind_a_refusal_is_sent_once(kernel: str) -> None:
    """It comes before its turn, and its turn comes."""
    bench = Bench(kernel)
    _, wire = bench.viewer()
    bench.frame(key=True)
    first = bench.sequence
    wire.full = True
    bench.frame()
    bench.frame()
    bench.sequence += 1
    bench.frame()
    wire.full, wire.room = False, 1
    bench.send_backlog()
    wire.room = 1000
    bench.push(b"\x00late", VP8, first + 2)
    bench.clock.now += 0.1
    bench.send_backlog(2)
    numbers = wire.sequences()
    assert sorted(numbers) == [numbers[0] + n for n in range(5)]


def test_what_was_passed_over_before_it_was_live_is_sent_once(kernel: str) -> None:
    """By the group, which then takes no more."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True)
    first = bench.sequence
    wire.full = True
    bench.frame()
    bench.sequence += 1
    bench.frame()
    wire.full = False
    bench.clock.now += 0.1
    bench.send_backlog(2)
    assert down_track.live
    wire.room, fell_behind = 1, down_track.fell_behind

    def there_is_room_again(position: int) -> None:
        wire.room = 1000
        fell_behind(position)

    down_track.fell_behind = there_is_room_again  # type: ignore[method-assign]
    push(bench, first + 1, b"\x00late")
    push(bench, bench.sequence, b"\x00next")
    bench.track.flush()
    assert wire.room > 900
    bench.clock.now += 0.1
    bench.send_backlog(2)
    numbers = wire.sequences()
    assert sorted(numbers) == [numbers[0] + n for n in range(5)]


def test_a_retransmission_that_was_refused_does_not_count(kernel: str) -> None:
    """TCP takes none while anything waits; counted, three refusals would give the packet up."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True)
    bench.frame()
    wire.full = True
    for _ in range(5):
        bench.clock.now += 0.1
        down_track.retransmit([wire.sequences()[-1]])
    assert down_track.retransmitted == 0
    wire.full = False
    bench.clock.now += 0.1
    down_track.retransmit([wire.sequences()[-1]])
    assert len(wire.sequences(RTX_SSRC)) == down_track.retransmitted == 1


def test_a_late_packet_that_was_refused_can_be_asked_for(kernel: str) -> None:
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True)
    missing = bench.sequence
    down_track.limit(1e6)
    bench.sequence += 1
    bench.frame()
    bench.send_backlog(3)
    wire.full = True
    bench.push(b"\x00late", VP8, missing)
    wire.full = False
    down_track.retransmit([wire.sequences()[0] + 1])
    assert wire.sent[-1][4].endswith(b"late")


SPS = b"\x18\x00\x04\x67\x42\xe0\x1f\x00\x02\x68\x00"  # and PPS (STAP-A, RFC 6184 §5.7.1)


@pytest.mark.parametrize("limited", [False, True])
def test_a_keyframe_whose_first_packet_is_late_is_begun_again(kernel: str, limited: bool) -> None:
    """Without its SPS it cannot be decoded, and no receiver would know that it is missing."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    if limited:
        down_track.limit(1e6)
    first = bench.sequence
    push(bench, first, b"\x41other", H264)
    bench.timestamp += 3000
    push(bench, first + 2, b"\x7c\x85idr", H264)
    push(bench, first + 3, b"\x7c\x45idr", H264)
    bench.track.flush()
    bench.send_backlog(2)
    assert len(wire.sent) == 2
    push(bench, first + 1, SPS, H264)
    bench.track.flush()
    bench.clock.now += 0.1
    bench.send_backlog(2)
    assert [entry[4][:2] for entry in wire.sent[2:]] == [SPS[:2], b"\x7c\x85", b"\x7c\x45"]
    assert wire.sequences() == [wire.sequences()[0] + n for n in range(5)]


def test_who_joins_while_a_keyframe_is_about_to_be_delivered_gets_it_once(kernel: str) -> None:
    bench = Bench(kernel)
    bench.viewer()
    for part in range(10):
        push(bench, bench.sequence + part, b"\x10\x00" if part == 0 else b"\x00\xff%d" % part)
    down_track, wire = bench.viewer()
    assert len(wire.sent) == 10
    assert down_track.live


def keyframe(bench: SimulcastBench, layer: int, packets: int) -> None:
    """Send one that takes long on a slow link."""
    bench.times[layer] += 3000
    bench.pictures[layer] += 1
    picture = bench.pictures[layer]
    for part in range(packets):
        start = 0x90 if part == 0 else 0x80
        head = bytes([start, 0x80, 0x80 | picture >> 8, picture & 0xFF, 0])
        payload = head.ljust(1150, b".")
        number, timestamp = bench.numbers[layer] & 0xFFFF, bench.times[layer] & 0xFFFFFFFF
        header = RtpHeader(1, part == packets - 1, number, timestamp, 5, payload, 100, None)
        bench.simulcast.tracks[layer].push(header, VP8, bench.clock.now)
        bench.numbers[layer] += 1
    bench.simulcast.tracks[layer].flush()


def wait_in_vain(bench: SimulcastBench, down_track: DownTrack) -> None:
    """Until what it was sent last is in no cache any more."""
    for _ in range(600):
        bench.frames()
        for behind in list(bench.pacer.behind):
            bench.pacer.discard(behind)
            behind.send_backlog(bench.clock.now)
        if down_track.waiting:
            return
    raise AssertionError("it never gave up")


def test_time_goes_on_although_nothing_is_left_of_what_was_sent(kernel: str) -> None:
    """A keyframe on a link so slow that it was forgotten before it was sent."""
    bench = SimulcastBench(kernel)
    down_track, wire = bench.viewer()
    down_track.limit(2_000)
    keyframe(bench, 2, 60)
    wait_in_vain(bench, down_track)
    down_track.limit(None)
    down_track.switch_to(bench.simulcast.tracks[0])
    before = wire.sent[-1]
    bench.frames(key=True)
    after = next(entry for entry in wire.sent[wire.sent.index(before) + 1 :] if entry[3] == SSRC)
    assert 0 < (after[2] - before[2]) & 0xFFFFFFFF < 60 * 90_000
    ids = pictures(wire)
    assert ids[-1] == ids[-2] + 1


class Late:
    """A down track that is behind for one round."""

    def __init__(self, pump: Callable[[], None] = lambda: None) -> None:
        self.due, self.behind, self.pumped = 0.0, False, asyncio.Event()
        self._pump = pump

    def send_backlog(self, now: float) -> int:
        self.pumped.set()
        self._pump()
        return 1


async def test_one_down_track_in_trouble_does_not_stop_the_others() -> None:
    """One raises, one removes another; those after them have their turn."""
    pacer = Pacer(lambda: 1.0)

    def fail() -> None:
        raise RuntimeError("a defect")

    taken, last = Late(), Late()
    for late in (Late(fail), Late(lambda: pacer.discard(taken)), taken, last):
        pacer.add(late)
    await asyncio.wait_for(last.pumped.wait(), seconds(5))
    assert not taken.pumped.is_set()
    pacer.close()
