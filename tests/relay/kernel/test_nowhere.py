"""Paths without a destination: in both fan-out kernels, their packets count as sent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from liveshow.relay.kernel.protocols import Extensions, Profile
from liveshow.relay.wire.packets import parse_rtp
from tests.relay.kernel.bed import PROFILES, SSRC, Bed, Opener, Till, burst, kernel_names, packet


@pytest.fixture(params=kernel_names())
def bed(request: pytest.FixtureRequest) -> Iterator[Bed]:
    bed = Bed(request.param)
    yield bed
    bed.close()


def test_a_path_to_nowhere_counts_as_sent(bed: Bed) -> None:
    """Later packets are numbered, and can be opened, as if all had been sent."""
    path = bed.path(where=None)
    stream = bed.stream(path, sequence_offset=32_000)
    assert stream.send(burst(0, [100] * 3)) == 3
    stream.send([packet(30_000)])
    assert (stream.next, stream.packets, bed.kernel.counters()["datagrams"]) == (62_001, 4, 0)
    stream.send([packet(40_000)])
    path.send_to(bed.viewer.getsockname())
    unprotect, till = Opener(), Till()
    stream.send([packet(40_001)])
    (data,) = bed.received(1)
    # Its receiver has to know the roll-over counter: show it one of before.
    early = bed.path(where=till).stream(SSRC, 0)
    early.remap(96, 0, 32_000, 0)
    early.send([packet(0), packet(30_000)])
    for shown in till.packets:
        unprotect(shown)
    assert parse_rtp(unprotect(data)).sequence == 72_001 & 0xFFFF


@pytest.mark.parametrize("profile", PROFILES)
def test_nowhere_everything_is_counted_as_it_would_be(bed: Bed, profile: Profile) -> None:
    """Numbers, packets, octets, and sizes by transport-wide number; then it is opened."""
    carried = Extensions(
        mid_id=1, mid=b"v", abs_send_time=2, transport_cc=3, playout_delay=4, video_orientation=5
    )
    packets = [
        *burst(0, [100, 1200, 0], padding=3),
        *burst(3, [50], orientation=1),
        *burst(4, [50], playout_delay=9),
        *burst(5, [50], orientation=1, playout_delay=9, marker=True),
        *burst(40_000, [10]),
        *burst(6, [10]),
    ]
    counted = []
    for where in (Till(), None):
        path = bed.path(profile, where)
        stream = bed.stream(path, carried, first=1)
        bare = bed.stream(path, Extensions(transport_cc=1))
        plain = bed.stream(path)
        errors = bed.kernel.counters()["errors"]
        assert bed.kernel.group([stream, bare, plain]).send(packets) == []
        assert stream.retransmit(packets[0], 0, 5)
        assert plain.retransmit(packets[3], 0, 5)
        known = [entry and entry[1] for entry in path.sent(0, 20)]
        counts = [(one.next, one.packets, one.octets) for one in (stream, bare, plain)]
        counted.append((known, counts, bed.kernel.counters()["errors"] - errors))
    assert counted[0] == counted[1]
    assert len([size for size in counted[0][0] if size]) > 10
    assert counted[0][2] > 0


def test_roll_overs_on_the_way_to_nowhere_are_not_forgotten(bed: Bed) -> None:
    """RFC 3711 §3.3.1: a viewer that comes back gets packets with the counter of that time."""
    till, gone, unprotect = Till(), Till(), Opener()
    path, shown = bed.path(where=till), bed.path(where=gone)
    stream = path.stream(SSRC, 5)
    seen = shown.stream(SSRC, 5)
    stream.remap(96, 0, 0, 0)
    seen.remap(96, 0, 0, 0)
    for index in range(100, 300_000, 30_000):
        path.send_to(None if index > 100 else till)
        stream.send([packet(index)])
        seen.send([packet(index)])
        unprotect(gone.packets[-1])
    path.send_to(till)
    after = [index - 1000, index + 1, index + 2]
    stream.send([packet(index) for index in after])
    opened = [parse_rtp(unprotect(data)).sequence for data in till.packets[1:]]
    assert opened == [index & 0xFFFF for index in after]


def test_who_is_nowhere_costs_little(bed: Bed) -> None:
    """Nothing is written for them, and nothing protected."""
    packets = burst(0, [1200] * 20)

    def cost(where: Any) -> float:
        group = bed.kernel.group(bed.stream(bed.path(where=where)) for _ in range(50))
        spent = []
        for _ in range(5):
            before = time.thread_time()
            assert group.send(packets) == []
            spent.append(time.thread_time() - before)
        return min(spent)

    assert cost(None) < cost(lambda packets, again: len(packets)) / 2
