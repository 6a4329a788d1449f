"""Decisions about claims and waiting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

from liveshow import budgets
from liveshow.domain.auctions.state import Auctions
from liveshow.domain.cards.decide import card_needs, check_card
from liveshow.domain.claims.commands import (
    CancelClaim,
    ChangeClaim,
    Claimed,
    ClaimItem,
    LeaveWaitlist,
    Release,
)
from liveshow.domain.claims.events import (
    ItemClaimed,
    ItemLineOver,
    ItemReleased,
    ItemWaitlisted,
    LineOverReason,
    ReleaseReason,
    Via,
    unwaitlisted,
)
from liveshow.domain.claims.pricing import check_expected, no_dearer_than, price_now
from liveshow.domain.claims.state import Claim, Claims
from liveshow.domain.claims.waitlist import Entry
from liveshow.domain.run_of_show.items import on_sale, pick_variant, sale_needs
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.events import Event, Record
from liveshow.domain.show.facts import Needs
from liveshow.domain.show.feature import Due
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Hold, Person, Price, Variant
from liveshow.errors import Conflict, NotFound

# Ids of buyers by variant.
Lapsed = Mapping[str, Collection[str]]

# The longest waitlist of one item.
MAX_WAITING = budgets.LINE.amount


# --- claiming ------------------------------------------------------------------------------


def claim_needs(ctx: Context, command: ClaimItem) -> Needs:
    return sale_needs(ctx, command.item).update(card_needs(ctx))


def claim(ctx: Context, command: ClaimItem, via: Via = "button") -> Decision:
    """Hold pieces for the buyer, or put them in line."""
    buyer, claims = ctx.me, ctx[Claims]
    item = for_sale(ctx, command.item)
    if item.owner.id == buyer.id:
        raise Conflict("own_item", "This is your own item.")
    check_card(ctx)
    variant = pick_variant(item, command.variant)
    line = claims.waitlist(item.id)
    first = line.first_of(variant.id)
    if first is not None and first.buyer.id == buyer.id:
        return _take_part(ctx, item, variant, command.quantity, first, via)
    price = price_now(ctx, item, variant.id, command.quantity, buyer.id)
    waiting = claims.waiting_of(buyer.id, item.id)
    if any(entry.variant == variant.id for entry in waiting):
        raise Conflict("already_waiting", "You are already in line for this.")
    # What is held may come back, what is sold does not.
    if variant.left <= 0:
        raise Conflict("sold_out", "All of these are sold.")
    if command.quantity > variant.left:
        raise Conflict("quantity_too_large", f"There are only {variant.left} of these left.")
    _check_limit(ctx, item, waiting, command.quantity)
    check_expected(price, command.price)
    # Whoever is in line wants more than is free: nobody passes them meanwhile.
    if first is None and variant.available >= command.quantity:
        return _hold(ctx, item, variant, command.quantity, price, via)
    if len(line) >= MAX_WAITING:
        raise Conflict("waitlist_full", "The waitlist of this item is full.")
    return _wait(ctx, item, variant, command.quantity, price)


def _take_part(
    ctx: Context, item: Item, variant: Variant, quantity: int, first: Entry, via: Via
) -> Decision:
    """Hold what is there for the first in line, who keeps their place for the others."""
    if not quantity <= variant.available or not quantity < first.quantity:
        raise Conflict("already_waiting", "You are already in line for this.")
    if _is_passed(ctx, item.id, variant.id):
        raise Conflict(
            "already_waiting",
            "You let this run out a moment ago. Others in line come first; you keep your place.",
        )
    price = no_dearer_than(price_now(ctx, item, variant.id, quantity, ctx.me.id), first.offer)
    hold = new_hold(ctx, variant.id, ctx.me, quantity, price.amount)
    left = first.quantity - quantity
    event = ItemClaimed(
        item.id,
        item.number,
        item.title,
        hold,
        via,
        first.id,
        left=left,
        source=price.source,
        was=price.was,
    )
    answer = Claimed("held", claim=hold.claim, until=hold.until, entry=first.id, place=1)
    return Decision([event], answer)


def for_sale(ctx: Context, item_id: str) -> Item:
    ctx.not_ended()
    if not ctx.show.on_air:
        raise Conflict("not_live", "The show has not started yet.")
    item = ctx[RunOfShow].present(item_id)
    if item is None:
        raise NotFound("unknown_item", "That item is not in this show.")
    if item.lapsed(ctx.now):
        raise NotFound("unknown_item", "That item is not in this show any more.")
    return on_sale(ctx, item)


def _check_limit(ctx: Context, item: Item, waiting: Iterable[Entry], quantity: int) -> None:
    """Pieces count, held ones and those that one waits for, however many claims they come in."""
    limit = ctx.show.claims_per_buyer
    held = ctx[Claims].count_held(ctx.me.id, item.id)
    own = held + sum(entry.quantity for entry in waiting)
    if own + quantity > limit:
        has = own and limit == 1
        several = f"You can have {limit} of these at a time."
        raise Conflict("claim_limit", "You already have this one." if has else several)


def _hold(
    ctx: Context, item: Item, variant: Variant, quantity: int, price: Price, via: Via
) -> Decision:
    hold = new_hold(ctx, variant.id, ctx.me, quantity, price.amount)
    event = ItemClaimed(
        item.id, item.number, item.title, hold, via, None, source=price.source, was=price.was
    )
    return Decision([event], Claimed("held", claim=hold.claim, until=hold.until))


def new_hold(ctx: Context, variant: str, buyer: Person, quantity: int, price: int) -> Hold:
    return Hold(
        claim=ctx.mint(),
        user=buyer,
        variant=variant,
        quantity=quantity,
        price=price,
        until=ctx.show.clock(ctx.now) + ctx.show.hold_ms,
        paying=False,
    )


def _wait(ctx: Context, item: Item, variant: Variant, quantity: int, price: Price) -> Decision:
    entry, waitlist = ctx.mint(), ctx[Claims].waitlist(item.id)
    event = ItemWaitlisted(
        item.id,
        len(waitlist) + 1,
        entry,
        ctx.me,
        variant.id,
        quantity,
        price.amount,
        price.source,
        price.was,
    )
    place = waitlist.waiting_for(variant.id) + 1
    return Decision([event], Claimed("waitlisted", entry=entry, place=place))


# --- giving back ---------------------------------------------------------------------------


def hold_needs(ctx: Context, command: Release | CancelClaim | ChangeClaim) -> Needs:
    held = ctx[Claims].holds.get(command.claim)
    return sale_needs(ctx, held.item) if held else Needs()


def released(
    ctx: Context, held: Claim, reason: ReleaseReason, *, by: Person | None = None, note: str = ""
) -> ItemReleased:
    """The hold ends without a sale. ``note``: what its buyer is told about it."""
    item = on_sale(ctx, ctx[RunOfShow].items[held.item])
    return ItemReleased(
        item=item.id,
        number=item.number,
        title=held.offer.title,
        claim=held.id,
        user=held.buyer,
        variant=held.variant,
        quantity=held.quantity,
        reason=reason,
        by=by,
        note=note,
        kept=ctx.show.on_air and ctx[Auctions].win_of(held.id) is not None,
    )


def held_claim(ctx: Context, claim_id: str) -> Claim:
    """Return a hold; raise ``unknown_claim`` when there is no such one any more."""
    held = ctx[Claims].holds.get(claim_id)
    if held is None:
        raise NotFound("unknown_claim", "That hold does not exist any more.")
    return held


def release(ctx: Context, command: Release) -> Decision:
    held = held_claim(ctx, command.claim)
    if held.buyer.id != ctx.me.id:
        raise NotFound("unknown_claim", "That hold does not exist any more.")
    not_paying(held)
    return Decision([released(ctx, held, "released")])


def cancel(ctx: Context, command: CancelClaim) -> Decision:
    me = ctx.require("sell")
    held = held_claim(ctx, command.claim)
    not_paying(held)
    return Decision([released(ctx, held, "cancelled", by=me, note=command.reason)])


def not_paying(held: Claim) -> None:
    """Raise ``claim_in_checkout`` for what is being paid."""
    if held.payment is not None:
        raise Conflict("claim_in_checkout", "This is being paid. Cancel the checkout first.")


def leave(ctx: Context, command: LeaveWaitlist) -> Decision:
    entry = ctx[Claims].entry(ctx.me.id, command.entry)
    if entry is None:
        raise NotFound("unknown_entry", "You are not in that line any more.")
    waitlist = ctx[Claims].waitlist(entry.item)
    return Decision(unwaitlisted(entry.item, [entry], len(waitlist), "left"))


# --- who is next ---------------------------------------------------------------------------


def leave_needs(ctx: Context, command: LeaveWaitlist) -> Needs:
    if ctx.actor is None:
        return Needs()
    entry = ctx[Claims].entry(ctx.actor.id, command.entry)
    return sale_needs(ctx, entry.item) if entry else Needs()


def serve(ctx: Context, records: Sequence[Record]) -> Iterable[Event]:
    """What was freed goes to the next in line in the same step; lines that are in vain end."""
    freed = [item for record in records if (item := record.event.frees()) is not None]
    return _promotions(ctx, dict.fromkeys(freed)) if freed else ()


def _promotions(ctx: Context, items: Iterable[str]) -> Iterable[Event]:
    for item in items:
        lapsed = _lapsed(ctx, item)
        while promoted := _promotion(ctx, item, lapsed):
            yield promoted
        yield from _in_vain(ctx, item)


def _in_vain(ctx: Context, item_id: str) -> Iterable[Event]:
    """End the lines for variants of which nobody can have one any more."""
    waitlist, item = ctx[Claims].waitlist(item_id), ctx[RunOfShow].present(item_id)
    if not waitlist or item is None or not ctx.show.on_air:
        return
    on_sale(ctx, item)
    for variant_id in waitlist.variants():
        variant = item.variant(variant_id)
        if variant is None or variant.left <= 0:
            rest = len(waitlist) - waitlist.waiting_for(variant_id)
            reason: LineOverReason = "withdrawn" if variant is None else "sold"
            yield ItemLineOver(item_id, variant_id, rest, reason)


def _lapsed(ctx: Context, item_id: str) -> Lapsed:
    """Those in line who let a hold run out less than its length ago."""
    return ctx[Claims].lapsed(item_id, ctx.show.clock(ctx.now) - ctx.show.hold_ms)


def _is_passed(ctx: Context, item_id: str, variant: str) -> bool:
    passed = ctx[Claims].waitlist(item_id).passed(_lapsed(ctx, item_id))
    return ctx.me.id in passed.get(variant, ())


def _promotion(ctx: Context, item_id: str, lapsed: Lapsed) -> Event | None:
    """The next promotion that the item's stock allows, or None.

    The first in line whose variant and quantity fit; those who do not fit keep their place, and so
    do those who let a hold run out, while others wait. A show that is not on promotes nobody.
    """
    waitlist, item = ctx[Claims].waitlist(item_id), ctx[RunOfShow].present(item_id)
    if not waitlist or item is None or item.lapsed(ctx.now) or not ctx.show.on_air:
        return None
    on_sale(ctx, item)
    entry = waitlist.first_that_fits(
        {variant.id: variant.available for variant in item.variants},
        {variant.id: variant.left for variant in item.variants},
        waitlist.passed(lapsed),
    )
    if entry is None:
        return None
    variant = item.variant(entry.variant)
    quantity = min(entry.quantity, variant.left) if variant else entry.quantity
    # Nobody pays more than they had to expect when they joined the line.
    price = price_now(ctx, item, entry.variant, quantity, entry.buyer.id)
    price = no_dearer_than(price, entry.offer)
    hold = new_hold(ctx, entry.variant, entry.buyer, quantity, price.amount)
    return ItemClaimed(
        item.id,
        item.number,
        item.title,
        hold,
        "waitlist",
        entry.id,
        source=price.source,
        was=price.was,
    )


# --- holds that end, and waitlists that nobody has looked at -------------------------------


def due_id(held: Claim) -> str:
    """Return what is over when a hold is: the payment that it is in, or the hold alone."""
    return f"payment:{held.payment}" if held.payment else f"hold:{held.id}"


def _waitlist_id(item_id: str) -> str:
    return f"waitlist:{item_id}"


def deadline(state: ShowState, aside: frozenset[str]) -> int | None:
    claims = state[Claims]
    if any(_waitlist_id(item) not in aside for item in _unserved(state)):
        return 0
    if state.show.interrupted_at is not None:
        return None
    holds = (held.until for held in claims.holds.values() if not aside or due_id(held) not in aside)
    lapses = (at for item, at in _forgiven(state).items() if _waitlist_id(item) not in aside)
    return min(chain(holds, lapses), default=None)


def _unserved(state: ShowState) -> list[str]:
    return sorted(state[Claims].unserved) if state.show.on_air else []


def _forgiven(state: ShowState) -> dict[str, int]:
    """When the first of those who let a hold run out has a turn again, by item; ms."""
    claims = state[Claims]
    if not claims.lapses or not state.show.on_air or state.show.interrupted_at is not None:
        return {}
    firsts = {
        item: [
            next(iter(lapses.values()))
            for variant in waitlist.variants()
            if (lapses := claims.lapses.get(variant))
        ]
        for item, waitlist in claims.waitlists.items()
    }
    return {item: min(ats) + state.show.hold_ms for item, ats in firsts.items() if ats}


def _to_serve(ctx: Context) -> list[str]:
    """Items whose waitlists are looked at although nothing was freed in this step."""
    forgiven = [item for item, at in _forgiven(ctx.state).items() if at <= ctx.now]
    return sorted({*_unserved(ctx.state), *forgiven})


def over(ctx: Context) -> list[Claim]:
    """Holds that are over now, those that ended first in front."""
    if ctx.show.interrupted_at is not None:
        return []
    found = [held for held in ctx[Claims].holds.values() if held.until <= ctx.now]
    return sorted(found, key=lambda held: (held.until, held.created_at, held.id))


def due_needs(ctx: Context) -> Needs:
    return sale_needs(ctx, *(held.item for held in over(ctx)), *_to_serve(ctx))


def due(ctx: Context) -> Iterable[Due]:
    """Holds that are in no checkout, because a payment ends as a whole; and waitlists."""
    for held in over(ctx):
        if held.payment is None:
            yield Due(due_id(held), [released(ctx, held, "expired")])
    for item in _to_serve(ctx):
        yield Due(_waitlist_id(item), _serve_first(ctx, item))


def _serve_first(ctx: Context, item: str) -> Iterable[Event]:
    claims, since = ctx[Claims], ctx.show.clock(ctx.now) - ctx.show.hold_ms
    claims.unserved.discard(item)
    for variant in claims.waitlist(item).variants():
        claims.forget_lapses(variant, since)
    yield from _promotions(ctx, [item])
