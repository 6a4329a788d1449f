"""Webhooks: a provider tells that something happened to payments, and they are brought up to date.

The provider verifies its own signature and says which payments a webhook is about. What happened
is not read from it: the provider is asked (``Payments.look``), so a webhook that is repeated, late
or out of order changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from liveshow.errors import NotFound
from liveshow.payments.provider import PaymentProvider
from liveshow.payments.providers import Providers

# Events remembered per process. One that was forgotten is looked at again, which is harmless.
MAX_EVENTS = 10_000
# Payments that one event may name; those beyond are left to the reconciler.
MAX_PAYMENTS = 100

#: Brings a payment or a chargeback up to date: its id, and the name of its provider.
Look = Callable[[str, str], Awaitable[None]]


class Webhooks:
    """Takes the webhooks of every provider; each event is followed once."""

    def __init__(
        self, providers: Providers, look: Look, look_at_chargeback: Look | None = None
    ) -> None:
        self._look_at_chargeback = look_at_chargeback
        self._providers = providers
        self._look = look
        # (provider, event id), oldest first: what has been followed to its end.
        self._done: dict[tuple[str, str], None] = {}

    def provider(self, name: str) -> PaymentProvider:
        """Return the provider that a webhook's address names; raise ``NotFound``."""
        provider = self._providers.find(name)
        if provider is None:
            raise NotFound(message="There is no payment provider of that name here.")
        return provider

    async def take(self, name: str, headers: Mapping[str, str], body: bytes) -> None:
        """Verify a webhook and look at the payments that it names.

        Raises:
            Invalid: the signature is wrong.
            NotFound: there is no such provider, or it sends no webhooks.
            Unavailable: a payment could not be brought up to date; the provider sends it again.
        """
        notification = await self.provider(name).notification(headers, body)
        event = (name, notification.id)
        if event in self._done:
            return
        for payment_id in notification.payments[:MAX_PAYMENTS]:
            await self._look(payment_id, name)
        if self._look_at_chargeback is not None:
            for chargeback_id in notification.chargebacks[:MAX_PAYMENTS]:
                await self._look_at_chargeback(chargeback_id, name)
        # Remembered only now: an event that failed is followed when it comes again.
        self._done[event] = None
        if len(self._done) > MAX_EVENTS:
            del self._done[next(iter(self._done))]
