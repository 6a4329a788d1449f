"""A DTLS session after its handshake: its last flight and its closing alert.

An OpenSSL connection takes 70 KB, more than everything else of a viewer together. After the
handshake only two tasks remain: to send the last flight again if it was lost (RFC 6347 §4.2.4), and
to read and write the alert that closes the session. There is no renegotiation (RFC 8827 §6.5), and
without data channels there is no data. So the bytes of that flight and the keys of records are
kept, and the connection is not. Browsers choose one of the two cipher suites below; with any other
suite the connection stays.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Callable, Iterator
from hmac import digest
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE = 20, 21, 22  # RFC 5246 §6.2.1
VERSION = 0xFEFD  # RFC 6347 §4.1
EPOCH = 1  # after the handshake; it stays, without renegotiation
CLIENT_HELLO = 1  # RFC 5246 §7.4
CLOSE_NOTIFY = b"\x01\x00"  # level and description, RFC 5246 §7.2.1
FATAL = 2
TAG = 16  # bytes
# Forged alerts after which no alert is read any more: the attacker knows the address. The session
# then ends when its consent expires.
MAX_FORGED = 64
MAX_REPEATS = 10  # repeats of the last flight: more than a peer asks for within half a minute
# Record number of our own alert. It is used once, and above those that the connection has used.
LAST = 1 << 40

HEADER = 13  # bytes of a record: type, version, epoch, number in 48 bits, length
FRAGMENT = 12  # bytes before a handshake message: type, length, number, offset, length
_ENCRYPTED = struct.pack("!HH", VERSION, EPOCH)
_NUMBER = struct.Struct("!HHI")
# Additional data authenticated with a record, after its number (RFC 5246 §6.2.3.3).
_ADDITIONAL = struct.pack("!BHH", ALERT, VERSION, len(CLOSE_NOTIFY))


class Suite(NamedTuple):
    """A cipher suite: lengths in bytes of its key, fixed nonce and explicit nonce."""

    cipher: Callable[[bytes], Any]
    key: int
    fixed: int
    explicit: int


SUITES = {
    "ECDHE-ECDSA-AES128-GCM-SHA256": Suite(AESGCM, 16, 4, 8),  # RFC 5288 §3
    "ECDHE-ECDSA-CHACHA20-POLY1305": Suite(ChaCha20Poly1305, 32, 12, 0),  # RFC 7905 §2
}


class EstablishedDtls:
    """Replaces a connection whose handshake is complete."""

    __slots__ = (
        "_fixed",
        "_forged",
        "_key",
        "_last_flight",
        "_repeats",
        "_suite",
        "_their_fixed",
        "_their_key",
    )

    def __init__(self, suite: Suite, block: bytes, server: bool, last_flight: bytes) -> None:
        """Take a key block (RFC 5246 §6.3) of both sides; ``server``: ours is the server's."""
        self._suite = suite
        self._last_flight = last_flight
        self._repeats = MAX_REPEATS
        self._forged = 0
        size, fixed = suite.key, suite.fixed
        keys = block[:size], block[size : 2 * size]
        nonces = block[2 * size : 2 * size + fixed], block[2 * size + fixed :]
        self._key, self._their_key = keys[server], keys[not server]
        self._fixed, self._their_fixed = nonces[server], nonces[not server]

    @classmethod
    def of(cls, connection: Any, server: bool, last_flight: bytes) -> EstablishedDtls | None:
        """Return the replacement of an ``OpenSSL.SSL.Connection``; None for another suite.

        ``last_flight``: the datagram of a server that completed the handshake for the peer.
        """
        suite = SUITES.get(connection.get_cipher_name())
        if suite is None or connection.get_protocol_version_name() != "DTLSv1.2":
            return None
        seed = b"key expansion" + connection.server_random() + connection.client_random()
        block = _expand(connection.master_key(), seed, 2 * (suite.key + suite.fixed))
        return cls(suite, block, server, last_flight if server else b"")

    def close_notify(self) -> bytes:
        """Return the record that closes the session. Call this once."""
        suite = self._suite
        number = _NUMBER.pack(EPOCH, LAST >> 32, LAST & 0xFFFFFFFF)
        # RFC 5288 §3: the explicit nonce must be new. The connection counted its own from a random
        # number of the same length.
        explicit = secrets.token_bytes(suite.explicit)
        nonce = _nonce(self._fixed, explicit, number)
        alert: bytes = suite.cipher(self._key).encrypt(nonce, CLOSE_NOTIFY, number + _ADDITIONAL)
        sealed: bytes = explicit + alert
        return struct.pack("!BH", ALERT, VERSION) + number + struct.pack("!H", len(sealed)) + sealed

    def is_over(self, datagram: bytes) -> bool:
        """Tell whether an authentic alert among the records closes the session.

        Only the first alert of a datagram counts: a peer that closes sends one, and each costs as
        much as a datagram. After ``MAX_FORGED`` forged ones no alert counts.
        """
        if self._forged >= MAX_FORGED:
            return False
        length = self._suite.explicit + len(CLOSE_NOTIFY) + TAG
        for kind, header, body in _records(datagram):
            # All alerts have one length, so no other record is ever decrypted.
            if kind == ALERT and len(body) == length and header[1:5] == _ENCRYPTED:
                alert = self._open(header[3:11], body)
                if alert is None:
                    self._forged += 1
                    return False
                return alert[0] == FATAL or alert == CLOSE_NOTIFY
        return False

    def repeat(self, datagram: bytes) -> bytes:
        """Return our last flight if the peer's datagram shows that it was lost.

        The records are the same as before: a peer that has seen them drops them as replayed.
        """
        if self._repeats and any(kind == HANDSHAKE for kind, _, _ in _records(datagram)):
            self._repeats -= 1
            return self._last_flight
        return b""

    def _open(self, number: bytes, sealed: bytes) -> bytes | None:
        suite = self._suite
        nonce = _nonce(self._their_fixed, sealed[: suite.explicit], number)
        cipher = suite.cipher(self._their_key)
        try:
            opened: bytes = cipher.decrypt(nonce, sealed[suite.explicit :], number + _ADDITIONAL)
        except InvalidTag:
            return None
        return opened


def may_be_handshake(datagram: bytes) -> bool:
    """Tell whether a datagram has nothing but handshake records, as far as they can be read.

    Alerts and data in the clear would end a handshake, and anybody can forge them. Invalid records
    are to be dropped (RFC 6347 §4.1.2.7). A handshake that really failed ends by its timeout.
    """
    return all(
        kind in (CHANGE_CIPHER_SPEC, HANDSHAKE) or header[3:5] != b"\0\0"
        for kind, header, _ in _records(datagram)
    )


def is_client_hello(datagram: bytes) -> bool:
    """Tell whether a datagram begins with a ClientHello or its fragment (RFC 6347 §4.2.2)."""
    kind, header, body = next(_records(datagram), (0, b"", b""))
    return (
        kind == HANDSHAKE
        and header[1] == VERSION >> 8
        and header[3:5] == b"\0\0"  # in the clear
        and len(body) > FRAGMENT
        and body[0] == CLIENT_HELLO
    )


def _records(datagram: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield type, header and body of the records of a datagram, up to a truncated one."""
    at, size = 0, len(datagram)
    while size - at >= HEADER:
        body = at + HEADER
        end = body + int.from_bytes(datagram[body - 2 : body], "big")
        if end > size:
            return
        yield datagram[at], datagram[at:body], datagram[body:end]
        at = end


def _nonce(fixed: bytes, explicit: bytes, number: bytes) -> bytes:
    """Return a nonce of 12 bytes: joined (RFC 5288 §3), or mixed (RFC 7905 §2)."""
    if explicit:
        return fixed + explicit
    return bytes(a ^ b for a, b in zip(fixed, bytes(4) + number, strict=True))


def _expand(secret: bytes, seed: bytes, size: int) -> bytes:
    """Return ``size`` bytes of TLS 1.2's PRF with SHA-256 (RFC 5246 §5), label in ``seed``."""
    out, a = b"", seed
    while len(out) < size:
        a = digest(secret, a, "sha256")
        out += digest(secret, a + seed, "sha256")
    return out[:size]
