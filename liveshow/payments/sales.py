"""What is claimed and sold in a show, for those who run it; ``liveshow.store.sales`` answers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, Protocol

from liveshow.domain.claims.events import Via
from liveshow.domain.values import ItemRef, Person, Value
from liveshow.payments.records import OrderStatus

# ``paying``: at checkout. ``released``: given back by the buyer, ``expired``: it ran out,
# ``taken_back``: by the team. What was paid is as its order is.
Unpaid = Literal["waiting", "held", "paying", "released", "expired", "taken_back"]
SaleState = Literal[Unpaid, OrderStatus]


class Sale(Value, frozen=True):
    """A claim or a place in line, with what became of it.

    ``until`` (ms) is of what is held. ``order`` is its id, once it is paid. Where a buyer lives is
    no part of it: of a lent piece that is its owner's business alone.
    """

    id: str
    at: int
    state: SaleState
    user: Person
    owner: Person
    item: ItemRef
    variant_id: str
    variant: str
    quantity: int
    price: int
    via: Via | None
    until: int | None
    order: str | None


class SalesQueries(Protocol):
    async def sales(
        self,
        show_id: str,
        *,
        states: Collection[str],
        text: str,
        user: str | None,
        before: tuple[int, str] | None,
        limit: int,
    ) -> tuple[list[Sale], tuple[int, str] | None]:
        """Claims and places in line of a show before one, newest first, and where to go on from.

        ``states``: all, when there are none. ``text`` is in a name, a handle, a title or a size,
        however it is cased, or is the number of the item. A page may be empty and not the last.
        """
