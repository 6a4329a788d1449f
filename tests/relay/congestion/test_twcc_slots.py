"""The cap on measured viewers, and reports while the event loop is late."""

from __future__ import annotations

from liveshow.relay.congestion.control import HEALTHY_TIME, CongestionController
from liveshow.relay.congestion.twcc_slots import TwccSlots

LOSSY = 20  # of 256


def viewers(count: int, twcc_slots: TwccSlots) -> list[CongestionController]:
    """Return ``count`` healthy viewers that get 2 Mbit/s."""
    all_of_them = [CongestionController(True, twcc_slots=twcc_slots) for _ in range(count)]
    for one in all_of_them:
        one.sending(2e6, None, 0.0)
        one.report(0, 0.05, 0.5)
    return all_of_them


def test_a_moment_that_is_bad_for_everybody_is_not_looked_at_by_all() -> None:
    """One bad report each: half of the slots stay free for viewers with real trouble."""
    twcc_slots = TwccSlots(20)
    crowd = viewers(100, twcc_slots)
    for one in crowd:
        one.report(LOSSY, 0.05, 1.0)
    assert twcc_slots.in_use == sum(one.numbering for one in crowd) == 11
    for one in crowd:
        one.report(LOSSY, 0.05, 1.2)  # of the same moment
    assert twcc_slots.in_use == 11
    crowd[-1].report(LOSSY, 0.05, 2.2)
    assert crowd[-1].numbering


def test_there_is_no_place_for_more_than_the_bound() -> None:
    """However bad it is; the others are judged by reports, and may get a place later."""
    twcc_slots = TwccSlots(20)
    crowd = viewers(100, twcc_slots)
    for second in range(1, 5):
        for one in crowd:
            one.report(3 * LOSSY, 0.05, float(second))
    assert twcc_slots.in_use == sum(one.numbering for one in crowd) == 20
    last = crowd[-1]
    limit = last.available(5.0)
    assert limit is not None
    assert limit < 2e6
    for one in crowd[:20]:
        one.close()
    last.report(3 * LOSSY, 0.05, 5.0)
    assert last.numbering
    start = last.available(5.0)
    assert start is not None
    assert start <= limit


def test_a_place_is_given_back_once() -> None:
    """When all is well again, or the viewer leaves."""
    twcc_slots = TwccSlots(2)
    well, gone = viewers(2, twcc_slots)
    for one in (well, gone):
        one.report(LOSSY, 0.05, 1.0)
    assert twcc_slots.in_use == 2
    assert not twcc_slots.acquire()
    gone.close()
    gone.close()
    assert twcc_slots.in_use == 1
    gone.report(LOSSY, 0.05, 2.0)
    assert not gone.numbering
    well.sending(2e6, None, 2.0 + HEALTHY_TIME)
    assert not well.numbering
    assert twcc_slots.in_use == 0


def test_a_round_trip_says_nothing_while_the_loop_is_late() -> None:
    """It is as long as the report waited to be read; losses are still losses."""
    twcc_slots = TwccSlots()
    twcc_slots.late = True
    slow, lossy = viewers(2, twcc_slots)
    for second in range(1, 10):
        slow.report(0, 2.0, float(second))
    assert slow.healthy
    lossy.report(LOSSY, 2.0, 1.0)
    assert lossy.numbering
    twcc_slots.late = False
    slow.report(0, 0.05, 10.0)
    slow.report(0, 2.0, 11.0)
    assert slow.numbering
