"""Media that is legal and that no browser sends: it is passed on, or its host hears why not.

Real aiortc peers, whose packets are changed before they are encrypted.
"""

from __future__ import annotations

import base64
import functools
import logging
from collections.abc import Callable
from typing import Any

import pylibsrtp
import pytest
from pylibsrtp._binding import ffi

from liveshow.relay.publishing.publisher import UNKNOWN, Publisher
from liveshow.relay.words import TROUBLES, summary
from tests.relay.hostile.attack import Forger, session_of
from tests.relay.peers import Encoded, PublishingPeer, Server, publishing, serve, video, watching
from tests.support import eventually

START = b"\x00\x00\x00\x01"


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let aiortc encrypt packets of any length: pylibsrtp's buffer ends at 1,356 bytes."""
    begin = pylibsrtp.Session.__init__

    def enlarged(self: Any, policy: pylibsrtp.Policy | None = None) -> None:
        begin(self, policy)
        self._cdata = ffi.new("char[]", 4096)
        self._buffer = ffi.buffer(self._cdata)

    monkeypatch.setattr("pylibsrtp.Session.__init__", enlarged)


@pytest.fixture
def long_packets(monkeypatch: pytest.MonkeyPatch, roomy: None) -> int:
    """What ``rtph264pay mtu=1440`` sends: aiortc's packetizers fill 1,428 bytes."""
    size = 1428
    monkeypatch.setattr("aiortc.codecs.h264.PACKET_MAX", size)
    monkeypatch.setattr("aiortc.codecs.vpx.PACKET_MAX", size)
    return size


def units(frame: bytes) -> list[bytes]:
    """Return the NAL units of a frame of Annex B."""
    return [unit for part in frame.split(START) for unit in part.split(START[1:]) if unit]


@functools.cache
def without_sets(first: bool) -> Encoded:
    """The clip with SPS and PPS in its first keyframe only, or nowhere."""
    clip, kept = [], first
    for data, pts, key in video("H264")[0]:
        named = [unit for unit in units(data) if kept or unit[0] & 0x1F not in (7, 8)]
        kept = False
        clip.append((b"".join(START + unit for unit in named), pts, key))
    return clip


@functools.cache
def parameter_sets() -> list[bytes]:
    return [unit for unit in units(video("H264")[0][0][0]) if unit[0] & 0x1F in (7, 8)]


class Host(PublishingPeer):
    """A publisher whose offer is changed before it is posted."""

    amend: Callable[[str], str] = staticmethod(lambda sdp: sdp)

    async def connect(self) -> Any:
        post = self.server.http.post

        def amended(url: str, *, data: str, headers: dict[str, str]) -> Any:
            return post(url, data=self.amend(data), headers=headers)

        self.server.http.post = amended  # type: ignore[method-assign]
        try:
            return await super().connect()
        finally:
            self.server.http.post = post  # type: ignore[method-assign]


def publisher_of(server: Server, host: PublishingPeer) -> Publisher:
    media = session_of(server, host).media
    assert isinstance(media, Publisher)
    return media


def said(server: Server) -> str:
    stats = server.relay.show_stats("demo")
    assert stats is not None
    return summary(stats, own=True)


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_packets_longer_than_viewers_get_are_cut_in_two(
    codec: str, long_packets: int
) -> None:
    """faults.md 33: 1,391 to 1,460 bytes of payload; every picture is decoded, none is lost."""
    async with serve() as server, publishing(server, codec) as host, watching(server) as viewer:
        await viewer.more("video", 40)
        track = server.relay._shows["demo"].simulcasts["video"].tracks[0]
        sizes = {len(packet.payload) for packet in track.cache._packets.values()}
        assert max(sizes) < long_packets  # and there were such packets:
        cut = {
            size for size in sizes if size * 2 > long_packets - 10 and size < long_packets // 2 + 8
        }
        assert cut
        stats = server.relay.show_stats("demo")
        assert stats is not None
        assert stats.lost_packets == 0
        assert publisher_of(server, host).troubles.counts.total() == 0


async def test_a_lost_packet_of_those_that_are_cut_is_repaired(long_packets: int) -> None:
    """faults.md 33: room for both halves is kept, whatever of them comes late."""
    async with serve() as server, publishing(server, "H264") as host, watching(server) as viewer:
        await viewer.more("video", 10)
        forger = Forger(host)
        protect, dropped = forger._protect, 0

        async def lossy(data: bytes) -> None:
            nonlocal dropped
            if forger.forwarded % 7 == 3 and int.from_bytes(data[8:12]) == forger.ssrc:
                dropped += 1
                return
            await protect(data)

        forger._protect = lossy
        await forger.more(60)
        forger._protect = protect
        await viewer.more("video", 20)
        assert dropped > 4
        # Repaired before it was passed on: nothing that viewers were sent has a gap.
        track = server.relay._shows["demo"].simulcasts["video"].tracks[0]
        end = track.cache.head
        assert track.cache.missing(end - 150, end - 10) == 0


async def test_what_cannot_be_cut_is_refused_aloud(
    roomy: None, caplog: pytest.LogCaptureFixture
) -> None:
    """faults.md 33: the host's page and the log say what to set, once and not for each packet."""
    async with serve() as server, publishing(server, "H264") as host:
        await server.until("started")
        forger = Forger(host)
        await forger.more()
        with caplog.at_level(logging.WARNING, "liveshow.relay.relay"):
            for _ in range(3):
                await forger.insert(b"\x1f" + bytes(1400))  # no NAL unit of mode 1
            await eventually(lambda: TROUBLES["too_long"] in said(server))
        assert "1,200 bytes" in said(server)
        stats = server.relay.show_stats("demo")
        assert stats is not None
        assert not stats.healthy
        figures = stats.json()["publisher"]
        assert figures["refused"] == 3
        assert figures["troubles"] == ["too_long"]
        assert [record.message for record in caplog.records] == [
            f"publisher of demo: too_long: {TROUBLES['too_long']}"
        ]


async def test_datagrams_longer_than_any_that_is_read_are_refused_aloud(roomy: None) -> None:
    """faults.md 33: an encoder of 1,500 bytes a packet, before encryption."""
    async with serve() as server, publishing(server, "VP8") as host:
        await server.until("started")
        forger = Forger(host)
        await forger.more()
        await forger.insert(b"\x10" + bytes(1490))
        await eventually(lambda: TROUBLES["too_long"] in said(server))


async def test_parameter_sets_of_the_first_keyframe_are_repeated_to_joiners() -> None:
    """faults.md 34: SPS and PPS once, then never again."""
    async with serve() as server:
        host = PublishingPeer(server, "H264")
        host.video._packets = without_sets(first=True)
        try:
            await host.connect()
            host.video._packets = without_sets(first=False)
            await server.until("started")
            async with watching(server) as first:
                await first.more("video", 40)
            host_track = server.relay._shows["demo"].simulcasts["video"].tracks[0]
            assert host_track.profile is not None
            async with watching(server) as late:
                await late.more("video", 20)
            assert host_track.undecodable == 0
        finally:
            await host.close()


async def test_parameter_sets_of_the_offer_are_sent_with_keyframes() -> None:
    """faults.md 34: ``sprop-parameter-sets`` only (RFC 6184 §8.1), as FFmpeg and cameras do."""
    sprop = ",".join(base64.b64encode(unit).decode() for unit in parameter_sets())
    async with serve() as server:
        host = Host(server, "H264")
        host.video._packets = without_sets(first=False)
        host.amend = lambda sdp: sdp.replace(  # type: ignore[method-assign]
            "packetization-mode=1", f"packetization-mode=1;sprop-parameter-sets={sprop}"
        )
        try:
            await host.connect()
            async with watching(server) as viewer:
                await viewer.more("video", 20)
        finally:
            await host.close()


async def test_a_picture_without_any_parameter_sets_is_told_to_its_host() -> None:
    """faults.md 34: then nobody can decode it, and "sees the full picture" would be a lie."""
    async with serve() as server:
        host = PublishingPeer(server, "H264")
        host.video._packets = without_sets(first=False)
        try:
            await host.connect()
            await server.until("started")
            await eventually(lambda: TROUBLES["no_parameter_sets"] in said(server))
        finally:
            await host.close()


async def test_a_picture_without_keyframes_is_told_to_its_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """superuser404notfound/AetherEngine#133: FFmpeg with ``intra-refresh=1``, which answers none.

    SPS and PPS come again and again, and an IDR picture at the beginning only.
    """
    monkeypatch.setattr("liveshow.relay.tracks.keyframes.MAX_UNANSWERED", 2)
    sets = b"".join(START + unit for unit in parameter_sets())
    async with serve() as server:
        host = PublishingPeer(server, "H264")
        host.video._packets = [
            (sets + data, pts, False) for data, pts, key in video("H264")[0] if not key
        ]
        try:
            await host.connect()
            await server.until("started")
            async with watching(server):
                await eventually(lambda: TROUBLES["no_keyframes"] in said(server))
            assert "full picture" not in said(server)
            stats = server.relay.show_stats("demo")
            assert stats is not None
            assert stats.layers[0].keyframe_age is None
        finally:
            await host.close()


async def test_an_ssrc_that_was_not_announced_counts_by_its_mid_and_type() -> None:
    """faults.md 37: ``a=ssrc`` is a hint (RFC 9143 §9.2). RTX that names the announced one, too."""
    async with serve() as server:
        host = Host(server, "VP8")
        sender = host.pc.getTransceivers()[-1].sender
        announced = str(sender._ssrc)
        host.amend = lambda sdp: sdp.replace(announced, "2000")  # type: ignore[method-assign]
        try:
            await host.connect()
            async with watching(server) as viewer:
                await viewer.more("video", 20)
                assert publisher_of(server, host).troubles.counts.total() == 0
        finally:
            await host.close()


async def test_sources_that_belong_to_nothing_are_told_to_their_host() -> None:
    """faults.md 37: layers that are named in the offer, and packets that name none of them."""
    async with serve() as server:
        host = Host(server, "VP8")
        ssrc = host.pc.getTransceivers()[-1].sender._ssrc
        host.amend = lambda sdp: sdp.replace(  # type: ignore[method-assign]
            f"a=ssrc:{ssrc} cname", f"a=ssrc-group:SIM 71 72\r\na=ssrc:{ssrc} cname"
        )
        try:
            await host.connect()
            await eventually(lambda: TROUBLES["unknown_source"] in said(server))
            counts = publisher_of(server, host).troubles.counts
            assert counts["unknown_source"] >= 1
            assert UNKNOWN > 1
        finally:
            await host.close()


async def test_b_frames_are_told_to_their_host() -> None:
    """faults.md 39: pictures that are older than the one sent before them jerk in browsers."""
    async with serve() as server:
        host = PublishingPeer(server, "H264")
        receive = host.video.recv

        async def reordered() -> Any:
            packet = await receive()
            number = host.video.number - 1
            packet.pts += (0, 3000, -3000)[number % 3]  # I, then the later one, then the one before
            return packet

        host.video.recv = reordered  # type: ignore[method-assign]
        try:
            await host.connect()
            await server.until("started")
            await eventually(lambda: TROUBLES["b_frames"] in said(server))
        finally:
            await host.close()
    async with serve() as server, publishing(server, "H264"), watching(server) as viewer:
        await viewer.more("video", 40)
        assert TROUBLES["b_frames"] not in said(server)
