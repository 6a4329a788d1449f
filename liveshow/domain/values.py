"""Values that several features speak of. Frozen: an event may hold what the state holds.

Times are milliseconds since 1970 UTC, amounts are in minor units of the show's currency.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

Role = Literal["", "host", "cohost", "moderator"]
StaffRole = Literal["host", "cohost", "moderator"]
Permission = Literal["chat", "claim", "sell", "moderate", "direct"]


class Value(msgspec.Struct, frozen=True):
    """Base of all values: compared by what they hold, never changed."""


class Person(Value, frozen=True):
    """Somebody with an account."""

    id: str
    handle: str
    name: str


# Somebody whom an old log does not name.
UNKNOWN = Person("", "", "")


class Speaker(Value, frozen=True):
    """Somebody with the role that they had when they spoke."""

    id: str
    handle: str
    name: str
    role: Role

    @classmethod
    def of(cls, person: Person, role: Role = "") -> Speaker:
        return cls(person.id, person.handle, person.name, role)

    @property
    def person(self) -> Person:
        return Person(self.id, self.handle, self.name)


class Photo(Value, frozen=True):
    """A picture at the addresses where it is served; sizes in pixels."""

    id: str
    url: str
    thumb_url: str
    width: int
    height: int


class Shipping(Value, frozen=True, omit_defaults=True):
    """What sending one piece costs: a flat price, or its weight in grams. One of the two is set."""

    flat: int | UnsetType = UNSET
    weight: int | UnsetType = UNSET


# What says what a claim costs: one of these, never two of them together.
PriceSource = Literal["show", "flash", "offer", "auction", "bundle"]


class Price(Value, frozen=True):
    """What one piece costs (minor units), and what says so; ``was``: what it may be said to have
    cost before, the lowest price of the 30 days until it was reduced."""

    amount: int
    source: PriceSource = "show"
    was: int | None = None


class Offer(Value, frozen=True, omit_defaults=True, cache_hash=True):
    """What a buyer was promised with a claim. It stays as it was, whatever is edited afterwards.

    ``price`` is of one piece and comes from ``source``, ``variant`` its label, ``shipping_cap`` the
    most that their parcel costs. ``lent_shipping`` is what the owner of a lent piece agreed to send
    one for.
    """

    title: str
    price: int
    variant: str = ""
    description: str = ""
    photo: Photo | None = None
    shipping: Shipping = Shipping(flat=0)
    shipping_cap: int | None = None
    commission_percent: int = 0
    lent_shipping: Shipping | None = None
    source: PriceSource = "show"
    was: int | None = None


class Address(Value, frozen=True):
    """Where a parcel goes; ``country`` is ISO 3166-1 alpha-2."""

    name: str
    line1: str
    line2: str
    city: str
    region: str
    postcode: str
    country: str


FREE = Shipping(flat=0)


class ItemRef(Value, frozen=True):
    """An item as lines of the chat and notices name it."""

    id: str
    number: int
    title: str


class Variant(Value, frozen=True):
    """A kind of one listing with its own stock; ``0 <= held + sold <= quantity``."""

    id: str
    label: str
    quantity: int
    held: int = 0
    sold: int = 0

    @property
    def available(self) -> int:
        return self.quantity - self.held - self.sold

    @property
    def left(self) -> int:
        """Those that can still be had: what is held may come back, what is sold does not."""
        return self.quantity - self.sold


class StockMove(Value, frozen=True):
    """A difference in the stock of a variant: the only way in which stock is written."""

    variant: str
    quantity: int = 0
    held: int = 0
    sold: int = 0


class Lending(Value, frozen=True):
    """The mandate under which another seller's item is in a show."""

    mandate: str
    floor: int
    commission_percent: int
    expires_at: int | None
    # What sending one cost when the mandate came into force. Old logs do not say it.
    shipping: Shipping | None = None


class Hold(Value, frozen=True):
    """A claim as everybody sees it; ``paying``: it is in checkout."""

    claim: str
    user: Person
    variant: str
    quantity: int
    price: int
    until: int
    paying: bool
