"""The fan-out kernel in Python: the reference, used where the native one was not built.

Packets of a stream are written one behind the other into one buffer and protected there.
Neighbours of one size, the last of which may be shorter, are sent with one call, and the system
segments them into datagrams (UDP_SEGMENT, Linux 4.18). A callback is offered lists of packets.

A packet counts as sent when the system or the callback took it. A packet that was refused for want
of room never left: it may be protected again with other times in its extensions, and its
transport-wide number goes to the next packet. A sequence that a receiver cannot place, ``WINDOW``
behind or ``REACH`` ahead of the highest, is an error.

The native kernel (``_native``) follows the same rules.
"""

from __future__ import annotations

import socket
from array import array
from collections.abc import Iterable, Sequence

from liveshow.relay.kernel.gso_socket import Destination, GsoSocket
from liveshow.relay.kernel.libsrtp import WINDOW, Buffer, Protector
from liveshow.relay.kernel.packets import (
    MAX_STREAMS,
    NEVER,
    ExtensionWriter,
    PreparedPacket,
    prepare,
)
from liveshow.relay.kernel.protocols import Address, Extensions, Profile, SendCallback, Stream
from liveshow.relay.kernel.writers import BUFFER, CallbackWriter, GsoWriter, NullWriter
from liveshow.relay.wire.packets import HEADER, Packet

REACH = 1 << 15  # sequences; one this far ahead is taken for one behind (RFC 3711 §3.3.1)
HISTORY = 2048  # transport-wide numbers that are remembered; the oldest is forgotten


class PythonStream:
    """See ``kernel.Stream``."""

    def __init__(self, path: PythonPath, ssrc: int, first_sequence: int) -> None:
        if not 0 <= ssrc < 1 << 32 or not 0 <= first_sequence < 1 << 15:
            raise ValueError("an SSRC has 32 bits, a first sequence 15")
        self.path = path
        self.ssrc = ssrc
        self.next = first_sequence
        self.protected = first_sequence - 1  # highest sequence that libsrtp knows
        self.packets = self.octets = 0
        self.extensions = ExtensionWriter(Extensions())
        self._payload_type = 0
        self._first = NEVER
        self._sequence_offset = self._timestamp_offset = 0
        self._picture_offset = self._tl0_offset = self.frame_offset = 0

    def remap(
        self,
        payload_type: int,
        first: int,
        sequence_offset: int,
        timestamp_offset: int,
        picture_offset: int = 0,
        tl0_offset: int = 0,
        frame_offset: int = 0,
    ) -> None:
        """See ``kernel.Stream``. Raises ``ValueError``."""
        if not 0 <= payload_type <= 127:
            raise ValueError("a payload type has 7 bits")
        if abs(first) >= NEVER or abs(sequence_offset) >= NEVER:
            raise ValueError("an index has 62 bits")
        self._payload_type, self._first = payload_type, first
        self._sequence_offset, self._timestamp_offset = (
            sequence_offset,
            timestamp_offset & 0xFFFFFFFF,
        )
        self._picture_offset, self._tl0_offset = picture_offset & 0x7FFF, tl0_offset & 0xFF
        self.frame_offset = frame_offset & 0xFFFF

    def set_extensions(self, extensions: Extensions) -> None:
        """See ``kernel.Stream``. Raises ``ValueError``."""
        self.extensions = ExtensionWriter(extensions)
        if extensions.transport_cc:
            self.path.remember()

    def send(self, packets: Sequence[Packet], timestamps: Sequence[int] | None = None) -> int:
        """See ``kernel.Stream``. Raises ``ValueError`` before anything is sent."""
        shared = [prepare(packet) for packet in packets]
        if timestamps is not None:
            if len(timestamps) != len(shared):
                raise ValueError("there are as many timestamps as packets")
            pairs = zip(shared, timestamps, strict=True)
            shared = [item._replace(timestamp=timestamp & 0xFFFFFFFF) for item, timestamp in pairs]
        return self.deliver(shared)

    def retransmit(self, packet: Packet, timestamp: int, original: int) -> bool:
        """See ``kernel.Stream``. Raises ``ValueError``, also before the first ``remap``."""
        if self._first == NEVER:
            raise ValueError("the stream was not mapped yet")
        item = prepare(packet)._replace(timestamp=timestamp & 0xFFFFFFFF, padding=b"")
        prefix = (original & 0xFFFF).to_bytes(2, "big")
        writer = self._begin(again=True)
        sent = writer.add(0, item, self.next, prefix) and writer.flush()
        self.path.kernel.blocked += not sent
        return sent

    def _begin(self, again: bool = False) -> GsoWriter | CallbackWriter | NullWriter:
        socket, where = self.path.kernel.socket, self.path.destination.where
        if socket.in_callback:
            raise RuntimeError("a callable must not send through the kernel that called it")
        if where is None or socket.closed:
            return NullWriter(self)
        return CallbackWriter(self, again) if callable(where) else GsoWriter(self)

    def deliver(self, shared: list[PreparedPacket]) -> int:
        """Send prepared packets; return how many were sent."""
        first, offset, highest = self._first, self._sequence_offset, self.next - 1
        writer = self._begin()
        for position, item in enumerate(shared):
            if item.number < first:
                continue
            sequence = item.number + offset
            if not -WINDOW < sequence - highest < REACH or sequence < 0:
                self.path.kernel.socket.errors += 1
                continue
            if not writer.add(position, item, sequence):
                break
            if sequence > highest:
                highest = sequence
        else:
            if writer.flush():
                return len(shared)
        self.path.kernel.blocked += len(shared) - writer.blocked_at
        return writer.blocked_at

    def write(
        self, at: int, item: PreparedPacket, sequence: int, prefix: bytes, extension: bytes
    ) -> int:
        """Write a packet into the buffer, not protected yet; return where it ends."""
        view = self.path.kernel.buffer.view
        start, first = at, 0x80
        at += 12
        if extension:
            first |= 0x10
            view[at : at + len(extension)] = extension
            at += len(extension)
        if prefix:
            view[at : at + 2] = prefix
            at += 2
        end = at + len(item.payload)
        view[at:end] = item.payload
        if item.picture:
            self._patch(view, at, item.packet)
        if item.padding:
            first |= 0x20
            at, end = end, end + len(item.padding)
            view[at:end] = item.padding
        HEADER.pack_into(
            view,
            start,
            first,
            self._payload_type | item.marker,
            sequence & 0xFFFF,
            (item.timestamp + self._timestamp_offset) & 0xFFFFFFFF,
            self.ssrc,
        )
        return end

    def catch_up(self) -> None:
        """Bring libsrtp up to the numbers that were used while packets sent nowhere.

        It takes the roll-over counter from what it protects: here from bare headers in the buffer,
        which are not sent.
        """
        buffer = self.path.kernel.buffer
        while self.protected < self.next - 1:
            self.protected = min(self.protected + REACH - 1, self.next - 1)
            HEADER.pack_into(buffer.view, 0, 0x80, 0, self.protected & 0xFFFF, 0, self.ssrc)
            self.path.protector.protect(buffer, 0, HEADER.size)

    def _patch(self, view: memoryview, at: int, packet: Packet) -> None:
        if packet.picture_at >= 0:
            place, size = at + packet.picture_at, 2 if packet.picture_bits == 15 else 1
            old = int.from_bytes(view[place : place + size], "big")
            mask = (1 << packet.picture_bits) - 1
            new = old & ~mask | (old + self._picture_offset) & mask
            view[place : place + size] = new.to_bytes(size, "big")
        if packet.tl0_at >= 0:
            view[at + packet.tl0_at] = (view[at + packet.tl0_at] + self._tl0_offset) & 0xFF


class PythonPath:
    """See ``kernel.Path``."""

    def __init__(self, kernel: PythonKernel, protector: Protector) -> None:
        self.kernel = kernel
        self.protector = protector
        self.destination = Destination()
        self.next_number = 0  # transport-wide, not wrapped
        self._ssrcs: set[int] = set()
        self._times: array[int] | None = None
        self._sizes: array[int] = array("H")

    def stream(self, ssrc: int, first_sequence: int) -> PythonStream:
        """See ``kernel.Path``. Raises ``ValueError``."""
        stream = PythonStream(self, ssrc, first_sequence)
        if ssrc in self._ssrcs or len(self._ssrcs) == MAX_STREAMS:
            raise ValueError(f"a path has {MAX_STREAMS} streams, each with another SSRC")
        self._ssrcs.add(ssrc)
        return stream

    def send_to(self, where: Address | SendCallback | None) -> None:
        """See ``kernel.Path``; an empty tuple is the address that the socket is connected to.

        Raises ``ValueError`` unless it is a numeric address of the socket's family.
        """
        if where is not None and not callable(where):
            self.kernel.socket.check(where)
        self.destination = Destination(where)

    def remember(self) -> None:
        """Begin to remember packets by their transport-wide numbers."""
        if self._times is None:
            self._times = array("Q", bytes(8 * HISTORY))
            self._sizes = array("H", bytes(2 * HISTORY))

    def record(self, number: int, now: int, size: int) -> None:
        """Remember a packet."""
        if self._times is not None:
            self._times[number % HISTORY] = now
            self._sizes[number % HISTORY] = size

    def sent(self, first: int, count: int) -> list[tuple[int, int] | None]:
        """See ``kernel.Path``. Raises ``ValueError`` for more than 2**16."""
        if not 0 <= count <= 1 << 16:
            raise ValueError("there are no more than 65,536 numbers")
        return [self._sent(number) for number in range(first, first + count)]

    def _sent(self, wrapped: int) -> tuple[int, int] | None:
        age = (self.next_number - 1 - wrapped) & 0xFFFF
        number = self.next_number - 1 - age
        if self._times is None or age >= HISTORY or number < 0:
            return None
        return self._times[number % HISTORY], self._sizes[number % HISTORY]


class PythonGroup:
    """See ``kernel.Group``."""

    def __init__(self, kernel: PythonKernel, streams: Iterable[Stream]) -> None:
        self._kernel = kernel
        self._streams: dict[PythonStream, None] = {}
        self._turn = 0
        for stream in streams:
            self.add(stream)

    def add(self, stream: Stream) -> None:
        """See ``kernel.Group``. Raises ``ValueError`` when another kernel made it."""
        if not isinstance(stream, PythonStream) or stream.path.kernel is not self._kernel:
            raise ValueError("the stream is not one of this kernel")
        self._streams[stream] = None

    def discard(self, stream: Stream) -> None:
        """See ``kernel.Group``."""
        self._streams.pop(stream, None)  # type: ignore[call-overload]

    def __len__(self) -> int:
        return len(self._streams)

    def __contains__(self, stream: object) -> bool:
        return stream in self._streams

    def send(self, packets: Sequence[Packet]) -> list[tuple[Stream, int]]:
        """See ``kernel.Group``: callbacks come last. Raises ``ValueError`` before any sending."""
        shared = [prepare(packet) for packet in packets]
        streams = list(self._streams)
        if not streams or not shared:
            return []
        turn = self._turn % len(streams)
        self._turn = turn + 1
        streams = streams[turn:] + streams[:turn]
        streams.sort(key=lambda stream: callable(stream.path.destination.where))
        behind: list[tuple[Stream, int]] = []
        self._kernel.socket.begin_waiting()
        try:
            for stream in streams:
                sent = stream.deliver(shared)
                if sent < len(shared):
                    behind.append((stream, sent))
        finally:
            self._kernel.socket.end_waiting()
        return behind


class PythonKernel:
    """See ``kernel.Kernel``. The socket belongs to the caller and outlives the kernel."""

    name = "python"

    def __init__(self, sock: socket.socket) -> None:
        self.socket = GsoSocket(sock)
        self.buffer = Buffer(BUFFER)
        self.blocked = 0

    def path(self, profile: Profile, key: bytes, salt: bytes) -> PythonPath:
        """See ``kernel.Kernel``. Raises ``ValueError``."""
        return PythonPath(self, Protector(profile, key, salt))

    def group(self, streams: Iterable[Stream] = ()) -> PythonGroup:
        """See ``kernel.Kernel``."""
        return PythonGroup(self, streams)

    def receive(self, limit: int, size: int) -> list[tuple[bytes, Address]]:
        """See ``kernel.Kernel``. Raises ``ValueError`` for absurd numbers."""
        return self.socket.receive(limit, size)

    def counters(self) -> dict[str, int]:
        """See ``kernel.Kernel``. ``blocked``: packets that were not sent for want of room."""
        return {**self.socket.counters(), "blocked": self.blocked}

    def close(self) -> None:
        """See ``kernel.Kernel``."""
        self.socket.closed = True
