"""Whoever takes something off a price pays for it themselves, also when money goes back."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from liveshow.domain.checkout.reductions import Reduction, paid_by, split
from liveshow.domain.money import DISCOUNTS, Account, Payer, Posting, refund_postings, sale_postings
from liveshow.payments.ledger import LedgerSum, Money, OrderSum, balance_of

prices = st.integers(1, 99_999_999)
percents = st.integers(0, 90)
PAYERS: tuple[Payer, ...] = ("owner", "host", "operator")


@st.composite
def discounted(draw: st.DrawFn) -> tuple[list[tuple[int, int]], dict[Payer, int], int, int]:
    """``(lines less what the owner takes off, discounts by payer, items, floor)``."""
    floors = draw(st.lists(st.integers(1, 9_999), min_size=1, max_size=4))
    amounts = [floor + draw(st.integers(0, 9_999)) for floor in floors]
    room = [amount - floor for amount, floor in zip(amounts, floors, strict=True)]
    own = draw(st.integers(0, sum(room)))
    lines = [
        (amount - off, draw(percents))
        for amount, off in zip(amounts, split(own, room), strict=True)
    ]
    rest = sum(amounts) - own
    host = draw(st.integers(0, rest))
    operator = draw(st.integers(0, rest - host))
    discounts: dict[Payer, int] = {"owner": own, "host": host, "operator": operator}
    return lines, discounts, sum(amounts), sum(floors)


def _sums(ledger: Iterable[Posting]) -> dict[Account, int]:
    sums: dict[Account, int] = {}
    for line in ledger:
        sums[line.account] = sums.get(line.account, 0) + line.amount
    return sums


@given(discounted(), st.integers(0, 9_999), st.integers(0, 9_999), st.integers(0, 10))
def test_a_discounted_sale_sums_to_zero_and_leaves_the_owner_what_they_set(
    sale: tuple[list[tuple[int, int]], dict[Payer, int], int, int],
    shipping: int,
    support: int,
    fee: int,
) -> None:
    lines, discounts, items, floor = sale
    ledger = sale_postings(
        lines, shipping, support, owner="o", host="h", fee_percent=fee, discounts=discounts
    )
    sums = _sums(ledger)
    assert sum(sums.values()) == 0
    assert sums.get("provider", 0) == items - sum(discounts.values()) + shipping
    assert {payer: sums.get(DISCOUNTS[payer], 0) for payer in PAYERS} == discounts
    # Before fee and commission the owner has their floor, whatever others give away.
    taken = -(sums.get("host", 0) + sums.get("operator", 0))
    owner = -sums["owner"] - discounts["owner"]
    assert owner + taken == items - discounts["owner"] + shipping + support
    assert owner + taken >= floor
    assert owner >= shipping + support


@given(discounted(), st.integers(0, 9_999), st.integers(0, 10))
def test_what_others_give_away_is_none_of_the_owners_business(
    sale: tuple[list[tuple[int, int]], dict[Payer, int], int, int], shipping: int, fee: int
) -> None:
    lines, discounts, _, _ = sale
    own: dict[Payer, int] = {"owner": discounts["owner"]}
    ledgers = [
        _sums(
            sale_postings(
                lines, shipping, owner="o", host="h", fee_percent=fee, discounts=discounted_by
            )
        )
        for discounted_by in (discounts, own)
    ]
    for account in ("owner", "owner_discount", "host", "operator"):
        assert ledgers[0].get(account) == ledgers[1].get(account)


@given(
    discounted(),
    st.integers(0, 999),
    st.integers(0, 999),
    st.integers(0, 100),
    st.lists(st.integers(1, 10**5), max_size=6),
)
def test_refunds_in_parts_leave_nobody_in_debt_and_give_all_of_it_back(
    sale: tuple[list[tuple[int, int]], dict[Payer, int], int, int],
    shipping: int,
    support: int,
    fee: int,
    parts: list[int],
) -> None:
    lines, discounts, items, _ = sale
    ledger = sale_postings(
        lines, shipping, support, owner="o", host="h", fee_percent=fee, discounts=discounts
    )
    left = items - sum(discounts.values()) + shipping
    for part in (*parts, left):
        amount = min(part, left)
        if not amount:
            break
        back = refund_postings(ledger, amount)
        assert sum(line.amount for line in back) == 0
        ledger, left = [*ledger, *back], left - amount
        sums = _sums(ledger)
        assert sums.get("provider", 0) == left
        assert sums.get("owner", 0) + sums.get("owner_discount", 0) <= 0
        assert all(sums.get(account, 0) <= 0 for account in ("host", "operator"))
        for payer in PAYERS:
            assert 0 <= sums.get(DISCOUNTS[payer], 0) <= discounts[payer]
    if items + shipping > sum(discounts.values()):
        ledger += refund_postings(ledger, left) if left else []
        assert not any(_sums(ledger).values())


def test_half_of_an_order_gives_half_of_the_discount_back() -> None:
    discounts: dict[Payer, int] = {"host": 2_000}
    ledger = sale_postings(
        [(10_000, 10)], 0, owner="o", host="h", fee_percent=5, discounts=discounts
    )
    assert _sums(ledger) == {
        "provider": 8_000,
        "owner": -8_500,
        "host": -1_000,
        "operator": -500,
        "host_discount": 2_000,
    }
    assert _sums(refund_postings(ledger, 4_000)) == {
        "provider": -4_000,
        "owner": 4_250,
        "host": 500,
        "operator": 250,
        "host_discount": -1_000,
    }


def test_the_last_cent_is_not_taken_from_an_owner_who_has_none() -> None:
    ledger = sale_postings([(100, 10)], 0, owner="o", host="h", fee_percent=5)
    assert _sums(refund_postings(ledger, 99)) == {
        "provider": -99,
        "owner": 85,
        "host": 10,
        "operator": 4,
    }


@given(st.lists(prices, min_size=1, max_size=9), st.data())
def test_a_split_is_exact_and_takes_nothing_that_is_not_there(
    shares: list[int], data: st.DataObject
) -> None:
    amount = data.draw(st.integers(0, sum(shares)))
    parts = split(amount, shares)
    assert sum(parts) == amount
    assert all(0 <= part <= share for part, share in zip(parts, shares, strict=True))
    exact = [amount * share / sum(shares) for share in shares]
    assert all(abs(part - due) < 1.001 for part, due in zip(parts, exact, strict=True))


def test_reductions_are_added_up_by_who_pays_them() -> None:
    off = [
        Reduction("coupon", "SPRING", "host", 300),
        Reduction("coupon", "WELCOME", "owner", 200),
        Reduction("coupon", "SPRING", "owner", 50),
    ]
    assert paid_by(off) == {"host": 300, "owner": 250}


def test_a_balance_says_what_one_pays_of_discounts() -> None:
    def mine(account: Account, amount: int, kind: str = "sale") -> LedgerSum:
        return LedgerSum(kind, account, own_posting=True, own_order=True, amount=amount)

    def others(account: Account, amount: int) -> LedgerSum:
        return LedgerSum("sale", account, own_posting=False, own_order=True, amount=amount)

    balance = balance_of(
        Money(
            currency="USD",
            hosts=False,
            lends=True,
            orders=[OrderSum(owned=True, orders=1, items=10_000, shipping=500)],
            lines=[
                mine("owner", -9_200),
                mine("owner_discount", 1_000),
                others("host", -900),
                others("host_discount", 700),
                others("operator", -400),
            ],
        )
    )
    assert (balance.discounts, balance.balance) == (1_000, 8_200)
    assert balance.balance == (
        balance.sales
        + balance.shipping
        - balance.discounts
        - balance.commission_paid
        - balance.fees
        - balance.refunds
    )
