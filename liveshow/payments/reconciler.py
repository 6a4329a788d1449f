"""The background task that finishes what a crash, a timeout or a slow bank left undone."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from liveshow.errors import StoreUnavailable
from liveshow.payments.chargebacks import Chargebacks
from liveshow.payments.orders import Orders
from liveshow.payments.service import Payments

# While something is on its way, and when nothing is.
BUSY_SECONDS = 1.0
IDLE_SECONDS = 5.0
# Everything that waits for a buyer is looked at too, in every so many rounds.
THOROUGH_EVERY = 12
# A provider that is down is asked less and less often.
MAX_SECONDS = 30.0

log = structlog.get_logger(__name__)


class Reconciler:
    """Looks at the start, when woken (``Payments.wake``), and from time to time."""

    def __init__(
        self,
        payments: Payments,
        orders: Orders,
        chargebacks: Chargebacks | None = None,
        *,
        busy_seconds: float = BUSY_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._payments = payments
        self._orders = orders
        self._chargebacks = chargebacks
        self._busy = busy_seconds
        self._idle = idle_seconds
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; the first look, at everything, is taken at once."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="payments reconciler")

    async def stop(self) -> None:
        """End. What was in the middle of a step is taken up by the next start."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def look(self, *, thorough: bool) -> int:
        """Take everything one step on; return how much is still on its way."""
        if thorough and self._chargebacks is not None:
            await self._chargebacks.reconcile()
        moving = await self._payments.reconcile(thorough=thorough)
        return moving + await self._orders.reconcile()

    async def _run(self) -> None:
        rounds = 0
        patience = self._busy
        before = 0
        while True:
            thorough = rounds % THOROUGH_EVERY == 0
            rounds += 1
            try:
                moving = await self.look(thorough=thorough)
            except Exception as error:
                # The database may be away for a while; nothing is lost by looking later.
                if not isinstance(error, StoreUnavailable):
                    log.exception("payments could not be looked at")
                moving, rounds = max(before, 1), 0
            # As long as nothing gets done, it is looked at less often.
            patience = min(2 * patience, MAX_SECONDS) if 0 < before <= moving else self._busy
            before = moving
            with suppress(TimeoutError):
                async with asyncio.timeout(patience if moving else self._idle):
                    await self._payments.woken()
                    patience = self._busy
