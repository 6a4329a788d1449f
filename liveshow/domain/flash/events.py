"""What happens to flash prices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import UNSET

from liveshow.domain.moderation.events import Undoes
from liveshow.domain.show.chat_line import ChatLine
from liveshow.domain.show.ephemeral import Ephemeral
from liveshow.domain.show.events import STAFF, Event
from liveshow.domain.values import ItemRef, Person

if TYPE_CHECKING:
    from liveshow.domain.show.state import ShowState

# ``time``; ``pieces``: all are sold; ``host``: the team; ``price``: the price in the show is no
# higher any more, or the owner's floor is; ``gone``: the item left the show; ``show_over``.
FlashOver = Literal["time", "pieces", "host", "price", "gone", "show_over"]


class FlashStarted(Event, frozen=True):
    """An item costs less until a time (ms). ``quantity``: so many pieces, None: all.

    ``was``: the lowest price of the 30 days before.
    """

    type = "flash.started"
    audited = True
    undoable = True

    flash: str
    item: str
    number: int
    title: str
    price: int
    until: int
    quantity: int | None
    per_buyer: int | None
    by: Annotated[Person, STAFF]
    was: int | None = None

    def chat_line(self, seq: int, at: int) -> ChatLine:
        return ChatLine(seq, at, "flash", item=ItemRef(self.item, self.number, self.title))

    def quotes(self) -> str:
        return self.title


class FlashCounted(Event, frozen=True):
    """Pieces went at a flash price, or came back to it."""

    type = "flash.counted"
    logged = False

    item: str

    def news(self, state: ShowState) -> Ephemeral | None:
        from liveshow.domain.flash.views import count

        return count(state, self.item)


class FlashEnded(Event, frozen=True):
    """A flash price is over; ``went``: how many pieces are held or sold at it.

    ``by`` ended it; ``undoes``: the ``seq`` of the event that was taken back by that.
    """

    type = "flash.ended"
    audited = True

    flash: str
    item: str
    number: int
    title: str
    reason: FlashOver
    went: int
    by: Annotated[Person | None, STAFF] = None
    undoes: Undoes = UNSET

    def chat_line(self, seq: int, at: int) -> ChatLine:
        item = ItemRef(self.item, self.number, self.title)
        return ChatLine(seq, at, "flash_over", text=str(self.went), item=item)

    def concerns(self, state: ShowState) -> Iterable[str]:
        from liveshow.domain.claims.state import Claims

        return state[Claims].buyers_of(self.item)

    def quotes(self) -> str:
        return self.title


EVENTS = (FlashStarted, FlashCounted, FlashEnded)
