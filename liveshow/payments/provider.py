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

A provider also says what it needs of this server: what the buyer's browser is given
(:class:`Client`), what its pages may load (:class:`PageSources`), and how its webhooks are read
(:class:`Notification`). A webhook is never believed about money: it names payments, and the
provider is then asked how they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from liveshow.domain.chargebacks.events import ChargebackStatus
from liveshow.domain.checkout.events import PaymentError
from liveshow.errors import Unavailable

ChargeStatus = Literal[
    "open", "challenge", "processing", "succeeded", "failed", "cancelled", "refunded"
]


class ProviderUnavailable(Unavailable):
    """The provider has not answered; it is not known what happened."""

    def __init__(
        self, message: str = "The payment provider does not answer.", *, retry_after: float = 3.0
    ) -> None:
        super().__init__("unavailable", message, retry_after=retry_after)


@dataclass(frozen=True, slots=True)
class Charge:
    """How far the provider is with a payment; ``error`` is the last failure of a card."""

    status: ChargeStatus
    error: PaymentError | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Client:
    """What the buyer's browser needs to go on with a payment.

    Its parameters may let whoever has them pay, so they are for the buyer only and never printed.
    """

    # ``card`` is the card form of this server; every other name is a provider's own form.
    form: str
    parameters: Mapping[str, str] = field(default_factory=dict)


# A host source with its scheme (CSP3 §2.3.1): nothing that could end a directive or widen it. All
# names below a domain can be one, all names of a top-level domain cannot.
_SOURCE = re.compile(r"https?://(\*\.(?=[A-Za-z0-9-]+\.))?[A-Za-z0-9.-]+(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class PageSources:
    """Origins that pages may load from, beyond this server: ``https://js.provider.example``.

    Only the pages with a payment on them may. ``wallets``: frames that may ask the device for Apple
    Pay and the like.
    """

    script: tuple[str, ...] = ()
    frame: tuple[str, ...] = ()
    connect: tuple[str, ...] = ()
    wallets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for source in (*self.script, *self.frame, *self.connect, *self.wallets):
            if not _SOURCE.fullmatch(source):
                raise ValueError(f"{source!r} is not an origin")


@dataclass(frozen=True, slots=True)
class Notification:
    """What a verified webhook is about. The same ``id`` is the same event, delivered again."""

    id: str
    payments: tuple[str, ...]
    chargebacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedCard:
    """A card that a provider keeps. ``fingerprint`` is the same for the same card of anybody."""

    method: str
    brand: str
    last4: str
    # Year and month, such as 203012.
    expires: int
    fingerprint: str


class CardsOnFile(Protocol):
    """A provider that keeps cards; this server keeps only what the provider calls them."""

    async def customer(self, user_id: str) -> str:
        """Return what the provider calls somebody; the same for as long as it remembers asking."""

    async def begin(self, customer: str) -> tuple[str, Client]:
        """Return the id of a new attempt to save a card, and what its form needs."""

    async def saved(self, attempt: str) -> SavedCard | None:
        """Return the card that an attempt has saved, None as long as it has not."""

    async def forget(self, method: str) -> None:
        """Have a card forgotten; one that is not known is."""

    async def pay(self, payment_id: str, customer: str, method: str) -> Charge:
        """Try to pay with a saved card while its holder looks on; a second step may follow."""


@dataclass(frozen=True, slots=True)
class Chargeback:
    """A payment that is disputed at a bank. ``amount`` in minor units; ``respond_by`` in ms."""

    id: str
    payment_id: str
    amount: int
    reason: str
    status: ChargebackStatus
    respond_by: int | None


class ChargebacksAt(Protocol):
    """A provider that says which payments are disputed."""

    async def get(self, chargeback_id: str) -> Chargeback | None:
        """Return one as it is now, None when it is of no payment of ours."""

    async def since(self, at: int) -> list[Chargeback]:
        """Return those of our payments that were opened at a time (ms) or later."""


class PaymentProvider(Protocol):
    """Implemented by :mod:`liveshow.payments.simulated` and :mod:`liveshow.payments.stripe`.

    Amounts are in minor units.
    """

    @property
    def name(self) -> str:
        """How a payment knows its provider: ``a-z 0-9 - _``, never another one's.

        It is in the payment's row, in the address of the webhook, and known to clients.
        """

    @property
    def card_form(self) -> CardForm | None:
        """The card form of this server, for a provider that is asked through it."""

    @property
    def cards(self) -> CardsOnFile | None:
        """The cards that this provider keeps, if it keeps any."""

    @property
    def chargebacks(self) -> ChargebacksAt | None:
        """What this provider knows of chargebacks, if it knows of them."""

    @property
    def page_sources(self) -> PageSources:
        """Where the provider's own form is loaded from."""

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

    async def client(self, payment_id: str) -> Client | None:
        """Return what the browser needs to pay, None as long as there is no charge.

        It stays the same for as long as the payment is open.
        """

    async def notification(self, headers: Mapping[str, str], body: bytes) -> Notification:
        """Read a webhook; ``headers`` are found in any case.

        Raises:
            Invalid: the signature is not the provider's, or it is too old.
            NotFound: this provider sends no webhooks.
        """

    async def close(self) -> None:
        """Let go of connections."""


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
