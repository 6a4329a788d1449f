"""How far the chargebacks of orders are known."""

from __future__ import annotations

from liveshow.domain.chargebacks.events import ChargebackStatus
from liveshow.domain.show.facts import Fact

# By the ids of the chargeback and of the order.
CHARGEBACKS: Fact[tuple[str, str], ChargebackStatus] = Fact("chargebacks")
