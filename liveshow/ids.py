"""Identifiers that are safe in a URL, hard to guess and easy to read aloud."""

from __future__ import annotations

import secrets

# Crockford's base 32: no i, l, o, u, so that an id can be read over the phone.
_ALPHABET = b"0123456789abcdefghjkmnpqrstvwxyz"
# Of each byte: all letters are as likely, because 256 is a multiple of 32.
_LETTERS = _ALPHABET * 8


def new_id(length: int = 12) -> str:
    """Return a random id of ``length`` characters, 5 bits each."""
    return secrets.token_bytes(length).translate(_LETTERS).decode()
