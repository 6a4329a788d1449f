"""Double entry for orders: who gets what of a buyer's money.

Signs: what the payment provider owes the house is positive, and what somebody pays for the buyer (a
discount, a part of the shipping); what the house owes to people is negative, so that the lines of
an order always sum to zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from liveshow.domain.values import Value

# Who pays for it that a buyer pays less than the price.
Payer = Literal["owner", "host", "operator"]
Account = Literal[
    "provider",
    "owner",
    "host",
    "host_shipping",
    "operator",
    "owner_discount",
    "host_discount",
    "operator_discount",
    # What somebody was paid, and where it came from: no matter of the order that earned it.
    "paid_out",
    "bank",
]
DISCOUNTS: Mapping[Payer, Account] = {
    "owner": "owner_discount",
    "host": "host_discount",
    "operator": "operator_discount",
}
NO_DISCOUNT: Mapping[Payer, int] = {}


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
    discounts: Mapping[Payer, int] = NO_DISCOUNT,
) -> list[Posting]:
    """Ledger of a sale: ``lines`` are ``(amount, commission percent)``.

    An amount is the price less what the owner takes off it. Fee and commission are of that: of what
    the buyer pays for the items, and what others than the owner pay for them (``discounts``, by who
    pays). They are rounded down, in the owner's favour. Shipping goes to the owner whole, and what
    the host adds to it (``support``).
    """
    amounts = list(lines)
    earned = sum(amount for amount, _ in amounts)
    items = earned + discounts.get("owner", 0)
    commission = sum(amount * percent // 100 for amount, percent in amounts)
    # Whatever the operator asks for, nobody pays for having sold something.
    fee = min(earned * fee_percent // 100, earned - commission)
    users: Mapping[Payer, str | None] = {"owner": owner, "host": host, "operator": None}
    ledger = [
        Posting("provider", None, items - sum(discounts.values()) + shipping),
        Posting("owner", owner, -(items + shipping + support - fee - commission)),
        Posting("host", host, -commission),
        Posting("host_shipping", host, support),
        Posting("operator", None, -fee),
        *(Posting(DISCOUNTS[who], users[who], amount) for who, amount in discounts.items()),
    ]
    return [line for line in ledger if line.amount]


def refund_postings(ledger: Iterable[Posting], amount: int, kept: int = 0) -> list[Posting]:
    """Ledger lines that give ``amount`` of an order back; with those so far they sum to zero.

    Everybody gives back their share of what is left, rounded down, and gets back that of what they
    paid for the buyer; the owner bears the rest, as far as they have it. ``kept`` is shipping that
    stays the owner's: with the amount it is all that is left.
    """
    left: dict[tuple[Account, str | None], int] = {}
    for line in ledger:
        key = (line.account, line.user)
        left[key] = left.get(key, 0) + line.amount
    paid = sum(amount for (account, _), amount in left.items() if account == "provider")
    taken = amount + kept
    back: dict[tuple[Account, str | None], int] = {}
    for key, owed in left.items():
        if key[0] not in ("provider", "owner"):
            share = abs(owed) if taken == paid else abs(owed) * amount // max(paid, 1)
            back[key] = -share if owed > 0 else share
    owner = next((key for key in left if key[0] == "owner"), ("owner", None))
    back["provider", None] = -amount
    rest = -sum(back.values())
    back[owner] = rest - _borne_by_others(left, back, owner, rest)
    return [Posting(account, user, amount) for (account, user), amount in back.items() if amount]


def _borne_by_others(
    left: Mapping[tuple[Account, str | None], int],
    back: dict[tuple[Account, str | None], int],
    owner: tuple[Account, str | None],
    rest: int,
) -> int:
    """Round up what others give back, where rounding down takes more than the owner has."""
    theirs = -left.get(owner, 0) - left.get(("owner_discount", owner[1]), 0)
    gives = rest + back.get(("owner_discount", owner[1]), 0)
    over = max(0, gives - theirs)
    borne = 0
    for key, owed in left.items():
        if borne < over and owed < 0 and key != owner and back.get(key, 0) < -owed:
            back[key] += 1
            borne += 1
    return borne
