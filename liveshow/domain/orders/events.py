"""What happens to orders that are taken back, and to their pieces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import msgspec

from liveshow.domain.money import Posting
from liveshow.domain.show.events import Event
from liveshow.domain.values import Person, StockMove, Variant

if TYPE_CHECKING:
    from liveshow.domain.show.facts import Facts
    from liveshow.domain.show.state import ShowState

# What an order is afterwards; ``""``: as before, a part of the money went back.
OrderEnd = Literal["refunded", "cancelled"]
TakenBack = Literal["", OrderEnd]


class OrderRefunded(Event, frozen=True):
    """Money of an order goes back, all that is left of it or a part.

    ``kept`` stays paid for the shipping of what the buyer still gets in the same parcel.
    ``ledger`` are the lines that take the sale back; they sum to zero.
    """

    type = "order.refunded"
    private_to = "user"

    order: str
    refund: str
    user: Person
    seller: Person
    by: Person
    amount: int
    kept: int
    status: TakenBack
    reason: str
    ledger: list[Posting]

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)

    def learned(self, facts: Facts, state: ShowState) -> None:
        from liveshow.domain.orders.facts import ORDERS

        if known := facts.get(ORDERS, self.order):
            facts.learn(
                ORDERS,
                self.order,
                replace(
                    known,
                    status=self.status or known.status,
                    refunded=known.refunded + self.amount,
                    ledger=[*known.ledger, *self.ledger],
                ),
            )


class OrderShipped(Event, frozen=True):
    """An order left its owner, and with it its parcel: what is claimed from now on is sent apart.

    ``closes`` are the orders that had paid for the parcel, in the order of their payments. It is
    empty when the parcel had left before, with another order.
    """

    type = "order.shipped"
    private_to = "user"

    order: str
    user: Person
    seller: Person
    carrier: str
    tracking: str
    closes: list[str]

    def concerns(self, state: ShowState) -> Iterable[str]:
        # What they hold is sent in another parcel now, and costs what that costs.
        return (self.user.id,)

    def learned(self, facts: Facts, state: ShowState) -> None:
        from liveshow.domain.orders.facts import ORDERS

        if known := facts.get(ORDERS, self.order):
            facts.learn(ORDERS, self.order, replace(known, status="shipped"))


class OrderRestocked(Event, frozen=True):
    """Its owner, who is the ``user``, has said whether the pieces of an order can be sold again."""

    type = "order.restocked"
    private_to = "user"

    order: str
    user: Person
    restock: bool

    def learned(self, facts: Facts, state: ShowState) -> None:
        from liveshow.domain.orders.facts import ORDERS

        if known := facts.get(ORDERS, self.order):
            facts.learn(ORDERS, self.order, replace(known, restocked=self.restock))


class ItemReturned(Event, frozen=True):
    """Pieces that were sold are there again."""

    type = "item.returned"

    item: str
    claim: str
    variant: str
    quantity: int
    variants: list[Variant] = []
    sold_out: bool = False

    def moves(self) -> Iterable[StockMove]:
        return (StockMove(self.variant, sold=-self.quantity),)

    def frees(self) -> str:
        return self.item

    def completed(self, state: ShowState) -> ItemReturned:
        from liveshow.domain.run_of_show.state import RunOfShow

        item = state[RunOfShow].items[self.item]
        return msgspec.structs.replace(self, variants=item.variants, sold_out=item.sold_out)


EVENTS = (OrderRefunded, OrderShipped, OrderRestocked, ItemReturned)
