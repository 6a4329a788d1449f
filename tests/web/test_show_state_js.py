"""The browser's reducer and the server agree: snapshot + events = fresh snapshot.

The real module runs in a real Chromium; the logs are those of the evening in which every event
happens, and of random evenings.
"""

from __future__ import annotations

import json
import random
from typing import Any

import msgspec
import pytest
from playwright.async_api import Page

from liveshow.domain.checkout.state import Checkout
from liveshow.domain.claims.state import Claims
from liveshow.domain.features import MACHINE
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.events import Record, seen
from liveshow.domain.show.views import state_view
from tests.domain import asks as c
from tests.domain.story import tell, two_shows
from tests.domain.world import BUYERS, COHOST, HANNA, MODERATOR, PHOTO, SECRET, PlainRoom, World

# Each event goes through the module alone, and what it was given must not change.
REPLAY = """
async ([first, events]) => {
  const { features } = await import("/web/features/index.js");
  const freeze = (value) => {
    if (value && typeof value === "object" && !Object.isFrozen(value)) {
      Object.freeze(value);
      Object.values(value).forEach(freeze);
    }
    return value;
  };
  const states = [];
  let state = freeze(first);
  for (const event of events) {
    state = freeze(features.apply(state, freeze(event)));
    states.push(JSON.stringify(state));
  }
  return states;
}
"""


class Recorded:
    """What one audience was sent, and the fresh snapshot after each event."""

    def __init__(self, room: PlainRoom, *, staff: bool) -> None:
        self.staff = staff
        self.first = json.loads(room.snapshot(staff=staff))
        self.events: list[dict[str, Any]] = []
        self.fresh: list[dict[str, Any]] = []
        # Of the events as the server knows them: some are hidden from everybody else.
        self.types: set[str] = set()
        room.listeners.append(lambda record: self.record(room, record))

    @classmethod
    def from_nothing(cls, room: PlainRoom, *, staff: bool) -> Recorded:
        """Begin before the first event of a show in which nothing else has happened."""
        recorded = cls(room, staff=staff)
        nothing = MACHINE.new_state(room.state.id, epoch=room.state.epoch)
        view = state_view(nothing, room.world.rules, room.world.now, staff=staff)
        recorded.first = json.loads(msgspec.json.encode(view))
        (created,) = room.log
        recorded.record(room, created)
        return recorded

    def record(self, room: PlainRoom, record: Record) -> None:
        if not record.event.logged:
            return
        self.events.append(json.loads(msgspec.json.encode(seen(record, staff=self.staff))))
        self.fresh.append(json.loads(room.snapshot(staff=self.staff)))
        self.types.add(record.event.type)

    async def check_in(self, page: Page) -> None:
        states = await page.evaluate(REPLAY, [self.first, self.events])
        assert len(states) == len(self.events) > 0
        for event, state, fresh in zip(self.events, states, self.fresh, strict=True):
            assert json.loads(state) == fresh, event


@pytest.mark.slow
@pytest.mark.parametrize("staff", [False, True], ids=["public", "staff"])
async def test_the_reducer_follows_every_event(page: Page, staff: bool) -> None:
    recorded: list[Recorded] = []
    tell(arrive=lambda room: recorded.append(Recorded.from_nothing(room, staff=staff)))
    happened = set().union(*(log.types for log in recorded))
    assert happened == set(MACHINE.events.those(lambda kind: kind.logged))
    for log in recorded:
        await log.check_in(page)


@pytest.mark.slow
@pytest.mark.parametrize("staff", [False, True], ids=["public", "staff"])
async def test_the_reducer_follows_a_show_that_is_planned_in_full(page: Page, staff: bool) -> None:
    world = World()
    room = world.show(
        "salon",
        HANNA,
        description="Coats and denim",
        cover=PHOTO.id,
        scheduled_at=world.now + 60_000,
        hold_seconds=120,
        claims_per_buyer=3,
        shipping_cap=900,
        claim_word="mine",
        slow_seconds=5,
        chat_mode="followers",
        words=(SECRET,),
    )
    recorded = Recorded.from_nothing(room, staff=staff)
    room.ask(HANNA, c.Configure(claim_word="dibs", cover=None, shipping_cap=None))
    await recorded.check_in(page)


@pytest.mark.slow
@pytest.mark.parametrize("staff", [False, True], ids=["public", "staff"])
async def test_an_ended_show_has_nobody_in_line(page: Page, staff: bool) -> None:
    _, salon, _ = two_shows()
    for buyer in BUYERS[:3]:
        salon.claim(buyer, "scarf")
    recorded = Recorded(salon, staff=staff)
    assert [item["waiting"] for item in recorded.first["items"]] == [2, 0, 0]
    salon.ask(HANNA, c.End())
    assert [event["type"] for event in recorded.events] == ["show.ended"]
    assert [item["waiting"] for item in recorded.fresh[-1]["items"]] == [0, 0, 0]
    assert recorded.fresh[-1].get("waitlist") == ({} if staff else None)
    await recorded.check_in(page)


@pytest.mark.slow
@pytest.mark.parametrize("staff", [False, True], ids=["public", "staff"])
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_reducer_follows_random_evenings(page: Page, staff: bool, seed: int) -> None:
    _, salon, market = two_shows()
    recorded = [Recorded(room, staff=staff) for room in (salon, market)]
    _improvise(salon, market, random.Random(seed))
    for log in recorded:
        await log.check_in(page)


def _improvise(salon: PlainRoom, market: PlainRoom, chance: random.Random) -> None:
    """Three hundred commands, many of them refused."""
    for _ in range(300):
        room = chance.choice([salon, market])
        room.world.wait(chance.choice([0, 10, 2_000, 100_000]))
        item = chance.choice(list(room.state[RunOfShow].items))
        claim = chance.choice([*room.state[Claims].holds, "nothing"])
        payment = chance.choice([*room.state[Checkout].payments, *room.world.payments, "nothing"])
        who = chance.choice([*BUYERS, *BUYERS, COHOST, MODERATOR, room.state.show.host])
        commands: list[Any] = [
            c.ClaimItem(item=item, quantity=chance.choice([1, 1, 2])),
            c.ClaimItem(item=item, variant=chance.choice(["dress-s", "dress-m"])),
            c.Release(claim=claim),
            c.CancelClaim(claim=claim, reason="Sorry"),
            c.ChangeClaim(claim=claim, quantity=chance.choice([1, 2, None])),
            c.ChangeClaim(claim=claim, variant=chance.choice(["dress-s", "dress-m"])),
            room.checkout(who),
            c.ClosePayment(payment, "cancelled"),
            c.Chat(text=chance.choice(["Hello", "sold 2 S", "sold 3"])),
            c.Delete(message=chance.choice([record.seq for record in room.log[-9:]])),
            c.Undo(seq=chance.choice([record.seq for record in room.log[-9:]])),
            c.Mute(user="anna", reason="loud"),
            c.Ban(user="beno", seconds=60, reason="loud"),
            c.Unban(user="beno"),
            c.Move(item=item, to=chance.randrange(3)),
            c.Remove(item=item),
            c.Add(listing=chance.choice(["scarf", "dress", "mug"])),
            c.Pin(item=item),
            c.Restock(item=item, quantity=chance.randrange(6)),
            c.Configure(claims_per_buyer=chance.randrange(1, 4)),
            c.StreamDown(),
            c.StreamUp(),
        ]
        room.batch(c.Envelope(chance.choice(commands), who))
        if payment in room.world.payments and room.world.payments[payment].show == room.state.id:
            room.batch(c.Envelope(c.SettlePayment(payment)))
