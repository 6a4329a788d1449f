"""How orders go on and end, and who is told of it.

Who took a step does not hear of it. What the room decides it tells by a notice (``ORDER_ENDS``); of
the other steps everybody in ``STEP_NEWS`` has news on every page (PROTOCOL.md 2.8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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

Step = Literal["paid", "packed", "shipped", "delivered", "not_as_described"]
Party = Literal["buyer", "owner", "host"]
# The host: of what was lent to their show, as far as its buyer did it.
STEP_NEWS: Mapping[Step, tuple[Party, ...]] = {
    "paid": ("owner",),
    "packed": ("buyer",),
    "shipped": ("buyer",),
    "delivered": ("buyer", "owner", "host"),
    "not_as_described": ("owner", "host"),
}
