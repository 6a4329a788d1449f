"""The socket of the fan-out kernel in Python, which sends many datagrams with one call (GSO).

Datagrams of one size, the last of which may be shorter, lie in one piece of memory. The operating
system segments it (UDP_SEGMENT, Linux 4.18), unless the system, the route or the card refuses. A
path that refuses segmentation gets single datagrams.
"""

from __future__ import annotations

import errno
import select
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass

from liveshow.relay.kernel.protocols import Address, SendCallback

UDP_SEGMENT = 103  # option of linux/udp.h; Python has no name for it
SEND_WAIT = 0.002  # seconds that one burst waits for room in the socket at most
# Errors with which a system, route or card refuses segmentation.
REFUSALS = frozenset({errno.EIO, errno.EINVAL, errno.EMSGSIZE, errno.ENOPROTOOPT, errno.EOPNOTSUPP})
MAX_RECEIVE, MAX_SIZE = 4096, 65_535  # datagrams of one call, bytes of one datagram

_SEGMENT = struct.Struct("@H")
_Option = tuple[int, int, bytes]


@dataclass(slots=True)
class Destination:
    """The destination of a path. ``plain``: it refused segmentation."""

    where: Address | SendCallback | None = None
    plain: bool = False


class GsoSocket:
    """Sends and receives through a UDP socket, which belongs to the caller.

    Raises ``ValueError`` for another kind of socket.
    """

    def __init__(self, sock: socket.socket) -> None:
        if sock.type != socket.SOCK_DGRAM:
            raise ValueError("the socket is not one of datagrams")
        self.closed = False
        self.in_callback = False  # whether a callback runs, in the middle of a burst
        self.errors = 0
        self._socket = sock
        self._datagrams = self._bytes = self._calls = 0
        self._poll = select.poll()
        self._poll.register(sock, select.POLLOUT)
        self._until: float | None = None
        self._cut = self._refused = 0
        try:
            sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 0)
            self._gso = True
        except OSError:
            self._gso = False

    def receive(self, limit: int, size: int) -> list[tuple[bytes, Address]]:
        """Return datagrams that have arrived. Raises ``ValueError`` for absurd numbers."""
        if not 0 < limit <= MAX_RECEIVE or not 0 < size <= MAX_SIZE:
            raise ValueError(f"limit is up to {MAX_RECEIVE}, size up to {MAX_SIZE}")
        received: list[tuple[bytes, Address]] = []
        if self.closed:
            return received
        for _ in range(limit):
            try:
                data, address = self._socket.recvfrom(size, socket.MSG_DONTWAIT)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                continue
            received.append((data, address or ()))
        return received

    def counters(self) -> dict[str, int]:
        """Return the counters, named as in ``kernel.Kernel``."""
        return {
            "datagrams": self._datagrams,
            "bytes": self._bytes,
            "calls": self._calls,
            "errors": self.errors,
            # One path that refuses says nothing about the others.
            "segmentation": int(self._gso and (self._cut > 0 or not self._refused)),
        }

    def check(self, address: Address) -> None:
        """Raise ``ValueError`` unless it is a numeric address of the socket's family."""
        family = self._socket.family
        if not isinstance(address, tuple):
            raise ValueError("an address is a tuple")
        if not address:
            return
        sizes = {socket.AF_INET: (2,), socket.AF_INET6: (2, 3, 4)}.get(family, ())
        if len(address) not in sizes or not isinstance(address[0], str):
            raise ValueError("the address is not one of the socket's family")
        limits = (0xFFFF, 0xFFFFF, 0xFFFFFFFF)
        for number, limit in zip(address[1:], limits, strict=False):
            if not isinstance(number, int) or not 0 <= number <= limit:
                raise ValueError("a number of the address is out of range")
        try:
            socket.inet_pton(family, address[0])
        except (OSError, ValueError):
            raise ValueError("the address is not numeric") from None

    def begin_waiting(self) -> None:
        """Wait for room in the socket from now on, ``SEND_WAIT`` seconds in all."""
        self._until = time.monotonic() + SEND_WAIT

    def end_waiting(self) -> None:
        """Wait no more."""
        self._until = None

    def transmit(self, destination: Destination, data: memoryview, segment: int, count: int) -> int:
        """Send ``count`` datagrams of ``segment`` bytes; return how many were sent."""
        where, end = destination.where, len(data)
        if where is None or callable(where) or self.closed:
            return count
        if count > 1 and self._gso and not destination.plain:
            option = (socket.IPPROTO_UDP, UDP_SEGMENT, _SEGMENT.pack(segment))
            error = self._call(data, (option,), where, count)
            if error == errno.EAGAIN:
                return 0
            if error not in REFUSALS:
                return count
            self._refused += 1
            destination.plain = True
        for number, at in enumerate(range(0, end, segment)):
            if self._call(data[at : at + segment], (), where, 1) == errno.EAGAIN:
                return number
        return count

    def _call(
        self, data: memoryview, options: Sequence[_Option], where: Address, count: int
    ) -> int:
        """Call the system; return the error, 0 when the datagrams were sent."""
        while True:
            self._calls += 1
            try:
                self._socket.sendmsg([data], options, socket.MSG_DONTWAIT, where or None)
            except BlockingIOError:
                if self._wait():
                    continue
                return errno.EAGAIN
            except OSError as error:
                if not options or error.errno not in REFUSALS:
                    self.errors += count
                return error.errno or errno.EIO
            self._datagrams += count
            self._bytes += len(data)
            self._cut += count > 1
            return 0

    def _wait(self) -> bool:
        left = 0.0 if self._until is None else self._until - time.monotonic()
        if left <= 0:
            return False
        self._poll.poll(1000 * left)
        return True
