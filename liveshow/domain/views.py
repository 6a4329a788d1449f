"""What clients see of a show: the snapshot of PROTOCOL.md 3.2 and `mine` of 3.4."""

from __future__ import annotations

from typing import Any

from liveshow.domain.carts import cart
from liveshow.domain.facts import Rules
from liveshow.domain.shipping import parcel_shipping
from liveshow.domain.state import Entry, Item, Json, Lending, Person, ShowState


def lending_view(lending: Lending | None) -> Json | None:
    if lending is None:
        return None
    return {
        "mandate": lending.mandate,
        "floor": lending.floor,
        "commission_percent": lending.commission_percent,
        "expires_at": lending.expires_at,
    }


def item_view(state: ShowState, item: Item, rules: Rules, holds: list[Json]) -> Json:
    """An item as everybody sees it. ``holds`` are its present claims."""
    return {
        "id": item.id,
        "number": item.number,
        "listing": item.listing,
        "title": item.title,
        "description": item.description,
        "photos": item.photos,
        "price": item.price,
        "currency": state.currency,
        "owner": item.owner.json(),
        "lent": item.owner.id != state.host.id,
        "brand": item.brand,
        "category": item.category,
        "condition": item.condition,
        "shipping": item.shipping,
        "shipping_alone": parcel_shipping([(item.shipping, 1)], None, rules.shipping_rates),
        "variants": [variant.json() for variant in item.variants],
        "holds": holds,
        "waiting": len(state.waitlists.get(item.id, ())),
        "sold_out": item.sold_out,
        "sold_here": item.sold_here,
    }


def holds_by_item(state: ShowState) -> dict[str, list[Json]]:
    """The holds of every item, oldest first."""
    holds: dict[str, list[Json]] = {}
    for claim in state.claims.values():
        holds.setdefault(claim.item, []).append(claim.json())
    return holds


def show_view(state: ShowState) -> Json:
    return {
        "id": state.id,
        "title": state.title,
        "description": state.description,
        "cover": state.cover,
        "status": state.status,
        "reason": state.reason,
        "host": state.host.json(),
        "scheduled_at": state.scheduled_at,
        "started_at": state.started_at,
        "ended_at": state.ended_at,
        "interrupted_at": state.interrupted_at,
        "currency": state.currency,
        "hold_seconds": state.hold_seconds,
        "claims_per_buyer": state.claims_per_buyer,
        "shipping_cap": state.shipping_cap,
        "streaming": state.streaming,
    }


def staff_view(state: ShowState) -> list[Json]:
    everyone = [(state.host, "host"), *state.staff.values()]
    return [{"user": who.json(), "role": role} for who, role in everyone]


def snapshot(state: ShowState, rules: Rules, *, staff: bool) -> Json:
    """The ``state`` of a snapshot, for staff or for everybody else."""
    holds = holds_by_item(state)
    items = []
    for item_id in state.order:
        item = state.items[item_id]
        view = item_view(state, item, rules, holds.get(item_id, []))
        if staff:
            view["lending"] = lending_view(item.lending)
        items.append(view)
    chat: dict[str, Any] = {
        "slow_seconds": state.slow_seconds,
        "mode": state.chat_mode,
        "lines": [line.json(staff=staff) for line in state.lines],
    }
    view = {
        "show": show_view(state),
        "staff": staff_view(state),
        "chat": chat,
        "items": items,
        "pinned": state.pinned,
    }
    if staff:
        chat["words"] = list(state.words)
        view["sanctions"] = [sanction.json() for sanction in state.sanctions.values()]
        view["waitlist"] = {
            item: [entry.json() for entry in line] for item, line in state.waitlists.items() if line
        }
    return view


def snapshot_message(state: ShowState, rules: Rules, now: int, *, staff: bool) -> Json:
    """The ``snapshot`` message of the show channel."""
    return {
        "epoch": state.epoch,
        "seq": state.seq,
        "now": now,
        "state": snapshot(state, rules, staff=staff),
    }


Places = dict[str, tuple[Entry, int]]


def waitlist_places(state: ShowState) -> Places:
    """Every waitlist entry by id, with its place in line; 1 is next."""
    found: Places = {}
    for line in state.waitlists.values():
        last: dict[str, int] = {}
        for entry in line:
            last[entry.variant] = last.get(entry.variant, 0) + 1
            found[entry.id] = (entry, last[entry.variant])
    return found


def mine(
    state: ShowState,
    who: Person,
    rules: Rules,
    now: int,
    places: Places | None = None,
) -> Json:
    """Everything in this show that concerns one person.

    ``places``: the result of `waitlist_places`, when it is needed for many people at once.
    """
    user_id = who.id
    claims: list[Json] = []
    waitlist: list[Json] = []
    for claim in state.held_by(user_id):
        item = state.items[claim.item]
        claims.append(
            {
                "claim": claim.id,
                "item": claim.item,
                "number": item.number,
                "title": item.title,
                "variant": claim.variant,
                "quantity": claim.quantity,
                "price": claim.price,
                "until": claim.until,
                "paying": claim.payment is not None,
            }
        )
    if waiting := state.entries_of.get(user_id):
        places = waitlist_places(state) if places is None else places
        waitlist = [
            {
                "entry": entry.id,
                "item": entry.item,
                "variant": entry.variant,
                "quantity": entry.quantity,
                "place": position,
            }
            for entry, position in (places[entry_id] for entry_id in sorted(waiting))
        ]
    mute = state.sanction(user_id, "mute", now)
    return {
        "epoch": state.epoch,
        "seq": state.seq,
        "now": now,
        "user": who.json(),
        "roles": [role] if (role := state.role(user_id)) else [],
        "can": state.permissions(user_id),
        "claims": claims,
        "waitlist": waitlist,
        "cart": cart(state, user_id, rules),
        "muted": {"until": mute.until, "reason": mute.reason} if mute else None,
        "notices": [notice.json() for notice in state.notices.get(user_id, ())],
    }
