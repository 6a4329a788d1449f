"""What decisions about orders need to know of them."""

from __future__ import annotations

from dataclasses import dataclass

from liveshow.domain.money import Posting
from liveshow.domain.show.facts import Fact
from liveshow.domain.values import Person, Value

# Who has waited so long for something to be sent need not wait any longer.
SHIPS_MS = 7 * 24 * 3_600_000


class SoldLine(Value, frozen=True):
    """A line of an order, as far as its pieces can come back. Old orders do not name the claim."""

    quantity: int
    title: str = ""
    number: int = 0
    item: str = ""
    listing: str = ""
    variant_id: str = ""
    claim: str = ""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order. ``ledger``: all its lines so far. ``restocked``: None until its owner has said."""

    id: str
    payment: str
    status: str
    buyer: Person
    owner: Person
    shipping: int
    total: int
    refunded: int
    restocked: bool | None
    lines: list[SoldLine]
    ledger: list[Posting]
    paid_at: int = 0

    @property
    def ship_by(self) -> int:
        """Until when (ms) it is to be sent. Then its buyer may take it back, packed or not."""
        return self.paid_at + SHIPS_MS

    @property
    def left(self) -> int:
        """What was paid and has not gone back."""
        return self.total - self.refunded


# By order id. Its row stays locked until the batch is over: it is packed before it, or after it.
# Only the room of its show locks more than one, so nobody waits in a circle.
ORDERS: Fact[str, OrderFacts] = Fact("orders")
