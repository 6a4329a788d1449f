"""Where a relay is reached: its sockets, its kernel, and what peers are told of them."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence

from liveshow.relay.kernel.choice import Choice, open_kernel
from liveshow.relay.kernel.protocols import Kernel
from liveshow.relay.ports import Answer, AnsweredSection, Offer, Timeouts
from liveshow.relay.transport.addresses import own_addresses, resolve
from liveshow.relay.transport.aiortc_private import Certificate
from liveshow.relay.transport.peer import Peer
from liveshow.relay.transport.tcp import TcpConnections
from liveshow.relay.transport.udp_mux import UdpMux

log = logging.getLogger(__name__)


class Endpoint:
    """One UDP port, and connections of ICE over TCP that somebody else accepts.

    ``public_addresses`` and ``kernel``: as for the relay. ``after_batch``: called when the
    datagrams of one wake have been handed to their peers.
    """

    def __init__(
        self,
        public_addresses: Sequence[str],
        kernel: Choice,
        threads: int,
        after_batch: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        self._public_addresses = list(public_addresses)
        self._choice: Choice = kernel
        self._threads = threads
        self._clock = clock
        self._certificate = Certificate.generate()
        self._kernel: Kernel | None = None
        self.mux = UdpMux(after_batch)
        self.tcp = TcpConnections(self.mux, clock)
        self.candidates: list[tuple[str, int]] = []

    async def open(self, host: str, port: int) -> None:
        """Open the UDP port and its kernel.

        Raises ``OSError`` when that fails or a name is not resolved, ``KernelMissing`` when the
        native kernel is required and was not built.
        """
        self.mux.open(host, port)
        try:
            addresses = await resolve(self._public_addresses or own_addresses(host))
            self._kernel = open_kernel(self.mux.socket, self._choice, self._threads)
        except BaseException:
            self.mux.close()
            raise
        self.mux.use(self._kernel)
        self.candidates = [(address, self.number) for address in addresses]
        log.info("media on port %d, fan-out kernel: %s", self.number, self._kernel.name)

    @property
    def number(self) -> int:
        """The number of the UDP port, 0 while it is not open."""
        return self.mux.port

    @property
    def kernel(self) -> Kernel:
        """The fan-out kernel. Raises ``RuntimeError`` before the port is open."""
        if self._kernel is None:
            raise RuntimeError("the port is not open")
        return self._kernel

    def peer(self, offer: Offer, timeouts: Timeouts) -> Peer:
        """Begin the transport to whoever made an offer."""
        return Peer(
            self.mux,
            self._certificate,
            offer.fingerprints,
            offer.ufrag,
            offer.passive,
            timeouts,
            self._clock,
            self._kernel,
        )

    def answer(
        self, peer: Peer, offer: Offer, sections: Sequence[AnsweredSection], tcp_port: int
    ) -> Answer:
        """Say where and as whom the relay is reached. ``tcp_port``: 0 without ICE over TCP."""
        return Answer(
            session_number=secrets.randbits(62),
            ice=peer.ice.newest.credentials,
            fingerprint=self._certificate.fingerprint,
            candidates=tuple(self.candidates),
            sections=tuple(sections),
            cname=secrets.token_hex(8),
            active=offer.passive,
            tcp_port=tcp_port,
        )

    def counters(self) -> dict[str, int]:
        """What the kernel has counted; nothing before the port is open."""
        return self._kernel.counters() if self._kernel is not None else {}

    def close(self) -> None:
        """Close the sockets and the kernel."""
        self.tcp.close()
        if self._kernel is not None:
            self._kernel.close()
        self.mux.close()
