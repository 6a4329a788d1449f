"""Stripe as a payment provider: one PaymentIntent for each payment.

The buyer confirms it on their own page, in Stripe's form: no card number reaches this server. Only
cards are taken, Apple Pay and Google Pay among them: what a bank decides days later does not fit
holds of minutes.

An intent counts from the moment that it is in our table. One that was made and whose answer was
lost is found again by its idempotency key; should Stripe have forgotten that, the lost one stays
without a card for ever, since nobody has its secret.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import stripe
import structlog
from stripe.params import RefundListParams

from liveshow.clock import Clock
from liveshow.domain.checkout.events import PaymentError
from liveshow.errors import LiveshowError, NotFound
from liveshow.payments.ports import KeptIntent, StripeStore
from liveshow.payments.provider import (
    Charge,
    Client,
    Notification,
    PageSources,
    ProviderUnavailable,
)
from liveshow.payments.stripe import words
from liveshow.payments.stripe.amounts import NotChargeable, to_stripe
from liveshow.payments.stripe.api import StripeApi
from liveshow.payments.stripe.cards import StripeCards
from liveshow.payments.stripe.disputes import StripeDisputes
from liveshow.payments.stripe.webhooks import read_webhook

NAME = "stripe"
SCRIPT = "https://js.stripe.com/v3/"
# docs.stripe.com/security/guide#content-security-policy
SOURCES = PageSources(
    script=("https://js.stripe.com", "https://*.js.stripe.com"),
    frame=("https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"),
    connect=("https://api.stripe.com",),
    wallets=("https://js.stripe.com",),
)
# Refunds of one payment that are looked through, a page at a time.
PAGE = 100

log = structlog.get_logger(__name__)


class StripeProvider:
    """Implements ``PaymentProvider``."""

    def __init__(
        self,
        api: StripeApi,
        kept: StripeStore,
        clock: Clock,
        *,
        publishable_key: str,
        webhook_secret: str = "",
        stand_in: str = "",
    ) -> None:
        """``stand_in``: the URL of a server that takes the place of Stripe's, form included."""
        self._api = api
        self._kept = kept
        self._clock = clock
        self._publishable_key = publishable_key
        self._webhook_secret = webhook_secret
        self._stand_in = stand_in
        self._disputes = StripeDisputes(api, kept)
        self._cards = StripeCards(api, self._form, self._pay)

    @property
    def name(self) -> str:
        return NAME

    @property
    def card_form(self) -> None:
        return None

    @property
    def cards(self) -> StripeCards:
        return self._cards

    @property
    def chargebacks(self) -> StripeDisputes:
        return self._disputes

    @property
    def page_sources(self) -> PageSources:
        if not self._stand_in:
            return SOURCES
        origin = (self._stand_in,)
        return PageSources(script=origin, frame=origin, connect=origin)

    # --- charges ------------------------------------------------------------------------------

    async def create(self, payment_id: str, amount: int, currency: str, until: int) -> Charge:
        kept = await self._kept.intent(payment_id)
        if kept is None:
            kept = await self._make(payment_id, amount, currency)
        if kept.refused:
            return Charge("failed", kept.refused)
        intent = await self._look(kept)
        if (intent.amount, intent.currency.upper()) != (to_stripe(amount, currency), currency):
            raise LiveshowError("internal", "The charge was made with another amount.")
        return _charge(intent)

    async def status(self, payment_id: str) -> Charge | None:
        kept = await self._kept.intent(payment_id)
        if kept is None:
            return None
        return Charge("failed", kept.refused) if kept.refused else _charge(await self._look(kept))

    async def cancel(self, payment_id: str) -> Charge:
        kept = await self._of(payment_id)
        if kept.refused:
            return Charge("failed", kept.refused)
        intents = self._api.client.v1.payment_intents
        try:
            intent = await self._api.ask(
                intents.cancel_async(kept.intent, {"expand": ["latest_charge"]})
            )
        except stripe.InvalidRequestError:
            # Too late, or done before: which one it is, the intent says.
            charge = _charge(await self._look(kept))
            if charge.status in ("open", "challenge"):
                raise ProviderUnavailable() from None
            return charge
        return _charge(intent)

    async def refund(self, payment_id: str, amount: int, key: str) -> None:
        kept = await self._of(payment_id)
        intent = await self._look(kept)
        # Idempotency keys are forgotten after some days, refunds are not.
        failed = 0
        async for made in self._refunds(kept.intent):
            if made.metadata is not None and made.metadata.to_dict().get("refund") == key:
                if made.status not in ("failed", "canceled"):
                    return
                failed += 1
        if _charge(intent).status == "refunded":
            log.error("all of a payment went back without this server", payment=payment_id)
            return
        if failed:
            log.error("a refund failed at the bank and is sent again", refund=key, failed=failed)
        refunds = self._api.client.v1.refunds
        try:
            await self._api.once(
                f"refund-{key}-{failed}",
                lambda options: refunds.create_async(
                    {
                        "payment_intent": kept.intent,
                        "amount": to_stripe(amount, intent.currency.upper()),
                        "metadata": {"payment": payment_id, "refund": key},
                    },
                    options,
                ),
            )
        except stripe.InvalidRequestError as error:
            # The balance may not suffice yet, or somebody has refunded it by hand.
            log.error("Stripe does not refund", refund=key, code=error.code)
            raise ProviderUnavailable("The payment provider cannot refund it now.") from error

    async def _pay(self, payment_id: str, customer: str, method: str) -> Charge:
        kept = await self._of(payment_id)
        if kept.refused:
            return Charge("failed", kept.refused)
        charge = _charge(await self._look(kept))
        if charge.status != "open":
            return charge
        intents = self._api.client.v1.payment_intents
        try:
            await self._api.ask(
                intents.update_async(kept.intent, {"customer": customer, "payment_method": method})
            )
            # What the bank wants to know further is asked by Stripe's form, on the page.
            await self._api.ask(intents.confirm_async(kept.intent, {"use_stripe_sdk": True}))
        except (stripe.CardError, stripe.InvalidRequestError) as error:
            log.info("a saved card does not pay", payment=payment_id, code=error.code)
        charge = _charge(await self._look(kept))
        if charge.status == "open" and charge.error is None:
            return Charge("open", words.DECLINED)
        return charge

    # --- what the buyer's browser needs -------------------------------------------------------

    async def client(self, payment_id: str) -> Client | None:
        kept = await self._kept.intent(payment_id)
        if kept is None or kept.refused:
            return None
        intent = await self._look(kept)
        return self._form(intent.client_secret)

    def _form(self, client_secret: str | None) -> Client:
        """Return what Stripe's form on a page needs, for a payment or for a card."""
        script = f"{self._stand_in}/js.stripe.com/v3/" if self._stand_in else SCRIPT
        return Client(
            NAME,
            {
                "script": script,
                "publishable_key": self._publishable_key,
                "client_secret": client_secret or "",
            },
        )

    # --- webhooks -----------------------------------------------------------------------------

    async def notification(self, headers: Mapping[str, str], body: bytes) -> Notification:
        if not self._webhook_secret:
            raise NotFound(message="This server takes no webhooks of Stripe.")
        news = read_webhook(headers, body, self._webhook_secret, self._clock)
        payment = await self._kept.payment_of(news.intent) if news.intent else None
        return Notification(
            news.id,
            (payment,) if payment else (),
            (news.dispute,) if payment and news.dispute else (),
        )

    async def close(self) -> None:
        await self._api.close()

    # --- intents ------------------------------------------------------------------------------

    async def _make(self, payment_id: str, amount: int, currency: str) -> KeptIntent:
        intents = self._api.client.v1.payment_intents
        try:
            charged = to_stripe(amount, currency)
            intent = await self._api.once(
                payment_id,
                lambda options: intents.create_async(
                    {
                        "amount": charged,
                        "currency": currency.lower(),
                        "allowed_payment_method_types": ["card"],
                        "metadata": {"payment": payment_id},
                    },
                    options,
                ),
            )
        except NotChargeable:
            return await self._refuse(payment_id, words.NOT_EXACT)
        except stripe.InvalidRequestError as error:
            log.error("Stripe refuses a payment", payment=payment_id, code=error.code)
            return await self._refuse(payment_id, words.refusal(error.code))
        return await self._kept.keep(KeptIntent(payment_id, intent.id))

    async def _refuse(self, payment_id: str, error: PaymentError) -> KeptIntent:
        return await self._kept.keep(KeptIntent(payment_id, "", error))

    async def _of(self, payment_id: str) -> KeptIntent:
        kept = await self._kept.intent(payment_id)
        if kept is None:
            raise LiveshowError("internal", "The provider does not know this payment.")
        return kept

    async def _look(self, kept: KeptIntent) -> stripe.PaymentIntent:
        intents = self._api.client.v1.payment_intents
        try:
            return await self._api.ask(
                intents.retrieve_async(kept.intent, {"expand": ["latest_charge"]})
            )
        except stripe.InvalidRequestError as error:
            # Most likely the keys are those of another account, or of test mode.
            log.error("Stripe does not know a payment of ours", payment=kept.payment_id)
            raise ProviderUnavailable(retry_after=60) from error

    async def _refunds(self, intent: str) -> AsyncIterator[stripe.Refund]:
        asked: RefundListParams = {"payment_intent": intent, "limit": PAGE}
        while True:
            page = await self._api.ask(self._api.client.v1.refunds.list_async(asked))
            for refund in page.data:
                yield refund
            if not page.has_more or not page.data:
                return
            asked["starting_after"] = page.data[-1].id


def _charge(intent: stripe.PaymentIntent) -> Charge:
    """Read how far an intent is (docs.stripe.com/payments/paymentintents/lifecycle)."""
    match intent.status:
        case "succeeded":
            paid = intent.latest_charge
            back = isinstance(paid, stripe.Charge) and paid.refunded
            return Charge("refunded" if back else "succeeded")
        case "canceled":
            return Charge("cancelled")
        case "requires_action":
            return Charge("challenge")
        case "processing" | "requires_capture":
            return Charge("processing")
    error = intent.last_payment_error
    return Charge("open", words.card_error(error) if error else None)
