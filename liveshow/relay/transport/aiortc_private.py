"""Everything we touch of aiortc and pylibsrtp that they do not promise to keep.

aiortc's public interface is ``RTCPeerConnection``: one UDP socket per peer, and media
decoded on the way in. A relay needs the layers below it, so this file reaches for them,
and nothing else in the project does, but for ``libsrtp``, which has what the kernel in Python
needs of pylibsrtp. A test, ``test_aiortc_private.py``, fails when upstream moves one of them:

- ``RTCDtlsTransport``: ``_srtp_profiles``, ``_set_role``, ``_role``, ``_ssl``, ``_set_state``,
  ``encrypted``, ``_do_handshake`` and ``_setup_srtp``, which are replaced, and what it asks of
  its ICE transport (``_recv``, ``_send``, ``role``, ``state``);
- ``RTCCertificate._create_ssl_context``; ``aiortc.rtcdtlstransport.SRTP_*``;
- ``aiortc.rate.RemoteBitrateEstimator`` with its ``detector`` and ``incoming_bitrate``.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, cast

import pylibsrtp
from aiortc.rate import BandwidthUsage, RemoteBitrateEstimator
from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AES128_CM_SHA1_80,
    SRTP_PROFILES,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    State,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from liveshow.relay.kernel.protocols import Profile
from liveshow.relay.transport.dtls_established import EstablishedDtls, may_be_handshake

__all__ = [
    "Certificate",
    "DtlsSrtp",
    "RemoteBitrateEstimator",
    "SrtpKeys",
    "is_overused",
]

# pylibsrtp protects in a buffer of 1,500 bytes of which it keeps 144 for the trailer.
MAX_PROTECTED = 1500 - 144
VALIDITY = datetime.timedelta(days=3650)
DTLS_QUEUE = 32  # datagrams; a handshake has about six. The newest is dropped.
EARLY_MEDIA = 64  # datagrams that overtook the handshake. The oldest is dropped.

MAX_FLIGHT = 1500  # bytes that OpenSSL may send at once; ours has about 900
REPLAY_WINDOW = 1024  # packets
# SSRCs of one peer, RTP and RTCP. Each costs libsrtp 400 bytes, and a step for every packet.
# A browser that sends three layers has eight.
MAX_SOURCES = 64

log = logging.getLogger(__name__)

# AES-128-GCM is the cheapest with AES instructions (design.md, Media); browsers offer it
# but put SHA1 first, so the order is ours to decide, as the DTLS server.
_PROFILES = [SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80]
PROFILES = [profile for profile in _PROFILES if profile in SRTP_PROFILES]


class Certificate(RTCCertificate):
    """The ECDSA certificate of this process, with one TLS context for all its peers."""

    _context: Any = None

    @classmethod
    def generate(cls) -> Certificate:
        """Make a new key and certificate (RFC 8827 §6.5: P-256).

        aiortc's own are valid for 30 days, which a server may well outlive.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "liveshow")])
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + VALIDITY)
        )
        return cls(key=key, cert=builder.sign(key, hashes.SHA256()))

    def _create_ssl_context(self, srtp_profiles: Any) -> Any:
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
            # Nobody resumes a session (there are no tickets either), so none is remembered.
            self._context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
            self._context.set_mode(SSL.MODE_RELEASE_BUFFERS)
        return self._context

    @property
    def fingerprint(self) -> tuple[str, str]:
        """Return (algorithm, value) for ``a=fingerprint`` (RFC 8122 §5)."""
        for fingerprint in self.getFingerprints():
            if fingerprint.algorithm == "sha-256":
                return fingerprint.algorithm, fingerprint.value
        raise RuntimeError("aiortc gives no sha-256 fingerprint any more")


class SrtpKeys(NamedTuple):
    """Keys of one direction (RFC 5764 §4.2): a master key of 16 bytes, a salt of 12 or 14."""

    profile: Profile
    key: bytes
    salt: bytes


class _Step(NamedTuple):
    """What came of handing one datagram, or the end of a delay, to OpenSSL."""

    outgoing: bytes
    done: bool
    failed: str
    timeout: float | None  # seconds until the flight has to be sent again


Run = Callable[[Callable[[], _Step]], Awaitable[_Step]]


class _Pipe:
    """What ``RTCDtlsTransport`` takes for its ICE transport: a bounded queue and a sender."""

    role = "controlled"
    state = "completed"

    def __init__(self, transmit: Callable[[bytes], object]) -> None:
        self.transmit = transmit
        self._queue: deque[bytes] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._closed = False

    def feed(self, data: bytes) -> bool:
        if self._closed or len(self._queue) >= DTLS_QUEUE:
            return False
        self._queue.append(data)
        self._wake()
        return True

    def close(self) -> None:
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _recv(self) -> bytes:
        while not self._queue:
            if self._closed:
                raise ConnectionError
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._queue.popleft()

    async def _send(self, data: bytes) -> None:
        self.transmit(data)


class _Transport(RTCDtlsTransport):
    """aiortc's DTLS; OpenSSL's arithmetic is done wherever ``run`` does it."""

    def __init__(self, pipe: _Pipe, certificate: Certificate, active: bool, run: Run) -> None:
        super().__init__(pipe, [certificate])  # type: ignore[arg-type]
        self._srtp_profiles = PROFILES
        self._set_role("client" if active else "server")
        self._pipe = pipe
        self._run = run
        self.keys: tuple[SrtpKeys, SrtpKeys] | None = None  # what we send with, and they
        self.last_flight = b""

    async def _do_handshake(self) -> None:
        # A server has nothing to do before the first flight is there.
        data = b"" if self._role == "client" else await self._pipe._recv()
        while True:
            step = await self._run(functools.partial(self._step, data))
            if step.outgoing:
                self.last_flight = step.outgoing
                self._pipe.transmit(step.outgoing)
            if step.failed:
                log.debug("DTLS handshake failed: %s", step.failed)
                self._set_state(State.FAILED)
                return
            if step.done:
                self.encrypted = True
                return
            try:
                async with asyncio.timeout(step.timeout):
                    data = await self._pipe._recv()
            except TimeoutError:
                data = b""

    def _step(self, data: bytes) -> _Step:
        """Go on with the handshake; without data, send again what is due."""
        tls: Any = self._ssl
        done, failed, outgoing = False, "", b""
        try:
            if data:
                tls.bio_write(data)
            else:
                tls.DTLSv1_handle_timeout()
            tls.do_handshake()
            done = True
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            failed = repr(error)
        with contextlib.suppress(SSL.WantReadError):
            outgoing = tls.bio_read(MAX_FLIGHT)
        return _Step(outgoing, done, failed, None if done else tls.DTLSv1_get_timeout())

    def _setup_srtp(self) -> None:
        """Export the keys (RFC 5764 §4.2): the client's come first, who sends uses its own."""
        tls: Any = self._ssl
        name = tls.get_selected_srtp_profile()
        profile = next((p for p in PROFILES if p.openssl_profile == name), None)
        if profile is None:
            self._set_state(State.FAILED)
            return
        length, salt = profile.key_length, profile.salt_length
        material = tls.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (length + salt))
        both = [profile.get_key_and_salt(material, side) for side in (0, 1)]
        known = cast(Profile, name.decode().removeprefix("SRTP_"))
        client, server = (SrtpKeys(known, k[:length], k[length:]) for k in both)
        self.keys = (server, client) if self._role == "server" else (client, server)


class DtlsSrtp:
    """DTLS-SRTP with one peer over datagrams somebody else receives and sends.

    ``active``: begin the handshake instead of waiting for it (RFC 5763 §5). ``run``: where
    the work of the handshake is done; at once, if nothing is said.
    The handshake goes through aiortc's transport; after it there is only a ``EstablishedDtls``.
    What comes in and RTCP go straight to libsrtp, because aiortc would parse every packet into
    an object; media goes out through a ``Path`` made with ``sending_keys``.
    """

    def __init__(
        self,
        certificate: Certificate,
        fingerprints: Sequence[tuple[str, str]],
        transmit: Callable[[bytes], object],
        active: bool = False,
        run: Run | None = None,
    ) -> None:
        self._transmit = transmit
        pipe = _Pipe(transmit)
        # Both are there until the handshake is complete.
        self._pipe: _Pipe | None = pipe
        self._transport: _Transport | None = _Transport(pipe, certificate, active, run or _run_here)
        self._fingerprints = fingerprints
        self._early: deque[bytes] | None = None
        self._changed: Callable[[], None] = _nothing
        self._keys: SrtpKeys | None = None  # to send with
        self._receiving: pylibsrtp.Session | None = None
        self._sources: set[bytes] = set()  # SSRCs that were authentic
        self._sending: pylibsrtp.Session | None = None  # made when there is something to send
        self._end: EstablishedDtls | None = None
        self._over = False  # after the transport: whether the session is closed

    @property
    def state(self) -> str:
        """Return new, connecting, connected, closed or failed."""
        if self._transport is not None:
            return str(self._transport.state)
        return "closed" if self._over else "connected"

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
        parameters = [RTCDtlsFingerprint(name, value) for name, value in self._fingerprints]
        try:
            await transport.start(RTCDtlsParameters(fingerprints=parameters))
        except ConnectionError:  # closed meanwhile
            transport._set_state(State.FAILED)
        if transport.keys is not None:
            self._keys, theirs = transport.keys
            self._receiving = _session(theirs, pylibsrtp.Policy.SSRC_ANY_INBOUND)
            self._settle(transport)

    def sending_keys(self) -> SrtpKeys:
        """Return the keys of what goes to the peer. Raises ``RuntimeError`` when not connected."""
        if self._keys is None:
            raise RuntimeError("there are no keys before the handshake is complete")
        return self._keys

    async def close(self) -> None:
        """Say goodbye (close_notify) and stop."""
        if self._transport is not None and self._pipe is not None:
            await self._transport.stop()
            self._transport.remove_all_listeners()
            self._pipe.close()
        elif self._end is not None and not self._over:
            self._over = True
            self._transmit(self._end.close_notify())

    def feed(self, data: bytes) -> bool:
        """Take a DTLS datagram; return False when it was dropped."""
        if self._pipe is not None:
            return may_be_handshake(data) and self._pipe.feed(data)
        if self._end is None or self._over:
            return False
        if self._end.is_over(data):
            self._over = True
            self._changed()
        elif again := self._end.repeat(data):
            self._transmit(again)
        else:
            return False
        return True

    def unprotect(self, data: bytes, rtcp: bool) -> bytes | None:
        """Authenticate and decrypt; None when it is not authentic, a replay, or early.

        None too for an SSRC above the number that a peer may have. What comes before the
        handshake is complete is kept for ``early``.
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
        """Return what came before the keys, once."""
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

    def _settle(self, transport: _Transport) -> None:
        """Let OpenSSL's connection go if it can be done without."""
        server = transport._role == "server"
        self._end = EstablishedDtls.of(transport._ssl, server, transport.last_flight)
        if self._end is not None:
            transport.remove_all_listeners()
            if transport._task is not None:
                transport._task.cancel()
            # At once: what refers to itself would wait for the garbage collector.
            transport._ssl = transport._task = None
            self._transport = self._pipe = None


async def _run_here(work: Callable[[], _Step]) -> _Step:
    return work()


def _nothing() -> None:
    """Nobody wants to know."""


def _session(keys: SrtpKeys, direction: int) -> pylibsrtp.Session:
    profile = next(p for p in PROFILES if p.openssl_profile == b"SRTP_" + keys.profile.encode())
    policy = pylibsrtp.Policy(
        key=keys.key + keys.salt, ssrc_type=direction, srtp_profile=profile.libsrtp_profile
    )
    # Packets may be sent twice, and come late by so many.
    policy.allow_repeat_tx = True
    policy.window_size = REPLAY_WINDOW
    return pylibsrtp.Session(policy)


def is_overused(estimator: RemoteBitrateEstimator) -> bool:
    """Tell whether the estimator sees queues growing."""
    return bool(estimator.detector.state() is BandwidthUsage.OVERUSING)
