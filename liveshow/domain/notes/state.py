"""The note of a show, the promises of its items, and what holders were promised."""

from __future__ import annotations

from dataclasses import dataclass, field

from liveshow.domain.claims.events import ItemClaimed, ItemReleased, ItemSold
from liveshow.domain.notes.events import ItemPromised, Promise, ShowNoted
from liveshow.domain.run_of_show.events import ItemRemoved
from liveshow.domain.show.slices import Moment, Slice, applies
from liveshow.domain.values import Value

MAX_PROMISES = 5  # of one item


class Promises(Value, frozen=True):
    """What is promised with an item. ``revision`` counts its changes; none is used twice."""

    revision: int = 0
    in_force: list[Promise] = []


NO_PROMISES = Promises()


@dataclass
class Notes(Slice):
    """The note (``revision`` counts up, also when it is taken away), and promises by item."""

    text: str = ""
    revision: int = 0
    # An item without promises that had some before stays known by its revision.
    promises: dict[str, Promises] = field(default_factory=dict)
    # What was promised when it was claimed, by the ids of the claims that are held.
    frozen: dict[str, list[str]] = field(default_factory=dict)

    def promised(self, item_id: str) -> Promises:
        """What is promised with an item now."""
        return self.promises.get(item_id, NO_PROMISES)

    @applies(ShowNoted)
    def _noted(self, event: ShowNoted, moment: Moment) -> None:
        self.text, self.revision = event.text, event.revision

    @applies(ItemPromised)
    def _promised(self, event: ItemPromised, moment: Moment) -> None:
        self.promises[event.item] = Promises(event.revision, event.promises)

    @applies(ItemRemoved)
    def _removed(self, event: ItemRemoved, moment: Moment) -> None:
        """Promises end with the item's time in the show, so that none comes back unasked."""
        if known := self.promises.get(event.item):
            self.promises[event.item] = Promises(known.revision)

    @applies(ItemClaimed)
    def _claimed(self, event: ItemClaimed, moment: Moment) -> None:
        if words := [promise.text for promise in self.promised(event.item).in_force]:
            self.frozen[event.hold.claim] = words

    @applies(ItemReleased, ItemSold)
    def _over(self, event: ItemReleased | ItemSold, moment: Moment) -> None:
        """Payments and orders have the words in their own parcels."""
        self.frozen.pop(event.claim, None)
