"""The native fan-out kernel: what ``kernel`` says, for a whole burst without the GIL.

Written in C (folder ``native``), built by setup.py where there are a compiler and OpenSSL.
"""

import socket
from collections.abc import Iterable

from .kernel import Address, Group, Path, Profile, Stream

class Kernel:
    def __init__(self, sock: socket.socket, threads: int = 1) -> None: ...
    @property
    def name(self) -> str: ...
    def path(self, profile: Profile, key: bytes, salt: bytes) -> Path: ...
    def group(self, streams: Iterable[Stream] = ()) -> Group: ...
    def receive(self, limit: int, size: int) -> list[tuple[bytes, Address]]: ...
    def counters(self) -> dict[str, int]: ...
    def close(self) -> None: ...

def session_keys(key: bytes, salt: bytes) -> tuple[bytes, bytes, bytes]:
    """Return key, authentication key and salt of a session (RFC 3711 §4.3), for its vectors."""

def protect(
    key: bytes,
    auth_key: bytes,
    salt: bytes,
    header: bytes,
    payload: bytes,
    ssrc: int,
    sequence: int,
) -> bytes:
    """Protect one packet with the keys of a session, for the vectors.

    A salt of 12 bytes means GCM, one of 14 AES-CM and HMAC-SHA1.
    """
