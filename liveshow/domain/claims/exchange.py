"""Putting right what somebody holds: they wrote M and meant S, or one and meant two.

It stays the same hold, with its price, its promises and its clock. What it takes more is free and
nobody waits for it; what it takes less goes to those in line.
"""

from __future__ import annotations

from liveshow.domain.claims.commands import ChangeClaim
from liveshow.domain.claims.decide import for_sale, held_claim, not_paying
from liveshow.domain.claims.events import ItemExchanged
from liveshow.domain.claims.for_buyer import check_free
from liveshow.domain.claims.state import Claim, Claims
from liveshow.domain.run_of_show.items import on_sale, pick_variant
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.show.context import Context, Decision
from liveshow.errors import Conflict

# Their price is of exactly these pieces.
FIXED = ("auction", "offer", "bundle")


def change(ctx: Context, command: ChangeClaim) -> Decision:
    """Give a hold another variant or number of pieces; without a difference nothing happens."""
    me = ctx.require("sell")
    held = held_claim(ctx, command.claim)
    not_paying(held)
    item = on_sale(ctx, ctx[RunOfShow].items[held.item])
    variant = held.variant if command.variant is None else pick_variant(item, command.variant).id
    quantity = held.quantity if command.quantity is None else command.quantity
    if (variant, quantity) == (held.variant, held.quantity):
        return Decision([])
    # A flash price is for so many pieces, whatever their size.
    source, others = held.offer.source, quantity != held.quantity
    if source in FIXED or (source == "flash" and others):
        raise Conflict(
            "claim_fixed",
            "Its price was agreed for exactly these pieces. Cancel the hold, then hold the others.",
        )
    _check_more(ctx, item, held, variant, quantity)
    event = ItemExchanged(
        item=item.id,
        claim=held.id,
        user=held.buyer,
        was_variant=held.variant,
        was_quantity=held.quantity,
        variant=variant,
        quantity=quantity,
        by=me,
        note=command.reason,
    )
    return Decision([event])


def _check_more(ctx: Context, item: Item, held: Claim, variant: str, quantity: int) -> None:
    """What is taken more can be had by the buyer, as if they claimed it now."""
    more = quantity - held.quantity if variant == held.variant else quantity
    if more <= 0:
        return
    for_sale(ctx, item.id)
    check_free(ctx, item, pick_variant(item, variant), more)
    limit, has = ctx.show.claims_per_buyer, ctx[Claims].count_held(held.buyer.id, item.id)
    if quantity > held.quantity and has - held.quantity + quantity > limit:
        raise Conflict("claim_limit", f"@{held.buyer.handle} can have {limit} of these at a time.")
