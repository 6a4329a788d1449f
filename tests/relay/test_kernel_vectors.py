"""The native kernel's SRTP against the vectors of the standards.

The one in Python encrypts with libsrtp, which is held against the same vectors by its makers,
and against the native one by the other tests.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .kernel_bed import kernel_names

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "srtp.json").read_text())
pytestmark = pytest.mark.parametrize("name", kernel_names()[1:])


def vector(name: str) -> dict[str, Any]:
    """Return one vector, its values as bytes."""
    return {
        key: bytes.fromhex(value) if isinstance(value, str) else value
        for key, value in VECTORS[name].items()
    }


def test_session_keys_are_derived(name: str) -> None:
    """RFC 3711 B.3."""
    from liveshow.relay._kernel import session_keys

    v = vector("key_derivation")
    key, auth, salt = session_keys(v["key"], v["salt"])
    assert (key, auth, salt) == (v["session_key"], v["session_auth_key"], v["session_salt"])


def test_aes_counter_mode_gives_the_keystream(name: str) -> None:
    """RFC 3711 B.2: SSRC and index are zero, so encrypting zeros shows it."""
    from liveshow.relay._kernel import protect

    v = vector("aes_cm_keystream")
    zeros = bytes(len(v["keystream"]))
    protected = protect(v["key"], bytes(20), v["salt"], bytes(12), zeros, 0, 0)
    assert protected[12:-10] == v["keystream"]


def test_gcm_protects_a_packet(name: str) -> None:
    """RFC 7714 §16.1.1."""
    from liveshow.relay._kernel import protect

    v = vector("aead_aes_128_gcm")
    header = v["header"]
    ssrc, sequence = int.from_bytes(header[8:], "big"), int.from_bytes(header[2:4], "big")
    index = v["rollover"] << 16 | sequence
    protected = protect(v["key"], bytes(20), v["salt"], header, v["plain"], ssrc, index)
    assert protected == header + v["protected"]
