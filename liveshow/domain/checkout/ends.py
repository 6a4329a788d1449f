"""How payments end, and what their buyer is told of it."""

from __future__ import annotations

from typing import Literal

from liveshow.domain.checkout.events import ClosedStatus
from liveshow.domain.show.notices import Ends, Told

PaymentEnd = Literal["succeeded", ClosedStatus]

# ``succeeded`` and ``expired`` are told by the end of each hold that was in it. ``cancelled``: by
# its buyer, or because another payment of theirs paid for the same.
PAYMENT_ENDS: Ends[PaymentEnd] = {
    "succeeded": Told("sold"),
    "cancelled": None,
    "failed": Told("payment_failed"),
    "expired": Told("expired"),
    "refunded": Told("refunded"),
}
