"""Decisions about offers.

An offer holds nothing: whoever claims at the price is faster. Its clock is two minutes while the
show is on, and stands still with it; before the show it is a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from liveshow import budgets
from liveshow.domain.claims.decide import new_hold
from liveshow.domain.claims.events import ItemClaimed
from liveshow.domain.claims.pricing import price_now
from liveshow.domain.claims.state import Claims
from liveshow.domain.offers.commands import (
    AnswerOffer,
    MakeOffer,
    OfferAnswered,
    OfferMadeAnswer,
    WithdrawOffer,
)
from liveshow.domain.offers.events import (
    OfferAccepted,
    OfferCountered,
    OfferEnd,
    OfferMade,
    Side,
)
from liveshow.domain.offers.over import ended, floor_of, is_over, over_limit
from liveshow.domain.offers.state import MAX_COUNTERS, PriceOffer, PriceOffers
from liveshow.domain.run_of_show.items import on_sale, pick_variant, sale_needs
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.events import Event
from liveshow.domain.show.facts import Needs
from liveshow.domain.values import Hold, Person, Price, Variant
from liveshow.errors import Conflict, Forbidden, NotFound

# Less than so much of the price is no offer.
LEAST_PERCENT = 40
SHOW_CLOCK_MS = 120_000
DAY_MS = 86_400_000
# So many offers of a show stand at a time.
MAX_STANDING = budgets.OFFERS_STANDING.amount
# So many a buyer makes in a show, and so many of them stand at a time.
MAX_MADE = budgets.OFFERS_MADE.amount
MAX_OWN = budgets.OFFERS_OWN.amount


@dataclass(frozen=True, slots=True)
class _Clock:
    """Until when (ms) the other side can answer, and whether that is by the show's clock."""

    until: int
    in_show: bool


def _clock(ctx: Context) -> _Clock:
    if ctx.show.on_air:
        return _Clock(ctx.show.clock(ctx.now) + SHOW_CLOCK_MS, in_show=True)
    return _Clock(ctx.now + DAY_MS, in_show=False)


# --- making one ----------------------------------------------------------------------------


def make_needs(ctx: Context, command: MakeOffer) -> Needs:
    return sale_needs(ctx, command.item)


def make(ctx: Context, command: MakeOffer) -> Decision:
    """Offer less than the price to whoever sells the piece."""
    me, item = ctx.me, _open_to_offers(ctx, command.item)
    if item.owner.id == me.id:
        raise Conflict("own_item", "This is your own item.")
    if ctx.show.may(me.id, "sell"):
        raise Forbidden("sells_here", "Who runs a show makes no offers in it.")
    variant = pick_variant(item, command.variant)
    _check_stock(ctx, item, variant, me, command.quantity)
    price = price_now(ctx, item, variant.id, command.quantity, me.id)
    _check_amount(command.amount, price.amount, floor_of(item))
    _check_number(ctx, item, variant, me)
    clock = _clock(ctx)
    made = OfferMade(
        offer=ctx.mint(),
        item=item.id,
        user=me,
        variant=variant.id,
        quantity=command.quantity,
        amount=command.amount,
        until=clock.until,
        in_show=clock.in_show,
    )
    return Decision(
        [made, *_at_least_thefloor_of(ctx, item, made)],
        OfferMadeAnswer(made.offer),
    )


def _open_to_offers(ctx: Context, item_id: str) -> Item:
    ctx.not_ended()
    if ctx.show.status == "draft":
        raise Conflict("not_live", "This show is not announced yet.")
    item = ctx[RunOfShow].present(item_id)
    if item is None or item.lapsed(ctx.now):
        raise NotFound("unknown_item", "That item is not in this show.")
    return on_sale(ctx, item)


def _check_stock(ctx: Context, item: Item, variant: Variant, buyer: Person, quantity: int) -> None:
    if variant.left <= 0:
        raise Conflict("sold_out", "All of these are sold.")
    if quantity > variant.left:
        raise Conflict("quantity_too_large", f"There are only {variant.left} of these left.")
    if any(entry.variant == variant.id for entry in ctx[Claims].waiting_of(buyer.id, item.id)):
        raise Conflict("already_waiting", "You are in line for this. Leave it to make an offer.")
    if over_limit(ctx.state, item, buyer, quantity):
        limit = ctx.show.claims_per_buyer
        raise Conflict("claim_limit", f"You can have {limit} of these at a time.")


def _least(price: int) -> int:
    """The lowest amount that is an offer."""
    return -(-price * LEAST_PERCENT // 100)


def _check_amount(amount: int, price: int, floor: int) -> None:
    if amount >= price:
        raise Conflict(
            "claim_instead", "It costs no more than that. Claim it instead.", price=price
        )
    if floor >= price:
        raise Conflict("no_offers", "This one is not sold for less.")
    if amount < (least := _least(price)):
        raise Conflict(
            "offer_too_low", f"An offer is at least {LEAST_PERCENT} % of the price.", least=least
        )


def _check_number(ctx: Context, item: Item, variant: Variant, me: Person) -> None:
    offers = ctx[PriceOffers]
    if known := offers.find(me.id, item.id, variant.id):
        raise Conflict(
            "offer_stands", "You have an offer for this. Take it back first.", offer=known.id
        )
    if len(offers.of_buyer(me.id)) >= MAX_OWN:
        raise Conflict(
            "too_many_offers", f"{MAX_OWN} of your offers wait for an answer. Take one back."
        )
    if offers.made.get(me.id, 0) >= MAX_MADE:
        raise Conflict("too_many_offers", f"You have made {MAX_MADE} offers in this show.")
    if len(offers.standing) >= MAX_STANDING:
        raise Conflict(
            "offers_full", "Too many offers wait for an answer. Try again in a few minutes."
        )


def _at_least_thefloor_of(
    ctx: Context, item: Item, said: OfferMade | OfferCountered
) -> Iterable[Event]:
    """What is below the owner's floor is countered at once, without asking anybody."""
    floor = floor_of(item)
    if said.amount < floor:
        yield _counter_by(ctx, said.offer, item, said.user, "seller", None, floor)


def _counter_by(
    ctx: Context,
    offer: str,
    item: Item,
    buyer: Person,
    side: Side,
    by: Person | None,
    amount: int,
) -> OfferCountered:
    clock = _clock(ctx)
    return OfferCountered(offer, item.id, buyer, side, by, amount, clock.until, clock.in_show)


# --- answering -----------------------------------------------------------------------------


def answer_needs(ctx: Context, command: AnswerOffer) -> Needs:
    known = ctx[PriceOffers].standing.get(command.offer)
    return sale_needs(ctx, known.item) if known else Needs()


def answer(ctx: Context, command: AnswerOffer) -> Decision:
    """Accept, counter or decline what the other side said."""
    me, offer = ctx.me, _known(ctx, command.offer)
    side = _side(ctx, offer, me)
    item = _open_to_offers(ctx, offer.item)
    if is_over(ctx, offer):
        raise Conflict("offer_over", "The time for an answer is over.")
    if offer.turn != side:
        raise Conflict("not_your_turn", "The other side answers now.")
    if command.accept and command.counter is not None:
        raise Conflict("answer_unclear", "Either accept it or counter it.")
    if command.accept:
        return _accept(ctx, offer, item, side, me)
    if command.counter is not None:
        said = _counter(ctx, offer, item, side, command.counter, me)
        return Decision([said, *_at_least_thefloor_of(ctx, item, said)], OfferAnswered("countered"))
    reason: OfferEnd = "declined" if side == "seller" else "counter_declined"
    return Decision([ended(offer, reason, me)], OfferAnswered("declined"))


def _known(ctx: Context, offer_id: str) -> PriceOffer:
    known = ctx[PriceOffers].standing.get(offer_id)
    if known is None:
        raise _unknown()
    return known


def _unknown() -> NotFound:
    return NotFound("unknown_offer", "That offer is over.")


def _side(ctx: Context, offer: PriceOffer, me: Person) -> Side:
    """Which side somebody is on; of an offer of others nobody learns that there is one."""
    if offer.buyer.id == me.id:
        return "buyer"
    if ctx[RunOfShow].items[offer.item].owner.id == me.id or ctx.show.may(me.id, "sell"):
        return "seller"
    raise _unknown()


def _accept(ctx: Context, offer: PriceOffer, item: Item, side: Side, me: Person) -> Decision:
    """Hold the pieces for the buyer at what was agreed, if they are free now."""
    if offer.amount < floor_of(item):
        raise Conflict("below_floor", "The owner does not allow a price below their floor.")
    variant = pick_variant(item, offer.variant)
    if ctx[Claims].waitlist(item.id).first_of(variant.id) is not None:
        raise Conflict("none_free", "Others are in line for this.")
    if offer.quantity > variant.available:
        raise Conflict(
            "none_free",
            "Not enough of these are free now. One that is held may come back: try again later.",
        )
    if over_limit(ctx.state, item, offer.buyer, offer.quantity):
        who = "You" if side == "buyer" else f"@{offer.buyer.handle}"
        limit = ctx.show.claims_per_buyer
        raise Conflict("claim_limit", f"{who} can have {limit} of these at a time.")
    now = price_now(ctx, item, variant.id, offer.quantity, offer.buyer.id)
    price = Price(offer.amount, "offer") if offer.amount < now.amount else now
    hold = _hold(ctx, offer, price.amount)
    accepted = OfferAccepted(offer.id, item.id, offer.buyer, side, me, price.amount, hold.claim)
    claimed = ItemClaimed(
        item.id, item.number, item.title, hold, "offer", None, source=price.source, was=price.was
    )
    return Decision(
        [accepted, claimed], OfferAnswered("accepted", claim=hold.claim, until=hold.until)
    )


def _hold(ctx: Context, offer: PriceOffer, price: int) -> Hold:
    """As long as every hold; before a show, when nobody sits and waits, a day."""
    hold = new_hold(ctx, offer.variant, offer.buyer, offer.quantity, price)
    if ctx.show.on_air:
        return hold
    return msgspec.structs.replace(hold, until=ctx.now + DAY_MS)


def _counter(
    ctx: Context, offer: PriceOffer, item: Item, side: Side, amount: int, me: Person
) -> OfferCountered:
    if offer.counters >= MAX_COUNTERS:
        raise Conflict("no_more_counters", "This was the last word: accept it, or decline it.")
    price = price_now(ctx, item, offer.variant, offer.quantity, offer.buyer.id).amount
    if side == "seller":
        least = offer.amount + 1
        most = min(price, offer.asked or price) - 1
    else:
        least = max(offer.offered + 1, _least(price))
        most = offer.amount - 1
    if not least <= amount <= most:
        raise Conflict(
            "counter_out_of_range",
            "A counter-offer is between what both sides have said."
            if least <= most
            else "Nothing is left in between: accept it, or decline it.",
            least=least,
            most=most,
        )
    return _counter_by(ctx, offer.id, item, offer.buyer, side, me, amount)


def withdraw(ctx: Context, command: WithdrawOffer) -> Decision:
    me, offer = ctx.me, _known(ctx, command.offer)
    if offer.buyer.id != me.id:
        raise _unknown()
    return Decision([ended(offer, "withdrawn", me)])
