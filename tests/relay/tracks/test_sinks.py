"""Sinks of a track that is fed by hand: their beginning, their packets, and failing ones."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from liveshow.relay.tracks.sinks import MAX_SINKS, Sink, SinkQueue
from liveshow.relay.wire.codecs import H264, OPUS, VP8
from liveshow.relay.wire.packets import Packet
from tests.relay.viewing.bench import Bench
from tests.support import seconds


class Collector:
    """A sink that keeps every burst."""

    def __init__(self) -> None:
        self.bursts: list[list[Packet]] = []
        self.closed = 0

    def take(self, burst: Sequence[Packet]) -> None:
        self.bursts.append(list(burst))

    def close(self) -> None:
        self.closed += 1

    @property
    def packets(self) -> list[Packet]:
        return [packet for burst in self.bursts for packet in burst]

    @property
    def indices(self) -> list[int]:
        return [packet.index for packet in self.packets]


class Failing(Collector):
    """A sink that raises at its second burst, and when it is closed."""

    def take(self, burst: Sequence[Packet]) -> None:
        super().take(burst)
        if len(self.bursts) > 1:
            raise OSError("the disk is full")

    def close(self) -> None:
        super().close()
        raise OSError("the disk is full")


def packet(index: int, *, key: bool = False, codec: str = VP8) -> Packet:
    return Packet(index, 3000 * index, True, codec, b"x", key, 0.0)


@pytest.fixture
def bench() -> Bench:
    return Bench("python")


def test_a_sink_that_joins_is_given_the_group_of_pictures_so_far(bench: Bench) -> None:
    """It begins with the keyframe, in one burst, and goes on with every burst after it."""
    bench.frame(key=True, packets=3)
    bench.frame(packets=2)
    sink = Collector()
    bench.track.add_sink(sink)
    bench.frame()
    assert [len(burst) for burst in sink.bursts] == [5, 1]
    assert sink.packets[0].keyframe
    assert sink.indices == list(range(sink.indices[0], sink.indices[0] + 6))
    bench.tick()
    assert not bench.asked, "the keyframe was in the cache"


def test_a_sink_without_a_keyframe_in_reach_asks_for_one_and_waits(bench: Bench) -> None:
    """It gets no packet from before the keyframe."""
    sink = Collector()
    bench.track.add_sink(sink)
    bench.frame()
    bench.tick()
    assert bench.asked == [bench.track]
    assert not sink.bursts
    bench.frame(key=True, packets=2)
    assert sink.packets[0].keyframe
    assert len(sink.packets) == 2


def test_a_sink_begins_anew_at_a_keyframe_when_the_publisher_or_codec_changes(
    bench: Bench,
) -> None:
    """Packets of a new publisher or codec before its keyframe cannot be decoded."""
    sink = Collector()
    bench.frame(key=True)
    bench.track.add_sink(sink)
    bench.publish()
    bench.sequence, bench.timestamp = 40_000, 7
    bench.frame()
    assert len(sink.packets) == 1
    bench.frame(key=True)
    bench.frame(codec=H264)
    bench.frame(key=True, codec=H264)
    assert [(p.keyframe, p.codec) for p in sink.packets] == [(True, VP8)] * 2 + [(True, H264)]


def test_a_repaired_packet_comes_late_but_never_one_from_before_the_beginning(
    bench: Bench,
) -> None:
    """A retransmission of the group that the sink has is passed on, an older one is not."""
    bench.frame(key=True)
    bench.frame()
    lost_before, bench.sequence = bench.sequence, bench.sequence + 1
    bench.frame(key=True)
    sink = Collector()
    bench.track.add_sink(sink)
    lost_after, bench.sequence = bench.sequence, bench.sequence + 1
    bench.frame()
    for number in (lost_before, lost_after):
        bench.push(b"\x10\x01", VP8, number)
    first = sink.indices[0]
    assert sink.indices == [first, first + 2, first + 1]


def test_a_keyframe_whose_first_packet_comes_late_is_complete(bench: Bench) -> None:
    """The SPS that was overtaken by its slice is not taken for something older."""
    sps, bench.sequence = bench.sequence, bench.sequence + 1
    sink = Collector()
    bench.track.add_sink(sink)
    bench.push(b"\x65slice", H264)
    bench.push(b"\x67\x42\xe0\x1f", H264, sps)
    assert [packet.payload[0] for packet in sink.packets] == [0x65, 0x67]


def test_a_sink_that_raises_is_removed_and_nobody_else_notices(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """Viewers and the other sinks get every packet; the exception is logged once."""
    failing, other = Failing(), Collector()
    _, wire = bench.viewer()
    bench.frame(key=True)
    bench.track.add_sink(failing)
    bench.track.add_sink(other)
    for _ in range(5):
        bench.frame()
    assert len(failing.bursts) == 2
    assert len(other.packets) == len(wire.sent) == 6
    assert caplog.text.count("a sink raised and was removed") == 1


def test_viewers_are_served_before_sinks(bench: Bench) -> None:
    """A sink that takes its time delays no packet of the burst that it holds up."""
    _, wire = bench.viewer()
    sent: list[int] = []

    class Slow(Collector):
        def take(self, burst: Sequence[Packet]) -> None:
            sent.append(len(wire.sent))

    bench.track.add_sink(Slow())
    bench.frame(key=True)
    bench.frame()
    assert sent == [1, 2]


def test_sound_begins_with_the_next_packet() -> None:
    """Every packet of Opus can be decoded alone."""
    bench = Bench("python", kind="audio")
    bench.frame(codec=OPUS)
    sink = Collector()
    bench.track.add_sink(sink)
    bench.frame(codec=OPUS)
    bench.publish()
    bench.frame(codec=OPUS)
    assert len(sink.packets) == 2


def test_a_removed_sink_gets_nothing_and_its_wish_for_a_keyframe_is_forgotten(
    bench: Bench,
) -> None:
    """A keyframe that no sink and no viewer needs is not requested."""
    sink = Collector()
    bench.track.add_sink(sink)
    bench.track.remove_sink(sink)
    bench.tick()
    bench.frame(key=True)
    assert not bench.asked
    assert not sink.bursts
    bench.track.remove_sink(sink)


def test_sinks_are_told_once_that_the_track_has_ended(bench: Bench) -> None:
    """One that raises does not keep the others from being told."""
    sinks: list[Collector] = [Failing(), Collector()]
    for sink in sinks:
        bench.track.add_sink(sink)
    bench.simulcast.close()
    bench.simulcast.close()
    assert [sink.closed for sink in sinks] == [1, 1]


def test_a_track_has_a_bounded_number_of_sinks(bench: Bench) -> None:
    """One more is refused, one that is there already is not counted twice."""
    sinks: list[Sink] = [Collector() for _ in range(MAX_SINKS)]
    for sink in [*sinks, sinks[0]]:
        bench.track.add_sink(sink)
    with pytest.raises(ValueError, match="at most"):
        bench.track.add_sink(Collector())


async def test_a_full_queue_drops_up_to_the_next_keyframe() -> None:
    """All packets read can be decoded: no group of pictures has a gap."""
    queue = SinkQueue(limit=4)
    queue.take([packet(0, key=True), packet(1), packet(2)])
    queue.take([packet(3), packet(4)])  # no room for both
    queue.take([packet(5)])
    assert [p.index for p in await queue.read()] == [0, 1, 2]
    queue.take([packet(6)])
    queue.take([packet(7), packet(8, key=True), packet(9)])
    assert [p.index for p in await queue.read()] == [8, 9]
    assert queue.dropped == 5


async def test_a_full_queue_of_sound_goes_on_as_soon_as_there_is_room() -> None:
    """Only the packets that found no room are missing."""
    queue = SinkQueue(limit=2)
    for index in range(3):
        queue.take([packet(index, codec=OPUS)])
    await queue.read()
    queue.take([packet(3, codec=OPUS)])
    assert [p.index for p in await queue.read()] == [3]
    assert queue.dropped == 1


async def test_reading_a_queue_waits_for_packets_and_ends_with_the_track() -> None:
    """The reader wakes for a packet, gets the rest after the end, and then nothing."""
    queue = SinkQueue()
    reading = asyncio.ensure_future(queue.read())
    await asyncio.sleep(0)
    queue.take([packet(0, key=True)])
    async with asyncio.timeout(seconds(5)):
        assert len(await reading) == 1
        queue.take([packet(1)])
        queue.close()
        assert len(await queue.read()) == 1
        assert await queue.read() == []
