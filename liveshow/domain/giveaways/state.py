"""The giveaways of a show: the newest, and those whose prize is not claimed yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from liveshow.domain.claims.offers import offered
from liveshow.domain.giveaways.beacon import Round
from liveshow.domain.giveaways.ends import GIVEAWAY_ENDS, GiveawayEnd
from liveshow.domain.giveaways.events import (
    GiveawayClaimed,
    GiveawayDrawn,
    GiveawayEntered,
    GiveawayFrozen,
    GiveawayLeft,
    GiveawayOpened,
    GiveawayOrdered,
    GiveawayOver,
    GiveawayPassed,
    GiveawaySealed,
    OverReason,
    Who,
)
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.running.events import ShowResumed, UserRenamed
from liveshow.domain.show.notices import Notices, Told
from liveshow.domain.show.slices import Moment, Slice, applies
from liveshow.domain.values import FREE, ItemRef, Offer, Person, Price, Value

Status = Literal["open", "frozen", "drawn", "claimed", "over"]
WAITING: tuple[Status, ...] = ("open", "frozen", "drawn")


class Entrant(Value, frozen=True):
    """Somebody who takes part, and the public name of that."""

    entry: str
    person: Person


@dataclass
class Giveaway:
    """A piece of an item, or what the title says in words, for one of those who enter.

    Times are milliseconds. ``until``: the draw is then at the latest, and once it was drawn the
    prize is claimed until then.
    """

    id: str
    title: str
    item: str | None
    variant: str | None
    who: Who
    sponsor: Person
    opened_at: int
    ends_at: int
    rules: str
    commitment: str
    # What the winner is promised.
    offer: Offer
    # Nobody is shown it before the draw.
    seed: str = field(default="", repr=False)
    status: Status = "open"
    reason: OverReason | None = None
    # By the id of the person, in the order of their coming; of the newest giveaway alone.
    entries: dict[str, Entrant] = field(default_factory=dict)
    # How many there were at the freeze, and the hash of them.
    entered: int | None = None
    entries_hash: str | None = None
    beacon: Round | None = None
    drawn_at: int | None = None
    # The winner, and those who come after them.
    picked: list[Entrant] = field(default_factory=list)
    # Whose turn it is.
    place: int = 0
    until: int | None = None

    @property
    def waiting(self) -> bool:
        """Whether something is still to come of it."""
        return self.status in WAITING

    @property
    def turn(self) -> Entrant | None:
        """Whose prize it is, as things are."""
        return self.picked[self.place] if self.picked and self.status != "over" else None

    def pick(self, entries: Iterable[str]) -> list[Entrant]:
        """Return who is behind entries, in their order."""
        by_entry = {entrant.entry: entrant for entrant in self.entries.values()}
        return [by_entry[entry] for entry in entries]


@dataclass
class Giveaways(Slice):
    """By id, in the order in which they were opened; the last one is the newest."""

    known: dict[str, Giveaway] = field(default_factory=dict)

    # --- questions -------------------------------------------------------------------------

    @property
    def newest(self) -> Giveaway | None:
        return next(reversed(self.known.values()), None)

    @property
    def running(self) -> Giveaway | None:
        """The one that is not drawn yet: there is one at a time."""
        newest = self.newest
        return newest if newest and newest.status in ("open", "frozen") else None

    @property
    def open(self) -> Giveaway | None:
        """The one that can be entered."""
        newest = self.newest
        return newest if newest and newest.status == "open" else None

    def drawn(self) -> list[Giveaway]:
        """Those whose prize waits for whoever has won it."""
        return [each for each in self.known.values() if each.status == "drawn"]

    def tells_of(self, user_id: str) -> bool:
        """Whether somebody's name is in one of them."""
        return any(
            user_id in each.entries
            or user_id == each.sponsor.id
            or any(entrant.person.id == user_id for entrant in each.picked)
            for each in self.known.values()
        )

    # --- changes ---------------------------------------------------------------------------

    def put(self, giveaway: Giveaway) -> None:
        """Take a giveaway as the newest; of the former ones only what waits stays."""
        self.known = {key: each for key, each in self.known.items() if each.waiting}
        for each in self.known.values():
            each.entries = {}
        self.known[giveaway.id] = giveaway

    def _settle(self, giveaway: Giveaway) -> None:
        """Forget one that is over, unless it is the newest: that is still shown."""
        if giveaway is not self.newest:
            del self.known[giveaway.id]

    @applies(GiveawayOpened)
    def _opened(self, event: GiveawayOpened, moment: Moment) -> None:
        offer = Offer(event.title, 0, shipping=FREE)
        if event.item is not None and event.variant is not None:
            item = moment.state[RunOfShow].items[event.item.id]
            item.count(event.moves())
            offer = prize_of(offered(item, event.variant, moment.state.show, Price(0)))
        self.put(
            Giveaway(
                id=event.giveaway,
                title=event.title,
                item=event.item.id if event.item else None,
                variant=event.variant,
                who=event.who,
                sponsor=event.sponsor,
                opened_at=moment.at,
                ends_at=event.ends_at,
                rules=event.rules,
                commitment=event.commitment,
                offer=offer,
            )
        )

    @applies(GiveawaySealed)
    def _sealed(self, event: GiveawaySealed, moment: Moment) -> None:
        self.known[event.giveaway].seed = event.seed

    @applies(GiveawayEntered)
    def _entered(self, event: GiveawayEntered, moment: Moment) -> None:
        self.known[event.giveaway].entries[event.user.id] = Entrant(event.entry, event.user)

    @applies(GiveawayLeft)
    def _left(self, event: GiveawayLeft, moment: Moment) -> None:
        giveaway = self.known[event.giveaway]
        for user in event.users:
            del giveaway.entries[user]
            _tell(moment, user, giveaway, event.reason)

    @applies(GiveawayFrozen)
    def _frozen(self, event: GiveawayFrozen, moment: Moment) -> None:
        giveaway = self.known[event.giveaway]
        giveaway.status = "frozen"
        giveaway.entered, giveaway.entries_hash = event.entries, event.entries_hash
        giveaway.beacon, giveaway.until = event.beacon, event.until

    @applies(GiveawayDrawn)
    def _drawn(self, event: GiveawayDrawn, moment: Moment) -> None:
        giveaway = self.known[event.giveaway]
        giveaway.status = "drawn"
        giveaway.drawn_at, giveaway.until = moment.at, event.until
        giveaway.picked = giveaway.pick(event.picks)
        for user in giveaway.entries:
            _tell(moment, user, giveaway, "won" if user == event.winner.id else "lost")

    @applies(GiveawayPassed)
    def _passed(self, event: GiveawayPassed, moment: Moment) -> None:
        giveaway = self.known[event.giveaway]
        giveaway.place, giveaway.until = event.place, event.until
        _tell(moment, event.former.id, giveaway, _FORMER[event.reason])
        _tell(moment, event.winner.id, giveaway, "next")

    @applies(GiveawayClaimed)
    def _claimed(self, event: GiveawayClaimed, moment: Moment) -> None:
        giveaway = self.known[event.giveaway]
        giveaway.status, giveaway.until = "claimed", None
        if event.item is not None:
            item = moment.state[RunOfShow].items[event.item.id]
            item.count(event.moves())
            item.sold_here += 1
        self._settle(giveaway)

    @applies(GiveawayOrdered)
    def _ordered(self, event: GiveawayOrdered, moment: Moment) -> None:
        """What it changes is in rows alone: what was won is bought by nobody."""

    @applies(GiveawayOver)
    def _over(self, event: GiveawayOver, moment: Moment) -> None:
        giveaway = self.known[event.giveaway]
        if event.item is not None:
            moment.state[RunOfShow].items[event.item.id].count(event.moves())
        if event.former is not None:
            _tell(moment, event.former.id, giveaway, "late")
        elif giveaway.status in ("open", "frozen"):
            for user in giveaway.entries:
                _tell(moment, user, giveaway, event.reason, event.note)
        giveaway.status, giveaway.reason, giveaway.until = "over", event.reason, None
        self._settle(giveaway)

    @applies(UserRenamed)
    def _renamed(self, event: UserRenamed, moment: Moment) -> None:
        for each in self.known.values():
            each.sponsor = event.new(each.sponsor)
            if entrant := each.entries.get(event.user.id):
                each.entries[event.user.id] = Entrant(entrant.entry, event.user)
            each.picked = [Entrant(e.entry, event.new(e.person)) for e in each.picked]

    @applies(ShowResumed)
    def _resumed(self, event: ShowResumed, moment: Moment) -> None:
        if giveaway := self.open:
            giveaway.ends_at += event.stood


_FORMER: dict[str, GiveawayEnd] = {"unclaimed": "late", "banned": "banned"}


def prize_of(offer: Offer) -> Offer:
    """Return what is promised with a piece that is given away: nothing is paid for it."""
    return msgspec.structs.replace(
        offer, price=0, shipping=FREE, shipping_cap=None, commission_percent=0, lent_shipping=None
    )


def _tell(moment: Moment, user: str, giveaway: Giveaway, end: GiveawayEnd, note: str = "") -> None:
    told = GIVEAWAY_ENDS[end]
    if told is None:
        return
    ref: ItemRef | None = None
    if giveaway.item is not None:
        ref = moment.state[RunOfShow].items[giveaway.item].ref()
    text = told.text.format(giveaway.title)
    moment.state[Notices].tell_end(
        moment, user, Told(told.kind, f"{text} {note}" if note else text), ref
    )
