"""Viewers: how they come, over WHEP or the API of Janus, and what they say while they watch."""

from __future__ import annotations

import asyncio
import struct
import time
from typing import Protocol

import aiohttp
from aiortc.rtp import RtcpPsfbPacket, pack_remb_fci

from tests.bench.light import sdp
from tests.bench.light.janus_api import Janus
from tests.bench.light.sweeper import Sweeper
from tests.bench.light.transport import Transport

REPORT, CONSENT = 1.0, 5.0  # seconds between two of one viewer, as browsers have it
TURN = 0.05  # seconds; a viewer's turn comes once in each of the above, all take turns
REMB = 10_000_000  # bits per second: every viewer has room
PATIENCE = 10.0  # seconds to get in
NOT_LIVE_YET = 0.05  # seconds until it is asked again
_REPORT_SSRC = 1


class Door(Protocol):
    """The way in to a server."""

    async def watch(self, transport: Transport) -> sdp.Remote:
        """Signal until there is something to connect to. Raises ``ConnectionError``."""


class Whep:
    """Watching over HTTP; the client offers."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url

    async def watch(self, transport: Transport) -> sdp.Remote:
        headers = {"Content-Type": "application/sdp"}
        offer = sdp.offer(transport.local)
        async with asyncio.timeout(PATIENCE):
            while True:
                async with self._http.post(self._url, data=offer, headers=headers) as response:
                    text = await response.text()
                    if response.status == 201:
                        return sdp.parse(text)
                    if response.status != 409:
                        raise ConnectionError(f"{response.status}: {text}")
                await asyncio.sleep(NOT_LIVE_YET)


class JanusDoor:
    """Watching a mountpoint of Janus; the server offers."""

    def __init__(self, janus: Janus) -> None:
        self._janus = janus

    async def watch(self, transport: Transport) -> sdp.Remote:
        handle, offered = await self._janus.watch()
        await self._janus.start(handle, sdp.answer(transport.local, offered))
        return sdp.parse(offered)


class Viewer:
    """One viewer, from the knock at the door to the goodbye."""

    def __init__(self, sweeper: Sweeper) -> None:
        self._sweeper = sweeper
        self.transport = Transport()
        self.number = -1
        self.asked_ns = 0  # the system's clock, when it came

    async def join(self, door: Door) -> None:
        """Come in. Raises ``TimeoutError``, ``ConnectionError`` and what OpenSSL raises."""
        self.asked_ns = time.time_ns()
        remote = await door.watch(self.transport)
        await self.transport.connect(remote)
        self.number = self._sweeper.add(self.transport.socket, remote.payload_types)

    def leave(self) -> None:
        """Go, and say so."""
        if self.number >= 0:
            self._sweeper.remove(self.number)
        self.transport.close()

    def report(self) -> None:
        """Send a receiver report and REMB, as browsers do every second (RFC 3550 §6.4.2)."""
        received = self._sweeper.received(self.number)
        blocks = b"".join(
            struct.pack("!IIIIII", ssrc, max(0, lost) & 0xFFFFFF, highest, 0, 0, 0)
            for ssrc, highest, lost in received
        )
        length = 1 + 6 * len(received)
        compound = struct.pack("!BBHI", 0x80 | len(received), 201, length, _REPORT_SSRC) + blocks
        remb = RtcpPsfbPacket(
            fmt=15,
            ssrc=_REPORT_SSRC,
            media_ssrc=0,
            fci=pack_remb_fci(REMB, [ssrc for ssrc, _, _ in received]),
        )
        self.transport.send_rtcp(compound + bytes(remb))


class Crowd:
    """All viewers, and what keeps their sessions alive."""

    def __init__(self, sweeper: Sweeper) -> None:
        self._sweeper = sweeper
        self.viewers: list[Viewer] = []  # by their number

    async def join(self, door: Door) -> Viewer:
        viewer = Viewer(self._sweeper)
        try:
            await viewer.join(door)
        except BaseException:
            viewer.leave()
            raise
        self.viewers.append(viewer)
        return viewer

    def sweep(self) -> None:
        """Empty all sockets; what is not RTP goes to ICE and DTLS, so that they live on."""
        for number, data in self._sweeper.sweep():
            self.viewers[number].transport.datagram(data)

    async def upkeep(self) -> None:
        """Send reports and ask for consent, for ever, a few viewers at a time."""
        turn = 0
        while True:
            await asyncio.sleep(TURN)
            turn += 1
            for number, viewer in enumerate(self.viewers):
                if number % round(REPORT / TURN) == turn % round(REPORT / TURN):
                    viewer.report()
                if number % round(CONSENT / TURN) == turn % round(CONSENT / TURN):
                    viewer.transport.check()
