"""Identifiers that are safe in a URL, hard to guess and easy to read aloud."""

from __future__ import annotations

import secrets

# Crockford's base 32: no i, l, o, u, so that an id can be read over the phone.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(length: int = 12) -> str:
    """Return a random id of ``length`` characters, 5 bits each."""
    bits = secrets.randbits(5 * length)
    return "".join(_ALPHABET[bits >> 5 * place & 31] for place in range(length))
