"""A viewer that goes from one layer to another."""

from __future__ import annotations

import itertools

import pytest

from liveshow.relay.viewing.backlog import LATE
from liveshow.relay.viewing.packet_map import REPLAY_RATIO
from tests.relay.viewing.bench import RTX_SSRC, SSRC, Bench, SimulcastBench, pictures, shown


def test_a_viewer_that_waits_goes_over_with_the_time_of_what_it_gets(kernel: str) -> None:
    """An old keyframe of the other layer was sampled before the last packet that was sent."""
    bench = SimulcastBench(kernel)
    bench.frames(key=True)
    bench.reports()
    down_track, wire = bench.viewer()
    for _ in range(60):
        bench.frames()
    down_track.source_changed()
    down_track.switch_to(bench.simulcast.tracks[0])
    for _ in range(10):
        bench.send_backlog()
    bench.frames()
    assert shown(wire) == ["f", "q"]
    times = [entry[2] for entry in wire.sent]
    assert all(0 < (b - a) & 0xFFFFFFFF < 1 << 31 for a, b in itertools.pairwise(times))
    # Two seconds were sent again, a millisecond a frame; the clock did not go on for them.
    passed = (times[-1] - times[0]) & 0xFFFFFFFF
    assert passed <= 61 * 3000 + 61 * 3000 // REPLAY_RATIO + 3000


def test_who_can_go_on_no_more_does_not_wait_for_the_layer_it_left(kernel: str) -> None:
    """Its keyframe comes first, and would take the room of the smaller one."""
    bench = SimulcastBench(kernel)
    bench.frames(key=True)
    down_track, wire = bench.viewer()
    down_track.switch_to(bench.simulcast.tracks[0])
    wire.full = True
    for _ in range(round(LATE * 30) + 5):
        bench.frames()
    wire.full = False
    bench.send_backlog(2)
    assert down_track.track is bench.simulcast.tracks[0]
    assert shown(wire) == ["f", "q"]


def test_a_new_publisher_is_not_measured_by_what_the_last_one_sent(kernel: str) -> None:
    """The smallest layer has the track that had everything before."""
    bench = Bench(kernel)
    for _ in range(20):
        bench.frame(key=True, packets=50)
        bench.tick()
    bench.frame(key=True, packets=500)
    bench.publish()
    bench.tick()
    for _ in range(20):
        bench.frame()
        bench.tick()
    assert bench.track.peak < 10_000


def test_one_keyframe_does_not_make_a_layer_look_large(kernel: str) -> None:
    bench = Bench(kernel)
    for _ in range(120):
        bench.frame()
        bench.tick()
    before = bench.track.wire_rate
    bench.frame(key=True, packets=30)
    rates = []
    for _ in range(90):
        bench.frame()
        bench.tick()
        rates.append(bench.track.wire_rate)
    assert max(rates) < 2 * before


@pytest.mark.parametrize("reported", [True, False])
def test_switch_to_another_layer_goes_on_in_numbers_time_and_pictures(
    kernel: str, reported: bool
) -> None:
    """At a keyframe of that layer, with nothing missing and nothing twice."""
    bench = SimulcastBench(kernel)
    bench.frames(key=True)
    if reported:
        bench.reports()
    down_track, wire = bench.viewer()
    for _ in range(3):
        bench.frames()
    low = bench.simulcast.tracks[0]
    down_track.switch_to(low)
    bench.tick()
    assert bench.asked == [low]
    bench.frames()  # goes on as it was until the keyframe
    assert shown(wire) == ["f"]
    bench.frames(key=True)
    for _ in range(4):
        bench.frames()
    assert shown(wire) == ["f", "q"]
    down_track.switch_to(bench.simulcast.tracks[2])
    bench.frames(key=True)
    bench.frames()
    assert shown(wire) == ["f", "q", "f"]
    first = wire.sent[0][1]
    assert wire.sequences() == [first + n for n in range(len(wire.sent))]
    times = [entry[2] for entry in wire.sent]
    steps = [(b - a) & 0xFFFFFFFF for a, b in itertools.pairwise(times)]
    # The frame at the switch exists in both layers, and is sent of both.
    assert all(0 < step <= 2 * 3000 for step in steps)
    ids = pictures(wire)
    assert [(b - a) & 0x7FFF for a, b in itertools.pairwise(ids)] == [1] * (len(ids) - 1)


def test_retransmission_after_a_switch_is_of_the_layer_that_was_sent(kernel: str) -> None:
    """Numbers of the layer before are not answered with packets of the present one."""
    bench = SimulcastBench(kernel)
    bench.frames(key=True)
    down_track, wire = bench.viewer()
    bench.frames()
    before = wire.sent[-1]
    down_track.switch_to(bench.simulcast.tracks[0])
    bench.frames(key=True)
    bench.frames()
    bench.clock.now += 1
    down_track.retransmit([before[1], wire.sent[-1][1]])
    again = [entry for entry in wire.sent if entry[3] == RTX_SSRC]
    assert len(again) == 1
    assert again[0][4][2:] == [e for e in wire.sent if e[3] == SSRC][-1][4]


def test_wish_that_is_taken_back_changes_nothing(kernel: str) -> None:
    """The keyframe of the other layer comes, and the viewer stays."""
    bench = SimulcastBench(kernel)
    bench.frames(key=True)
    down_track, wire = bench.viewer()
    down_track.switch_to(bench.simulcast.tracks[0])
    down_track.switch_to(bench.simulcast.tracks[2])
    bench.frames(key=True)
    bench.frames()
    assert shown(wire) == ["f"]
    assert down_track.target is bench.simulcast.tracks[2]


def test_wish_ends_with_who_had_it(kernel: str) -> None:
    """No viewer needs a keyframe of that layer any more: none is requested."""
    bench = SimulcastBench(kernel)
    bench.frames(key=True)
    down_track, _ = bench.viewer()
    bench.frames()
    down_track.switch_to(bench.simulcast.tracks[0])
    down_track.switch_to(bench.simulcast.tracks[2])
    bench.tick()
    assert bench.asked == []
    down_track.switch_to(bench.simulcast.tracks[0])
    down_track.leave()
    bench.clock.now += 1
    bench.frames()
    bench.tick()
    assert bench.asked == []


def test_publisher_without_simulcast_after_one_with_it_is_followed(kernel: str) -> None:
    """Viewers of another layer get the only one that is left."""
    bench = SimulcastBench(kernel)
    bench.frames(key=True)
    down_track, wire = bench.viewer()
    bench.frames()
    bench.layers = ("",)
    bench.publish()
    down_track.switch_to(bench.simulcast.best)
    bench.frames(key=True, layers=(0,))
    bench.frames(layers=(0,))
    assert shown(wire) == ["f", "q"]
    assert bench.simulcast.layers == [bench.simulcast.tracks[0]]


def test_frame_numbers_of_av1_go_on_in_another_layer(kernel: str) -> None:
    """faults.md 36: each layer counts by itself; a viewer that changes sees one row of frames."""
    bench = SimulcastBench(kernel)
    bench.av1 = True
    bench.frames(key=True)
    down_track, _ = bench.viewer()
    taken: list[tuple[int, int]] = []
    remap = down_track._remap

    def noted(first: int) -> None:
        remap(first)
        assert down_track._map is not None
        packet = down_track.track.cache.get(first)
        assert packet is not None
        frame = int.from_bytes(packet.descriptor[1:3], "big") + down_track._map.frame_offset
        taken.append((bench.simulcast.tracks.index(down_track.track), frame & 0xFFFF))

    down_track._remap = noted  # type: ignore[method-assign]
    bench.frames()
    down_track.switch_to(bench.simulcast.tracks[0])
    last = bench.described[2]
    bench.frames(key=True)
    down_track.switch_to(bench.simulcast.tracks[2])
    bench.frames()
    bench.frames(key=True)
    assert taken == [(0, last + 1 & 0xFFFF), (2, last + 4 & 0xFFFF)]
