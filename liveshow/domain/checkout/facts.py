"""What decisions need to know of payments that are not open in the state any more."""

from __future__ import annotations

from dataclasses import dataclass

from liveshow.domain.checkout.parcels import Parcel
from liveshow.domain.checkout.state import Checkout
from liveshow.domain.show.facts import Fact, Facts
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Address, Person


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment, whatever has become of it."""

    id: str
    buyer: Person
    status: str
    claims: list[str]
    amount: int
    parcels: list[Parcel]
    address: Address


# By payment id; and by claim id: whether it was paid, by whatever payment.
PAYMENTS: Fact[str, PaymentFacts] = Fact("payments")
PAID: Fact[str, bool] = Fact("paid")


def payment_ended(facts: Facts, state: ShowState, payment_id: str, status: str) -> None:
    """Remember for the rest of the batch how a payment ended; ``state`` is before its end."""
    known = facts.get(PAYMENTS, payment_id) if facts.knows(PAYMENTS, payment_id) else None
    payment = state[Checkout].payments.get(payment_id) or known
    if payment is None:
        return
    ended = PaymentFacts(
        id=payment.id,
        buyer=payment.buyer,
        status=status,
        claims=payment.claims,
        amount=payment.amount,
        parcels=payment.parcels,
        address=payment.address,
    )
    facts.learn(PAYMENTS, payment_id, ended)
