"""Rounds of drand's public beacon: which one is still to come at a time.

The chain is ``quicknet`` of the League of Entropy: a round every three seconds, whose randomness is
the SHA-256 of its signature (https://docs.drand.love/docs/specification/).
"""

from __future__ import annotations

from typing import NamedTuple

from liveshow.domain.values import Value

CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
GENESIS_MS = 1_692_803_367_000
PERIOD_MS = 3_000
# The round of a draw is at least so far away when it is chosen: nobody can know it by then.
AHEAD_MS = 10_000
# Whoever has not given it so long after the freeze is not waited for.
PATIENCE_MS = 60_000


class Round(Value, frozen=True):
    """A round of a beacon, by the hash of its chain."""

    chain: str
    round: int


class Waiting(NamedTuple):
    """A giveaway whose draw waits for a round, and its show."""

    show: str
    giveaway: str
    beacon: Round


class Beacon(Value, frozen=True):
    """What a round has come to, in hexadecimal."""

    chain: str
    round: int
    signature: str
    randomness: str


def round_after(now: int) -> Round:
    """Return the first round that nobody can know yet at ``now`` (ms)."""
    return Round(CHAIN, (now + AHEAD_MS - GENESIS_MS) // PERIOD_MS + 2)


def time_of(number: int) -> int:
    """When a round is there, milliseconds."""
    return GENESIS_MS + (number - 1) * PERIOD_MS
