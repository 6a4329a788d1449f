"""What payments and orders ask of a database; ``liveshow.store`` implements it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from liveshow.domain.checkout.events import PaymentError
from liveshow.domain.show.commands import Answer, Envelope
from liveshow.payments.ledger import Money
from liveshow.payments.provider import SavedCard
from liveshow.payments.records import (
    LockedOrder,
    OrderEdit,
    OrderRecord,
    PaymentRecord,
    PendingRefund,
    Side,
)

# Sort key of the last record of a page: created at, id.
Cursor = tuple[int, str]


class Rooms(Protocol):
    """What payments ask of the rooms. ``liveshow.rooms.directory.Directory`` does it."""

    async def submit(self, show_id: str, envelope: Envelope) -> Answer:
        """Have a command decided; raise ``LiveshowError`` when it is refused.

        A refusal is told by its ``code``: one that is repeated under its key has lost its class.
        """


class PaymentStore(Protocol):
    async def get(self, payment_id: str) -> PaymentRecord | None:
        """Return a payment as it is now."""

    async def for_buyer(self, payment_id: str, buyer_id: str) -> PaymentRecord | None:
        """Return a payment if it is this buyer's."""

    async def earlier(self, payment: PaymentRecord, limit: int) -> list[PaymentRecord]:
        """Return what the buyer wanted to pay in this show before, newest first."""

    async def unfinished(
        self, statuses: Sequence[str], *, after: Cursor | None, limit: int
    ) -> list[PaymentRecord]:
        """Return payments in one of ``statuses``, oldest first."""

    async def note(self, payment_id: str, status: str, error: PaymentError | None) -> bool:
        """Note how far the provider is; return False when the room has ended the payment."""

    async def confirm_ended(self, payment_id: str) -> None:
        """The provider says that no money will come any more."""

    async def confirm_refunded(self, payment_id: str) -> None:
        """The provider has sent the money back."""

    async def give_back(self, payment_id: str, error: PaymentError) -> bool:
        """Have a payment refunded that its room cannot end; return False when it has ended."""


class OrderStore(Protocol):
    async def get(self, order_id: str) -> OrderRecord | None:
        """Return an order as it is now."""

    async def page(
        self, side: Side, user_id: str, *, after: Cursor | None, limit: int
    ) -> list[OrderRecord]:
        """Return what one bought or sold, newest first."""

    async def change(
        self, order_id: str, decide: Callable[[LockedOrder], OrderEdit]
    ) -> LockedOrder:
        """Lock an order, write what ``decide`` says, and return it as it was.

        Raises what ``decide`` raises, and ``not_found``.
        """

    async def pending_refunds(self, *, after: Cursor | None, limit: int) -> list[PendingRefund]:
        """Return refunds that the provider has to confirm, oldest first."""

    async def confirm_refunded(self, refund_id: str) -> None:
        """The provider has sent the money of this refund back."""

    async def money(self, show_id: str, user_id: str) -> Money | None:
        """Return what concerns somebody's money in a show, None when there is no such show."""


@dataclass(frozen=True, slots=True)
class KeptIntent:
    """The PaymentIntent of a payment; "" with the reason when Stripe makes none."""

    payment_id: str
    intent: str
    refused: PaymentError | None = None


class StripeStore(Protocol):
    """Which objects of Stripe are whose. ``liveshow.store.stripe`` implements it."""

    async def intent(self, payment_id: str) -> KeptIntent | None:
        """Return what was made for a payment."""

    async def keep(self, kept: KeptIntent) -> KeptIntent:
        """Keep what was made for a payment, unless something is; return what is kept."""

    async def payment_of(self, intent: str) -> str | None:
        """Return the payment that an intent was made for."""


@dataclass(frozen=True, slots=True)
class KeptCard:
    """What is kept of somebody's card. ``method`` is "" when there is none.

    ``attempt``: the last one to save a card, until it has come to something.
    """

    user_id: str
    provider: str
    customer: str
    attempt: str
    method: str
    brand: str
    last4: str
    expires: int


class CardStore(Protocol):
    """``liveshow.store.cards`` implements it."""

    async def get(self, user_id: str) -> KeptCard | None:
        """Return what is kept of somebody's card."""

    async def begin(self, user_id: str, provider: str, customer: str, attempt: str) -> None:
        """Note an attempt; the card that there is stays."""

    async def finish(
        self, user_id: str, attempt: str, saved: SavedCard, at: int
    ) -> KeptCard | None:
        """Keep the card of an attempt; return what is kept, None when there is another attempt."""

    async def remove(self, user_id: str, method: str) -> None:
        """Forget a card; what the provider calls its owner stays."""


class ChargebackStore(Protocol):
    """``liveshow.store.chargebacks`` implements it; the rooms write them."""

    async def undecided(self, limit: int) -> list[tuple[str, str]]:
        """Return the ids of chargebacks that are open, with the names of their providers."""
