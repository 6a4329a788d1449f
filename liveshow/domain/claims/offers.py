"""What is offered to whoever claims now, and what whoever has waited may rely on."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from liveshow.domain.run_of_show.state import Item
from liveshow.domain.running.show import Show
from liveshow.domain.values import Offer, Price, Shipping


def offered(item: Item, variant_id: str, show: Show, price: Price) -> Offer:
    """Return what somebody is promised who claims at a price."""
    variant = item.variant(variant_id)
    lending = item.lending
    return Offer(
        title=item.title,
        price=price.amount,
        variant=variant.label if variant else "",
        description=item.description,
        photo=item.photos[0] if item.photos else None,
        shipping=item.shipping,
        shipping_cap=show.shipping_cap,
        commission_percent=lending.commission_percent if lending else 0,
        lent_shipping=lending.shipping if lending else None,
        source=price.source,
        was=price.was,
    )


# So many variants have their newest offer at hand; then it begins anew. They may change for years.
VARIANTS_KNOWN = 2_000


class Offered:
    """The newest offer of each variant, the same object as long as it says the same.

    A crowd is promised one thing. Looking at what it is made of costs less than making it anew.
    """

    def __init__(self) -> None:
        self._newest: dict[tuple[str, str], tuple[tuple[object, ...], Offer]] = {}

    def now(self, item: Item, variant_id: str, show: Show, price: Price) -> Offer:
        """Return what somebody is promised who claims at a price."""
        variant = item.variant(variant_id)
        made_of = (
            item.title,
            price,
            variant and variant.label,
            item.description,
            item.photos,
            item.shipping,
            item.lending,
            show.shipping_cap,
        )
        newest = self._newest.get((item.id, variant_id))
        if newest is not None and newest[0] == made_of:
            return newest[1]
        offer = offered(item, variant_id, show, price)
        if len(self._newest) >= VARIANTS_KNOWN:
            self._newest.clear()
        self._newest[item.id, variant_id] = (made_of, offer)
        return offer


def no_dearer(now: Offer, joined: Offer) -> Offer:
    """Return what is offered ``now``, at no more than somebody had to expect when they ``joined``.

    Their piece is the one that there is now; its price, its shipping and the cap of the parcel are
    the better ones of both.
    """
    cheaper = joined if joined.price < now.price else now
    return msgspec.structs.replace(
        now,
        price=cheaper.price,
        source=cheaper.source,
        was=cheaper.was,
        shipping=_cheaper(now.shipping, joined.shipping),
        shipping_cap=lowest_cap((now.shipping_cap, joined.shipping_cap)),
    )


def lowest_cap(caps: Iterable[int | None]) -> int | None:
    """Return the lowest of several caps; None is no cap."""
    return min((cap for cap in caps if cap is not None), default=None)


def _cheaper(now: Shipping, joined: Shipping) -> Shipping:
    if now.flat is not msgspec.UNSET and joined.flat is not msgspec.UNSET:
        return now if now.flat < joined.flat else joined
    if now.weight is not msgspec.UNSET and joined.weight is not msgspec.UNSET:
        return now if now.weight < joined.weight else joined
    return joined  # Which one is cheaper depends on the rest of the parcel.


def offer_id(offer: Offer) -> str:
    """Return the id of an offer, which its contents alone make."""
    return blake2b(msgspec.json.encode(offer), digest_size=16).hexdigest()
