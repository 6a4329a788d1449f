"""The UDP mux: one port for all peers. It decides which peer a datagram belongs to.

- Empty and oversize datagrams are dropped.
- STUN goes to the peer whose user name fragment it carries. It counts only when it is signed with
  that peer's password.
- Any other datagram goes to the peer that completed ICE from its address. Without one it is
  dropped.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

from liveshow.relay.kernel.protocols import Kernel
from liveshow.relay.transport.handshakes import Handshakes
from liveshow.relay.transport.tcp import TcpConnection
from liveshow.relay.wire.packets import MAX_DATAGRAM
from liveshow.relay.wire.stun import Check, is_indication, read_check

READS_PER_WAKE = 128  # datagrams handled before other tasks get their turn
MAX_LOGGED = 10  # defects that are logged; later ones are only counted
SOCKET_BUFFER = 4 << 20  # bytes; a burst of keyframes to many viewers needs as many

log = logging.getLogger(__name__)

Address = tuple[Any, ...] | TcpConnection


class MuxPeer(Protocol):
    """A receiver of datagrams."""

    def on_check(self, check: Check, address: Address) -> None: ...

    def on_datagram(self, data: bytes, address: Address) -> None: ...

    def on_oversize(self, address: Address) -> None:
        """Take note of a datagram that was too long to be read."""

    def on_lost(self, address: Address) -> None:
        """Forget an address: its TCP connection ended."""

    def holds(self, address: Address) -> bool:
        """Tell whether the peer is certainly at ``address``, so that no other peer can be."""


class UdpMux:
    """A UDP socket that all peers share. Owned by the relay; peers register themselves."""

    def __init__(self, after_batch: Callable[[], None]) -> None:
        self._by_ufrag: dict[bytes, MuxPeer] = {}
        self._by_address: dict[Address, MuxPeer] = {}
        self._after_batch = after_batch
        self._socket: socket.socket | None = None
        self._kernel: Kernel | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.handshakes = Handshakes()  # the handshakes of all peers
        self.dropped: Counter[str] = Counter()
        self.received = self.sent = 0

    @property
    def port(self) -> int:
        """The number of the port, 0 before it is open."""
        return int(self._socket.getsockname()[1]) if self._socket else 0

    def open(self, host: str, port: int) -> None:
        """Bind the socket and begin to read. Raises ``OSError`` when that fails."""
        self._loop = asyncio.get_running_loop()
        family, kind, proto, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind, proto)
        try:
            sock.setblocking(False)
            for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                sock.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            sock.bind(address)
        except BaseException:
            sock.close()
            raise
        self._socket = sock
        self._loop.add_reader(sock.fileno(), self._read)

    @property
    def socket(self) -> socket.socket:
        """The socket, for the kernel that sends through it. Raises when it is not open."""
        if self._socket is None:
            raise RuntimeError("the port is not open")
        return self._socket

    def use(self, kernel: Kernel) -> None:
        """Read through a kernel, whole batches at once, from now on."""
        self._kernel = kernel

    def close(self) -> None:
        """Stop reading and close the socket."""
        if self._socket is not None and self._loop is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
        self._by_address.clear()
        self._by_ufrag.clear()
        self.handshakes.close()

    def send(self, data: bytes, address: Address) -> bool:
        """Send one datagram; return False when the kernel has no room for it.

        After other errors (unreachable, no route) the datagram counts as sent: consent expires by
        itself.
        """
        if isinstance(address, TcpConnection):
            self.sent += 1
            return address.send(data)
        if self._socket is None:
            return True
        try:
            self._socket.sendto(data, address)
        except BlockingIOError:
            self.dropped["send_buffer_full"] += 1
            return False
        except OSError:
            self.dropped["send_error"] += 1
        self.sent += 1
        return True

    def add_ufrag(self, ufrag: str, peer: MuxPeer) -> None:
        """Route checks for ``ufrag`` to ``peer``."""
        self._by_ufrag[ufrag.encode()] = peer

    def remove_ufrag(self, ufrag: str) -> None:
        """Stop taking checks for ``ufrag``."""
        self._by_ufrag.pop(ufrag.encode(), None)

    def add_address(self, address: Address, peer: MuxPeer) -> bool:
        """Route datagrams from ``address`` to ``peer``, whose check came from there.

        Return False when another peer holds it: the sender of a datagram is easily forged.
        """
        owner = self._by_address.get(address)
        if owner is not None and owner is not peer and owner.holds(address):
            self.dropped["address_taken"] += 1
            return False
        self._by_address[address] = peer
        if isinstance(address, TcpConnection):
            address.prove()
        return True

    def remove_address(self, address: Address, peer: MuxPeer) -> None:
        """Stop routing ``address`` to ``peer``; another peer may have it by now."""
        if self._by_address.get(address) is peer:
            del self._by_address[address]
            if isinstance(address, TcpConnection):
                address.close()

    def lost(self, address: TcpConnection) -> None:
        """Forget a TCP connection that has ended."""
        if (peer := self._by_address.pop(address, None)) is not None:
            peer.on_lost(address)

    def take(self, data: bytes, address: Address) -> None:
        """Hand one datagram to its peer; never raises.

        TCP connections hand in their frames here, and call ``flush`` after the last one.
        """
        self.received += 1
        try:
            self._route(data, address)
        except Exception:
            self.defect("a datagram could not be handled")

    def defect(self, what: str) -> None:
        """Count the exception being handled, and log the first few.

        A defect of the relay that the datagram of one peer triggers must not stop the others.
        """
        self.dropped["defect"] += 1
        if self.dropped["defect"] <= MAX_LOGGED:
            log.exception(what)

    def flush(self) -> None:
        """Deliver the media of the datagrams taken since the last flush."""
        self._after_batch()

    def _read(self) -> None:
        # One byte more than the maximum shows what is oversize.
        kernel, size = self._kernel, MAX_DATAGRAM + 1
        batch = kernel.receive(READS_PER_WAKE, size) if kernel else self._receive(size)
        for data, address in batch:
            self.take(data, address)
            if self._socket is None:
                return
        self.flush()

    def _receive(self, size: int) -> list[tuple[bytes, Address]]:
        batch: list[tuple[bytes, Address]] = []
        receive = self.socket.recvfrom
        for _ in range(READS_PER_WAKE):
            try:
                batch.append(receive(size))
            except (BlockingIOError, InterruptedError):
                break
            except OSError:  # an ICMP error of an earlier send
                continue
        return batch

    def _route(self, data: bytes, address: Address) -> None:
        if not data or len(data) > MAX_DATAGRAM:
            self.dropped["size"] += 1
            if data and (peer := self._by_address.get(address)) is not None:
                peer.on_oversize(address)
        elif data[0] < 4:  # RFC 7983 §7: 0 to 3 is STUN
            self._route_stun(data, address)
        elif (peer := self._by_address.get(address)) is not None:
            peer.on_datagram(data, address)
        else:
            self.dropped["stranger"] += 1

    def _route_stun(self, data: bytes, address: Address) -> None:
        if (check := read_check(data)) is None:
            # Indications are legitimate but carry nothing that the relay needs, and are not signed.
            self.dropped["stun_indication" if is_indication(data) else "stun_malformed"] += 1
        elif (peer := self._by_ufrag.get(check.ours)) is None:
            self.dropped["stun_unknown"] += 1
        else:
            peer.on_check(check, address)
