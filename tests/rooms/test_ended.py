"""What a show promised ends with it, and everybody concerned is told."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlmodel import SQLModel

from liveshow.domain.claims.state import Claims
from liveshow.domain.show.notices import Notices
from liveshow.domain.show.views import state_view
from liveshow.ids import new_id
from liveshow.store.tables.claims import ClaimRow, OfferRow, WaitlistRow
from liveshow.store.tables.log import EventRow, NoticeRow
from liveshow.store.tables.shows import ShowItemRow, ShowRow
from tests.domain import asks as c
from tests.rooms.market import RULES, Market, Piece
from tests.support import eventually

_OF_A_SHOW: tuple[type[SQLModel], ...] = (
    EventRow,
    ClaimRow,
    WaitlistRow,
    NoticeRow,
    ShowItemRow,
)


async def full(market: Market, *waiting: str, shows: str = "ab") -> Piece:
    """A single piece, held by Hal in show A, with people in line for it there."""
    piece = await market.piece(1, shows=shows)
    for name in ("hal", *waiting):
        who = market.people.get(name) or await market.person(name)
        await market.do(market.a, c.ClaimItem(item=piece.items[market.a]), who)
    return piece


async def holders(market: Market) -> dict[str, str]:
    """Who holds something, and in which show."""
    handles = {person.id: handle for handle, person in market.people.items()}
    return {
        handles[row.buyer_id]: row.show_id
        for row in await market.rows(ClaimRow)
        if row.status == "held"
    }


async def written(market: Market, show: str) -> Any:
    """Everything of a show that a room writes, apart from who owns it."""
    (row,) = [row for row in await market.rows(ShowRow) if row.id == show]
    return row.model_dump(exclude={"epoch"}), [
        [
            dump
            for other in await market.rows(table)
            if (dump := other.model_dump())["show_id"] == show
        ]
        for table in _OF_A_SHOW
    ]


async def test_the_lines_of_a_show_end_with_it_and_everybody_in_them_is_told_once(
    market: Market,
) -> None:
    """faults.md 4."""
    await full(market, "ana", "ben")
    await full(market, "ana")
    room = await market.rooms.get(market.a)
    told: list[Any] = []
    room.subscribe(told.append)
    await market.do(market.a, c.End(), market.one)
    assert await market.rows(WaitlistRow) == []
    ana, ben = market.people["ana"], market.people["ben"]
    notices = sorted(
        (row.user_id, row.kind, row.item and row.item["number"])
        for row in await market.rows(NoticeRow)
    )
    assert notices == sorted([(ana.id, "cancelled", 1), (ben.id, "cancelled", 1)])
    assert {ana.id, ben.id} <= told[-1].touched
    state = room.state
    seen = state_view(state, RULES, 0, staff=True)
    assert seen.waitlist == {}
    assert [item.waiting for item in seen.items] == [0, 0]
    # What is read again is the same.
    await market.restart()
    again = (await market.rooms.get(market.a)).state
    assert state_view(again, RULES, 0, staff=True) == seen
    assert again[Notices] == state[Notices]
    assert again[Claims] == state[Claims]


async def test_who_waited_last_week_gets_nothing_of_tonights_stock(market: Market) -> None:
    """faults.md 4: restocked in tonight's show, in the closet, or freed by the last holder."""
    piece = await full(market, "ana")
    await market.do(market.a, c.End(), market.one)
    cara = await market.person("cara")
    await market.listings.edit(market.one.id, piece.listing, {}, quantity=2)
    (held,) = await market.rows(ClaimRow)
    await market.do(market.a, c.Release(claim=held.id), market.people["hal"])
    await market.do(market.a, c.Restock(item=piece.items[market.a], quantity=3), market.one)
    await market.tick(market.b)
    assert await holders(market) == {}
    answer = await market.do(market.b, c.ClaimItem(item=piece.items[market.b], quantity=3), cara)
    assert answer.status == "held"
    await market.check_stock()


async def test_opening_an_ended_show_writes_nothing(market: Market) -> None:
    """faults.md 4: not even for those whom an older version left in line."""
    piece = await full(market)
    dora = await market.person("dora")
    await market.do(market.a, c.End(), market.one)
    await market.add(OfferRow(id="kept", terms={"title": "Coat", "price": 1000}))
    await market.add(
        WaitlistRow(
            id=new_id(),
            show_id=market.a,
            item_id=piece.items[market.a],
            variant_id=next(iter(piece.variants.values())),
            buyer_id=dora.id,
            quantity=1,
            offer_id="kept",
            seq=1,
            created_at=0,
        )
    )
    await market.listings.edit(market.one.id, piece.listing, {}, quantity=5)
    await market.restart()
    before = await written(market, market.a)
    begun = market.store.begun
    room = await market.rooms.get(market.a)
    for _ in range(20):
        await asyncio.sleep(0)
    await eventually(lambda: room.at_rest)
    assert market.store.begun == begun
    assert await written(market, market.a) == before
    # Somebody who does ask for something does not serve the line by it.
    await market.tick(market.a)
    assert await holders(market) == {"hal": market.a}
