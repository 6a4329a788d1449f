"""What happens to offers. All of it is private: to the buyer, and to those who may answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from liveshow.domain.show.events import Event
from liveshow.domain.values import Person

if TYPE_CHECKING:
    from liveshow.domain.show.state import ShowState

Side = Literal["buyer", "seller"]
OfferEnd = Literal[
    # By the seller; by the buyer, of a counter-offer; taken back.
    "declined",
    "counter_declined",
    "withdrawn",
    # The seller did not answer in time; the buyer did not.
    "expired",
    "counter_expired",
    # The last piece went with another offer; all are sold; it is not in the show any more.
    "taken",
    "sold",
    "gone",
    # Its owner allows that price no more; it costs no more than that now.
    "dearer",
    "cheaper",
    # The buyer is banned, runs the show now, or has as many as they may have.
    "banned",
    "on_team",
    "claimed",
    "show_over",
]


class _Private(Event, frozen=True):
    """Base of all of them: ``user`` is the buyer. Whoever else it concerns reads it in ``mine``."""

    private_to = "user"

    offer: str
    item: str
    user: Person

    def concerns(self, state: ShowState) -> Iterable[str]:
        from liveshow.domain.offers.state import sellers

        return (self.user.id, *sellers(state, self.item))


class OfferMade(_Private, frozen=True):
    """Somebody would pay ``amount`` for a piece.

    It stands until a time (ms); ``in_show``: by the show's clock, which may stand still.
    """

    type = "offer.made"

    variant: str
    quantity: int
    amount: int
    until: int
    in_show: bool


class OfferCountered(_Private, frozen=True):
    """One side named another amount, and the other has until a time (ms) to answer.

    ``by`` None: the server, because the owner allows no less.
    """

    type = "offer.countered"

    side: Side
    by: Person | None
    amount: int
    until: int
    in_show: bool


class OfferAccepted(_Private, frozen=True):
    """One side took what the other said; the claim follows as an event of its own."""

    type = "offer.accepted"

    side: Side
    by: Person
    amount: int
    claim: str


class OfferEnded(_Private, frozen=True):
    """It came to nothing. ``by`` None: nobody did that."""

    type = "offer.ended"

    reason: OfferEnd
    by: Person | None = None


EVENTS = (OfferMade, OfferCountered, OfferAccepted, OfferEnded)
