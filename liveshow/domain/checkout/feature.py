"""Checkout, as it is registered."""

from __future__ import annotations

from liveshow.domain.checkout import commands as c
from liveshow.domain.checkout import decide
from liveshow.domain.checkout.events import EVENTS
from liveshow.domain.checkout.parcels import CartView, cart
from liveshow.domain.checkout.state import Checkout
from liveshow.domain.show.feature import Does, Feature, MineSection

FEATURE = Feature(
    name="checkout",
    slice=Checkout,
    events=EVENTS,
    commands=(
        Does(c.OpenCheckout, decide.open_checkout, decide.open_needs, c.Opened),
        Does(c.ClosePayment, decide.close_payment),
        Does(c.SettlePayment, decide.settle_payment, decide.settle_needs, c.Settled),
    ),
    mine=(
        MineSection(
            "cart", CartView | None, lambda look, who: cart(look.state, who.id, look.rules)
        ),
    ),
    due=decide.due,
)
