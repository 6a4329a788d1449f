"""Chargebacks: a buyer disputes a payment at their bank.

What the orders of that payment brought is withheld until the bank has decided, and for good when it
gives the money back. A webhook is only news of one; those whose webhook was lost are found by
asking, from time to time.
"""

from __future__ import annotations

import structlog

from liveshow.clock import Clock
from liveshow.domain.chargebacks.commands import NoteChargeback
from liveshow.domain.show.commands import Envelope
from liveshow.errors import LiveshowError
from liveshow.payments.ports import ChargebackStore, PaymentStore, Rooms
from liveshow.payments.provider import Chargeback, ProviderUnavailable
from liveshow.payments.providers import Providers

# How often providers are asked for chargebacks, and how far back.
EVERY_MS = 10 * 60_000
BACK_MS = 30 * 24 * 3_600_000
# Those that are undecided; banks take weeks.
MAX_UNDECIDED = 1_000

log = structlog.get_logger(__name__)


class Chargebacks:
    """Tells shows what banks say of payments that were made in them."""

    def __init__(
        self,
        store: ChargebackStore,
        payments: PaymentStore,
        rooms: Rooms,
        providers: Providers,
        clock: Clock,
    ) -> None:
        self._store = store
        self._payments = payments
        self._rooms = rooms
        self._providers = providers
        self._clock = clock
        self._again_at = 0

    async def look(self, chargeback_id: str, provider: str) -> None:
        """Ask a provider how far a chargeback is, and tell the show."""
        found = self._providers.of(provider).chargebacks
        if found is not None and (known := await found.get(chargeback_id)):
            await self._note(known, provider)

    async def reconcile(self) -> None:
        """Ask for all that are new or undecided, now and then."""
        now = self._clock()
        if now < self._again_at:
            return
        self._again_at = now + EVERY_MS
        for provider in self._providers:
            if provider.chargebacks is None:
                continue
            try:
                for new in await provider.chargebacks.since(now - BACK_MS):
                    await self._note(new, provider.name)
            except ProviderUnavailable as error:
                log.warning("chargebacks could not be asked for", reason=error.message)
        for id_, name in await self._store.undecided(MAX_UNDECIDED):
            try:
                await self.look(id_, name)
            except LiveshowError as error:
                log.warning("a chargeback could not be asked for", reason=str(error))

    async def _note(self, chargeback: Chargeback, provider: str) -> None:
        payment = await self._payments.get(chargeback.payment_id)
        if payment is None or payment.provider != provider or not payment.orders:
            return
        command = NoteChargeback(
            chargeback=chargeback.id,
            orders=payment.orders,
            amount=chargeback.amount,
            reason=chargeback.reason,
            status=chargeback.status,
            respond_by=chargeback.respond_by,
        )
        await self._rooms.submit(payment.show_id, Envelope(command))
