"""What is published of a giveaway, so that everybody can draw again."""

from __future__ import annotations

from typing import Literal

from liveshow.domain.giveaways.events import OverReason, Who
from liveshow.domain.giveaways.state import Status
from liveshow.domain.values import Person, Value


class ProofShow(Value, frozen=True):
    id: str
    title: str


class ProofBeacon(Value, frozen=True):
    """The round that the draw waited for; ``signature`` None: it did not come in time.

    ``randomness`` is the hash of the signature. All of it is hexadecimal.
    """

    chain: str
    round: int
    signature: str | None
    randomness: str | None


class Prize(Value, frozen=True):
    """What somebody has won, and claims until a time (ms)."""

    giveaway: str
    show: ProofShow
    title: str
    until: int


class Proof(Value, frozen=True):
    """A giveaway, as far as it is public by now.

    ``entry_ids`` are there from the freeze on, ``seed`` and ``picks`` once it is drawn. ``place``:
    whose turn it is, or was last, of the picks.
    """

    kind: Literal["liveshow.giveaway"]
    version: Literal[1]
    giveaway: str
    show: ProofShow
    title: str
    sponsor: Person
    who: Who
    rules: str
    opened_at: int
    ends_at: int
    drawn_at: int | None
    status: Status
    reason: OverReason | None
    commitment: str
    entries: int | None
    entries_hash: str | None
    entry_ids: list[str] | None
    beacon: ProofBeacon | None
    seed: str | None
    picks: list[str] | None
    place: int
    winner: Person | None
