"""What the crowd does, and what it leaves alone."""

from __future__ import annotations

import asyncio

import pytest

from liveshow.demo.chatter import (
    FAVOURITE,
    THINKING_MS,
    Bargain,
    Chatter,
    GiveBack,
    Pay,
    Reply,
    Say,
    Script,
    Take,
)
from liveshow.demo.wardrobe import GUESTS
from liveshow.domain.chat.text import mentions
from liveshow.domain.claims.commands import ClaimItem
from liveshow.domain.claims.comment import could_claim, meaning
from liveshow.domain.claims.state import Claims
from liveshow.domain.offers.commands import AnswerOffer
from liveshow.domain.offers.state import PriceOffers
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.running.commands import End
from liveshow.domain.show.commands import Envelope
from liveshow.domain.show.state import ShowState
from tests.demo.conftest import RunningDemo, StartDemo
from tests.support import seconds

HANDLES = [who.handle for who in GUESTS]


async def test_the_crowd_talks_and_claims_nothing_but_the_favourite(
    start_demo: StartDemo,
) -> None:
    state = await (await start_demo()).state()
    mug = _favourite(state)
    script = Script(HANDLES)
    moves = [script.next(state, 0) for _ in range(400)]
    claims = offers = 0
    for move in moves:
        assert isinstance(move, Say | Take | Bargain)
        assert move.who in HANDLES
        if isinstance(move, Take):
            assert (move.item, move.quantity) in ((mug.id, 1), (mug.id, 2))
            claims += 1
        elif isinstance(move, Bargain):
            assert move.item == mug.id
            assert mug.price * 0.69 < move.amount < mug.price
            offers += 1
        elif asked := meaning(state, could_claim(move.text), staff=False):
            assert isinstance(asked, ClaimItem), move.text
            assert asked.item == mug.id
            claims += 1
    assert 10 < claims < 150
    assert 5 < offers < 60
    said = [move.text for move in moves if isinstance(move, Say)]
    assert any(mentions(text) for text in said)
    assert any("?" in text for text in said)
    assert not [text for text in said if "{" in text]
    pauses = [script.pause() for _ in range(100)]
    assert min(pauses) >= 5
    assert max(pauses) <= 15


async def test_the_same_seed_is_the_same_evening(start_demo: StartDemo) -> None:
    state = await (await start_demo()).state()
    one, two, other = (Script(HANDLES, seed) for seed in (3, 3, 4))
    first = [one.next(state, 0) for _ in range(50)]
    assert first == [two.next(state, 0) for _ in range(50)]
    assert first != [other.next(state, 0) for _ in range(50)]


async def test_who_holds_for_a_while_pays_or_gives_back(start_demo: StartDemo) -> None:
    demo = await start_demo()
    state = await demo.state()
    mug = _favourite(state)
    await _claim(demo, "lotte", mug.id)
    held = next(iter(state[Claims].holds.values()))
    soon = [Script(HANDLES, seed).next(state, held.created_at) for seed in range(20)]
    assert not [move for move in soon if isinstance(move, Pay | GiveBack)]
    late = held.created_at + THINKING_MS
    later = {type(Script(HANDLES, seed).next(state, late)) for seed in range(20)}
    assert later == {Pay, GiveBack}


async def test_who_is_asked_for_more_takes_it_or_leaves_it(
    start_demo: StartDemo, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = await start_demo()
    mug = _favourite(await demo.state())
    chatter = Chatter(demo.parts.registry, demo.parts.payments, demo.demo.evening.people)
    with monkeypatch.context() as patched:
        patched.setattr(Script, "next", lambda *_: Bargain("jules", mug.id, mug.price * 3 // 4))
        assert await chatter.turn()
    (offer,) = (await demo.state())[PriceOffers].standing
    answer = AnswerOffer(offer=offer, counter=mug.price * 9 // 10)
    await demo.parts.registry.submit("demo", Envelope(answer, demo.demo.evening.people["host"]))
    state = await demo.state()
    assert Script(HANDLES).next(state, 0) == Reply("jules", offer, accept=True)
    assert await chatter.turn()
    assert [held.via for held in (await demo.state())[Claims].holds.values()] == ["offer"]


async def test_paying_goes_through_the_checkout(
    start_demo: StartDemo, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = await start_demo()
    state = await demo.state()
    mug = _favourite(state)
    await _claim(demo, "jules", mug.id)
    chatter = Chatter(demo.parts.registry, demo.parts.payments, demo.demo.evening.people)
    monkeypatch.setattr(Script, "next", lambda *_: Pay("jules"))
    assert await chatter.turn()
    assert (await demo.state())[RunOfShow].items[mug.id].variants[0].sold == 1


async def test_the_crowd_leaves_when_the_show_is_over(start_demo: StartDemo) -> None:
    demo = await start_demo()
    chatter = Chatter(demo.parts.registry, demo.parts.payments, demo.demo.evening.people)
    host = demo.demo.evening.people["host"]
    await demo.parts.registry.submit("demo", Envelope(End(), host))
    assert not await chatter.turn()


async def test_the_crowd_leaves_at_once_when_told_to(start_demo: StartDemo) -> None:
    demo = await start_demo()
    chatter = Chatter(demo.parts.registry, demo.parts.payments, demo.demo.evening.people)
    stopping = asyncio.Event()
    running = asyncio.create_task(chatter.run(stopping))
    await asyncio.sleep(0)
    stopping.set()
    async with asyncio.timeout(seconds(1)):
        await running


def _favourite(state: ShowState) -> Item:
    return next(item for item in state[RunOfShow].items.values() if item.title == FAVOURITE)


async def _claim(demo: RunningDemo, handle: str, item: str) -> None:
    person = demo.demo.evening.people[handle]
    await demo.parts.registry.submit("demo", Envelope(ClaimItem(item=item), person))
