"""What happens in giveaways."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from liveshow.domain.checkout.parcels import CartLine
from liveshow.domain.claims.events import with_stock
from liveshow.domain.giveaways.beacon import Beacon, Round
from liveshow.domain.show.chat_line import ChatLine
from liveshow.domain.show.ephemeral import Ephemeral
from liveshow.domain.show.events import STAFF, Event
from liveshow.domain.values import (
    Address,
    ItemRef,
    Offer,
    Person,
    Speaker,
    StockMove,
    Variant,
)

if TYPE_CHECKING:
    from liveshow.domain.show.state import ShowState

Who = Literal["everyone", "followers", "buyers"]
# ``absent``: not connected at the freeze; ``team``: works for the show now.
OutReason = Literal["banned", "absent", "team"]
PassReason = Literal["unclaimed", "banned"]
# ``nobody``: nobody took part, or was there at the end; ``gone``: the item left the show.
OverReason = Literal["cancelled", "gone", "show_over", "nobody", "unclaimed"]

E = TypeVar("E", bound="_OfPiece")


class _OfPiece(Event, frozen=True):
    """Base of events that may move the piece. Without an item the prize is words alone."""

    giveaway: str
    title: str
    item: ItemRef | None
    variant: str | None

    def _moved(self, **pieces: int) -> Iterable[StockMove]:
        return () if self.variant is None else (StockMove(self.variant, **pieces),)

    def _line(self, kind: str, seq: int, at: int, user: Person | None = None) -> ChatLine:
        speaker = Speaker.of(user) if user else None
        return ChatLine(seq, at, kind, speaker, text=self.title, item=self.item)


def _counted(event: E, state: ShowState) -> E:
    return event if event.item is None else with_stock(event, state, event.item.id)


class GiveawayOpened(_OfPiece, frozen=True):
    """One can enter until ``ends_at`` (ms). The piece is kept for it.

    ``commitment`` is the hash of the seed that will draw; ``rules`` are what everybody was shown.
    """

    type = "giveaway.opened"

    who: Who
    ends_at: int
    rules: str
    commitment: str
    sponsor: Person
    by: Annotated[Person, STAFF]
    variants: list[Variant] = []
    sold_out: bool = False

    def chat_line(self, seq: int, at: int) -> ChatLine:
        return self._line("giveaway", seq, at)

    def moves(self) -> Iterable[StockMove]:
        return self._moved(held=1)

    def completed(self, state: ShowState) -> GiveawayOpened:
        return _counted(self, state)

    def news(self, state: ShowState) -> Ephemeral | None:
        from liveshow.domain.giveaways.views import count

        return count(state)


class GiveawaySealed(Event, frozen=True):
    """The seed of a giveaway: in its row, and in no log. It is told with the draw."""

    type = "giveaway.sealed"
    logged = False

    giveaway: str
    seed: str


class GiveawayEntered(Event, frozen=True):
    """Somebody takes part; ``entry`` is the public name of that."""

    type = "giveaway.entered"
    logged = False

    giveaway: str
    user: Person
    entry: str

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)

    def news(self, state: ShowState) -> Ephemeral | None:
        from liveshow.domain.giveaways.views import count

        return count(state)


class GiveawayLeft(Event, frozen=True):
    """People do not take part any more; ``users`` are their ids."""

    type = "giveaway.left"
    logged = False

    giveaway: str
    users: list[str]
    reason: OutReason

    def concerns(self, state: ShowState) -> Iterable[str]:
        return self.users

    def news(self, state: ShowState) -> Ephemeral | None:
        from liveshow.domain.giveaways.views import count

        return count(state)


class GiveawayFrozen(Event, frozen=True):
    """Nobody enters any more. ``beacon`` is the round that the draw waits for, until ``until``."""

    type = "giveaway.frozen"

    giveaway: str
    entries: int
    entries_hash: str
    beacon: Round | None
    until: int | None


class GiveawayDrawn(_OfPiece, frozen=True):
    """The draw; ``picks`` are the entries in their order, the first one is the winner's.

    The prize is theirs if they say where it goes until ``until`` (ms).
    """

    type = "giveaway.drawn"

    entries: int
    winner: Person
    picks: list[str]
    seed: str
    beacon: Beacon | None
    until: int

    def chat_line(self, seq: int, at: int) -> ChatLine:
        return self._line("giveaway_won", seq, at, self.winner)

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.winner.id,)


class GiveawayPassed(_OfPiece, frozen=True):
    """The prize is the next one's; ``place`` is theirs among the picks, from 0.

    ``left``: so many come after them.
    """

    type = "giveaway.passed"

    reason: PassReason
    winner: Person
    former: Annotated[Person, STAFF]
    place: int
    entry: str
    left: int
    until: int

    def chat_line(self, seq: int, at: int) -> ChatLine:
        return self._line("giveaway_next", seq, at, self.winner)

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.winner.id, self.former.id)


class GiveawayClaimed(_OfPiece, frozen=True):
    """Whoever won has said where the prize goes: it is an order now."""

    type = "giveaway.claimed"

    winner: Person
    variants: list[Variant] = []
    sold_out: bool = False

    def moves(self) -> Iterable[StockMove]:
        return self._moved(held=-1, sold=1)

    def completed(self, state: ShowState) -> GiveawayClaimed:
        return _counted(self, state)

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.winner.id,)


class GiveawayOrdered(Event, frozen=True):
    """The order that a prize has become. Nothing is paid for it, its sponsor bears the shipping.

    ``payment`` is one of nothing: every order has one.
    """

    type = "giveaway.ordered"
    private_to = "user"

    giveaway: str
    user: Person
    sponsor: str
    order: str
    payment: str
    address: Address
    line: CartLine
    offer: Offer

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)


class GiveawayOver(_OfPiece, frozen=True):
    """A giveaway ends without a prize; the piece is stock again. ``note``: why, in words."""

    type = "giveaway.over"

    reason: OverReason
    note: str = ""
    former: Annotated[Person | None, STAFF] = None
    by: Annotated[Person | None, STAFF] = None
    variants: list[Variant] = []
    sold_out: bool = False

    def chat_line(self, seq: int, at: int) -> ChatLine:
        return self._line("giveaway_over", seq, at)

    def moves(self) -> Iterable[StockMove]:
        return self._moved(held=-1)

    def frees(self) -> str | None:
        return self.item.id if self.item else None

    def completed(self, state: ShowState) -> GiveawayOver:
        return _counted(self, state)

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.former.id,) if self.former else ()


EVENTS = (
    GiveawayOpened,
    GiveawaySealed,
    GiveawayEntered,
    GiveawayLeft,
    GiveawayFrozen,
    GiveawayDrawn,
    GiveawayPassed,
    GiveawayClaimed,
    GiveawayOrdered,
    GiveawayOver,
)
