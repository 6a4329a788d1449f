"""The flash prices of a show that are not over, and the pieces that went at them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from liveshow.domain.claims.events import (
    ItemClaimed,
    ItemLineOver,
    ItemReleased,
    ItemSold,
    ItemUnwaitlisted,
    ItemWaitlisted,
)
from liveshow.domain.claims.state import Claims
from liveshow.domain.flash.events import FlashCounted, FlashEnded, FlashStarted
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.running.events import ShowResumed
from liveshow.domain.show.slices import Moment, Slice, applies

PieceStatus = Literal["waiting", "held", "sold"]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of one claim, or of one place in line."""

    buyer: str
    quantity: int
    status: PieceStatus


@dataclass(slots=True)
class Flash:
    """A flash price until ``until`` (ms). ``quantity`` and ``per_buyer`` None: no limit.

    ``pieces`` are by the id of a claim or of a place in line. A place counts from the moment it is
    taken: whoever waits keeps the price at which they joined.
    """

    id: str
    item: str
    price: int
    until: int
    quantity: int | None
    per_buyer: int | None
    # The lowest price of the 30 days before, if that is more.
    was: int | None = None
    pieces: dict[str, Pieces] = field(default_factory=dict)
    # Sums of the pieces, so that a crowd is not counted at every claim.
    taken: int = 0
    sold: int = 0
    _of: dict[str, int] = field(default_factory=dict)
    _waiting: int = 0
    # What everybody was told of how many went.
    told: tuple[int, int] = field(default=(0, 0), compare=False)

    @property
    def went(self) -> int:
        """Pieces that are held or sold at this price."""
        return self.taken - self._waiting

    @property
    def counts(self) -> tuple[int, int]:
        """How many are taken, and how many went."""
        return self.taken, self.went

    def of(self, buyer: str) -> int:
        """How many pieces somebody has, or waits for."""
        return self._of.get(buyer, 0)

    def allows(self, buyer: str | None, quantity: int) -> bool:
        """Whether so many more pieces can be had at this price."""
        if self.quantity is not None and self.taken + quantity > self.quantity:
            return False
        own = self.of(buyer) if buyer is not None else 0
        return self.per_buyer is None or own + quantity <= self.per_buyer

    def put(self, key: str, pieces: Pieces) -> None:
        """Count pieces, in the place of those with the same key."""
        self.drop(key)
        self.pieces[key] = pieces
        self._count(pieces, 1)

    def drop(self, key: str) -> Pieces | None:
        """Give pieces back."""
        pieces = self.pieces.pop(key, None)
        if pieces is not None:
            self._count(pieces, -1)
        return pieces

    def _count(self, pieces: Pieces, sign: int) -> None:
        more = sign * pieces.quantity
        self.taken += more
        if pieces.status == "sold":
            self.sold += more
        elif pieces.status == "waiting":
            self._waiting += more
        own = self.of(pieces.buyer) + more
        if own:
            self._of[pieces.buyer] = own
        else:
            del self._of[pieces.buyer]


@dataclass
class Flashes(Slice):
    """Flash prices by item: one at a time."""

    known: dict[str, Flash] = field(default_factory=dict)
    # The keys whose pieces the last event changed, for whoever writes them down.
    fresh: list[tuple[Flash, str]] = field(default_factory=list, compare=False, repr=False)

    def put(self, flash: Flash) -> None:
        self.known[flash.item] = flash

    def _put(self, flash: Flash, key: str, pieces: Pieces) -> None:
        flash.put(key, pieces)
        self.fresh.append((flash, key))

    def _drop(self, flash: Flash, key: str) -> Pieces | None:
        pieces = flash.drop(key)
        if pieces is not None:
            self.fresh.append((flash, key))
        return pieces

    @applies(FlashStarted)
    def _started(self, event: FlashStarted, moment: Moment) -> None:
        self.put(
            Flash(
                event.flash,
                event.item,
                event.price,
                event.until,
                event.quantity,
                event.per_buyer,
                event.was,
            )
        )

    @applies(FlashCounted)
    def _counted(self, event: FlashCounted, moment: Moment) -> None:
        flash = self.known[event.item]
        flash.told = flash.counts

    @applies(FlashEnded)
    def _ended(self, event: FlashEnded, moment: Moment) -> None:
        del self.known[event.item]
        # It cost less until now: the price that it has again is no reduction.
        moment.state[RunOfShow].items[event.item].was = None

    @applies(ItemClaimed)
    def _claimed(self, event: ItemClaimed, moment: Moment) -> None:
        self.fresh.clear()
        flash = self.known.get(event.item)
        if flash is None:
            return
        hold = event.hold
        place = self._drop(flash, event.entry) if event.entry is not None else None
        if place is not None and event.entry is not None and event.left:
            self._put(flash, event.entry, Pieces(place.buyer, event.left, "waiting"))
        if event.source != "flash" or hold.price != flash.price:
            return
        # Who waited at the price of an earlier flash takes nothing from this one.
        if place is not None or flash.allows(hold.user.id, hold.quantity):
            self._put(flash, hold.claim, Pieces(hold.user.id, hold.quantity, "held"))

    @applies(ItemWaitlisted)
    def _waitlisted(self, event: ItemWaitlisted, moment: Moment) -> None:
        self.fresh.clear()
        flash = self.known.get(event.item)
        if flash is not None and event.source == "flash":
            self._put(flash, event.entry, Pieces(event.user.id, event.quantity, "waiting"))

    @applies(ItemUnwaitlisted)
    def _unwaitlisted(self, event: ItemUnwaitlisted, moment: Moment) -> None:
        self.fresh.clear()
        if flash := self.known.get(event.item):
            self._drop(flash, event.entry)

    @applies(ItemLineOver)
    def _line_over(self, event: ItemLineOver, moment: Moment) -> None:
        self.fresh.clear()
        flash = self.known.get(event.item)
        if flash is None:
            return
        line = moment.state[Claims].waitlist(event.item)
        for key, pieces in list(flash.pieces.items()):
            if pieces.status == "waiting" and key not in line:
                self._drop(flash, key)

    @applies(ItemReleased)
    def _released(self, event: ItemReleased, moment: Moment) -> None:
        self.fresh.clear()
        if flash := self.known.get(event.item):
            self._drop(flash, event.claim)

    @applies(ItemSold)
    def _sold(self, event: ItemSold, moment: Moment) -> None:
        self.fresh.clear()
        flash = self.known.get(event.item)
        if flash is not None and (held := flash.pieces.get(event.claim)):
            self._put(flash, event.claim, Pieces(held.buyer, held.quantity, "sold"))

    @applies(ShowResumed)
    def _resumed(self, event: ShowResumed, moment: Moment) -> None:
        for flash in self.known.values():
            flash.until += event.stood
