"""A show on air with a viewer, and an attacker."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import av
import pylibsrtp
from aioice import stun
from OpenSSL import SSL

from liveshow.relay.session import Session
from liveshow.relay.wire.packets import is_rtcp
from tests.relay.peers import WIDTH, Peer, Server, ViewingPeer, publishing, serve, video, watching
from tests.support import eventually

FRAMES = 60  # of the clip, each with a brightness of its own
CLIENT_HELLO = bytes.fromhex(
    "16feff000000000000000000360100002a000000000000002afefd"
    "0000000000000000000000000000000000000000000000000000000000000000000000020035010000"
)
CLEAR_ALERT = b"\x15\xfe\xfd" + bytes(8) + b"\x00\x02\x02\x28"  # fatal, handshake_failure


class Stranger:
    """A UDP socket with bad intentions."""

    def __init__(self, server: Server) -> None:
        self._target = ("127.0.0.1", server.relay.port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.address = self._socket.getsockname()

    def send(self, data: bytes) -> None:
        self._socket.sendto(data, self._target)

    def received(self) -> list[bytes]:
        """Return everything that came back."""
        answers = []
        while True:
            try:
                answers.append(self._socket.recv(65536))
            except BlockingIOError:
                return answers

    def close(self) -> None:
        self._socket.close()


@asynccontextmanager
async def attacked(
    *, defects: bool = False, holes: int = 0, **options: Any
) -> AsyncIterator[tuple[Server, ViewingPeer, Stranger]]:
    """A show on air, a viewer that must not notice the attack, and a stranger.

    ``holes``: how many pictures may be missing. ``defects``: some are provoked.
    """
    async with serve(**options) as server, publishing(server, "VP8"):
        await server.until("started")
        async with watching(server) as viewer:
            await viewer.more("video", 3)
            stranger = Stranger(server)
            try:
                yield server, viewer, stranger
                await viewer.more("video", 15)
                await viewer.more("audio", 15)
            finally:
                stranger.close()
            assert viewer.pc.connectionState == "connected"
            assert missing(viewer) <= holes, viewer.pictures
            assert defects or not server.relay._endpoint.mux.dropped["defect"]


@functools.cache
def _shades() -> dict[int, list[int]]:
    """Return which pictures of the clip have which brightness once they were decoded.

    Mostly one; the encoder may have left two that follow each other alike.
    """
    decoder: Any = av.CodecContext.create("vp8", "r")
    shades: dict[int, list[int]] = {}
    for number, (data, _, _) in enumerate(video("VP8")[0]):
        plane = decoder.decode(av.Packet(data))[0].planes[0]
        shades.setdefault(bytes(plane)[plane.line_size * 80 + WIDTH // 2], []).append(number)
    return shades


def missing(viewer: ViewingPeer) -> int:
    """Return how many pictures of the clip a viewer has missed since its first one."""
    lost, before = 0, None
    for shade in viewer.pictures:
        numbers = _shades().get(shade)
        if numbers is None:
            lost += 1
        elif before is None:
            before = numbers[-1]
        else:
            # The next one of those that look alike.
            gap, before = min(((number - before - 1) % FRAMES, number) for number in numbers)
            lost += gap
    return lost


async def handled(server: Server, count: int) -> None:
    """Wait until the relay has read what we sent, by what it has dropped."""
    await eventually(
        lambda: sum(server.relay._endpoint.mux.dropped.values()) >= count,
        what=f"{count} dropped, have {server.relay._endpoint.mux.dropped}",
    )


async def taken(server: Server, count: int) -> None:
    """Wait until the relay has read ``count`` more datagrams, whatever it did with them."""
    port = server.relay._endpoint.mux
    target = port.received + count
    await eventually(lambda: port.received >= target, what=f"{count} more datagrams")


def check(
    username: str,
    password: str = "x" * 22,
    *,
    fingerprint: bool = True,
    integrity: bool = True,
    role: str = "ICE-CONTROLLING",
    nominate: bool = True,
) -> bytes:
    """Build a connectivity check."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes |= {"USERNAME": username, "PRIORITY": 1, role: 7}
    if nominate:
        message.attributes["USE-CANDIDATE"] = None
    if integrity:
        message.add_message_integrity(password.encode())
    if not fingerprint:
        message.attributes.pop("FINGERPRINT", None)
    return bytes(message)


def session_of(server: Server, peer: Peer) -> Session:
    """Return the relay's side of a test's peer."""
    session = server.relay.session(peer.location.rpartition("/")[2])
    assert session is not None
    return session


def signed(session: Session, **options: Any) -> bytes:
    """Build a check as the peer of ``session`` would."""
    credentials = session.peer.ice.newest.credentials
    return check(f"{credentials.ufrag}:{session.remote_ufrag}", credentials.password, **options)


def send_from(peer: Peer, server: Server, data: bytes) -> None:
    """Send a datagram from a peer's own socket, the one it has selected."""
    address = session_of(server, peer).peer.route.selected
    connection = peer.pc.getTransceivers()[0].receiver.transport.transport._connection
    for protocol in connection._protocols:
        if address is not None and protocol.transport.get_extra_info("sockname")[1] == address[1]:
            protocol.transport.sendto(data, ("127.0.0.1", server.relay.port))
            return
    raise AssertionError(f"no socket of {address}")


def client_hello() -> bytes:
    """Return the first flight of a DTLS handshake as OpenSSL writes it."""
    connection = SSL.Connection(SSL.Context(SSL.DTLS_CLIENT_METHOD), None)
    connection.set_connect_state()
    with contextlib.suppress(SSL.WantReadError):
        connection.do_handshake()
    return connection.bio_read(1500)


class Forger:
    """Sits between a peer's media and its SRTP, and writes there what it likes."""

    def __init__(self, peer: Peer) -> None:
        sender = peer.pc.getTransceivers()[-1].sender
        self.ssrc: int = sender._ssrc  # of the picture
        self._dtls = sender.transport
        self._protect = self._dtls._send_rtp
        self._dtls._send_rtp = self._forward  # type: ignore[method-assign]
        self._shift = 0
        self.last = b""  # of the picture
        self.forwarded = 0

    async def _forward(self, data: bytes) -> None:
        if not is_rtcp(data) and int.from_bytes(data[8:12]) == self.ssrc:
            data = (
                data[:2] + (int.from_bytes(data[2:4]) + self._shift & 0xFFFF).to_bytes(2) + data[4:]
            )
            self.last = data
            self.forwarded += 1
        await self._protect(data)

    def jump(self, count: int) -> None:
        """Leave numbers out before the next packet of the picture."""
        self._shift += count

    async def send(self, data: bytes) -> None:
        """Send any plaintext, unless libsrtp finds that it is no packet at all."""
        with contextlib.suppress(pylibsrtp.Error):
            await self._protect(data)

    async def insert(
        self, payload: bytes, *, first: int = 0x80, extension: bytes = b"", kind: int = -1
    ) -> None:
        """Send a packet of the picture of our own, numbered as the next one.

        ``kind``: a payload type, the right one if nothing is said.
        """
        second = self.last[1] if kind < 0 else kind
        sequence = int.from_bytes(self.last[2:4]) + 1 & 0xFFFF
        numbers = sequence.to_bytes(2) + self.last[4:12]
        self._shift += 1
        self.last = self.last[:2] + numbers
        head = bytes((first, second)) + numbers
        await self.send(head + extension + payload)

    async def more(self, count: int = 1) -> None:
        """Wait for packets of the picture."""
        target = self.forwarded + count
        await eventually(lambda: self.forwarded >= target, what="the publisher sends")

    def protect(self, data: bytes) -> bytes:
        """Return an encrypted RTCP packet, to be sent from anywhere."""
        return bytes(self._dtls._tx_srtp.protect_rtcp(data))


async def breathe(turn: int) -> None:
    """Let the relay read, now and then."""
    if turn % 40 == 39:
        await asyncio.sleep(0.002)
