"""What happens to the stock of a show: held, given back, waited for, paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import msgspec

from liveshow.domain.claims.waitlist import Entry, Waitlist
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.chat_line import ChatLine
from liveshow.domain.show.events import STAFF, Event
from liveshow.domain.values import (
    UNKNOWN,
    Hold,
    ItemRef,
    Person,
    PriceSource,
    Speaker,
    StockMove,
    Variant,
)

if TYPE_CHECKING:
    from liveshow.domain.claims.state import Claims
    from liveshow.domain.show.state import ShowState

# ``staff``: the team holds it for the buyer; ``auction``: they have won it; ``offer``: an offer of
# theirs, or a counter-offer to it, was accepted.
Via = Literal["button", "comment", "waitlist", "staff", "auction", "offer"]
_LINE_KINDS = {"waitlist": "promoted", "staff": "given", "auction": "won"}
# ``left``: by themselves; ``banned``; ``dearer``: its owner allows the price no more.
UnwaitlistedReason = Literal["left", "banned", "dearer"]
# Why nobody can be served any more: all are sold, or the size was taken out of the listing.
LineOverReason = Literal["sold", "withdrawn"]
ReleaseReason = Literal["released", "expired", "cancelled"]


def _chat_line(kind: str, seq: int, at: int, user: Person, item: ItemRef) -> ChatLine:
    return ChatLine(seq, at, kind, Speaker.of(user), item=item)


E = TypeVar("E", bound=Event)


def with_stock(event: E, state: ShowState, item_id: str) -> E:
    """Return an event with the stock of its item as it is now."""
    item = state[RunOfShow].items[item_id]
    return msgspec.structs.replace(event, variants=item.variants, sold_out=item.sold_out)


@cache
def _claims() -> type[Claims]:
    from liveshow.domain.claims.state import Claims

    return Claims


def _waitlist_of(state: ShowState, item_id: str) -> Waitlist:
    return state[_claims()].waitlist(item_id)


def _waiting(state: ShowState, item_id: str) -> list[str]:
    """Ids of everybody in the waitlist of an item."""
    return [entry.buyer.id for entry in _waitlist_of(state, item_id)]


class ItemClaimed(Event, frozen=True):
    """Pieces are held for somebody; with ``entry``, who was in line for them.

    ``left`` are those that they go on waiting for, at their place. ``by``: who of the team holds
    it for them.
    """

    type = "item.claimed"

    item: str
    number: int
    title: str
    hold: Hold
    via: Via
    entry: Annotated[str | None, STAFF]
    variants: list[Variant] = []
    waiting: int = 0
    sold_out: bool = False
    left: Annotated[int, STAFF] = 0
    by: Annotated[Person | None, STAFF] = None
    # What says what it costs, and what it may be said to have cost before.
    source: PriceSource = "show"
    was: int | None = None

    def chat_line(self, seq: int, at: int) -> ChatLine:
        kind = _LINE_KINDS.get(self.via, "claimed")
        return _chat_line(
            kind, seq, at, self.hold.user, ItemRef(self.item, self.number, self.title)
        )

    def moves(self) -> Iterable[StockMove]:
        return (StockMove(self.hold.variant, held=self.hold.quantity),)

    def concerns(self, state: ShowState) -> Iterable[str]:
        # A crowd that claims one item is not told of each claim by a message to everybody in line.
        moved = _waiting(state, self.item) if self.entry is not None else []
        return (self.hold.user.id, *moved)

    def completed(self, state: ShowState) -> ItemClaimed:
        item = state[RunOfShow].items[self.item]
        return msgspec.structs.replace(
            self,
            variants=item.variants,
            sold_out=item.sold_out,
            waiting=len(_waitlist_of(state, self.item)),
        )


class ItemWaitlisted(Event, frozen=True):
    """Somebody waits for pieces; ``price`` is what one costs them at most."""

    type = "item.waitlisted"

    item: str
    waiting: int
    entry: Annotated[str, STAFF]
    user: Annotated[Person, STAFF]
    variant: Annotated[str, STAFF]
    quantity: Annotated[int, STAFF]
    # Old logs do not say it: it was the price in the show.
    price: Annotated[int | None, STAFF] = None
    source: Annotated[PriceSource, STAFF] = "show"
    was: Annotated[int | None, STAFF] = None

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id, *self._now_passed(state))

    def _now_passed(self, state: ShowState) -> Iterable[str]:
        """Who let a hold run out and was next, until others came to wait as well."""
        claims = state[_claims()]
        lapses = claims.lapses.get(self.variant)
        if lapses is None or self.waiting > len(lapses) + 1:
            return ()
        return [buyer for buyer in lapses if claims.waiting_of(buyer, self.item)]


class ItemUnwaitlisted(Event, frozen=True):
    """A place in line ended before its turn; ``reason``: why."""

    type = "item.unwaitlisted"
    version = 2

    item: str
    waiting: int
    entry: Annotated[str, STAFF]
    user: Annotated[Person, STAFF]
    reason: Annotated[UnwaitlistedReason, STAFF] = "left"

    @classmethod
    def upgrade(cls, data: dict[str, object], version: int) -> dict[str, object]:
        return {"user": UNKNOWN, **data}

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id, *_waiting(state, self.item))


def unwaitlisted(
    item: str, entries: Sequence[Entry], waiting: int, reason: UnwaitlistedReason
) -> list[ItemUnwaitlisted]:
    """Entries leave a waitlist of ``waiting`` one after the other."""
    return [
        ItemUnwaitlisted(item, waiting - gone, entry.id, entry.buyer, reason)
        for gone, entry in enumerate(entries, start=1)
    ]


class ItemLineOver(Event, frozen=True):
    """The line for a variant ended, because nobody in it can be served any more."""

    type = "item.line_over"

    item: str
    variant: str
    waiting: int
    reason: LineOverReason


class ItemReleased(Event, frozen=True):
    """A hold ended without a sale. ``note``: what its buyer is told about it.

    ``kept``: it was won in an auction, and the piece is not free before others were asked.
    """

    type = "item.released"
    version = 2

    item: str
    number: int
    title: str
    claim: str
    user: Person
    variant: str
    quantity: int
    reason: ReleaseReason
    by: Annotated[Person | None, STAFF]
    note: Annotated[str, STAFF]
    variants: list[Variant] = []
    sold_out: bool = False
    kept: Annotated[bool, STAFF] = False

    @classmethod
    def upgrade(cls, data: dict[str, object], version: int) -> dict[str, object]:
        return {"variant": "", "quantity": 0, **data}

    def chat_line(self, seq: int, at: int) -> ChatLine:
        kind = "expired" if self.reason == "expired" else "released"
        return _chat_line(kind, seq, at, self.user, ItemRef(self.item, self.number, self.title))

    def moves(self) -> Iterable[StockMove]:
        return () if self.kept else (StockMove(self.variant, held=-self.quantity),)

    def frees(self) -> str | None:
        return None if self.kept else self.item

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)

    def completed(self, state: ShowState) -> ItemReleased:
        return with_stock(self, state, self.item)


class ItemExchanged(Event, frozen=True):
    """A hold is for another variant or number of pieces now, at the price that it had.

    ``note``: what its buyer is told about it.
    """

    type = "item.exchanged"

    item: str
    claim: str
    user: Person
    was_variant: str
    was_quantity: int
    variant: str
    quantity: int
    by: Annotated[Person, STAFF]
    note: Annotated[str, STAFF]
    variants: list[Variant] = []
    sold_out: bool = False

    def moves(self) -> Iterable[StockMove]:
        if self.variant == self.was_variant:
            return (StockMove(self.variant, held=self.quantity - self.was_quantity),)
        back = StockMove(self.was_variant, held=-self.was_quantity)
        return (back, StockMove(self.variant, held=self.quantity))

    def frees(self) -> str:
        return self.item

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)

    def completed(self, state: ShowState) -> ItemExchanged:
        return with_stock(self, state, self.item)


class ItemPaying(Event, frozen=True):
    """A hold went to checkout, or came back from it."""

    type = "item.paying"
    version = 2

    item: str
    claim: str
    paying: bool
    until: int
    user: Annotated[str, STAFF]
    payment: Annotated[str | None, STAFF]

    @classmethod
    def upgrade(cls, data: dict[str, object], version: int) -> dict[str, object]:
        return {"user": "", **data}

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user,)


class ItemSold(Event, frozen=True):
    """A hold ended with a sale. ``late``: nothing was held for the payment any more."""

    type = "item.sold"
    version = 2

    item: str
    number: int
    title: str
    claim: str
    user: Person
    variant: str
    quantity: int
    late: Annotated[bool, STAFF]
    variants: list[Variant] = []
    sold_out: bool = False

    @classmethod
    def upgrade(cls, data: dict[str, object], version: int) -> dict[str, object]:
        return {"late": False, **data}

    def chat_line(self, seq: int, at: int) -> ChatLine:
        return _chat_line("sold", seq, at, self.user, ItemRef(self.item, self.number, self.title))

    def moves(self) -> Iterable[StockMove]:
        held = 0 if self.late else -self.quantity
        return (StockMove(self.variant, held=held, sold=self.quantity),)

    def frees(self) -> str:
        # Nothing is free, but those who wait for the last one wait in vain.
        return self.item

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)

    def completed(self, state: ShowState) -> ItemSold:
        return with_stock(self, state, self.item)


EVENTS = (
    ItemClaimed,
    ItemWaitlisted,
    ItemUnwaitlisted,
    ItemLineOver,
    ItemReleased,
    ItemExchanged,
    ItemPaying,
    ItemSold,
)
