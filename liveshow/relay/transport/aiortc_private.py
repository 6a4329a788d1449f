"""Everything we touch of aiortc that it does not promise to keep.

aiortc's public interface is ``RTCPeerConnection``: one UDP socket per peer, and media decoded on
the way in. A relay needs the layers below it, so this module reaches for them. No other module
does, except ``kernel.libsrtp``, which has what the kernel in Python needs of pylibsrtp. A test,
``test_aiortc_private.py``, fails when upstream moves one of them:

- ``RTCDtlsTransport``: ``_srtp_profiles``, ``_set_role``, ``_role``, ``_ssl``, ``_task``,
  ``_set_state`` and ``encrypted``, which are used; ``_do_handshake`` and ``_setup_srtp``, which
  are replaced; and what it asks of its ICE transport (``_recv``, ``_send``, ``role``, ``state``);
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
from liveshow.relay.transport.dtls_established import EstablishedDtls

__all__ = [
    "PROFILES",
    "Certificate",
    "DatagramPipe",
    "DtlsHandshake",
    "Executor",
    "RemoteBitrateEstimator",
    "SrtpKeys",
    "Step",
    "is_overused",
]

VALIDITY = datetime.timedelta(days=3650)  # time for which the certificate is valid
DTLS_QUEUE = 32  # datagrams; a handshake has about six. The newest is dropped.
MAX_FLIGHT = 1500  # bytes that OpenSSL may send at once; our longest flight has about 900

log = logging.getLogger(__name__)

# AES-128-GCM is the cheapest with AES instructions. Browsers offer it but put SHA1 first; as the
# DTLS server, we decide the order.
_PROFILES = [SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80]
PROFILES = [profile for profile in _PROFILES if profile in SRTP_PROFILES]


class Certificate(RTCCertificate):
    """The ECDSA certificate of this process, with one TLS context for all its peers."""

    _context: Any = None

    @classmethod
    def generate(cls) -> Certificate:
        """Make a new key and certificate (RFC 8827 §6.5: P-256).

        Those of aiortc are valid for 30 days; a server may run for longer.
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
            # No peer resumes a session (there are no tickets either), so none is kept.
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


class Step(NamedTuple):
    """The result of giving OpenSSL one datagram, or the end of a delay."""

    outgoing: bytes
    done: bool
    failed: str
    timeout: float | None  # seconds until the flight is retransmitted


Executor = Callable[[Callable[[], Step]], Awaitable[Step]]


class DatagramPipe:
    """Stands in for the ICE transport of ``RTCDtlsTransport``: a bounded queue and a sender."""

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


class DtlsHandshake(RTCDtlsTransport):
    """The handshake of aiortc's DTLS; ``run`` says on which thread OpenSSL computes."""

    def __init__(
        self, pipe: DatagramPipe, certificate: Certificate, active: bool, run: Executor
    ) -> None:
        super().__init__(pipe, [certificate])  # type: ignore[arg-type]
        self._srtp_profiles = PROFILES
        self._set_role("client" if active else "server")
        self._pipe = pipe
        self._run = run
        self.keys: tuple[SrtpKeys, SrtpKeys] | None = None  # ours to send with, and the peer's
        self.last_flight = b""
        self.failure = ""  # why it failed, if that is known

    async def _do_handshake(self) -> None:
        # A server waits for the first flight.
        data = b"" if self._role == "client" else await self._pipe._recv()
        while True:
            step = await self._run(functools.partial(self._step, data))
            if step.outgoing:
                self.last_flight = step.outgoing
                self._pipe.transmit(step.outgoing)
            if step.failed:
                self.failure = step.failed
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

    def _step(self, data: bytes) -> Step:
        """Go on with the handshake; without data, retransmit the last flight."""
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
        return Step(outgoing, done, failed, None if done else tls.DTLSv1_get_timeout())

    def _setup_srtp(self) -> None:
        """Export the keys (RFC 5764 §4.2): the client's come first, and a sender uses its own."""
        tls: Any = self._ssl
        name = tls.get_selected_srtp_profile()
        profile = next((p for p in PROFILES if p.openssl_profile == name), None)
        if profile is None:
            self.failure = "no common SRTP profile"
            self._set_state(State.FAILED)
            return
        length, salt = profile.key_length, profile.salt_length
        material = tls.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (length + salt))
        both = [profile.get_key_and_salt(material, side) for side in (0, 1)]
        known = cast(Profile, name.decode().removeprefix("SRTP_"))
        client, server = (SrtpKeys(known, k[:length], k[length:]) for k in both)
        self.keys = (server, client) if self._role == "server" else (client, server)

    async def run_with(self, fingerprints: Sequence[tuple[str, str]]) -> None:
        """Run the handshake to its end with a peer that has one of these certificates."""
        parameters = [RTCDtlsFingerprint(name, value) for name, value in fingerprints]
        try:
            await self.start(RTCDtlsParameters(fingerprints=parameters))
        except ConnectionError:  # closed meanwhile
            self._set_state(State.FAILED)

    def release(self) -> EstablishedDtls | None:
        """Let OpenSSL's connection go and return what replaces it; None for an unknown suite."""
        established = EstablishedDtls.of(self._ssl, self._role == "server", self.last_flight)
        if established is not None:
            self.remove_all_listeners()
            if self._task is not None:
                self._task.cancel()
            # At once: an object that refers to itself would wait for the garbage collector.
            self._ssl = self._task = None
        return established


def is_overused(estimator: RemoteBitrateEstimator) -> bool:
    """Tell whether the estimator sees queues growing."""
    return bool(estimator.detector.state() is BandwidthUsage.OVERUSING)
