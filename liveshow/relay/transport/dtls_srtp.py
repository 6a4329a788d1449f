"""DTLS-SRTP with one peer (RFC 5764): the handshake, then the protection of packets."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import pylibsrtp

from liveshow.relay.transport.aiortc_private import (
    PROFILES,
    Certificate,
    DatagramPipe,
    DtlsHandshake,
    Executor,
    SrtpKeys,
    Step,
)
from liveshow.relay.transport.dtls_established import EstablishedDtls, may_be_handshake

# Bytes of a packet: pylibsrtp protects in a buffer of 1,500 and keeps 144 for the trailer.
MAX_PROTECTED = 1500 - 144
EARLY_MEDIA = 64  # packets that overtook the handshake. The oldest is dropped.
REPLAY_WINDOW = 1024  # packets
# SSRCs of one peer, RTP and RTCP; packets of others are dropped. Each costs libsrtp 400 bytes, and
# a step for every packet. A browser that sends three layers has eight.
MAX_SOURCES = 64


class DtlsSrtp:
    """DTLS-SRTP with one peer, over datagrams that its owner receives and sends.

    ``active``: begin the handshake instead of waiting for it (RFC 5763 §5). ``run``: the executor
    of the handshake's work; without one it is done at once.

    The handshake goes through aiortc's transport; an ``EstablishedDtls`` replaces it afterwards.
    Incoming packets and outgoing RTCP go straight to libsrtp, because aiortc would parse every
    packet into an object. Media goes out through a ``Path`` made with ``sending_keys``.
    """

    def __init__(
        self,
        certificate: Certificate,
        fingerprints: Sequence[tuple[str, str]],
        transmit: Callable[[bytes], object],
        active: bool = False,
        run: Executor | None = None,
    ) -> None:
        self._transmit = transmit
        pipe = DatagramPipe(transmit)
        # Both are None after the handshake.
        self._pipe: DatagramPipe | None = pipe
        self._transport: DtlsHandshake | None = DtlsHandshake(
            pipe, certificate, active, run or _run_here
        )
        self._fingerprints = fingerprints
        self._early: deque[bytes] | None = None
        self._changed: Callable[[], None] = _nothing
        self._keys: SrtpKeys | None = None  # keys of packets that we send
        self._receiving: pylibsrtp.Session | None = None
        self._sources: set[bytes] = set()  # SSRCs of authentic packets
        self._sending: pylibsrtp.Session | None = None  # for RTCP, made with the first packet
        self._established: EstablishedDtls | None = None
        self._over = False  # whether the session is closed, after the handshake

    @property
    def state(self) -> str:
        """Return new, connecting, connected, closed or failed."""
        if self._transport is not None:
            return str(self._transport.state)
        return "closed" if self._over else "connected"

    @property
    def failure(self) -> str:
        """Why the handshake failed, "" when it did not."""
        if self.state != "failed" or self._transport is None:
            return ""
        return self._transport.failure or "another certificate than that of the offer"

    def on_state(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` whenever ``state`` changes."""
        self._changed = callback
        if self._transport is not None:
            self._transport.on("statechange", callback)

    async def handshake(self) -> None:
        """Run the handshake to its end; ``state`` says how it ended."""
        transport = self._transport
        if transport is None:
            return
        await transport.run_with(self._fingerprints)
        if transport.keys is not None:
            self._keys, theirs = transport.keys
            self._receiving = _session(theirs, pylibsrtp.Policy.SSRC_ANY_INBOUND)
            self._established = transport.release()
            if self._established is not None:
                self._transport = self._pipe = None

    def sending_keys(self) -> SrtpKeys:
        """Return the keys of what we send. Raises ``RuntimeError`` before the connection."""
        if self._keys is None:
            raise RuntimeError("there are no keys before the handshake is complete")
        return self._keys

    async def close(self) -> None:
        """Send close_notify and stop."""
        if self._transport is not None and self._pipe is not None:
            await self._transport.stop()
            self._transport.remove_all_listeners()
            self._pipe.close()
        elif self._established is not None and not self._over:
            self._over = True
            self._transmit(self._established.close_notify())

    def feed(self, data: bytes) -> bool:
        """Take a DTLS datagram; return False when it was dropped."""
        if self._pipe is not None:
            return may_be_handshake(data) and self._pipe.feed(data)
        if self._established is None or self._over:
            return False
        if self._established.is_over(data):
            self._over = True
            self._changed()
        elif again := self._established.repeat(data):
            self._transmit(again)
        else:
            return False
        return True

    def unprotect(self, data: bytes, rtcp: bool) -> bytes | None:
        """Authenticate and decrypt a packet; None when that fails or it is a replay.

        None, too, for an SSRC beyond ``MAX_SOURCES``, and before the handshake is complete: such
        a packet is kept for ``early``.
        """
        session = self._receiving
        if session is None:
            if self._early is None:
                self._early = deque(maxlen=EARLY_MEDIA)
            self._early.append(data)
            return None
        source = data[4:8] if rtcp else data[8:12]
        known = source in self._sources
        if not known and len(self._sources) >= MAX_SOURCES:
            return None
        try:
            plain = bytes(session.unprotect_rtcp(data) if rtcp else session.unprotect(data))
        except (pylibsrtp.Error, ValueError):
            return None
        if not known:
            self._sources.add(bytes(source))
        return plain

    def early(self) -> list[bytes]:
        """Return the packets that came before the keys, once."""
        early, self._early = list(self._early or ()), None
        return early

    def protect_rtcp(self, data: bytes) -> bytes | None:
        """Encrypt a compound RTCP packet, None when there are no keys or it is too long."""
        if self._keys is None or len(data) > MAX_PROTECTED:
            return None
        if self._sending is None:
            self._sending = _session(self._keys, pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
        try:
            return self._sending.protect_rtcp(data)
        except pylibsrtp.Error:
            return None


async def _run_here(work: Callable[[], Step]) -> Step:
    return work()


def _nothing() -> None:
    """Ignore a change of state."""


def _session(keys: SrtpKeys, direction: int) -> pylibsrtp.Session:
    profile = next(p for p in PROFILES if p.openssl_profile == b"SRTP_" + keys.profile.encode())
    policy = pylibsrtp.Policy(
        key=keys.key + keys.salt, ssrc_type=direction, srtp_profile=profile.libsrtp_profile
    )
    # A packet may be protected twice, and unprotected late by up to the window.
    policy.allow_repeat_tx = True
    policy.window_size = REPLAY_WINDOW
    return pylibsrtp.Session(policy)
