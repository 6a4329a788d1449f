"""What each buyer sees of their own offers, and who sells of those that they may answer."""

from __future__ import annotations

from liveshow.domain.offers.events import Side
from liveshow.domain.offers.state import MAX_COUNTERS, PriceOffer, PriceOffers
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.feature import Look
from liveshow.domain.values import Person, Value


class OfferView(Value, frozen=True):
    """An offer that stands; amounts are of one piece.

    ``amount`` is what stands, ``offered`` the buyer's newest, ``turn`` who answers it until a time
    (ms). ``in_show``: that time stands still while the show does.
    """

    offer: str
    item: str
    number: int
    title: str
    variant: str
    quantity: int
    user: Person
    amount: int
    offered: int
    turn: Side
    counters_left: int
    until: int
    in_show: bool


def _view(look: Look, offer: PriceOffer) -> OfferView:
    item = look.state[RunOfShow].items[offer.item]
    return OfferView(
        offer=offer.id,
        item=item.id,
        number=item.number,
        title=item.title,
        variant=offer.variant,
        quantity=offer.quantity,
        user=offer.buyer,
        amount=offer.amount,
        offered=offer.offered,
        turn=offer.turn,
        counters_left=MAX_COUNTERS - offer.counters,
        until=offer.until,
        in_show=offer.in_show,
    )


def _all(look: Look) -> list[OfferView]:
    return [_view(look, offer) for offer in look.state[PriceOffers].standing.values()]


def _by_buyer(look: Look) -> dict[str, list[OfferView]]:
    found: dict[str, list[OfferView]] = {}
    for offer in look.once(_all):
        found.setdefault(offer.user.id, []).append(offer)
    return found


def _by_owner(look: Look) -> dict[str, list[OfferView]]:
    found: dict[str, list[OfferView]] = {}
    items = look.state[RunOfShow].items
    for offer in look.once(_all):
        found.setdefault(items[offer.item].owner.id, []).append(offer)
    return found


def my_offers(look: Look, who: Person) -> list[OfferView]:
    return look.once(_by_buyer).get(who.id, [])


def offers_for_me(look: Look, who: Person) -> list[OfferView]:
    if look.state.show.may(who.id, "sell"):
        return look.once(_all)
    return look.once(_by_owner).get(who.id, [])
