"""ICE over TCP: framing, what strangers may do, and real peers whose datagrams go as frames."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import random
import secrets
import socket
import struct
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from liveshow.listener import Listener
from liveshow.relay.transport import tcp
from liveshow.relay.transport.peer import Peer
from liveshow.relay.transport.route import MAX_ADDRESSES
from liveshow.relay.transport.tcp import FrameReader, FramingError, TcpConnection, TcpConnections
from tests.relay.kernel.bed import kernel_names
from tests.relay.peers import (
    TOKEN,
    PublishingPeer,
    Server,
    ViewingPeer,
    publishing,
    serve,
    watching,
)
from tests.support import eventually, seconds

SIOCOUTQNSD = 0x894B  # linux/sockios.h: bytes that TCP has not sent yet

# Framing


def framed(*packets: bytes) -> bytes:
    return b"".join(len(packet).to_bytes(2, "big") + packet for packet in packets)


@given(st.lists(st.binary(max_size=60), max_size=8), st.lists(st.integers(0, 60)))
def test_frames_come_out_whole_however_the_stream_is_cut(
    packets: list[bytes], cuts: list[int]
) -> None:
    reader, stream, found = FrameReader(), framed(*packets), []
    for cut in cuts:
        found += reader.feed(stream[:cut])
        stream = stream[cut:]
    found += reader.feed(stream)
    assert found == [packet for packet in packets if packet]


def test_the_largest_frame_passes_and_one_byte_more_is_refused_by_its_length_alone() -> None:
    reader = FrameReader()
    assert reader.feed(framed(bytes(tcp.MAX_FRAME))) == [bytes(tcp.MAX_FRAME)]
    with pytest.raises(FramingError):
        reader.feed((tcp.MAX_FRAME + 1).to_bytes(2, "big"))


# Connections of strangers, on a port that only writes down


class Port:
    """What the relay's port is to a connection; says yes to packets that begin with ``\\x01``."""

    def __init__(self) -> None:
        self.dropped: Counter[str] = Counter()
        self.taken: list[tuple[bytes, TcpConnection]] = []
        self.ended: list[TcpConnection] = []
        self.flushes = 0

    def take(self, data: bytes, address: TcpConnection) -> None:
        self.taken.append((data, address))
        if data.startswith(b"\x01"):
            address.prove()

    def flush(self) -> None:
        self.flushes += 1

    def lost(self, address: TcpConnection) -> None:
        self.ended.append(address)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Client:
    """A plain TCP client that speaks frames, or does not."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.socket()
        self.socket.bind((host, 0))
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.address = self.socket.getsockname()

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.socket, data)

    async def receive(self) -> bytes:
        """Return the next bytes, b"" at the end."""
        async with asyncio.timeout(seconds(10)):
            try:
                return await asyncio.get_running_loop().sock_recv(self.socket, 65536)
            except ConnectionResetError:
                return b""

    async def packet(self) -> bytes:
        data = await self.receive()
        size = int.from_bytes(data[:2], "big")
        assert len(data) == size + 2
        return data[2:]

    @property
    def ended(self) -> bool:
        try:
            return self.socket.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self.socket.close()


class Door:
    """A listening socket whose connections all go to ``connections``."""

    def __init__(self, connections: TcpConnections) -> None:
        self.connections = connections
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.clients: list[Client] = []

    async def client(self, host: str = "127.0.0.1") -> Client:
        client = Client(self.port, host)
        self.clients.append(client)
        accepted, _ = self._listening.accept()
        accepted.setblocking(False)
        self.connections.accept(accepted)
        return client

    def close(self) -> None:
        self.connections.close()
        for client in self.clients:
            client.close()
        self._listening.close()


@pytest.fixture
def port() -> Port:
    return Port()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def door(port: Port, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setattr(tcp, "SWEEP_SECONDS", 0.01)
    door = Door(TcpConnections(port, clock))
    yield door
    door.close()


async def test_frames_are_handed_on_in_order_and_answers_are_framed(door: Door, port: Port) -> None:
    client = await door.client()
    await client.send(framed(b"\x01check", b"\x80media"))
    await eventually(lambda: len(port.taken) == 2)
    assert [data for data, _ in port.taken] == [b"\x01check", b"\x80media"]
    assert port.flushes == 1
    connection = port.taken[0][1]
    assert (connection[0], connection[1]) == client.address
    assert connection.send(b"answer")
    assert await client.packet() == b"answer"


async def test_a_connection_is_equal_to_itself_alone(door: Door, port: Port) -> None:
    client = await door.client()
    await client.send(framed(b"\x01"))
    await eventually(lambda: port.taken)
    connection = port.taken[0][1]
    sock, other = socket.socketpair()
    twin = TcpConnection(door.connections, sock, connection.address, 0.0)
    assert connection not in (client.address, connection.address, twin)
    assert len({connection, twin, client.address}) == 3
    twin.close()
    other.close()


async def test_an_oversize_frame_ends_the_connection(door: Door, port: Port) -> None:
    for proof in (b"", framed(b"\x01check")):
        client = await door.client()
        await client.send(proof + framed(bytes(tcp.MAX_FRAME + 1)))
        assert await client.receive() == b""
    assert port.dropped["tcp_framing"] == 2
    assert len(door.connections) == 0


async def test_who_does_not_prove_itself_in_time_is_ended(
    door: Door, port: Port, clock: Clock
) -> None:
    silent, dribbling, good = [await door.client() for _ in range(3)]
    await dribbling.send(b"\x00")
    await good.send(framed(b"\x01check"))
    await eventually(lambda: port.taken)
    clock.now += tcp.PROOF_SECONDS + 0.1
    assert await silent.receive() == b""
    assert await dribbling.receive() == b""
    assert not good.ended
    assert port.ended == []  # no peer had this connection


async def test_what_an_unproven_connection_may_say_is_bounded(door: Door, port: Port) -> None:
    client = await door.client()
    noise = framed(*[b"\x80" + bytes(1000)] * 100)
    with contextlib.suppress(ConnectionError):
        for _ in range(1 + tcp.MAX_UNPROVEN_BYTES // len(noise)):
            await client.send(noise)
    assert await client.receive() == b""
    assert port.dropped["tcp_unproven"] == 1


async def test_the_oldest_unproven_connection_of_a_host_gives_way(door: Door, port: Port) -> None:
    proven = await door.client()
    await proven.send(framed(b"\x01check"))
    other = await door.client("127.0.0.2")
    await eventually(lambda: port.taken)
    clients = [await door.client() for _ in range(tcp.MAX_UNPROVEN_PER_HOST + 2)]
    for oldest in clients[:2]:
        assert await oldest.receive() == b""
    assert not any(client.ended for client in [proven, other, *clients[2:]])
    assert len(door.connections) == tcp.MAX_UNPROVEN_PER_HOST + 2


async def test_the_oldest_of_all_unproven_connections_gives_way(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MAX_UNPROVEN", 4)
    clients = [await door.client(f"127.0.0.{number}") for number in range(2, 8)]
    for oldest in clients[:2]:
        assert await oldest.receive() == b""
    assert not any(client.ended for client in clients[2:])
    assert len(door.connections) == 4


async def test_a_peer_that_says_nothing_any_more_is_ended_and_its_address_given_up(
    door: Door, port: Port, clock: Clock
) -> None:
    client = await door.client()
    await client.send(framed(b"\x01check"))
    await eventually(lambda: port.taken)
    clock.now += tcp.IDLE_SECONDS + 0.1
    assert await client.receive() == b""
    assert port.ended == [port.taken[0][1]]


async def test_who_does_not_read_is_refused_and_what_is_small_passes_longer(
    door: Door, port: Port
) -> None:
    client = await door.client()
    await client.send(framed(b"\x01check"))
    await eventually(lambda: port.taken)
    connection = port.taken[0][1]
    accepted = 0
    while connection.send(bytes(1200)):
        accepted += 1
    assert tcp.MAX_UNSENT - 1202 < connection.unsent <= tcp.MAX_UNSENT
    small = 0
    while connection.send(bytes(100)):
        small += 1
    assert small * 102 > tcp.RESERVE - 102
    assert connection.unsent <= tcp.MAX_UNSENT + tcp.RESERVE
    assert port.dropped["tcp_buffer_full"] == 1
    expected = accepted * 1202 + small * 102
    while expected:
        expected -= len(await client.receive())
    assert connection.send(bytes(1200))
    connection.close()
    assert connection.send(bytes(1200))  # closed: the packet counts as sent
    assert len(await client.receive()) == 1202


@pytest.fixture
async def connected(door: Door, port: Port) -> tuple[Client, TcpConnection]:
    """A peer's connection, from both ends."""
    client = await door.client()
    await client.send(framed(b"\x01check"))
    await eventually(lambda: port.taken)
    return client, port.taken[0][1]


async def test_of_a_list_as_many_go_as_fit(connected: tuple[Client, TcpConnection]) -> None:
    """Each has its own limit, none passes another, and refused packets leave no trace."""
    client, connection = connected
    large = [bytes([number]) * 1200 for number in range(100)]
    accepted: list[bytes] = []
    while (taken := connection.send_all(large)) == len(large):
        accepted += large
    accepted += large[:taken]
    assert tcp.MAX_UNSENT - 1202 < connection.unsent <= tcp.MAX_UNSENT
    small = [b"small%d" % number + bytes(90) for number in range(100)]
    assert connection.send_all([large[taken], *small]) == 0
    passed = connection.send_all([*small[:5], large[taken], *small[5:]])
    assert passed == 5
    accepted += small[:5]
    assert connection.unsent <= tcp.MAX_UNSENT + tcp.RESERVE
    reader, got = FrameReader(), []
    while len(got) < len(accepted):
        got += reader.feed(await client.receive())
    assert got == accepted
    assert connection.send_all([large[taken]]) == 1
    assert await client.packet() == large[taken]


async def test_a_reader_at_any_speed_gets_whole_frames_in_order(
    connected: tuple[Client, TcpConnection],
) -> None:
    client, connection = connected
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    draw = random.Random(1)
    reader, waiting, accepted, got = FrameReader(), [], [], []
    refused = 0
    for number in range(2000):
        waiting.append(number.to_bytes(2, "big") + bytes(draw.choice((10, 300, 1100, 1300))))
        if draw.random() < 0.1:
            taken = connection.send_all(waiting)
            refused += taken < len(waiting)
            accepted += waiting[:taken]
            del waiting[:taken]
            with contextlib.suppress(BlockingIOError):
                got += reader.feed(client.socket.recv(draw.randrange(1, 30_000)))
            await asyncio.sleep(0)
    assert refused > 10
    while len(got) < len(accepted):
        got += reader.feed(await client.receive())
    assert got == accepted
    assert connection.unsent == 0


async def test_who_reads_is_sent_a_burst_at_once(connected: tuple[Client, TcpConnection]) -> None:
    """Little may wait, but that bounds no rate: with a round every 5 ms this is 70 Mbit/s."""
    client, connection = connected
    burst = [bytes(1100)] * 40
    for _ in range(50):
        assert connection.send_all(burst) == len(burst)
        left = len(framed(*burst))
        while left:
            left -= len(await client.receive())


@pytest.mark.skipif(sys.platform != "linux", reason="says what the system holds on Linux alone")
async def test_little_waits_in_the_system(connected: tuple[Client, TcpConnection]) -> None:
    """Beyond the window of a peer that does not read, with small pieces and with large ones."""
    client, connection = connected
    for size, count in ((1200, 1), (1200, 40), (100, 16)):
        for _ in range(2000):
            if connection.send_all([bytes(size)] * count) < count:
                break
        not_sent = fcntl.ioctl(connection._socket, SIOCOUTQNSD, bytes(4))
        assert int.from_bytes(not_sent, sys.byteorder) <= tcp.SYSTEM_UNSENT + tcp.MAX_WRITE
        while connection.unsent:
            await client.receive()


async def test_retransmissions_are_not_taken_while_anything_waits(
    connected: tuple[Client, TcpConnection], port: Port
) -> None:
    """Nothing is lost over TCP: they are there to fill a link that has room."""
    client, connection = connected
    assert connection.send_all([b"again"], True) == 1
    assert await client.packet() == b"again"
    while not connection.unsent:
        connection.send_all([bytes(1200)])
    waiting = connection.unsent
    assert waiting < tcp.MAX_UNSENT // 2
    assert connection.send_all([b"again"], True) == 0
    assert (connection.unsent, port.dropped["tcp_buffer_full"]) == (waiting, 0)
    assert connection.send(b"media")


async def test_a_connection_that_breaks_while_it_is_sent_to_ends_afterwards(
    connected: tuple[Client, TcpConnection], port: Port
) -> None:
    """The sender is in the middle of a burst: nothing is raised there, and no peer is told."""
    client, connection = connected
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    assert connection.send_all([bytes(1200)] * 20) == 20
    assert connection.send_all([bytes(1200)] * 20) == 20
    assert (port.ended, connection.closed) == ([], False)
    await eventually(lambda: port.ended == [connection])
    assert connection.closed
    assert connection.send_all([bytes(1200)] * 20) == 20


async def test_a_closed_relay_refuses_connections(door: Door) -> None:
    first = await door.client()
    door.connections.close()
    second = await door.client()
    assert await first.receive() == b""
    assert await second.receive() == b""
    assert len(door.connections) == 0


# Real peers


class TcpBridge(asyncio.DatagramProtocol):
    """A peer's way out where UDP is blocked: its datagrams become frames on TCP connections.

    One connection for each socket of the peer, as its TCP candidates would make.
    """

    def __init__(self, port: int) -> None:
        self._relay = port
        self.links: dict[Any, Link] = {}
        self.transport: asyncio.DatagramTransport | None = None

    async def open(self) -> TcpBridge:
        await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        return self

    @property
    def port(self) -> int:
        assert self.transport is not None
        return cast(int, self.transport.get_extra_info("sockname")[1])

    def close(self) -> None:
        assert self.transport is not None
        self.transport.close()
        for link in self.links.values():
            link.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if addr not in self.links or self.links[addr].lost:
            self.links[addr] = Link(self, addr, self._relay)
        self.links[addr].send(data)


class Link(asyncio.Protocol):
    """One TCP connection of a bridge."""

    def __init__(self, bridge: TcpBridge, source: Any, port: int) -> None:
        self._bridge = bridge
        self._source = source
        self._waiting: list[bytes] = []
        self._received = b""
        self.lost = False
        self.transport: asyncio.Transport | None = None
        self._dialing = asyncio.create_task(self._dial(port))

    async def _dial(self, port: int) -> None:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(sock, ("127.0.0.1", port))
        await loop.create_connection(lambda: self, sock=sock)

    def send(self, data: bytes) -> None:
        if self.transport is None:
            self._waiting.append(data)
        else:
            self.transport.write(framed(data))

    def close(self) -> None:
        self._dialing.cancel()
        if self.transport is not None:
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(framed(*self._waiting))

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True

    def data_received(self, data: bytes) -> None:
        self._received += data
        while len(self._received) >= 2:
            size = int.from_bytes(self._received[:2], "big")
            if len(self._received) < size + 2:
                break
            packet, self._received = self._received[2 : size + 2], self._received[size + 2 :]
            assert self._bridge.transport is not None
            self._bridge.transport.sendto(packet, self._source)


@asynccontextmanager
async def serve_tcp(**options: Any) -> AsyncIterator[tuple[Server, int]]:
    """Run a relay that is reached by TCP, too; give the port."""
    async with serve(**options) as server:
        listening = socket.create_server(("127.0.0.1", 0))
        listening.setblocking(False)
        port = listening.getsockname()[1]
        listener = Listener([listening], asyncio.Protocol, None, server.relay.accept_tcp)
        listener.start()
        try:
            yield server, port
        finally:
            await listener.close()


@contextmanager
def only_through(server: Server, bridge: TcpBridge) -> Iterator[None]:
    """Name the bridge in candidates instead of the relay's port."""
    candidates = server.relay._endpoint.candidates
    server.relay._endpoint.candidates = [("127.0.0.1", bridge.port)]
    try:
        yield
    finally:
        server.relay._endpoint.candidates = candidates


def peer_of(server: Server, peer: ViewingPeer | PublishingPeer) -> Peer:
    """Return the relay's side of a test's peer."""
    session = server.relay.session(peer.location.rpartition("/")[2])
    assert session is not None
    return session.peer


def connection_of(server: Server, peer: ViewingPeer | PublishingPeer) -> TcpConnection:
    selected = peer_of(server, peer).route.selected
    assert isinstance(selected, TcpConnection)
    return selected


@pytest.mark.parametrize("kernel", kernel_names())
async def test_publisher_and_viewer_over_tcp(kernel: str) -> None:
    """Both have TCP alone, and pictures and sound come through; its end ends the connection."""
    async with serve_tcp(kernel=kernel) as (server, port):
        bridges = [await TcpBridge(port).open() for _ in range(2)]
        with only_through(server, bridges[0]):
            host = await PublishingPeer(server, "VP8").connect()
        await server.until("started")
        with only_through(server, bridges[1]):
            viewer = await ViewingPeer(server).connect()
        await viewer.more("video", 15)
        await viewer.more("audio", 15)
        ways = [connection_of(server, peer) for peer in (host, viewer)]
        assert not any(way.closed for way in ways)
        await viewer.delete()
        await eventually(lambda: ways[1].closed)
        assert not ways[0].closed
        await viewer.close()
        await host.close()
        for bridge in bridges:
            bridge.close()
        await eventually(lambda: len(server.relay._endpoint.tcp) == 0)


@pytest.mark.slow
@pytest.mark.parametrize("kernel", kernel_names())
async def test_a_viewer_that_does_not_read_costs_a_bounded_buffer_and_comes_back(
    kernel: str,
) -> None:
    """Frames are dropped while the buffer is full; others notice nothing; then it goes on."""
    async with serve_tcp(kernel=kernel) as (server, port), publishing(server, "VP8"):
        await server.until("started")
        async with watching(server) as other:
            bridge = await TcpBridge(port).open()
            with only_through(server, bridge):
                slow = await ViewingPeer(server).connect()
            await slow.more("video", 5)
            connection = connection_of(server, slow)
            for link in bridge.links.values():
                assert link.transport is not None
                link.transport.pause_reading()
            dropped = server.relay._endpoint.mux.dropped
            await eventually(lambda: dropped["tcp_buffer_full"], within=30)
            assert connection.unsent <= tcp.MAX_UNSENT + tcp.RESERVE
            await other.more("video", 30)
            assert connection.unsent <= tcp.MAX_UNSENT + tcp.RESERVE
            for link in bridge.links.values():
                assert link.transport is not None
                link.transport.resume_reading()
            await slow.more("video", 30)
            await slow.more("audio", 30)
            assert connection_of(server, slow) is connection
            await slow.close()
            bridge.close()


@pytest.mark.slow
async def test_a_session_outlives_its_connection() -> None:
    """The connection breaks: its address is given up; a check over the next one takes over."""
    async with serve_tcp() as (server, port), publishing(server, "VP8"):
        await server.until("started")
        bridge = await TcpBridge(port).open()
        with only_through(server, bridge):
            viewer = await ViewingPeer(server).connect()
        await viewer.more("video", 5)
        first = connection_of(server, viewer)
        for link in list(bridge.links.values()):
            assert link.transport is not None
            link.transport.abort()
        await eventually(lambda: first.closed)
        side = peer_of(server, viewer)
        assert first not in side.route.addresses
        assert first not in server.relay._endpoint.mux._by_address
        await viewer.more("video", 15, within=30)
        assert connection_of(server, viewer) is not first
        assert peer_of(server, viewer) is side
        await viewer.close()
        bridge.close()


async def answer_to(peer: PublishingPeer) -> str:
    """Offer, and return the answer instead of using it."""
    await peer.pc.setLocalDescription(await peer.pc.createOffer())
    async with peer.server.http.post(
        peer.server.url + peer.path,
        data=peer.pc.localDescription.sdp,
        headers={"Content-Type": "application/sdp", "Authorization": f"Bearer {TOKEN}"},
    ) as response:
        assert response.status == 201
        peer.location = response.headers["Location"]
        text = await response.text()
    await peer.close()
    return text


async def test_candidates_say_tcp_after_udp_and_only_where_it_is_listened_for() -> None:
    """Passive, the addresses of UDP, a lower priority (RFC 6544 §4); after a restart, too."""
    ice = {"ice-ufrag": "abcd", "ice-pwd": "x" * 22}
    fragment = "".join(f"a={name}:{value}\r\n" for name, value in ice.items())
    async with serve(public_addresses=["192.0.2.1", "2001:db8::1"]) as server:
        without = await answer_to(PublishingPeer(server, "VP8"))
        server.relay.tcp_port = 8080
        peer = PublishingPeer(server, "VP8", query="?takeover=1")
        answer = await answer_to(peer)
        async with server.http.patch(
            server.url + peer.location,
            data=fragment,
            headers={"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*"},
        ) as response:
            restarted = await response.text()
        udp = server.relay.port
    assert "tcptype" not in without
    for text in (answer, restarted):
        found = [line.split() for line in text.splitlines() if line.startswith("a=candidate:")]
        assert [(line[2], line[4], int(line[5])) for line in found] == [
            ("udp", "192.0.2.1", udp),
            ("udp", "2001:db8::1", udp),
            ("tcp", "192.0.2.1", 8080),
            ("tcp", "2001:db8::1", 8080),
        ]
        assert all(line[6:] == ["typ", "host", "tcptype", "passive"] for line in found[2:])
        priorities = [int(line[3]) for line in found]
        assert priorities == sorted(set(priorities), reverse=True)
        assert priorities[2] == 126 << 24 | (4 << 13 | 8191) << 8 | 255
        assert len({line[0] for line in found}) == 4  # foundations


# Hostile connections, while a viewer watches


@asynccontextmanager
async def attacked() -> AsyncIterator[tuple[Server, ViewingPeer, int]]:
    """A show on air, a viewer over TCP that strangers must not disturb, and the port."""
    async with serve_tcp() as (server, port), publishing(server, "VP8"):
        await server.until("started")
        bridge = await TcpBridge(port).open()
        with only_through(server, bridge):
            viewer = await ViewingPeer(server).connect()
        await viewer.more("video", 3)
        way = connection_of(server, viewer)
        yield server, viewer, port
        await viewer.more("video", 15)
        await viewer.more("audio", 15)
        assert connection_of(server, viewer) is way
        await viewer.close()
        bridge.close()


def check(username: str, password: str, *, role: str = "ICE-CONTROLLING") -> bytes:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes |= {"USERNAME": username, "PRIORITY": 1, role: 7}
    message.add_message_integrity(password.encode())
    return bytes(message)


def names(side: Peer) -> tuple[str, str]:
    """Return the user name and the password with which checks reach a peer."""
    ice = side.ice.newest
    return f"{ice.credentials.ufrag}:{ice.remote_ufrag}", ice.credentials.password


async def test_a_valid_check_is_answered_with_the_address_of_the_connection() -> None:
    async with attacked() as (server, viewer, port):
        name, password = names(peer_of(server, viewer))
        client = Client(port)
        await client.send(framed(check(name, password)))
        answer = stun.parse_message(await client.packet())
        assert answer.attributes["XOR-MAPPED-ADDRESS"] == client.address
        client.close()


async def test_stun_that_is_not_signed_with_our_password_gets_no_answer_and_proves_nothing() -> (
    None
):
    async with attacked() as (server, viewer, port):
        name, password = names(peer_of(server, viewer))
        client = Client(port)
        attempts = [
            check(name, "x" * 22),
            check("nobody:" + name.partition(":")[2], password),
            check(name[:-1] + "!", password),
            check("x" * 600, password),
            check(name, password)[:-4],
            b"\x00\x01" + secrets.token_bytes(18),
        ]
        before = sum(server.relay._endpoint.mux.dropped.values())
        await client.send(framed(*attempts))
        await eventually(
            lambda: sum(server.relay._endpoint.mux.dropped.values()) >= before + len(attempts)
        )
        assert not client.ended
        assert len(server.relay._endpoint.tcp._unproven) == 1
        with pytest.raises(BlockingIOError):
            client.socket.recv(1)
        client.close()
        await eventually(lambda: not server.relay._endpoint.tcp._unproven)


async def test_garbage_in_frames_and_without_them_reaches_nobody() -> None:
    async with attacked() as (server, viewer, port):
        state = peer_of(server, viewer)._dtls.state
        for data in (
            framed(*[os.urandom(size) for size in (1, 2, 19, 20, 100, 1200, 1500)]),
            framed(*[bytes([first]) + os.urandom(40) for first in range(256)]),
            framed(b"", b"", b""),
            b"\x00\x00" * 5000,
            b"\x03" + os.urandom(5000),
            b"\x00\x14" + os.urandom(7),
        ):
            client = Client(port)
            with contextlib.suppress(ConnectionError):
                await client.send(data)
            client.socket.shutdown(socket.SHUT_WR)
            assert await client.receive() == b""
            client.close()
        await eventually(lambda: not server.relay._endpoint.tcp._unproven)
        assert peer_of(server, viewer)._dtls.state == state == "connected"


async def test_a_peer_with_many_connections_keeps_a_few() -> None:
    """Even one that signs its checks holds a bounded number; the one in use stays."""
    async with attacked() as (server, viewer, port):
        side = peer_of(server, viewer)
        name, password = names(side)
        clients = []
        for _ in range(MAX_ADDRESSES + 4):
            client = Client(port)
            clients.append(client)
            await client.send(framed(check(name, password)))
            assert stun.parse_message(await client.packet()).message_class == stun.Class.RESPONSE
        await eventually(lambda: sum(client.ended for client in clients) == 5)
        assert all(client.ended for client in clients[:5])
        assert len(side.route.addresses) == MAX_ADDRESSES
        for client in clients:
            client.close()
        await eventually(lambda: len(side.route.addresses) == 1)
