"""A publisher, and viewers that count: real ICE and DTLS, and then as little as possible.

Viewers leave SRTP encrypted: once connected, their sockets are taken out of the event loop and
swept every 10 ms; what is not media goes back to ICE and DTLS, so that they live as others do.
"""

from __future__ import annotations

import asyncio
import random
import socket
import time
from fractions import Fraction
from typing import Any, Self

import aiohttp
import av
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)

from tests.bench import child

SWEEP = 0.01  # seconds
AT_ONCE = 5  # joins
RATE, GROUP = 30, 60  # frames per second, frames between keyframes


def video(width: int, height: int, bitrate: int) -> list[bytes]:
    """Encode two seconds of H.264 at a steady bit rate, as a browser's camera gives."""
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, RATE), Fraction(RATE, 1)
    encoder.gop_size, encoder.bit_rate, encoder.profile = GROUP, bitrate, "Baseline"
    steady = f"vbv-maxrate={bitrate // 1000}:vbv-bufsize={bitrate // 3000}:nal-hrd=cbr"
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "level": "31",
        "x264-params": f"keyint={GROUP}:scenecut=0:annexb=1:{steady}",
    }
    noise = random.Random(1)
    packets: list[bytes] = []
    for number in range(GROUP):
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane in frame.planes:
            line = bytes(
                (x + 3 * number) % 200 + noise.randrange(40) for x in range(plane.line_size)
            )
            plane.update(line * plane.height)
        frame.pts, frame.time_base = number, Fraction(1, RATE)
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets + [bytes(packet) for packet in encoder.encode(None)]


def audio() -> list[bytes]:
    """Encode one second of silence as Opus, 20 ms each."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
    encoder.time_base = Fraction(1, 48_000)
    packets: list[bytes] = []
    for number in range(50):
        frame = av.AudioFrame(format="s16", layout="stereo", samples=960)
        frame.planes[0].update(bytes(960 * 4))
        frame.sample_rate, frame.pts = 48_000, number * 960
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


class Loop(MediaStreamTrack):
    """Plays encoded packets over and over, in real time; aiortc sends them as they are."""

    def __init__(self, kind: str, packets: list[bytes], duration: float) -> None:
        super().__init__()
        self.kind = kind
        self._packets = packets
        self._duration = duration
        self._number = 0
        self._start = time.monotonic()

    async def recv(self) -> av.Packet:
        due = self._start + self._number * self._duration
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        packet = av.Packet(self._packets[self._number % len(self._packets)])
        packet.pts, packet.time_base = round(self._number * self._duration * 90_000), _CLOCK
        self._number += 1
        return packet


_CLOCK = Fraction(1, 90_000)


class Peer:
    """One aiortc peer connection over WHIP or WHEP."""

    def __init__(self) -> None:
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))

    async def connect(self, http: aiohttp.ClientSession, url: str) -> Self:
        connected = asyncio.Event()

        def changed() -> None:
            if self.connection.connectionState == "connected":
                connected.set()

        self.connection.on("connectionstatechange", changed)
        h264 = [
            codec
            for codec in RTCRtpSender.getCapabilities("video").codecs
            if codec.name in ("H264", "rtx")
        ]
        for transceiver in self.connection.getTransceivers():
            if transceiver.kind == "video":
                transceiver.setCodecPreferences(h264)
        await self.connection.setLocalDescription(await self.connection.createOffer())
        headers = {"Content-Type": "application/sdp", "Authorization": "Bearer key"}
        sdp = self.connection.localDescription.sdp
        async with http.post(url, data=sdp, headers=headers) as response:
            answer = await response.text()
            assert response.status == 201, answer
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await asyncio.wait_for(connected.wait(), 30)
        return self


class Publisher(Peer):
    def __init__(self, width: int, height: int, bitrate: int) -> None:
        super().__init__()
        for track in (
            Loop("audio", audio(), 0.02),
            Loop("video", video(width, height, bitrate), 1 / RATE),
        ):
            self.connection.addTransceiver(track, direction="sendonly")


class Viewer(Peer):
    def __init__(self) -> None:
        super().__init__()
        for kind in ("audio", "video"):
            self.connection.addTransceiver(kind, direction="recvonly")
        self.packets = self.bytes = 0
        self._sockets: list[tuple[Any, socket.socket]] = []

    def take_over(self) -> None:
        """Read the sockets ourselves from now on."""
        ice = self.connection.getTransceivers()[0].receiver.transport.transport
        for protocol in ice._connection._protocols:
            sock = protocol.transport._sock
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            protocol.transport.pause_reading()
            self._sockets.append((protocol, sock))

    def sweep(self) -> None:
        for protocol, sock in self._sockets:
            while True:
                try:
                    data, address = sock.recvfrom(2048)
                except BlockingIOError:
                    break
                if 128 <= data[0] <= 191 and not 192 <= data[1] <= 223:
                    self.packets += 1
                    self.bytes += len(data)
                else:
                    protocol.datagram_received(data, address)


async def main() -> None:
    publishers: list[Publisher] = []
    viewers: list[Viewer] = []
    loop = asyncio.get_running_loop()

    def sweep() -> None:
        loop.call_later(SWEEP, sweep)
        for viewer in viewers:
            viewer.sweep()

    async with aiohttp.ClientSession() as http:

        async def publish(url: str, width: int, height: int, bitrate: int) -> None:
            publisher = Publisher(width, height, bitrate)
            publishers.append(await publisher.connect(http, f"{url}/whip/bench"))

        async def watch(url: str, count: int) -> None:
            gate = asyncio.Semaphore(AT_ONCE)

            async def one() -> None:
                async with gate:
                    viewer = await Viewer().connect(http, f"{url}/whep/bench")
                    viewer.take_over()
                    viewers.append(viewer)

            sweep()
            await asyncio.gather(*(one() for _ in range(count)))

        async def received() -> dict[str, Any]:
            return {
                "packets": [viewer.packets for viewer in viewers],
                "bytes": sum(viewer.bytes for viewer in viewers),
            }

        await child.serve({"publish": publish, "watch": watch, "received": received})


if __name__ == "__main__":
    asyncio.run(main())
