"""One peer's transport: ICE-lite, DTLS-SRTP, and nothing of media.

ICE-lite (RFC 8445 §2.5): we answer checks and never send any, so no address from an SDP
is ever sent to, and candidates of the peer are not even kept. The address that we send
to is the one that a correctly signed check nominated last, and that is not all: anybody who saw
a check can send it again, from elsewhere and at any time. Media is protected against that
(RFC 3711 §3.3.2), so while some comes from the present address, the next one is followed only
when some comes from there; and it leads back when none comes from an address that was nominated.

Nor may checks alone keep media flowing to somebody who never asked for it, for a datagram's sender
is easily forged. Checks are enough where the peer certainly is: at the address that all our
flights of the handshake went to, because it read them there, and at a TCP connection. Elsewhere
nothing is sent when no media came from there for ``UNPROVEN_AFTER`` seconds, until some does. So
who never reports, and stays where it was, is safe; who moves has to report, which browsers,
aiortc and GStreamer do every 1 to 7 s. What remains: who has a session and forges the sender not
only of checks but of reports.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from liveshow.relay.kernel.protocols import Kernel, Path, SendCallback
from liveshow.relay.ports import IceCredentials, Timeouts
from liveshow.relay.transport.aiortc_private import Certificate, DtlsSrtp
from liveshow.relay.transport.dtls_established import is_client_hello
from liveshow.relay.transport.handshakes import HandshakeSlot
from liveshow.relay.transport.tcp import TcpConnection
from liveshow.relay.transport.udp_mux import Address, UdpMux
from liveshow.relay.wire.packets import is_rtcp
from liveshow.relay.wire.rtcp import Record, read_rtcp
from liveshow.relay.wire.stun import Check

log = logging.getLogger(__name__)

MAX_ADDRESSES = 8  # validated addresses of one peer; the oldest is forgotten
FRESH = 2.0  # seconds after media came during which its address is certainly the peer's
REBIND_AFTER = 6.0  # seconds of silence after which a plain check moves the address
# Seconds of silence after which nothing is sent. Somebody who reports nothing still checks
# every 4 to 6 seconds (RFC 7675 §5.1).
SILENT_AFTER = 7.0
# Seconds without media from where the peer moved to. A second move begins no new ones.
UNPROVEN_AFTER = 10.0
# Records of RTCP that one peer may send. Browsers with a bad link send about a hundred a second.
RECORDS, RECORDS_PER_SECOND = 1000.0, 500.0

T = TypeVar("T")


class PeerHandler(Protocol):
    """Who uses the transport: a publisher or a viewer."""

    def on_connected(self) -> None: ...

    def on_rtp(self, data: bytes) -> None: ...

    def on_rtcp(self, records: list[Record]) -> None: ...

    def on_disconnected(self) -> None: ...


class IceGeneration(NamedTuple):
    """What checks say and are signed with until the next ICE restart (RFC 8445 §9)."""

    credentials: IceCredentials
    remote_ufrag: str
    ours: bytes
    theirs: bytes
    password: bytes


def new_credentials() -> IceCredentials:
    """Return fresh ICE credentials: 48 and 144 bits (RFC 8445 §5.3 asks for 24 and 128)."""
    return IceCredentials(
        secrets.token_urlsafe(6).replace("-", "+").replace("_", "/"),
        secrets.token_urlsafe(18).replace("-", "+").replace("_", "/"),
    )


class Peer:
    """The transport of one session. Owned by that session, fed by the port."""

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
        self._handshake_over = False  # the handshake is over, one way or the other
        # Generations that may still be used by checks, newest last: two at most.
        self._generations: list[IceGeneration] = []
        self._checked: IceGeneration | None = None  # the last one that a check was valid for
        self._addresses: list[Address] = []  # validated, oldest first
        self._selected: Address | None = None
        self._selected_heard = 0.0  # anything authentic from there
        self._selected_at = self._media_heard = float("-inf")  # when media came from there
        self._flight_addresses: set[Address] = set()  # where the handshake went to, two at most
        self._proven_at = float("-inf")  # when media came from where we sent to, last
        self._nominated: Address | None = None  # where to send once media comes from there
        self._records, self._records_at = RECORDS, clock()
        self.created = clock()
        self.last_heard = self.created  # anything authentic
        self.silent = False  # nothing, or no proof, for so long that nothing is sent either
        self.connected = False
        self.closed = False
        self._disconnect_told = False  # that it is disconnected
        self.new_generation(remote_ufrag)

    def attach(self, user: PeerHandler) -> None:
        """Say who gets what arrives."""
        self._handler = user

    @property
    def credentials(self) -> IceCredentials:
        """Our credentials of the newest generation."""
        return self._generations[-1].credentials

    @property
    def remote_ufrag(self) -> str:
        """The peer's user name fragment of the newest generation."""
        return self._generations[-1].remote_ufrag

    def new_generation(self, remote_ufrag: str) -> IceCredentials:
        """Begin an ICE restart (RFC 8445 §9); media goes on over the old path meanwhile.

        A restart that no check came of gives way to the next one, not so what works.
        """
        credentials = new_credentials()
        present = self._checked or (self._generations[-1] if self._generations else None)
        self._keep_generation(present)
        self._generations.append(
            IceGeneration(
                credentials,
                remote_ufrag,
                credentials.ufrag.encode(),
                remote_ufrag.encode(),
                credentials.password.encode(),
            )
        )
        self._mux.add_ufrag(credentials.ufrag, self)
        return credentials

    @property
    def restarting(self) -> bool:
        """Whether an ICE restart waits for its first check."""
        return len(self._generations) > 1

    @property
    def path(self) -> Path:
        """The way of media to this peer, there once it is connected. It follows its address.

        Made when first asked for: who only publishes needs none. Raises ``RuntimeError``
        before the peer is connected, and without a kernel.
        """
        if self._path is None:
            if self._kernel is None:
                raise RuntimeError("this peer has no kernel to send with")
            self._path = self._kernel.path(*self._dtls.sending_keys())
            self._aim()
        return self._path

    @property
    def transport(self) -> Literal["udp", "tcp"]:
        """What the selected address is reached by."""
        return "tcp" if isinstance(self._selected, TcpConnection) else "udp"

    def on_check(self, check: Check, address: Address) -> None:
        """Answer a check if it is signed with our password; otherwise say nothing."""
        for generation in self._generations:
            if generation.ours == check.ours and generation.theirs == check.theirs:
                break
        else:
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
        if not self._validate(address):
            return
        now = self._heard()
        stale = now - self._selected_heard > REBIND_AFTER
        if self._selected is None or check.nominates or (stale and address != self._selected):
            self._nominate(address, now)
        if address == self._selected:
            self._selected_heard = now
        self._settle(now)
        self._checked = generation
        if generation is self._generations[-1]:
            self._keep_generation(generation)  # the restart, if there was one, is complete
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

    def on_lost(self, address: Address) -> None:
        """Forget a TCP connection; the next check selects another address."""
        if address in self._addresses:
            self._addresses.remove(address)
        if address == self._selected:
            self._select(None)

    def holds(self, address: Address) -> bool:
        """Tell whether media comes from ``address``, so that nobody else can be there."""
        return address == self._selected and self._clock() - self._media_heard <= FRESH

    def send_rtcp(self, *packets: bytes) -> None:
        """Encrypt and send a compound packet; lost if there is no room."""
        data = b"" if self.silent else b"".join(packets)
        if data and (protected := self._dtls.protect_rtcp(data)) is not None:
            self._transmit(protected)

    def overdue(self, now: float) -> bool:
        """Tell whether consent expired or the setup took too long.

        To be asked now and then: sending to a peer that went silent, or may be somewhere else,
        stops here, until it is heard again.
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
        for address in self._addresses:
            self._mux.remove_address(address, self)
        for generation in self._generations:
            self._mux.remove_ufrag(generation.credentials.ufrag)

    def _keep_generation(self, kept: IceGeneration | None) -> None:
        for generation in self._generations:
            if generation is not kept:
                self._mux.remove_ufrag(generation.credentials.ufrag)
        self._generations = [kept] if kept is not None else []

    def _validate(self, address: Address) -> bool:
        if not self._mux.add_address(address, self):
            return False
        if address in self._addresses:
            return True
        self._addresses.append(address)
        if len(self._addresses) > MAX_ADDRESSES:
            oldest = next(a for a in self._addresses if a != self._selected)
            self._addresses.remove(oldest)
            self._mux.remove_address(oldest, self)
        return True

    def _nominate(self, address: Address, now: float) -> None:
        """Go where a check wants, later if media still comes from where we are."""
        if self._selected is None or now - self._media_heard > FRESH:
            self._select(address)
        else:
            self._nominated = address

    def _select(self, address: Address | None) -> None:
        self._nominated = None
        if address != self._selected:
            self._selected = address
            self._selected_at, self._media_heard = self._clock(), float("-inf")
            self._aim()

    def _aim(self) -> None:
        """Tell the path where to send."""
        if self._path is not None:
            nowhere = self.closed or self.silent
            self._path.send_to(None if nowhere else _destination(self._selected))

    def _heard(self) -> float:
        """Take note that something authentic came, and return the time."""
        self.last_heard = now = self._clock()
        return now

    def _settle(self, now: float) -> None:
        """Fall silent or begin to send again, whatever it is time for."""
        silent = now - self.last_heard > SILENT_AFTER or not self._is_there(now)
        if self.connected and silent != self.silent:
            self.silent = silent
            self._aim()

    def _is_there(self, now: float) -> bool:
        """Tell whether the peer is likely to be where we send to."""
        certain = self._flight_addresses == {self._selected} or isinstance(
            self._selected, TcpConnection
        )
        return certain or now - self._proven_at <= UNPROVEN_AFTER

    def _transmit(self, data: bytes) -> bool:
        if self._selected is None:
            return False
        if not self.connected and len(self._flight_addresses) < 2:
            self._flight_addresses.add(self._selected)
        return self._mux.send(data, self._selected)

    def _media(self, data: bytes, address: Address) -> None:
        if self.closed:
            return
        rtcp = is_rtcp(data)
        if (plain := self._dtls.unprotect(data, rtcp)) is None:
            self._mux.dropped["srtp"] += 1
            return
        now = self._heard()
        away = now - max(self._selected_at, self._media_heard) > FRESH
        if address == self._nominated or (away and address != self._selected):
            self._select(address)
        if address == self._selected:
            self._selected_heard = self._media_heard = self._proven_at = now
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
        """Tell whether RTCP is read at all: a flood would keep the others waiting."""
        earned = (now - self._records_at) * RECORDS_PER_SECOND
        self._records, self._records_at = min(RECORDS, self._records + earned), now
        if self._records < 1:
            self._mux.dropped["rtcp_flood"] += 1
            return False
        return True

    def _handshaking(self, data: bytes, address: Address) -> None:
        new = self._slot is None and not self._handshake_over
        if new and not (self._active or is_client_hello(data)):
            self._mux.dropped["dtls"] += 1  # a place is for nothing else
        elif not self._begin(address):
            self._mux.dropped["handshakes_full"] += 1
        elif not self._dtls.feed(data):
            self._mux.dropped["dtls"] += 1
        elif self._slot is not None:
            self._mux.handshakes.heard(self._slot)

    def _begin(self, address: Address) -> bool:
        """Begin the handshake or get in line; return False when there is no room to wait."""
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
            # Whatever a peer can do to a handshake ends this handshake only.
            log.info("DTLS handshake failed: %r", error)
        finally:
            self._handshake_over = True
            self._handshake = None
            self._leave()
            if self._dtls.state != "connected":
                self._disconnected()
        if self._dtls.state != "connected":
            return
        self.connected = True
        self._proven_at = self._clock()
        try:
            if self._handler is not None:
                self._handler.on_connected()
        except Exception:
            # Better no session than a black one, which its owner would keep.
            self._mux.defect("a peer that connected could not be served")
            self._disconnected()
            return
        for data in self._dtls.early():
            try:
                if self._selected is not None:
                    self._media(data, self._selected)
            except Exception:
                self._mux.defect("a datagram could not be handled")
        self._mux.flush()

    def _state_changed(self) -> None:
        if self._dtls.state in ("closed", "failed"):
            self._disconnected()

    def _disconnected(self) -> None:
        if self._handler is not None and not (self.closed or self._disconnect_told):
            self._disconnect_told = True
            self._handler.on_disconnected()


def _destination(address: Address | None) -> tuple[Any, ...] | SendCallback | None:
    """Return what a kernel sends to: packets for a TCP connection are given to that."""
    return address.send_all if isinstance(address, TcpConnection) else address
