"""Where one peer is: which of its addresses we send to, and whether it is certain to be there.

Where we send. Media goes to the address that a correctly signed check nominated last. A signed
check alone proves little: anybody who saw one can send it again, from elsewhere and at any time.
Media is protected against that (RFC 3711 §3.3.2). So while media comes from the present address, a
new nomination is followed only when media comes from there. If no media comes from a nominated
address, media from another one leads back.

Whether we send. Checks alone must not keep media flowing to a victim who never asked for it,
because the sender of a datagram is easily forged. Checks are enough where the peer certainly is: at
the address that all our flights of the handshake went to, because it read them there, and at a TCP
connection. To any other address nothing is sent once no media came from there for
``UNPROVEN_AFTER`` seconds, until some does. So a peer that never reports is safe where it
connected. A peer that moves has to report; browsers, aiortc and GStreamer do every 1 to 7 s. One
attack remains: a peer with a session that forges the sender of its checks and of its reports.
"""

from __future__ import annotations

from collections.abc import Callable

from liveshow.relay.transport.tcp import TcpConnection
from liveshow.relay.transport.udp_mux import Address, MuxPeer, UdpMux

MAX_ADDRESSES = 8  # validated addresses of one peer; the oldest is forgotten
FRESH = 2.0  # seconds after media came for which its address is certainly the peer's
REBIND_AFTER = 6.0  # seconds of silence after which a check without nomination moves the address
# Seconds without media from an address that the peer moved to. A second move does not extend them.
UNPROVEN_AFTER = 10.0

NEVER = float("-inf")


class Route:
    """The addresses of one peer. All times are of the relay's clock, in seconds."""

    def __init__(
        self,
        mux: UdpMux,
        peer: MuxPeer,
        clock: Callable[[], float],
        on_moved: Callable[[], None],
    ) -> None:
        self._mux = mux
        self._peer = peer
        self._clock = clock
        self._on_moved = on_moved
        self.addresses: list[Address] = []  # validated, oldest first
        self.selected: Address | None = None  # address that we send to
        self.media_heard = NEVER  # time of the last media from there
        self.proven_at = NEVER  # time of the last media from any selected address
        self._heard = 0.0  # time of the last authentic packet from the selected address
        self._selected_at = NEVER  # time of its selection
        self._nominated: Address | None = None  # address to select once media comes from there
        self._flights: set[Address] = set()  # destinations of the handshake, two at most

    def validate(self, address: Address) -> bool:
        """Take an address of a signed check; return False when another peer is there."""
        if not self._mux.add_address(address, self._peer):
            return False
        if address in self.addresses:
            return True
        self.addresses.append(address)
        if len(self.addresses) > MAX_ADDRESSES:
            oldest = next(each for each in self.addresses if each != self.selected)
            self.addresses.remove(oldest)
            self._mux.remove_address(oldest, self._peer)
        return True

    def checked(self, address: Address, nominates: bool, now: float) -> None:
        """Follow a check from a validated address."""
        stale = now - self._heard > REBIND_AFTER
        if self.selected is None or nominates or (stale and address != self.selected):
            self._nominate(address, now)
        if address == self.selected:
            self._heard = now

    def media(self, address: Address, now: float) -> None:
        """Follow media, which cannot be sent again by somebody else."""
        away = now - max(self._selected_at, self.media_heard) > FRESH
        if address == self._nominated or (away and address != self.selected):
            self._select(address)
        if address == self.selected:
            self._heard = self.media_heard = self.proven_at = now

    def flight(self) -> None:
        """Note that a flight of the handshake goes to the selected address."""
        if self.selected is not None and len(self._flights) < 2:
            self._flights.add(self.selected)

    def holds(self, address: Address) -> bool:
        """Tell whether media comes from ``address``: no other peer can be there."""
        return address == self.selected and self._clock() - self.media_heard <= FRESH

    def is_likely(self, now: float) -> bool:
        """Tell whether the peer is likely to be at the address that we send to."""
        certain = self._flights == {self.selected} or isinstance(self.selected, TcpConnection)
        return certain or now - self.proven_at <= UNPROVEN_AFTER

    def lost(self, address: Address) -> None:
        """Forget a TCP connection; the next check selects another address."""
        if address in self.addresses:
            self.addresses.remove(address)
        if address == self.selected:
            self._select(None)

    def close(self) -> None:
        """Give up all addresses."""
        for address in self.addresses:
            self._mux.remove_address(address, self._peer)

    def _nominate(self, address: Address, now: float) -> None:
        """Select a nominated address, or wait while media comes from the present one."""
        if self.selected is None or now - self.media_heard > FRESH:
            self._select(address)
        else:
            self._nominated = address

    def _select(self, address: Address | None) -> None:
        self._nominated = None
        if address != self.selected:
            self.selected = address
            self._selected_at, self.media_heard = self._clock(), NEVER
            self._on_moved()
