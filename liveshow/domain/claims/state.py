"""Who holds what, and who waits for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from liveshow.domain.claims.ends import HOLD_ENDS, PLACE_ENDS, PlaceEnd
from liveshow.domain.claims.events import (
    ItemClaimed,
    ItemExchanged,
    ItemLineOver,
    ItemPaying,
    ItemReleased,
    ItemSold,
    ItemUnwaitlisted,
    ItemWaitlisted,
    Via,
)
from liveshow.domain.claims.offers import Offered, no_dearer, offer_id
from liveshow.domain.claims.waitlist import Entry, Waitlist, Waitlists
from liveshow.domain.run_of_show.events import ItemRemoved
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.running.events import HoldUntil, ShowEnded, ShowResumed, UserRenamed
from liveshow.domain.show.notices import Notices
from liveshow.domain.show.slices import Moment, Slice, applies
from liveshow.domain.values import Hold, ItemRef, Offer, Person, Price

# A room knows so many offers by their ids; then it begins anew.
OFFERS_KNOWN = 2_000
# Of more variants than these, old lapses are looked for and forgotten.
LAPSES_KNOWN = 1_000
_NOBODY = Waitlist()


@dataclass(slots=True)
class Claim:
    """Pieces that are one buyer's until ``until`` (ms), unless they are paid before."""

    id: str
    item: str
    variant: str
    buyer: Person
    quantity: int
    offer: Offer
    until: int
    created_at: int
    via: Via
    payment: str | None = None
    # Going to checkout prolongs a hold once, so that leaving and coming back cannot hoard it.
    extended: bool = False

    @property
    def price(self) -> int:
        """What one piece costs its buyer."""
        return self.offer.price

    def ref(self, item: Item) -> ItemRef:
        """The item as its buyer knows it."""
        return ItemRef(item.id, item.number, self.offer.title)

    def hold(self) -> Hold:
        """The claim as everybody sees it."""
        return Hold(
            claim=self.id,
            user=self.buyer,
            variant=self.variant,
            quantity=self.quantity,
            price=self.price,
            until=self.until,
            paying=self.payment is not None,
        )


@dataclass
class Claims(Slice):
    """Holds by id, and the waitlist of each item for which somebody waits."""

    holds: dict[str, Claim] = field(default_factory=dict)
    waitlists: Waitlists = field(default_factory=Waitlists)
    # Items whose waitlist is looked at first: stock may have been freed while no room was there.
    unserved: set[str] = field(default_factory=set, compare=False)
    # When buyers let a hold of a variant run out (ms), oldest first; forgotten after its length.
    lapses: dict[str, dict[str, int]] = field(default_factory=dict, compare=False)
    # Ids of holds and of places in line by buyer; ids of holds by item, oldest first.
    _holds_of: dict[str, set[str]] = field(default_factory=dict)
    _entries_of: dict[str, dict[str, str]] = field(default_factory=dict)
    _holds_in: dict[str, dict[str, None]] = field(default_factory=dict)
    _offered: Offered = field(default_factory=Offered, compare=False, repr=False)
    # Ids of offers, and those of which there is a row: at most ``OFFERS_KNOWN``.
    _offer_ids: dict[Offer, str] = field(default_factory=dict, compare=False, repr=False)
    kept_offers: set[str] = field(default_factory=set, compare=False, repr=False)

    # --- questions -------------------------------------------------------------------------

    def held_by(self, user_id: str) -> list[Claim]:
        """Somebody's holds, oldest first."""
        own = [self.holds[claim] for claim in self._holds_of.get(user_id, ())]
        return sorted(own, key=lambda claim: (claim.created_at, claim.id))

    def count_held(self, user_id: str, item_id: str) -> int:
        """How many pieces of one item are held for somebody."""
        if user_id not in self._holds_of:
            return 0
        own = (self.holds[claim] for claim in self._holds_of[user_id])
        return sum(held.quantity for held in own if held.item == item_id)

    def holds_of_item(self, item_id: str) -> list[Claim]:
        """The holds of an item, oldest first."""
        return [self.holds[claim] for claim in self._holds_in.get(item_id, ())]

    def waitlist(self, item_id: str) -> Waitlist:
        """The waitlist of an item, an empty one when nobody waits. Not to be changed."""
        return self.waitlists.get(item_id) or _NOBODY

    def entries_of(self, user_id: str) -> list[Entry]:
        """Somebody's places in line."""
        if user_id not in self._entries_of:
            return []
        return [
            entry
            for entry_id, item in self._entries_of[user_id].items()
            if (entry := self.waitlist(item).get(entry_id))
        ]

    def entry(self, user_id: str, entry_id: str) -> Entry | None:
        """A place in line, if it is this person's."""
        item = self._entries_of.get(user_id, {}).get(entry_id)
        return self.waitlist(item).get(entry_id) if item is not None else None

    def waiting_of(self, user_id: str, item_id: str) -> list[Entry]:
        """Somebody's places in the waitlist of one item."""
        return [entry for entry in self.entries_of(user_id) if entry.item == item_id]

    def lapsed(self, item_id: str, since: int) -> dict[str, set[str]]:
        """Ids of those in line who let a hold run out after a time (ms), by variant."""
        return {
            variant: {
                buyer
                for buyer, at in self.lapses[variant].items()
                if at > since
                and any(entry.variant == variant for entry in self.waiting_of(buyer, item_id))
            }
            for variant in self.waitlist(item_id).variants()
            if variant in self.lapses
        }

    def passed_until(self, entry: Entry, now: int, hold_ms: int) -> int | None:
        """Until when (ms) others in line are served first; None when it is who waits's turn.

        ``now`` is the show's clock, ``hold_ms`` how long a hold is.
        """
        at = self.lapses.get(entry.variant, {}).get(entry.buyer.id)
        if at is None:
            return None
        lapsed = self.lapsed(entry.item, now - hold_ms)
        passed = self.waitlist(entry.item).passed(lapsed)
        return at + hold_ms if entry.buyer.id in passed.get(entry.variant, ()) else None

    def buyers(self) -> Iterable[str]:
        """Ids of everybody who holds something."""
        return list(self._holds_of)

    def buyers_of(self, item_id: str) -> Iterable[str]:
        """Ids of everybody who holds an item or waits for it."""
        holding = (claim.buyer.id for claim in self.holds_of_item(item_id))
        return [*holding, *(entry.buyer.id for entry in self.waitlist(item_id))]

    def offer_id(self, offer: Offer) -> str:
        """Return the id under which an offer is kept."""
        known = self._offer_ids.get(offer)
        if known is None:
            known = offer_id(offer)
            self._know(offer, known)
        return known

    # --- changes ---------------------------------------------------------------------------

    def lapse(self, variant: str, buyer: str, at: int) -> None:
        """Remember that a buyer let a hold run out."""
        lapses = self.lapses.setdefault(variant, {})
        lapses.pop(buyer, None)
        lapses[buyer] = at

    def forget_lapses(self, variant: str, until: int) -> None:
        """Forget which holds of a variant ran out up to a time (ms)."""
        lapses = self.lapses.get(variant, {})
        while lapses and lapses[first := next(iter(lapses))] <= until:
            del lapses[first]
        if not lapses:
            self.lapses.pop(variant, None)

    def _forget_idle_lapses(self, until: int) -> None:
        """Forget lapses up to a time (ms) of all variants that nobody waits for.

        Variants come and go for as long as a listing is edited; what is over for those with a line
        is still to be noticed.
        """
        waited = {variant for line in self.waitlists.values() for variant in line.variants()}
        for variant in self.lapses.keys() - waited:
            self.forget_lapses(variant, until)

    def keep_offer(self, offer: Offer, row_id: str) -> None:
        """Know an offer that has a row."""
        self._know(offer, row_id)
        self.kept_offers.add(row_id)

    def _know(self, offer: Offer, row_id: str) -> None:
        if len(self._offer_ids) >= OFFERS_KNOWN:
            # A host may change a price for years. An offer that is needed again is written again,
            # which changes nothing.
            self._offer_ids.clear()
            self.kept_offers.clear()
        self._offer_ids[offer] = row_id

    def hold(self, claim: Claim) -> None:
        self.holds[claim.id] = claim
        self._holds_of.setdefault(claim.buyer.id, set()).add(claim.id)
        self._holds_in.setdefault(claim.item, {})[claim.id] = None

    def let_go(self, claim_id: str) -> Claim:
        claim = self.holds.pop(claim_id)
        for index, key in ((self._holds_of, claim.buyer.id), (self._holds_in, claim.item)):
            _discard(index, key, claim_id)
        return claim

    def join(self, entry: Entry) -> None:
        self.waitlists.join(entry)
        self._entries_of.setdefault(entry.buyer.id, {})[entry.id] = entry.item

    def leave(self, item_id: str, entry_id: str) -> Entry | None:
        entry = self.waitlists.leave(item_id, entry_id)
        if entry is not None:
            _discard(self._entries_of, entry.buyer.id, entry_id)
        return entry

    def _close_waitlist(self, item_id: str, variant: str | None = None) -> list[Person]:
        """Send everybody away who waits for an item, or a variant; return them, each once."""
        entries = [
            entry
            for entry in self.waitlists.get(item_id, ())
            if variant is None or entry.variant == variant
        ]
        for entry in entries:
            self.leave(item_id, entry.id)
        return list(dict.fromkeys(entry.buyer for entry in entries))

    def _prolong(self, holds: Iterable[HoldUntil]) -> None:
        for hold in holds:
            if claim := self.holds.get(hold.claim):
                claim.until = hold.until

    # --- events ----------------------------------------------------------------------------

    @applies(ItemClaimed)
    def _claimed(self, event: ItemClaimed, moment: Moment) -> None:
        hold = event.hold
        item = moment.state[RunOfShow].items[event.item]
        price = Price(hold.price, event.source, event.was)
        offer = self._offered.now(item, hold.variant, moment.state.show, price)
        if event.entry is not None and (entry := self.waitlist(item.id).get(event.entry)):
            offer = no_dearer(offer, entry.offer)
            if event.left:
                self.waitlists[item.id].shrink(entry.id, event.left)
            else:
                self.leave(item.id, entry.id)
        if (offer.price, offer.source, offer.was) != (price.amount, price.source, price.was):
            offer = msgspec.structs.replace(
                offer, price=price.amount, source=price.source, was=price.was
            )
        self.hold(
            Claim(
                id=hold.claim,
                item=item.id,
                variant=hold.variant,
                buyer=hold.user,
                quantity=hold.quantity,
                offer=offer,
                until=hold.until,
                created_at=moment.at,
                via=event.via,
            )
        )
        item.count(event.moves())
        if event.via == "waitlist":
            notices = moment.state[Notices]
            notices.tell_end(
                moment, hold.user.id, PLACE_ENDS["promoted"], item.ref(), price=hold.price
            )
        elif event.via == "staff":
            moment.state[Notices].tell(moment, hold.user.id, "given", item.ref())

    @applies(ItemWaitlisted)
    def _waitlisted(self, event: ItemWaitlisted, moment: Moment) -> None:
        item = moment.state[RunOfShow].items[event.item]
        price = Price(item.price if event.price is None else event.price, event.source, event.was)
        self.join(
            Entry(
                id=event.entry,
                item=event.item,
                variant=event.variant,
                buyer=event.user,
                quantity=event.quantity,
                at=moment.at,
                offer=self._offered.now(item, event.variant, moment.state.show, price),
            )
        )

    @applies(ItemUnwaitlisted)
    def _unwaitlisted(self, event: ItemUnwaitlisted, moment: Moment) -> None:
        entry = self.waitlist(event.item).get(event.entry)
        # Who stood in front may have kept others from what is free.
        if entry and (
            entry.variant in self.lapses
            or self.waitlist(event.item).first_of(entry.variant) == entry
        ):
            self.unserved.add(event.item)
        self.leave(event.item, event.entry)
        _place_over(moment, event.user.id, event.item, event.reason)

    @applies(ItemLineOver)
    def _line_over(self, event: ItemLineOver, moment: Moment) -> None:
        for buyer in self._close_waitlist(event.item, event.variant):
            _place_over(moment, buyer.id, event.item, event.reason)

    @applies(ItemReleased)
    def _released(self, event: ItemReleased, moment: Moment) -> None:
        item = moment.state[RunOfShow].items[event.item]
        item.count(event.moves())
        held = self.let_go(event.claim)
        if event.reason == "expired":
            self.forget_lapses(event.variant, moment.at - moment.state.show.hold_ms)
            self.lapse(event.variant, held.buyer.id, min(held.until, moment.at))
            if len(self.lapses) > LAPSES_KNOWN:
                self._forget_idle_lapses(moment.at - moment.state.show.hold_ms)
        moment.state[Notices].tell_end(
            moment, event.user.id, HOLD_ENDS[event.reason], held.ref(item), event.note
        )

    @applies(ItemExchanged)
    def _exchanged(self, event: ItemExchanged, moment: Moment) -> None:
        item = moment.state[RunOfShow].items[event.item]
        claim = self.holds[event.claim]
        if event.variant != claim.variant and (variant := item.variant(event.variant)):
            claim.offer = msgspec.structs.replace(claim.offer, variant=variant.label)
        claim.variant, claim.quantity = event.variant, event.quantity
        item.count(event.moves())
        notices = moment.state[Notices]
        notices.tell(moment, event.user.id, "changed", claim.ref(item), text=event.note)

    @applies(ItemPaying)
    def _paying(self, event: ItemPaying, moment: Moment) -> None:
        claim = self.holds[event.claim]
        claim.until = event.until
        claim.payment = event.payment
        claim.extended = True

    @applies(ItemSold)
    def _sold(self, event: ItemSold, moment: Moment) -> None:
        item = moment.state[RunOfShow].items[event.item]
        if not event.late:
            self.let_go(event.claim)
        item.count(event.moves())
        item.sold_here += event.quantity
        ref = ItemRef(item.id, item.number, event.title)
        moment.state[Notices].tell_end(moment, event.user.id, HOLD_ENDS["sold"], ref)

    @applies(ItemRemoved)
    def _removed(self, event: ItemRemoved, moment: Moment) -> None:
        for buyer in self._close_waitlist(event.item):
            _place_over(moment, buyer.id, event.item, event.reason)

    @applies(UserRenamed)
    def _renamed(self, event: UserRenamed, moment: Moment) -> None:
        for claim in self.held_by(event.user.id):
            claim.buyer = event.user
        for entry in self.entries_of(event.user.id):
            self.waitlists[entry.item].rename(entry.id, event.user)

    @applies(ShowResumed)
    def _resumed(self, event: ShowResumed, moment: Moment) -> None:
        self._prolong(event.holds)

    @applies(ShowEnded)
    def _ended(self, event: ShowEnded, moment: Moment) -> None:
        """An ended show promises nothing: whoever waits is told, once for all their places."""
        self._prolong(event.holds)
        first: dict[str, str] = {}
        for item_id in list(self.waitlists):
            for buyer in self._close_waitlist(item_id):
                first.setdefault(buyer.id, item_id)
        self.unserved.clear()
        self.lapses.clear()
        for user, item_id in first.items():
            _place_over(moment, user, item_id, "show_over")


def _place_over(moment: Moment, user: str, item_id: str, end: PlaceEnd) -> None:
    """Tell somebody that their place in line is gone, unless they gave it up."""
    ref = moment.state[RunOfShow].items[item_id].ref()
    moment.state[Notices].tell_end(moment, user, PLACE_ENDS[end], ref)


_Index = dict[str, set[str]] | dict[str, dict[str, None]] | dict[str, dict[str, str]]


def _discard(index: _Index, key: str, member: str) -> None:
    """Take a member out of an index; what is empty is left out."""
    members = index[key]
    if isinstance(members, set):
        members.discard(member)
    else:
        members.pop(member, None)
    if not members:
        del index[key]
