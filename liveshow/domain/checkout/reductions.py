"""What a buyer need not pay of a price, and who pays it instead.

A reduction is of the items, never of the shipping. It is frozen in the payment and in the order,
and each has an account in the ledger (``domain.money``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from liveshow.domain.money import Payer
from liveshow.domain.values import Value

ReductionKind = Literal["coupon"]


class Reduction(Value, frozen=True):
    """So much is taken off the items of a parcel (minor units). ``label``: what buyers call it."""

    kind: ReductionKind
    label: str
    payer: Payer
    amount: int


def paid_by(reductions: Iterable[Reduction]) -> dict[Payer, int]:
    """Return what reductions come to, by who pays them."""
    sums: dict[Payer, int] = {}
    for each in reductions:
        sums[each.payer] = sums.get(each.payer, 0) + each.amount
    return sums


def split(amount: int, shares: Sequence[int]) -> list[int]:
    """Split an amount in proportion to shares (minor units), exactly and no part above its share.

    What rounding down leaves goes one by one to those that lost most by it, the first of equals.

    Raises:
        ValueError: the amount is more than all shares together.
    """
    whole = sum(shares)
    if not 0 <= amount <= whole:
        raise ValueError(f"{amount} of {whole}")
    if not amount:
        return [0] * len(shares)
    parts = [amount * share // whole for share in shares]
    lost = sorted(range(len(shares)), key=lambda n: (-(amount * shares[n] % whole), n))
    for n in lost[: amount - sum(parts)]:
        parts[n] += 1
    return parts
