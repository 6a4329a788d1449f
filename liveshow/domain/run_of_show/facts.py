"""What decisions about items need to know of the closet. Both kinds lock the rows they read."""

from __future__ import annotations

from dataclasses import dataclass

from liveshow.domain.show.facts import Fact
from liveshow.domain.values import Lending, Person, Photo, Shipping, Variant


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """A listing as it is now; ``lending`` is the mandate that lets this show sell it."""

    id: str
    owner: Person
    title: str
    description: str
    price: int
    currency: str
    photos: list[Photo]
    brand: str
    category: str
    condition: str
    shipping: Shipping
    variants: list[Variant]
    archived: bool = False
    lending: Lending | None = None


# The lowest price of the last 30 days by listing id: what a reduction may say that it was.
LOWEST: Fact[str, int] = Fact("lowest")
# By listing id. The stock is that of all its variants, also of those that were withdrawn.
LISTINGS: Fact[str, ListingFacts] = Fact("listings", locks=True)
STOCK: Fact[str, list[Variant]] = Fact("stock", locks=True)
