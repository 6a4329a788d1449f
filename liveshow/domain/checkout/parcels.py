"""A buyer's cart in one show: what they hold, one parcel per owner."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from liveshow.domain.checkout.reductions import Reduction, paid_by
from liveshow.domain.claims.offers import lowest_cap, offered
from liveshow.domain.claims.pricing import price_at
from liveshow.domain.claims.state import Claim, Claims
from liveshow.domain.money import Payer
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.running.show import Status
from liveshow.domain.shipping import Rates, parcel_shipping
from liveshow.domain.show.facts import Rules
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import FREE, Offer, Person, Photo, Shipping, Value


class CartLine(Value, frozen=True):
    """What one claim puts into a parcel, with what is between the owner and the host.

    ``owner_off`` is what the owner takes off its ``amount``: others do not earn of that.
    """

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
    # What the buyer was promised with it, in words. Old logs say nothing of what follows.
    promises: list[str] = []
    # The id of the offer that was claimed, and what it says of sending the piece.
    offer: str = ""
    shipping: Shipping = FREE
    shipping_cap: int | None = None
    lent_shipping: Shipping | None = None
    owner_off: int = 0
    # What its price was before, if that was more: its owner takes the difference off.
    was: int | None = None

    def piece(self) -> Piece:
        return Piece(self.quantity, self.shipping, self.shipping_cap, self.lent_shipping)


class Parcel(Value, frozen=True):
    """What one owner sends for one payment.

    Everything that a buyer takes from an owner in one show is sent together until it leaves,
    whatever they pay it with: ``shipping`` is what these lines add to what was paid for it before.
    The owner gets ``support`` in addition, from the host. ``total`` is what the buyer
    pays: the reductions are not in it, ``items`` is before them.
    """

    owner: Person
    lines: list[CartLine]
    items: int
    shipping: int
    total: int
    support: int = 0
    # What the buyer need not pay of the items, and who pays it.
    reductions: list[Reduction] = []

    @property
    def discounts(self) -> dict[Payer, int]:
        """What the reductions come to, by who pays them."""
        return paid_by(self.reductions)


class Piece(Value, frozen=True):
    """What matters of a line to the shipping of its parcel."""

    quantity: int
    shipping: Shipping = FREE
    shipping_cap: int | None = None
    lent_shipping: Shipping | None = None


class Paid(Value, frozen=True):
    """What an order has paid of a parcel: its pieces, their shipping, and the host's part of it."""

    pieces: list[Piece]
    shipping: int
    support: int


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
    reductions: list[Reduction]


class CouponRefusal(Value, frozen=True):
    """Why a coupon takes nothing off a cart: a stable code, and a sentence for people."""

    code: str
    message: str


class CouponView(Value, frozen=True):
    """A coupon that a buyer tries: what it takes off a cart, or why it does not."""

    code: str
    off: int
    refused: CouponRefusal | None


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
    coupon: CouponView | None = None


# Gives parcels as they are with a coupon that somebody tries, and what is said of it.
Tried = Callable[[ShowState, list[Parcel]], tuple[list[Parcel], CouponView]] | None


class Quote(Value, frozen=True):
    """What claiming an item would add to the buyer's parcel from its owner."""

    price: int
    shipping_added: int
    parcel_shipping: int
    parcel_before: int
    currency: str


def pack(state: ShowState, claims: Iterable[Claim], rules: Rules) -> list[Parcel]:
    """Group claims of one buyer by owner, price each parcel with its shipping combined."""
    items = state[RunOfShow].items
    by_owner: dict[str, list[Claim]] = {}
    for claim in claims:
        by_owner.setdefault(items[claim.item].owner.id, []).append(claim)
    return [_parcel(state, owned, rules) for owned in by_owner.values()]


def _parcel(state: ShowState, owned: list[Claim], rules: Rules) -> Parcel:
    owner = state[RunOfShow].items[owned[0].item].owner
    lines = [_line(state, claim) for claim in owned]
    amount = sum(line.amount for line in lines)
    paid = paid_before(state, owned[0].buyer.id, owner.id)
    pieces, rates = [line.piece() for line in lines], rules.rates(state.show.currency)
    shipping = shipping_added(paid, pieces, rates)
    support = 0
    if owner.id != state.show.host.id:
        support = _support(paid, pieces, shipping, rates)
    return Parcel(owner, lines, amount, shipping, amount + shipping, support)


def paid_before(state: ShowState, buyer: str, owner: str) -> Paid:
    """Return what a buyer has paid in this show of what one owner is about to send them."""
    from liveshow.domain.checkout.state import Checkout

    orders = state[Checkout].paid.get((buyer, owner), {}).values()
    return Paid(
        [piece for order in orders for piece in order.pieces],
        sum(order.shipping for order in orders),
        sum(order.support for order in orders),
    )


def shipping_added(paid: Paid, pieces: Iterable[Piece], rates: Rates) -> int:
    """Return what pieces add to the shipping of a parcel.

    A cap that was promised with one of its pieces holds for all of the parcel.
    """
    together = [*paid.pieces, *pieces]
    cap = lowest_cap(piece.shipping_cap for piece in together)
    price = parcel_shipping(((piece.shipping, piece.quantity) for piece in together), cap, rates)
    return max(0, price - paid.shipping)


def _support(paid: Paid, pieces: Iterable[Piece], shipping: int, rates: Rates) -> int:
    """Return what the host adds to the shipping of what was lent to them.

    A cap is the host's promise, so the host pays for it: its owner gets what sending the parcel
    costs by what they agreed to when they lent it. What they have raised since is theirs to bear.
    """
    agreed = [(_agreed(piece, rates), piece.quantity) for piece in (*paid.pieces, *pieces)]
    owed = parcel_shipping(agreed, None, rates)
    return max(0, owed - paid.shipping - paid.support - shipping)


def _agreed(piece: Piece, rates: Rates) -> Shipping:
    lent = piece.lent_shipping
    if lent is None:
        return piece.shipping
    return min(lent, piece.shipping, key=lambda each: parcel_shipping([(each, 1)], None, rates))


def _line(state: ShowState, claim: Claim) -> CartLine:
    item = state[RunOfShow].items[claim.item]
    offer = claim.offer
    return CartLine(
        claim=claim.id,
        item=item.id,
        listing=item.listing,
        number=item.number,
        title=offer.title,
        photo=offer.photo,
        variant=offer.variant,
        variant_id=claim.variant,
        commission_percent=offer.commission_percent,
        quantity=claim.quantity,
        price=claim.price,
        amount=claim.price * claim.quantity,
        until=claim.until,
        promises=state.machine.promises(state, claim.id),
        offer=state[Claims].offer_id(offer),
        shipping=offer.shipping,
        shipping_cap=offer.shipping_cap,
        lent_shipping=offer.lent_shipping,
        was=offer.was,
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
            parcel.reductions,
        )
        for parcel in packed
    ]


def _line_view(line: CartLine) -> CartLineView:
    return CartLineView(*(getattr(line, name) for name in CartLineView.__struct_fields__))


def cart(state: ShowState, user_id: str, rules: Rules, tried: Tried = None) -> CartView | None:
    """Somebody's cart in a show, None when they hold nothing."""
    claims = state[Claims].held_by(user_id)
    return cart_of(state, claims, rules, tried) if claims else None


def cart_of(state: ShowState, claims: list[Claim], rules: Rules, tried: Tried = None) -> CartView:
    """The cart with these holds of one buyer, one at least; ``tried``: a coupon that they try."""
    parcels, coupon = pack(state, claims, rules), None
    if tried is not None:
        parcels, coupon = tried(state, parcels)
    packed = for_buyer(parcels)
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
        coupon=coupon,
    )


def quote(
    state: ShowState,
    user_id: str,
    item_id: str,
    variant: str | None,
    quantity: int,
    rules: Rules,
    now: int,
) -> Quote:
    """What claiming ``quantity`` pieces now (ms) would add to the parcel from the item's owner.

    Without a ``variant`` it is the first one's.
    """
    items, rates = state[RunOfShow].items, rules.rates(state.show.currency)
    item = items[item_id]
    paid = paid_before(state, user_id, item.owner.id)
    held = [
        _piece(claim.offer, claim.quantity)
        for claim in state[Claims].held_by(user_id)
        if items[claim.item].owner.id == item.owner.id
    ]
    variant = variant or item.variants[0].id
    price = price_at(state, item, variant, quantity, user_id, now)
    more = _piece(offered(item, variant, state.show, price), quantity)
    before = paid.shipping + shipping_added(paid, held, rates)
    after = paid.shipping + shipping_added(paid, [*held, more], rates)
    return Quote(price.amount * quantity, after - before, after, before, state.show.currency)


def _piece(offer: Offer, quantity: int) -> Piece:
    return Piece(quantity, offer.shipping, offer.shipping_cap, offer.lent_shipping)
