"""A show runs, and ends by itself when nobody can see it."""

from __future__ import annotations

from liveshow.domain.running.decide import MAX_BLIND_MS
from liveshow.domain.running.events import ShowEnded
from liveshow.domain.show.notices import Notices
from tests.domain import asks as c
from tests.domain.world import ANNA, HANNA, PlainRoom, World


def plan(world: World) -> PlainRoom:
    world.listing("lamp", HANNA, {"": 1})
    room = world.show("attic", HANNA)
    room.put("lamp")
    room.ask(HANNA, c.Start())
    return room


def test_a_show_without_a_picture_is_not_live_for_ever(world: World) -> None:
    """faults.md 8: it ends, and its host is told what to do."""
    room = plan(world)
    world.wait(MAX_BLIND_MS - 1)
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
    world.wait(MAX_BLIND_MS - 1)
    room.ask(None, c.StreamUp())
    world.wait(10 * MAX_BLIND_MS)
    room.tick()
    room.ask(None, c.StreamDown())
    world.wait(60_000)
    room.ask(None, c.StreamUp())
    world.wait(10 * MAX_BLIND_MS)
    room.tick()
    assert room.state.show.status == "live"


def test_going_on_without_a_picture_begins_to_count_then(world: World) -> None:
    """faults.md 8."""
    room = plan(world)
    room.ask(HANNA, c.Pause())
    world.wait(2 * MAX_BLIND_MS)
    room.ask(HANNA, c.Resume())
    room.tick()
    assert room.state.show.status == "live"
    world.wait(MAX_BLIND_MS)
    room.tick()
    assert room.state.show.status == "ended"


def test_who_holds_something_of_it_keeps_it(world: World) -> None:
    """faults.md 8: what was promised while nobody saw anything is honoured."""
    room = plan(world)
    world.wait(MAX_BLIND_MS - 1_000)
    room.claim(ANNA, "lamp")
    world.wait(1_000)
    room.tick()
    assert room.state.show.status == "ended"
    assert room.settle(room.pay(ANNA)) == "succeeded"
