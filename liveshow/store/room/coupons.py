"""Coupons as a room finds them: locked, with their uses counted."""

from __future__ import annotations

from collections.abc import Mapping

from liveshow.domain.checkout.coupons import COUPONS, CouponFacts
from liveshow.store.coupons import coupon_facts
from liveshow.store.room.aggregate import Aggregate, Place


async def _coupons(
    place: Place, keys: frozenset[tuple[str, str]]
) -> Mapping[tuple[str, str], CouponFacts]:
    return await coupon_facts(place.connection, keys, lock=True)


class CouponRows(Aggregate):
    """A room writes nothing of a coupon: its uses are payments."""

    ORDER = 65
    LOADERS = {COUPONS: _coupons}
