"""What happens to payments. Each concerns one buyer: all others receive its ``seq`` as hidden."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from liveshow.domain.checkout.parcels import Parcel
from liveshow.domain.money import Posting
from liveshow.domain.show.events import Event
from liveshow.domain.values import Address, Person, Value

if TYPE_CHECKING:
    from liveshow.domain.show.facts import Facts
    from liveshow.domain.show.state import ShowState

ClosedStatus = Literal["cancelled", "failed", "expired", "refunded"]


class PaymentError(Value, frozen=True):
    """Why a payment did not go through: a stable code, and a sentence for people."""

    code: str
    message: str


class OrderDraft(Value, frozen=True):
    """What one owner sends to the buyer, and who gets what of the money."""

    id: str
    owner: str
    parcel: Parcel
    ledger: list[Posting]


class _OfBuyer(Event, frozen=True):
    """Base of the events of this module."""

    private_to = "user"

    payment: str
    user: Person

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)


class PaymentOpened(_OfBuyer, frozen=True):
    """A buyer took everything they hold to checkout; ``until`` (ms) is when the first hold ends."""

    type = "payment.opened"
    version = 2

    claims: list[str]
    amount: int
    currency: str
    parcels: list[Parcel]
    address: Address
    until: int
    provider: str
    # The id of the coupon that is used with it; old logs know none.
    coupon: str = ""

    def learned(self, facts: Facts, state: ShowState) -> None:
        from liveshow.domain.checkout.facts import coupon_counted

        coupon_counted(facts, self.coupon, self.user.id, 1)

    @classmethod
    def upgrade(cls, data: dict[str, object], version: int) -> dict[str, object]:
        return {"provider": "test", **data}


class PaymentSettled(_OfBuyer, frozen=True):
    """The money is there and everything that it was for is sold."""

    type = "payment.settled"

    currency: str
    address: Address
    orders: list[OrderDraft]

    def learned(self, facts: Facts, state: ShowState) -> None:
        from liveshow.domain.checkout.facts import PAID, payment_ended

        payment_ended(facts, state, self.payment, "succeeded")
        for order in self.orders:
            for line in order.parcel.lines:
                facts.learn(PAID, line.claim, True)


class PaymentClosed(_OfBuyer, frozen=True):
    """The payment ended without a sale."""

    type = "payment.closed"

    status: ClosedStatus
    error: PaymentError | None

    def learned(self, facts: Facts, state: ShowState) -> None:
        from liveshow.domain.checkout.facts import payment_ended

        payment_ended(facts, state, self.payment, self.status)


EVENTS = (PaymentOpened, PaymentSettled, PaymentClosed)
