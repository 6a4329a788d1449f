"""A show runs, and ends by itself when nobody can see it."""

from __future__ import annotations

import json

from liveshow.domain.running.events import ShowEnded
from liveshow.domain.show.facts import Rules
from liveshow.domain.show.notices import Notices
from tests.domain import asks as c
from tests.domain.world import ANNA, HANNA, PlainRoom, World

UNSEEN_MS = Rules().max_unseen_ms


def plan(world: World) -> PlainRoom:
    world.listing("lamp", HANNA, {"": 1})
    room = world.show("attic", HANNA)
    room.put("lamp")
    room.ask(HANNA, c.Start())
    return room


def test_a_show_without_a_picture_is_not_live_for_ever(world: World) -> None:
    """faults.md 8: it ends, and its host is told what to do."""
    room = plan(world)
    world.wait(UNSEEN_MS - 1)
    room.tick()
    assert room.state.show.status == "live"
    world.wait(1)
    room.tick()
    assert room.state.show.status == "ended"
    (ended,) = room.happened(ShowEnded)
    assert ended.reason == "no_picture"
    (notice,) = room.state[Notices].of(HANNA.id)
    assert notice.kind == "show_ended"
    assert "camera" in notice.text


def test_a_show_with_a_picture_goes_on(world: World) -> None:
    """faults.md 8: also after the picture was gone and is back."""
    room = plan(world)
    world.wait(UNSEEN_MS - 1)
    room.ask(None, c.StreamUp())
    world.wait(10 * UNSEEN_MS)
    room.tick()
    room.ask(None, c.StreamDown())
    world.wait(60_000)
    room.ask(None, c.StreamUp())
    world.wait(10 * UNSEEN_MS)
    room.tick()
    assert room.state.show.status == "live"


def test_going_on_without_a_picture_begins_to_count_then(world: World) -> None:
    """faults.md 8."""
    room = plan(world)
    room.ask(HANNA, c.Pause())
    world.wait(2 * UNSEEN_MS)
    room.ask(HANNA, c.Resume())
    room.tick()
    assert room.state.show.status == "live"
    world.wait(UNSEEN_MS)
    room.tick()
    assert room.state.show.status == "ended"


def test_who_holds_something_of_it_keeps_it(world: World) -> None:
    """faults.md 8: what was promised while nobody saw anything is honoured."""
    room = plan(world)
    world.wait(UNSEEN_MS - 1_000)
    room.claim(ANNA, "lamp")
    world.wait(1_000)
    room.tick()
    assert room.state.show.status == "ended"
    assert room.settle(room.pay(ANNA)) == "succeeded"


def test_how_long_it_may_be_unseen_or_interrupted_is_the_operators(world: World) -> None:
    """faults.md 8: it was a constant. What has begun keeps the end that its host was told."""
    world.rules = Rules(max_unseen_minutes=2, max_interrupted_minutes=3)
    room = plan(world)
    assert room.state.show.ends_at == world.now + 120_000
    world.rules = Rules(max_unseen_minutes=1, max_interrupted_minutes=3)
    world.wait(119_999)
    room.ask(HANNA, c.Pause())
    assert room.state.show.ends_at == world.now + 180_000
    world.wait(179_999)
    room.ask(HANNA, c.Resume())
    assert room.state.show.ends_at == world.now + 60_000
    world.wait(60_000)
    room.tick()
    assert room.state.show.status == "ended"
    assert room.state.show.ends_at is None


def test_everybody_is_told_when_it_ends_by_itself(world: World) -> None:
    """faults.md 8: its host did not see it coming. What ends it is not sent when there is none."""
    room = plan(world)

    def told() -> object:
        return json.loads(room.snapshot(staff=False))["show"]["ends_at"]

    assert told() == world.now + UNSEEN_MS
    room.ask(None, c.StreamUp())
    assert told() is None
    # Going away for a moment is an interruption, and so is a break with the camera on.
    world.wait(1_000)
    room.ask(None, c.StreamDown())
    assert told() == world.now + Rules().max_interrupted_ms
    room.ask(None, c.StreamUp())
    assert told() is None
    room.ask(HANNA, c.Pause())
    paused = told()
    assert paused == world.now + Rules().max_interrupted_ms
    for command in (c.StreamDown(), c.StreamUp()):
        world.wait(1_000)
        room.ask(None, command)
        assert told() == paused
    room.ask(HANNA, c.Resume())
    assert told() is None
    room.ask(HANNA, c.End())
    assert told() is None


def test_who_comes_into_the_team_or_leaves_it_is_told(world: World) -> None:
    room = plan(world)
    room.ask(HANNA, c.AppointStaff(user="anna", role="moderator"))
    room.ask(HANNA, c.DismissStaff(user="anna"))
    told = [(notice.kind, notice.text) for notice in room.state[Notices].of(ANNA.id)]
    assert told == [("staffed", "moderator"), ("unstaffed", "moderator")]
