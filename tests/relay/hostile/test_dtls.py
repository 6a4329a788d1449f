"""Records of DTLS where and when they do not belong."""

from __future__ import annotations

import os
import struct
from typing import Any

import pytest

from liveshow.relay.transport.dtls_established import MAX_REPEATS
from liveshow.relay.transport.peer import Peer
from tests.relay.hostile.attack import (
    CLEAR_ALERT,
    CLIENT_HELLO,
    attacked,
    client_hello,
    send_from,
    session_of,
    taken,
)
from tests.relay.kernel.bed import kernel_names
from tests.relay.peers import ViewingPeer
from tests.support import eventually


def record(kind: int, body: bytes, epoch: int = 0, number: int = 1, version: int = 0xFEFD) -> bytes:
    """Return a record (RFC 6347 §4.1)."""
    head = struct.pack(
        "!BHHHIH", kind, version, epoch, number >> 32, number & 0xFFFFFFFF, len(body)
    )
    return head + body


def fragment(kind: int, length: int, at: int, body: bytes, sequence: int = 0) -> bytes:
    """Return a fragment of a handshake message (RFC 6347 §4.2.2) in a record."""
    lengths = length.to_bytes(3) + sequence.to_bytes(2) + at.to_bytes(3) + len(body).to_bytes(3)
    return record(22, bytes((kind,)) + lengths + body)


def out_of_place() -> list[bytes]:
    """Return records that a connection must pass over once it is complete."""
    hello = client_hello()
    return [
        *(hello, CLIENT_HELLO, hello * 2, hello[:13], hello[:20], hello[:-1]),
        *(CLEAR_ALERT, record(21, b"\x01\x00"), record(21, b"\x02\x28", epoch=1)),
        record(21, os.urandom(26), epoch=1, number=9),
        record(21, os.urandom(26), epoch=2),
        record(22, os.urandom(40), epoch=1, number=1 << 47),
        record(22, bytes(4)),  # HelloRequest: to renegotiate
        record(20, b"\x01"),
        record(23, os.urandom(60), epoch=1),
        record(99, b"?", version=0x0301),
        *(fragment(1, 0xFFFFFF, 0, os.urandom(20)), fragment(1, 100, 0xFFFFF0, os.urandom(20))),
        *(fragment(16, 66, at, b"\x41", sequence=2) for at in (0, 1, 65, 70)),
        record(22, b"") + record(22, b"") + record(21, b""),
        record(22, b"\x01")[:-1] + b"\xff\xff",
        *(bytes((first,)) + os.urandom(50) for first in range(20, 64)),
    ]


@pytest.mark.parametrize("kernel", kernel_names())
async def test_records_from_the_viewers_own_address_after_the_handshake(kernel: str) -> None:
    """A second ClientHello, renegotiation, fragments, alerts in the clear: nothing ends.

    Only the last flight is sent again, a few times: it may have been lost.
    """
    async with attacked(kernel=kernel) as (server, viewer, _):
        peer = session_of(server, viewer).peer
        answers: list[bytes] = []
        transmit = peer._dtls._transmit

        def spy(data: bytes) -> object:
            answers.append(data)
            return transmit(data)

        peer._dtls._transmit = spy
        records = out_of_place() * 5
        for data in records:
            send_from(viewer, server, data)
        await taken(server, 1)
        await eventually(lambda: server.relay._endpoint.mux.dropped["dtls"] > len(records) // 2)
        assert peer.connected
        assert peer._dtls.state == "connected"
        assert len(answers) <= MAX_REPEATS
        assert sum(map(len, answers)) < 20_000


async def test_records_from_elsewhere_after_the_handshake() -> None:
    """The same from a stranger: not one is read."""
    async with attacked() as (server, viewer, stranger):
        records = out_of_place()
        for data in records:
            stranger.send(data)
        await eventually(lambda: server.relay._endpoint.mux.dropped["stranger"] >= len(records))
        assert stranger.received() == []
        assert session_of(server, viewer).peer.connected


async def test_handshake_before_ice_from_the_viewers_own_sockets_is_not_begun() -> None:
    """A stranger that is first with a ClientHello gets nothing, and keeps no peer from joining."""
    async with attacked() as (server, _, stranger):
        early = ViewingPeer(server)
        await early.pc.setLocalDescription(await early.pc.createOffer())
        connection = early.pc.getTransceivers()[0].receiver.transport.transport._connection
        before, count = server.relay._endpoint.mux.dropped["stranger"], 0
        for protocol in connection._protocols:
            for data in (client_hello(), CLIENT_HELLO, CLEAR_ALERT):
                host = protocol.transport.get_extra_info("sockname")[0]
                if ":" not in host:
                    protocol.transport.sendto(data, ("127.0.0.1", server.relay.port))
                    count += 1
        stranger.send(client_hello())
        await eventually(lambda: server.relay._endpoint.mux.dropped["stranger"] > before + count)
        assert server.relay._endpoint.mux.handshakes.open == 0
        await early.connect()
        await early.more("video", 5)
        await early.close()


@pytest.mark.slow
async def test_noise_among_the_records_of_a_handshake_does_not_end_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the viewer's own name, before each of its flights: alerts in the clear, data, no records.

    A ClientHello in its name that comes first does end it. No handshake is protected from that
    before its Finished; who does it knows the address and meets the moment.
    """
    noise = [
        CLEAR_ALERT,
        record(21, b"\x01\x00"),
        record(20, b"\x01") + record(21, os.urandom(30)),
        fragment(1, 60_000, 100, os.urandom(20)),
        record(23, os.urandom(40)),
        record(22, os.urandom(60), epoch=1, number=77),
        record(99, os.urandom(10)),
        b"\x16\xfe\xfd" + os.urandom(5),
        b"\x16\xfe\xfd" + bytes(8) + b"\xff\xff" + os.urandom(30),
        *(bytes((first,)) + os.urandom(30) for first in (24, 40, 63)),
    ]
    original, dtls = Peer.on_datagram, 0

    def with_noise(self: Peer, data: bytes, address: Any) -> None:
        nonlocal dtls
        if 20 <= data[0] <= 63 and not self.connected:
            dtls += 1
            for piece in noise:
                original(self, piece, address)
        original(self, data, address)

    async with attacked() as (server, _, stranger):
        monkeypatch.setattr(Peer, "on_datagram", with_noise)
        disturbed = ViewingPeer(server)
        await disturbed.connect()
        await disturbed.more("video", 5)
        assert dtls >= 2
        await disturbed.close()
        assert stranger.received() == []


async def test_fragments_without_an_end_keep_nothing_of_a_peer() -> None:
    """Pieces of handshakes after the handshake: there is nothing left that could collect them."""
    async with attacked() as (server, viewer, _):
        peer = session_of(server, viewer).peer
        address = peer.route.selected
        assert address is not None
        for sequence in range(2000):
            data = fragment(1, 60_000, 10 * sequence % 60_000, os.urandom(10), sequence & 0xFFFF)
            peer.on_datagram(data, address)
        assert peer._dtls._pipe is None
        assert peer._dtls._transport is None
        assert peer.connected
