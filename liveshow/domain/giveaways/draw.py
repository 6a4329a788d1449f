"""The draw of a giveaway, as arithmetic alone: what everybody can recompute.

1. Before entries open, the SHA-256 of a random seed is published (`commitment`).
2. At the freeze, the SHA-256 of the sorted entries is published (`entries_hash`).
3. Then the seed. Numbers are the first eight bytes of HMAC-SHA-256 under it, of the entries' hash,
   the beacon's randomness if there is one, and a counter of eight bytes that begins at 0.
4. A number picks from the sorted entries that are left, by its remainder; one that would favour the
   first of them is passed over (rejection sampling). Who was picked is taken out.

Seeds, hashes and randomness are written in hexadecimal. ``web/features/giveaways/draw.js`` and
``liveshow.verify.giveaway`` do the same; the vectors in ``tests/vectors`` hold them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from hmac import digest

# The winner, and so many who come after them.
ALTERNATES = 10
_RANGE = 2**64


def commitment(seed: str) -> str:
    """Return what is published of a seed before anybody can enter."""
    return sha256(bytes.fromhex(seed)).hexdigest()


def entries_hash(entries: Iterable[str]) -> str:
    """Return the hash of the entries: their ids, sorted, with a line feed between two."""
    return sha256("\n".join(sorted(entries)).encode()).hexdigest()


def randomness(signature: str) -> str:
    """Return the randomness of a round of drand, which is the hash of its signature."""
    return sha256(bytes.fromhex(signature)).hexdigest()


def picks(seed: str, entries: Iterable[str], beacon: str = "") -> list[str]:
    """Return the entry that wins, and those that come after it, in their order.

    ``beacon`` is the randomness of a public beacon, ``""`` without one.
    """
    left = sorted(entries)
    numbers = _numbers(bytes.fromhex(seed), bytes.fromhex(entries_hash(left) + beacon))
    picked: list[str] = []
    while left and len(picked) <= ALTERNATES:
        fair = _RANGE - _RANGE % len(left)
        number = next(number for number in numbers if number < fair)
        picked.append(left.pop(number % len(left)))
    return picked


def _numbers(seed: bytes, message: bytes) -> Iterator[int]:
    counter = 0
    while True:
        mac = digest(seed, message + counter.to_bytes(8, "big"), "sha256")
        yield int.from_bytes(mac[:8], "big")
        counter += 1
