"""A second-price auction with maximum bids, as arithmetic alone.

Everybody says the most that they would pay. Whoever says most leads, at one step above the second
highest, or at their own maximum where that is less. The same amount counts for whoever said it
first. Amounts are minor units of one currency.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from liveshow.codes import DECIMALS
from liveshow.domain.shipping import PER_DOLLAR

# From which price on the next bid is how much higher, in cents of a dollar. As in the live auctions
# of others, whose bidders know these steps.
_STEPS = (
    (0, 100),
    (3_000, 200),
    (5_000, 300),
    (10_000, 500),
    (30_000, 1_000),
    (100_000, 2_000),
    (200_000, 5_000),
)
# The most that may be bid, as of every price.
MAX_BID = 99_999_999


@dataclass(frozen=True, slots=True)
class Maximum:
    """The most somebody would pay. ``seq``: the event that said so; the lower one came first."""

    bidder: str
    amount: int
    seq: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Who leads at which price, and whether the reserve is met; ``leader`` None: nobody bids."""

    leader: str | None
    price: int
    reserve_met: bool


@cache
def steps(currency: str) -> tuple[tuple[int, int], ...]:
    """Return from which price on the next bid is how much higher, in minor units of a currency.

    They are those of the dollar, times the figure of 1, 2 and 5 and their tens that is nearest to
    what a cent is worth: people bid in round numbers.
    """
    cent = PER_DOLLAR[currency] * 10 ** DECIMALS[currency] / 100
    tens = 10 ** math.floor(math.log10(cent))
    nearest = min((1, 2, 5, 10), key=lambda figure: abs(math.log10(figure * tens / cent)))
    return tuple(
        (round(start * nearest * tens), max(1, round(amount * nearest * tens)))
        for start, amount in _STEPS
    )


def step(price: int, currency: str) -> int:
    """Return by how much the next bid is higher than ``price``."""
    return next(amount for start, amount in reversed(steps(currency)) if price >= start)


def ranked(maxima: Iterable[Maximum]) -> list[Maximum]:
    """Return who says most, in front who would lead; of equals who said it first."""
    return sorted(maxima, key=lambda each: (-each.amount, each.seq))


def standing(maxima: Iterable[Maximum], start: int, reserve: int | None, currency: str) -> Standing:
    """Return how an auction stands with these maxima, one for each bidder.

    A maximum that reaches the reserve makes the price at least the reserve: below it nothing is
    sold, so that is what its bidder would have to pay.
    """
    order = ranked(maxima)
    if not order:
        return Standing(None, start, reserve is None)
    first, rest = order[0], order[1:]
    price = start
    if rest:
        second = rest[0].amount
        price = max(start, min(first.amount, second + step(second, currency)))
    met = reserve is None or first.amount >= reserve
    if reserve is not None and met:
        price = max(price, reserve)
    return Standing(first.bidder, price, met)


def after_bid(before: Standing, now: Standing, bidder: str, reserve: int | None) -> Standing:
    """Return how an auction stands after a bid; ``now`` is what the maxima alone say.

    Whoever leads and says more changes no price, unless their maximum now reaches the reserve.
    """
    if not bidder == before.leader == now.leader:
        return now
    price = max(before.price, reserve or 0) if now.reserve_met else before.price
    return Standing(now.leader, price, now.reserve_met)


def runner_up(
    maxima: Iterable[Maximum],
    out: Collection[str],
    willing: Collection[str],
    start: int,
    reserve: int | None,
    currency: str,
) -> tuple[str, int] | None:
    """Return who has the next chance to buy, and at which price; None: nobody.

    It is the highest of those who are ``willing``, at the price that they would have won at if
    whoever is ``out`` had never bid, nor anybody above them who is not willing.
    """
    order: Sequence[Maximum] = [each for each in ranked(maxima) if each.bidder not in out]
    for place, each in enumerate(order):
        if each.bidder in willing:
            stands = standing(order[place:], start, reserve, currency)
            return (each.bidder, stands.price) if stands.reserve_met else None
    return None


def next_bid(stands: Standing, currency: str) -> int:
    """Return the lowest bid that somebody who does not lead can make now."""
    if stands.leader is None:
        return stands.price
    return min(stands.price + step(stands.price, currency), MAX_BID)
