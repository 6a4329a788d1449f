"""What a decision needs to know beyond the show's own state, read in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from liveshow.domain.events import Event
from liveshow.domain.shipping import DEFAULT_RATES, Rates
from liveshow.domain.state import Lending, Person, Variant


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """A listing as it is now; ``lending`` is the mandate that lets this show sell it."""

    id: str
    owner: Person
    title: str
    description: str
    price: int
    currency: str
    photos: list[dict[str, Any]]
    brand: str
    category: str
    condition: str
    shipping: dict[str, Any]
    variants: list[Variant]
    archived: bool = False
    lending: Lending | None = None


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment that is no longer open in the show's state."""

    id: str
    buyer: Person
    status: str
    claims: list[str]
    amount: int
    parcels: list[dict[str, Any]]
    address: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator decides for all shows."""

    fee_percent: int = 5
    shipping_rates: Rates = DEFAULT_RATES


@dataclass(slots=True)
class Facts:
    """Loaded for one batch. People are found by id, and by ``@handle``."""

    rules: Rules = field(default_factory=Rules)
    listings: dict[str, ListingFacts] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    photos: dict[str, dict[str, Any]] = field(default_factory=dict)
    followers: set[str] = field(default_factory=set)
    sellers: set[str] = field(default_factory=set)
    events: dict[int, Event] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    payments: dict[str, PaymentFacts] = field(default_factory=dict)
