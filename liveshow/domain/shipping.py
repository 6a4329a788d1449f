"""What it costs to send a parcel: everything one buyer takes from one owner goes together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from liveshow.domain.values import Shipping

# Up to (grams): price in minor units. The last tier also takes whatever is heavier.
Rates = Sequence[tuple[int, int]]

DEFAULT_RATES: Rates = (
    (250, 395),
    (500, 495),
    (1_000, 695),
    (2_000, 895),
    (5_000, 1_295),
    (10_000, 1_895),
    (30_000, 2_995),
)


# ``(shipping of the listing, quantity)``
Pieces = Iterable[tuple[Shipping, int]]


def parcel_shipping(pieces: Pieces, cap: int | None, rates: Rates = DEFAULT_RATES) -> int:
    """Price of one parcel holding these pieces.

    Flat rates do not add up: the dearest one pays for the parcel. Weights add up and are
    looked up in ``rates``. A parcel with both costs the dearer of the two. ``cap`` is the most
    that a parcel of this show may cost.
    """
    flat = grams = 0
    for shipping, quantity in pieces:
        flat = max(flat, shipping.flat or 0)
        grams += (shipping.weight or 0) * quantity
    by_weight = 0
    if grams:
        by_weight = next((price for up_to, price in rates if grams <= up_to), rates[-1][1])
    price = max(flat, by_weight)
    return price if cap is None else min(price, cap)
