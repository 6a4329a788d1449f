"""What was promised with a claim is there after a restart, and on the order, as it was then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from liveshow.domain.checkout.parcels import cart
from liveshow.domain.claims.state import Claims
from liveshow.domain.notes.state import Notes
from liveshow.domain.values import Person
from liveshow.payments.provider import Card
from liveshow.payments.simulated import SUCCEEDS
from liveshow.store.database import Database
from liveshow.store.tables.notes import ClaimPromiseRow
from tests.domain import asks as c
from tests.rooms.market import HOLD_SECONDS, RULES, Market, Piece

CARD = Card(SUCCEEDS, "12/40", "123")


@pytest.fixture
async def market(database: Database) -> AsyncIterator[Market]:
    market = Market(database)
    await market.open()
    yield market
    await market.close()


async def promise(market: Market, piece: Piece, text: str, **fields: Any) -> int | None:
    command = c.MakePromise(item=piece.items[market.a], text=text, **fields)
    answer = await market.do(market.a, command, market.one)
    made: int | None = answer.promise
    return made


async def claim(market: Market, piece: Piece, buyer: Person) -> Any:
    return await market.do(market.a, c.ClaimItem(item=piece.items[market.a]), buyer)


async def kept(market: Market, buyer: Person) -> list[list[str]]:
    """What the lines of somebody's cart say."""
    found = cart(await market.rooms.snapshot(market.a), buyer.id, RULES)
    return [line.promises for parcel in found.parcels for line in parcel.lines] if found else []


async def test_notes_and_promises_are_there_after_a_restart(market: Market) -> None:
    buyer, next_in_line = await market.person("buyer"), await market.person("next")
    piece, other = await market.piece(), await market.piece()
    await market.do(market.a, c.PinNote(text="Ships Tuesday"), market.one)
    await market.do(market.a, c.PinNote(text="Ships Monday"), market.one)
    first = await promise(market, piece, "gift-wrapped")
    await promise(market, other, "signed")
    held = await claim(market, piece, buyer)
    await claim(market, piece, next_in_line)
    await promise(market, piece, "boxed", promise=first)
    await promise(market, other, "")
    before = (await market.rooms.snapshot(market.a))[Notes]

    await market.restart()
    after = (await market.rooms.snapshot(market.a))[Notes]
    assert after == before
    assert (after.text, after.revision) == ("Ships Monday", 2)
    assert await kept(market, buyer) == [["gift-wrapped"]]
    # Ids go on counting, also of what is not promised any more.
    assert await promise(market, other, "signed") == 3
    # Whoever comes next is promised what stands now.
    await market.do(market.a, c.Release(claim=held.claim), buyer)
    assert await kept(market, next_in_line) == [["boxed"]]
    await market.restart()
    assert await kept(market, next_in_line) == [["boxed"]]
    assert held.claim not in (await market.rooms.snapshot(market.a))[Notes].frozen


async def test_a_promise_taken_back_in_the_same_batch_is_kept_for_the_claim(
    market: Market,
) -> None:
    buyer = await market.person("buyer")
    piece = await market.piece()
    await promise(market, piece, "gift-wrapped")
    begun = market.store.begun
    # While the first is written the other two arrive.
    _, held, _ = await asyncio.gather(
        market.do(market.a, c.Chat(text="Hello"), buyer),
        claim(market, piece, buyer),
        promise(market, piece, ""),
    )
    assert market.store.begun == begun + 2
    [row] = await market.rows(ClaimPromiseRow)
    assert (row.claim_id, row.words) == (held.claim, ["gift-wrapped"])
    await market.restart()
    assert await kept(market, buyer) == [["gift-wrapped"]]
    await market.do(market.a, c.Release(claim=held.claim), buyer)
    assert (await market.rooms.snapshot(market.a))[Notes].frozen == {}


async def test_an_order_after_a_restart_says_what_was_promised_then(market: Market) -> None:
    buyer = await market.person("buyer")
    piece = await market.piece()
    await promise(market, piece, "gift-wrapped")
    await claim(market, piece, buyer)
    await promise(market, piece, "")
    await market.restart()
    payment = await market.checkout(market.a, buyer, "pay")
    await market.restart()
    paid = await market.payments.confirm(payment.id, buyer.id, CARD)
    order = await market.orders.get(paid.orders[0], buyer.id)
    for reader in (buyer, market.one):
        assert [line.promises for line in order.view(reader.id).lines] == [["gift-wrapped"]]


async def test_money_that_comes_after_the_hold_buys_what_was_promised(market: Market) -> None:
    buyer = await market.person("buyer")
    piece = await market.piece()
    await promise(market, piece, "gift-wrapped")
    await claim(market, piece, buyer)
    payment = await market.checkout(market.a, buyer, "pay")
    await market.provider.confirm(payment.id, CARD)
    market.clock.advance(HOLD_SECONDS + 1)
    await market.tick(market.a)
    assert (await market.rooms.snapshot(market.a))[Claims].holds == {}
    await promise(market, piece, "")
    await market.restart()
    await market.payments.reconcile(thorough=True)
    paid = await market.payments.get(payment.id, buyer.id)
    order = await market.orders.get(paid.orders[0], buyer.id)
    assert [line.promises for line in order.view(buyer.id).lines] == [["gift-wrapped"]]


async def test_an_item_that_came_back_has_no_promises_after_a_restart(market: Market) -> None:
    piece = await market.piece(shows="a")
    made = await promise(market, piece, "gift-wrapped")
    assert made
    await market.do(market.a, c.Remove(item=piece.items[market.a]), market.one)
    await market.do(market.a, c.Add(listing=piece.listing), market.one)
    await market.restart()
    notes = (await market.rooms.snapshot(market.a))[Notes]
    assert notes.promised(piece.items[market.a]).in_force == []
    assert await promise(market, piece, "gift-wrapped") == made + 1
