"""What was promised is kept once, however many were promised it."""

from __future__ import annotations

import pytest

from liveshow.domain.claims import state as claims_state
from liveshow.store.tables.claims import ClaimRow, OfferRow
from tests.domain import asks as c
from tests.rooms.market import Market, Piece


async def come_and_go(market: Market, piece: Piece) -> None:
    """One buyer holds the piece, another one waits for it, and both give it up."""
    ann, ben = market.people["ann"], market.people["ben"]
    item = piece.items[market.a]
    held = await market.do(market.a, c.ClaimItem(item=item), ann)
    waiting = await market.do(market.a, c.ClaimItem(item=item), ben)
    await market.do(market.a, c.LeaveWaitlist(entry=waiting.entry), ben)
    await market.do(market.a, c.Release(claim=held.claim), ann)


async def test_claims_that_come_and_go_leave_one_row_of_what_was_offered(market: Market) -> None:
    """The rows grow with the edits under which somebody claimed, not with the claims."""
    piece = await market.piece()
    for handle in ("ann", "ben"):
        await market.person(handle)
    for _ in range(20):
        await come_and_go(market, piece)
    assert len(await market.rows(OfferRow)) == 1
    await market.do(market.a, c.Reprice(item=piece.items[market.a], price=900), market.one)
    for _ in range(20):
        await come_and_go(market, piece)
    offers, claims = await market.rows(OfferRow), await market.rows(ClaimRow)
    assert {offer.id for offer in offers} == {claim.offer_id for claim in claims}
    assert (len(offers), len(claims)) == (2, 40)


async def test_a_room_forgets_offers_and_writes_them_again(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims_state, "OFFERS_KNOWN", 3)
    piece = await market.piece()
    for handle in ("ann", "ben"):
        await market.person(handle)
    for _ in range(2):
        for price in range(900, 905):
            reprice = c.Reprice(item=piece.items[market.a], price=price)
            await market.do(market.a, reprice, market.one)
            await come_and_go(market, piece)
    await market.restart()
    await market.do(market.a, c.ClaimItem(item=piece.items[market.a]), market.people["ann"])
    claimed = await market.rows(ClaimRow)
    assert {offer.id for offer in await market.rows(OfferRow)} == {row.offer_id for row in claimed}
    # Five prices; the lowest is a reduction the second time, which says what it was.
    assert len({row.offer_id for row in claimed}) == 6
