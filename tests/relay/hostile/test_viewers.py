"""A viewer that was let in and reports nonsense, or very much of it: it harms itself alone."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from liveshow.relay.tracks.keyframes import MIN_INTERVAL
from liveshow.relay.transport.dtls_srtp import MAX_SOURCES
from liveshow.relay.transport.peer import RECORDS, RECORDS_PER_SECOND
from liveshow.relay.viewing import retransmissions
from liveshow.relay.viewing.down_track import MAX_GAPS, DownTrack
from liveshow.relay.viewing.viewer import KEYFRAME_CREDIT, MANY_GONE, Viewer
from liveshow.relay.wire import rtcp
from tests.relay.hostile.attack import Forger, attacked, breathe, session_of, taken
from tests.relay.kernel.bed import kernel_names
from tests.relay.peers import Server, ViewingPeer, watching
from tests.support import eventually


@asynccontextmanager
async def liar(kernel: str) -> AsyncIterator[tuple[Server, ViewingPeer, Viewer, Forger]]:
    """A viewer with bad intentions beside one that must not notice."""
    async with (
        attacked(kernel=kernel) as (server, _, _stranger),
        watching(server) as peer,
    ):
        await peer.more("video", 3)
        viewer = session_of(server, peer).media
        assert isinstance(viewer, Viewer)
        yield server, peer, viewer, Forger(peer)
        assert session_of(server, peer).peer.connected
        assert others_are_well(server, viewer)


def others_are_well(server: Server, viewer: Viewer) -> bool:
    """Tell whether all other viewers get the full picture."""
    others = [session.media for session in server.relay._shows["demo"].viewers.values()]
    return all(
        isinstance(other, Viewer) and not other.limited and not other.down_tracks[0].limited
        for other in others
        if other is not viewer
    )


def picture(viewer: Viewer) -> DownTrack:
    assert viewer.video is not None
    return viewer.video


def nack(ssrc: int, first: int, count: int = 4080) -> bytes:
    """Ask for ``count`` numbers, in as few bytes as there can be."""
    items = b"".join(struct.pack("!HH", first + n & 0xFFFF, 0xFFFF) for n in range(0, count, 17))
    return struct.pack("!BBHII", 0x81, 205, 2 + len(items) // 4, 1, ssrc) + items


@pytest.mark.slow
@pytest.mark.parametrize("kernel", kernel_names())
async def test_asking_for_everything_again_and_again_gets_a_bounded_share(
    kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All 65,536 numbers, and the newest ones all the time."""
    burst, rate = 20_000.0, 5_000.0  # little, so that a short show has more than that
    monkeypatch.setattr(retransmissions, "RETRANSMISSION_BURST", burst)
    monkeypatch.setattr(retransmissions, "RETRANSMISSION_RATE", rate)
    async with liar(kernel) as (server, peer, viewer, forger):
        down_track = picture(viewer)
        resent = down_track._rtx.octets
        began, report = time.monotonic(), rtcp.receiver_report(1)
        await forger.send(report + nack(down_track.ssrc, down_track.stream.next - 10, 10))
        await eventually(lambda: down_track.retransmitted > 0)
        for first in range(0, 65_536, 510):
            await forger.send(report + nack(down_track.ssrc, first, 510))
        for _ in range(40):
            for back in (0, 100, 200):
                newest = down_track.stream.next - 1 - back
                await forger.send(report + nack(down_track.ssrc, newest - 500, 510))
                await forger.send(report + nack(down_track.ssrc ^ 1, newest - 500, 510))
            await peer.more("video", 1)
        await taken(server, 1)
        elapsed = time.monotonic() - began
        stream = down_track.track.wire_rate / 8
        most = max(burst, 1.2 * stream) + max(rate, 1.2 * stream) * elapsed + 2000
        assert down_track._rtx.octets - resent < most
        assert (
            len(down_track._retransmitter._budget._counted) <= retransmissions.RETRANSMISSION_MEMORY
        )
        assert len(down_track._gaps) <= MAX_GAPS


async def test_asking_for_what_is_gone_does_not_ask_for_keyframes_all_the_time() -> None:
    """Each such request could ask for a keyframe that all viewers pay for."""
    async with attacked() as (server, watcher, _):
        viewer = session_of(server, watcher).media
        assert isinstance(viewer, Viewer)
        down_track, show = picture(viewer), server.relay._shows["demo"]
        asked = 0

        def ask() -> None:
            asked_before = len(show.simulcasts["video"].requests._wanted)
            viewer.on_rtcp([rtcp.Nack(down_track.ssrc, [1] * (MANY_GONE + 1))])
            nonlocal asked
            asked += len(show.simulcasts["video"].requests._wanted) > asked_before

        down_track.retransmit = lambda sequences: len(sequences)  # type: ignore[method-assign]
        for _ in range(100):
            show.simulcasts["video"].requests.keyframe_arrived(show.simulcasts["video"].tracks[0])
            ask()
        assert 1 <= asked <= KEYFRAME_CREDIT


@pytest.mark.slow
@pytest.mark.parametrize("kernel", kernel_names())
async def test_flood_of_reports_is_not_read(kernel: str) -> None:
    """Compounds as full as they can be, of everything there is."""
    async with liar(kernel) as (server, _, viewer, forger):
        ssrc = picture(viewer).ssrc
        block = rtcp.ReportBlock(ssrc, 255, -1, 0xFFFFFFFF, 0xFFFFFFFF, 1, 0xFFFFFFFF)
        compounds = [
            rtcp.receiver_report(1, [block] * 31),
            rtcp.receiver_report(1) + rtcp.remb(1, 0, [ssrc]) * 40,
            rtcp.receiver_report(1) + rtcp.pli(1, ssrc) * 90,
            rtcp.receiver_report(1) + rtcp.bye([ssrc, *range(30)]) * 8,
            rtcp.receiver_report(1) + os.urandom(800),
        ]
        read, began, original = 0, time.monotonic(), viewer.on_rtcp

        def count(records: list[rtcp.Record]) -> None:
            nonlocal read
            read += len(records)
            original(records)

        viewer.on_rtcp = count  # type: ignore[method-assign]
        for number in range(4000):
            await forger.send(compounds[number % len(compounds)])
            await breathe(number)
        await eventually(lambda: server.relay._endpoint.mux.dropped["rtcp_flood"] > 2000)
        elapsed = time.monotonic() - began
        assert 0 < read < RECORDS + RECORDS_PER_SECOND * elapsed + 200
        requests = server.relay._shows["demo"].simulcasts["video"].requests
        assert requests.sent <= KEYFRAME_CREDIT + 2 + elapsed / MIN_INTERVAL / 10 + 10


@pytest.mark.slow
@pytest.mark.parametrize("bitrate", [0, 1, (0x3FFFF << 63) - 1])
async def test_lies_about_bandwidth_harm_who_tells_them(bitrate: int) -> None:
    """Nothing, next to nothing, and more than there is in the world."""
    async with liar("python") as (server, peer, viewer, forger):
        ssrc, bitrate_before = picture(viewer).ssrc, picture(viewer).track.wire_rate
        for _ in range(20):
            await forger.send(rtcp.receiver_report(1) + rtcp.remb(1, bitrate, [ssrc]))
            await peer.more("audio", 2)
            assert others_are_well(server, viewer)
        assert viewer.bitrate < 2 * max(bitrate_before, 2_000_000)


def feedback(base: int, count: int, symbol: int, delta: bytes, reference: int = 0) -> bytes:
    """Write transport-wide feedback about ``count`` packets, all the same."""
    fci = struct.pack("!HHI", base & 0xFFFF, count, reference << 8 & 0xFFFFFFFF)
    chunk = struct.pack("!H", symbol << 13 | count & 0x1FFF)
    body = fci + chunk + delta
    body += bytes(-len(body) % 4)
    return struct.pack("!BBHII", 0x8F, 205, 2 + len(body) // 4, 1, 2) + body


@pytest.mark.slow
@pytest.mark.parametrize("kernel", kernel_names())
async def test_lies_about_arrival_are_read_in_moderation(kernel: str) -> None:
    """Of packets that were never sent, at times that cannot be, more than there were."""
    async with liar(kernel) as (server, _, viewer, forger):
        octets, began = picture(viewer).stream.octets, time.monotonic()
        assert viewer._adaptation is not None
        congestion = viewer._adaptation._congestion
        congestion._transport_wide = True  # aiortc does not negotiate it
        congestion.behind(time.monotonic())  # trouble: feedback is listened to
        for number in range(2000):
            await forger.send(
                rtcp.receiver_report(1)
                + (
                    feedback(number * 37, 1000, 1, b"\0" * 1000),
                    feedback(number, 8191, 0, b""),
                    feedback(number, 300, 2, b"\x80\x00\x7f\xff" * 150, number << 18),
                    feedback(65_000, 40, 3, b"\xff" * 80),
                    feedback(number, 600, 1, os.urandom(600), 0xFFFFFF),
                    feedback(number, 20, 1, b"\xff" * 3),
                )[number % 6]
            )
            await breathe(number)
        await taken(server, 1)
        padding = picture(viewer)._rtx.octets
        elapsed = time.monotonic() - began
        sent = picture(viewer).stream.octets - octets + padding
        assert sent < (4_000_000 / 8 + 2 * picture(viewer).track.wire_rate / 8) * elapsed + 300_000
        assert others_are_well(server, viewer)


@pytest.mark.slow
async def test_thousands_of_ssrcs_of_one_viewer_are_bounded() -> None:
    """Reports with a new source each time, and sound that was not requested."""
    async with liar("python") as (server, peer, _, forger):
        dropped = server.relay._endpoint.mux.dropped["srtp"]
        for number in range(5000):
            if number % 2:
                await forger.send(rtcp.receiver_report(number + 1000))
            else:
                await forger.send(b"\x80\x60" + bytes(6) + struct.pack("!I", number) + bytes(40))
            await breathe(number)
        await eventually(lambda: server.relay._endpoint.mux.dropped["srtp"] > dropped + 4000)
        assert len(session_of(server, peer).peer._dtls._sources) <= MAX_SOURCES
        await peer.more("video", 10)
