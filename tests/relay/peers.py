"""Real peers for tests: aiortc on loopback, media encoded once, the real HTTP handlers."""

from __future__ import annotations

import array
import asyncio
import functools
import math
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Self

import aiohttp
import av
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from liveshow.errors import Unauthenticated
from liveshow.http.problems import problems_middleware
from liveshow.relay import Relay, StreamChange, Timeouts
from signaling.media import whep, whip
from signaling.media.ice_servers import IceServers
from tests.support import eventually

TOKEN = "a-stream-key"
RATE = 30  # frames per second
GROUP = 30  # frames between keyframes
WIDTH, HEIGHT = 160, 120

Encoded = list[tuple[bytes, int, bool]]


def shade_of(number: int) -> int:
    """Return the brightness of a frame of the clip."""
    return 30 + number * 3 % 200


@functools.cache
def video(codec: str, frames: int = 60, group: int = GROUP, hue: int = 0) -> tuple[Encoded, Any]:
    """Encode a ramp: the brightness of a frame says which one it is."""
    encoder: Any = av.CodecContext.create({"H264": "libx264", "VP8": "libvpx"}[codec], "w")
    encoder.width, encoder.height = WIDTH, HEIGHT
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, RATE)
    encoder.framerate = Fraction(RATE, 1)
    encoder.gop_size = group
    encoder.bit_rate = 400_000
    if codec == "H264":
        encoder.profile = "Baseline"
        encoder.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "level": "31",
            "x264-params": f"keyint={group}:scenecut=0:annexb=1",
        }
    else:
        encoder.options = {
            "deadline": "realtime",
            "cpu-used": "8",
            "lag-in-frames": "0",
            "auto-alt-ref": "0",
        }
    packets: Encoded = []
    noise = random.Random(1)
    for number in range(frames):
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        shades = (shade_of(number), 128 + hue, 128 + hue)
        for plane, shade in zip(frame.planes, shades, strict=True):
            pixels = bytearray([shade]) * plane.buffer_size
            if plane.width == WIDTH:
                top = plane.line_size * 40  # enough bits for several packets
                pixels[:top] = noise.randbytes(top)
            plane.update(bytes(pixels))
        frame.pts, frame.time_base = number, Fraction(1, RATE)
        packets += [(bytes(p), p.pts, p.is_keyframe) for p in encoder.encode(frame)]
    packets += [(bytes(p), p.pts, p.is_keyframe) for p in encoder.encode(None)]
    assert len(packets) == frames
    return packets, codec


@functools.cache
def audio() -> Encoded:
    """Encode one second of a quiet tone in 20 ms Opus packets."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
    encoder.time_base = Fraction(1, 48_000)
    packets: Encoded = []
    for number in range(50):
        tone = (round(3000 * math.sin(at * 0.05)) for at in range(960))
        frame = av.AudioFrame(format="s16", layout="stereo", samples=960)
        frame.planes[0].update(array.array("h", [s for t in tone for s in (t, t)]).tobytes())
        frame.sample_rate, frame.pts = 48_000, number * 960
        packets += [(bytes(p), 0, True) for p in encoder.encode(frame)]
    return packets


class EncodedTrack(MediaStreamTrack):
    """Plays encoded packets in a loop, in real time; aiortc sends them as they are."""

    def __init__(self, kind: str, packets: Encoded, duration: float) -> None:
        super().__init__()
        self.kind = kind
        self._packets = packets
        self._duration = duration
        self.number = 0
        self._start: float | None = None
        self.paused = False

    async def recv(self) -> av.Packet:
        if self.readyState != "live":
            raise MediaStreamError
        if self._start is None:
            self._start = time.monotonic()
        while True:
            due = self._start + self.number * self._duration
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            number, self.number = self.number, self.number + 1
            if not self.paused:
                break
        packet = av.Packet(self._packets[number % len(self._packets)][0])
        packet.pts = round(number * self._duration * 90_000)
        packet.time_base = Fraction(1, 90_000)
        return packet


@dataclass
class Server:
    """A relay and the HTTP handlers in front of it."""

    relay: Relay
    url: str
    http: aiohttp.ClientSession
    changes: list[StreamChange] = field(default_factory=list)

    async def until(self, state: str, within: float = 10.0) -> None:
        """Wait until the last change of the stream is ``state``."""
        await eventually(
            lambda: self.changes and self.changes[-1].state == state,
            within=within,
            what=f"{state} after {self.changes}",
        )


@asynccontextmanager
async def serve(
    timeouts: Timeouts | None = None,
    host: str = "127.0.0.1",
    ice_servers: IceServers = whip.NO_SERVERS,
    **options: Any,
) -> AsyncIterator[Server]:
    """Run a relay on a free port of ``host``, with WHIP and WHEP in front on loopback."""
    changes: list[StreamChange] = []
    given: dict[str, Any] = {"public_addresses": [], "max_viewers": 10}
    relay = Relay(on_stream=changes.append, timeouts=timeouts, **{**given, **options})
    await relay.start(host, 0)

    async def publisher_only(request: web.Request, show_id: str) -> None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Unauthenticated()

    async def everybody(request: web.Request, show_id: str) -> None:
        return None

    app = web.Application(middlewares=[problems_middleware()])
    app.on_response_prepare.append(whip.add_headers)
    app.add_routes(whip.routes(relay, publisher_only, ice_servers=ice_servers))
    app.add_routes(whep.routes(relay, everybody, ice_servers=ice_servers))
    server = TestServer(app)
    await server.start_server()
    try:
        async with aiohttp.ClientSession() as http:
            yield Server(relay, str(server.make_url("")).rstrip("/"), http, changes)
    finally:
        await relay.close()
        await server.close()


class Peer:
    """One aiortc peer connection over WHIP or WHEP."""

    def __init__(self, server: Server, path: str) -> None:
        self.server = server
        self.path = path
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.location = ""
        self.etag = ""

    async def connect(self) -> Self:
        """Offer, answer, and wait until connected."""
        await self.pc.setLocalDescription(await self.pc.createOffer())
        async with self.server.http.post(
            self.server.url + self.path,
            data=self.pc.localDescription.sdp,
            headers={"Content-Type": "application/sdp", "Authorization": f"Bearer {TOKEN}"},
        ) as response:
            text = await response.text()
            assert response.status == 201, text
            self.location = response.headers["Location"]
            self.etag = response.headers["ETag"]
        await self.pc.setRemoteDescription(RTCSessionDescription(text, "answer"))
        await eventually(
            lambda: self.pc.connectionState == "connected", within=15, what="peer connected"
        )
        return self

    async def delete(self) -> None:
        """End the session as a good client does."""
        async with self.server.http.delete(self.server.url + self.location) as response:
            assert response.status == 200

    async def close(self) -> None:
        """Close the connection: DTLS close_notify, no DELETE."""
        await self.pc.close()

    def vanish(self) -> None:
        """Stop sending and receiving without a word, as a phone in a lift does."""
        for transceiver in self.pc.getTransceivers():
            connection = transceiver.sender.transport.transport._connection
            for protocol in connection._protocols:
                protocol.transport.pause_reading()
                protocol.transport.sendto = lambda *_: None


def prefer(pc: RTCPeerConnection, codec: str) -> None:
    """Offer only one video codec (and its RTX)."""
    capabilities = RTCRtpSender.getCapabilities("video").codecs
    chosen = [c for c in capabilities if c.name in (codec, "rtx")]
    for transceiver in pc.getTransceivers():
        if transceiver.kind == "video":
            transceiver.setCodecPreferences(chosen)


class PublishingPeer(Peer):
    """Publishes a loop of encoded video and audio."""

    def __init__(
        self, server: Server, codec: str, show: str = "demo", query: str = "", **clip: Any
    ) -> None:
        super().__init__(server, f"/whip/{show}{query}")
        self.video = EncodedTrack("video", video(codec, **clip)[0], 1 / RATE)
        self.audio = EncodedTrack("audio", audio(), 0.02)
        self.pc.addTransceiver(self.audio, direction="sendonly")
        self.pc.addTransceiver(self.video, direction="sendonly")
        prefer(self.pc, codec)


class ViewingPeer(Peer):
    """Watches, decodes and counts."""

    def __init__(self, server: Server, show: str = "demo") -> None:
        super().__init__(server, f"/whep/{show}")
        self.frames: dict[str, int] = {"audio": 0, "video": 0}
        self.pictures: list[int] = []  # mean brightness of the lower part
        self.hues: list[int] = []
        self._readers: list[asyncio.Task[None]] = []
        self.pc.addTransceiver("audio", direction="recvonly")
        self.pc.addTransceiver("video", direction="recvonly")
        self.pc.on("track", self._on_track)

    def _on_track(self, track: MediaStreamTrack) -> None:
        self._readers.append(asyncio.create_task(self._read(track)))

    async def _read(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame: Any = await track.recv()
            except MediaStreamError:
                return
            if track.kind == "video":
                luma, chroma = frame.planes[0], frame.planes[1]
                self.pictures.append(bytes(luma)[luma.line_size * 80 + WIDTH // 2])
                self.hues.append(bytes(chroma)[chroma.line_size * 40 + WIDTH // 4])
            self.frames[track.kind] += 1

    async def more(self, kind: str = "video", count: int = 10, within: float = 15.0) -> None:
        """Wait for ``count`` more decoded frames."""
        target = self.frames[kind] + count
        await eventually(
            lambda: self.frames[kind] >= target,
            within=within,
            what=lambda: f"{count} more {kind} frames, have {self.frames} of {target}",
        )

    async def close(self) -> None:
        await super().close()
        for reader in self._readers:
            reader.cancel()


@asynccontextmanager
async def publishing(server: Server, codec: str, **options: Any) -> AsyncIterator[PublishingPeer]:
    """Publish until the block ends."""
    peer = PublishingPeer(server, codec, **options)
    try:
        yield await peer.connect()
    finally:
        await peer.close()


@asynccontextmanager
async def watching(server: Server, **options: Any) -> AsyncIterator[ViewingPeer]:
    """Watch until the block ends."""
    peer = ViewingPeer(server, **options)
    try:
        yield await peer.connect()
    finally:
        await peer.close()
