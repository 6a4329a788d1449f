"""The ways of a stream's packets out of the fan-out kernel in Python.

``GsoWriter`` sends through the socket, neighbours of one size in one call. ``CallbackWriter``
offers lists of packets to a callback. ``NullWriter`` only counts.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pylibsrtp

from liveshow.relay.kernel.packets import MAX_PACKET, PreparedPacket
from liveshow.relay.wire.packets import HEADER

if TYPE_CHECKING:
    from liveshow.relay.kernel.python import PythonStream

MAX_SEGMENTS = 64  # packets of one call: UDP_MAX_SEGMENTS of Linux
MAX_GSO_BYTES = 65_000  # bytes of one call, which must be less than the longest datagram
BUFFER = MAX_GSO_BYTES + 2 * MAX_PACKET
# Packets that a callback is offered at once. More would be encrypted for nothing when it is full.
CALLBACK_BATCH = 16

# A packet that was written: position in the burst, sequence, octets of payload, size, and
# transport-wide number. A tuple with names takes four times as long to make.
_Written = tuple[int, int, int, int, int]


class _Writer:
    """Writes packets, and counts them once it is known how many were sent."""

    def __init__(self, stream: PythonStream) -> None:
        self._stream = stream
        self._path = stream.path
        self._kernel = stream.path.kernel
        self._extensions = stream.extensions
        self._numbered = bool(stream.extensions.transport_cc)
        stream.catch_up()
        if self._extensions.any:
            self._extensions.begin(time.time())
        self._written: list[_Written] = []
        self.blocked_at = 0  # position of the first packet that was not sent

    def _write(self, at: int, item: PreparedPacket, sequence: int, prefix: bytes) -> int:
        """Write and protect a packet in the buffer; return its size, 0 after an error."""
        stream, path = self._stream, self._path
        extension = b""
        if self._extensions.any:
            extension = self._extensions.write(item, path.next_number, stream.frame_offset)
        end = stream.write(at, item, sequence, prefix, extension)
        try:
            size = path.protector.protect(self._kernel.buffer, at, end - at)
        except pylibsrtp.Error:
            self._kernel.socket.errors += 1
            return 0
        if sequence > stream.protected:
            stream.protected = sequence
        return size

    def _append(
        self, position: int, item: PreparedPacket, sequence: int, prefix: bytes, size: int
    ) -> None:
        octets, path = len(item.payload) + len(prefix), self._path
        self._written.append((position, sequence, octets, size, path.next_number))
        if self._numbered:
            path.next_number += 1

    def _went(self, count: int) -> bool:
        """Count the first packets as sent, take the others back; return False if there are any."""
        written, stream, path = self._written, self._stream, self._path
        now = time.monotonic_ns() // 1000 if self._numbered else 0
        for _, sequence, octets, size, number in written[:count]:
            stream.packets += 1
            stream.octets += octets
            if sequence >= stream.next:
                stream.next = sequence + 1
            if self._numbered:
                path.record(number, now, size)
        if count < len(written):
            self.blocked_at, _, _, _, number = written[count]
            if self._numbered:
                path.next_number = number
            return False
        written.clear()
        return True


class GsoWriter(_Writer):
    """Sends through the socket what lies one behind the other in the buffer."""

    def __init__(self, stream: PythonStream) -> None:
        super().__init__(stream)
        self._start = self._end = self._segment = 0

    def add(self, position: int, item: PreparedPacket, sequence: int, prefix: bytes = b"") -> bool:
        """Add a packet; return False when there was no room for those before it."""
        if self._end + MAX_PACKET > BUFFER:
            if not self.flush():
                return False
            self._start = self._end = 0
        at = self._end
        size = self._write(at, item, sequence, prefix)
        if not size:
            return True
        fits = size <= self._segment and at + size - self._start <= MAX_GSO_BYTES
        if self._written and not (fits and len(self._written) < MAX_SEGMENTS) and not self.flush():
            return False
        if not self._written:
            self._start, self._segment = at, size
        self._append(position, item, sequence, prefix, size)
        self._end = at + size
        return size == self._segment or self.flush()

    def flush(self) -> bool:
        """Send the packets that were added; return False when there was no room for all."""
        if not self._written:
            return True
        view = self._kernel.buffer.view[self._start : self._end]
        destination, count = self._path.destination, len(self._written)
        return self._went(self._kernel.socket.transmit(destination, view, self._segment, count))


class CallbackWriter(_Writer):
    """Offers packets to the callback of a path. ``again``: they are retransmissions."""

    def __init__(self, stream: PythonStream, again: bool) -> None:
        super().__init__(stream)
        self._again = again
        self._packets: list[bytes] = []

    def add(self, position: int, item: PreparedPacket, sequence: int, prefix: bytes = b"") -> bool:
        """Add a packet; return False when it, or one before it, was not taken."""
        if size := self._write(0, item, sequence, prefix):
            self._packets.append(bytes(self._kernel.buffer.view[:size]))
            self._append(position, item, sequence, prefix, size)
        return len(self._written) < CALLBACK_BATCH or self.flush()

    def flush(self) -> bool:
        """Offer the packets that were added; return False when not all were taken.

        Raises what the callback raises, and ``TypeError`` or ``ValueError`` when its answer is
        impossible. It has taken nothing then.
        """
        if not self._written:
            return True
        packets, self._packets = self._packets, []
        try:
            return self._went(self._ask(packets))
        except BaseException:
            self._went(0)
            raise

    def _ask(self, packets: list[bytes]) -> int:
        socket, where, count = self._kernel.socket, self._path.destination.where, len(packets)
        if socket.closed or not callable(where):  # changed by an earlier call
            return count
        socket.in_callback = True
        try:
            taken = where(packets, self._again)
        finally:
            socket.in_callback = False
        if not isinstance(taken, int):
            raise TypeError("packets taken must be an integer")
        if not 0 <= taken <= count:
            raise ValueError("packets taken is out of range")
        return taken


class NullWriter:
    """Numbers, counts and remembers packets that go nowhere, without writing them."""

    blocked_at = 0

    def __init__(self, stream: PythonStream) -> None:
        self._stream = stream
        self._numbered = bool(stream.extensions.transport_cc)
        self._now = time.monotonic_ns() // 1000 if self._numbered else 0

    def add(self, position: int, item: PreparedPacket, sequence: int, prefix: bytes = b"") -> bool:
        """Count a packet as sent."""
        stream, octets = self._stream, len(item.payload) + len(prefix)
        stream.packets += 1
        stream.octets += octets
        if sequence >= stream.next:
            stream.next = sequence + 1
        if self._numbered:
            path = stream.path
            size = HEADER.size + stream.extensions.size(item) + octets + len(item.padding)
            path.record(path.next_number, self._now, size + path.protector.tag)
            path.next_number += 1
        return True

    def flush(self) -> bool:
        """Return True: nothing can be refused."""
        return True
