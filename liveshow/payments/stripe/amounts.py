"""Amounts as Stripe counts them.

Ours are in minor units of ISO 4217. Stripe's differ for a few currencies
(docs.stripe.com/currencies, "Zero-decimal currencies" and "Special cases"):

* ISK and UGX have no decimals any more; Stripe still counts hundredths, which are always 00.
* MGA has two decimals by ISO 4217, which nobody pays with; Stripe counts whole ones.
* BHD, JOD, KWD, OMR and TND have three decimals, the last of which has to be 0.

HUF and TWD are special for payouts of Stripe only; they are charged with two decimals.
"""

from __future__ import annotations

_COUNTED_IN_HUNDREDTHS = frozenset({"ISK", "UGX"})
_COUNTED_WHOLE = frozenset({"MGA"})
_LAST_DIGIT_IS_0 = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


class NotChargeable(ValueError):
    """Stripe cannot take exactly this amount; ``step`` is what amounts are multiples of."""

    def __init__(self, amount: int, currency: str, step: int) -> None:
        super().__init__(f"{amount} {currency} is not a multiple of {step}")
        self.step = step


def to_stripe(amount: int, currency: str) -> int:
    """Return an amount as Stripe counts it; raise :class:`NotChargeable`.

    Nothing is rounded: a buyer is charged what they were shown.
    """
    if currency in _COUNTED_IN_HUNDREDTHS:
        return amount * 100
    if currency in _COUNTED_WHOLE:
        _check(amount, currency, 100)
        return amount // 100
    if currency in _LAST_DIGIT_IS_0:
        _check(amount, currency, 10)
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """Return an amount of Stripe in minor units of ISO 4217; parts of one are dropped."""
    if currency in _COUNTED_IN_HUNDREDTHS:
        return amount // 100
    if currency in _COUNTED_WHOLE:
        return amount * 100
    return amount


def _check(amount: int, currency: str, step: int) -> None:
    if amount % step:
        raise NotChargeable(amount, currency, step)
