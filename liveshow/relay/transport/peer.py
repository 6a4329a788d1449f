"""One peer's transport: ICE-lite, DTLS-SRTP, and nothing of media.

ICE-lite (RFC 8445 §2.5): we answer checks and never send any. So no address from an SDP is ever
sent to, and candidates of the peer are not even kept. Which address we send to says ``route``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import Literal, Protocol, TypeVar

from liveshow.relay.kernel.protocols import Kernel, Path
from liveshow.relay.ports import Timeouts
from liveshow.relay.transport.aiortc_private import Certificate
from liveshow.relay.transport.dtls_established import is_client_hello
from liveshow.relay.transport.dtls_srtp import DtlsSrtp
from liveshow.relay.transport.handshakes import HandshakeSlot
from liveshow.relay.transport.ice import IceGenerations
from liveshow.relay.transport.route import Route
from liveshow.relay.transport.tcp import TcpConnection, destination
from liveshow.relay.transport.udp_mux import Address, UdpMux
from liveshow.relay.wire.packets import is_rtcp
from liveshow.relay.wire.rtcp import Record, read_rtcp
from liveshow.relay.wire.stun import Check

log = logging.getLogger(__name__)

# Seconds of silence after which nothing is sent. A peer that reports nothing still checks every 4
# to 6 seconds (RFC 7675 §5.1).
SILENT_AFTER = 7.0
# Records of RTCP that one peer may send at once and per second; more are dropped. Browsers with a
# bad link send about a hundred a second.
RECORDS, RECORDS_PER_SECOND = 1000.0, 500.0
MAX_REASON = 200  # characters of what OpenSSL says in the log

T = TypeVar("T")


class PeerHandler(Protocol):
    """The publisher or viewer that uses the transport."""

    def on_connected(self) -> None: ...

    def on_rtp(self, data: bytes) -> None: ...

    def on_rtcp(self, records: list[Record]) -> None: ...

    def on_oversize(self) -> None: ...

    def on_disconnected(self) -> None: ...


class Peer:
    """The transport of one session. Owned by that session, fed by the mux."""

    def __init__(
        self,
        mux: UdpMux,
        certificate: Certificate,
        fingerprints: Sequence[tuple[str, str]],
        remote_ufrag: str,
        active: bool,
        timeouts: Timeouts,
        clock: Callable[[], float],
        kernel: Kernel | None = None,
    ) -> None:
        self._mux = mux
        self._kernel = kernel
        self._path: Path | None = None
        self._timeouts = timeouts
        self._clock = clock
        self._handler: PeerHandler | None = None
        self._active = active
        self._dtls = DtlsSrtp(certificate, fingerprints, self._transmit, active, self._work)
        self._slot: HandshakeSlot | None = None  # from the first flight to the end of the handshake
        self._handshake: asyncio.Task[None] | None = None
        self._handshake_over = False  # whether it succeeded or failed
        self.ice = IceGenerations(mux, self)
        self.route = Route(mux, self, clock, self._aim)
        self._records, self._records_at = RECORDS, clock()
        self.created = clock()
        self.last_heard = self.created  # time of the last authentic packet
        self.silent = False  # whether nothing is sent: no sign or no proof of the peer for too long
        self.connected = False
        self.closed = False
        self._disconnect_reported = False
        self.ice.begin(remote_ufrag)

    def attach(self, handler: PeerHandler) -> None:
        """Set the handler of everything that arrives."""
        self._handler = handler

    @property
    def path(self) -> Path:
        """The path of media to this peer. It follows the peer's address.

        Made when first asked for: a publisher needs none. Raises ``RuntimeError`` before the
        peer is connected, and without a kernel.
        """
        if self._path is None:
            if self._kernel is None:
                raise RuntimeError("this peer has no kernel to send with")
            self._path = self._kernel.path(*self._dtls.sending_keys())
            self._aim()
        return self._path

    @property
    def transport(self) -> Literal["udp", "tcp"]:
        """The protocol of the selected address."""
        return "tcp" if isinstance(self.route.selected, TcpConnection) else "udp"

    @property
    def there(self) -> bool:
        """Whether it is connected and was heard lately. A closed tab says nothing any more."""
        return self.connected and not self.silent

    @property
    def obstacle(self) -> str:
        """Why it is not connected: the step that did not come, or failed."""
        if failure := self._dtls.failure:
            return f"the DTLS handshake failed: {failure[:MAX_REASON]}"
        if not self.route.addresses:
            return "no connectivity check came; is the port reachable at the announced address?"
        if self._slot is None and not self._handshake_over:
            return "connectivity checks came, and no DTLS handshake"
        return "the DTLS handshake did not end"

    def on_check(self, check: Check, address: Address) -> None:
        """Answer a check that is signed with our password; ignore any other."""
        generation = self.ice.of(check)
        if generation is None:
            self._mux.dropped["stun_unknown"] += 1
            return
        password = generation.password
        if self.closed or not check.is_signed(password):
            self._mux.dropped["stun_unsigned"] += 1
            return
        if check.unknown:
            self._mux.send(check.refusal(password), address)
            return
        if check.controlled:
            self._mux.send(check.conflict(password), address)
            return
        if not self.route.validate(address):
            return
        now = self._heard()
        self.route.checked(address, check.nominates, now)
        self._settle(now)
        self.ice.confirm(generation)
        self._mux.send(check.success(address[0], address[1], password), address)
        if self._active:
            self._begin(address)

    def on_datagram(self, data: bytes, address: Address) -> None:
        """Take a datagram from an address that has completed ICE."""
        first = data[0]
        if 20 <= first <= 63:  # RFC 7983 §7: DTLS
            self._handshaking(data, address)
        elif 128 <= first <= 191:
            self._media(data, address)
        else:
            self._mux.dropped["unknown"] += 1

    def on_oversize(self, address: Address) -> None:
        """Tell the handler that a datagram was too long to be read. It may be forged."""
        if self._handler is not None and self.connected and address == self.route.selected:
            self._handler.on_oversize()

    def on_lost(self, address: Address) -> None:
        """Forget a TCP connection; the next check selects another address."""
        self.route.lost(address)

    def holds(self, address: Address) -> bool:
        """Tell whether media comes from ``address``: no other peer can be there."""
        return self.route.holds(address)

    def send_rtcp(self, *packets: bytes) -> None:
        """Encrypt and send a compound packet; it is lost if there is no room."""
        data = b"" if self.silent else b"".join(packets)
        if data and (protected := self._dtls.protect_rtcp(data)) is not None:
            self._transmit(protected)

    def overdue(self, now: float) -> bool:
        """Tell whether consent expired or the setup took too long.

        Call it every tick: here sending stops to a peer that went silent or may be elsewhere,
        until it is heard again.
        """
        if not self.connected:
            return now - self.created > self._timeouts.setup
        self._settle(now)
        return now - self.last_heard > self._timeouts.consent

    async def close(self) -> None:
        """Send close_notify and give up all addresses. Idempotent."""
        if self.closed:
            return
        self.closed = True
        self._aim()
        self._leave()
        if self._handshake is not None:
            self._handshake.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._handshake
        await self._dtls.close()
        self.route.close()
        self.ice.close()

    def _aim(self) -> None:
        """Set the destination of the path."""
        if self._path is not None:
            nowhere = self.closed or self.silent
            self._path.send_to(None if nowhere else destination(self.route.selected))

    def _heard(self) -> float:
        """Note an authentic packet, and return the time."""
        self.last_heard = now = self._clock()
        return now

    def _settle(self, now: float) -> None:
        """Stop sending, or begin again, when it is time for that."""
        silent = now - self.last_heard > SILENT_AFTER or not self.route.is_likely(now)
        if self.connected and silent != self.silent:
            self.silent = silent
            self._aim()

    def _transmit(self, data: bytes) -> bool:
        if (selected := self.route.selected) is None:
            return False
        if not self.connected:
            self.route.flight()
        return self._mux.send(data, selected)

    def _media(self, data: bytes, address: Address) -> None:
        if self.closed:
            return
        rtcp = is_rtcp(data)
        if (plain := self._dtls.unprotect(data, rtcp)) is None:
            self._mux.dropped["srtp"] += 1
            return
        now = self._heard()
        self.route.media(address, now)
        self._settle(now)
        if self._handler is None or not self.connected:
            return
        if not rtcp:
            self._handler.on_rtp(plain)
        elif self._may_report(now):
            records = read_rtcp(plain)
            self._records -= 1 + len(records)
            self._handler.on_rtcp(records)

    def _may_report(self, now: float) -> bool:
        """Tell whether RTCP is read at all: a flood would keep other peers waiting."""
        earned = (now - self._records_at) * RECORDS_PER_SECOND
        self._records, self._records_at = min(RECORDS, self._records + earned), now
        if self._records < 1:
            self._mux.dropped["rtcp_flood"] += 1
            return False
        return True

    def _handshaking(self, data: bytes, address: Address) -> None:
        new = self._slot is None and not self._handshake_over
        if new and not (self._active or is_client_hello(data)):
            self._mux.dropped["dtls"] += 1  # only a ClientHello gets a slot
        elif not self._begin(address):
            self._mux.dropped["handshakes_full"] += 1
        elif not self._dtls.feed(data):
            self._mux.dropped["dtls"] += 1
        elif self._slot is not None:
            self._mux.handshakes.heard(self._slot)

    def _begin(self, address: Address) -> bool:
        """Begin the handshake or queue for it; return False when the queue is full."""
        if self._slot is None and not self._handshake_over and not self.closed:
            handshakes = self._mux.handshakes
            self._slot = handshakes.enter(address[0], self._start, self._abandon)
        return self._slot is not None or self._handshake_over

    async def _work(self, step: Callable[[], T]) -> T:
        try:
            return await self._mux.handshakes.run(step)
        finally:
            if self._slot is not None:
                self._mux.handshakes.answered(self._slot)

    def _start(self) -> None:
        self._handshake = asyncio.create_task(self._connect(), name="dtls handshake")

    def _abandon(self) -> None:
        if self._handshake is not None:
            self._handshake.cancel()

    def _leave(self) -> None:
        if self._slot is not None:
            self._mux.handshakes.leave(self._slot)
            self._slot = None

    async def _connect(self) -> None:
        self._dtls.on_state(self._state_changed)
        try:
            async with asyncio.timeout(self._timeouts.setup):
                await self._dtls.handshake()
        except Exception as error:
            # Nothing that a peer does to its handshake may reach other peers.
            log.debug("DTLS handshake failed: %r", error)
        finally:
            self._handshake_over = True
            self._handshake = None
            self._leave()
            if self._dtls.state != "connected":
                self._disconnected()
        if self._dtls.state != "connected":
            return
        self.connected = True
        self.route.proven_at = self._clock()
        try:
            if self._handler is not None:
                self._handler.on_connected()
        except Exception:
            # The client of a session that shows nothing would keep it; one that ends is retried.
            self._mux.defect("a peer that connected could not be served")
            self._disconnected()
            return
        for data in self._dtls.early():
            try:
                if self.route.selected is not None:
                    self._media(data, self.route.selected)
            except Exception:
                self._mux.defect("a datagram could not be handled")
        self._mux.flush()

    def _state_changed(self) -> None:
        if self._dtls.state in ("closed", "failed"):
            self._disconnected()

    def _disconnected(self) -> None:
        if self._handler is not None and not (self.closed or self._disconnect_reported):
            self._disconnect_reported = True
            self._handler.on_disconnected()
