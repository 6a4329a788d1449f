"""The run of show: its items in their order, their stock as this show knows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from liveshow import budgets
from liveshow.domain.run_of_show.events import (
    ItemAdded,
    ItemChanged,
    ItemMoved,
    ItemPinned,
    ItemRemoved,
    ItemRepriced,
    ItemStocked,
    ItemUnpinned,
)
from liveshow.domain.run_of_show.views import ItemView
from liveshow.domain.running.events import ShowEnded, UserRenamed
from liveshow.domain.show.slices import Moment, Slice, applies
from liveshow.domain.values import (
    FREE,
    ItemRef,
    Lending,
    Person,
    Photo,
    Shipping,
    StockMove,
    Variant,
)

MAX_ITEMS = budgets.ITEMS.amount


@dataclass(slots=True)
class Item:
    """A listing in the run of show. A removed one stays known: it may be held, or come back."""

    id: str
    number: int
    listing: str
    title: str
    price: int
    owner: Person
    variants: list[Variant]
    description: str = ""
    photos: list[Photo] = field(default_factory=list)
    brand: str = ""
    category: str = ""
    condition: str = ""
    shipping: Shipping = FREE
    lending: Lending | None = None
    # Pieces sold in this show; the variants count what was sold anywhere.
    sold_here: int = 0
    removed: bool = False
    # The lowest price of the 30 days before it was reduced to this one.
    was: int | None = None

    @property
    def sold_out(self) -> bool:
        for variant in self.variants:  # noqa: SIM110 - asked at every claim
            if variant.available > 0:
                return False
        return True

    def variant(self, variant_id: str) -> Variant | None:
        for variant in self.variants:
            if variant.id == variant_id:
                return variant
        return None

    def ref(self) -> ItemRef:
        return ItemRef(self.id, self.number, self.title)

    def lapsed(self, now: int) -> bool:
        """Whether the mandate is over under which it was lent."""
        lending = self.lending
        return lending is not None and lending.expires_at is not None and lending.expires_at <= now

    def count(self, moves: Iterable[StockMove]) -> None:
        """Count pieces; the list is replaced, because events hold the former one."""
        for move in moves:
            self.variants = [
                _moved(variant, move) if variant.id == move.variant else variant
                for variant in self.variants
            ]


def _moved(variant: Variant, move: StockMove) -> Variant:
    return Variant(
        variant.id,
        variant.label,
        variant.quantity + move.quantity,
        variant.held + move.held,
        variant.sold + move.sold,
    )


def item_from(view: ItemView, lending: Lending | None) -> Item:
    """Build an item from what an event carries of it."""
    return Item(
        id=view.id,
        number=view.number,
        listing=view.listing,
        title=view.title,
        price=view.price,
        owner=view.owner,
        variants=view.variants,
        description=view.description,
        photos=view.photos,
        brand=view.brand,
        category=view.category,
        condition=view.condition,
        shipping=view.shipping,
        lending=lending,
        sold_here=view.sold_here,
        was=view.was,
    )


@dataclass
class RunOfShow(Slice):
    """Items by id, and the ids of those in the run of show in their order."""

    items: dict[str, Item] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    pinned: str | None = None
    next_number: int = 1
    # Ids of items by listing and by number.
    _by_listing: dict[str, str] = field(default_factory=dict)
    _by_number: dict[int, str] = field(default_factory=dict)

    # --- questions -------------------------------------------------------------------------

    def present(self, item_id: str) -> Item | None:
        """Return an item if it is in the run of show now."""
        item = self.items.get(item_id)
        return item if item and not item.removed else None

    def by_number(self, number: int) -> Item | None:
        """Return an item of the run of show by its short number."""
        return self.present(self._by_number.get(number, ""))

    def by_listing(self, listing_id: str) -> Item | None:
        """Return the item that a listing is or was in this show."""
        return self.items.get(self._by_listing.get(listing_id, ""))

    # --- changes ---------------------------------------------------------------------------

    def put(self, item: Item) -> None:
        """Know an item; one with its id is replaced."""
        self.items[item.id] = item
        self._by_listing[item.listing] = item.id
        self._by_number[item.number] = item.id

    @applies(ItemAdded)
    def _added(self, event: ItemAdded, moment: Moment) -> None:
        item = item_from(event.item, event.lending)
        self.put(item)
        self.order = [*self.order[: event.at_index], item.id, *self.order[event.at_index :]]
        self.next_number = max(self.next_number, item.number + 1)

    @applies(ItemRemoved)
    def _removed(self, event: ItemRemoved, moment: Moment) -> None:
        self.items[event.item].removed = True
        self.order = [item for item in self.order if item != event.item]
        if self.pinned == event.item:
            self.pinned = None

    @applies(ItemMoved)
    def _moved(self, event: ItemMoved, moment: Moment) -> None:
        self.order = event.order

    @applies(ItemChanged)
    def _changed(self, event: ItemChanged, moment: Moment) -> None:
        item = item_from(event.item, event.lending)
        item.removed = self.items[item.id].removed
        self.put(item)

    @applies(ItemPinned)
    def _pinned(self, event: ItemPinned, moment: Moment) -> None:
        self.pinned = event.item

    @applies(ItemUnpinned)
    def _unpinned(self, event: ItemUnpinned, moment: Moment) -> None:
        self.pinned = None

    @applies(ItemRepriced)
    def _repriced(self, event: ItemRepriced, moment: Moment) -> None:
        item = self.items[event.item]
        item.price, item.was = event.price, event.lowest

    @applies(ItemStocked)
    def _stocked(self, event: ItemStocked, moment: Moment) -> None:
        self.items[event.item].variants = event.variants

    @applies(UserRenamed)
    def _renamed(self, event: UserRenamed, moment: Moment) -> None:
        for item in self.items.values():
            item.owner = event.new(item.owner)

    @applies(ShowEnded)
    def _ended(self, event: ShowEnded, moment: Moment) -> None:
        self.pinned = None
