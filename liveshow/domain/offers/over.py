"""How offers end without an answer: by time, with the show, and when they can lead nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from liveshow.domain.claims.events import (
    ItemClaimed,
    ItemPaying,
    ItemReleased,
    ItemUnwaitlisted,
    ItemWaitlisted,
)
from liveshow.domain.claims.pricing import price_now
from liveshow.domain.claims.state import Claims
from liveshow.domain.moderation.events import UserBanned
from liveshow.domain.offers.events import OfferEnd, OfferEnded
from liveshow.domain.offers.state import PriceOffer, PriceOffers
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.running.events import ShowEnded, ShowStaffed
from liveshow.domain.show.context import Context
from liveshow.domain.show.events import Event, Record
from liveshow.domain.show.feature import Due
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person


def floor_of(item: Item) -> int:
    """Return the least for which its owner lets a lent item go."""
    return item.lending.floor if item.lending else 0


def over_limit(state: ShowState, item: Item, buyer: Person, quantity: int) -> bool:
    """Whether somebody would have more pieces of an item than one may have at a time."""
    claims = state[Claims]
    waiting = sum(entry.quantity for entry in claims.waiting_of(buyer.id, item.id))
    own = claims.count_held(buyer.id, item.id) + waiting
    return own + quantity > state.show.claims_per_buyer


def ended(offer: PriceOffer, reason: OfferEnd, by: Person | None = None) -> OfferEnded:
    return OfferEnded(offer.id, offer.item, offer.buyer, reason, by)


def _due_id(offer: PriceOffer) -> str:
    return f"offer:{offer.id}"


def _stands_still(state: ShowState, offer: PriceOffer) -> bool:
    return offer.in_show and state.show.interrupted_at is not None


def is_over(ctx: Context, offer: PriceOffer) -> bool:
    now = ctx.show.clock(ctx.now) if offer.in_show else ctx.now
    return offer.until <= now


def deadline(state: ShowState, aside: frozenset[str]) -> int | None:
    return min(
        (
            offer.until
            for offer in state[PriceOffers].standing.values()
            if not _stands_still(state, offer) and _due_id(offer) not in aside
        ),
        default=None,
    )


def due(ctx: Context) -> Iterable[Due]:
    for offer in list(ctx[PriceOffers].standing.values()):
        if not _stands_still(ctx.state, offer) and offer.until <= ctx.now:
            reason: OfferEnd = "expired" if offer.turn == "seller" else "counter_expired"
            yield Due(_due_id(offer), [ended(offer, reason)])


def follow(ctx: Context, records: Sequence[Record]) -> Iterable[Event]:
    """Offers end with the show, with their buyer's right to buy, and when they can lead nowhere."""
    offers = ctx[PriceOffers]
    if not offers.standing:
        return
    for record in records:
        match record.event:
            case ShowEnded():
                yield from [ended(offer, "show_over") for offer in offers.standing.values()]
            case UserBanned(user=user):
                yield from [ended(offer, "banned") for offer in offers.of_buyer(user.id)]
            case ShowStaffed(user=user) if ctx.show.may(user.id, "sell"):
                yield from [ended(offer, "on_team") for offer in offers.of_buyer(user.id)]
            case ItemClaimed(item=item, hold=hold, via=via):
                touched = offers.of_item(item) if via == "offer" else offers.of_buyer(hold.user.id)
                yield from _vain(ctx, item, touched, by_offer=via == "offer")
            case ItemReleased() | ItemPaying() | ItemWaitlisted() | ItemUnwaitlisted():
                pass  # Crowds do that, and no offer is the less for it.
            case event:
                if item_id := _touched(event):
                    yield from _vain(ctx, item_id, offers.of_item(item_id))


def _touched(event: Event) -> str | None:
    """The item to which anything has happened, whichever feature it was: a piece was sold, a size
    taken out, a price cut for a while."""
    item = getattr(event, "item", None)
    found = item if isinstance(item, str) else getattr(item, "id", None)
    return found if isinstance(found, str) else None


def _vain(
    ctx: Context, item_id: str, offers: Iterable[PriceOffer], *, by_offer: bool = False
) -> Iterable[Event]:
    """End those that lead nowhere any more. ``by_offer``: another one has just been accepted."""
    for offer in offers:
        if offer.item == item_id and (reason := _why_over(ctx, offer, by_offer=by_offer)):
            yield ended(offer, reason)


def _why_over(ctx: Context, offer: PriceOffer, *, by_offer: bool) -> OfferEnd | None:
    item = ctx[RunOfShow].present(offer.item)
    variant = item.variant(offer.variant) if item else None
    if item is None or variant is None:
        return "gone"
    if variant.left < offer.quantity:
        return "sold"
    if offer.amount < floor_of(item):
        return "dearer"
    if by_offer and variant.available < offer.quantity:
        return "taken"
    if ctx[Claims].count_held(offer.buyer.id, item.id) and over_limit(
        ctx.state, item, offer.buyer, offer.quantity
    ):
        return "claimed"
    price = price_now(ctx, item, offer.variant, offer.quantity, offer.buyer.id)
    return "cheaper" if price.amount <= offer.amount else None
