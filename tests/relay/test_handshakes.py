"""Who may shake hands, who waits, and what is left of DTLS once it is over."""

from __future__ import annotations

import struct

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from liveshow.relay.dtls_end import ALERT, CLOSE_NOTIFY, MAX_FORGED, SUITES, DtlsEnd

# What is left of DTLS

THEIR_KEY, THEIR_SALT = b"k" * 16, b"salt"


def dtls_end() -> DtlsEnd:
    """Return that of a server whose peer has the keys above."""
    block = THEIR_KEY + bytes(16) + THEIR_SALT + bytes(4)
    return DtlsEnd(SUITES["ECDHE-ECDSA-AES128-GCM-SHA256"], block, True, b"")


def alert(said: bytes = CLOSE_NOTIFY, number: int = 1, *, forged: bool = False) -> bytes:
    """Return an encrypted alert of the peer (RFC 5288 §3)."""
    head = struct.pack("!HHI", 1, 0, number)
    nonce = number.to_bytes(8)
    sealed = AESGCM(THEIR_KEY).encrypt(
        THEIR_SALT + nonce, said, head + struct.pack("!BHH", ALERT, 0xFEFD, len(said))
    )
    if forged:
        sealed = bytes(len(sealed))
    body = nonce + sealed
    return bytes((ALERT, 0xFE, 0xFD)) + head + len(body).to_bytes(2) + body


def test_of_the_alerts_in_a_datagram_one_is_decrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A datagram full of them costs what one costs; the one that closes comes alone."""
    opened = []
    original = DtlsEnd._open

    def counted(end: DtlsEnd, number: bytes, sealed: bytes) -> bytes | None:
        opened.append(number)
        return original(end, number, sealed)

    monkeypatch.setattr(DtlsEnd, "_open", counted)
    end = dtls_end()
    assert not end.is_over(alert(forged=True) * 38)
    assert not end.is_over(alert(b"\x01\x5a") + alert(forged=True))  # a warning
    assert len(opened) == 2
    assert end.is_over(alert())
    assert end.is_over(b"\x16\xfe\xfd" + bytes(8) + b"\x00\x01\x00" + alert(b"\x02\x28"))


def test_alerts_are_not_read_any_more_after_many_that_were_forged() -> None:
    """Nobody can have us decrypt without end; those that were authentic do not count."""
    end = dtls_end()
    for _ in range(MAX_FORGED - 1):
        assert not end.is_over(alert(forged=True))
        assert not end.is_over(alert(b"\x01\x5a"))
    assert end.is_over(alert())
    assert not end.is_over(alert(forged=True))
    assert not end.is_over(alert())
