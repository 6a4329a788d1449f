"""Decisions about flash prices.

While a show is interrupted their clocks stand still. What went at a flash price keeps it, and so
does whoever waits in line when it is over: the price is a part of their claim, or of their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from liveshow.domain.claims.decide import for_sale
from liveshow.domain.flash.commands import EndFlash, FlashAnswer, StartFlash
from liveshow.domain.flash.events import FlashCounted, FlashEnded, FlashOver, FlashStarted
from liveshow.domain.flash.state import Flash, Flashes
from liveshow.domain.prices import was
from liveshow.domain.run_of_show.facts import LISTINGS, LOWEST
from liveshow.domain.run_of_show.items import check_price
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.events import Event, Record
from liveshow.domain.show.feature import Due, PriceAsked
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Price
from liveshow.errors import Conflict, NotFound


def price(asked: PriceAsked) -> Price | None:
    """Say the flash price of an item while it lasts and so many can be had at it."""
    flash = asked.state[Flashes].known.get(asked.item)
    if flash is None or flash.until <= asked.state.show.clock(asked.now):
        return None
    if not flash.allows(asked.buyer, asked.quantity):
        return None
    item = asked.state[RunOfShow].items[asked.item]
    return None if _overtaken(item, flash) else Price(flash.price, "flash", flash.was)


def _overtaken(item: Item, flash: Flash) -> bool:
    """Whether the price in the show is no higher, or its owner does not allow this one any more."""
    floor = item.lending.floor if item.lending else 0
    return not floor <= flash.price < item.price


# --- by the team ---------------------------------------------------------------------------


def start(ctx: Context, command: StartFlash) -> Decision:
    """Sell an item for less from now on."""
    me = ctx.require("sell")
    item = for_sale(ctx, command.item)
    if ctx.show.status != "live":
        raise Conflict("not_live", "The show is interrupted. Start it when you are back.")
    if item.id in ctx[Flashes].known:
        raise Conflict("flash_on", "This has a flash price already. End that one first.")
    left = sum(variant.left for variant in item.variants)
    if left <= 0:
        raise Conflict("sold_out", "All of these are sold.")
    if command.quantity is not None and command.quantity > left:
        raise Conflict("quantity_too_large", f"There are only {left} of these left.")
    if command.price >= item.price:
        raise Conflict(
            "not_reduced", "A flash price is below the price in the show.", price=item.price
        )
    listing = ctx.facts.get(LISTINGS, item.listing)
    if listing is not None:
        check_price(command.price, listing)
    event = FlashStarted(
        flash=ctx.mint(),
        item=item.id,
        number=item.number,
        title=item.title,
        price=command.price,
        until=ctx.now + command.seconds * 1000,
        quantity=command.quantity,
        per_buyer=command.per_buyer,
        by=me,
        was=was(command.price, item.price, ctx.facts.get(LOWEST, item.listing)),
    )
    return Decision([event], FlashAnswer(event.flash, event.until))


def end(ctx: Context, command: EndFlash) -> Decision:
    """End a flash price before its time."""
    me = ctx.require("sell")
    flash = ctx[Flashes].known.get(command.item)
    if flash is None:
        raise NotFound("unknown_flash", "The flash price of this is over.")
    return Decision([_ended(ctx, flash, "host", me)])


def undo_start(ctx: Context, event: FlashStarted, _record: Record) -> Decision | None:
    """Take a flash price back that is still on."""
    flash = ctx[Flashes].known.get(event.item)
    if flash is None or flash.id != event.flash or not ctx.show.may(ctx.me.id, "sell"):
        return None
    return Decision([_ended(ctx, flash, "host", ctx.me)])


def _ended(ctx: Context, flash: Flash, reason: FlashOver, by: Person | None = None) -> FlashEnded:
    item = ctx[RunOfShow].items[flash.item]
    return FlashEnded(
        flash=flash.id,
        item=item.id,
        number=item.number,
        title=item.title,
        reason=reason,
        went=flash.went,
        by=by,
    )


# --- by itself -----------------------------------------------------------------------------


def _due_id(flash: Flash) -> str:
    return f"flash:{flash.id}"


def deadline(state: ShowState, aside: frozenset[str]) -> int | None:
    if state.show.interrupted_at is not None:
        return None
    known = state[Flashes].known.values()
    return min((flash.until for flash in known if _due_id(flash) not in aside), default=None)


def due(ctx: Context) -> Iterable[Due]:
    if ctx.show.interrupted_at is not None:
        return
    for flash in list(ctx[Flashes].known.values()):
        if flash.until <= ctx.now:
            yield Due(_due_id(flash), [_ended(ctx, flash, "time")])


def follow(ctx: Context, records: Sequence[Record]) -> Iterable[Event]:
    """End what has no sense any more; tell how many went."""
    for flash in list(ctx[Flashes].known.values()):
        if reason := _why_over(ctx, flash):
            yield _ended(ctx, flash, reason)
        elif flash.counts != flash.told:
            yield FlashCounted(flash.item)


def _why_over(ctx: Context, flash: Flash) -> FlashOver | None:
    if ctx.show.status == "ended":
        return "show_over"
    item = ctx[RunOfShow].items[flash.item]
    if item.removed:
        return "gone"
    if _overtaken(item, flash):
        return "price"
    all_sold = flash.quantity is not None and flash.sold >= flash.quantity
    return "pieces" if all_sold or all(variant.left <= 0 for variant in item.variants) else None
