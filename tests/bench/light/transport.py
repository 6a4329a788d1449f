"""One client's transport: a UDP socket of its own, ICE (RFC 8445), DTLS-SRTP (RFC 5764).

The client is ICE's controlling side and nominates at once the one candidate it was given. It
answers checks too, for servers that are no lite ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import secrets
import socket
from collections.abc import Callable
from typing import Any

import pylibsrtp
from aioice import stun
from aiortc.rtcdtlstransport import SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80, RTCCertificate
from cryptography.hazmat.primitives import hashes
from OpenSSL import SSL

from tests.bench.light.sdp import Local, Remote
from tests.bench.light.sweeper import prepare

PROFILES = {
    profile.openssl_profile: profile for profile in (SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80)
}
CHECK_AGAIN = 0.25  # seconds; doubled each time
FLIGHT_AGAIN = 0.05  # the same for DTLS, as browsers have it; OpenSSL would wait for a second
TIMEOUT = 15.0  # seconds for ICE and DTLS together
MAX_DATAGRAM = 2048
_EXPORTER = b"EXTRACTOR-dtls_srtp"  # RFC 5764 §4.2


@functools.cache
def _certificate() -> tuple[Any, str]:
    """Return a TLS context that all clients of this process share, and its fingerprint."""
    certificate = RTCCertificate.generateCertificate()
    context = certificate._create_ssl_context(list(PROFILES.values()))
    fingerprint = next(f for f in certificate.getFingerprints() if f.algorithm == "sha-256")
    return context, fingerprint.value


class Transport:
    """Reads its socket itself until it is connected; then somebody else has to.

    ``on_rtcp`` gets what was decrypted of RTCP.
    """

    def __init__(self, on_rtcp: Callable[[bytes], None] | None = None) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("0.0.0.0", 0))
        prepare(self.socket)
        context, fingerprint = _certificate()
        self.local = Local(
            ufrag=secrets.token_hex(4),
            password=secrets.token_hex(12),
            fingerprint=fingerprint,
            port=self.socket.getsockname()[1],
        )
        self.profile = b""
        self.consents = 0  # checks that were answered
        self._on_rtcp = on_rtcp
        self._loop = asyncio.get_running_loop()
        self._connected = self._loop.create_future()
        self._ssl = SSL.Connection(context, None)
        self._remote: Remote | None = None
        self._check = b""  # the transaction that is waited for
        self._shaken = False
        self._flight = b""  # what was last sent of the handshake
        self._timer: asyncio.TimerHandle | None = None
        self._priority = 2_130_706_431
        self._tie_breaker = secrets.randbits(64)
        self._srtp_out: Any = None
        self._srtp_in: Any = None

    async def connect(self, remote: Remote) -> None:
        """Run ICE and DTLS to their ends. Raises ``TimeoutError``, ``SSL.Error``."""
        self._remote = remote
        self.socket.connect(remote.address)
        # We offer actpass and answer active (RFC 8842 §5.3).
        if remote.setup == "active":
            self._ssl.set_accept_state()
        else:
            self._ssl.set_connect_state()
        self._loop.add_reader(self.socket.fileno(), self._readable)
        try:
            async with asyncio.timeout(TIMEOUT):
                wait = CHECK_AGAIN
                while not self._shaken:
                    self.check()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(asyncio.shield(self._connected), wait)
                    wait *= 2
                await self._connected
        finally:
            self._loop.remove_reader(self.socket.fileno())
            if self._timer is not None:
                self._timer.cancel()

    def close(self) -> None:
        """Say goodbye (close_notify) and close the socket."""
        if self._srtp_out is not None:
            with contextlib.suppress(SSL.Error):
                self._ssl.shutdown()
            self._flush()
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send a datagram; lost when there is no room, or nobody there."""
        with contextlib.suppress(OSError):
            self.socket.send(data)

    def protect(self, packet: bytes) -> bytes:
        return bytes(self._srtp_out.protect(packet))

    def send_rtcp(self, compound: bytes) -> None:
        self.send(self._srtp_out.protect_rtcp(compound))

    def check(self) -> None:
        """Ask for consent, now and every few seconds (RFC 7675 §5.1)."""
        assert self._remote is not None
        request = stun.Message(
            message_method=stun.Method.BINDING,
            message_class=stun.Class.REQUEST,
            attributes={
                "USERNAME": f"{self._remote.ufrag}:{self.local.ufrag}",
                "PRIORITY": self._priority,
                "ICE-CONTROLLING": self._tie_breaker,
                "USE-CANDIDATE": None,
            },
        )
        request.add_message_integrity(self._remote.password.encode())
        self._check = request.transaction_id
        self.send(bytes(request))

    def datagram(self, data: bytes) -> None:
        """Take what arrived and is not RTP."""
        if data[0] < 4:
            self._stun(data)
        elif 20 <= data[0] <= 63:
            self._ssl.bio_write(data)
            self._advance()
        elif data[0] >= 128 and self._srtp_in is not None and self._on_rtcp is not None:
            with contextlib.suppress(pylibsrtp.Error):
                self._on_rtcp(self._srtp_in.unprotect_rtcp(data))

    def _readable(self) -> None:
        # What comes after the handshake is left to who takes the socket over.
        while not self._connected.done():
            try:
                data = self.socket.recv(MAX_DATAGRAM)
            except OSError:  # nothing there, or refused: the check will be sent again
                return
            try:
                self.datagram(data)
            except (SSL.Error, ConnectionError) as error:
                if not self._connected.done():
                    self._connected.set_exception(error)

    def _stun(self, data: bytes) -> None:
        assert self._remote is not None
        # A forged one would be told by its transaction; that it is signed is not looked at.
        message = stun.parse_message(data)
        if message.message_class == stun.Class.REQUEST:
            reply = stun.Message(
                message_method=stun.Method.BINDING,
                message_class=stun.Class.RESPONSE,
                transaction_id=message.transaction_id,
                attributes={"XOR-MAPPED-ADDRESS": self._remote.address},
            )
            reply.add_message_integrity(self.local.password.encode())
            self.send(bytes(reply))
        elif message.transaction_id == self._check:
            if message.message_class != stun.Class.RESPONSE:
                raise ConnectionError(f"refused: {message.attributes}")
            self.consents += 1
            if not self._shaken:
                self._shaken = True
                self._advance()

    def _advance(self) -> None:
        """Take the handshake, or its end, one step further."""
        if self._srtp_out is not None:
            with contextlib.suppress(SSL.Error):
                self._ssl.recv(MAX_DATAGRAM)  # close_notify, or a flight that was repeated
            self._flush()
            return
        if self._timer is not None:
            self._timer.cancel()
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            self._flight = self._flush() or self._flight
            self._timer = self._loop.call_later(FLIGHT_AGAIN, self._again, FLIGHT_AGAIN)
            return
        self._flush()
        self._keys()
        if not self._connected.done():
            self._connected.set_result(None)

    def _again(self, waited: float) -> None:
        """Send the last flight again: whoever got it already takes it for a repetition."""
        if self._flight:
            self.send(self._flight)
        self._timer = self._loop.call_later(2 * waited, self._again, 2 * waited)

    def _flush(self) -> bytes:
        """Send what OpenSSL has to send, which is less than a datagram can hold; return it."""
        with contextlib.suppress(SSL.Error):
            data: bytes = self._ssl.bio_read(MAX_DATAGRAM)
            self.send(data)
            return data
        return b""

    def _keys(self) -> None:
        assert self._remote is not None
        peer = self._ssl.get_peer_certificate(as_cryptography=True)
        seen = peer.fingerprint(hashes.SHA256()).hex(":").upper() if peer else ""
        if seen != self._remote.fingerprint:
            raise ConnectionError("the certificate is not the one of the SDP")
        self.profile = self._ssl.get_selected_srtp_profile()
        profile = PROFILES[self.profile]
        size = 2 * (profile.key_length + profile.salt_length)
        material = self._ssl.export_keying_material(_EXPORTER, size)
        client, server = (profile.get_key_and_salt(material, index) for index in (0, 1))
        if self._remote.setup == "active":
            client, server = server, client
        self._srtp_out = _session(client, profile, pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
        self._srtp_in = _session(server, profile, pylibsrtp.Policy.SSRC_ANY_INBOUND)


def _session(key: bytes, profile: Any, direction: int) -> Any:
    policy = pylibsrtp.Policy(key=key, ssrc_type=direction, srtp_profile=profile.libsrtp_profile)
    policy.allow_repeat_tx = True
    policy.window_size = 1024
    return pylibsrtp.Session(policy)
