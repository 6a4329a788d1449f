"""Holding pieces for a buyer who is too slow, or who asked for them in the chat.

It is a hold with the usual clock: nothing is charged, the buyer is told and may give it back. It
never takes what others wait for, nor gives a buyer more than they could have claimed themselves.
"""

from __future__ import annotations

from liveshow.domain.claims.commands import Held, HoldFor
from liveshow.domain.claims.decide import for_sale, new_hold
from liveshow.domain.claims.events import ItemClaimed
from liveshow.domain.claims.pricing import price_now
from liveshow.domain.claims.state import Claims
from liveshow.domain.moderation.state import Moderation
from liveshow.domain.run_of_show.items import pick_variant, sale_needs
from liveshow.domain.run_of_show.state import Item
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.facts import PEOPLE, Needs
from liveshow.domain.values import Person, Variant
from liveshow.errors import Conflict, NotFound

# What one buyer may have from the team at a time in a show, unasked for and unpaid.
MAX_GIVEN = 5


def hold_for_needs(ctx: Context, command: HoldFor) -> Needs:
    return sale_needs(ctx, command.item).add(PEOPLE, command.user)


def hold_for(ctx: Context, command: HoldFor) -> Decision:
    """Hold what is free for somebody else than who asks."""
    me = ctx.require("sell")
    buyer = ctx.facts.get(PEOPLE, command.user)
    if buyer is None:
        raise NotFound("unknown_user", "There is no such account.")
    if ctx[Moderation].active(buyer.id, "ban", ctx.now):
        raise Conflict("buyer_banned", f"@{buyer.handle} is banned from this show.")
    item = for_sale(ctx, command.item)
    if item.owner.id == buyer.id:
        raise Conflict("own_item", f"It is @{buyer.handle}'s own.")
    variant = pick_variant(item, command.variant)
    if ctx[Claims].waiting_of(buyer.id, item.id):
        raise Conflict("already_waiting", f"@{buyer.handle} is in line for this already.")
    check_free(ctx, item, variant, command.quantity)
    _check_rights(ctx, item, buyer, command.quantity)
    price = price_now(ctx, item, variant.id, command.quantity, buyer.id)
    hold = new_hold(ctx, variant.id, buyer, command.quantity, price.amount)
    event = ItemClaimed(
        item.id,
        item.number,
        item.title,
        hold,
        "staff",
        None,
        by=me,
        source=price.source,
        was=price.was,
    )
    return Decision([event], Held(hold.claim, hold.until))


def _check_rights(ctx: Context, item: Item, buyer: Person, quantity: int) -> None:
    """What a buyer may not claim is not held for them either."""
    claims = ctx[Claims]
    limit = ctx.show.claims_per_buyer
    if claims.count_held(buyer.id, item.id) + quantity > limit:
        raise Conflict("claim_limit", f"@{buyer.handle} can have {limit} of these at a time.")
    given = sum(claim.via == "staff" for claim in claims.held_by(buyer.id))
    if given >= MAX_GIVEN:
        raise Conflict(
            "claim_limit", f"The team holds {given} claims for @{buyer.handle}. Let them pay first."
        )


def check_free(ctx: Context, item: Item, variant: Variant, quantity: int) -> None:
    """Raise for pieces that are not free, or for which others wait."""
    if variant.left <= 0:
        raise Conflict("sold_out", "All of these are sold.")
    if ctx[Claims].waitlist(item.id).first_of(variant.id) is not None:
        raise Conflict("none_free", "Others are in line for this.")
    if variant.available <= 0:
        raise Conflict("none_free", "All of these are held. They can join the line themselves.")
    if quantity > variant.available:
        raise Conflict("quantity_too_large", f"Only {variant.available} of these are free now.")
