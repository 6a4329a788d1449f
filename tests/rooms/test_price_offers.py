"""Offers over a real database: they outlive a restart, and two shows share the last piece."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from liveshow.catalog.stock import WantedVariant
from liveshow.domain.claims.state import Claims
from liveshow.domain.offers.decide import DAY_MS
from liveshow.domain.offers.state import PriceOffers
from liveshow.errors import LiveshowError
from liveshow.store.room.state import load_state
from liveshow.store.tables.listings import VariantRow
from liveshow.store.tables.offers import PriceOfferRow
from liveshow.store.tables.shows import ShowRow
from tests.domain import asks as c
from tests.rooms.market import Market


async def in_rows(market: Market) -> PriceOffers:
    async with market.database.read() as connection:
        return (await load_state(connection, market.a))[PriceOffers]


async def offered(market: Market) -> PriceOffers:
    return (await market.rooms.snapshot(market.a))[PriceOffers]


async def test_offers_outlive_a_restart_and_end_in_time(market: Market) -> None:
    ana, ben = await market.person("ana"), await market.person("ben")
    coat = await market.piece(2)
    item = coat.items[market.a]
    first = await market.do(market.a, c.MakeOffer(item=item, amount=600), ana)
    await market.do(market.a, c.AnswerOffer(offer=first.offer, counter=900), market.one)
    second = await market.do(market.a, c.MakeOffer(item=item, amount=700), ben)
    assert await in_rows(market) == await offered(market)
    # The clock stands still while nobody broadcasts.
    market.clock.advance(60)
    await market.do(market.a, c.Pause(), market.one)
    market.clock.advance(600)
    await market.restart()
    await market.do(market.a, c.Resume(), market.one)
    assert await in_rows(market) == await offered(market)
    answer = await market.do(market.a, c.AnswerOffer(offer=first.offer, accept=True), ana)
    claims = (await market.rooms.snapshot(market.a))[Claims]
    assert (claims.holds[answer.claim].price, claims.holds[answer.claim].via) == (900, "offer")
    market.clock.advance(60)
    await market.tick(market.a)
    assert (await offered(market)).standing == {}
    outcomes = {row.id: (row.outcome, row.amount) for row in await market.rows(PriceOfferRow)}
    assert outcomes == {first.offer: ("accepted", 900), second.offer: ("expired", 700)}
    # How many somebody has made is known afterwards, too.
    await market.restart()
    assert (await offered(market)).made == {ana.id: 1, ben.id: 1}
    await market.check_stock()


async def test_the_last_piece_goes_to_an_offer_or_a_claim_of_another_show(market: Market) -> None:
    ana, ben = await market.person("ana"), await market.person("ben")
    coat = await market.piece(1)
    made = await market.do(market.a, c.MakeOffer(item=coat.items[market.a], amount=600), ana)
    offer = made.offer
    answers = await asyncio.gather(
        market.do(market.a, c.AnswerOffer(offer=offer, accept=True), market.one),
        market.do(market.b, c.ClaimItem(item=coat.items[market.b]), ben),
        return_exceptions=True,
    )
    accepted, claimed = answers
    if isinstance(accepted, LiveshowError):
        assert accepted.code == "none_free"
        assert claimed.status == "held"
    else:
        assert accepted.status == "accepted"
        assert claimed.status == "waitlisted"
    await market.check_stock()
    assert [row.held for row in await market.rows(VariantRow)] == [1]


async def test_a_show_that_is_only_planned_is_opened_again_for_its_offers(market: Market) -> None:
    ana = await market.person("ana")
    coat = await market.piece(1, shows="a")
    # As if it had never begun.
    await market.rooms.close()
    await market.execute(update(ShowRow).where(ShowRow.id == market.a).values(status="scheduled"))
    market.serve()
    await market.do(market.a, c.MakeOffer(item=coat.items[market.a], amount=600), ana)
    await market.restart()
    assert market.a in await market.store.shows_to_open()
    market.clock.advance(DAY_MS / 1000)
    await market.tick(market.a)
    assert (await offered(market)).standing == {}
    assert market.a not in await market.store.shows_to_open()


async def test_a_size_that_somebody_wanted_can_still_be_taken_out(market: Market) -> None:
    ana = await market.person("ana")
    coat = await market.piece(1, "S", "M", shows="a")
    small, medium = coat.variants["S"], coat.variants["M"]
    ask = c.MakeOffer(item=coat.items[market.a], amount=600, variant=small)
    await market.do(market.a, ask, ana)
    put_up = c.PutUp(item=coat.items[market.a], variant=small, start_price=100)
    auction = (await market.do(market.a, put_up, market.one)).auction
    await market.do(market.a, c.CancelAuction(auction=auction), market.one)
    await market.listings.edit(
        market.one.id, coat.listing, {}, variants=[WantedVariant(1, "M", id=medium)]
    )
    assert (await offered(market)).standing == {}


@pytest.mark.parametrize("ended", ["pause", "live"])
async def test_an_ended_show_has_no_offers_in_its_rows(market: Market, ended: str) -> None:
    ana = await market.person("ana")
    coat = await market.piece(1, shows="a")
    await market.do(market.a, c.MakeOffer(item=coat.items[market.a], amount=600), ana)
    if ended == "pause":
        await market.do(market.a, c.Pause(), market.one)
    await market.do(market.a, c.End(), market.one)
    assert (await in_rows(market)).standing == {}
    assert [row.outcome for row in await market.rows(PriceOfferRow)] == ["show_over"]
