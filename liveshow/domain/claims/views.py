"""What staff see of the waitlists, and each buyer of their own holds and places."""

from __future__ import annotations

from liveshow.domain.claims.state import Claims
from liveshow.domain.claims.waitlist import Entry
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.feature import Look
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Value


class WaitingView(Value, frozen=True):
    """A place in line as staff see it; ``at`` is when it was taken (ms)."""

    entry: str
    user: Person
    variant: str
    quantity: int
    at: int


class MyClaim(Value, frozen=True):
    """A hold of one's own until a time (ms); ``was``: what its price was before, if it was more."""

    claim: str
    item: str
    number: int
    title: str
    variant: str
    quantity: int
    price: int
    until: int
    paying: bool
    was: int | None


class MyPlace(Value, frozen=True):
    """A place in line of one's own; 1 is next.

    ``passed_until``: until when (ms) others in line are served first, for a hold that ran out.
    """

    entry: str
    item: str
    variant: str
    quantity: int
    place: int
    passed_until: int | None


def waitlist_view(state: ShowState) -> dict[str, list[WaitingView]]:
    return {
        item: [
            WaitingView(entry.id, entry.buyer, entry.variant, entry.quantity, entry.at)
            for entry in waitlist
        ]
        for item, waitlist in state[Claims].waitlists.items()
        if waitlist
    }


def my_claims(look: Look, who: Person) -> list[MyClaim]:
    items = look.state[RunOfShow].items
    return [
        MyClaim(
            claim=held.id,
            item=held.item,
            number=items[held.item].number,
            title=held.offer.title,
            variant=held.variant,
            quantity=held.quantity,
            price=held.price,
            until=held.until,
            paying=held.payment is not None,
            was=held.offer.was,
        )
        for held in look.state[Claims].held_by(who.id)
    ]


def my_places(look: Look, who: Person) -> list[MyPlace]:
    entries = look.state[Claims].entries_of(who.id)
    if not entries:
        return []
    places = look.once(_places)
    claims, show = look.state[Claims], look.state.show
    now = show.clock(look.now)
    return [
        MyPlace(
            entry=entry.id,
            item=entry.item,
            variant=entry.variant,
            quantity=entry.quantity,
            place=places[entry.id],
            passed_until=claims.passed_until(entry, now, show.hold_ms),
        )
        for entry in sorted(entries, key=lambda entry: entry.id)
    ]


def _places(look: Look) -> dict[str, int]:
    """The place of every entry of the show."""
    places: dict[str, int] = {}
    for waitlist in look.state[Claims].waitlists.values():
        places.update(_count(list(waitlist)))
    return places


def _count(waitlist: list[Entry]) -> dict[str, int]:
    last: dict[str, int] = {}
    places = {}
    for entry in waitlist:
        places[entry.id] = last[entry.variant] = last.get(entry.variant, 0) + 1
    return places
