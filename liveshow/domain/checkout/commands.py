"""What the payment service asks of a show, and what it is answered."""

from __future__ import annotations

from typing import Literal

from liveshow.domain.checkout.events import PaymentError
from liveshow.domain.show.commands import Answer, ServerCommand
from liveshow.domain.values import Address


class OpenCheckout(ServerCommand, frozen=True):
    """A buyer takes all their holds of this show to checkout.

    ``total`` is what they were shown, in minor units; ``provider`` will have the money. ``coupon``
    is the code of one, or "".
    """

    address: Address
    total: int
    provider: str
    coupon: str = ""

    def asked(self) -> OpenCheckout:
        # The provider is no part of what the buyer asks: it may differ after a restart.
        return OpenCheckout(self.address, self.total, "", self.coupon)


class ClosePayment(ServerCommand, frozen=True):
    """Cancelled by the buyer or failed at the provider: the claims are holds again."""

    payment: str
    status: Literal["cancelled", "failed"]
    error: PaymentError | None = None


class SettlePayment(ServerCommand, frozen=True):
    """The provider has the money.

    ``give_back``: the sale could not be saved, so all of the money is to go back.
    """

    payment: str
    give_back: bool = False


class Opened(Answer, frozen=True):
    """The payment that was opened; ``until`` (ms) is when the first hold ends."""

    payment: str
    amount: int
    until: int


class Settled(Answer, frozen=True):
    """``succeeded``, or ``refunded`` when what was paid for cannot be had any more."""

    status: str
