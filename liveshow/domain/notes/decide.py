"""Decisions about the note of a show and about promises.

The team promises for lent items as well, as it prices them: within the mandate. Owners read the
promises on the orders that they pack, and end them for later claims when they revoke the mandate.
"""

from __future__ import annotations

from liveshow.domain.moderation.state import Moderation
from liveshow.domain.notes.commands import MakePromise, Noted, PinNote, Promised
from liveshow.domain.notes.events import ItemPromised, Promise, ShowNoted
from liveshow.domain.notes.state import MAX_PROMISES, Notes, Promises
from liveshow.domain.run_of_show.items import on_sale, sale_needs
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.facts import Needs
from liveshow.errors import Conflict, NotFound

# Of all promises in force together, UTF-8: everybody who joins is sent them.
MAX_PROMISED_BYTES = 1 << 18


def note(ctx: Context, command: PinNote) -> Decision:
    me, notes = ctx.require("sell"), ctx[Notes]
    _may_say(ctx, command.text)
    if command.text == notes.text:
        return Decision([], Noted(notes.revision))
    event = ShowNoted(command.text, notes.revision + 1, me)
    return Decision([event], Noted(event.revision))


def _may_say(ctx: Context, text: str) -> None:
    """Raise ``show_ended`` or ``muted`` when nothing new may be said; taking back is free."""
    if not text:
        return
    ctx.not_ended()
    if muted := ctx[Moderation].muted(ctx.me.id, ctx.now):
        raise muted


def promise_needs(ctx: Context, command: MakePromise) -> Needs:
    """A mandate that was revoked a moment ago takes the item away before the promise is made."""
    return sale_needs(ctx, command.item)


def promise(ctx: Context, command: MakePromise) -> Decision:
    me = ctx.require("sell")
    _may_say(ctx, command.text)
    item = _item(ctx, command.item)
    known = ctx[Notes].promised(item.id)
    after = _after(known, command)
    answer = Promised(next((made.id for made in after if made.text == command.text), None))
    if after == known.in_force:
        return Decision([], answer)
    _check_size(ctx, item, after)
    return Decision([ItemPromised(item.id, known.revision + 1, after, me)], answer)


def _item(ctx: Context, item_id: str) -> Item:
    item = ctx[RunOfShow].present(item_id)
    if item is None or item.lapsed(ctx.now):
        raise NotFound("unknown_item", "That item is not in this show.")
    return on_sale(ctx, item)


def _after(known: Promises, command: MakePromise) -> list[Promise]:
    """What is promised with the item after the command. The same is not promised twice."""
    replaced, made = command.promise, known.in_force
    if replaced is not None and all(promise.id != replaced for promise in made):
        raise NotFound("unknown_promise", "That promise is not made any more.")
    others = [promise for promise in made if promise.id != replaced]
    if not command.text:
        return [] if replaced is None else others
    if any(promise.text == command.text for promise in others):
        return others
    new = Promise(known.revision + 1, command.text)
    if replaced is None:
        return [*made, new]
    return [
        new if promise.id == replaced and promise.text != command.text else promise
        for promise in made
    ]


def _check_size(ctx: Context, item: Item, after: list[Promise]) -> None:
    if len(after) > MAX_PROMISES:
        raise Conflict(
            "too_many_promises",
            f"An item has at most {MAX_PROMISES} promises. Take one back first.",
        )
    everything = ctx[Notes].promises
    others = (known for other, known in everything.items() if other != item.id)
    present = sum(_bytes(known.in_force) for known in others)
    if present + _bytes(after) > MAX_PROMISED_BYTES:
        raise Conflict(
            "run_too_large",
            "The promises of this show have too much text together. Take some back first.",
        )


def _bytes(promises: list[Promise]) -> int:
    return sum(len(promise.text.encode()) for promise in promises)
