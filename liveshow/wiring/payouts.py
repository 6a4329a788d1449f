"""Payouts: what people can have of what they earned."""

from __future__ import annotations

from collections.abc import Iterator

from liveshow.http.api import Endpoint
from liveshow.http.payouts import PayoutResource
from liveshow.payouts.service import Payouts
from liveshow.store.payouts import PayoutRepository
from liveshow.wiring.base import Base


def payout_endpoints(base: Base) -> Iterator[Endpoint]:
    """Return the routes of payouts."""
    store = PayoutRepository(base.database)
    payouts = Payouts(store, base.clock, days=base.settings.payout_days)
    yield from PayoutResource(payouts).endpoints()
