"""A buyer's cart in one show: what they hold, one parcel per owner."""

from __future__ import annotations

from collections.abc import Iterable

from liveshow.domain.claims.state import Claim, Claims
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.running.show import Status
from liveshow.domain.shipping import parcel_shipping
from liveshow.domain.show.facts import Rules
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Photo, Value


class CartLine(Value, frozen=True):
    """What one claim puts into a parcel, with what is between the owner and the host."""

    claim: str
    item: str
    listing: str
    number: int
    title: str
    photo: Photo | None
    variant: str
    variant_id: str
    commission_percent: int
    quantity: int
    price: int
    amount: int
    until: int
    # What the buyer was promised with it, in words. Old logs say nothing of it.
    promises: list[str] = []


class Parcel(Value, frozen=True):
    """What one owner sends; shipping is for all of it."""

    owner: Person
    lines: list[CartLine]
    items: int
    shipping: int
    total: int


class CartLineView(Value, frozen=True):
    """What one claim puts into a parcel, as its buyer sees it."""

    claim: str
    item: str
    listing: str
    number: int
    title: str
    photo: Photo | None
    variant: str
    variant_id: str
    quantity: int
    price: int
    amount: int
    until: int
    promises: list[str]


class ParcelView(Value, frozen=True):
    """What one owner sends, as its buyer sees it."""

    owner: Person
    lines: list[CartLineView]
    items: int
    shipping: int
    total: int


class CartShow(Value, frozen=True):
    id: str
    title: str
    status: Status
    interrupted_at: int | None


class CartView(Value, frozen=True):
    """Everything somebody holds in one show. ``payment``: the id of an open checkout."""

    show: CartShow
    currency: str
    parcels: list[ParcelView]
    items: int
    shipping: int
    total: int
    until: int
    payment: str | None


class Quote(Value, frozen=True):
    """What claiming an item would add to the buyer's parcel from its owner."""

    price: int
    shipping_added: int
    parcel_shipping: int
    parcel_before: int
    currency: str


def pack(state: ShowState, claims: Iterable[Claim], rules: Rules) -> list[Parcel]:
    """Group claims by owner, price each parcel with its shipping combined."""
    items = state[RunOfShow].items
    by_owner: dict[str, list[Claim]] = {}
    for claim in claims:
        by_owner.setdefault(items[claim.item].owner.id, []).append(claim)
    return [_parcel(state, owned, rules) for owned in by_owner.values()]


def _parcel(state: ShowState, owned: list[Claim], rules: Rules) -> Parcel:
    items = state[RunOfShow].items
    lines = [_line(state, claim) for claim in owned]
    amount = sum(line.amount for line in lines)
    shipping = parcel_shipping(
        [(items[claim.item].shipping, claim.quantity) for claim in owned],
        state.show.shipping_cap,
        rules.shipping_rates,
    )
    return Parcel(items[owned[0].item].owner, lines, amount, shipping, amount + shipping)


def _line(state: ShowState, claim: Claim) -> CartLine:
    item = state[RunOfShow].items[claim.item]
    variant = item.variant(claim.variant)
    return CartLine(
        claim=claim.id,
        item=item.id,
        listing=item.listing,
        number=item.number,
        title=item.title,
        photo=item.photos[0] if item.photos else None,
        variant=variant.label if variant else "",
        variant_id=claim.variant,
        commission_percent=claim.commission_percent,
        quantity=claim.quantity,
        price=claim.price,
        amount=claim.price * claim.quantity,
        until=claim.until,
        promises=state.machine.promises(state, claim.id),
    )


def for_buyer(packed: Iterable[Parcel]) -> list[ParcelView]:
    """The parcels without what is between the owner and the host."""
    return [
        ParcelView(
            parcel.owner,
            [_line_view(line) for line in parcel.lines],
            parcel.items,
            parcel.shipping,
            parcel.total,
        )
        for parcel in packed
    ]


def _line_view(line: CartLine) -> CartLineView:
    return CartLineView(*(getattr(line, name) for name in CartLineView.__struct_fields__))


def cart(state: ShowState, user_id: str, rules: Rules) -> CartView | None:
    """Somebody's cart in a show, None when they hold nothing."""
    claims = state[Claims].held_by(user_id)
    return cart_of(state, claims, rules) if claims else None


def cart_of(state: ShowState, claims: list[Claim], rules: Rules) -> CartView:
    """The cart with these holds of one buyer, one at least."""
    packed = for_buyer(pack(state, claims, rules))
    show = state.show
    return CartView(
        show=CartShow(state.id, show.title, show.status, show.interrupted_at),
        currency=show.currency,
        parcels=packed,
        items=sum(parcel.items for parcel in packed),
        shipping=sum(parcel.shipping for parcel in packed),
        total=sum(parcel.total for parcel in packed),
        until=min(claim.until for claim in claims),
        payment=next((claim.payment for claim in claims if claim.payment), None),
    )


def quote(state: ShowState, user_id: str, item_id: str, quantity: int, rules: Rules) -> Quote:
    """What claiming ``quantity`` pieces would add to the buyer's parcel from the item's owner."""
    items = state[RunOfShow].items
    item, cap, rates = items[item_id], state.show.shipping_cap, rules.shipping_rates
    same_parcel = [
        (items[claim.item].shipping, claim.quantity)
        for claim in state[Claims].held_by(user_id)
        if items[claim.item].owner.id == item.owner.id
    ]
    before = parcel_shipping(same_parcel, cap, rates)
    after = parcel_shipping([*same_parcel, (item.shipping, quantity)], cap, rates)
    return Quote(item.price * quantity, after - before, after, before, state.show.currency)
