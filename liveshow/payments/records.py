"""What payments and orders are between the database and the edge.

Some states are between a decision of the room and the provider's word for it, and look to a buyer
like what they lead to: ``expiring`` and ``cancelling`` (nothing is held for it any more, but money
may still come) become ``expired`` and ``cancelled``, ``refunding`` becomes ``refunded``.
The same holds for an order that is ``refunding``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from liveshow.domain.carts import for_buyer
from liveshow.domain.money import LedgerLine

Json = dict[str, Any]
Side = Literal["buyer", "seller"]

# The room waits for these.
OPEN = ("open", "challenge", "processing")
# The provider has not yet confirmed what the room decided: that no money comes, or goes back.
ENDING = ("expiring", "cancelling")
UNCONFIRMED = (*ENDING, "refunding")
PAYMENT_SHOWN_AS = {"expiring": "expired", "cancelling": "cancelled", "refunding": "refunded"}
DECIDED_AS = {shown: status for status, shown in PAYMENT_SHOWN_AS.items()}

ORDER_SHOWN_AS = {"refunding": "refunded"}
ORDER_LINE = ("title", "photo", "variant", "number", "quantity", "price", "amount")


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """A row of ``payments`` with the ids of its orders."""

    id: str
    show_id: str
    buyer_id: str
    status: str
    amount: int
    currency: str
    address: Json
    parcels: list[Json]
    until: int
    provider: str
    error: Json | None
    created_at: int
    orders: list[str]

    @property
    def claims(self) -> list[str]:
        """The claims that this payment is for."""
        return claims_of(self.parcels)

    def view(self) -> Json:
        """The **payment** of PROTOCOL.md 2.5."""
        return {
            "id": self.id,
            "show": self.show_id,
            "status": PAYMENT_SHOWN_AS.get(self.status, self.status),
            "amount": self.amount,
            "currency": self.currency,
            "parcels": for_buyer(self.parcels),
            "until": self.until,
            "provider": self.provider,
            "error": self.error,
            "orders": list(self.orders),
            "created_at": self.created_at,
        }


def claims_of(parcels: Iterable[Json]) -> list[str]:
    """Return the ids of the claims in parcels."""
    return [line["claim"] for parcel in parcels for line in parcel["lines"]]


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """A row of ``orders`` with the people in it and its ledger."""

    id: str
    payment_id: str
    provider: str
    show: Json
    buyer: Json
    owner: Json
    host: Json
    status: str
    currency: str
    items: int
    shipping: int
    total: int
    lines: list[Json]
    address: Json
    carrier: str
    tracking: str
    reason: str
    history: list[Json]
    created_at: int
    ledger: list[Json]

    @property
    def parties(self) -> frozenset[str]:
        """Who may see the order."""
        return frozenset({self.buyer["id"], self.owner["id"], self.host["id"]})

    def view(self, viewer_id: str) -> Json:
        """The **order** of PROTOCOL.md 2.6, as one of its parties sees it."""
        sells = viewer_id in (self.owner["id"], self.host["id"])
        # Where somebody lives is for whoever sends the parcel there.
        sends = viewer_id in (self.owner["id"], self.buyer["id"])
        return {
            "id": self.id,
            "status": ORDER_SHOWN_AS.get(self.status, self.status),
            "show": self.show,
            "buyer": self.buyer,
            "owner": self.owner,
            "host": self.host,
            "lines": [{name: line[name] for name in ORDER_LINE} for line in self.lines],
            "currency": self.currency,
            "items": self.items,
            "shipping": self.shipping,
            "total": self.total,
            "address": self.address if sends else None,
            "carrier": self.carrier,
            "tracking": self.tracking,
            "reason": self.reason,
            "history": self.history,
            "payment": self.payment_id,
            "created_at": self.created_at,
            "ledger": self.ledger if sells else [],
        }


@dataclass(frozen=True, slots=True)
class LockedOrder:
    """An order whose row is locked until the transaction ends. ``sale``: its ledger so far."""

    status: str
    buyer_id: str
    owner_id: str
    host_id: str
    sale: tuple[LedgerLine, ...]

    @property
    def parties(self) -> frozenset[str]:
        """Who may see the order."""
        return frozenset({self.buyer_id, self.owner_id, self.host_id})


@dataclass(frozen=True, slots=True)
class OrderEdit:
    """What to write of an order, and to add to its history. What is None stays as it is."""

    status: str
    at: int
    by: Json
    carrier: str | None = None
    tracking: str | None = None
    reason: str | None = None
    #: Ledger lines that take the sale back.
    refund: tuple[LedgerLine, ...] = ()

    @property
    def step(self) -> Json:
        """The newest entry of the history."""
        return {
            "status": ORDER_SHOWN_AS.get(self.status, self.status),
            "at": self.at,
            "by": self.by,
        }


@dataclass(frozen=True, slots=True)
class PendingRefund:
    """A refund that the provider has not confirmed."""

    order_id: str
    payment_id: str
    amount: int
    created_at: int
    provider: str


@dataclass(frozen=True, slots=True)
class Balance:
    """One person's money in one show; ``balance`` is what is left of the rest."""

    currency: str
    sales: int
    shipping: int
    commission_paid: int
    commission_earned: int
    fees: int
    refunds: int
    balance: int
    orders: int
