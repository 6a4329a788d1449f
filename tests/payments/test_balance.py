"""What the sums of a ledger amount to for one person, without a database."""

from __future__ import annotations

from liveshow.payments.ledger import LedgerSum, Money, OrderSum, balance_of


def test_an_owner_has_what_was_paid_less_commission_and_fee() -> None:
    money = Money(
        currency="USD",
        hosts=False,
        lends=True,
        orders=[OrderSum(owned=True, orders=2, items=3_000, shipping=500)],
        lines=[
            LedgerSum("sale", "provider", own_posting=False, own_order=True, amount=3_500),
            LedgerSum("sale", "owner", own_posting=True, own_order=True, amount=-2_750),
            LedgerSum("sale", "host", own_posting=False, own_order=True, amount=-600),
            LedgerSum("sale", "operator", own_posting=False, own_order=True, amount=-150),
        ],
    )
    balance = balance_of(money)
    assert (balance.sales, balance.shipping, balance.orders) == (3_000, 500, 2)
    assert (balance.commission_paid, balance.fees, balance.balance) == (600, 150, 2_750)


def test_a_host_has_the_commission_and_counts_the_orders_of_others() -> None:
    money = Money(
        currency="USD",
        hosts=True,
        lends=False,
        orders=[OrderSum(owned=False, orders=3, items=9_000, shipping=100)],
        lines=[LedgerSum("sale", "host", own_posting=True, own_order=False, amount=-600)],
    )
    balance = balance_of(money)
    assert (balance.commission_earned, balance.balance, balance.orders) == (600, 600, 3)
    assert (balance.sales, balance.shipping, balance.commission_paid) == (0, 0, 0)


def test_what_is_sent_back_is_told_as_refunds_and_leaves_nothing() -> None:
    money = Money(
        currency="USD",
        hosts=True,
        lends=True,
        orders=[OrderSum(owned=True, orders=1, items=2_000, shipping=0)],
        lines=[
            LedgerSum("sale", "owner", own_posting=True, own_order=True, amount=-2_000),
            LedgerSum("refund", "owner", own_posting=True, own_order=True, amount=2_000),
        ],
    )
    balance = balance_of(money)
    assert (balance.refunds, balance.balance) == (2_000, 0)


def test_whoever_has_neither_a_listing_nor_an_order_in_a_show_sells_nothing_there() -> None:
    def sells(*, hosts: bool = False, lends: bool = False, owned: bool | None = None) -> bool:
        orders = [] if owned is None else [OrderSum(owned, 1, 100, 0)]
        return Money("USD", hosts, lends, orders, []).sells

    assert not sells()
    assert sells(hosts=True)
    assert sells(lends=True)
    assert sells(owned=True)
    assert not sells(owned=False)
