"""The process whose CPU is measured: the relay, or aiortc in two ways.

``python -m tests.bench.media_server native|python|mediarelay|forward``

``native`` and ``python`` are our relay with the one or the other fan-out kernel.

``mediarelay`` is what aiortc offers for one track to many: the track is decoded, and encoded again
for each viewer. ``forward`` is the best that can be done with it: the encoded packets are handed
to each viewer's transport, past the jitter buffer, decoder and encoder, and without any of what a
relay needs beside (resending, keyframes, congestion).
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
from collections.abc import Callable
from typing import Any, Literal

from aiohttp import web
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.contrib.media import MediaRelay
from aiortc.rtp import RtpPacket

from liveshow.http.problems import problems_middleware
from liveshow.relay import Relay
from liveshow.server import keep_for_good
from signaling.media import whep, whip
from tests.bench import child


async def _everybody(request: web.Request, show_id: str) -> None:
    """Let anybody publish and watch."""


async def ours(kernel: Literal["native", "python"]) -> Relay:
    # Here, and nowhere else, the benchmarks say how a relay is made.
    relay = Relay(
        public_addresses=[],
        max_viewers=5000,
        on_stream=lambda change: None,
        kernel=kernel,
        threads=1,
    )
    await relay.start("127.0.0.1", 0)
    return relay


class Aiortc:
    """WHIP and WHEP in front of ``RTCPeerConnection``; one show."""

    def __init__(self) -> None:
        self._connections: list[RTCPeerConnection] = []
        self._tracks: dict[str, MediaStreamTrack] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/whip/{show}", self._whip), web.post("/whep/{show}", self._whep)]

    async def _whip(self, request: web.Request) -> web.Response:
        connection = await self._connection(request)
        self.published(connection)
        return await self._answer(connection)

    async def _whep(self, request: web.Request) -> web.Response:
        connection = await self._connection(request)
        self.subscribe(connection)
        return await self._answer(connection)

    async def _connection(self, request: web.Request) -> RTCPeerConnection:
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connections.append(connection)
        offer = RTCSessionDescription(await request.text(), "offer")
        await connection.setRemoteDescription(offer)
        return connection

    async def _answer(self, connection: RTCPeerConnection) -> web.Response:
        await connection.setLocalDescription(await connection.createAnswer())
        return web.Response(
            status=201,
            text=connection.localDescription.sdp,
            content_type="application/sdp",
            headers={"Location": f"/{secrets.token_hex(8)}", "ETag": '"1"'},
        )

    def published(self, connection: RTCPeerConnection) -> None:
        for transceiver in connection.getTransceivers():
            self._tracks[transceiver.kind] = transceiver.receiver.track

    def subscribe(self, connection: RTCPeerConnection) -> None:
        raise NotImplementedError


class Decoding(Aiortc):
    def __init__(self) -> None:
        super().__init__()
        self._relay = MediaRelay()

    def subscribe(self, connection: RTCPeerConnection) -> None:
        for track in self._tracks.values():
            connection.addTrack(self._relay.subscribe(track))


class _Silent(MediaStreamTrack):
    """Makes a sender negotiate and then leave its transport to us."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    async def recv(self) -> Any:
        await asyncio.Event().wait()


class Forwarding(Aiortc):
    def __init__(self) -> None:
        super().__init__()
        self._viewers: list[tuple[str, Any]] = []  # kind, sender

    def published(self, connection: RTCPeerConnection) -> None:
        super().published(connection)
        for transceiver in connection.getTransceivers():
            receiver = transceiver.receiver
            forward = self._forwarder(receiver, transceiver.kind)
            receiver._handle_rtp_packet = forward  # type: ignore[method-assign]

    def _forwarder(self, receiver: RTCRtpReceiver, kind: str) -> Callable[..., Any]:
        async def forward(packet: RtpPacket, arrival_time_ms: int) -> None:
            for of, sender in self._viewers:
                if of == kind and sender.transport.state == "connected":
                    # Both ends are aiortc with the same offer: the payload types agree.
                    packet.ssrc = sender._ssrc
                    await sender.transport._send_rtp(packet.serialize())

        return forward

    def subscribe(self, connection: RTCPeerConnection) -> None:
        for kind in self._tracks:
            self._viewers.append((kind, connection.addTrack(_Silent(kind))))


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("native", "python", "mediarelay", "forward"))
    kind = parser.parse_args().kind
    app = web.Application()
    relay: Relay | None = None
    if kind in ("native", "python"):
        app.middlewares.append(problems_middleware())
        app.on_response_prepare.append(whip.add_headers)
        relay = await ours(kind)
        app.add_routes([*whip.routes(relay, _everybody), *whep.routes(relay, _everybody)])
    else:
        app.add_routes({"mediarelay": Decoding, "forward": Forwarding}[kind]().routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    # As a server does when it has started; for the peers as well.
    keep_for_good()

    async def address() -> str:
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def media_port() -> int:
        return relay.port if relay is not None else 0

    await child.serve({"address": address, "media_port": media_port})


if __name__ == "__main__":
    asyncio.run(main())
