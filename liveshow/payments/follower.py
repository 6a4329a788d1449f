"""What follows for a payment when its show closes it."""

from __future__ import annotations

from collections.abc import Sequence

from liveshow.domain.checkout.events import PaymentClosed
from liveshow.domain.show.events import Record
from liveshow.payments.service import Payments


class ClosedPayments:
    """Ends charges. Implements ``liveshow.rooms.followers.Follower``.

    A payment that has ended already is left alone, so a closed one may come any number of times.
    """

    name = "payments"
    follows = (PaymentClosed,)

    def __init__(self, payments: Payments) -> None:
        self._payments = payments

    async def follow(self, show_id: str, records: Sequence[Record]) -> None:
        for record in records:
            if isinstance(record.event, PaymentClosed):
                await self._payments.end(record.event.payment)
