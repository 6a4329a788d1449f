"""What both kernels send, against SRTP written here, and that against vectors of the standards.

Vectors are of session keys, which a kernel never shows and cannot be given: it derives them.
So they hold the few lines here, which encrypt with another library than the kernels, and these
hold the kernels, from the master key to the last byte of the tag.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from liveshow.relay.kernel.protocols import Extensions
from tests.relay.kernel.bed import GCM, SHA1, SSRC, Bed, Till, burst, kernel_names

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "srtp.json").read_text())


def vector(name: str) -> dict[str, Any]:
    """Return one vector, its values as bytes."""
    return {
        key: bytes.fromhex(value) if isinstance(value, str) else value
        for key, value in VECTORS[name].items()
    }


def counter_mode(key: bytes, start: int, data: bytes) -> bytes:
    """AES in counter mode, from a counter of 128 bits on."""
    cipher = Cipher(algorithms.AES(key), modes.CTR(start.to_bytes(16, "big")))
    return cipher.encryptor().update(data)


def session_keys(key: bytes, salt: bytes) -> tuple[bytes, bytes, bytes]:
    """RFC 3711 §4.3: keys of encryption and authentication, and the salt."""
    start = int.from_bytes(salt.ljust(14, b"\0"), "big")
    sizes = {0: 16, 1: 20, 2: len(salt)}
    made = [counter_mode(key, (start ^ n << 48) << 16, bytes(sizes[n])) for n in sizes]
    return made[0], made[1], made[2]


def counter_protect(
    keys: tuple[bytes, bytes, bytes], head: bytes, text: bytes, index: int
) -> bytes:
    """RFC 3711 §4.1.1 and §4.2; ``index`` has 48 bits."""
    key, auth, salt = keys
    ssrc = int.from_bytes(head[8:12], "big")
    start = int.from_bytes(salt, "big") << 16 ^ ssrc << 64 ^ index << 16
    packet = head + counter_mode(key, start, text)
    counter = (index >> 16).to_bytes(4, "big")
    return packet + hmac.digest(auth, packet + counter, hashlib.sha1)[:10]


def gcm_protect(keys: tuple[bytes, bytes, bytes], head: bytes, text: bytes, index: int) -> bytes:
    """RFC 7714 §8.1."""
    key, _, salt = keys
    mask = int.from_bytes(head[8:12], "big") << 48 ^ index
    start = (int.from_bytes(salt, "big") ^ mask).to_bytes(12, "big")
    return head + AESGCM(key).encrypt(start, text, head)


def test_session_keys_are_derived() -> None:
    """RFC 3711 B.3."""
    v = vector("key_derivation")
    key, auth, salt = session_keys(v["key"], v["salt"])
    assert (key, auth, salt) == (v["session_key"], v["session_auth_key"], v["session_salt"])


def test_aes_counter_mode_gives_the_keystream() -> None:
    """RFC 3711 B.2: SSRC and index are zero, so encrypting zeros shows it."""
    v = vector("aes_cm_keystream")
    zeros = bytes(len(v["keystream"]))
    protected = counter_protect((v["key"], bytes(20), v["salt"]), bytes(12), zeros, 0)
    assert protected[12:-10] == v["keystream"]


def test_gcm_protects_a_packet() -> None:
    """RFC 7714 §16.1.1."""
    v = vector("aead_aes_128_gcm")
    header = v["header"]
    index = v["rollover"] << 16 | int.from_bytes(header[2:4], "big")
    protected = gcm_protect((v["key"], b"", v["salt"]), header, v["plain"], index)
    assert protected == header + v["protected"]


@pytest.mark.parametrize(
    ("profile", "protect", "salt_size"), [(SHA1, counter_protect, 14), (GCM, gcm_protect, 12)]
)
@pytest.mark.parametrize("name", kernel_names())
def test_a_kernel_protects_from_the_master_key_on(
    name: str, profile: Any, protect: Any, salt_size: int
) -> None:
    """That of RFC 3711 B.3; with and without extensions, past roll-overs."""
    v = vector("key_derivation")
    key, salt = v["key"], v["salt"][:salt_size]
    keys = session_keys(key, salt)
    bed, till = Bed(name), Till()
    path = bed.kernel.path(profile, key, salt)
    path.send_to(till)
    carried = Extensions(mid_id=1, mid=b"abc")
    plain, long = path.stream(SSRC, 9), path.stream(0xFFFFFFFE, 9)
    long.set_extensions(carried)
    for stream, header in ((plain, b""), (long, bytes.fromhex("bede000112616263"))):
        stream.remap(100, 0, 0, 0)
        for index in (9, 30_000, 60_000, 70_000, 100_000, 131_072):
            (sent,) = packets = burst(index, [index % 40])
            stream.send(packets)
            data = till.packets.pop()
            head = data[: 12 + len(header)]
            assert head[12:] == header
            assert data == protect(keys, head, sent.payload, index)
    bed.close()
