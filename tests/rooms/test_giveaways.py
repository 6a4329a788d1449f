"""Giveaways over real rooms and rows: what was published holds, whoever runs the show."""

from __future__ import annotations

import msgspec
import pytest

from liveshow.domain.giveaways import draw
from liveshow.domain.giveaways.decide import CLAIM_MS
from liveshow.domain.giveaways.proof import Proof
from liveshow.domain.giveaways.state import Giveaways
from liveshow.domain.show.facts import Rules
from liveshow.domain.values import Person
from liveshow.payments.records import OrderRecord
from liveshow.store.giveaways import GiveawayRepository
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.log import EventRow
from liveshow.store.tables.orders import LedgerRow
from liveshow.verify import giveaway as verifying
from tests.domain import asks as c
from tests.rooms import market as markets
from tests.rooms.market import ADDRESS, Market, Piece


async def give(market: Market, piece: Piece | None, *who: Person) -> str:
    item = piece.items[market.a] if piece else None
    ask = c.OpenGiveaway(title="A coat", item=item, seconds=60)
    giveaway: str = (await market.do(market.a, ask, market.one)).giveaway
    for person in who:
        await market.do(market.a, c.Enter(giveaway=giveaway), person)
    return giveaway


async def draw_it(market: Market, giveaway: str) -> Person:
    """Let the time pass; return who has won."""
    market.clock.advance(60)
    await market.tick(market.a)
    winner = (await proof(market, giveaway)).winner
    assert winner is not None
    return winner


async def proof(market: Market, giveaway: str) -> Proof:
    found = await GiveawayRepository(market.database).proof(giveaway)
    assert found is not None
    return found


async def the_order(market: Market, buyer: Person) -> OrderRecord:
    (order,) = await market.orders.page("buyer", buyer.id, after=None, limit=10)
    return order


async def test_a_prize_is_won_claimed_sent_back_and_sold_again(market: Market) -> None:
    """Its piece is counted once at every moment, and no money moves."""
    piece = await market.piece()
    buyers = [await market.person(f"b{number}") for number in range(4)]
    giveaway = await give(market, piece, *buyers)
    variant = next(iter(piece.variants.values()))
    assert await market.stock(variant) == (1, 1, 0)
    early = await proof(market, giveaway)
    assert (early.seed, early.picks, early.entry_ids) == (None, None, None)
    winner = await draw_it(market, giveaway)
    await market.do(market.a, c.End(), market.one)
    late = await proof(market, giveaway)
    assert late.commitment == early.commitment
    assert verifying.agrees(verifying.verify(msgspec.json.encode(late).decode()))
    ordered = await market.do(market.a, c.ClaimPrize(giveaway, ADDRESS), winner, "key")
    again = await market.do(market.a, c.ClaimPrize(giveaway, ADDRESS), winner, "key")
    assert again == ordered
    assert await market.stock(variant) == (1, 0, 1)
    await market.check_stock()
    order = await the_order(market, winner)
    assert (order.id, order.total, order.status) == (ordered.order, 0, "paid")
    assert (order.owner.id, order.lines[0].title) == (market.one.id, "Coat")
    assert not await market.rows(LedgerRow)
    await market.restart()
    await market.orders.cancel(order.id, winner, "No room for it")
    await market.orders.restock(order.id, market.one, True)
    assert await market.stock(variant) == (1, 0, 0)
    assert [row.status for row in await market.rows(ClaimRow)] == ["returned"]


async def test_the_seed_is_in_no_log(market: Market) -> None:
    giveaway = await give(market, None, await market.person("b"))
    state = await market.rooms.snapshot(market.a)
    newest = state[Giveaways].newest
    assert newest is not None
    assert newest.id == giveaway
    assert len(newest.seed) == 64
    assert not any(newest.seed in str(row.data) for row in await market.rows(EventRow))


async def test_another_server_draws_what_the_first_one_has_promised(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that froze the entries is gone before the beacon comes."""
    monkeypatch.setattr(markets, "RULES", Rules(beacon=True))
    await market.restart()
    buyers = [await market.person(f"b{number}") for number in range(5)]
    giveaway = await give(market, await market.piece(), *buyers)
    market.clock.advance(60)
    await market.tick(market.a)
    frozen = await proof(market, giveaway)
    assert (frozen.status, frozen.seed, frozen.entries) == ("frozen", None, 5)
    assert frozen.beacon is not None
    # It ends without a word: the next one finds the rows.
    market.serve()
    assert [each.giveaway for each in await GiveawayRepository(market.database).waiting()] == [
        giveaway
    ]
    await market.do(market.a, c.TellBeacon(giveaway, frozen.beacon.round, "ab" * 48))
    drawn = await proof(market, giveaway)
    assert drawn.seed is not None
    assert drawn.entries_hash == frozen.entries_hash
    assert drawn.entry_ids is not None
    randomness = draw.randomness("ab" * 48)
    assert drawn.picks == draw.picks(drawn.seed, drawn.entry_ids, randomness)
    assert verifying.agrees(verifying.verify(msgspec.json.encode(drawn).decode()))


async def test_who_is_not_connected_at_the_end_takes_no_part(market: Market) -> None:
    here, away = await market.person("here"), await market.person("away")
    market.here = lambda show, user: user != away.id
    await market.restart()
    giveaway = await give(market, None, here, away)
    assert await draw_it(market, giveaway) == here
    assert (await proof(market, giveaway)).entries == 1


async def test_the_clock_of_a_prize_goes_on_when_the_show_is_over_and_the_server_anew(
    market: Market,
) -> None:
    piece = await market.piece()
    giveaway = await give(market, piece, await market.person("a"), await market.person("b"))
    first = await draw_it(market, giveaway)
    await market.do(market.a, c.End(), market.one)
    await market.do(market.b, c.End(), market.two)
    await market.restart()
    assert await market.store.shows_to_open() == [market.a]
    market.clock.advance(CLAIM_MS / 1000)
    await market.tick(market.a)
    second = (await proof(market, giveaway)).winner
    assert second is not None
    assert second != first
    market.clock.advance(CLAIM_MS / 1000)
    await market.tick(market.a)
    over = await proof(market, giveaway)
    assert (over.status, over.reason, over.winner) == ("over", "unclaimed", None)
    assert await market.stock(next(iter(piece.variants.values()))) == (1, 0, 0)
    assert await market.store.shows_to_open() == []
    state = await market.rooms.snapshot(market.a)
    assert state == await market.store.load(market.a)
