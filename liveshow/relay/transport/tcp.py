"""ICE over TCP for networks that block UDP: passive candidates only (RFC 6544).

A frame (RFC 4571: two bytes of length before the packet) is treated like a datagram:
``UdpMux.take`` routes it, and its connection stands in for a socket address.

Connections without a signed check are bounded in number (per host and in all), in bytes, and in
seconds. Bytes that a peer does not read are bounded, too: further packets are refused, and their
down track drops whole frames.

Whatever waits here delays everything behind it, so the buffer is short: less than half a second of
a link of 360 kbit/s. Faster links do not notice, because packets that fit into TCP's window do not
wait. Even where the window is full all the time, a round of the pacer refills 8 KiB or more.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

MAX_FRAME = 1500  # bytes; a longer frame ends the connection
READ_SIZE = 16 * 1024  # bytes of one connection that are handled before others get their turn
MAX_UNSENT = 8 * 1024  # bytes that wait in the process; further packets are refused
# Bytes that may wait above MAX_UNSENT, only for packets up to SMALL bytes: checks, reports and
# sound pass a picture that waits.
SMALL = 400
RESERVE = 4 * 1024
# Bytes that wait in the system because TCP's window has no room; without a limit it would take
# megabytes. It checks the limit only when it begins a segment, and lets a segment grow to 64 KiB.
# So every write is a segment of its own, and at most SYSTEM_UNSENT and MAX_WRITE together wait
# there.
SYSTEM_UNSENT = 4 * 1024
MAX_WRITE = 8 * 1024
ONE_SEGMENT = socket.MSG_EOR if sys.platform == "linux" else 0

MAX_UNPROVEN = 256  # connections without a valid check; the oldest is closed
MAX_UNPROVEN_PER_HOST = 16  # connections of one host without one; its oldest is closed
# Bytes before a valid check; more end the connection. A peer that reconnects while it sends media
# may send that first.
MAX_UNPROVEN_BYTES = 256 * 1024
PROOF_SECONDS = 10.0  # longest time without a valid check
IDLE_SECONDS = (
    60.0  # of silence that end a connection; a browser checks each pair twice in that time
)
SWEEP_SECONDS = 1.0  # time between two looks for connections to be ended


class FramingError(ValueError):
    """A frame is longer than ``MAX_FRAME``."""


def frame(packet: bytes) -> bytes:
    """Return ``packet`` with its length before it (RFC 4571 §2)."""
    return len(packet).to_bytes(2) + packet


class FrameReader:
    """Cuts a stream of bytes into frames. It keeps less than one frame."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the packets that ``data`` completes; null packets are left out.

        Raises ``FramingError`` as soon as a length over ``MAX_FRAME`` is read.
        """
        data = self._rest + data
        packets = []
        at = 0
        while len(data) - at >= 2:
            end = at + 2 + int.from_bytes(data[at : at + 2])
            if end - at - 2 > MAX_FRAME:
                raise FramingError(end - at - 2)
            if end > len(data):
                break
            if end > at + 2:
                packets.append(data[at + 2 : end])
            at = end
        self._rest = data[at:]
        return packets


class FrameMux(Protocol):
    """The receiver of the packets: the relay's mux."""

    @property
    def dropped(self) -> Counter[str]: ...

    def take(self, data: bytes, address: TcpConnection) -> None:
        """Hand a packet to its peer, as if it were a datagram."""

    def flush(self) -> None:
        """Deliver the media of the packets taken since the last flush."""

    def lost(self, address: TcpConnection) -> None:
        """Forget a connection that has ended."""


class TcpConnection:
    """One connection, used like a socket address: item 0 is the host, item 1 the port.

    It equals only itself: the same host and port over UDP is another path to the peer.
    """

    # Shared by all connections: what was read is handled before the loop reads again.
    _buffer = bytearray(READ_SIZE)

    def __init__(
        self, owner: TcpConnections, sock: socket.socket, address: tuple[Any, ...], now: float
    ) -> None:
        self.address = address
        self.proven = False
        self.closed = False
        self.created = self.heard = now
        self._owner = owner
        self._socket = sock
        self._loop = asyncio.get_running_loop()
        self._reader = FrameReader()
        self._unproven = 0  # bytes before a valid check
        self._waiting = bytearray()  # frames the system did not take; of the first maybe a part
        self._full = False
        self._broken = False  # whether the system reported an error; then it is closed soon
        self._loop.add_reader(sock, self._readable)

    def __getitem__(self, index: int) -> Any:
        return self.address[index]

    @property
    def unsent(self) -> int:
        """The bytes that wait because the system takes no more."""
        return len(self._waiting)

    def send(self, packet: bytes) -> bool:
        """Send a packet; return False when too much waits. After the end it counts as sent."""
        return self.send_all([packet]) == 1

    def send_all(self, packets: list[bytes], again: bool = False) -> int:
        """Send packets in order; return how many were taken, fewer when too much waits.

        ``again``: they are retransmissions. None is taken while anything waits: TCP loses nothing,
        so they are only padding that probes the link. Never raises.
        """
        if self.closed or self._broken:
            return len(packets)
        if again and self._waiting:
            return 0
        data = b"".join([frame(packet) for packet in packets])
        gone = 0 if self._waiting else self._write(data)
        if gone == len(data) or self._broken:
            self._full = False
            return len(packets)
        if not self._waiting:
            self._loop.add_writer(self._socket, self._writable)
        elif len(self._waiting) < MAX_UNSENT // 2:
            self._full = False
        taken, end = self._fitting(packets, gone - len(self._waiting))
        self._waiting += memoryview(data)[gone:end]
        if taken < len(packets) and not self._full:
            # Media is offered again every few milliseconds, so each time that it gets full counts
            # once.
            self._full = True
            self._owner.mux.dropped["tcp_buffer_full"] += 1
        return taken

    def _fitting(self, packets: list[bytes], gone: int) -> tuple[int, int]:
        """Return how many packets were sent or may wait, and where the frame of the last one ends.

        ``gone``: their bytes that the system took, minus the bytes that wait before them.
        """
        end = 0
        for taken, packet in enumerate(packets):
            size = 2 + len(packet)
            limit = MAX_UNSENT + (RESERVE if len(packet) <= SMALL else 0)
            if end + size - gone > limit:
                return taken, end
            end += size
        return len(packets), end

    def _write(self, data: bytes | bytearray) -> int:
        """Write as many bytes as the system takes; return their number."""
        gone = 0
        with memoryview(data) as view:
            while gone < len(view):
                piece = view[gone : gone + MAX_WRITE]
                try:
                    sent = self._socket.send(piece, ONE_SEGMENT)
                except (BlockingIOError, InterruptedError):
                    break
                except OSError:
                    self._broken = True
                    self._loop.call_soon(self.close)
                    break
                gone += sent
                if sent < len(piece):
                    break
        return gone

    def _writable(self) -> None:
        del self._waiting[: self._write(self._waiting)]
        if self._broken:
            self._waiting.clear()
        if not self._waiting:
            self._loop.remove_writer(self._socket)

    def prove(self) -> None:
        """Note a valid check: from now on the connection belongs to a peer."""
        if not self.proven:
            self.proven = True
            self._owner.on_proven(self)

    def close(self) -> None:
        """End the connection and drop the bytes that wait. Idempotent."""
        if self.closed:
            return
        self.closed = True
        self._waiting.clear()
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()
        self._owner.on_closed(self)

    def _readable(self) -> None:
        try:
            size = self._socket.recv_into(self._buffer)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            size = 0
        if not size:
            self.close()
            return
        if not self.proven:
            self._unproven += size
            if self._unproven > MAX_UNPROVEN_BYTES:
                self._owner.mux.dropped["tcp_unproven"] += 1
                self.close()
                return
        try:
            packets = self._reader.feed(bytes(memoryview(self._buffer)[:size]))
        except FramingError:
            self._owner.mux.dropped["tcp_framing"] += 1
            self.close()
            return
        if packets:
            self.heard = self._owner.clock()
            self._take(packets)

    def _take(self, packets: list[bytes]) -> None:
        mux = self._owner.mux
        for packet in packets:
            mux.take(packet, self)
            if self.closed:
                break
        mux.flush()


class TcpConnections:
    """All connections of one relay, proven or not. It ends those that are of no use."""

    def __init__(self, mux: FrameMux, clock: Callable[[], float]) -> None:
        self.mux = mux
        self.clock = clock
        self._unproven: dict[TcpConnection, None] = {}  # oldest first
        self._proven: set[TcpConnection] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self._closed = False

    def __len__(self) -> int:
        return len(self._unproven) + len(self._proven)

    def accept(self, sock: socket.socket) -> None:
        """Take over a connected, non-blocking socket that nothing was read from."""
        try:
            address = sock.getpeername()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if hasattr(socket, "TCP_NOTSENT_LOWAT"):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, SYSTEM_UNSENT)
        except OSError:  # it is gone already
            sock.close()
            return
        if self._closed:
            sock.close()
            return
        self._make_room(address[0])
        self._unproven[TcpConnection(self, sock, address, self.clock())] = None
        if self._sweeper is None:
            self._sweep()

    def close(self) -> None:
        """End all connections, and refuse later ones."""
        self._closed = True
        for connection in [*self._unproven, *self._proven]:
            connection.close()
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None

    def on_proven(self, connection: TcpConnection) -> None:
        """Count ``connection`` as that of a peer."""
        if connection in self._unproven:
            del self._unproven[connection]
            self._proven.add(connection)

    def on_closed(self, connection: TcpConnection) -> None:
        """Forget ``connection`` and tell its peer."""
        self._unproven.pop(connection, None)
        if connection in self._proven:
            self._proven.discard(connection)
            self.mux.lost(connection)

    def _make_room(self, host: str) -> None:
        same = [connection for connection in self._unproven if connection[0] == host]
        if len(same) >= MAX_UNPROVEN_PER_HOST:
            oldest = same[0]
        elif len(self._unproven) >= MAX_UNPROVEN:
            oldest = next(iter(self._unproven))
        else:
            return
        self.mux.dropped["tcp_full"] += 1
        oldest.close()

    def _sweep(self) -> None:
        now = self.clock()
        late = [c for c in self._unproven if now - c.created > PROOF_SECONDS]
        late += [c for c in self._proven if now - c.heard > IDLE_SECONDS]
        for connection in late:
            self.mux.dropped["tcp_silent"] += 1
            connection.close()
        self._sweeper = None
        if len(self) and not self._closed:
            self._sweeper = asyncio.get_running_loop().call_later(SWEEP_SECONDS, self._sweep)


def destination(address: tuple[Any, ...] | TcpConnection | None) -> Any:
    """Return what a kernel sends to: a connection takes its packets itself."""
    return address.send_all if isinstance(address, TcpConnection) else address
