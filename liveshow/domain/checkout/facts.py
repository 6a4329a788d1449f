"""What decisions need to know of payments that are not open in the state any more."""

from __future__ import annotations

from dataclasses import dataclass, replace

from liveshow.domain.checkout.coupons import COUPONS
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
    coupon: str = ""


# By payment id; and by claim id: whether it was paid, by whatever payment.
PAYMENTS: Fact[str, PaymentFacts] = Fact("payments")
PAID: Fact[str, bool] = Fact("paid")


def payment_ended(facts: Facts, state: ShowState, payment_id: str, status: str) -> None:
    """Remember for the rest of the batch how a payment ended; ``state`` is before its end."""
    known = facts.get(PAYMENTS, payment_id) if facts.knows(PAYMENTS, payment_id) else None
    open_ = state[Checkout].payments.get(payment_id)
    payment = open_ or known
    if payment is None:
        return
    # A use is taken as long as the payment may become a sale, and for good when it is one.
    counted = (status == "succeeded") - (open_ is not None)
    coupon_counted(facts, payment.coupon, payment.buyer.id, counted)
    ended = PaymentFacts(
        id=payment.id,
        buyer=payment.buyer,
        status=status,
        claims=payment.claims,
        amount=payment.amount,
        parcels=payment.parcels,
        address=payment.address,
        coupon=payment.coupon,
    )
    facts.learn(PAYMENTS, payment_id, ended)


def coupon_counted(facts: Facts, coupon: str, buyer: str, uses: int) -> None:
    """Remember for the rest of the batch that a coupon has so many uses more, or fewer."""
    if not coupon or not uses:
        return
    for key, known in list(facts.loaded(COUPONS).items()):
        if known is not None and known.coupon.id == coupon:
            own = uses if key[1] == buyer else 0
            facts.learn(
                COUPONS,
                key,
                replace(known, used=known.used + uses, used_by_buyer=known.used_by_buyer + own),
            )
