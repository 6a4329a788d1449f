"""The offers of a show that wait for an answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from liveshow.domain.offers.ends import TO_BUYER, TO_SELLER
from liveshow.domain.offers.events import (
    OfferAccepted,
    OfferCountered,
    OfferEnded,
    OfferMade,
    Side,
)
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.running.events import ShowResumed, UserRenamed
from liveshow.domain.show.notices import Notices
from liveshow.domain.show.slices import Moment, Slice, applies
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person

# So often an offer is countered, by both sides together.
MAX_COUNTERS = 3


@dataclass
class PriceOffer:
    """What a buyer would pay for pieces, and what the seller said to it; amounts are of one piece.

    ``amount`` stands now, and ``turn`` says whose answer is awaited until ``until`` (ms).
    ``offered`` is the newest that the buyer said, ``asked`` the newest of the seller. ``in_show``:
    its clock stands still while the show does.
    """

    id: str
    item: str
    variant: str
    buyer: Person
    quantity: int
    offered: int
    amount: int
    until: int
    in_show: bool
    asked: int | None = None
    turn: Side = "seller"
    counters: int = 0


@dataclass
class PriceOffers(Slice):
    """Those that stand, by id, oldest first; and how many each buyer has made, by their id."""

    standing: dict[str, PriceOffer] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)

    # --- questions -------------------------------------------------------------------------

    def of_item(self, item_id: str) -> list[PriceOffer]:
        return [offer for offer in self.standing.values() if offer.item == item_id]

    def of_buyer(self, user_id: str) -> list[PriceOffer]:
        return [offer for offer in self.standing.values() if offer.buyer.id == user_id]

    def find(self, user_id: str, item_id: str, variant_id: str) -> PriceOffer | None:
        """The offer of somebody for a variant."""
        for offer in self.of_buyer(user_id):
            if (offer.item, offer.variant) == (item_id, variant_id):
                return offer
        return None

    def people(self, state: ShowState) -> set[str]:
        """Ids of everybody whom a standing offer concerns."""
        return {
            person
            for offer in self.standing.values()
            for person in (offer.buyer.id, *sellers(state, offer.item))
        }

    # --- changes ---------------------------------------------------------------------------

    def put(self, offer: PriceOffer) -> None:
        self.standing[offer.id] = offer

    @applies(OfferMade)
    def _made(self, event: OfferMade, moment: Moment) -> None:
        self.put(
            PriceOffer(
                id=event.offer,
                item=event.item,
                variant=event.variant,
                buyer=event.user,
                quantity=event.quantity,
                offered=event.amount,
                amount=event.amount,
                until=event.until,
                in_show=event.in_show,
            )
        )
        self.made[event.user.id] = self.made.get(event.user.id, 0) + 1
        _tell_owner(moment, event, "offer_made", price=event.amount)

    @applies(OfferCountered)
    def _countered(self, event: OfferCountered, moment: Moment) -> None:
        offer = self.standing[event.offer]
        offer.counters += 1
        offer.amount, offer.until, offer.in_show = event.amount, event.until, event.in_show
        if event.side == "buyer":
            offer.offered, offer.turn = event.amount, "seller"
            _tell_owner(moment, event, "offer_made", price=event.amount)
        else:
            offer.asked, offer.turn = event.amount, "buyer"
            moment.state[Notices].tell(
                moment,
                event.user.id,
                "offer_countered",
                _item(moment, event.item).ref(),
                price=event.amount,
            )

    @applies(OfferAccepted)
    def _accepted(self, event: OfferAccepted, moment: Moment) -> None:
        del self.standing[event.offer]
        if event.side == "seller":
            moment.state[Notices].tell(
                moment,
                event.user.id,
                "offer_accepted",
                _item(moment, event.item).ref(),
                price=event.amount,
            )
        _tell_owner(moment, event, "offer_taken", price=event.amount)

    @applies(OfferEnded)
    def _ended(self, event: OfferEnded, moment: Moment) -> None:
        del self.standing[event.offer]
        ref = _item(moment, event.item).ref()
        told = TO_BUYER[event.reason]
        moment.state[Notices].tell_end(moment, event.user.id, told, ref)
        if end := TO_SELLER[event.reason]:
            _tell_owner(moment, event, end.kind, end.text)

    @applies(UserRenamed)
    def _renamed(self, event: UserRenamed, moment: Moment) -> None:
        for offer in self.of_buyer(event.user.id):
            offer.buyer = event.user

    @applies(ShowResumed)
    def _resumed(self, event: ShowResumed, moment: Moment) -> None:
        for offer in self.standing.values():
            if offer.in_show:
                offer.until += event.stood


def _item(moment: Moment, item_id: str) -> Item:
    return moment.state[RunOfShow].items[item_id]


def _tell_owner(
    moment: Moment,
    event: OfferMade | OfferCountered | OfferAccepted | OfferEnded,
    kind: str,
    text: str = "",
    price: int | None = None,
) -> None:
    """Tell the owner what somebody else did, unless they have the list of offers before them."""
    show, item = moment.state.show, _item(moment, event.item)
    owner = item.owner.id
    by = None if isinstance(event, OfferMade) else event.by
    if (by and by.id == owner) or (show.on_air and show.may(owner, "sell")):
        return
    text = text or f"@{event.user.handle}"
    moment.state[Notices].tell(moment, owner, kind, item.ref(), text, price)


def sellers(state: ShowState, item_id: str) -> Iterable[str]:
    """Ids of those who may answer offers for an item: its owner, and who sells in the show."""
    show, item = state.show, state[RunOfShow].items.get(item_id)
    yield show.host.id
    yield from (user for user in show.staff if show.may(user, "sell"))
    if item is not None:
        yield item.owner.id
