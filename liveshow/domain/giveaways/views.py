"""What everybody sees of the newest giveaway, and each person of their part in it."""

from __future__ import annotations

from liveshow.domain.giveaways.beacon import Round
from liveshow.domain.giveaways.events import OverReason, Who
from liveshow.domain.giveaways.state import Giveaway, Giveaways, Status
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.ephemeral import Ephemeral
from liveshow.domain.show.feature import Look
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import ItemRef, Person, Value


class GiveawayView(Value, frozen=True):
    """A giveaway; times are milliseconds.

    ``entries`` is None while one can enter: then it is told beside the log. ``until``: it is drawn
    then at the latest; once it was drawn, the prize is claimed until then. ``left`` come after the
    winner.
    """

    id: str
    title: str
    item: str | None
    variant: str | None
    who: Who
    sponsor: Person
    status: Status
    reason: OverReason | None
    opened_at: int
    ends_at: int
    rules: str
    commitment: str
    entries: int | None
    entries_hash: str | None
    beacon: Round | None
    drawn_at: int | None
    winner: Person | None
    entry: str | None
    left: int
    until: int | None


class EntriesNow(Value, frozen=True):
    """How many take part by now."""

    giveaway: str
    count: int


class MyEntry(Value, frozen=True):
    """The public name of one's entry in the newest giveaway."""

    giveaway: str
    entry: str


class MyPrize(Value, frozen=True):
    """A prize that is one's own if one says where it goes until a time (ms)."""

    giveaway: str
    title: str
    item: ItemRef | None
    until: int


def newest(look: Look) -> GiveawayView | None:
    giveaway = look.state[Giveaways].newest
    return _view(giveaway) if giveaway else None


def _view(giveaway: Giveaway) -> GiveawayView:
    turn = giveaway.turn
    return GiveawayView(
        id=giveaway.id,
        title=giveaway.title,
        item=giveaway.item,
        variant=giveaway.variant,
        who=giveaway.who,
        sponsor=giveaway.sponsor,
        status=giveaway.status,
        reason=giveaway.reason,
        opened_at=giveaway.opened_at,
        ends_at=giveaway.ends_at,
        rules=giveaway.rules,
        commitment=giveaway.commitment,
        entries=giveaway.entered,
        entries_hash=giveaway.entries_hash,
        beacon=giveaway.beacon,
        drawn_at=giveaway.drawn_at,
        winner=turn.person if turn else None,
        entry=turn.entry if turn else None,
        left=len(giveaway.picked) - giveaway.place - 1 if turn else 0,
        until=giveaway.until,
    )


def count(state: ShowState) -> Ephemeral | None:
    """How many take part in the giveaway that can be entered, for everybody."""
    giveaway = state[Giveaways].open
    if giveaway is None:
        return None
    return Ephemeral("giveaway_entries", "", EntriesNow(giveaway.id, len(giveaway.entries)))


def my_entry(look: Look, who: Person) -> MyEntry | None:
    giveaway = look.state[Giveaways].newest
    if giveaway is None or who.id not in giveaway.entries:
        return None
    return MyEntry(giveaway.id, giveaway.entries[who.id].entry)


def my_prizes(look: Look, who: Person) -> list[MyPrize]:
    items = look.state[RunOfShow].items
    return [
        MyPrize(each.id, each.title, items[each.item].ref() if each.item else None, each.until)
        for each in look.state[Giveaways].drawn()
        if each.turn and each.turn.person.id == who.id and each.until is not None
    ]
