"""The providers of one server, by name.

A payment knows its provider by name from the moment it is opened, and every later step goes to
that one. New payments go to the first provider. A payment whose provider is not set up any more
keeps its state: it is reported once, its steps answer ``unavailable``, and it goes on when the
provider is back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import structlog

from liveshow.errors import Conflict, Unavailable
from liveshow.payments.patience import Patient
from liveshow.payments.provider import Client, PaymentProvider, ProviderUnavailable

# Client data kept for pages that look again and again; what was dropped is asked for once more.
MAX_CLIENTS = 10_000

log = structlog.get_logger(__name__)


class ProviderMissing(Unavailable):
    """The provider of a payment is not set up on this server (any more)."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "unavailable",
            "The payment provider of this payment is not set up on this server at the moment. "
            "Nothing is lost: try again later, or ask the operator.",
            retry_after=60,
        )
        self.provider = name


class Providers:
    """Finds the provider of a payment; the first one is for new payments."""

    def __init__(self, providers: Iterable[PaymentProvider] = ()) -> None:
        """Raise ``ValueError`` when two providers have one name."""
        self._by_name: dict[str, PaymentProvider] = {}
        for provider in providers:
            if provider.name in self._by_name:
                raise ValueError(f"There are two payment providers with the name {provider.name}.")
            self._by_name[provider.name] = Patient(provider)
        # Names without a provider that have been logged. They come from our own rows: a handful.
        self._reported: set[str] = set()
        # By payment, oldest first: it stays the same as long as a payment is open.
        self._clients: dict[str, Client] = {}

    def __iter__(self) -> Iterator[PaymentProvider]:
        return iter(self._by_name.values())

    @property
    def payable(self) -> bool:
        """Whether new payments can be taken."""
        return bool(self._by_name)

    @property
    def card_form(self) -> bool:
        """Whether there is a provider whose card form is on this server."""
        return any(provider.card_form for provider in self)

    @property
    def keeps_cards(self) -> bool:
        """Whether new payments go to a provider that keeps cards."""
        return self.payable and self.default.cards is not None

    @property
    def default(self) -> PaymentProvider:
        """The provider of new payments.

        Raises:
            Conflict: ``no_payments``, there is none.
        """
        for provider in self:
            return provider
        raise Conflict(
            "no_payments",
            "This server cannot take payments yet. Your pieces stay held until their time is "
            "over; ask the host how to pay.",
        )

    def get(self, name: str) -> PaymentProvider | None:
        """Return the provider of this name; report it once when there is none."""
        provider = self._by_name.get(name)
        if provider is None and name not in self._reported:
            self._reported.add(name)
            log.warning("payments wait for a provider that is not set up", provider=name)
        return provider

    def of(self, name: str) -> PaymentProvider:
        """Return the provider of this name; raise :class:`ProviderMissing`."""
        provider = self.get(name)
        if provider is None:
            raise ProviderMissing(name)
        return provider

    def find(self, name: str) -> PaymentProvider | None:
        """Return the provider of this name, without a report: strangers may have made it up."""
        return self._by_name.get(name)

    async def client(self, name: str, payment_id: str) -> Client | None:
        """Return what a browser needs for an open payment, None when it cannot be had now."""
        if known := self._clients.get(payment_id):
            return known
        provider = self.get(name)
        if provider is None:
            return None
        try:
            client = await provider.client(payment_id)
        except ProviderUnavailable as error:
            log.warning("no form for a payment", payment=payment_id, reason=error.message)
            return None
        if client is not None:
            self._clients[payment_id] = client
            if len(self._clients) > MAX_CLIENTS:
                del self._clients[next(iter(self._clients))]
        return client

    def charges_unasked(self, name: str) -> bool:
        """Whether a provider has a form of its own, which charges without asking this server."""
        provider = self.get(name)
        return provider is not None and provider.card_form is None

    async def close(self) -> None:
        """Let go of every provider's connections."""
        for provider in self:
            try:
                await provider.close()
            except ProviderUnavailable:
                log.warning("a payment provider did not let go", provider=provider.name)
