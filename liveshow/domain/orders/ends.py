"""How orders are taken back, and what either side is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from liveshow.domain.orders.events import OrderEnd
from liveshow.domain.show.notices import Told


@dataclass(frozen=True)
class Sides:
    """What the two of an order are told of its end; None is whoever ended it."""

    buyer: Told | None
    seller: Told | None


# Money that comes is told to the buyer, whoever has sent it back.
MONEY_BACK = Told("order_refunded")
ORDER_ENDS: Mapping[OrderEnd, Sides] = {
    "refunded": Sides(buyer=MONEY_BACK, seller=None),
    "cancelled": Sides(buyer=MONEY_BACK, seller=Told("order_cancelled")),
}
