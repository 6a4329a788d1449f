"""The publisher: plays a clip in real time, over WHIP or as plain RTP."""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
import time
from collections import deque
from typing import Protocol

import aiohttp
from aiortc.rtp import RtcpPacket, RtcpPsfbPacket, RtcpRtpfbPacket, RtcpSenderInfo, RtcpSrPacket

from tests.bench.light import sdp
from tests.bench.light.clip import RATE, Clip
from tests.bench.light.sweeper import AUDIO, KINDS, TICKS, VIDEO, Sweeper
from tests.bench.light.transport import Transport

NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
SOUND = 0.02  # seconds of one packet
QUIET = 0.5  # seconds between two packets of sound that keep a stream alive
REPORT = 1.0
# The number of the first frame: timestamps far from zero, where servers with their own begin.
FIRST = 400_000
KEPT = 512  # packets that can be sent again
NACK, PLI, FIR = 1, 1, 4  # RFC 4585 §6.2.1, §6.3.1; RFC 5104 §4.3.1
_HEADER = struct.Struct("!BBHII")
_PAYLOAD_TYPES = (sdp.OPUS, sdp.H264)


class Way(Protocol):
    """How packets get to a server."""

    def send(self, kind: int, packets: list[bytes]) -> None: ...

    def report(self, report: bytes) -> None:
        """Send a sender report."""


class Whip:
    """Over WHIP: encrypted, with requests coming back."""

    def __init__(self) -> None:
        self._transport = Transport(self._rtcp)
        self._kept: deque[tuple[bytes, bytes]] = deque(maxlen=KEPT)  # SSRC and number; packet
        self.keyframe_wanted = False
        self.keyframe_requests = self.resent = 0
        self.ssrcs = tuple(secrets.randbelow(1 << 32) for _ in KINDS)

    async def connect(self, http: aiohttp.ClientSession, url: str) -> None:
        headers = {"Content-Type": "application/sdp", "Authorization": "Bearer key"}
        offer = sdp.offer(self._transport.local, ssrcs=self.ssrcs)
        async with http.post(url, data=offer, headers=headers) as response:
            text = await response.text()
            assert response.status == 201, text
        await self._transport.connect(sdp.parse(text))
        loop = asyncio.get_running_loop()
        loop.add_reader(self._transport.socket.fileno(), self._readable)
        self._upkeep = asyncio.create_task(self._live())

    def send(self, kind: int, packets: list[bytes]) -> None:
        # Encrypted first, so that a picture leaves in one go.
        protected = [self._transport.protect(packet) for packet in packets]
        for packet in protected:
            self._transport.send(packet)
        self._kept.extend((packet[2:4] + packet[8:12], packet) for packet in protected)

    def report(self, report: bytes) -> None:
        self._transport.send_rtcp(report)

    def close(self) -> None:
        self._upkeep.cancel()
        asyncio.get_running_loop().remove_reader(self._transport.socket.fileno())
        self._transport.close()

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(5)
            self._transport.check()

    def _readable(self) -> None:
        while True:
            try:
                data = self._transport.socket.recv(2048)
            except OSError:
                return
            self._transport.datagram(data)

    def _rtcp(self, compound: bytes) -> None:
        for packet in RtcpPacket.parse(compound):
            if isinstance(packet, RtcpPsfbPacket) and packet.fmt in (PLI, FIR):
                self.keyframe_requests += 1
                self.keyframe_wanted = True
            elif isinstance(packet, RtcpRtpfbPacket) and packet.fmt == NACK:
                self._resend(packet.media_ssrc.to_bytes(4, "big"), packet.lost)

    def _resend(self, ssrc: bytes, numbers: list[int]) -> None:
        """Send packets again as they were: RTX was not negotiated."""
        wanted = {number.to_bytes(2, "big") + ssrc for number in numbers}
        for key, packet in self._kept:
            if key in wanted:
                self.resent += 1
                self._transport.send(packet)


class PlainRtp:
    """As RTP to two ports (audio, video), which is what the Streaming plugin of Janus takes."""

    keyframe_wanted = False
    keyframe_requests = resent = 0
    ssrcs = (1, 2)

    def __init__(self, ports: tuple[int, int]) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._ports = ports

    def send(self, kind: int, packets: list[bytes]) -> None:
        for packet in packets:
            self._socket.sendto(packet, ("127.0.0.1", self._ports[kind]))

    def report(self, report: bytes) -> None:
        """Nobody takes it: no port for RTCP is configured."""

    def close(self) -> None:
        self._socket.close()


class Publisher:
    """Plays a clip until it is stopped, from its beginning again when a keyframe is asked for."""

    def __init__(self, clip: Clip, way: Whip | PlainRtp, sweeper: Sweeper) -> None:
        self.way = way
        self.quiet = True  # no pictures, and hardly any sound: only so much that it is live
        self._clip = clip
        self._sweeper = sweeper
        # Frames of sound and pictures that are due next, and the packets sent of each since.
        self.next = [FIRST, FIRST]
        self._sizes: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self._sequences = [secrets.randbelow(1 << 15), secrets.randbelow(1 << 15)]
        self._sent = [[0, 0], [0, 0]]  # packets and bytes
        self._picture = 0  # of the clip
        self._began = time.monotonic()  # when the first frames were due

    async def play(self) -> None:
        """Send what is due, for ever."""
        reported = 0.0
        while True:
            now = time.monotonic()
            for kind in KINDS:
                while self._due(kind) <= now:
                    self._frame(kind)
            if now - reported > REPORT:
                reported = now
                self._report()
            due = min(map(self._due, KINDS))
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    def packets(self, kind: int, first: int, after: int) -> int:
        """Return how many packets the frames ``first`` to ``after`` (not included) had."""
        return sum(self._sizes[kind].get(number, 0) for number in range(first, after))

    def _due(self, kind: int) -> float:
        return self._began + (self.next[kind] - FIRST) * (SOUND, 1 / RATE)[kind]

    def _frame(self, kind: int) -> None:
        number = self.next[kind]
        self.next[kind] += 1
        if self.quiet and (kind == VIDEO or number % round(QUIET / SOUND)):
            return
        if kind == AUDIO:
            payloads = [self._clip.audio[number % len(self._clip.audio)]]
        else:
            if self.way.keyframe_wanted:
                self.way.keyframe_wanted, self._picture = False, 0
            payloads = self._clip.video[self._picture]
            self._picture = (self._picture + 1) % len(self._clip.video)
        timestamp = number * TICKS[kind] & 0xFFFFFFFF
        packets = [
            self._packet(kind, payload, timestamp, kind == VIDEO and payload is payloads[-1])
            for payload in payloads
        ]
        self._sizes[kind][number] = len(packets)
        self._sweeper.published(kind, number, time.time_ns())
        self.way.send(kind, packets)

    def _packet(self, kind: int, payload: bytes, timestamp: int, marker: bool) -> bytes:
        sequence = self._sequences[kind]
        self._sequences[kind] = sequence + 1 & 0xFFFF
        self._sent[kind][0] += 1
        self._sent[kind][1] += len(payload)
        payload_type = _PAYLOAD_TYPES[kind] | marker << 7
        return _HEADER.pack(0x80, payload_type, sequence, timestamp, self.way.ssrcs[kind]) + payload

    def _report(self) -> None:
        """Say what time timestamps are of (RFC 3550 §6.4.1)."""
        for kind in KINDS:
            clock = (48_000, 90_000)[kind]
            passed = FIRST * TICKS[kind] + (time.monotonic() - self._began) * clock
            info = RtcpSenderInfo(
                ntp_timestamp=int((time.time() + NTP_EPOCH) * (1 << 32)) & 0xFFFFFFFFFFFFFFFF,
                rtp_timestamp=int(passed) & 0xFFFFFFFF,
                packet_count=self._sent[kind][0] & 0xFFFFFFFF,
                octet_count=self._sent[kind][1] & 0xFFFFFFFF,
            )
            self.way.report(bytes(RtcpSrPacket(ssrc=self.way.ssrcs[kind], sender_info=info)))
