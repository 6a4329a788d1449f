"""An item as it is on the wire."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from liveshow.domain.values import Hold, Lending, Person, Photo, Shipping, Value, Variant


class ItemView(Value, frozen=True):
    """An item of the run of show. ``lending`` is there for staff only, in the snapshot.

    ``variants`` count stock wherever it is sold, ``sold_here`` the pieces sold in this show.
    ``shipping_alone``: of one piece sent on its own. ``was``: the lowest price of 30 days
    until it was reduced to this one.
    """

    id: str
    number: int
    listing: str
    title: str
    description: str
    photos: list[Photo]
    price: int
    currency: str
    owner: Person
    lent: bool
    brand: str
    category: str
    condition: str
    shipping: Shipping
    shipping_alone: int
    variants: list[Variant]
    holds: list[Hold]
    waiting: int
    sold_out: bool
    sold_here: int
    was: int | None = None
    lending: Lending | UnsetType | None = UNSET
