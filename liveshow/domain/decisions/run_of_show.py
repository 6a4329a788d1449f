"""The ordered items of a show: adding, pinning, prices and stock, and lent items that leave."""

from __future__ import annotations

from dataclasses import replace

from liveshow.domain.apply import item_from
from liveshow.domain.commands import (
    Add,
    ListingChanged,
    Move,
    Pin,
    Remove,
    Reprice,
    Restock,
    StockSeen,
    Unpin,
)
from liveshow.domain.decisions.claims import lapsed, unwaitlisted
from liveshow.domain.decisions.context import Context, Decision, pick_variant
from liveshow.domain.events import Event
from liveshow.domain.facts import ListingFacts
from liveshow.domain.run_size import check_room_for
from liveshow.domain.state import MAX_ITEMS, Item, Json, Variant
from liveshow.domain.views import item_view, lending_view
from liveshow.domain.waitlist import Waitlist
from liveshow.errors import Conflict, Forbidden, NotFound


def _check_price(item_price: int, listing: ListingFacts) -> None:
    if listing.lending and item_price < listing.lending.floor:
        raise Conflict(
            "below_floor",
            "The owner does not allow a price below their floor.",
            floor=listing.lending.floor,
        )


def _sellable(ctx: Context, listing_id: str) -> ListingFacts:
    """The listing, if this show may sell it."""
    listing = ctx.facts.listings.get(listing_id)
    if listing is None or listing.archived:
        raise NotFound("unknown_listing", "That listing does not exist.")
    if not _may_sell(ctx, listing):
        raise Forbidden("no_mandate", f"@{listing.owner.handle} has not lent this to the show.")
    return listing


def _may_sell(ctx: Context, listing: ListingFacts) -> bool:
    if listing.owner.id == ctx.state.host.id:
        return True
    lending = listing.lending
    return lending is not None and (lending.expires_at is None or lending.expires_at > ctx.now)


def add(ctx: Context, command: Add) -> Decision:
    ctx.require("sell")
    ctx.not_ended()
    state = ctx.state
    listing = _sellable(ctx, command.listing)
    known = state.by_listing(listing.id)
    if known and not known.removed:
        raise Conflict("already_added", "That listing is already in this show.")
    if known is None and len(state.items) >= MAX_ITEMS:
        raise Conflict("too_many_items", f"A show has at most {MAX_ITEMS} items.")
    check_room_for(state, listing)
    if listing.currency != state.currency:
        raise Conflict(
            "currency_mismatch",
            f"This show sells in {state.currency}, the listing is in {listing.currency}.",
        )
    price = command.price if command.price is not None else listing.price
    if command.price is None and listing.lending:
        price = max(price, listing.lending.floor)
    _check_price(price, listing)
    item_id = known.id if known else ctx.mint()
    number = known.number if known else state.next_number
    data = _item_data(ctx, listing, item_id, number, price)
    event = Event("item.added", data | {"at_index": len(state.order)})
    return Decision([event], {"item": item_id, "number": number})


def _item_data(ctx: Context, listing: ListingFacts, item_id: str, number: int, price: int) -> Json:
    """The ``item`` and ``lending`` of an event about the listing as it is now.

    Of stock that the state knows, the state is right: it follows the batch, the facts were
    read before it.
    """
    known = ctx.state.by_listing(listing.id)
    stock = {variant.id: variant for variant in known.variants} if known else {}
    variants = [
        replace(stock[fresh.id], label=fresh.label) if fresh.id in stock else fresh
        for fresh in listing.variants
    ]
    claims = [claim for claim in ctx.state.claims.values() if claim.item == item_id]
    # A variant that somebody still holds cannot leave before them.
    missing = {claim.variant for claim in claims} - {variant.id for variant in listing.variants}
    variants += [replace(variant) for variant in stock.values() if variant.id in missing]
    item = Item(
        id=item_id,
        number=number,
        listing=listing.id,
        title=listing.title,
        price=price,
        owner=listing.owner,
        variants=variants,
        description=listing.description,
        photos=listing.photos,
        brand=listing.brand,
        category=listing.category,
        condition=listing.condition,
        shipping=listing.shipping,
        lending=listing.lending,
        sold_here=known.sold_here if known else 0,
    )
    view = item_view(ctx.state, item, ctx.facts.rules, [claim.json() for claim in claims])
    return {"item": view, "lending": lending_view(listing.lending)}


def remove(ctx: Context, command: Remove) -> Decision:
    ctx.require("sell")
    item = ctx.item(command.item)
    return Decision([Event("item.removed", {"item": item.id, "reason": "removed"})])


def move(ctx: Context, command: Move) -> Decision:
    ctx.require("sell")
    item = ctx.item(command.item)
    order = [other for other in ctx.state.order if other != item.id]
    order.insert(command.to, item.id)
    if order == ctx.state.order:
        return Decision()
    return Decision([Event("item.moved", {"order": order})])


def pin(ctx: Context, command: Pin) -> Decision:
    ctx.require("sell")
    ctx.not_ended()
    item = ctx.item(command.item)
    _check_price(item.price, _sellable(ctx, item.listing))
    if ctx.state.pinned == item.id:
        return Decision()
    return Decision([Event("item.pinned", {"item": item.id})])


def unpin(ctx: Context, _command: Unpin) -> Decision:
    ctx.require("sell")
    if ctx.state.pinned is None:
        return Decision()
    return Decision([Event("item.unpinned", {"item": ctx.state.pinned})])


def reprice(ctx: Context, command: Reprice) -> Decision:
    me = ctx.require("sell")
    item = ctx.item(command.item)
    _check_price(command.price, _sellable(ctx, item.listing))
    if command.price == item.price:
        return Decision()
    data = {"item": item.id, "price": command.price, "was": item.price, "by": me.json()}
    return Decision([Event("item.repriced", data)])


def restock(ctx: Context, command: Restock) -> Decision:
    me = ctx.require("sell")
    item = ctx.item(command.item)
    if item.owner.id != me.id:
        raise Forbidden("not_owner", f"Only @{item.owner.handle} can change this stock.")
    variant = pick_variant(item, command.variant)
    taken = variant.held + variant.sold
    if command.quantity < taken:
        raise Conflict("stock_in_use", f"{taken} of these are held or sold.", taken=taken)
    if command.quantity == variant.quantity:
        return Decision()
    variants = [
        v.json() | ({"quantity": command.quantity} if v.id == variant.id else {})
        for v in item.variants
    ]
    return Decision([Event("item.stocked", {"item": item.id, "variants": variants})])


def stock_seen(ctx: Context, command: StockSeen) -> Decision:
    """Stock that another show, or the closet, has changed since this room last looked."""
    events = []
    for item in ctx.state.items.values():
        seen = [_as_seen(item, variant, command.stock) for variant in item.variants]
        if seen != item.variants:
            variants = [variant.json() for variant in seen]
            events.append(Event("item.stocked", {"item": item.id, "variants": variants}))
    return Decision(events)


def _as_seen(item: Item, variant: Variant, stock: dict[str, tuple[int, int, int]]) -> Variant:
    if seen := stock.get(variant.id):
        return Variant(variant.id, variant.label, *seen)
    if any(other.id in stock for other in item.variants):
        # The listing was looked at and does not have this variant any more: nothing is left of it.
        return replace(variant, quantity=variant.held + variant.sold)
    return variant


def listing_changed(ctx: Context, command: ListingChanged) -> Decision:
    """Bring an item in line with its listing; it leaves when it may not be sold here any more."""
    item = ctx.state.by_listing(command.listing)
    listing = ctx.facts.listings.get(command.listing)
    if item is None or listing is None:
        return Decision()
    gone = _why_gone(ctx, item, listing)
    if gone and not item.removed:
        # What is held stays held, with the listing as it was.
        return Decision([Event("item.removed", {"item": item.id, "reason": gone})])
    price = item.price
    if listing.lending:
        price = max(price, listing.lending.floor)
    lending = item.lending if gone else listing.lending
    data = _item_data(ctx, listing, item.id, item.number, price)
    data["lending"] = lending_view(lending)
    fresh = item_from(data["item"], data["lending"])
    fresh.removed = item.removed
    if fresh == item:
        return Decision()
    line = ctx.state.waitlists.get(item.id) or Waitlist()
    present = {variant.id for variant in fresh.variants}
    stranded = [entry.id for entry in line if entry.variant not in present]
    left = unwaitlisted(item.id, stranded, len(line))
    return Decision([Event("item.changed", data), *left])


def _why_gone(ctx: Context, item: Item, listing: ListingFacts) -> str | None:
    if listing.archived:
        return "archived"
    if not _may_sell(ctx, listing):
        return "mandate_expired" if lapsed(item, ctx.now) else "mandate_revoked"
    if listing.currency != ctx.state.currency:
        return "removed"
    return None
