"""The port to whoever moves the money.

A *charge* is what a provider keeps for one payment; it is known by the id of the payment, which is
also the idempotency key of everything that is asked of it. Whatever is asked twice is done once.

    open          wants a card; a declined one leaves it open
    challenge     wants a second step
    processing    has not decided yet
    succeeded     the money is there; what is sent back of it does not change that, until all is
    refunded      all of it has been sent back
    failed        no money will ever come
    cancelled     the same, because we gave it up

A provider that cannot be reached, or does not answer in time, raises :class:`ProviderUnavailable`:
what was asked may have happened or not, so it is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from liveshow.errors import Unavailable

ChargeStatus = Literal[
    "open", "challenge", "processing", "succeeded", "failed", "cancelled", "refunded"
]
FailureCode = Literal["card_declined", "challenge_failed", "provider_timeout"]


class ProviderUnavailable(Unavailable):
    """The provider has not answered; it is not known what happened."""

    def __init__(
        self, message: str = "The payment provider does not answer.", *, retry_after: float = 3.0
    ) -> None:
        super().__init__("unavailable", message, retry_after=retry_after)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a card did not pay."""

    code: FailureCode
    message: str

    def json(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class Charge:
    """How far the provider is with a payment; ``error`` is the last failure of a card."""

    status: ChargeStatus
    error: Failure | None = None


class PaymentProvider(Protocol):
    """Implemented by :mod:`liveshow.payments.simulated`. Amounts are in minor units."""

    @property
    def name(self) -> str:
        """How clients recognise the provider (``provider`` of a payment)."""

    async def create(self, payment_id: str, amount: int, currency: str, until: int) -> Charge:
        """Make the charge, or return it as it is when there is one.

        ``until`` (ms): when the hold runs out. A provider that can end a charge on its own may
        use it; those that cannot are told by ``cancel``.
        """

    async def status(self, payment_id: str) -> Charge | None:
        """Return how far the charge is, None when it was never made."""

    async def cancel(self, payment_id: str) -> Charge:
        """Give the charge up and return how it is then.

        ``cancelled``: no money will come, what was held for it may be let go. ``succeeded``: too
        late, the money is there. ``processing``: it cannot be given up now; ask again.
        """

    async def refund(self, payment_id: str, amount: int, key: str) -> None:
        """Send ``amount`` of a succeeded charge back; once for every ``key``."""


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """What a buyer typed into the card form. It is never stored, and never printed."""

    number: str
    expiry: str
    cvc: str


class CardForm(Protocol):
    """A provider whose card form is ours: only the built-in test provider."""

    async def confirm(self, payment_id: str, card: Card) -> Charge:
        """Try to pay with a card; raise ``Invalid`` when it cannot be one."""

    async def challenge(self, payment_id: str, code: str) -> Charge:
        """Answer the second step."""
