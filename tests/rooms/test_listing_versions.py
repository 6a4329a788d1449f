"""What a show does to a listing is not undone by a form that was opened before."""

from __future__ import annotations

import pytest

from liveshow.catalog.listings import ListingEdited
from liveshow.catalog.stock import WantedVariant
from tests.domain import asks as c
from tests.rooms.market import Market


async def test_restocking_in_a_show_is_another_version_and_selling_is_not(market: Market) -> None:
    """faults.md 2: what was added in a show is not lost to a list that is older."""
    piece = await market.piece(1, "S")
    small = piece.variants["S"]
    hal = await market.person("hal")
    await market.do(market.a, c.ClaimItem(item=piece.items[market.a]), hal)
    assert (await market.listings.get(piece.listing)).version == 1
    await market.do(market.a, c.Restock(item=piece.items[market.a], quantity=5), market.one)
    wanted = [WantedVariant(1, "S", "", small)]
    with pytest.raises(ListingEdited) as refusal:
        await market.listings.edit(market.one.id, piece.listing, {}, version=1, variants=wanted)
    assert (refusal.value.listing.version, refusal.value.listing.variants[0].quantity) == (2, 5)
    assert (await market.stock(small))[0] == 5
