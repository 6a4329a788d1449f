"""What payments and orders are between the database and the edge.

Some states are between a decision of the room and the provider's word for it, and look to a buyer
like what they lead to: ``expiring`` and ``cancelling`` (nothing is held for it any more, but money
may still come) become ``expired`` and ``cancelled``, ``refunding`` becomes ``refunded``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from msgspec import UNSET, UnsetType

from liveshow.domain.checkout.events import PaymentError
from liveshow.domain.checkout.parcels import Parcel, ParcelView, for_buyer
from liveshow.domain.checkout.reductions import Reduction
from liveshow.domain.money import Account
from liveshow.domain.orders.ends import Step
from liveshow.domain.orders.events import OrderEnd
from liveshow.domain.orders.facts import SHIPS_MS
from liveshow.domain.values import FREE, Address, Person, Photo, Shipping, Value

Side = Literal["buyer", "seller"]

# The room waits for these.
OPEN = ("open", "challenge", "processing")
# The provider has not yet confirmed what the room decided: that no money comes, or goes back.
ENDING = ("expiring", "cancelling")
UNCONFIRMED = (*ENDING, "refunding")
PAYMENT_SHOWN_AS = {"expiring": "expired", "cancelling": "cancelled", "refunding": "refunded"}
DECIDED_AS = {shown: status for status, shown in PAYMENT_SHOWN_AS.items()}

PaymentStatus = Literal[
    "open", "challenge", "processing", "succeeded", "failed", "cancelled", "expired", "refunded"
]
# Names the provider of payments of nothing: prizes are orders, too.
NO_PROVIDER = "none"
OrderStatus = Literal[Step, OrderEnd]


class ClientView(Value, frozen=True):
    """What the buyer's browser needs to pay: ``card`` is the card form of this server."""

    form: str
    parameters: dict[str, str]


class PaymentView(Value, frozen=True):
    """A checkout, as its buyer sees it. ``until`` (ms) is when its holds run out."""

    id: str
    show: str
    status: PaymentStatus
    amount: int
    currency: str
    parcels: list[ParcelView]
    until: int
    provider: str
    client: ClientView | None
    error: PaymentError | None
    orders: list[str]
    created_at: int


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """A row of ``payments`` with the ids of its orders."""

    id: str
    show_id: str
    buyer_id: str
    status: str
    amount: int
    currency: str
    address: Address
    parcels: list[Parcel]
    until: int
    provider: str
    error: PaymentError | None
    created_at: int
    orders: list[str]

    @property
    def claims(self) -> list[str]:
        """The claims that this payment is for."""
        return claims_of(self.parcels)

    def view(self, client: ClientView | None) -> PaymentView:
        """The **payment** of PROTOCOL.md 2.5."""
        return PaymentView(
            id=self.id,
            show=self.show_id,
            status=PAYMENT_SHOWN_AS.get(self.status, self.status),  # type: ignore[arg-type]
            amount=self.amount,
            currency=self.currency,
            parcels=for_buyer(self.parcels),
            until=self.until,
            provider=self.provider,
            client=client,
            error=self.error,
            orders=self.orders,
            created_at=self.created_at,
        )


def claims_of(parcels: Iterable[Parcel]) -> list[str]:
    """Return the ids of the claims in parcels."""
    return [line.claim for parcel in parcels for line in parcel.lines]


class OrderLine(Value, frozen=True):
    """A line of an order, as its parties see it: what was claimed, as it was offered then."""

    title: str
    description: str
    photo: Photo | None
    variant: str
    number: int
    quantity: int
    price: int
    amount: int
    promises: list[str]
    was: int | None


class KeptLine(Value, frozen=True, omit_defaults=True):
    """A line of an order as it is kept: it can be traced to what was claimed."""

    title: str
    photo: Photo | None
    variant: str
    number: int
    quantity: int
    price: int
    amount: int
    promises: list[str] = []
    offer: str = ""
    shipping: Shipping = FREE
    shipping_cap: int | None = None
    lent_shipping: Shipping | None = None
    was: int | None = None
    item: str | UnsetType = UNSET
    listing: str | UnsetType = UNSET
    variant_id: str | UnsetType = UNSET
    claim: str | UnsetType = UNSET

    def shown(self, description: str) -> OrderLine:
        return OrderLine(
            self.title,
            description,
            self.photo,
            self.variant,
            self.number,
            self.quantity,
            self.price,
            self.amount,
            self.promises,
            self.was,
        )


class OrderStep(Value, frozen=True):
    """A step that somebody took with an order, at a time (ms)."""

    status: str
    at: int
    by: Person


class OrderRefund(Value, frozen=True):
    """Money of an order that goes back to its buyer. ``sent``: its provider has confirmed it."""

    id: str
    amount: int
    reason: str
    at: int
    by: Person
    sent: bool


class OrderShow(Value, frozen=True):
    id: str
    title: str


class LedgerEntry(Value, frozen=True):
    """Who is owed what; the entries of an order sum to zero."""

    account: Account
    amount: int


class OrderView(Value, frozen=True):
    """What one owner sends to one buyer.

    ``ledger`` is for those who sell, ``address`` for the two between whom the parcel goes.
    """

    id: str
    status: OrderStatus
    show: OrderShow
    buyer: Person
    owner: Person
    host: Person
    lines: list[OrderLine]
    currency: str
    items: int
    shipping: int
    total: int
    reductions: list[Reduction]
    address: Address | None
    carrier: str
    tracking: str
    dispute_reason: str
    refunded: int
    refunds: list[OrderRefund]
    restocked: bool | None
    history: list[OrderStep]
    payment: str
    created_at: int
    # When (ms) its buyer may take it back although it is packed, because it was not sent.
    ship_by: int
    ledger: list[LedgerEntry]


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """A row of ``orders`` with the people in it and its ledger."""

    id: str
    payment_id: str
    provider: str
    show: OrderShow
    buyer: Person
    owner: Person
    host: Person
    status: str
    currency: str
    items: int
    shipping: int
    total: int
    reductions: list[Reduction]
    lines: list[OrderLine]
    address: Address
    carrier: str
    tracking: str
    dispute_reason: str
    refunded: int
    refunds: list[OrderRefund]
    restocked: bool | None
    history: list[OrderStep]
    created_at: int
    ledger: list[LedgerEntry]

    @property
    def parties(self) -> frozenset[str]:
        """Who may see the order."""
        return frozenset({self.buyer.id, self.owner.id, self.host.id})

    def view(self, viewer_id: str) -> OrderView:
        """The **order** of PROTOCOL.md 2.6, as one of its parties sees it."""
        sells = viewer_id in (self.owner.id, self.host.id)
        # Where somebody lives is for whoever sends the parcel there.
        sends = viewer_id in (self.owner.id, self.buyer.id)
        return OrderView(
            id=self.id,
            status=self.status,  # type: ignore[arg-type]
            show=self.show,
            buyer=self.buyer,
            owner=self.owner,
            host=self.host,
            lines=self.lines,
            currency=self.currency,
            items=self.items,
            shipping=self.shipping,
            total=self.total,
            reductions=self.reductions,
            address=self.address if sends else None,
            carrier=self.carrier,
            tracking=self.tracking,
            dispute_reason=self.dispute_reason,
            refunded=self.refunded,
            refunds=self.refunds,
            restocked=self.restocked,
            history=self.history,
            payment=self.payment_id,
            created_at=self.created_at,
            ship_by=self.created_at + SHIPS_MS,
            ledger=self.ledger if sells else [],
        )


@dataclass(frozen=True, slots=True)
class LockedOrder:
    """An order whose row is locked until the transaction ends."""

    status: str
    buyer_id: str
    owner_id: str
    host_id: str

    @property
    def parties(self) -> frozenset[str]:
        """Who may see the order."""
        return frozenset({self.buyer_id, self.owner_id, self.host_id})


@dataclass(frozen=True, slots=True)
class OrderEdit:
    """What to write of an order, and to add to its history. What is None stays as it is."""

    status: str
    at: int
    by: Person
    dispute_reason: str | None = None

    @property
    def step(self) -> OrderStep:
        """The newest entry of the history."""
        return OrderStep(self.status, self.at, self.by)


@dataclass(frozen=True, slots=True)
class PendingRefund:
    """A refund that the provider has not confirmed."""

    id: str
    payment_id: str
    amount: int
    created_at: int
    provider: str


class Balance(Value, frozen=True):
    """One person's money in one show.

    ``balance = sales + shipping + shipping_support - discounts - commission_paid - fees +
    commission_earned - refunds``. ``shipping_support`` is what hosts add to the shipping of what
    was lent to them: of the host it is negative. ``discounts`` are those that this person pays.
    ``withheld`` is of orders whose payment is disputed at a bank, or was lost there.
    """

    currency: str
    sales: int
    shipping: int
    shipping_support: int
    discounts: int
    commission_paid: int
    commission_earned: int
    fees: int
    refunds: int
    balance: int
    withheld: int
    orders: int
