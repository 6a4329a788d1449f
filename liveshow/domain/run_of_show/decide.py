"""Decisions about the run of show."""

from __future__ import annotations

from collections.abc import Iterable

from liveshow.domain.claims.events import unwaitlisted
from liveshow.domain.claims.state import Claims
from liveshow.domain.prices import was
from liveshow.domain.run_of_show.commands import (
    Add,
    Added,
    ListingChanged,
    Move,
    Pin,
    Remove,
    Reprice,
    Restock,
    Unpin,
)
from liveshow.domain.run_of_show.events import (
    ItemAdded,
    ItemChanged,
    ItemMoved,
    ItemPinned,
    ItemRemoved,
    ItemRepriced,
    ItemStocked,
    ItemUnpinned,
    RemovedReason,
)
from liveshow.domain.run_of_show.facts import LISTINGS, LOWEST, STOCK, ListingFacts
from liveshow.domain.run_of_show.items import (
    check_price,
    fresh_item,
    item_view,
    on_sale,
    pick_variant,
    sale_needs,
)
from liveshow.domain.run_of_show.size import check_room_for
from liveshow.domain.run_of_show.state import MAX_ITEMS, Item, RunOfShow
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.events import Event
from liveshow.domain.show.facts import Needs
from liveshow.domain.show.feature import Due
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import StockMove, Variant
from liveshow.errors import Conflict, Forbidden, NotFound


def _item(ctx: Context, item_id: str) -> Item:
    item = ctx[RunOfShow].present(item_id)
    if item is None:
        raise NotFound("unknown_item", "That item is not in this show.")
    return item


def item_needs(ctx: Context, command: Remove | Restock) -> Needs:
    return sale_needs(ctx, command.item)


def add_needs(ctx: Context, command: Add) -> Needs:
    return listing_needs(ctx, command).add(LOWEST, command.listing)


def listing_needs(ctx: Context, command: Add | ListingChanged) -> Needs:
    return Needs().add(LISTINGS, command.listing).add(STOCK, command.listing)


def _sellable(ctx: Context, listing_id: str) -> ListingFacts:
    """The listing, if this show may sell it."""
    listing = ctx.facts.get(LISTINGS, listing_id)
    if listing is None or listing.archived:
        raise NotFound("unknown_listing", "That listing does not exist.")
    if not _may_sell(ctx, listing):
        raise Forbidden("no_mandate", f"@{listing.owner.handle} has not lent this to the show.")
    return listing


def _may_sell(ctx: Context, listing: ListingFacts) -> bool:
    if listing.owner.id == ctx.show.host.id:
        return True
    lending = listing.lending
    return lending is not None and (lending.expires_at is None or lending.expires_at > ctx.now)


# --- commands ------------------------------------------------------------------------------


def add(ctx: Context, command: Add) -> Decision:
    ctx.require("sell")
    ctx.not_ended()
    run = ctx[RunOfShow]
    listing = _sellable(ctx, command.listing)
    known = run.by_listing(listing.id)
    if known and not known.removed:
        raise Conflict("already_added", "That listing is already in this show.")
    if known is None and len(run.items) >= MAX_ITEMS:
        raise Conflict("too_many_items", f"A show has at most {MAX_ITEMS} items.")
    check_room_for(ctx.state, listing)
    if listing.currency != ctx.show.currency:
        raise Conflict(
            "currency_mismatch",
            f"This show sells in {ctx.show.currency}, the listing is in {listing.currency}.",
        )
    price = command.price if command.price is not None else listing.price
    if command.price is None and listing.lending:
        price = max(price, listing.lending.floor)
    check_price(price, listing)
    item_id = known.id if known else ctx.mint()
    number = known.number if known else run.next_number
    item = fresh_item(ctx, listing, item_id, number, price)
    item.was = was(price, listing.price, ctx.facts.get(LOWEST, listing.id))
    event = ItemAdded(item_view(ctx.state, item, ctx.facts.rules), len(run.order), item.lending)
    return Decision([event], Added(item_id, number))


def remove(ctx: Context, command: Remove) -> Decision:
    ctx.require("sell")
    return Decision([ItemRemoved(_item(ctx, command.item).id, "removed")])


def move(ctx: Context, command: Move) -> Decision:
    ctx.require("sell")
    item = _item(ctx, command.item)
    order = [other for other in ctx[RunOfShow].order if other != item.id]
    order.insert(command.to, item.id)
    if order == ctx[RunOfShow].order:
        return Decision()
    return Decision([ItemMoved(order)])


def pin(ctx: Context, command: Pin) -> Decision:
    ctx.require("sell")
    ctx.not_ended()
    item = _item(ctx, command.item)
    check_price(item.price, _sellable(ctx, item.listing))
    if ctx[RunOfShow].pinned == item.id:
        return Decision()
    return Decision([ItemPinned(item.id)])


def unpin(ctx: Context, _command: Unpin) -> Decision:
    ctx.require("sell")
    pinned = ctx[RunOfShow].pinned
    return Decision() if pinned is None else Decision([ItemUnpinned(pinned)])


def reprice(ctx: Context, command: Reprice) -> Decision:
    me = ctx.require("sell")
    item = _item(ctx, command.item)
    check_price(command.price, _sellable(ctx, item.listing))
    if command.price == item.price:
        return Decision()
    lowest = was(command.price, item.price, ctx.facts.get(LOWEST, item.listing))
    return Decision([ItemRepriced(item.id, command.price, item.price, me, lowest)])


def restock(ctx: Context, command: Restock) -> Decision:
    me = ctx.require("sell")
    item = on_sale(ctx, _item(ctx, command.item))
    if item.owner.id != me.id:
        raise Forbidden("not_owner", f"Only @{item.owner.handle} can change this stock.")
    variant = pick_variant(item, command.variant)
    taken = variant.held + variant.sold
    if command.quantity < taken:
        raise Conflict("stock_in_use", f"{taken} of these are held or sold.", taken=taken)
    added = StockMove(variant.id, quantity=command.quantity - variant.quantity)
    if not added.quantity:
        return Decision()
    variants = [
        Variant(v.id, v.label, command.quantity, v.held, v.sold) if v.id == variant.id else v
        for v in item.variants
    ]
    return Decision([ItemStocked(item.id, variants, added)])


# --- what others changed -------------------------------------------------------------------


def observe(ctx: Context) -> Iterable[Event]:
    """Stock and mandates are looked at in the batch's own transaction, whatever was remembered.

    A mandate that was revoked a moment ago must not be sold under.
    """
    run = ctx[RunOfShow]
    for listing_id, rows in ctx.facts.loaded(STOCK).items():
        item = run.by_listing(listing_id)
        if item is None or rows is None:
            continue
        variants = _as_locked(item, rows)
        if variants != item.variants:
            yield ItemStocked(item.id, variants)
    for listing_id in sorted(ctx.facts.loaded(LISTINGS)):
        item = run.by_listing(listing_id)
        if item is not None and item.owner.id != ctx.show.host.id:
            yield from _in_line_with_listing(ctx, item, listing_id)


def _as_locked(item: Item, rows: list[Variant]) -> list[Variant]:
    locked = {row.id: row for row in rows}
    return [_as_row(known, locked.get(known.id)) for known in item.variants]


def _as_row(known: Variant, row: Variant | None) -> Variant:
    if row is None:
        # The listing does not have it any more: nothing is left of it.
        left = known.held + known.sold
        return Variant(known.id, known.label, left, known.held, known.sold)
    return Variant(known.id, known.label, row.quantity, row.held, row.sold)


def listing_changed(ctx: Context, command: ListingChanged) -> Decision:
    """Bring an item in line with its listing; it leaves when it may not be sold here any more."""
    item = ctx[RunOfShow].by_listing(command.listing)
    if item is None:
        return Decision()
    return Decision(_in_line_with_listing(ctx, item, command.listing))


def _in_line_with_listing(ctx: Context, item: Item, listing_id: str) -> Iterable[Event]:
    listing = ctx.facts.get(LISTINGS, listing_id)
    if listing is None:
        return
    gone = _why_gone(ctx, item, listing)
    if gone and not item.removed:
        yield ItemRemoved(item.id, gone)
    price = max(item.price, listing.lending.floor) if listing.lending else item.price
    fresh = fresh_item(ctx, listing, item.id, item.number, price)
    fresh.lending = item.lending if gone else listing.lending
    fresh.removed = item.removed
    if fresh == item:
        return
    yield ItemChanged(item_view(ctx.state, fresh, ctx.facts.rules), fresh.lending)
    if fresh.lending and not gone:
        floor, waitlist = fresh.lending.floor, ctx[Claims].waitlist(item.id)
        dearer = [entry for entry in waitlist if entry.offer.price < floor]
        yield from unwaitlisted(item.id, dearer, len(waitlist), "dearer")


def _why_gone(ctx: Context, item: Item, listing: ListingFacts) -> RemovedReason | None:
    if listing.archived:
        return "archived"
    if not _may_sell(ctx, listing):
        return "mandate_expired" if item.lapsed(ctx.now) else "mandate_revoked"
    if listing.currency != ctx.show.currency:
        return "removed"
    return None


# --- mandates that end ---------------------------------------------------------------------


def _due_id(item_id: str) -> str:
    return f"mandate:{item_id}"


def deadline(state: ShowState, aside: frozenset[str]) -> int | None:
    run = state[RunOfShow]
    ends = (
        lending.expires_at
        for item_id in run.order
        if _due_id(item_id) not in aside and (lending := run.items[item_id].lending)
    )
    return min((at for at in ends if at is not None), default=None)


def due(ctx: Context) -> Iterable[Due]:
    run = ctx[RunOfShow]
    for item_id in list(run.order):
        if run.items[item_id].lapsed(ctx.now):
            yield Due(_due_id(item_id), [ItemRemoved(item_id, "mandate_expired")])
