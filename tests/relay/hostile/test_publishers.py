"""A publisher that was let in and sends nonsense: its viewers see it again, others see all."""

from __future__ import annotations

import os
import random
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from liveshow.relay.publishing.publisher import MAX_REPAIRED, Publisher
from liveshow.relay.publishing.reception import MAX_MISSING
from liveshow.relay.tracks.cache import MAX_PACKETS
from liveshow.relay.transport.dtls_srtp import MAX_SOURCES
from liveshow.relay.wire import rtcp
from tests.relay.hostile.attack import Forger, attacked, breathe, session_of
from tests.relay.kernel.bed import kernel_names
from tests.relay.peers import PublishingPeer, Server, ViewingPeer, publishing, watching
from tests.support import eventually
from tests.vectors import streams

SHOW = "evil"
noise = random.Random(1)


@asynccontextmanager
async def evil(
    codec: str, **options: Any
) -> AsyncIterator[tuple[Server, PublishingPeer, ViewingPeer, Forger]]:
    """A show of a hostile publisher with a viewer, beside another show.

    Afterwards a new viewer sees the show, and no state of the relay has grown.
    """
    async with (
        attacked(**options) as (server, _, _stranger),
        publishing(server, codec, show=SHOW) as host,
        watching(server, show=SHOW) as fan,
    ):
        await fan.more("video", 3)
        forger = Forger(host)
        await forger.more()
        yield server, host, fan, forger
        await forger.more(30)  # a keyframe is among them
        async with watching(server, show=SHOW) as late:
            await late.more("video", 10)
            await late.more("audio", 10)
        bounded(server, host)


def media_of(server: Server, host: PublishingPeer) -> Publisher:
    media = session_of(server, host).media
    assert isinstance(media, Publisher)
    return media


def bounded(server: Server, host: PublishingPeer) -> None:
    """Check everything that could grow with what one publisher sends."""
    publisher = media_of(server, host)
    assert len(publisher._sources) == len(publisher._by_track) <= 2
    assert len(publisher._repaired) <= MAX_REPAIRED
    assert len(session_of(server, host).peer._dtls._sources) <= MAX_SOURCES
    for source in publisher._sources.values():
        assert len(source.nacks._missing) <= MAX_MISSING
    for simulcast in server.relay._shows[SHOW].simulcasts.values():
        for track in simulcast.tracks:
            assert len(track.cache) == len(track.cache._arrivals) <= MAX_PACKETS
            assert track.cache.bytes == sum(len(p.payload) for p in track.cache._packets.values())
            assert len(simulcast.requests._wanted) <= len(simulcast.tracks)


def mutated(data: bytes) -> bytes:
    """Return ``data`` cut, written over or made longer somewhere."""
    at = noise.randrange(len(data) + 1)
    kind = noise.randrange(4)
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + noise.randbytes(noise.randrange(1, 9)) + data[at + 4 :]
    if kind == 2:
        return noise.randbytes(min(12, at)) + data[min(12, at) :]
    return data[:at] + data + data[at:]


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_payloads_that_make_no_sense(codec: str) -> None:
    """VP8, VP9, H.264 and AV1 as real programs send them, mutated, under the publisher's type."""
    seeds = [data[12:] for stream in streams() for data in stream.packets[:8]]
    async with evil(codec) as (server, host, _, forger):
        payloads = [mutated(seed)[:1300] for seed in seeds] + [b"", b"\x00", b"\xff" * 1300]
        payloads += [bytes((first,)) + noise.randbytes(30) for first in range(256)]
        before = server.relay._shows[SHOW].simulcasts["video"].tracks[0].packets
        for number, payload in enumerate(payloads):
            await forger.insert(payload)
            await breathe(number)
        track = server.relay._shows[SHOW].simulcasts["video"].tracks[0]
        await eventually(lambda: track.packets > before + 0.8 * len(payloads))
        bounded(server, host)


@pytest.mark.slow
@pytest.mark.parametrize("kernel", kernel_names())
async def test_headers_that_make_no_sense(kernel: str) -> None:
    """Extensions of one and two bytes cut short, too long, reserved; padding; contributors."""
    async with evil("VP8", kernel=kernel) as (server, host, _, forger):
        count = 0
        for number in range(400):
            words = noise.randrange(0, 12)
            body = noise.randbytes(4 * words)
            profile = noise.choice((0xBEDE, 0x1000, 0x100F, 0x0000, 0xFFFF))
            extension = struct.pack("!HH", profile, words) + body
            first = 0x90 | noise.randrange(2) << 5
            await forger.insert(noise.randbytes(40), first=first, extension=extension)
            await forger.insert(bytes(60), first=0x80 | noise.randrange(16))
            await forger.insert(noise.randbytes(20) + b"\xff", first=0xA0)
            await forger.insert(b"", first=0xA0)
            count += 4
            await breathe(10 * number)
        await eventually(lambda: media_of(server, host).troubles.counts["malformed"] > 100)
        bounded(server, host)


@pytest.mark.slow
@pytest.mark.parametrize("kernel", kernel_names())
async def test_sequence_numbers_that_jump_and_come_round(kernel: str) -> None:
    """Steps up to what counts as a restart and far above it, and several times round."""
    async with evil("VP8", kernel=kernel) as (server, host, fan, forger):
        for step in (2, 255, 257, 2999, 3001, 20_000, 32_000, 30_000, 500, 31_000):
            forger.jump(step)
            await forger.more(3)
            bounded(server, host)
        await fan.more("audio", 5)


@pytest.mark.slow
async def test_media_that_is_sent_again_after_its_numbers_came_round() -> None:
    """From before and after the roll-over: authenticated once, and never again."""
    async with evil("VP8") as (server, host, fan, forger):
        peer = session_of(server, host).peer
        seen: list[bytes] = []
        original = peer._dtls.unprotect

        def spy(data: bytes, rtcp: bool) -> bytes | None:
            seen.append(data)
            return original(data, rtcp)

        peer._dtls.unprotect = spy  # type: ignore[method-assign]
        while not 65_400 < int.from_bytes(forger.last[2:4]) < 65_500:
            ahead = (65_450 - int.from_bytes(forger.last[2:4])) % 65_536
            forger.jump(min(ahead, 30_000) - 1)
            await forger.more()
        seen.clear()
        wrapped = [bytes(1) for _ in range(120)]
        for number, payload in enumerate(wrapped):
            await forger.insert(b"\x10" + payload * 40)
            await breathe(number)
        await forger.more(10)
        assert int.from_bytes(forger.last[2:4]) < 1000
        tracks = [
            simulcast.tracks[0] for simulcast in server.relay._shows[SHOW].simulcasts.values()
        ]
        address = peer.route.selected
        assert address is not None
        before = sum(track.packets for track in tracks)
        again, dropped = seen[:], server.relay._endpoint.mux.dropped["srtp"]
        for data in again:
            peer.on_datagram(data, address)
        assert sum(track.packets for track in tracks) == before
        assert server.relay._endpoint.mux.dropped["srtp"] == dropped + len(again) > 120
        await fan.more("audio", 5)


@pytest.mark.slow
async def test_thousands_of_ssrcs_and_layers_that_were_never_offered() -> None:
    """Each SSRC would be one more thing that libsrtp keeps, and looks through for every packet."""
    async with evil("VP8") as (server, host, fan, forger):
        rid = (
            b"\xbe\xde\x00\x04" + b"".join(bytes((n << 4,)) + b"h" for n in range(8, 15)) + b"\0\0"
        )
        dropped = server.relay._endpoint.mux.dropped["srtp"]
        for number in range(5000):
            head = (
                b"\x80"
                + forger.last[1:2]
                + bytes(2)
                + forger.last[4:8]
                + struct.pack("!I", number + 5)
            )
            if number % 2:
                await forger.send(head + b"\x10" * 20)
            else:
                await forger.send(b"\x90" + head[1:] + rid + b"\x10" * 20)
            await breathe(number)
        await eventually(lambda: server.relay._endpoint.mux.dropped["srtp"] > dropped + 4000)
        assert len(server.relay._shows[SHOW].simulcasts["video"].tracks) == 1
        bounded(server, host)
        await fan.more("video", 5)


@pytest.mark.slow
async def test_types_that_were_not_negotiated_or_are_of_the_sound() -> None:
    """Under the SSRC of the picture: neither becomes what it is not."""
    async with evil("VP8") as (server, host, fan, forger):
        show = server.relay._shows[SHOW]
        before = media_of(server, host).troubles.counts.total()
        known = media_of(server, host)._by_type
        strange = [kind for kind in (*range(35), *range(96, 128)) if kind not in known]
        sound = next(kind for kind, section in known.items() if section.kind == "audio")
        for kind in (*strange[::3], sound):
            await forger.insert(b"\x10\x01" * 20, kind=kind)
        await eventually(lambda: media_of(server, host).troubles.counts.total() - before >= 15)
        assert [show.simulcasts[kind].tracks[0].codec for kind in ("audio", "video")] == [
            "opus",
            "VP8",
        ]
        await fan.more("audio", 3)
        await fan.more("audio", 10)


@pytest.mark.slow
@pytest.mark.parametrize("kernel", kernel_names())
async def test_reports_of_times_that_cannot_be_and_goodbyes_of_others(kernel: str) -> None:
    """Sender reports from 1900 to 2036 in turn, and compounds of noise; the show goes on."""
    async with evil("VP8", kernel=kernel) as (server, host, fan, forger):
        publisher = media_of(server, host)
        ours = [publisher._ssrc, *publisher._sources]
        times = (1, 1 << 32, 1 << 63, (1 << 64) - 1, 0, 3_900_000_000 << 32)
        for number in range(300):
            ntp = times[number % len(times)]
            for ssrc in ours:
                report = rtcp.SenderReport(ssrc, ntp, number << 24, 1 << 31, (1 << 32) - 1)
                await forger.send(rtcp.sender_report(report) + rtcp.bye(ours))
            await forger.send(bytes((0x80 | number & 0x3F, 200 + number % 8)) + os.urandom(62))
            await breathe(10 * number)
        await eventually(lambda: server.relay._endpoint.mux.dropped["rtcp_flood"] > 0)
        frames = fan.frames["audio"]
        await fan.more("video", 30)
        assert fan.frames["audio"] > frames
        assert server.relay.live(SHOW)
