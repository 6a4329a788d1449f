"""Items on sale: what a decision may look at, and an item made of its listing."""

from __future__ import annotations

from typing import Protocol

import msgspec

from liveshow.domain.claims.state import Claims
from liveshow.domain.run_of_show.facts import LISTINGS, LOWEST, STOCK, ListingFacts
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.run_of_show.views import ItemView
from liveshow.domain.shipping import parcel_shipping
from liveshow.domain.show.context import Context
from liveshow.domain.show.facts import Needs, Rules
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Variant
from liveshow.errors import Conflict, NotFound

# How many sizes and colours a sentence lists.
_SAID_CHOICES = 12


def sale_needs(ctx: Context, *item_ids: str) -> Needs:
    """Want the stock of items locked, and the mandates of those that are lent."""
    needs = Needs()
    for item_id in item_ids:
        if item := ctx[RunOfShow].items.get(item_id):
            needs.add(STOCK, item.listing)
            if item.owner.id != ctx.show.host.id:
                needs.add(LISTINGS, item.listing)
    return needs


class _Priced(Protocol):
    """A command that gives an item a price."""

    @property
    def item(self) -> str: ...


def priced_needs(ctx: Context, command: _Priced) -> Needs:
    """Prices have a floor, which is the mandate's."""
    needs = sale_needs(ctx, command.item)
    if item := ctx[RunOfShow].items.get(command.item):
        needs.add(LISTINGS, item.listing)
    return needs


def reduced_needs(ctx: Context, command: _Priced) -> Needs:
    """What is said of a reduction is the lowest price until then."""
    needs = priced_needs(ctx, command)
    if item := ctx[RunOfShow].items.get(command.item):
        needs.add(LOWEST, item.listing)
    return needs


def check_price(price: int, listing: ListingFacts) -> None:
    """Raise ``below_floor`` for what the owner does not allow."""
    if listing.lending and price < listing.lending.floor:
        raise Conflict(
            "below_floor",
            "The owner does not allow a price below their floor.",
            floor=listing.lending.floor,
        )


def on_sale(ctx: Context, item: Item) -> Item:
    """Return an item whose stock a decision is about to look at.

    Raises:
        NotLoaded: its stock is not locked, so that it may be different by now.
    """
    ctx.facts.get(STOCK, item.listing)
    return item


def pick_variant(item: Item, variant_id: str | None) -> Variant:
    """The variant asked for; the only one when there is just one."""
    if variant_id is None:
        if len(item.variants) > 1:
            raise Conflict("variant_required", f"Choose one of these first: {_choices(item)}.")
        return item.variants[0]
    variant = item.variant(variant_id)
    if variant is None:
        raise NotFound("unknown_variant", "That size or colour does not exist.")
    return variant


def _choices(item: Item) -> str:
    """What an item comes in, in words; of many only the first."""
    labels = [variant.label for variant in item.variants]
    return ", ".join(labels[:_SAID_CHOICES]) + (" …" if len(labels) > _SAID_CHOICES else "")


def fresh_item(ctx: Context, listing: ListingFacts, item_id: str, number: int, price: int) -> Item:
    """Return the item that a listing is as it is now.

    Of stock that the state knows, the state is right: it follows the batch, the facts were read
    before it.
    """
    known = ctx[RunOfShow].by_listing(listing.id)
    stock = {variant.id: variant for variant in known.variants} if known else {}
    variants = [_with_stock(fresh, stock.get(fresh.id)) for fresh in listing.variants]
    present = {variant.id for variant in variants}
    # A variant that somebody still holds cannot leave before them.
    held = {claim.variant for claim in ctx[Claims].holds_of_item(item_id)}
    variants += [stock[variant] for variant in stock if variant in held - present]
    return Item(
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
        was=known.was if known and known.price == price else None,
    )


def _with_stock(fresh: Variant, known: Variant | None) -> Variant:
    if known is None:
        return fresh
    return Variant(fresh.id, fresh.label, known.quantity, known.held, known.sold)


def item_view(state: ShowState, item: Item, rules: Rules) -> ItemView:
    """An item as everybody sees it."""
    claims = state[Claims]
    return ItemView(
        id=item.id,
        number=item.number,
        listing=item.listing,
        title=item.title,
        description=item.description,
        photos=item.photos,
        price=item.price,
        currency=state.show.currency,
        owner=item.owner,
        lent=item.owner.id != state.show.host.id,
        brand=item.brand,
        category=item.category,
        condition=item.condition,
        shipping=item.shipping,
        shipping_alone=parcel_shipping(
            [(item.shipping, 1)], None, rules.rates(state.show.currency)
        ),
        variants=item.variants,
        holds=[claim.hold() for claim in claims.holds_of_item(item.id)],
        waiting=len(claims.waitlist(item.id)),
        sold_out=item.sold_out,
        sold_here=item.sold_here,
        was=item.was,
    )


def staff_item_view(state: ShowState, item: Item, rules: Rules) -> ItemView:
    """An item as staff see it: with the mandate under which it is lent."""
    return msgspec.structs.replace(item_view(state, item, rules), lending=item.lending)
