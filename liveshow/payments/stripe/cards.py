"""Cards that Stripe keeps: a Customer, and a SetupIntent for each attempt to save one.

The bank may want its second step when a card is saved, so that it need not when it pays later.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import stripe

from liveshow.payments.provider import Charge, Client, ProviderUnavailable, SavedCard
from liveshow.payments.stripe.api import StripeApi


class StripeCards:
    """Implements ``CardsOnFile``."""

    def __init__(
        self,
        api: StripeApi,
        form: Callable[[str | None], Client],
        pay: Callable[[str, str, str], Awaitable[Charge]],
    ) -> None:
        self._api = api
        self._form = form
        self._pay = pay

    async def customer(self, user_id: str) -> str:
        customers = self._api.client.v1.customers
        made = await self._api.once(
            f"customer-{user_id}",
            # Nothing else about them: who they are is not Stripe's to know.
            lambda options: customers.create_async({"metadata": {"user": user_id}}, options),
        )
        return made.id

    async def begin(self, customer: str) -> tuple[str, Client]:
        intent = await self._api.ask(
            self._api.client.v1.setup_intents.create_async(
                {
                    "customer": customer,
                    "usage": "off_session",
                    "allowed_payment_method_types": ["card"],
                }
            )
        )
        return intent.id, self._form(intent.client_secret)

    async def saved(self, attempt: str) -> SavedCard | None:
        try:
            intent = await self._api.ask(
                self._api.client.v1.setup_intents.retrieve_async(
                    attempt, {"expand": ["payment_method"]}
                )
            )
        except stripe.InvalidRequestError:
            return None
        method = intent.payment_method
        if intent.status != "succeeded" or not isinstance(method, stripe.PaymentMethod):
            return None
        card = method.card
        if card is None:
            return None
        return SavedCard(
            method=method.id,
            brand=card.brand,
            last4=card.last4,
            expires=card.exp_year * 100 + card.exp_month,
            fingerprint=card.fingerprint or "",
        )

    async def forget(self, method: str) -> None:
        try:
            await self._api.ask(self._api.client.v1.payment_methods.detach_async(method))
        except stripe.InvalidRequestError as error:
            if error.http_status not in (400, 404):
                raise ProviderUnavailable() from error
            # It is attached to nobody: forgotten before, or there.

    async def pay(self, payment_id: str, customer: str, method: str) -> Charge:
        return await self._pay(payment_id, customer, method)
