"""What of an order's money can be paid out, and when. No database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveshow.payouts.terms import DAY_MS, OVER, Owed, Portion, payable, portion, standings

NOW = 1_800_000_000_000
STATUSES = ("paid", "packed", "shipped", "delivered", "not_as_described", *OVER)


def owed(amount: int = 1_000, **fields: object) -> Owed:
    known = {"status": "delivered", "delivered_at": NOW, "disputed": 0, **fields}
    return Owed("order", "USD", amount, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", ["paid", "packed", "shipped"])
def test_what_was_not_delivered_is_held(status: str) -> None:
    assert portion(owed(status=status, delivered_at=None), NOW, 3) == Portion(held=1_000)


def test_what_was_delivered_is_available_some_days_later() -> None:
    assert portion(owed(), NOW + 3 * DAY_MS - 1, 3) == Portion(held=1_000)
    assert portion(owed(), NOW + 3 * DAY_MS, 3) == Portion(available=1_000)


def test_an_open_case_freezes_what_it_is_about_alone() -> None:
    late = NOW + 3 * DAY_MS
    assert portion(owed(disputed=300), late, 3) == Portion(frozen=300, available=700)
    assert portion(owed(disputed=300), NOW, 3) == Portion(held=700, frozen=300)
    # A case is about what the buyer paid, which is more than the owner gets of it.
    assert portion(owed(disputed=5_000), late, 3) == Portion(frozen=1_000)


@pytest.mark.parametrize("status", STATUSES)
def test_what_somebody_owes_is_taken_from_the_next_payout(status: str) -> None:
    assert portion(owed(-400, status=status, delivered_at=None), NOW, 3).available == -400
    orders = [owed(status="delivered", delivered_at=NOW - 3 * DAY_MS), owed(-400, status=status)]
    assert sum(amount for _, amount in payable(orders, NOW, 3)) == 600


def test_what_is_over_waits_for_nothing() -> None:
    for status in OVER:
        assert portion(owed(50, status=status, delivered_at=None), NOW, 3).available == 50


_owed = st.builds(
    Owed,
    order=st.just("order"),
    currency=st.sampled_from(["USD", "EUR"]),
    amount=st.integers(-10_000, 10_000),
    status=st.sampled_from(STATUSES),
    delivered_at=st.none() | st.integers(NOW - 9 * DAY_MS, NOW),
    disputed=st.integers(0, 12_000),
)


@given(orders=st.lists(_owed, max_size=20), paid=st.integers(0, 10_000), days=st.integers(0, 9))
def test_every_cent_is_held_frozen_or_available(orders: list[Owed], paid: int, days: int) -> None:
    found = {each.currency: each for each in standings(orders, {"USD": paid}, NOW, days)}
    for currency in ("USD", "EUR"):
        mine = [each for each in orders if each.currency == currency]
        if currency not in found:
            assert not mine
            continue
        each = found[currency]
        assert each.held + each.frozen + each.available == sum(one.amount for one in mine)
        assert each.held >= 0
        assert each.frozen >= 0
        assert each.available == sum(amount for _, amount in payable(mine, NOW, days))
    assert found["USD"].paid == paid
