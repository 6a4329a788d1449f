"""ICE connectivity checks: reads, verifies and answers them.

This is the part of STUN (RFC 8489) that an ICE-lite agent needs (RFC 8445 §7.3): binding requests
come in, signed answers go out. Thousands of viewers check every few seconds, and an attacker can
send anything that looks like a check. So the cheap tests come first: ``read_check`` reads the
layout, then the caller looks the user name up, and only then ``Check.is_signed`` computes.
"""

from __future__ import annotations

import socket
import struct
from hmac import compare_digest, digest
from typing import NamedTuple
from zlib import crc32

COOKIE = 0x2112A442
REQUEST, INDICATION, SUCCESS, ERROR = 0x0001, 0x0011, 0x0101, 0x0111  # binding, RFC 8489 §5
USERNAME, MESSAGE_INTEGRITY, ERROR_CODE, UNKNOWN_ATTRIBUTES = 0x0006, 0x0008, 0x0009, 0x000A
XOR_MAPPED_ADDRESS, PRIORITY, USE_CANDIDATE = 0x0020, 0x0024, 0x0025
FINGERPRINT, ICE_CONTROLLED = 0x8028, 0x8029

# Attribute types of RFC 8489 §18.3 and RFC 8445 §16.1, also those without meaning in a request.
# Other types below 0x8000 must be refused (RFC 8489 §6.3.1).
UNDERSTOOD = frozenset(
    (
        *(0x0001, USERNAME, MESSAGE_INTEGRITY, ERROR_CODE, UNKNOWN_ATTRIBUTES, 0x0014, 0x0015),
        *(0x001C, 0x001D, 0x001E, XOR_MAPPED_ADDRESS, PRIORITY, USE_CANDIDATE),
    )
)

# Bounds of a message that is read. Most have 8 attributes in 120 bytes. With the longest user name
# fragments (RFC 8839 §5.4) it has 350, and browsers that carry DTLS within STUN put a whole flight
# into an attribute that we pass over (RFC 8489 §14: comprehension-optional).
MAX_MESSAGE = 1472  # bytes that fit into a frame of Ethernet over IPv4
MAX_ATTRIBUTES = 24
MAX_UNKNOWN = 8  # types that a refusal lists; further ones are left out

_HEADER = struct.Struct("!HHI12s")
_SHORT = struct.Struct("!H")
_ATTRIBUTE = struct.Struct("!HH")
_WORD_ATTRIBUTE = struct.Struct("!HHI")
_MAPPED_V4 = struct.Struct("!HHBBHI")
_MAPPED_V6 = struct.Struct("!HHBBH16s")
_INTEGRITY = _ATTRIBUTE.pack(MESSAGE_INTEGRITY, 20)
_CONFLICT = _ATTRIBUTE.pack(ERROR_CODE, 17) + b"\0\0\x04\x57Role Conflict\0\0\0"
_UNKNOWN = _ATTRIBUTE.pack(ERROR_CODE, 21) + b"\0\0\x04\x14Unknown Attribute\0\0\0"
_FINGERPRINT_XOR = 0x5354554E  # RFC 8489 §14.7
_V4_MAPPED = bytes(10) + b"\xff\xff"  # RFC 4291 §2.5.5.2


class Check(NamedTuple):
    """A binding request of the right layout, not authenticated yet.

    ``ours`` and ``theirs``: the parts of the user name (RFC 8445 §7.2.2). ``nominates``: it has
    USE-CANDIDATE. ``controlled``: the sender claims to be the controlled agent, which only we can
    be. ``unknown``: the first ``MAX_UNKNOWN`` types that must be understood and are not. ``end``:
    the offset of its MESSAGE-INTEGRITY.
    """

    data: bytes
    transaction: bytes
    ours: bytes
    theirs: bytes
    nominates: bool
    controlled: bool
    unknown: tuple[int, ...]
    end: int

    def is_signed(self, password: bytes) -> bool:
        """Verify FINGERPRINT, then MESSAGE-INTEGRITY (RFC 8489 §14.7, §14.5)."""
        data, end = self.data, self.end
        if crc32(data[:-8]) ^ _FINGERPRINT_XOR != int.from_bytes(data[-4:], "big"):
            return False
        # The length that was signed ends with MESSAGE-INTEGRITY.
        signed = data[:2] + _SHORT.pack(end + 4) + data[4:end]
        return compare_digest(digest(password, signed, "sha1"), data[end + 4 : end + 24])

    def success(self, host: str, port: int, password: bytes) -> bytes:
        """Return the response to a request from an address as the socket gives it.

        An IPv4 address that a dual-stack socket shows as IPv6 is written as IPv4.
        Raises ``OSError`` when ``host`` is no address.
        """
        port ^= COOKIE >> 16
        if ":" in host:
            packed = socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
            if packed[:12] != _V4_MAPPED:
                pad = int.from_bytes(COOKIE.to_bytes(4, "big") + self.transaction, "big")
                mixed = (int.from_bytes(packed, "big") ^ pad).to_bytes(16, "big")
                body = _MAPPED_V6.pack(XOR_MAPPED_ADDRESS, 20, 0, 2, port, mixed)
                return self._answer(SUCCESS, body, password)
            packed = packed[12:]
        else:
            packed = socket.inet_pton(socket.AF_INET, host)
        mixed_v4 = int.from_bytes(packed, "big") ^ COOKIE
        body = _MAPPED_V4.pack(XOR_MAPPED_ADDRESS, 8, 0, 1, port, mixed_v4)
        return self._answer(SUCCESS, body, password)

    def conflict(self, password: bytes) -> bytes:
        """Return error 487, role conflict (RFC 8445 §7.3.1.1)."""
        return self._answer(ERROR, _CONFLICT, password)

    def refusal(self, password: bytes) -> bytes:
        """Return error 420 with the unknown types (RFC 8489 §6.3.1)."""
        types = b"".join(_SHORT.pack(kind) for kind in self.unknown)
        listed = _ATTRIBUTE.pack(UNKNOWN_ATTRIBUTES, len(types)) + types + bytes(-len(types) % 4)
        return self._answer(ERROR, _UNKNOWN + listed, password)

    def _answer(self, kind: int, body: bytes, password: bytes) -> bytes:
        size = len(body)
        head = _HEADER.pack(kind, size + 24, COOKIE, self.transaction)
        mac = digest(password, head + body, "sha1")
        head = _HEADER.pack(kind, size + 32, COOKIE, self.transaction)
        message = head + body + _INTEGRITY + mac
        return message + _WORD_ATTRIBUTE.pack(FINGERPRINT, 4, crc32(message) ^ _FINGERPRINT_XOR)


def read_check(data: bytes) -> Check | None:
    """Return a binding request with USERNAME, MESSAGE-INTEGRITY and FINGERPRINT, else None.

    The first attribute of a type counts. FINGERPRINT is the last one, and attributes between
    MESSAGE-INTEGRITY and it do not count (RFC 8489 §14, §14.5, §14.7). None, too, for a request
    beyond ``MAX_MESSAGE`` or ``MAX_ATTRIBUTES``. Never raises.
    """
    size = len(data)
    # At least the header and those three attributes, USERNAME being short.
    if not 60 <= size <= MAX_MESSAGE or size & 3:
        return None
    kind, length, cookie, transaction = _HEADER.unpack_from(data)
    if cookie != COOKIE or kind != REQUEST or length != size - 20:
        return None
    last = size - 8  # where FINGERPRINT must be
    if data[last : last + 4] != b"\x80\x28\x00\x04":
        return None
    username: bytes | None = None
    nominates = controlled = False
    unknown: tuple[int, ...] = ()
    at, end, count = 20, 0, 0
    while at < last:
        count += 1
        kind, length = _ATTRIBUTE.unpack_from(data, at)
        following = at + 4 + (length + 3 & ~3)
        if following > last or count > MAX_ATTRIBUTES:
            return None
        if end:
            pass  # not signed, so it does not count
        elif kind == USERNAME:
            if username is None:
                username = data[at + 4 : at + 4 + length]
        elif kind == MESSAGE_INTEGRITY:
            if length != 20:
                return None
            end = at
        elif kind == USE_CANDIDATE:
            nominates = True
        elif kind == ICE_CONTROLLED:
            controlled = True
        elif kind < 0x8000 and kind not in UNDERSTOOD and len(unknown) < MAX_UNKNOWN:
            unknown += (kind,)
        at = following
    if not end or username is None:
        return None
    ours, _, theirs = username.partition(b":")
    return Check(data, transaction, ours, theirs, nominates, controlled, unknown, end)


def is_indication(data: bytes) -> bool:
    """Tell a binding indication: libnice keeps NATs open with them (RFC 8489 §2)."""
    if len(data) < 20:
        return False
    kind, length, cookie, _ = _HEADER.unpack_from(data)
    return bool(kind == INDICATION and cookie == COOKIE and length == len(data) - 20)
