"""How long a payment provider is waited for: whatever it is, a call of it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import TypeVar

from liveshow.payments.provider import (
    CardForm,
    CardsOnFile,
    Charge,
    Chargeback,
    ChargebacksAt,
    Client,
    Notification,
    PageSources,
    PaymentProvider,
    ProviderUnavailable,
    SavedCard,
)

T = TypeVar("T")

# Longer than a bank takes that is slow; a buyer waits as long for the answer to "Pay".
PROVIDER_SECONDS = 30.0


class Patient:
    """A provider, each call of which ends with :class:`ProviderUnavailable` after a while.

    What became of it is then not known, as when a connection breaks; whoever calls asks again.
    """

    def __init__(self, provider: PaymentProvider) -> None:
        self._provider = provider

    @property
    def name(self) -> str:
        return self._provider.name

    @property
    def card_form(self) -> CardForm | None:
        return self._provider.card_form

    @property
    def cards(self) -> CardsOnFile | None:
        cards = self._provider.cards
        return PatientCards(cards) if cards else None

    @property
    def chargebacks(self) -> ChargebacksAt | None:
        found = self._provider.chargebacks
        return PatientChargebacks(found) if found else None

    @property
    def page_sources(self) -> PageSources:
        return self._provider.page_sources

    async def create(self, payment_id: str, amount: int, currency: str, until: int) -> Charge:
        return await _in_time(self._provider.create(payment_id, amount, currency, until))

    async def status(self, payment_id: str) -> Charge | None:
        return await _in_time(self._provider.status(payment_id))

    async def cancel(self, payment_id: str) -> Charge:
        return await _in_time(self._provider.cancel(payment_id))

    async def refund(self, payment_id: str, amount: int, key: str) -> None:
        await _in_time(self._provider.refund(payment_id, amount, key))

    async def client(self, payment_id: str) -> Client | None:
        return await _in_time(self._provider.client(payment_id))

    async def notification(self, headers: Mapping[str, str], body: bytes) -> Notification:
        return await _in_time(self._provider.notification(headers, body))

    async def close(self) -> None:
        await _in_time(self._provider.close())


class PatientChargebacks:
    """The same for what is asked about chargebacks."""

    def __init__(self, chargebacks: ChargebacksAt) -> None:
        self._chargebacks = chargebacks

    async def get(self, chargeback_id: str) -> Chargeback | None:
        return await _in_time(self._chargebacks.get(chargeback_id))

    async def since(self, at: int) -> list[Chargeback]:
        return await _in_time(self._chargebacks.since(at))


class PatientCards:
    """Cards on file, each call for which ends after a while, too."""

    def __init__(self, cards: CardsOnFile) -> None:
        self._cards = cards

    async def customer(self, user_id: str) -> str:
        return await _in_time(self._cards.customer(user_id))

    async def begin(self, customer: str) -> tuple[str, Client]:
        return await _in_time(self._cards.begin(customer))

    async def saved(self, attempt: str) -> SavedCard | None:
        return await _in_time(self._cards.saved(attempt))

    async def forget(self, method: str) -> None:
        await _in_time(self._cards.forget(method))

    async def pay(self, payment_id: str, customer: str, method: str) -> Charge:
        return await _in_time(self._cards.pay(payment_id, customer, method))


async def _in_time(answer: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(PROVIDER_SECONDS):
            return await answer
    except TimeoutError:
        raise ProviderUnavailable from None
