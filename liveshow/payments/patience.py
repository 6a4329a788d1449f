"""How long a payment provider is waited for: whatever it is, a call of it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import TypeVar

from liveshow.payments.provider import (
    CardForm,
    Charge,
    Client,
    Notification,
    PageSources,
    PaymentProvider,
    ProviderUnavailable,
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


async def _in_time(answer: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(PROVIDER_SECONDS):
            return await answer
    except TimeoutError:
        raise ProviderUnavailable from None
