"""Claiming, the waitlist, and what happens when a hold ends."""

from __future__ import annotations

from collections.abc import Iterable

from liveshow.domain.commands import CancelClaim, ClaimItem, LeaveWaitlist, Release, Tick
from liveshow.domain.decisions.context import Context, Decision, pick_variant
from liveshow.domain.decisions.running import MAX_OUTAGE_MS, ended
from liveshow.domain.events import Event
from liveshow.domain.state import MAX_WAITING, Claim, Item, Json, Person, ShowState, Variant
from liveshow.domain.waitlist import Waitlist
from liveshow.errors import Conflict, Forbidden, NotFound


def claim(ctx: Context, command: ClaimItem, via: str = "button") -> Decision:
    """Hold pieces for the buyer, or put them in line."""
    buyer, state = ctx.me, ctx.state
    ctx.not_ended()
    if not state.on_air:
        raise Conflict("not_live", "The show has not started yet.")
    item = ctx.item(command.item)
    if lapsed(item, ctx.now):
        raise NotFound("unknown_item", "That item is not in this show any more.")
    if item.owner.id == buyer.id:
        raise Conflict("own_item", "This is your own item.")
    variant = pick_variant(item, command.variant)
    waiting = state.waiting_of(buyer.id, item.id)
    if any(entry.variant == variant.id for entry in waiting):
        raise Conflict("already_waiting", "You are already in line for this.")
    holding = [c for c in state.held_by(buyer.id) if c.item == item.id]
    if len(holding) + len(waiting) >= state.claims_per_buyer:
        raise Conflict(
            "claim_limit",
            "You already have this one."
            if state.claims_per_buyer == 1
            else f"You can have {state.claims_per_buyer} of these at a time.",
        )
    # What is held may come back, what is sold does not.
    left = variant.quantity - variant.sold
    if left <= 0:
        raise Conflict("sold_out", "All of these are sold.")
    if command.quantity > left:
        raise Conflict("quantity_too_large", f"There are only {left} of these left.")
    if variant.available >= command.quantity:
        return _hold(ctx, item, variant, buyer, command.quantity, via)
    line = state.waitlists.get(item.id) or Waitlist()
    if len(line) >= MAX_WAITING:
        raise Conflict("waitlist_full", "The waitlist of this item is full.")
    return _wait(ctx, item, variant, buyer, command.quantity, line)


def lapsed(item: Item, now: int) -> bool:
    """Whether the mandate is over under which the item was lent."""
    lending = item.lending
    return lending is not None and lending.expires_at is not None and lending.expires_at <= now


def _hold(
    ctx: Context, item: Item, variant: Variant, buyer: Person, quantity: int, via: str
) -> Decision:
    hold = _new_hold(ctx.state, ctx.mint(), variant.id, buyer, quantity, item.price, ctx.now)
    event = Event("item.claimed", _about(item) | {"hold": hold, "via": via, "entry": None})
    return Decision([event], {"status": "held", "claim": hold["claim"], "until": hold["until"]})


def _new_hold(
    state: ShowState,
    claim_id: str,
    variant: str,
    buyer: Person,
    quantity: int,
    price: int,
    now: int,
) -> Json:
    return {
        "claim": claim_id,
        "user": buyer.json(),
        "variant": variant,
        "quantity": quantity,
        "price": price,
        "until": state.clock(now) + state.hold_seconds * 1000,
        "paying": False,
    }


def _wait(
    ctx: Context, item: Item, variant: Variant, buyer: Person, quantity: int, line: Waitlist
) -> Decision:
    entry = ctx.mint()
    event = Event(
        "item.waitlisted",
        {
            "item": item.id,
            "waiting": len(line) + 1,
            "entry": entry,
            "user": buyer.json(),
            "variant": variant.id,
            "quantity": quantity,
        },
    )
    place = line.waiting_for(variant.id) + 1
    return Decision([event], {"status": "waitlisted", "entry": entry, "place": place})


def _about(item: Item) -> Json:
    return {"item": item.id, "number": item.number, "title": item.title}


def released(
    state: ShowState, held: Claim, reason: str, *, by: Person | None = None, note: str = ""
) -> Event:
    """The hold ends without a sale. ``note``: what its buyer is told about it."""
    item = state.items[held.item]
    data = {"claim": held.id, "user": held.buyer.json(), "reason": reason}
    return Event(
        "item.released", _about(item) | data | {"by": by.json() if by else None, "note": note}
    )


def sold(state: ShowState, line: Json, claim_id: str, variant: str, buyer: Person) -> Event:
    """The hold ends with a sale; ``line`` is the parcel's line."""
    item = state.items[line["item"]]
    return Event(
        "item.sold",
        _about(item)
        | {
            "claim": claim_id,
            "user": buyer.json(),
            "variant": variant,
            "quantity": line["quantity"],
        },
    )


def back_to_hold(claim: Claim) -> Event:
    """The hold comes back from checkout with the time that it had left."""
    return Event(
        "item.paying",
        {
            "item": claim.item,
            "claim": claim.id,
            "paying": False,
            "payment": None,
            "until": claim.until,
        },
    )


def release(ctx: Context, command: Release) -> Decision:
    held = ctx.claim(command.claim)
    if held.buyer.id != ctx.me.id:
        raise NotFound("unknown_claim", "That hold does not exist any more.")
    _not_paying(held)
    return Decision([released(ctx.state, held, "released")])


def cancel(ctx: Context, command: CancelClaim) -> Decision:
    me = ctx.require("sell")
    held = ctx.claim(command.claim)
    _not_paying(held)
    return Decision([released(ctx.state, held, "cancelled", by=me, note=command.reason)])


def _not_paying(held: Claim) -> None:
    if held.payment is not None:
        raise Conflict("claim_in_checkout", "This is being paid. Cancel the checkout first.")


def leave(ctx: Context, command: LeaveWaitlist) -> Decision:
    entries = ctx.state.entries_of.get(ctx.me.id, set())
    if command.entry not in entries:
        raise NotFound("unknown_entry", "You are not in that line any more.")
    for item_id, line in ctx.state.waitlists.items():
        if command.entry in line:
            return Decision(unwaitlisted(item_id, [command.entry], len(line)))
    raise Forbidden()  # unreachable: `entries_of` is an index over the lines


def unwaitlisted(item_id: str, entries: Iterable[str], waiting: int) -> list[Event]:
    """They leave a line of ``waiting`` one after the other."""
    return [
        Event("item.unwaitlisted", {"item": item_id, "waiting": waiting - gone, "entry": entry})
        for gone, entry in enumerate(entries, start=1)
    ]


def promotion(ctx: Context, item_id: str) -> Event | None:
    """The next promotion that the item's stock allows, or None.

    The first in line whose variant and quantity fit; those who do not fit keep their place.
    """
    line = ctx.state.waitlists.get(item_id)
    item = ctx.state.in_run(item_id)
    # Nobody is there to be told before the show, or after it.
    if not line or item is None or not ctx.state.on_air or lapsed(item, ctx.now):
        return None
    entry = line.first_that_fits({variant.id: variant.available for variant in item.variants})
    if entry is None:
        return None
    hold = _new_hold(
        ctx.state, ctx.mint(), entry.variant, entry.buyer, entry.quantity, item.price, ctx.now
    )
    return Event(
        "item.claimed", _about(item) | {"hold": hold, "via": "waitlist", "entry": entry.id}
    )


def ends_with(held: Claim) -> str:
    """Return what is over when a hold is: the payment that it is in, or the hold alone."""
    return f"payment:{held.payment}" if held.payment else f"hold:{held.id}"


def due(state: ShowState, now: int) -> list[str]:
    """Return what `Tick` ends at ``now``, as ``kind:id``.

    The kinds are ``hold``, ``payment``, ``mandate`` (with the item's id) and ``show``.
    """
    over = [f"mandate:{item}" for item in state.order if lapsed(state.items[item], now)]
    if state.interrupted_at is not None:
        return [*over, f"show:{state.id}"] if now >= state.interrupted_at + MAX_OUTAGE_MS else over
    held = dict.fromkeys(ends_with(claim) for claim in state.claims.values() if claim.until <= now)
    return [*over, *held]


def expire(ctx: Context, command: Tick) -> Decision:
    """End what is over: holds, the payments they were in, and mandates."""
    state, now, aside = ctx.state, ctx.now, command.aside
    events = [
        Event("item.removed", {"item": item_id, "reason": "mandate_expired"})
        for item_id in state.order
        if lapsed(state.items[item_id], now) and f"mandate:{item_id}" not in aside
    ]
    if state.interrupted_at is not None:
        # Nothing runs out while time stands still; but it does not stand still for ever.
        if now >= state.interrupted_at + MAX_OUTAGE_MS and f"show:{state.id}" not in aside:
            events.append(ended(state, now))
        return Decision(events)
    over = sorted(
        (
            claim
            for claim in state.claims.values()
            if claim.until <= now and ends_with(claim) not in aside
        ),
        key=lambda claim: (claim.until, claim.created_at, claim.id),
    )
    payments = dict.fromkeys(claim.payment for claim in over if claim.payment)
    events.extend(released(state, claim, "expired") for claim in over)
    for payment_id in payments:
        payment = state.payments[payment_id]
        # A payment ends as a whole: its other claims become plain holds again.
        rest = (state.claims.get(claim_id) for claim_id in payment.claims)
        events.extend(
            back_to_hold(claim)
            for claim in rest
            if claim and claim.payment == payment_id and claim.until > now
        )
        events.append(
            Event(
                "payment.closed",
                {
                    "payment": payment_id,
                    "user": payment.buyer.json(),
                    "status": "expired",
                    "error": None,
                },
                to=payment.buyer.id,
            )
        )
    return Decision(events)


def next_deadline(state: ShowState, aside: frozenset[str] = frozenset()) -> int | None:
    """When `Tick` has something to do next, in milliseconds, or None; see `due` for ``aside``."""
    deadlines = [
        lending.expires_at
        for item_id in state.order
        if (lending := state.items[item_id].lending)
        and lending.expires_at is not None
        and f"mandate:{item_id}" not in aside
    ]
    if state.interrupted_at is None:
        deadlines.extend(
            claim.until
            for claim in state.claims.values()
            if not aside or ends_with(claim) not in aside
        )
    elif f"show:{state.id}" not in aside:
        deadlines.append(state.interrupted_at + MAX_OUTAGE_MS)
    return min(deadlines, default=None)
