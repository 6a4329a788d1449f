"""Checkouts that have not come to their end."""

from __future__ import annotations

from dataclasses import dataclass, field

from liveshow.domain.checkout.ends import PAYMENT_ENDS
from liveshow.domain.checkout.events import PaymentClosed, PaymentOpened, PaymentSettled
from liveshow.domain.checkout.parcels import Paid, Parcel
from liveshow.domain.claims.state import Claims
from liveshow.domain.running.events import ShowEnded, ShowResumed, UserRenamed
from liveshow.domain.show.notices import Notices
from liveshow.domain.show.slices import Moment, Slice, applies
from liveshow.domain.values import Address, Person


@dataclass(slots=True)
class OpenPayment:
    """A checkout; ``until`` (ms) is when the first of its holds ends."""

    id: str
    buyer: Person
    claims: list[str]
    amount: int
    parcels: list[Parcel]
    address: Address
    until: int
    # The id of the coupon that is used with it, or "".
    coupon: str = ""


@dataclass
class Checkout(Slice):
    """Open payments by id; by buyer and owner, what orders have paid of a parcel, by order.

    There is one open parcel per buyer and owner. ``sent``: those that have left, by the order with
    which they did.
    """

    payments: dict[str, OpenPayment] = field(default_factory=dict)
    paid: dict[tuple[str, str], dict[str, Paid]] = field(default_factory=dict)
    sent: dict[tuple[str, str], dict[str, dict[str, Paid]]] = field(default_factory=dict)

    def add_paid(self, buyer: str, owner: str, order: str, paid: Paid, left_with: str = "") -> None:
        """Know what an order has paid: whatever is sent with it adds to its shipping only.

        ``left_with``: the order with which its parcel left; what leaves later pays for its own.
        """
        if left_with:
            parcels = self.sent.setdefault((buyer, owner), {})
            parcels.setdefault(left_with, {})[order] = paid
        else:
            self.paid.setdefault((buyer, owner), {})[order] = paid

    def parcel_of(self, buyer: str, owner: str, order: str) -> dict[str, Paid]:
        """Return what was paid for the parcel of an order. Not to be changed."""
        parcels = (self.paid.get((buyer, owner), {}), *self.sent.get((buyer, owner), {}).values())
        return next((parcel for parcel in parcels if order in parcel), {})

    def close_parcel(self, buyer: str, owner: str, order: str, closes: list[str]) -> None:
        """Let a parcel leave with an order, and all that was paid for it."""
        waiting = self.paid.get((buyer, owner), {})
        for each in closes:
            self.add_paid(buyer, owner, each, waiting.pop(each), left_with=order)
        if not waiting:
            self.paid.pop((buyer, owner), None)

    def take_back(self, buyer: str, owner: str, order: str, kept: int) -> None:
        """Forget what an order has paid, but for what it ``kept`` paying for shipping."""
        parcel = self.parcel_of(buyer, owner, order)
        if kept and parcel:
            parcel[order] = Paid([], kept, 0)
        else:
            parcel.pop(order, None)
        self._forget_empty(buyer, owner)

    def _forget_empty(self, buyer: str, owner: str) -> None:
        key = (buyer, owner)
        if not self.paid.get(key, True):
            del self.paid[key]
        if key in self.sent:
            parcels = {left: parcel for left, parcel in self.sent[key].items() if parcel}
            self.sent[key] = parcels
            if not parcels:
                del self.sent[key]

    def lower_kept(self, buyer: str, owner: str, order: str, amount: int) -> None:
        """Let an order that is taken back go on paying ``amount`` less for shipping."""
        paid = self.parcel_of(buyer, owner, order).get(order)
        if paid is not None and not paid.pieces:
            self.take_back(buyer, owner, order, paid.shipping - amount)

    @applies(PaymentOpened)
    def _opened(self, event: PaymentOpened, moment: Moment) -> None:
        self.payments[event.payment] = OpenPayment(
            id=event.payment,
            buyer=event.user,
            claims=event.claims,
            amount=event.amount,
            parcels=event.parcels,
            address=event.address,
            until=event.until,
            coupon=event.coupon,
        )

    @applies(PaymentSettled)
    def _settled(self, event: PaymentSettled, moment: Moment) -> None:
        self.payments.pop(event.payment, None)
        for order in event.orders:
            parcel = order.parcel
            pieces = [line.piece() for line in parcel.lines]
            paid = Paid(pieces, parcel.shipping, parcel.support)
            self.add_paid(event.user.id, order.owner, order.id, paid)

    @applies(PaymentClosed)
    def _closed(self, event: PaymentClosed, moment: Moment) -> None:
        self.payments.pop(event.payment, None)
        # One that expired is told by its holds.
        if event.status != "expired":
            end = PAYMENT_ENDS[event.status]
            moment.state[Notices].tell_end(moment, event.user.id, end)

    @applies(ShowResumed, ShowEnded)
    def _prolonged(self, event: ShowResumed | ShowEnded, moment: Moment) -> None:
        """An outage prolonged the holds, and with them their payments."""
        self.follow_holds(moment.state[Claims])

    @applies(UserRenamed)
    def _renamed(self, event: UserRenamed, moment: Moment) -> None:
        for payment in self.payments.values():
            payment.buyer = event.new(payment.buyer)

    def follow_holds(self, claims: Claims) -> None:
        """Let every payment end with the first of its holds."""
        for payment in self.payments.values():
            ends = [claims.holds[claim].until for claim in payment.claims if claim in claims.holds]
            payment.until = min(ends, default=payment.until)
