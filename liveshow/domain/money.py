"""Double entry for orders: who gets what of a buyer's money.

Signs: what the payment provider owes the house is positive, what the house owes to
people is negative, so that the lines of an order always sum to zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from liveshow.domain.values import Value

Account = Literal["provider", "owner", "host", "operator"]


class LedgerLine(Value, frozen=True):
    """What an account gets or owes, in minor units; ``user`` is whose account it is."""

    account: Account
    user: str | None
    amount: int


def sale_lines(
    lines: Iterable[tuple[int, int]],
    shipping: int,
    *,
    owner: str,
    host: str,
    fee_percent: int,
) -> list[LedgerLine]:
    """Ledger of a sale: ``lines`` are ``(amount, commission percent)``.

    Shipping goes to the owner whole. Fee and commission are rounded down, in the owner's
    favour.
    """
    amounts = list(lines)
    items = sum(amount for amount, _ in amounts)
    commission = sum(amount * percent // 100 for amount, percent in amounts)
    # Whatever the operator asks for, nobody pays for having sold something.
    fee = min(items * fee_percent // 100, items - commission)
    ledger = [
        LedgerLine("provider", None, items + shipping),
        LedgerLine("owner", owner, -(items + shipping - fee - commission)),
        LedgerLine("host", host, -commission),
        LedgerLine("operator", None, -fee),
    ]
    return [line for line in ledger if line.amount]


def refund_lines(sale: Iterable[LedgerLine]) -> list[LedgerLine]:
    """The exact reverse of a sale."""
    return [LedgerLine(line.account, line.user, -line.amount) for line in sale]
