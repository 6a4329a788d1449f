"""Orders that are taken back, as they are registered."""

from __future__ import annotations

from liveshow.domain.orders import commands as c
from liveshow.domain.orders import decide
from liveshow.domain.orders.events import EVENTS
from liveshow.domain.orders.state import Orders
from liveshow.domain.show.feature import Does, Feature

FEATURE = Feature(
    name="orders",
    slice=Orders,
    events=EVENTS,
    commands=(
        Does(c.RefundOrder, decide.refund, decide.order_needs, c.Refunded),
        Does(c.CancelOrder, decide.cancel, decide.order_needs, c.Refunded),
        Does(c.ShipOrder, decide.ship, decide.ship_needs),
        Does(c.AnswerRestock, decide.restock, decide.restock_needs),
    ),
)
