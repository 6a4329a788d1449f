"""What a decision needs to know beyond the show's own state, read in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from liveshow.domain.events import Event
from liveshow.domain.shipping import DEFAULT_RATES, Rates
from liveshow.domain.state import Lending, Person, ShowState, Variant


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
    """A payment; what matters of it once it is no longer open in the show's state."""

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
    """Loaded for one batch; `step` keeps them true while it is decided.

    People are found by id, and by ``@handle``. ``sold``: claims of the ``payments`` that have been
    paid already, by whatever payment.
    """

    rules: Rules = field(default_factory=Rules)
    listings: dict[str, ListingFacts] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    photos: dict[str, dict[str, Any]] = field(default_factory=dict)
    followers: set[str] = field(default_factory=set)
    sellers: set[str] = field(default_factory=set)
    events: dict[int, Event] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    payments: dict[str, PaymentFacts] = field(default_factory=dict)
    sold: set[str] = field(default_factory=set)

    def learn(self, event: Event, state: ShowState) -> None:
        """Follow an event that is about to be applied: facts were read before the batch."""
        match event.type:
            case "chat.deleted":
                self.deleted.add(event.data["message"])
            case "chat.restored":
                self.deleted.discard(event.data["message"])
            case "item.sold":
                self.sold.add(event.data["claim"])
            case "payment.settled":
                self._ended(event.data["payment"], "succeeded", state)
            case "payment.closed":
                self._ended(event.data["payment"], event.data["status"], state)

    def _ended(self, payment_id: str, status: str, state: ShowState) -> None:
        payment = state.payments.get(payment_id) or self.payments[payment_id]
        self.payments[payment_id] = PaymentFacts(
            id=payment.id,
            buyer=payment.buyer,
            status=status,
            claims=payment.claims,
            amount=payment.amount,
            parcels=payment.parcels,
            address=payment.address,
        )
