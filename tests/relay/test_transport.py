"""One peer's transport against a real one: STUN from aioice, DTLS from aiortc, over UDP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aioice import stun
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)

from liveshow.relay.aiortc_private import Certificate
from liveshow.relay.kernel import Address, Divert, Kernel, Profile
from liveshow.relay.peer import Peer
from liveshow.relay.port import UdpPort
from liveshow.relay.ports import Timeouts
from tests.support import eventually

THEIR_UFRAG = "their"


class Client(asyncio.DatagramProtocol):
    """A viewer's transport: checks that nominate, then DTLS as the client."""

    role, state = "controlling", "completed"  # what aiortc asks of its ICE transport

    def __init__(self) -> None:
        self.certificate = RTCCertificate.generateCertificate()
        self.dtls = RTCDtlsTransport(self, [self.certificate])  # type: ignore[arg-type]
        self.dtls._set_role("client")
        self.answers: list[bytes] = []  # STUN
        self.media: list[bytes] = []  # SRTP and SRTCP as they came
        self._records: asyncio.Queue[bytes] = asyncio.Queue()
        self._socket: Any = None
        self._target: Any = None

    async def open(self, port: int) -> Client:
        """Bind to a free port and talk to ``port``."""
        self._target = ("127.0.0.1", port)
        loop = asyncio.get_running_loop()
        self._socket, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        return self

    @property
    def address(self) -> tuple[str, int]:
        """Where it sends from."""
        name: tuple[str, int] = self._socket.get_extra_info("sockname")
        return name

    @property
    def fingerprint(self) -> tuple[str, str]:
        """What its offer says of its certificate."""
        first = self.certificate.getFingerprints()[0]
        return first.algorithm, first.value

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if data[0] < 4:
            self.answers.append(data)
        elif data[0] < 64:
            self._records.put_nowait(data)
        else:
            self.media.append(data)

    async def _recv(self) -> bytes:
        return await self._records.get()

    async def _send(self, data: bytes) -> None:
        self.send(data)

    def send(self, data: bytes) -> None:
        """Send one datagram as it is."""
        self._socket.sendto(data, self._target)

    async def check(self, peer: Peer, *, nominate: bool = True) -> None:
        """Send a signed check and wait for its answer."""
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        message.attributes["USERNAME"] = f"{peer.credentials.ufrag}:{THEIR_UFRAG}"
        message.attributes |= {"PRIORITY": 1, "ICE-CONTROLLING": 7}
        if nominate:
            message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity(peer.credentials.password.encode())
        count = len(self.answers)
        self.send(bytes(message))
        await eventually(lambda: len(self.answers) > count, what="the check is answered")

    async def handshake(self, server: Certificate) -> None:
        """Run DTLS to its end."""
        fingerprints = [RTCDtlsFingerprint(*server.fingerprint)]
        await self.dtls.start(RTCDtlsParameters(fingerprints=fingerprints))

    async def close(self) -> None:
        """Say goodbye."""
        await self.dtls.stop()
        self._socket.close()


class User:
    """Writes down what the peer says."""

    def __init__(self) -> None:
        self.connected = self.disconnected = 0
        self.rtp: list[bytes] = []
        self.rtcp: list[Any] = []

    def on_connected(self) -> None:
        self.connected += 1

    def on_disconnected(self) -> None:
        self.disconnected += 1

    def on_rtp(self, data: bytes) -> None:
        self.rtp.append(data)

    def on_rtcp(self, packets: list[Any]) -> None:
        self.rtcp += packets


class Server:
    """A port and the certificate of its peers."""

    def __init__(self, kernel: Kernel | None = None) -> None:
        self.port = UdpPort(lambda: None)
        self.port.open("127.0.0.1", 0)
        self.certificate = Certificate.generate()
        self.kernel = kernel
        self.peers: list[Peer] = []
        self.clients: list[Client] = []

    async def client(self) -> Client:
        """Make a client that knows the port."""
        self.clients.append(await Client().open(self.port.port))
        return self.clients[-1]

    def peer(self, client: Client, clock: Callable[[], float] = time.monotonic) -> Peer:
        """Make the peer of a client, as its offer would."""
        peer = Peer(
            self.port,
            self.certificate,
            [client.fingerprint],
            THEIR_UFRAG,
            False,
            Timeouts(),
            clock,
            self.kernel,
        )
        peer.attach(User())
        self.peers.append(peer)
        return peer

    async def connected(self, clock: Callable[[], float] = time.monotonic) -> tuple[Peer, Client]:
        """Return a peer and its client, connected."""
        client = await self.client()
        peer = self.peer(client, clock)
        await client.check(peer)
        await client.handshake(self.certificate)
        await eventually(lambda: peer.connected, what="the peer is connected")
        return peer, client


@asynccontextmanager
async def serving(kernel: Kernel | None = None) -> AsyncIterator[Server]:
    """Open a port and close it with everybody on it."""
    server = Server(kernel)
    try:
        yield server
    finally:
        for peer in server.peers:
            await peer.close()
        for client in server.clients:
            await client.close()
        server.port.close()


class PathsOnly:
    """The part of the kernel that a peer uses: it writes down what paths are told."""

    def __init__(self) -> None:
        self.keys: list[tuple[Profile, bytes, bytes]] = []
        self.told: list[Address | Divert | None] = []

    def path(self, profile: Profile, key: bytes, salt: bytes) -> Any:
        self.keys.append((profile, key, salt))
        return self

    def send_to(self, where: Address | Divert | None) -> None:
        self.told.append(where)


async def test_path_has_the_keys_of_the_handshake_and_is_made_once() -> None:
    """It is made when first asked for, and sends to where the peer was heard."""
    kernel: Any = PathsOnly()
    async with serving(kernel) as server:
        peer, client = await server.connected()
        assert kernel.keys == []
        assert peer.path is peer.path
        profile, key, salt = kernel.keys[0]
        assert (len(kernel.keys), profile) == (1, "AEAD_AES_128_GCM")
        assert (len(key), len(salt)) == (16, 12)
        assert kernel.told == [client.address]


async def test_path_follows_the_address_after_a_nomination_and_ends_with_the_peer() -> None:
    """A check from elsewhere moves it only when it nominates; closing stops it."""
    kernel: Any = PathsOnly()
    async with serving(kernel) as server:
        peer, client = await server.connected()
        assert peer.path is not None
        moved = await server.client()
        await moved.check(peer, nominate=False)
        assert kernel.told == [client.address]
        await moved.check(peer)
        await moved.check(peer)
        assert kernel.told == [client.address, moved.address]
        await peer.close()
        assert kernel.told[-1] is None


async def test_path_is_refused_before_the_handshake_and_without_a_kernel() -> None:
    """Both are mistakes of ours, and say so."""
    async with serving() as server:
        peer, _ = await server.connected()
        with pytest.raises(RuntimeError, match="no kernel"):
            _ = peer.path
    kernel: Any = PathsOnly()
    async with serving(kernel) as server:
        peer = server.peer(await server.client())
        with pytest.raises(RuntimeError, match="no keys"):
            _ = peer.path
