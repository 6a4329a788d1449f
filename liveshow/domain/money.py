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


def refund_postings(ledger: Iterable[Posting], amount: int, kept: int = 0) -> list[Posting]:
    """Ledger lines that give ``amount`` of an order back; with those so far they sum to zero.

    Everybody gives back their share of what is left, rounded down; the owner bears the rest.
    ``kept`` is shipping that stays the owner's: with the amount it is all that is left.
    """
    left: dict[tuple[Account, str | None], int] = {}
    for line in ledger:
        key = (line.account, line.user)
        left[key] = left.get(key, 0) + line.amount
    paid = sum(amount for (account, _), amount in left.items() if account == "provider")
    taken = amount + kept
    back: list[Posting] = []
    for (account, user), owed in left.items():
        if account not in ("provider", "owner"):
            share = abs(owed) if taken == paid else abs(owed) * amount // max(paid, 1)
            back.append(Posting(account, user, -share if owed > 0 else share))
    owner = next((user for account, user in left if account == "owner"), None)
    others = sum(line.amount for line in back)
    back += [Posting("provider", None, -amount), Posting("owner", owner, amount - others)]
    return [line for line in back if line.amount]
