"""One peer's transport against a real one: STUN from aioice, DTLS from aiortc, over UDP."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from aioice import stun
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from aiortc.rtp import RtcpPsfbPacket, RtpPacket
from OpenSSL import SSL

from liveshow.relay import Relay
from liveshow.relay.kernel.choice import open_kernel
from liveshow.relay.kernel.protocols import Address, Kernel, Profile, SendCallback
from liveshow.relay.ports import Timeouts
from liveshow.relay.tracks.simulcast import Simulcast
from liveshow.relay.transport.aiortc_private import PROFILES, Certificate
from liveshow.relay.transport.handshakes import SLOW, Handshakes
from liveshow.relay.transport.peer import SILENT_AFTER, Peer
from liveshow.relay.transport.route import UNPROVEN_AFTER
from liveshow.relay.transport.tcp import TcpConnection, TcpConnections
from liveshow.relay.transport.udp_mux import READS_PER_WAKE, UdpMux
from liveshow.relay.wire.packets import MAX_DATAGRAM, Packet
from liveshow.relay.wire.rtcp import receiver_report
from tests.relay.wire.test_stun import raw
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
        message.attributes["USERNAME"] = f"{peer.ice.newest.credentials.ufrag}:{THEIR_UFRAG}"
        message.attributes |= {"PRIORITY": 1, "ICE-CONTROLLING": 7}
        if nominate:
            message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity(peer.ice.newest.credentials.password.encode())
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
        self.flushed = 0
        self.mux = UdpMux(self._flush)
        self.mux.open("127.0.0.1", 0)
        self.certificate = Certificate.generate()
        self.kernel = kernel
        self.peers: list[Peer] = []
        self.clients: list[Client] = []

    def _flush(self) -> None:
        self.flushed += 1

    async def client(self) -> Client:
        """Make a client that knows the port."""
        self.clients.append(await Client().open(self.mux.port))
        return self.clients[-1]

    def peer(self, client: Client, clock: Callable[[], float] = time.monotonic) -> Peer:
        """Make the peer of a client, as its offer would."""
        peer = Peer(
            self.mux,
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
    """Open a port, and close it with all peers on it."""
    server = Server(kernel)
    try:
        yield server
    finally:
        for peer in server.peers:
            await peer.close()
        for client in server.clients:
            await client.close()
        server.mux.close()


class PathsOnly:
    """The part of the kernel that a peer uses: it writes down what paths are told."""

    def __init__(self) -> None:
        self.keys: list[tuple[Profile, bytes, bytes]] = []
        self.told: list[Address | SendCallback | None] = []

    def path(self, profile: Profile, key: bytes, salt: bytes) -> Any:
        self.keys.append((profile, key, salt))
        return self

    def send_to(self, where: Address | SendCallback | None) -> None:
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


async def test_viewer_opens_what_its_path_sends() -> None:
    """The keys and the address are the right ones: another implementation reads the packet."""
    async with serving() as server:
        server.kernel = open_kernel(server.mux.socket)
        server.mux.use(server.kernel)
        peer, client = await server.connected()
        stream = peer.path.stream(1234, 77)
        stream.remap(96, first=5, sequence_offset=72, timestamp_offset=1000)
        packet = Packet(5, 9000, True, "opus", b"payload", keyframe=True, arrival=0.0)
        assert stream.send([packet]) == 1
        await eventually(lambda: client.media, what="the packet is there")
        plain = RtpPacket.parse(client.dtls._rx_srtp.unprotect(client.media[0]))
        assert (plain.ssrc, plain.sequence_number, plain.timestamp) == (1234, 77, 10_000)
        assert (plain.payload_type, plain.payload) == (96, b"payload")
        server.kernel.close()


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


class Reads:
    """The part of the kernel that a port uses: it hands out what it was given."""

    def __init__(self, mux: UdpMux) -> None:
        self.mux = mux
        self.asked: list[tuple[int, int]] = []
        self.waiting: list[tuple[bytes, Address]] = []

    def receive(self, limit: int, size: int) -> list[tuple[bytes, Address]]:
        self.asked.append((limit, size))
        self.mux.socket.recvfrom(1)  # what woke the reader
        batch, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return batch


async def test_port_reads_whole_batches_through_the_kernel() -> None:
    """One call reads many datagrams; they are flushed once, and one may be too long."""
    async with serving() as server:
        kernel = Reads(server.mux)
        server.mux.use(cast(Kernel, kernel))
        stranger = ("192.0.2.1", 4000)
        kernel.waiting = [(b"\x80" + bytes(20), stranger)] * 3 + [(bytes(1501), stranger)]
        (await server.client()).send(b"wake")
        await eventually(lambda: server.flushed, what="the batch was sent on")
        assert kernel.asked == [(READS_PER_WAKE, MAX_DATAGRAM + 1)]
        assert server.flushed == 1
        assert server.mux.received == 4
        assert server.mux.dropped == {"stranger": 3, "size": 1}


async def test_port_that_is_closed_within_a_batch_takes_no_more_of_it() -> None:
    """What follows would meet sessions that have ended."""
    async with serving() as server:
        peer, client = await server.connected()
        kernel = Reads(server.mux)
        server.mux.use(cast(Kernel, kernel))
        peer.on_datagram = lambda *_: server.mux.close()  # type: ignore[method-assign]
        kernel.waiting = [(b"\x80" + bytes(20), client.address)] * 3
        before, flushed = server.mux.received, server.flushed
        client.send(b"wake")
        await eventually(lambda: server.mux.received > before, what="the batch is read")
        assert (server.mux.received, server.flushed) == (before + 1, flushed)


async def test_check_with_an_attribute_that_must_be_understood_moves_nothing() -> None:
    """It is told so when it is signed, and gets nothing else."""
    async with serving() as server:
        client = await server.client()
        peer = server.peer(client)
        user, key = (
            f"{peer.ice.newest.credentials.ufrag}:{THEIR_UFRAG}",
            peer.ice.newest.credentials.password,
        )
        odd = (0x0003, bytes(4))
        client.send(raw((6, user.encode()), odd))  # signed with another key
        client.send(raw((6, user.encode()), odd, key=key.encode()))
        await eventually(lambda: client.answers, what="the check is answered")
        answers = [stun.parse_message(answer) for answer in client.answers]
        assert [answer.attributes["ERROR-CODE"][0] for answer in answers] == [420]
        assert server.mux.dropped == {"stun_unsigned": 1}
        client.send(b"\x16\xfe\xfd" + bytes(20))
        await eventually(lambda: server.mux.dropped["stranger"], what="it is still a stranger")


async def test_indications_are_counted_apart() -> None:
    """Peers that use libnice send one every few seconds, and nothing is wrong with it."""
    async with serving() as server:
        client = await server.client()
        client.send(raw(kind=0x0011))
        client.send(raw(kind=0x0111))
        dropped = server.mux.dropped
        await eventually(lambda: sum(dropped.values()) == 2, what="both are read")
        assert dropped == {"stun_indication": 1, "stun_malformed": 1}


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_who_went_silent_is_sent_nothing_until_heard_again() -> None:
    """It costs nothing meanwhile, and is over when its consent expires."""
    kernel: Any = PathsOnly()
    clock = Clock()
    async with serving(kernel) as server:
        peer, client = await server.connected(clock)
        report = receiver_report(1)
        assert peer.path is not None
        peer.send_rtcp(report)
        await eventually(lambda: len(client.media) == 1, what="the report is there")
        clock.now += SILENT_AFTER
        assert not peer.overdue(clock.now)
        assert not peer.silent
        clock.now += 0.1
        assert not peer.overdue(clock.now)
        assert peer.silent
        assert kernel.told == [client.address, None]
        sent = server.mux.sent
        peer.send_rtcp(report)
        assert server.mux.sent == sent

        await client.check(peer)
        assert not peer.silent
        assert kernel.told == [client.address, None, client.address]
        clock.now += SILENT_AFTER + 1
        assert not peer.overdue(clock.now)
        await client.dtls._send_rtp(report)
        await eventually(lambda: not peer.silent, what="its report was heard")
        assert kernel.told[-1] == client.address
        clock.now += Timeouts().consent + 1
        assert peer.overdue(clock.now)


async def test_silent_peer_that_is_heard_from_elsewhere_is_followed() -> None:
    """A phone that comes back in another network gets its picture there."""
    kernel: Any = PathsOnly()
    clock = Clock()
    async with serving(kernel) as server:
        peer, client = await server.connected(clock)
        assert peer.path is not None
        clock.now += SILENT_AFTER + 1
        peer.overdue(clock.now)
        moved = await server.client()
        await moved.check(peer, nominate=False)
        assert kernel.told[0] == client.address
        assert kernel.told[-1] == moved.address


async def test_checks_alone_keep_media_where_the_handshake_was() -> None:
    """A peer that never reports is sent to as long as it checks."""
    kernel: Any = PathsOnly()
    clock = Clock()
    async with serving(kernel) as server:
        peer, client = await server.connected(clock)
        assert peer.path is not None
        for _ in range(20):
            clock.now += 5
            assert not peer.overdue(clock.now)
            await client.check(peer)
        assert kernel.told == [client.address]


async def test_checks_alone_keep_no_media_where_the_peer_has_never_been() -> None:
    """Their sender may be forged: it ends there, however many come and from however many places."""
    kernel: Any = PathsOnly()
    clock = Clock()
    async with serving(kernel) as server:
        peer, client = await server.connected(clock)
        assert peer.path is not None
        victims = [await server.client() for _ in range(2)]
        for turn in range(5):
            clock.now += UNPROVEN_AFTER / 5
            await victims[turn % 2].check(peer)
            assert not peer.overdue(clock.now)
        assert not peer.silent
        clock.now += 0.1
        assert not peer.overdue(clock.now)
        assert (peer.silent, kernel.told[-1]) == (True, None)
        sent = server.mux.sent
        peer.send_rtcp(receiver_report(1))
        assert server.mux.sent == sent
        for victim in victims * 2:
            clock.now += 1
            await victim.check(peer)
            assert kernel.told[-1] is None
        assert not peer.overdue(clock.now)  # it is still heard
        await client.check(peer)
        assert (peer.silent, kernel.told[-1]) == (False, client.address)
        await victims[0].check(peer)  # no new time for it
        assert (peer.silent, kernel.told[-1]) == (True, None)


async def test_peer_that_moved_is_sent_to_as_long_as_it_reports_from_there() -> None:
    """One report is enough to begin again."""
    kernel: Any = PathsOnly()
    clock = Clock()
    async with serving(kernel) as server:
        peer, client = await server.connected(clock)
        assert peer.path is not None
        moved = await server.client()

        async def report() -> None:
            heard, now = peer.route.proven_at, clock.now
            moved.send(client.dtls._tx_srtp.protect_rtcp(receiver_report(1)))
            await eventually(lambda: peer.route.proven_at == now, what=f"it is heard after {heard}")

        clock.now += UNPROVEN_AFTER + 5
        await moved.check(peer)
        assert (peer.silent, kernel.told[-1]) == (True, None)
        await report()
        assert (peer.silent, kernel.told[-1]) == (False, moved.address)
        count = len(kernel.told)
        for _ in range(10):
            clock.now += 6
            await moved.check(peer)
            assert not peer.overdue(clock.now)
            clock.now += 3
            await report()
        assert len(kernel.told) == count
        for _ in range(4):
            clock.now += 3
            await moved.check(peer)
        assert (peer.silent, kernel.told[-1]) == (True, None)
        await report()
        assert (peer.silent, kernel.told[-1]) == (False, moved.address)


async def test_handshake_that_went_to_two_addresses_proves_neither() -> None:
    """Our first flight goes to a victim, and once more to where it is read."""
    kernel: Any = PathsOnly()
    clock = Clock()
    async with serving(kernel) as server:
        client, victim = await server.client(), await server.client()
        peer = server.peer(client, clock)
        await client.check(peer, nominate=False)
        await victim.check(peer)
        shaking = asyncio.create_task(client.handshake(server.certificate))
        await eventually(lambda: not victim._records.empty(), what="the first flight is there")
        await client.check(peer)
        await shaking
        await eventually(lambda: peer.connected, what="the peer is connected")
        assert peer.path is not None
        clock.now += UNPROVEN_AFTER + 1
        for where in (client, victim):
            await where.check(peer)
            assert (peer.silent, kernel.told[-1]) == (True, None)


async def test_tcp_connection_needs_no_other_proof() -> None:
    """It was made both ways."""
    clock = Clock()
    async with serving() as server:
        peer, _ = await server.connected(clock)
        clock.now += UNPROVEN_AFTER + 1
        connections = TcpConnections(server.mux, clock)
        sock, other = socket.socketpair()
        connection = TcpConnection(connections, sock, ("192.0.2.1", 4000), clock.now)
        peer.route._select(connection)
        peer.last_heard = clock.now
        assert not peer.overdue(clock.now)
        assert not peer.silent
        peer.route._select(("192.0.2.1", 4000))
        assert not peer.overdue(clock.now)
        assert peer.silent
        connection.close()
        other.close()


def client_hello() -> bytes:
    """Return the first flight of a client that sends nothing else."""
    connection = SSL.Connection(Certificate.generate()._create_ssl_context(PROFILES))
    connection.set_connect_state()
    with pytest.raises(SSL.WantReadError):
        connection.do_handshake()
    return connection.bio_read(1500)


async def test_everybody_connects_although_few_may_at_once() -> None:
    """Those whose first flight was dropped send it again."""
    async with serving() as server:
        server.mux.handshakes = handshakes = Handshakes(at_once=1, waiting=1, clock=Clock())
        first = handshakes.enter("192.0.2.1", lambda: None, lambda: None)
        assert first is not None
        joining = asyncio.gather(*(server.connected() for _ in range(4)))
        dropped = server.mux.dropped
        await eventually(lambda: dropped["handshakes_full"] >= 3, what="three are refused")
        assert (handshakes.open, handshakes.waiting) == (1, 1)
        handshakes.leave(first)
        assert all(peer.connected for peer, _ in await joining)
        assert (handshakes.open, handshakes.waiting) == (0, 0)


async def test_peer_that_goes_gives_its_place_up() -> None:
    """Half-open, waiting, or never begun: nothing is left behind."""
    async with serving() as server:
        server.mux.handshakes = Handshakes(at_once=1, waiting=1, clock=Clock())
        hello = client_hello()
        peers = []
        for count in range(3):
            client = await server.client()
            peers.append(server.peer(client))
            await client.check(peers[-1])
            assert server.mux.handshakes.open == min(count, 1)  # checks alone take no place
            client.send(hello)
            received = server.mux.received + 1
            await eventually(lambda: server.mux.received >= received, what="it is read")  # noqa: B023
        handshakes = server.mux.handshakes
        assert (handshakes.open, handshakes.waiting) == (1, 1)
        for peer in peers:
            await peer.close()
            assert not peer.connected
        assert (handshakes.open, handshakes.waiting) == (0, 0)
        assert server.mux._by_address == {}


async def test_handshake_that_is_abandoned_ends_its_session() -> None:
    """Its user hears of it, once."""
    async with serving() as server:
        server.mux.handshakes = Handshakes(at_once=1, waiting=1)
        client = await server.client()
        peer = server.peer(client)
        user = User()
        peer.attach(user)
        await client.check(peer)
        client.send(client_hello())
        await eventually(lambda: server.mux.handshakes.open, what="it has begun")
        place = next(iter(server.mux.handshakes._open))
        place.since -= SLOW + 1
        assert await server.connected()
        await eventually(lambda: user.disconnected, what="the slow one is told")
        assert (user.connected, user.disconnected) == (0, 1)


async def test_only_a_client_hello_takes_a_place() -> None:
    """Other records, noise of that kind and later messages are dropped; then it is let in."""
    async with serving() as server:
        client = await server.client()
        peer = server.peer(client)
        await client.check(peer)
        hello = client_hello()
        noise = [
            hello[:13] + b"\x00" + hello[14:],  # a HelloRequest
            hello[:13] + b"\x10" + hello[14:],  # a ClientKeyExchange
            hello[:3] + b"\x00\x01" + hello[5:],  # another epoch
            *(bytes((kind,)) + hello[1:] for kind in (20, 21, 23, 40, 63)),
            *(hello[:length] for length in (1, 13, 14, 25)),
            b"\x16\x03\x01" + hello[3:],
        ]
        for data in noise:
            client.send(data)
        await eventually(lambda: server.mux.dropped["dtls"] == len(noise), what="all are read")
        assert server.mux.handshakes.open == 0
        client.send(hello)
        await eventually(lambda: server.mux.handshakes.open == 1, what="it is let in")


async def test_handshake_that_is_answered_waits_for_its_peer() -> None:
    """Only then does its place count as idle, and each flight of the peer begins anew."""
    clock = Clock()
    async with serving() as server:
        server.mux.handshakes = handshakes = Handshakes(clock=clock)
        client = await server.client()
        peer = server.peer(client)
        await client.check(peer)
        hello = client_hello()
        client.send(hello)
        await eventually(lambda: handshakes.open == 1, what="it is let in")
        (place,) = handshakes._open
        await eventually(lambda: place.idle_since == clock.now, what="it was answered")
        clock.now += 1
        client.send(hello)
        await eventually(lambda: place.idle_since == clock.now, what="it was answered again")
        assert place.since == clock.now - 1


async def test_handshake_with_garbage_fails_and_is_told_once() -> None:
    """A ClientHello that says nothing."""
    async with serving() as server:
        client = await server.client()
        peer = server.peer(client)
        user = User()
        peer.attach(user)
        await client.check(peer)
        body = b"\x01\x00\x00\x08" + bytes(7) + b"\x08" + bytes(8)
        client.send(b"\x16\xfe\xfd" + bytes(8) + len(body).to_bytes(2) + body)
        await eventually(lambda: user.disconnected, within=30, what="the peer is told")
        assert (user.connected, user.disconnected) == (0, 1)
        assert server.mux.handshakes.open == 0


async def test_peer_that_cannot_be_served_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect when it connects leaves no session behind that is connected and black."""
    async with serving() as server:
        client = await server.client()
        peer = server.peer(client)
        user = User()
        monkeypatch.setattr(user, "on_connected", lambda: 1 / 0)
        peer.attach(user)
        await client.check(peer)
        await client.handshake(server.certificate)
        await eventually(lambda: user.disconnected, what="its user is told to end it")
        assert server.mux.dropped["defect"] == 1
        await peer.close()
        assert user.disconnected == 1


async def test_media_that_overtook_the_handshake_is_sent_on_at_once() -> None:
    """Early media is not left for the next datagram, and a defect costs one datagram."""
    async with serving() as server:
        client = await server.client()
        peer = server.peer(client)
        told: list[str] = []
        await client.check(peer)
        for early in (b"\x80first", b"\x80second"):
            peer.on_datagram(early, client.address)
        assert server.mux.dropped == {"srtp": 2}  # not yet, at any rate

        def media(data: bytes, address: Any) -> None:
            told.append(data[1:].decode())
            raise RuntimeError

        peer._media = media  # type: ignore[method-assign]
        server.mux.flush = lambda: told.append("flush")  # type: ignore[method-assign]
        await client.handshake(server.certificate)
        await eventually(lambda: peer.connected, what="the peer is connected")
        assert told[-3:] == ["first", "second", "flush"]


async def test_media_that_comes_while_a_peer_is_closed_does_nothing() -> None:
    """Its user is closed already, and must not begin again."""
    async with serving() as server:
        peer, client = await server.connected()
        user = User()
        peer.attach(user)
        request = bytes(RtcpPsfbPacket(fmt=1, ssrc=1, media_ssrc=2))
        reports = [client.dtls._tx_srtp.protect_rtcp(request) for _ in range(2)]
        peer.on_datagram(reports[0], client.address)
        assert len(user.rtcp) == 1
        await peer.close()
        peer.on_datagram(reports[1], client.address)
        assert len(user.rtcp) == 1


def test_defect_in_the_burst_of_one_show_leaves_the_others() -> None:
    """Those of other shows are sent on in the same turn."""
    flushed: list[int] = []

    class Burst:
        def __init__(self, number: int) -> None:
            self.number = number

        def flush(self) -> None:
            if self.number % 2:
                raise RuntimeError
            flushed.append(self.number)

    relay = Relay(public_addresses=[], max_viewers=1, on_stream=lambda _change: None)
    relay._touched.update(cast(Simulcast, Burst(number)) for number in range(30))
    relay._flush()
    assert sorted(flushed) == list(range(0, 30, 2))
    assert relay._endpoint.mux.dropped["defect"] == 15
