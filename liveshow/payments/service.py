"""Payments: between the room, which owns the claims, and the provider, which owns the money.

The room decides in its transaction, the provider is told after the commit, never inside. Between
the two anything may die, so every step can be repeated and :meth:`Payments.reconcile` repeats it:

| the row says | and the charge | then |
| --- | --- | --- |
| open, challenge, processing | succeeded | ``SettlePayment``: orders, or ``refunding`` |
| open, challenge, processing | cancelled, failed, refunded | ``ClosePayment`` |
| open, challenge, processing | still open | nothing; when its hold is over the room gets a tick |
| expiring (the hold ran out), cancelling | could be cancelled | expired, cancelled |
| expiring, cancelling | succeeded meanwhile | ``SettlePayment``: late, honoured or ``refunding`` |
| refunding | succeeded, refunded | refunded by the provider, once, then ``refunded`` |

What becomes of money that has arrived is in ``liveshow.payments.settling``.

Nobody pays twice: a card is charged only when every earlier payment of the buyer in this show has
come to its end, and a claim that an earlier one has paid after all is not paid again. A provider
with a form of its own charges without asking us, so its form is handed out after that, too.

Every step goes to the provider that the payment was opened with (``liveshow.payments.providers``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal
from weakref import WeakValueDictionary

import structlog

from liveshow.budgets import PAYMENT_LOOKS
from liveshow.clock import Clock
from liveshow.domain.checkout.commands import (
    ClosePayment,
    OpenCheckout,
    Opened,
)
from liveshow.domain.checkout.events import PaymentError
from liveshow.domain.show.commands import Answer, Envelope, ServerCommand, Tick
from liveshow.domain.values import Address, Person
from liveshow.errors import (
    Conflict,
    LiveshowError,
    NotFound,
    RateLimited,
    StoreUnavailable,
    Unavailable,
)
from liveshow.pace import Pace
from liveshow.payments.cards import Cards
from liveshow.payments.ports import PaymentStore, Rooms
from liveshow.payments.provider import (
    Card,
    CardForm,
    Charge,
    Client,
    ProviderUnavailable,
)
from liveshow.payments.providers import ProviderMissing, Providers
from liveshow.payments.records import ENDING, OPEN, UNCONFIRMED, PaymentRecord
from liveshow.payments.settling import Settling

# Payments read at once by `reconcile`; it goes on until it has seen all.
PAGE = 100
AT_ONCE = 8
# The newest payments of one buyer in one show that are looked at before a card is charged.
MAX_EARLIER = 100
# The room expires holds on its own; this long after, it is reminded.
TICK_GRACE_MS = 2_000
_TIMED_OUT = PaymentError(
    "provider_timeout", "The bank has not answered yet. You will not be charged twice."
)
_ENDED = "This payment has already come to its end."

log = structlog.get_logger(__name__)


def _undecided(error: LiveshowError) -> bool:
    """Whether nothing was decided, so that the same may be asked again."""
    return error.code == "unavailable"


class Payments:
    """Checkout, its card form, and everything that can happen to the money on the way."""

    def __init__(
        self,
        payments: PaymentStore,
        rooms: Rooms,
        providers: Providers,
        clock: Clock,
        cards: Cards | None = None,
    ) -> None:
        self._cards = cards
        self._payments = payments
        self._rooms = rooms
        self._providers = providers
        self._clock = clock
        self._looks = Pace(PAYMENT_LOOKS, clock)
        # One thing at a time per payment. Only what is being worked on is in here.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._wakeup = asyncio.Event()
        self._settling = Settling(payments, self._submit, providers, clock)

    # --- what a buyer asks ----------------------------------------------------------------------

    async def open(
        self, show_id: str, buyer: Person, key: str, address: Address, total: int, coupon: str = ""
    ) -> PaymentRecord:
        """Take everything the buyer holds in a show to checkout; the same key does it once.

        ``total`` (minor units): what the buyer was shown; with another one nothing is opened.
        ``coupon``: the code of one, or "".
        """
        checkout = OpenCheckout(address, total, self._providers.default.name, coupon)
        answer = await self._submit(show_id, checkout, buyer, key)
        assert isinstance(answer, Opened)
        payment_id = answer.payment
        async with self._lock(payment_id):
            payment = await self._get(payment_id)
            if payment.status != "open":
                return payment
            try:
                charge = await self._prepare(payment)
            except LiveshowError as error:
                if not _undecided(error):
                    raise
                # It is tried again before anything can be charged.
                log.warning("checkout not ready", payment=payment_id, reason=error.message)
                return await self._get(payment_id)
            # A provider may refuse an amount before any card is asked for.
            return await self._follow(payment, charge)

    async def get(self, payment_id: str, buyer_id: str) -> PaymentRecord:
        """Return the buyer's payment, brought up to date when the provider owes an answer."""
        payment = await self._own(payment_id, buyer_id)
        if payment.status not in ("processing", *UNCONFIRMED) and not self._pays_elsewhere(payment):
            return payment
        try:
            self._looks.take(payment_id)
        except RateLimited:
            return payment  # As it was a moment ago.
        async with self._lock(payment_id):
            try:
                await self._advance(await self._get(payment_id))
            except ProviderMissing:
                pass  # Reported where it was looked for.
            except LiveshowError as error:
                log.warning("payment undecided", payment=payment_id, reason=error.message)
            return await self._get(payment_id)

    async def client(self, payment: PaymentRecord) -> Client | None:
        """Return what the buyer's browser needs to pay, None when it cannot do anything now."""
        if payment.status not in ("open", "challenge"):
            return None
        return await self._providers.client(payment.provider, payment.id)

    async def confirm(self, payment_id: str, buyer_id: str, card: Card) -> PaymentRecord:
        """Try a card. A declined one leaves the payment open."""
        return await self._pay(payment_id, buyer_id, lambda form: form.confirm(payment_id, card))

    async def challenge(self, payment_id: str, buyer_id: str, code: str) -> PaymentRecord:
        """Answer the second step. A wrong answer leaves the payment open for another card."""
        return await self._pay(payment_id, buyer_id, lambda form: form.challenge(payment_id, code))

    async def pay_with_card(self, payment_id: str, buyer_id: str) -> PaymentRecord:
        """Try the buyer's card on file. A declined one leaves the payment open for another."""
        async with self._lock(payment_id):
            payment = await self._payable(payment_id, buyer_id)
            cards = self._providers.of(payment.provider).cards
            if cards is None or self._cards is None:
                raise NotFound(message="The provider of this payment keeps no cards.")
            if payment.status in ("succeeded", "processing"):
                return payment
            card = await self._cards.to_pay_with(buyer_id, payment.provider)
            await self._prepare(payment)
            return await self._answered(payment, cards.pay(payment.id, card.customer, card.method))

    async def _pay(
        self, payment_id: str, buyer_id: str, ask: Callable[[CardForm], Awaitable[Charge]]
    ) -> PaymentRecord:
        async with self._lock(payment_id):
            payment = await self._payable(payment_id, buyer_id)
            form = self._card_form(payment)
            if payment.status in ("succeeded", "processing"):
                return payment
            await self._prepare(payment)
            return await self._answered(payment, ask(form))

    async def cancel(self, payment_id: str, buyer_id: str) -> PaymentRecord:
        """Give the payment up: the claims are holds again once the provider has agreed."""
        async with self._lock(payment_id):
            payment = await self._own(payment_id, buyer_id)
            if payment.status in ("cancelled", "cancelling"):
                return payment
            if payment.status not in OPEN:
                raise Conflict("payment_settled", _ENDED)
            charge = await self._give_up(payment)
            if charge.status == "processing":
                raise Unavailable(
                    message="The bank is about to answer. Try again in a moment.", retry_after=3
                )
            payment = await self._follow(payment, charge)
            if payment.status != "cancelled":
                raise Conflict("payment_settled", _ENDED)
            return payment

    # --- what happens meanwhile -----------------------------------------------------------------

    async def look(self, payment_id: str, provider: str) -> None:
        """Take a payment on because its provider says that something happened to it.

        What is not a payment of this ``provider`` is left alone.
        """
        async with self._lock(payment_id):
            payment = await self._payments.get(payment_id)
            if payment is None or payment.provider != provider:
                log.info("webhook about no payment of ours", provider=provider)
                return
            if payment.status in (*OPEN, *UNCONFIRMED):
                await self._advance(payment)
        self.wake()

    async def end(self, payment_id: str) -> None:
        """Take on a payment that its show has closed: its charge is given up, or paid back.

        What its provider cannot say now is asked again by the reconciler.
        """
        payment = await self._payments.get(payment_id)
        if payment is not None and await self._take_on(payment):
            self.wake()

    def wake(self) -> None:
        """Have the reconciler look now: something is on its way."""
        self._wakeup.set()

    async def woken(self) -> None:
        """Wait until somebody calls :meth:`wake`."""
        await self._wakeup.wait()
        self._wakeup.clear()

    async def reconcile(self, *, thorough: bool) -> int:
        """Take every payment that is on its way one step on; return how many still are.

        ``thorough`` also looks at those that wait for the buyer. Safe at any time, any number of
        times at once, on any number of nodes.
        """
        statuses = (*OPEN, *UNCONFIRMED) if thorough else ("processing", *UNCONFIRMED)
        after: tuple[int, str] | None = None
        moving = 0
        while True:
            page = await self._payments.unfinished(statuses, after=after, limit=PAGE)
            for start in range(0, len(page), AT_ONCE):
                some = page[start : start + AT_ONCE]
                moving += sum(await asyncio.gather(*map(self._take_on, some)))
            if len(page) < PAGE:
                return moving
            after = (page[-1].created_at, page[-1].id)

    async def _take_on(self, payment: PaymentRecord) -> bool:
        """Advance one payment; whatever goes wrong with it stays with it."""
        try:
            async with self._lock(payment.id):
                current = await self._get(payment.id)
                if current.status in (*OPEN, *UNCONFIRMED):
                    await self._advance(current)
                    current = await self._get(payment.id)
        except ProviderMissing:
            return False  # It waits for an operator: looking at it more often does not help.
        except StoreUnavailable:
            return True
        except LiveshowError as error:
            log.warning("payment undecided", payment=payment.id, reason=str(error))
            return True
        except Exception:
            log.exception("payment undecided", payment=payment.id)
            return True
        return current.status in ("processing", *UNCONFIRMED)

    async def _advance(self, payment: PaymentRecord) -> None:
        """One step of the table at the top of this module. The payment is locked."""
        if payment.status == "refunding":
            await self._settling.refund(payment)
        elif payment.status in ENDING:
            charge = await self._give_up(payment)
            if charge.status == "succeeded":
                await self._settling.settle(payment)
            elif charge.status in ("cancelled", "failed", "refunded"):
                await self._payments.confirm_ended(payment.id)
        elif payment.status in OPEN:
            # What is held for it ends in time, whether its provider is set up or not.
            provider = self._providers.get(payment.provider)
            charge_now = await provider.status(payment.id) if provider else None
            if charge_now is not None:
                payment = await self._follow(payment, charge_now)
            if payment.status in OPEN and payment.until + TICK_GRACE_MS < self._clock():
                await self._submit(payment.show_id, Tick())
            elif charge_now is None and self._pays_elsewhere(payment):
                await self._prepare(payment)

    # --- steps, all of them with the payment locked ---------------------------------------------

    async def _prepare(self, payment: PaymentRecord) -> Charge:
        """Make the charge, once nothing else can charge for the same claims.

        Raises:
            Conflict: an earlier payment went through after all; this one is closed.
            Unavailable: it is not known yet.
        """
        for other in await self._payments.earlier(payment, MAX_EARLIER):
            same_claims = not set(other.claims).isdisjoint(payment.claims)
            if other.status in (*OPEN, *ENDING):
                if not same_claims and self._providers.get(other.provider) is None:
                    continue  # It cannot be ended, and what it may still charge is something else.
                other = await self._end_earlier(other)
            if other.status == "succeeded" and same_claims:
                await self._follow(payment, await self._give_up(payment))
                raise Conflict(
                    "payment_settled",
                    "Your earlier payment went through after all. See your orders.",
                )
        return await self._make(payment)

    async def _end_earlier(self, other: PaymentRecord) -> PaymentRecord:
        # Only earlier payments are locked while one is locked: nobody waits in a circle.
        async with self._lock(other.id):
            other = await self._get(other.id)
            if other.status in OPEN:
                # The room let the buyer go to checkout again, so nothing is held for it any more.
                other = await self._follow(other, await self._give_up(other))
            if other.status in ENDING:
                await self._advance(other)
            other = await self._get(other.id)
        if other.status in (*OPEN, *ENDING):
            raise Unavailable(
                message="Your earlier payment is not decided yet. Try again in a moment.",
                retry_after=3,
            )
        return other

    async def _make(self, payment: PaymentRecord) -> Charge:
        provider = self._providers.of(payment.provider)
        return await provider.create(payment.id, payment.amount, payment.currency, payment.until)

    async def _give_up(self, payment: PaymentRecord) -> Charge:
        """Cancel the charge; one that was never made is made first, so that it never will be."""
        provider = self._providers.of(payment.provider)
        if await provider.status(payment.id) is None:
            await self._make(payment)
        return await provider.cancel(payment.id)

    async def _answered(self, payment: PaymentRecord, asked: Awaitable[Charge]) -> PaymentRecord:
        """Follow what the card form is answered; without an answer the payment is processing."""
        try:
            charge = await asked
        except ProviderUnavailable:
            await self._payments.note(payment.id, "processing", _TIMED_OUT)
            payment = await self._get(payment.id)
        else:
            payment = await self._follow(payment, charge)
        if payment.status in ("processing", *UNCONFIRMED):
            self.wake()
        return payment

    async def _follow(self, payment: PaymentRecord, charge: Charge) -> PaymentRecord:
        """Bring an open payment to where its charge is."""
        if charge.status == "succeeded":
            await self._settling.settle(payment)
            return await self._get(payment.id)
        error = charge.error
        if charge.status in ("cancelled", "failed", "refunded"):
            status: Literal["cancelled", "failed"] = (
                "cancelled" if charge.status == "cancelled" else "failed"
            )
            try:
                await self._submit(payment.show_id, ClosePayment(payment.id, status, error))
            except LiveshowError as refused:
                # It has expired or settled in between: the row says which.
                if refused.code != "payment_settled":
                    raise
            await self._payments.confirm_ended(payment.id)
            return await self._get(payment.id)
        if charge.status == payment.status == "processing":
            return payment
        if (charge.status, error) != (payment.status, payment.error):
            await self._payments.note(payment.id, charge.status, error)
        return await self._get(payment.id)

    # --- small helpers --------------------------------------------------------------------------

    async def _submit(
        self,
        show_id: str,
        command: ServerCommand,
        actor: Person | None = None,
        key: str | None = None,
    ) -> Answer:
        return await self._rooms.submit(show_id, Envelope(command, actor, key))

    def _lock(self, payment_id: str) -> asyncio.Lock:
        lock = self._locks.get(payment_id)
        if lock is None:
            lock = self._locks[payment_id] = asyncio.Lock()
        return lock

    def _card_form(self, payment: PaymentRecord) -> CardForm:
        cards = self._providers.of(payment.provider).card_form
        if cards is None:
            raise NotFound(message="Cards are entered in the payment provider's own form.")
        return cards

    def _pays_elsewhere(self, payment: PaymentRecord) -> bool:
        """Whether the buyer may be paying now without this server being asked."""
        waits = payment.status in ("open", "challenge")
        return waits and self._providers.charges_unasked(payment.provider)

    async def _get(self, payment_id: str) -> PaymentRecord:
        payment = await self._payments.get(payment_id)
        if payment is None:
            raise NotFound(message="There is no such payment.")
        return payment

    async def _own(self, payment_id: str, buyer_id: str) -> PaymentRecord:
        payment = await self._payments.for_buyer(payment_id, buyer_id)
        if payment is None:
            raise NotFound(message="There is no such payment.")
        return payment

    async def _payable(self, payment_id: str, buyer_id: str) -> PaymentRecord:
        payment = await self._own(payment_id, buyer_id)
        if payment.status not in (*OPEN, "succeeded"):
            raise Conflict("payment_settled", _ENDED)
        return payment
