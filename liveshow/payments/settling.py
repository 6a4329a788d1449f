"""Money that has arrived: a sale, or the way back.

A sale that cannot be saved is tried `SETTLE_TRIES` times, with growing pauses. Then the room is
asked to give the money back; if it cannot even do that, the row says so without it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from liveshow.clock import Clock
from liveshow.domain.checkout.commands import SettlePayment
from liveshow.domain.checkout.decide import NOT_SAVED
from liveshow.domain.show.commands import Answer, ServerCommand
from liveshow.errors import LiveshowError
from liveshow.payments.ports import PaymentStore
from liveshow.payments.provider import ProviderUnavailable
from liveshow.payments.providers import ProviderMissing, Providers
from liveshow.payments.records import OPEN, PaymentRecord

# Tries to have a sale saved; about four minutes with their pauses. A restart begins again.
SETTLE_TRIES = 8
# Tries to have the room give the money back instead.
GIVE_BACK_TRIES = 3
FIRST_PAUSE_MS = 1_000
LONGEST_PAUSE_MS = 60_000
# Payments whose failed tries are remembered; beyond, the longest known begins again.
MAX_STUCK = 10_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Stuck:
    """A payment that arrived and could not be settled: how often, and when to try again (ms)."""

    tries: int = 0
    again_at: int = 0


class Settling:
    """Brings payments whose charge succeeded to their end. Callers have the payment locked."""

    def __init__(
        self,
        payments: PaymentStore,
        submit: Callable[[str, ServerCommand], Awaitable[Answer]],
        providers: Providers,
        clock: Clock,
    ) -> None:
        """``submit`` asks the room of a show."""
        self._payments = payments
        self._submit = submit
        self._providers = providers
        self._clock = clock
        self._stuck: OrderedDict[str, _Stuck] = OrderedDict()

    async def settle(self, payment: PaymentRecord) -> None:
        """Have the room say what the money is for, or that it goes back; then send it back."""
        stuck = self._stuck.get(payment.id, _Stuck())
        if self._clock() < stuck.again_at:
            return
        try:
            give_back = stuck.tries >= SETTLE_TRIES
            await self._submit(payment.show_id, SettlePayment(payment.id, give_back))
        except LiveshowError as error:
            await self._not_settled(payment, stuck.tries + 1, error)
        else:
            self._stuck.pop(payment.id, None)
        current = await self._payments.get(payment.id)
        if current is not None and current.status == "refunding":
            with suppress(ProviderUnavailable, ProviderMissing):
                await self.refund(current)

    async def _not_settled(self, payment: PaymentRecord, tries: int, error: LiveshowError) -> None:
        if tries >= SETTLE_TRIES + GIVE_BACK_TRIES:
            log.error("a sale could not be saved: given back", payment=payment.id, tries=tries)
            await self._payments.give_back(payment.id, NOT_SAVED)
            self._stuck.pop(payment.id, None)
            return
        pause = min(FIRST_PAUSE_MS << (tries - 1), LONGEST_PAUSE_MS)
        self._stuck[payment.id] = _Stuck(tries, self._clock() + pause)
        if len(self._stuck) > MAX_STUCK:
            self._stuck.popitem(last=False)
        log.warning("a sale could not be saved", payment=payment.id, tries=tries, code=error.code)
        if payment.status in OPEN:
            # It goes on with the reconciler.
            await self._payments.note(payment.id, "processing", None)

    async def refund(self, payment: PaymentRecord) -> None:
        """Send all of the money back: nothing was sold for it."""
        provider = self._providers.of(payment.provider)
        await provider.refund(payment.id, payment.amount, payment.id)
        await self._payments.confirm_refunded(payment.id)
