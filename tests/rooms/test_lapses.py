"""Who let a hold run out is known after a restart, too."""

from __future__ import annotations

from liveshow.domain.claims.commands import Claimed
from liveshow.domain.values import Person
from liveshow.store.tables.claims import ClaimRow
from tests.domain import asks as c
from tests.rooms.market import HOLD_SECONDS, Market


async def test_who_let_a_hold_run_out_is_passed_after_a_restart(market: Market) -> None:
    """faults.md 14: for as long as the hold was, while others wait."""
    piece = (await market.piece(1, shows="a")).items[market.a]
    ana, ben, cara = [await market.person(name) for name in ("ana", "ben", "cara")]

    async def claim(who: Person) -> Claimed:
        answer = await market.do(market.a, c.ClaimItem(item=piece), who)
        assert isinstance(answer, Claimed)
        return answer

    await claim(ana)
    market.clock.advance(HOLD_SECONDS)
    await market.tick(market.a)
    held = await claim(ben)
    assert (held.status, (await claim(ana)).place, (await claim(cara)).place) == ("held", 1, 2)
    await market.restart()
    await market.do(market.a, c.StreamUp())
    await market.do(market.a, c.Release(claim=held.claim or ""), ben)
    holding = [row.buyer_id for row in await market.rows(ClaimRow) if row.status == "held"]
    assert holding == [cara.id]
