"""From publisher to viewer with real peers: viewers see what the publisher sends."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from aiortc import codecs as aiortc_codecs

from liveshow.errors import Conflict, Unavailable, Unprocessable
from liveshow.relay import Timeouts, pending
from liveshow.relay.publishing.publisher import Publisher
from liveshow.relay.session import Session
from signaling.media import sdp
from tests.relay.peers import (
    PublishingPeer,
    ViewingPeer,
    publishing,
    serve,
    shade_of,
    video,
    watching,
)
from tests.signaling.test_sdp import OFFER
from tests.support import eventually

QUICK = Timeouts(silence=0.5, consent=10.0, setup=10.0, tick=0.05, report=0.3)
# Peers of the tests share one event loop with the relay: on a busy machine they are silent for
# longer than this, so only tests about silence use it.
IMPATIENT = Timeouts(silence=0.5, consent=1.5, setup=3.0, tick=0.05, report=0.3)


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_viewer_sees_and_hears_what_the_publisher_sends(codec: str) -> None:
    """One publisher, one viewer: pictures and sound decode, the codec is the one offered."""
    async with serve() as server, publishing(server, codec):
        await server.until("started")
        async with watching(server) as viewer:
            await viewer.more("video", 40)
            await viewer.more("audio", 20)
            assert server.relay.live("demo")
            assert server.relay.viewers("demo") == 1
            stats = server.relay.show_stats("demo")
            assert stats is not None
            assert stats.layers[0].codec == codec
            assert stats.audio is not None
            assert stats.audio.codec == "opus"
            assert stats.freezes == 0


async def test_joiner_sees_the_present_picture_without_a_new_keyframe() -> None:
    """The last group of pictures is replayed, fast: the joiner decodes it and catches up.

    The publisher sends one keyframe and ignores requests, so there is nothing else to
    start from.
    """
    # A group so long that the joiner cannot be served by the next keyframe.
    async with serve() as server, publishing(server, "H264", frames=300, group=300) as host:
        await server.until("started")
        track = server.relay._shows["demo"].simulcasts["video"].tracks[0]
        await eventually(lambda: host.video.number > 75, within=15)
        keyframe = track.keyframe
        async with watching(server) as viewer:
            await viewer.more("video", 75)  # replayed
            await viewer.more("video", 10)  # live

            def caught_up() -> bool:
                recent = [shade_of(host.video.number - late) for late in range(1, 15)]
                return min(abs(viewer.pictures[-1] - shade) for shade in recent) <= 4

            await eventually(caught_up, within=2)
            assert track.keyframe == keyframe


async def test_relay_never_decodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """With every decoder and encoder of aiortc and PyAV broken, media still flows."""

    def explode(*_: Any, **__: Any) -> Any:
        raise AssertionError("the relay must not touch a codec")

    async with serve() as server, publishing(server, "VP8") as host:
        await server.until("started")
        track = server.relay._shows["demo"].simulcasts["video"].tracks[0]
        viewer = ViewingPeer(server)
        # The peers' own codecs are theirs: the sender packs, the receiver is stubbed out.
        monkeypatch.setattr("aiortc.rtcrtpreceiver.decoder_worker", lambda *_: None)
        for codec in ("vpx.Vp8", "h264.H264", "opus.Opus"):
            for step in ("Decoder.decode", "Encoder.encode"):
                monkeypatch.setattr(f"aiortc.codecs.{codec}{step}", explode)
        monkeypatch.setattr(aiortc_codecs, "get_decoder", explode)
        monkeypatch.setattr("av.CodecContext.create", explode, raising=True)
        await viewer.connect()
        await eventually(
            lambda: track.fan_out.down_tracks and track.fan_out.down_tracks[0].stream.packets > 100
        )
        assert host.pc.connectionState == "connected"
        await viewer.close()


def test_relay_imports_no_codec() -> None:
    """No module of the relay imports PyAV or aiortc's codecs, except what aiortc needs itself."""
    from pathlib import Path

    import liveshow.relay

    for path in Path(liveshow.relay.__file__).parent.rglob("*.py"):
        text = path.read_text()
        lines = [line for line in text.splitlines() if line.startswith(("import", "from"))]
        assert not any(line.split()[1].split(".")[0] == "av" for line in lines), path
        assert "aiortc.codecs" not in text, path
        if path.name != "aiortc_private.py":
            assert not any("aiortc " in line or "aioice" in line for line in lines), path


@pytest.mark.parametrize("codecs", [("VP8", "VP8"), ("VP8", "H264"), ("H264", "VP8")])
async def test_viewer_continues_when_the_publisher_comes_back(codecs: tuple[str, str]) -> None:
    """Same session, no renegotiation, also when the codec is another one."""
    async with serve(QUICK) as server:
        first = await PublishingPeer(server, codecs[0], hue=-40).connect()
        await server.until("started")
        async with watching(server) as viewer:
            await viewer.more("video", 10)
            await first.close()
            await server.until("lost")
            assert not server.relay.live("demo")
            assert server.relay.viewers("demo") == 1
            async with publishing(server, codecs[1], hue=40):
                await server.until("resumed")
                await viewer.more("video", 10)
                await viewer.more("audio", 10)
                await eventually(lambda: viewer.hues[-1] > 140, what="the new picture")
        assert [change.state for change in server.changes][:3] == ["started", "lost", "resumed"]


async def test_second_publisher_is_refused_unless_it_takes_over() -> None:
    """409 while another one is on air; a takeover ends the first, and viewers go on."""
    async with serve(QUICK) as server, publishing(server, "VP8", hue=-40) as first:
        await server.until("started")
        async with watching(server) as viewer:
            await viewer.more("video", 5)
            second = PublishingPeer(server, "VP8")
            await second.pc.setLocalDescription(await second.pc.createOffer())
            offer = sdp.parse_offer(second.pc.localDescription.sdp)
            with pytest.raises(Conflict, match="already_publishing"):
                await server.relay.publish("demo", offer)
            await second.close()
            third = PublishingPeer(server, "VP8", query="?takeover=1", hue=40)
            await third.connect()
            await eventually(
                lambda: first.pc.connectionState in ("closed", "failed"), what="first ended"
            )
            await viewer.more("video", 10)
            await eventually(lambda: viewer.hues[-1] > 140, what="the new picture")
            await third.close()


async def test_publishers_that_come_at_once_leave_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """No publisher slips in while one ends: one broadcast is left, and ends with its show."""
    async with serve() as server:
        relay, offer = server.relay, sdp.parse_offer(OFFER)
        first = await relay.publish("demo", offer)
        close = first.peer.close

        async def slowly() -> None:
            await asyncio.sleep(0.05)
            await close()

        monkeypatch.setattr(first.peer, "close", slowly)
        came = await asyncio.gather(
            *(relay.publish("demo", offer, takeover=takeover) for takeover in (True, True, False)),
            return_exceptions=True,
        )
        sessions = [session for session in came if isinstance(session, Session)]
        refused = [error for error in came if isinstance(error, Conflict)]
        assert len(sessions) + len(refused) == 3
        left = [session for session in sessions if not session.ended]
        assert left == [relay._shows["demo"].publisher] == list(relay._sessions.values())
        await relay.close_show("demo")
        assert all(session.ended for session in [first, *sessions])
        assert not relay._sessions
        await eventually(lambda: first.peer.closed, what="the first peer is told")


async def test_what_a_publisher_sends_after_its_end_is_not_relayed() -> None:
    """Its peer is still closing while the tracks belong to another publisher."""
    async with serve() as server, publishing(server, "VP8"):
        await server.until("started")
        show = server.relay._shows["demo"]
        old = show.publisher
        assert old is not None
        assert isinstance(old.media, Publisher)
        late: list[bytes] = []
        take = old.media.on_rtp
        old.media.on_rtp = late.append  # type: ignore[method-assign,assignment]
        await eventually(lambda: len(late) > 10)
        await server.relay.publish("demo", sdp.parse_offer(OFFER), takeover=True)
        tracks = [simulcast.tracks[0] for simulcast in show.simulcasts.values()]
        before = [track.packets for track in tracks]
        for data in late:
            take(data)
        old.media.on_connected()
        assert [track.packets for track in tracks] == before
        assert all(simulcast._publisher is None for simulcast in show.simulcasts.values())


async def test_publisher_that_vanishes_is_lost_within_three_seconds() -> None:
    """No goodbye at all, the real timeouts: viewers stay, the host hears of it in time."""
    async with serve() as server, publishing(server, "VP8") as host:
        await server.until("started")
        async with watching(server) as viewer:
            await viewer.more("video", 5)
            host.vanish()
            await server.until("lost", within=3.0)
            assert server.relay.viewers("demo") == 1
            # It has not said goodbye, but it does not block the way either.
            async with publishing(server, "VP8"):
                await server.until("resumed")
                await viewer.more("video", 5)


async def test_goodbye_of_the_publisher_is_noticed_at_once() -> None:
    """DELETE and DTLS close_notify need no timeout."""
    slow = Timeouts(silence=60.0)
    async with serve(slow) as server:
        host = await PublishingPeer(server, "VP8").connect()
        await server.until("started")
        await host.delete()
        await server.until("lost", within=10)
        await host.close()
        host = await PublishingPeer(server, "VP8").connect()
        await server.until("resumed")
        await host.close()
        await server.until("lost", within=10)


async def test_viewers_leave_by_delete_by_closing_and_by_vanishing() -> None:
    """Each way frees the session; a vanished one is reaped when its consent expires."""
    async with serve(IMPATIENT) as server, publishing(server, "VP8"):
        await server.until("started")
        polite, abrupt, lost = [await ViewingPeer(server).connect() for _ in range(3)]
        await eventually(lambda: server.relay.viewers("demo") == 3)
        await polite.delete()
        assert server.relay.viewers("demo") == 2
        await abrupt.close()
        await eventually(lambda: server.relay.viewers("demo") == 1)
        lost.vanish()
        await eventually(lambda: server.relay.viewers("demo") == 0, within=10)
        assert server.relay.viewers("demo") == 0
        assert not server.relay._shows["demo"].simulcasts["video"].tracks[0].fan_out.down_tracks
        await polite.close()
        await lost.close()


async def test_closing_a_show_ends_everybody() -> None:
    """The show ended: publisher and viewers are told, and no loss is reported."""
    async with serve() as server, publishing(server, "VP8") as host, watching(server) as viewer:
        await viewer.more("video", 1)
        await server.relay.close_show("demo")
        await eventually(lambda: host.pc.connectionState == "closed")
        await eventually(lambda: viewer.pc.connectionState == "closed")
        assert [change.state for change in server.changes] == ["started"]
        assert server.relay.viewers("demo") == 0
        await server.relay.close_show("demo")
        await server.relay.close_show("never heard of")


async def test_not_live_full_and_nothing_in_common_are_told_apart() -> None:
    """Each refusal has its own error."""
    async with serve(max_viewers=1) as server:
        viewer = ViewingPeer(server)
        await viewer.pc.setLocalDescription(await viewer.pc.createOffer())
        offer = sdp.parse_offer(viewer.pc.localDescription.sdp)
        with pytest.raises(Conflict, match="not_live") as refused:
            await server.relay.subscribe("demo", offer)
        assert refused.value.details["retry_after"] > 0
        with pytest.raises(Unprocessable, match="no_common_codec"):
            await server.relay.publish("demo", offer)  # it only wants to receive
        async with publishing(server, "VP8"):
            await server.until("started")
            await server.relay.subscribe("demo", offer)
            # It may still be on its way.
            with pytest.raises(Unavailable, match="too_many_viewers"):
                await server.relay.subscribe("demo", offer)
        await viewer.close()


async def test_places_of_who_never_comes_go_to_who_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """faults.md 21: posts without UDP kept honest viewers out."""
    async with serve(max_viewers=20) as server, publishing(server, "VP8"):
        await server.until("started")
        stranger = ViewingPeer(server)
        await stranger.pc.setLocalDescription(await stranger.pc.createOffer())
        offer = sdp.parse_offer(stranger.pc.localDescription.sdp)

        async def flood(addresses: int, of_each: int) -> None:
            for number in range(addresses * of_each):
                with contextlib.suppress(Unavailable):
                    address = f"203.0.113.{number % addresses}"
                    await server.relay.subscribe("demo", offer, address=address)

        # One address that has more than a crowd, then twenty that have one each.
        await flood(1, 40)
        async with watching(server) as viewer:
            await viewer.more("video", 1)
            await flood(1, 40)
            assert server.relay.viewers("demo") == 1
            await viewer.more("video", 1)
        monkeypatch.setattr(pending, "GRACE", 0.0)
        await flood(20, 3)
        async with watching(server) as viewer:
            await viewer.more("video", 1)
        assert len(server.relay._pending) <= 20
        await stranger.close()


async def test_one_address_has_a_bounded_number_of_places_before_it_connects() -> None:
    """faults.md 21"""
    async with serve() as server, publishing(server, "VP8"):
        await server.until("started")
        server.relay._pending = pending.PendingViewers(3)
        stranger = ViewingPeer(server)
        await stranger.pc.setLocalDescription(await stranger.pc.createOffer())
        offer = sdp.parse_offer(stranger.pc.localDescription.sdp)
        made = [await server.relay.subscribe("demo", offer, address="a") for _ in range(5)]
        other = await server.relay.subscribe("demo", offer, address="b")
        assert [session.ended for session in made] == [True, True, False, False, False]
        assert not other.ended
        await made[4].end()
        await server.relay.subscribe("demo", offer, address="a")
        assert not made[2].ended
        await stranger.close()


async def test_setup_that_never_completes_is_reaped() -> None:
    """A POST without ICE afterwards does not hold a place for ever."""
    async with serve(Timeouts(setup=0.3, tick=0.05)) as server, publishing(server, "VP8"):
        await server.until("started")
        viewer = ViewingPeer(server)
        await viewer.pc.setLocalDescription(await viewer.pc.createOffer())
        offer = sdp.parse_offer(viewer.pc.localDescription.sdp)
        session = await server.relay.subscribe("demo", offer)
        await eventually(lambda: session.ended, within=10)
        assert server.relay.session(session.id) is None
        await viewer.close()


async def test_lost_packets_are_repaired_in_both_directions() -> None:
    """With 5 % loss on the way in and on the way out, retransmission keeps pictures coming."""
    async with serve() as server, publishing(server, "VP8") as host:
        await server.until("started")
        _lose_every(20, host)
        async with watching(server) as viewer:
            _lose_every(20, viewer, incoming=True)
            await viewer.more("video", 80, within=20)
            stats = server.relay.show_stats("demo")
            assert stats is not None
            assert stats.resent_packets > 0
            track = server.relay._shows["demo"].simulcasts["video"].tracks[0]
            head = track.cache.head
            assert track.cache.missing(max(head - 150, 20), head - 30) <= 2


def _lose_every(count: int, peer: Any, incoming: bool = False) -> None:
    """Drop every ``count``-th RTP packet of an aiortc peer."""
    transport = peer.pc.getTransceivers()[0].sender.transport.transport
    number = 0

    def lost(data: bytes) -> bool:
        nonlocal number
        media = len(data) > 1 and 128 <= data[0] <= 191 and not 192 <= data[1] <= 223
        number += media
        return media and number % count == 0

    if incoming:
        receive = transport._recv

        async def recv() -> bytes:
            while lost(data := await receive()):
                pass
            return bytes(data)

        transport._recv = recv
    else:
        send = transport._send

        async def sending(data: bytes) -> None:
            if not lost(data):
                await send(data)

        transport._send = sending


async def test_sender_reports_keep_picture_and_sound_together() -> None:
    """Viewers get sender reports whose times belong to one clock, ours."""
    async with serve(QUICK) as server, publishing(server, "VP8"), watching(server) as viewer:
        await viewer.more("video", 5)
        show = server.relay._shows["demo"]
        tracks = [simulcast.tracks[0] for simulcast in show.simulcasts.values()]
        await eventually(
            lambda: all(t.rtp_to_ntp.timestamp_at(0.0) is not None for t in tracks), within=10
        )
        receivers = [t.receiver for t in viewer.pc.getTransceivers()]

        async def reported() -> bool:
            stats = [await receiver.getStats() for receiver in receivers]
            return all(
                any(entry.type == "remote-outbound-rtp" for entry in report.values())
                for report in stats
            )

        await eventually(reported, within=10)
        from liveshow.relay.tracks.rtp_to_ntp import ntp_now

        now = ntp_now()
        for track in tracks:
            newest = track.cache.get(track.cache.head)
            assert newest is not None
            sampled = track.rtp_to_ntp.timestamp_at(now)
            assert sampled is not None
            rate = 48_000 if track.kind == "audio" else 90_000
            lead = ((sampled - newest.timestamp + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)
            assert abs(lead) / rate < 0.3, track.kind


async def test_publisher_is_told_of_its_bandwidth_and_losses() -> None:
    """REMB and receiver reports arrive at the publisher."""
    async with serve(QUICK) as server, publishing(server, "VP8") as host:
        await server.until("started")
        got: set[str] = set()
        for transceiver in host.pc.getTransceivers():
            sender = transceiver.sender
            handle = sender._handle_rtcp_packet

            async def spy(packet: Any, handle: Any = handle) -> None:
                got.add(f"{type(packet).__name__}:{getattr(packet, 'fmt', '')}")
                await handle(packet)

            sender._handle_rtcp_packet = spy
        await eventually(lambda: got >= {"RtcpRrPacket:", "RtcpPsfbPacket:15"}, within=10)


async def test_many_joiners_cost_one_keyframe_request_at_most() -> None:
    """Ten viewers joining together make the relay ask upstream no more than twice a second."""
    async with serve(max_viewers=20) as server, publishing(server, "VP8"):
        await server.until("started")
        asked: list[str] = []
        publisher = server.relay._shows["demo"].publisher
        assert publisher is not None
        assert publisher.media is not None
        publisher.media.request_keyframe = asked.append  # type: ignore[method-assign,union-attr]
        viewers = await asyncio.gather(*(ViewingPeer(server).connect() for _ in range(5)))
        for viewer in viewers:
            await viewer.more("video", 3)
        assert len(asked) <= 1
        await asyncio.gather(*(viewer.close() for viewer in viewers))


def test_clips_have_keyframes_where_the_tests_expect_them() -> None:
    """The fixtures themselves: a keyframe per group and several packets per keyframe."""
    for codec in ("VP8", "H264"):
        packets, _ = video(codec)
        assert [number for number, packet in enumerate(packets) if packet[2]] == [0, 30]
        assert len(packets[0][0]) > 2000
