"""libsrtp in place: protects RTP without the copies that pylibsrtp makes.

``Session.protect`` copies every packet into a buffer of its own, which holds 1,356 bytes, and out
again. The fan-out in Python lays packets one behind the other and lets libsrtp work there. That
takes half the time, and the packets are one piece of memory that the system can segment.

It uses private parts of pylibsrtp: ``_binding`` and ``Session._srtp``. The tests of the kernels
fail when they move.
"""

from __future__ import annotations

from typing import Any

from pylibsrtp import Error, Policy, Session
from pylibsrtp._binding import ffi, lib

WINDOW = 1024  # packets before the newest one that may be protected again
PROFILES = {  # number, bytes of the salt, bytes of the tag
    "AEAD_AES_128_GCM": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 12, 16),
    "AES128_CM_SHA1_80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 14, 10),
}
TRAILER = 16  # bytes that protection adds at most


class Buffer:
    """Memory that Python (``view``) and libsrtp both write."""

    def __init__(self, size: int) -> None:
        self.base: Any = ffi.new("char[]", size)
        self.view = memoryview(ffi.buffer(self.base))


class Protector:
    """One master key, any number of SSRCs (RFC 3711, RFC 7714).

    ``tag``: bytes that it adds. Raises ``ValueError`` for an unknown profile, or a key or salt of
    the wrong length.
    """

    def __init__(self, profile: str, key: bytes, salt: bytes) -> None:
        number, salt_size, tag = PROFILES.get(profile, (None, 0, 0))
        if number is None:
            raise ValueError(f"no SRTP profile {profile!r}")
        if len(key) != 16 or len(salt) != salt_size:
            raise ValueError(f"{profile} has a key of 16 and a salt of {salt_size} bytes")
        self.tag = tag
        policy = Policy(
            key=bytes(key) + bytes(salt),
            ssrc_type=Policy.SSRC_ANY_OUTBOUND,
            srtp_profile=number,
        )
        policy.allow_repeat_tx = True
        policy.window_size = WINDOW
        self._session = Session(policy)
        self._srtp: Any = self._session._srtp[0]
        self._size: Any = ffi.new("int *")

    def protect(self, buffer: Buffer, at: int, size: int) -> int:
        """Protect ``size`` bytes at ``at``; return the new size.

        The caller leaves ``TRAILER`` bytes of room after them. Raises ``pylibsrtp.Error``.
        """
        length = self._size
        length[0] = size
        status = lib.srtp_protect(self._srtp, buffer.base + at, length)
        if status:
            raise Error(f"srtp_protect: {status}")
        return int(length[0])
