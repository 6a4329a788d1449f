"""A viewer whose link or transport takes less than is sent."""

from __future__ import annotations

import itertools

import pytest

from liveshow.relay.tracks.track import HEADER_OVERHEAD
from liveshow.relay.viewing.backlog import LATE
from liveshow.relay.viewing.down_track import FULL
from liveshow.relay.viewing.rate_limit import LEAST_DEBT
from liveshow.relay.wire.codecs import OPUS
from tests.relay.viewing.bench import Bench, SimulcastBench, pictures


def test_full_socket_sends_later_what_was_not_sent(kernel: str) -> None:
    """A short stall loses nothing."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True)
    wire.full = True
    for _ in range(5):
        bench.frame()
    assert len(wire.sent) == 1
    assert down_track.behind
    wire.full = False
    bench.send_backlog(2)
    assert len(wire.sent) == 6
    assert down_track.skips == 0


def test_late_viewer_jumps_to_the_newest_keyframe(kernel: str) -> None:
    """The drop rule: whole groups of pictures, no gap in the numbers."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True)
    wire.full = True
    for number in range(round(LATE * 30) + 5):
        bench.frame(key=number == 15)
    wire.full = False
    bench.send_backlog(3)
    assert down_track.skips == 1
    first = wire.sent[0][1]
    assert wire.sequences() == [first + n for n in range(len(wire.sent))]
    assert wire.sent[1][4].startswith(b"\x10\x00")  # begins with the keyframe
    assert len(wire.sent) == 1 + round(LATE * 30) + 5 - 15
    times = [entry[2] for entry in wire.sent]
    assert times == sorted(times)


def test_late_viewer_without_a_newer_keyframe_waits_for_one(kernel: str) -> None:
    """And asks for it, unless it is slow by itself: the others would pay."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True)
    wire.full = True
    for _ in range(round(LATE * 30) + 5):
        bench.frame()
    wire.full = False
    bench.send_backlog()
    assert down_track.waiting
    bench.tick()
    assert len(bench.asked) == 1
    bench.frame(key=True)
    assert not down_track.waiting
    assert wire.sent[-1][1] == wire.sent[0][1] + 1


def test_limited_viewer_gets_no_more_than_its_rate(kernel: str) -> None:
    """Frames that do not fit are dropped by groups, without a request upstream."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True)
    down_track.limit(20_000)
    started, count = bench.clock.now, len(wire.sent)
    for number in range(300):
        bench.frame(key=number % 60 == 0)
        bench.send_backlog(2)
    seconds = bench.clock.now - started
    sent = sum(len(entry[4]) + 60 for entry in wire.sent[count:]) * 8
    assert 0 < sent <= 20_000 * seconds * 1.1 + 8 * 15_000
    assert bench.asked == []
    down_track.limit(None)
    bench.frame(key=True)
    bench.send_backlog(3)
    before = len(wire.sent)
    bench.frame()
    assert len(wire.sent) == before + 1


def test_retransmissions_come_out_of_the_limit(kernel: str) -> None:
    """Retransmissions on a full link come out of its rate."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True, packets=200)
    down_track.limit(20_000)
    started, count = bench.clock.now, len(wire.sent)
    lost = wire.sequences()
    for _ in range(300):
        bench.clock.now += 0.01
        down_track.retransmit(lost)
    sent = sum(len(entry[4]) + HEADER_OVERHEAD for entry in wire.sent[count:]) * 8
    allowed = 20_000 * (bench.clock.now - started) + 8 * LEAST_DEBT
    assert 0.5 * allowed < sent <= 1.1 * allowed


def test_a_paused_picture_is_not_begun_by_keyframes_and_comes_back_with_the_limit(
    kernel: str,
) -> None:
    """A map of which nothing may be sent would look like a picture."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True)
    down_track.limit(0.0)
    count = len(wire.sent)
    for number in range(60):
        bench.frame(key=number % 15 == 0)
        bench.send_backlog()
    assert down_track.waiting
    assert not bench.pacer.behind
    assert len(wire.sent) == count
    assert down_track.pad(1000) == 0
    down_track.constrained = True
    bench.clock.now += 1
    bench.frame()
    bench.asked.clear()
    down_track.limit(100_000)
    bench.tick()
    assert len(bench.asked) == 1
    bench.frame(key=True)
    bench.send_backlog(2)
    assert len(wire.sent) == count + 1


def test_who_has_a_slow_link_gets_no_long_replay(kernel: str) -> None:
    """It would be seconds late with it, and never make up for that."""
    bench = Bench(kernel)
    bench.frame(key=True)
    for _ in range(30):
        bench.frame()
    down_track, wire = bench.viewer()
    bench.send_backlog(3)
    down_track.constrained = True
    down_track.source_changed()
    count = len(wire.sent)
    bench.track.resume(down_track, patient=True)
    bench.tick()
    assert len(wire.sent) == count
    assert len(bench.asked) == 1


def test_a_group_of_pictures_that_is_shown_again_goes_on_in_time_and_pictures(kernel: str) -> None:
    """Nothing else was there to show; for a decoder it is new."""
    bench = SimulcastBench(kernel)
    bench.frames(key=True)
    down_track, wire = bench.viewer()
    for _ in range(5):
        bench.frames()
    down_track.source_changed()
    bench.clock.now += 1
    bench.track.resume(down_track, patient=False)
    assert len(wire.sent) == 12
    times = [entry[2] for entry in wire.sent]
    assert all(0 < (b - a) & 0xFFFFFFFF < 1 << 31 for a, b in itertools.pairwise(times))
    ids = pictures(wire)
    assert [(b - a) & 0x7FFF for a, b in itertools.pairwise(ids)] == [1] * (len(ids) - 1)


def test_a_transport_that_takes_nothing_is_not_tried_all_the_time(kernel: str) -> None:
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True)
    wire.full = True
    bench.frame()
    now = bench.clock.now
    down_track.send_backlog(now)
    assert down_track.due == pytest.approx(now + FULL)
    wire.full = False
    down_track.limit(20_000)
    bench.frame(packets=40)
    down_track.send_backlog(now + 0.1)
    assert down_track.due > now + 0.1


def test_audio_needs_no_keyframe_and_when_late_jumps_to_now(kernel: str) -> None:
    """It starts with the next packet, and drops packets that are too old."""
    bench = Bench(kernel, "audio")
    bench.frame(codec=OPUS)
    down_track, wire = bench.viewer()
    assert wire.sent == []
    bench.frame(codec=OPUS)
    bench.frame(codec=OPUS)
    assert len(wire.sent) == 2
    wire.full = True
    for _ in range(40):
        bench.frame(codec=OPUS)
    wire.full = False
    bench.send_backlog(2)
    bench.frame(codec=OPUS)
    assert down_track.skips == 1
    assert wire.sequences() == [wire.sent[0][1] + n for n in range(4)]


def test_padding_does_not_take_the_room_of_what_waits(kernel: str) -> None:
    """And is sent again once the transport takes everything, however that came about."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True, packets=20)
    wire.full = True
    bench.frame()
    wire.full = False
    assert down_track.pad(500) == 0
    down_track.source_changed()
    bench.frame(key=True, packets=20)
    assert down_track.live
    assert down_track.pad(500) > 0
