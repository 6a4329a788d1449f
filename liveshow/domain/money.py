"""Double entry for orders: who gets what of a buyer's money.

Signs: what the payment provider owes the house is positive, what the house owes to
people is negative, so that the lines of an order always sum to zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from liveshow.domain.values import Value

Account = Literal["provider", "owner", "host", "host_shipping", "operator"]


class Posting(Value, frozen=True):
    """What an account gets or owes, in minor units; ``user`` is whose account it is."""

    account: Account
    user: str | None
    amount: int


def sale_postings(
    lines: Iterable[tuple[int, int]],
    shipping: int,
    support: int = 0,
    *,
    owner: str,
    host: str,
    fee_percent: int,
) -> list[Posting]:
    """Ledger of a sale: ``lines`` are ``(amount, commission percent)``.

    Shipping goes to the owner whole, and what the host adds to it (``support``). Fee and commission
    are rounded down, in the owner's favour.
    """
    amounts = list(lines)
    items = sum(amount for amount, _ in amounts)
    commission = sum(amount * percent // 100 for amount, percent in amounts)
    # Whatever the operator asks for, nobody pays for having sold something.
    fee = min(items * fee_percent // 100, items - commission)
    ledger = [
        Posting("provider", None, items + shipping),
        Posting("owner", owner, -(items + shipping + support - fee - commission)),
        Posting("host", host, -commission),
        Posting("host_shipping", host, support),
        Posting("operator", None, -fee),
    ]
    return [line for line in ledger if line.amount]


def refund_postings(sale: Iterable[Posting]) -> list[Posting]:
    """The exact reverse of a sale."""
    return [Posting(line.account, line.user, -line.amount) for line in sale]
