"""A sink beside the viewers of a real publisher: complete, decodable, and no burden."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from liveshow.errors import Conflict
from liveshow.relay.wire.packets import Packet
from tests.relay.peers import publishing, serve, video, watching
from tests.relay.tracks.test_sinks import Collector, Failing
from tests.support import eventually


def vp8_frames(packets: Sequence[Packet]) -> list[bytes]:
    """Put frames together from packets of VP8 (RFC 7741 §4): their order, none left out."""
    frames: list[bytes] = []
    for packet in packets:
        payload = packet.payload
        at = 1
        if payload[0] & 0x80:
            flags, at = payload[1], 2
            if flags & 0x80:
                at += 2 if payload[at] & 0x80 else 1
            at += bool(flags & 0x40) + bool(flags & 0x30)
        if payload[0] & 0x10:
            frames.append(b"")
        frames[-1] += payload[at:]
    return frames


async def test_a_sink_collects_what_the_publisher_sends_from_a_keyframe_on() -> None:
    """Every frame is the encoder's, byte for byte, and the first one is a keyframe."""
    clip = [data for data, _, _ in video("VP8")[0]]
    sink = Collector()
    async with serve() as server, publishing(server, "VP8") as host:
        await server.until("started")
        await eventually(lambda: host.video.number > 10, within=15)
        server.relay.add_sink("demo", "video", sink)
        assert sink.packets[0].keyframe, "the group of pictures so far came at once"
        async with watching(server) as viewer:
            await viewer.more("video", 40)
        await eventually(lambda: len(vp8_frames(sink.packets)) > 60, within=15)
    *frames, _ = vp8_frames(sink.packets)  # the last one may be cut off by the end
    first = clip.index(frames[0])
    assert frames == [clip[(first + number) % len(clip)] for number in range(len(frames))]
    assert sink.indices == list(range(sink.indices[0], sink.indices[0] + len(sink.packets)))
    assert all(burst == sorted(burst, key=lambda packet: packet.index) for burst in sink.bursts)
    await eventually(lambda: sink.closed == 1, what="the relay is closed")


async def test_a_sink_that_raises_hurts_no_viewer_and_no_other_sink() -> None:
    """Pictures and sound go on, for viewers and for the sink beside it."""
    failing, other, sound = Failing(), Collector(), Collector()
    async with serve() as server, publishing(server, "VP8"):
        await server.until("started")
        async with watching(server) as viewer:
            await viewer.more("video", 5)
            server.relay.add_sink("demo", "video", failing)
            server.relay.add_sink("demo", "video", other)
            remove = server.relay.add_sink("demo", "audio", sound)
            await viewer.more("video", 20)
            await viewer.more("audio", 10)
            await eventually(lambda: len(sound.packets) > 10)
            remove()
            heard = len(sound.packets)
            await viewer.more("audio", 10)
            assert len(sound.packets) == heard
            assert len(failing.bursts) == 2
            assert len(other.bursts) > 10
            stats = server.relay.show_stats("demo")
            assert stats is not None
            assert stats.freezes == 0
            assert server.relay.totals().datagrams["dropped"] == 0


async def test_a_sink_follows_the_next_publisher_and_ends_with_the_show() -> None:
    """It begins anew at the keyframe of the next publisher."""
    sink = Collector()
    async with serve() as server:
        with pytest.raises(Conflict, match="not_live"):
            server.relay.add_sink("demo", "video", sink)
        async with publishing(server, "VP8") as host:
            await server.until("started")
            server.relay.add_sink("demo", "video", sink)
            await eventually(lambda: len(sink.bursts) > 5)
            await host.delete()
        before = len(sink.packets)
        async with publishing(server, "H264"):
            await eventually(lambda: len(sink.packets) > before + 5, within=15)
        assert (sink.packets[before].codec, sink.packets[before].keyframe) == ("H264", True)
        await server.relay.close_show("demo")
        assert sink.closed == 1
