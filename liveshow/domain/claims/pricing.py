"""What a claim costs: one price from one source.

A win, an offer that was accepted and a bundle bring their price with the claim that they make. For
whoever just claims, features may say what it costs now (``Feature.price``), such as a flash price;
else it is the price in the show.
"""

from __future__ import annotations

from liveshow.domain.run_of_show.state import Item
from liveshow.domain.show.context import Context
from liveshow.domain.show.feature import PriceAsked
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Offer, Price
from liveshow.errors import Conflict


def price_at(
    state: ShowState, item: Item, variant: str, quantity: int, buyer: str | None, now: int
) -> Price:
    """Return what one of so many pieces costs whoever claims them at a time (ms)."""
    asked = PriceAsked(state, item.id, variant, quantity, buyer, now)
    return state.machine.price(asked) or Price(item.price, was=item.was)


def price_now(ctx: Context, item: Item, variant: str, quantity: int, buyer: str) -> Price:
    """Return what one of so many pieces costs somebody now."""
    return price_at(ctx.state, item, variant, quantity, buyer, ctx.now)


def no_dearer_than(price: Price, joined: Offer) -> Price:
    """Return a price, or the one that somebody joined the line at where that is lower."""
    return Price(joined.price, joined.source, joined.was) if joined.price < price.amount else price


def check_expected(price: Price, expected: int | None) -> None:
    """Raise ``price_changed`` for a price above what the buyer was shown."""
    if expected is not None and price.amount > expected:
        raise Conflict(
            "price_changed",
            "The price has changed since you looked. Nothing was claimed: look again.",
            price=price.amount,
        )
