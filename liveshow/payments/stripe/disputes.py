"""Disputes at Stripe (docs.stripe.com/disputes)."""

from __future__ import annotations

import stripe

from liveshow.domain.chargebacks.events import ChargebackStatus
from liveshow.payments.ports import StripeStore
from liveshow.payments.provider import Chargeback
from liveshow.payments.stripe.amounts import from_stripe
from liveshow.payments.stripe.api import StripeApi

# Disputes read at once, and how many pages of them.
PAGE = 100
MAX_PAGES = 20

_REASONS = {
    "credit_not_processed": "The buyer says that a refund has not come.",
    "duplicate": "The buyer says that they were charged twice.",
    "fraudulent": "The holder of the card says that they did not buy it.",
    "product_not_received": "The buyer says that it has not come.",
    "product_unacceptable": "The buyer says that it is not as it was described.",
    "unrecognized": "The holder of the card does not recognise the payment.",
}
_OTHER = "The buyer disputes the payment."
# An inquiry that came to nothing, and a dispute that was prevented, cost nothing.
_WON = ("won", "warning_closed", "prevented")


class StripeDisputes:
    """Implements ``ChargebacksAt``."""

    def __init__(self, api: StripeApi, kept: StripeStore) -> None:
        self._api = api
        self._kept = kept

    async def get(self, chargeback_id: str) -> Chargeback | None:
        try:
            dispute = await self._api.ask(
                self._api.client.v1.disputes.retrieve_async(chargeback_id)
            )
        except stripe.InvalidRequestError:
            return None
        return await self._read(dispute)

    async def since(self, at: int) -> list[Chargeback]:
        found: list[Chargeback] = []
        after: str | None = None
        for _ in range(MAX_PAGES):
            page = await self._api.ask(
                self._api.client.v1.disputes.list_async(
                    {"created": {"gte": at // 1000}, "limit": PAGE, "starting_after": after}
                    if after
                    else {"created": {"gte": at // 1000}, "limit": PAGE}
                )
            )
            read = [await self._read(dispute) for dispute in page.data]
            found += [dispute for dispute in read if dispute is not None]
            if not page.has_more or not page.data:
                break
            after = page.data[-1].id
        return found

    async def _read(self, dispute: stripe.Dispute) -> Chargeback | None:
        intent = dispute.payment_intent
        payment = await self._kept.payment_of(intent) if isinstance(intent, str) else None
        if payment is None:
            return None
        due = dispute.evidence_details.due_by
        return Chargeback(
            id=dispute.id,
            payment_id=payment,
            amount=from_stripe(dispute.amount, dispute.currency.upper()),
            reason=_REASONS.get(dispute.reason, _OTHER),
            status=_status(dispute.status),
            respond_by=due * 1000 if due else None,
        )


def _status(said: str) -> ChargebackStatus:
    if said in _WON:
        return "won"
    return "lost" if said == "lost" else "open"
