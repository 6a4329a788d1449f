"""A clock that is set, and a machine that slept: nobody lived through that time."""

from __future__ import annotations

from liveshow.clock import SKIPPED_MS, Skips
from liveshow.domain.claims.state import Claims
from tests.domain import asks as c
from tests.rooms.market import HOLD_SECONDS, Market


async def test_a_clock_that_is_set_ends_no_hold(market: Market) -> None:
    """valkey#2651: what was left of a hold is left, and the next in line waits for the rest."""
    piece = (await market.piece(1, shows="a")).items[market.a]
    ana, ben = [await market.person(name) for name in ("ana", "ben")]
    held = await market.do(market.a, c.ClaimItem(item=piece), ana)
    await market.do(market.a, c.ClaimItem(item=piece), ben)
    market.clock.advance(HOLD_SECONDS - 5)
    market.clock.step(3600)
    await market.tick(market.a)
    [claim] = (await market.rooms.snapshot(market.a))[Claims].holds.values()
    assert (claim.id, claim.until - market.clock()) == (held.claim, 5_000)
    # What is over by itself is over.
    market.clock.advance(5)
    await market.tick(market.a)
    [claim] = (await market.rooms.snapshot(market.a))[Claims].holds.values()
    assert (claim.buyer.id, claim.until - market.clock()) == (ben.id, HOLD_SECONDS * 1000)


async def test_everybody_sees_why_the_clocks_have_changed(market: Market) -> None:
    """The show stood still, and goes on: two events that pages know."""
    await market.tick(market.a)
    before = dict(market.events)
    market.clock.step(600)
    await market.tick(market.a)
    seen = {kind: n - before.get(kind, 0) for kind, n in market.events.items()}
    assert (seen["show.interrupted"], seen["show.resumed"]) == (1, 1)
    show = (await market.rooms.snapshot(market.a)).show
    assert (show.status, show.interrupted_at) == ("live", None)
    await market.tick(market.a)
    assert market.events["show.interrupted"] == before.get("show.interrupted", 0) + 1


async def test_a_show_that_stands_still_loses_nothing_either(market: Market) -> None:
    piece = (await market.piece(1, shows="a")).items[market.a]
    ana = await market.person("ana")
    await market.do(market.a, c.ClaimItem(item=piece), ana)
    await market.do(market.a, c.Pause(), market.one)
    market.clock.step(600)
    await market.do(market.a, c.Resume(), market.one)
    [claim] = (await market.rooms.snapshot(market.a))[Claims].holds.values()
    assert claim.until - market.clock() == HOLD_SECONDS * 1000


def test_what_a_clock_is_corrected_by_is_not_skipped() -> None:
    steady, skips = 0, Skips(lambda: steady)
    assert skips.until(5_000_000) == 0
    skips.mark(1_000)
    steady = 500_000
    assert skips.until(501_000) == 0
    assert skips.until(501_000 + SKIPPED_MS) == 0
    assert skips.until(501_001 + SKIPPED_MS) == SKIPPED_MS + 1
    # A clock that was set back prolongs what runs; nothing is lost by that.
    assert skips.until(0) == 0
    skips.mark(501_001 + SKIPPED_MS)
    assert skips.until(501_001 + SKIPPED_MS) == 0
