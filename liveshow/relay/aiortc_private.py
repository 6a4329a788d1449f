"""Everything we touch of aiortc and pylibsrtp that they do not promise to keep.

aiortc's public interface is ``RTCPeerConnection``: one UDP socket per peer, and media
decoded on the way in. A relay needs the layers below it, so this file reaches for them,
and nothing else in the project does. ``tests/relay/test_aiortc_private.py`` fails when
upstream moves one of them:

- ``RTCDtlsTransport``: ``_srtp_profiles``, ``_set_role``, ``_role``, ``_ssl``, ``_rx_srtp``,
  ``_tx_srtp``, and what it asks of its ICE transport (``_recv``, ``_send``, ``role``,
  ``state``);
- ``RTCCertificate._create_ssl_context``; ``aiortc.rtcdtlstransport.SRTP_*``;
- ``aiortc.rtp``: the RTCP classes; ``aiortc.rate.RemoteBitrateEstimator`` with its
  ``detector`` and ``incoming_bitrate``.
"""

from __future__ import annotations

import asyncio
import datetime
import struct
from collections import deque
from collections.abc import Callable, Sequence
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
)
from aiortc.rtp import (
    RtcpByePacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    clamp_packets_lost,
    pack_remb_fci,
    unpack_remb_fci,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from .kernel import Profile

__all__ = [
    "Certificate",
    "DtlsSrtp",
    "RemoteBitrateEstimator",
    "RtcpByePacket",
    "RtcpPsfbPacket",
    "RtcpReceiverInfo",
    "RtcpRrPacket",
    "RtcpRtpfbPacket",
    "RtcpSdesPacket",
    "RtcpSenderInfo",
    "RtcpSourceInfo",
    "RtcpSrPacket",
    "SrtpKeys",
    "clamp_packets_lost",
    "is_overused",
    "pack_remb_fci",
    "parse_rtcp",
    "unpack_remb_fci",
]

# pylibsrtp protects in a buffer of 1,500 bytes of which it keeps 144 for the trailer.
MAX_PROTECTED = 1500 - 144
VALIDITY = datetime.timedelta(days=3650)
DTLS_QUEUE = 32  # datagrams; a handshake has about six. The newest is dropped.
EARLY_MEDIA = 64  # datagrams that overtook the handshake. The oldest is dropped.

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


class _Pipe:
    """What ``RTCDtlsTransport`` takes for its ICE transport: a bounded queue and a sender."""

    role = "controlled"
    state = "completed"

    def __init__(self, transmit: Callable[[bytes], object]) -> None:
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(DTLS_QUEUE)
        self._transmit = transmit
        self._closed = False

    def feed(self, data: bytes) -> bool:
        if self._closed or self._queue.full():
            return False
        self._queue.put_nowait(data)
        return True

    def close(self) -> None:
        self._closed = True
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def _recv(self) -> bytes:
        data = await self._queue.get()
        if data is None:
            raise ConnectionError
        return data

    async def _send(self, data: bytes) -> None:
        self._transmit(data)


class DtlsSrtp:
    """DTLS-SRTP with one peer over datagrams somebody else receives and sends.

    ``active``: begin the handshake instead of waiting for it (RFC 5763 §5).
    DTLS goes through aiortc's transport; SRTP goes past it, straight to libsrtp, because
    aiortc would parse every packet into an object and wake a task for it.
    """

    def __init__(
        self,
        certificate: Certificate,
        fingerprints: Sequence[tuple[str, str]],
        transmit: Callable[[bytes], object],
        active: bool = False,
    ) -> None:
        self._pipe = _Pipe(transmit)
        self._transport = RTCDtlsTransport(self._pipe, [certificate])  # type: ignore[arg-type]
        self._transport._srtp_profiles = PROFILES
        self._transport._set_role("client" if active else "server")
        self._fingerprints = [RTCDtlsFingerprint(name, value) for name, value in fingerprints]
        self._early: deque[bytes] = deque(maxlen=EARLY_MEDIA)

    @property
    def state(self) -> str:
        """Return new, connecting, connected, closed or failed."""
        return str(self._transport.state)

    def on_state(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` whenever ``state`` changes."""
        self._transport.on("statechange", callback)

    async def handshake(self) -> None:
        """Run the handshake to its end; ``state`` says how it ended."""
        await self._transport.start(RTCDtlsParameters(fingerprints=self._fingerprints))

    def sending_keys(self) -> SrtpKeys:
        """Return the keys of what goes to the peer. Raises ``RuntimeError`` when not connected.

        They are exported anew each time (RFC 5705), so nobody has to keep them.
        """
        if self.state != "connected":
            raise RuntimeError("there are no keys before the handshake is complete")
        tls: Any = self._transport._ssl
        name = tls.get_selected_srtp_profile()
        profile = next(p for p in PROFILES if p.openssl_profile == name)
        length, salt = profile.key_length, profile.salt_length
        material = tls.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (length + salt))
        # RFC 5764 §4.2: the client's come first, and whoever sends uses its own.
        mine = profile.get_key_and_salt(material, 1 if self._transport._role == "server" else 0)
        return SrtpKeys(
            cast(Profile, name.decode().removeprefix("SRTP_")), mine[:length], mine[length:]
        )

    async def close(self) -> None:
        """Say goodbye (close_notify) and stop."""
        await self._transport.stop()
        self._pipe.close()
        self._transport.remove_all_listeners()

    def feed(self, data: bytes) -> bool:
        """Take a DTLS datagram; return False when it was dropped."""
        return self._pipe.feed(data)

    def unprotect(self, data: bytes, rtcp: bool) -> bytes | None:
        """Authenticate and decrypt; None when it is not authentic, a replay, or early.

        What comes before the handshake is complete is kept for ``early``.
        """
        session = self._transport._rx_srtp
        if session is None:
            self._early.append(data)
            return None
        try:
            return bytes(session.unprotect_rtcp(data) if rtcp else session.unprotect(data))
        except (pylibsrtp.Error, ValueError):
            return None

    def early(self) -> list[bytes]:
        """Return what came before the keys, once."""
        early = list(self._early)
        self._early.clear()
        return early

    def protect(self, data: bytes) -> bytes | None:
        """Encrypt an RTP packet, None when there are no keys or it is too long."""
        session = self._transport._tx_srtp
        if session is None or len(data) > MAX_PROTECTED:
            return None
        try:
            return session.protect(data)
        except pylibsrtp.Error:
            return None

    def protect_rtcp(self, data: bytes) -> bytes | None:
        """Encrypt a compound RTCP packet, None when there are no keys."""
        session = self._transport._tx_srtp
        if session is None or len(data) > MAX_PROTECTED:
            return None
        try:
            return session.protect_rtcp(data)
        except pylibsrtp.Error:
            return None


def is_overused(estimator: RemoteBitrateEstimator) -> bool:
    """Tell whether the estimator sees queues growing."""
    return bool(estimator.detector.state() is BandwidthUsage.OVERUSING)


def parse_rtcp(data: bytes) -> list[Any]:
    """Return the packets of a compound RTCP packet, none when it is malformed."""
    try:
        return list(RtcpPacket.parse(data))
    except (ValueError, IndexError, struct.error):
        return []
