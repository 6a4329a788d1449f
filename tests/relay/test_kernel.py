"""Both fan-out kernels do what ``kernel`` says, and the same."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest

from liveshow.relay.kernel import Profile
from liveshow.relay.packets import parse_rtp

from .kernel_bed import PROFILES, SSRC, TAGS, Bed, Opener, burst, kernel_names, packet


@pytest.fixture(params=kernel_names())
def bed(request: pytest.FixtureRequest) -> Iterator[Bed]:
    bed = Bed(request.param)
    yield bed
    bed.close()


@pytest.mark.parametrize("profile", PROFILES)
def test_libsrtp_opens_what_a_stream_sent(bed: Bed, profile: Profile) -> None:
    """Header and payload are what ``run`` says, for sizes that need all kinds of blocks."""
    stream = bed.stream(bed.path(profile), timestamp_offset=-1)
    sizes = [1, 15, 16, 17, 100, 100, 99, 1300, 1300, 1400, 0]
    packets = burst(5, sizes, marker=True)
    assert stream.send(packets) == len(packets)
    unprotect = Opener(profile)
    for sent, data in zip(packets, bed.received(len(packets)), strict=True):
        assert len(data) == 12 + len(sent.payload) + TAGS[profile]
        header = parse_rtp(unprotect(data)) if len(data) <= 1356 else None
        assert data[:12] == struct.pack(
            "!BBHII", 0x80, 0xE0, sent.index + 1000, sent.timestamp - 1, SSRC
        )
        assert header is None or header.payload == sent.payload
    assert (stream.next, stream.packets, stream.octets) == (1016, 11, sum(sizes))


def test_a_group_sends_to_all_and_begins_with_another_each_time(bed: Bed) -> None:
    """Nobody is always last."""
    streams = [bed.stream() for _ in range(3)]
    group = bed.kernel.group(streams)
    order = []
    for turn in range(4):
        assert group.send([packet(turn)]) == []
        order.append([parse_rtp(data).ssrc - SSRC for data in bed.received(3)])
    assert order == [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 1, 2]]
