"""What the ledger of a show adds up to for one who sells in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from liveshow.domain.money import DISCOUNTS, Account
from liveshow.payments.records import Balance


@dataclass(frozen=True, slots=True)
class OrderSum:
    """Orders of a show in which somebody is the owner or the host, added up."""

    #: Whether they are the owner in these.
    owned: bool
    orders: int
    items: int
    shipping: int


@dataclass(frozen=True, slots=True)
class LedgerSum:
    """Lines of the ledger of one kind and account, added up. Signs as in ``domain.money``."""

    kind: str
    account: Account
    #: Whether the lines are theirs, and whether they own what was sold.
    own_posting: bool
    own_order: bool
    amount: int


@dataclass(frozen=True, slots=True)
class Money:
    """What concerns one person's money in one show."""

    currency: str
    #: Whether they are the host, and whether they have or had a listing in the run of show.
    hosts: bool
    lends: bool
    orders: Sequence[OrderSum]
    #: Lines that are theirs, and all lines of orders that they own.
    lines: Sequence[LedgerSum]
    #: What is theirs of orders whose payment is disputed at a bank, or was lost there.
    withheld: int = 0

    @property
    def sells(self) -> bool:
        """Whether they sell in the show, or have sold in it."""
        return self.hosts or self.lends or any(part.owned for part in self.orders)


def balance_of(money: Money) -> Balance:
    """Reckon what somebody has in a show, in minor units of its currency."""
    fees = commission_paid = commission_earned = support = discounts = refunds = balance = 0
    for line in money.lines:
        # The house owes people what is negative in its books.
        owed = -line.amount
        if line.own_posting:
            balance += owed
            if line.kind == "refund":
                refunds -= owed
            elif line.account == "host":
                commission_earned += owed
            elif line.account == "host_shipping":
                support += owed
            elif line.account in DISCOUNTS.values():
                discounts -= owed
        if line.kind == "sale" and line.own_order:
            if line.account == "operator":
                fees += owed
            elif line.account == "host":
                commission_paid += owed
            elif line.account == "host_shipping" and not line.own_posting:
                support -= owed
    own = [part for part in money.orders if part.owned]
    return Balance(
        currency=money.currency,
        sales=sum(part.items for part in own),
        shipping=sum(part.shipping for part in own),
        shipping_support=support,
        commission_paid=commission_paid,
        commission_earned=commission_earned,
        discounts=discounts,
        fees=fees,
        refunds=refunds,
        balance=balance,
        withheld=money.withheld,
        orders=sum(part.orders for part in money.orders),
    )
