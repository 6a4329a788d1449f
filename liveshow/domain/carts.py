"""A buyer's cart in one show: what they hold, one parcel per owner."""

from __future__ import annotations

from collections.abc import Iterable

from liveshow.domain.facts import Rules
from liveshow.domain.shipping import parcel_shipping
from liveshow.domain.state import Claim, Json, ShowState


def parcels(state: ShowState, claims: Iterable[Claim], rules: Rules) -> list[Json]:
    """Group claims by owner, price each parcel with its shipping combined."""
    by_owner: dict[str, list[Claim]] = {}
    for claim in claims:
        by_owner.setdefault(state.items[claim.item].owner.id, []).append(claim)
    result = []
    for owned in by_owner.values():
        lines = [_line(state, claim) for claim in owned]
        items = sum(line["amount"] for line in lines)
        shipping = parcel_shipping(
            [(state.items[claim.item].shipping, claim.quantity) for claim in owned],
            state.shipping_cap,
            rules.shipping_rates,
        )
        result.append(
            {
                "owner": state.items[owned[0].item].owner.json(),
                "lines": lines,
                "items": items,
                "shipping": shipping,
                "total": items + shipping,
            }
        )
    return result


def _line(state: ShowState, claim: Claim) -> Json:
    item = state.items[claim.item]
    return {
        "claim": claim.id,
        "item": item.id,
        "listing": item.listing,
        "number": item.number,
        "title": item.title,
        "photo": item.photos[0] if item.photos else None,
        "variant": item.variant(claim.variant).label,
        "variant_id": claim.variant,
        "commission_percent": claim.commission_percent,
        "quantity": claim.quantity,
        "price": claim.price,
        "amount": claim.price * claim.quantity,
        "until": claim.until,
    }


def for_buyer(packed: list[Json]) -> list[Json]:
    """The parcels without what is between the owner and the host."""
    return [
        parcel
        | {
            "lines": [
                {name: value for name, value in line.items() if name != "commission_percent"}
                for line in parcel["lines"]
            ]
        }
        for parcel in packed
    ]


def cart(state: ShowState, user_id: str, rules: Rules) -> Json | None:
    """The cart of PROTOCOL.md 2.5, or None when the buyer holds nothing."""
    claims = state.held_by(user_id)
    return cart_of(state, claims, rules) if claims else None


def cart_of(state: ShowState, claims: list[Claim], rules: Rules) -> Json:
    """The cart of PROTOCOL.md 2.5 with these holds of one buyer, one at least."""
    packed = for_buyer(parcels(state, claims, rules))
    return {
        "show": {"id": state.id, "title": state.title, "status": state.status},
        "currency": state.currency,
        "parcels": packed,
        "items": sum(parcel["items"] for parcel in packed),
        "shipping": sum(parcel["shipping"] for parcel in packed),
        "total": sum(parcel["total"] for parcel in packed),
        "until": min(claim.until for claim in claims),
        "payment": next((claim.payment for claim in claims if claim.payment), None),
    }


def quote(state: ShowState, user_id: str, item_id: str, quantity: int, rules: Rules) -> Json:
    """What claiming ``quantity`` pieces would add to the buyer's parcel from the item's owner."""
    item = state.items[item_id]
    same_parcel = [
        (state.items[claim.item].shipping, claim.quantity)
        for claim in state.held_by(user_id)
        if state.items[claim.item].owner.id == item.owner.id
    ]
    rates = rules.shipping_rates
    before = parcel_shipping(same_parcel, state.shipping_cap, rates)
    after = parcel_shipping([*same_parcel, (item.shipping, quantity)], state.shipping_cap, rates)
    return {
        "price": item.price * quantity,
        "shipping_added": after - before,
        "parcel_shipping": after,
        "parcel_before": before,
        "currency": state.currency,
    }
