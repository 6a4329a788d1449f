"""What happens to the run of show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from liveshow.domain.run_of_show.views import ItemView
from liveshow.domain.show.events import STAFF, Event
from liveshow.domain.values import Lending, Person, StockMove, Variant

if TYPE_CHECKING:
    from liveshow.domain.show.state import ShowState

RemovedReason = Literal["removed", "mandate_revoked", "mandate_expired", "archived"]


def _buyers(state: ShowState, item: str) -> Iterable[str]:
    """Everybody who holds an item or waits for it."""
    from liveshow.domain.claims.state import Claims

    return state[Claims].buyers_of(item)


class ItemAdded(Event, frozen=True):
    type = "item.added"

    item: ItemView
    at_index: int
    lending: Annotated[Lending | None, STAFF]


class ItemRemoved(Event, frozen=True):
    """It leaves the run of show; what is held of it stays held."""

    type = "item.removed"

    item: str
    reason: RemovedReason

    def concerns(self, state: ShowState) -> Iterable[str]:
        return _buyers(state, self.item)


class ItemMoved(Event, frozen=True):
    type = "item.moved"

    order: list[str]


class ItemChanged(Event, frozen=True):
    """Its listing or its mandate changed: the whole item again."""

    type = "item.changed"

    item: ItemView
    lending: Annotated[Lending | None, STAFF]

    def frees(self) -> str:
        return self.item.id

    def concerns(self, state: ShowState) -> Iterable[str]:
        return _buyers(state, self.item.id)


class ItemPinned(Event, frozen=True):
    type = "item.pinned"
    supersedes = "item"

    item: str


class ItemUnpinned(Event, frozen=True):
    type = "item.unpinned"

    item: str


class ItemRepriced(Event, frozen=True):
    """``was`` it cost until now; ``lowest`` of the 30 days before, if it costs less from now on."""

    type = "item.repriced"
    supersedes = "item"

    item: str
    price: int
    was: int
    by: Annotated[Person, STAFF]
    lowest: int | None = None


class ItemStocked(Event, frozen=True):
    """Stock changed: here by the seller, who ``added`` pieces to a variant, or elsewhere."""

    type = "item.stocked"
    supersedes = "item"

    item: str
    variants: list[Variant]
    added: Annotated[StockMove | None, STAFF] = None
    sold_out: bool = False

    def moves(self) -> Iterable[StockMove]:
        return (self.added,) if self.added else ()

    def frees(self) -> str:
        return self.item

    def completed(self, state: ShowState) -> ItemStocked:
        from liveshow.domain.run_of_show.state import RunOfShow

        item = state[RunOfShow].items[self.item]
        return msgspec.structs.replace(self, variants=item.variants, sold_out=item.sold_out)


EVENTS = (
    ItemAdded,
    ItemRemoved,
    ItemMoved,
    ItemChanged,
    ItemPinned,
    ItemUnpinned,
    ItemRepriced,
    ItemStocked,
)
