"""What of the money of an order can be paid out. Pure; times are milliseconds, amounts minor units.

What a seller or a host has earned with an order is theirs some days after it was delivered. What a
case is about stays frozen as long as it is open: its own lines alone. What they owe, because money
went back after it was paid out, is taken from the next payout.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from liveshow.domain.values import Value

DAY_MS = 86_400_000
# Nothing is sent or waited for any more.
OVER = ("refunded", "cancelled")


@dataclass(frozen=True, slots=True)
class Owed:
    """What the house owes somebody for one order and has not paid out; below 0 they owe it.

    ``disputed`` is the most that an open case, or a dispute at a bank, can take of it.
    """

    order: str
    currency: str
    amount: int
    status: str
    delivered_at: int | None
    disputed: int = 0


@dataclass(frozen=True, slots=True)
class Portion:
    """What an order's money is: ``held`` until its time, ``frozen`` by a case, ``available``."""

    held: int = 0
    frozen: int = 0
    available: int = 0


class Standing(Value, frozen=True):
    """Somebody's money in one currency. ``next_at``: when more of it becomes available."""

    currency: str
    held: int
    frozen: int
    available: int
    paid: int
    next_at: int | None


def portion(owed: Owed, now: int, days: int) -> Portion:
    """Divide what is owed for an order, ``days`` after delivery."""
    if owed.amount <= 0 or owed.status in OVER:
        return Portion(available=owed.amount)
    frozen = min(owed.amount, owed.disputed)
    rest = owed.amount - frozen
    at = available_at(owed, days)
    if at is None or now < at:
        return Portion(held=rest, frozen=frozen)
    return Portion(frozen=frozen, available=rest)


def available_at(owed: Owed, days: int) -> int | None:
    """When the money of an order is available; None as long as it was not delivered."""
    return None if owed.delivered_at is None else owed.delivered_at + days * DAY_MS


def standings(orders: Iterable[Owed], paid: dict[str, int], now: int, days: int) -> list[Standing]:
    """Add up what somebody has by currency; ``paid``: what they were paid so far."""
    by_currency: dict[str, list[Owed]] = {currency: [] for currency in paid}
    for owed in orders:
        by_currency.setdefault(owed.currency, []).append(owed)
    return [
        _standing(currency, of, paid.get(currency, 0), now, days)
        for currency, of in sorted(by_currency.items())
    ]


def _standing(currency: str, of: list[Owed], paid: int, now: int, days: int) -> Standing:
    parts = [portion(owed, now, days) for owed in of]
    times = [at for owed in of if (at := available_at(owed, days)) is not None and at > now]
    return Standing(
        currency=currency,
        held=sum(part.held for part in parts),
        frozen=sum(part.frozen for part in parts),
        available=sum(part.available for part in parts),
        paid=paid,
        next_at=min(times, default=None),
    )


def payable(orders: Iterable[Owed], now: int, days: int) -> list[tuple[str, int]]:
    """Return what is paid out of which orders, what is owed back among it."""
    parts = ((owed.order, portion(owed, now, days).available) for owed in orders)
    return [(order, amount) for order, amount in parts if amount]
