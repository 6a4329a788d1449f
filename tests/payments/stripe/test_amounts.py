"""Minor units of ISO 4217 against Stripe's (docs.stripe.com/currencies)."""

from __future__ import annotations

import pytest

from liveshow.payments.stripe.amounts import NotChargeable, from_stripe, to_stripe


@pytest.mark.parametrize(
    ("amount", "currency", "stripe"),
    [
        (1000, "USD", 1000),
        (500, "JPY", 500),
        (500, "KRW", 500),
        (5, "UGX", 500),
        (5, "ISK", 500),
        (1045, "HUF", 1045),
        (80045, "TWD", 80045),
        (500, "MGA", 5),
        (5120, "KWD", 5120),
    ],
)
def test_an_amount_is_counted_as_stripe_counts_it(amount: int, currency: str, stripe: int) -> None:
    assert to_stripe(amount, currency) == stripe
    assert from_stripe(stripe, currency) == amount


@pytest.mark.parametrize(("amount", "currency"), [(5124, "KWD"), (1, "BHD"), (550, "MGA")])
def test_nobody_is_charged_a_rounded_amount(amount: int, currency: str) -> None:
    with pytest.raises(NotChargeable):
        to_stripe(amount, currency)
