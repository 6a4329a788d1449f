"""Which layer is chosen for a viewer, and when there is none."""

from __future__ import annotations

import pytest

from liveshow.relay.congestion.layers import (
    MAX_BACK_OFF,
    MAX_PICTURE_BACK_OFF,
    PACED,
    PROOF,
    SPIKE,
    LayerRate,
    LayerSelector,
)

LOW, MIDDLE, TOP = 130e3, 450e3, 2e6
LADDER = [LayerRate(0, LOW), LayerRate(1, MIDDLE), LayerRate(2, TOP)]


def test_without_a_limit_it_is_the_best_active_layer() -> None:
    """Whatever it was before."""
    choice = LayerSelector()
    assert choice.choose(LADDER, None, 0.0) == 2
    assert choice.wanted is None
    assert choice.choose([*LADDER[:2], LayerRate(2, TOP, False)], None, 1.0) == 1
    assert choice.choose([], None, 2.0) == 1
    assert choice.choose(LADDER, 100e6, 3.0) == 1  # a layer is gone up to with patience
    assert choice.wanted == 1.25 * TOP


def test_down_after_proof_and_at_once_when_it_is_far_too_much() -> None:
    """A moment is forgiven unless two thirds are missing."""
    choice = LayerSelector()
    choice.choose(LADDER, None, 0.0)
    assert choice.choose(LADDER, 1.8e6, 1.0) == 2
    assert choice.choose(LADDER, 2.1e6, 1.3) == 2
    assert choice.choose(LADDER, 1.8e6, 1.6) == 2
    assert choice.choose(LADDER, 1.8e6, 1.7 + PROOF) == 1
    assert choice.choose(LADDER, 0.2e6, 3.0) == 0


def test_sound_is_taken_off_first() -> None:
    """460 kbit/s with 32 of sound have no room for 450 of picture."""
    choice = LayerSelector()
    for tick in range(8):
        choice.choose(LADDER, 460e3, tick / 10, 32e3)
    assert choice.index == 0
    assert choice.wanted == pytest.approx(1.25 * MIDDLE + 32e3)


def climb(choice: LayerSelector, now: float) -> float:
    """Give plenty of room until it goes up; return when."""
    before, begin = choice.index, now
    while choice.choose(LADDER[:2], 5e6, now) == before:
        now += 0.1
        assert now - begin < 2 * MAX_BACK_OFF
    return now


def test_what_failed_is_tried_more_and_more_seldom() -> None:
    """5 s, then 10, 20, 40, and every 60 s; and after a long good time 5 again."""
    choice = LayerSelector()
    choice.choose(LADDER[:2], 1e3, 0.0)
    now, waits = 1.0, []
    for _ in range(7):
        down = now
        now = climb(choice, now)
        waits.append(now - down)
        now += 1.0
        choice.choose(LADDER[:2], 1e3, now)
        assert choice.index == 0
    assert [round(wait / 5) for wait in waits] == [1, 2, 4, 8, 12, 12, 12]
    assert 4 < waits[0] < 8
    assert waits[-1] == pytest.approx(MAX_BACK_OFF, abs=3)
    now = climb(choice, now) + 2 * MAX_BACK_OFF
    choice.choose(LADDER[:2], 1e3, now)
    assert climb(choice, now) - now < 8


def test_when_not_even_the_lowest_fits_it_is_thinned_then_left_out() -> None:
    """And it comes back with some room to spare."""
    choice = LayerSelector()
    for tick in range(10):
        choice.choose(LADDER, 120e3, tick / 10, 32e3)
    assert choice.index == 0
    assert choice.limit == pytest.approx(88e3)
    assert not choice.paused
    assert choice.wanted == pytest.approx(1.25 * LOW + 32e3)
    for tick in range(10, 25):
        choice.choose(LADDER, 70e3, tick / 10, 32e3)
    assert choice.paused
    assert choice.wanted == pytest.approx(120e3)
    choice.choose(LADDER, 90e3, 8.0, 32e3)
    assert choice.paused
    choice.choose(LADDER, 130e3, 8.1, 32e3)
    assert not choice.paused
    choice.choose(LADDER, 250e3, 8.2, 32e3)
    assert choice.limit is None


def test_a_picture_that_fails_is_tried_more_and_more_seldom() -> None:
    """It takes the room of the sound each time: 5 s, then 10, 20, and every 30."""
    choice, now = LayerSelector(), 0.0
    waits: list[int] = []
    for _ in range(6):
        while not choice.paused:
            now += 0.1
            choice.choose(LADDER, 50e3, now)
        begin = now
        while choice.paused:
            now += 0.1
            choice.choose(LADDER, 130e3, now)
        waits.append(round(now - begin))
    assert waits == [5, 10, 20, 30, 30, 30]
    assert waits[-1] == MAX_PICTURE_BACK_OFF


def test_a_layer_that_is_not_sent_any_more_is_left() -> None:
    """The publisher's own link has become slow."""
    choice = LayerSelector()
    choice.choose(LADDER, None, 0.0)
    assert choice.choose(LADDER[:1], 5e6, 1.0) == 0
    assert choice.choose(LADDER[1:], 5e6, 2.0) == 1


def climbed(rate: float = 800e3, room: float = 1.5e6) -> tuple[LayerSelector, float]:
    """Return one that has just gone up to a layer of that rate, and when."""
    choice, now = LayerSelector(), 0.0
    choice.choose([LayerRate(0, LOW)], room, now)
    while choice.index == 0:
        now += 0.1
        choice.choose([LayerRate(0, LOW), LayerRate(1, rate)], room, now)
    return choice, now


def test_a_keyframe_is_no_reason_to_leave_a_layer() -> None:
    """The layer measures three times its rate for a second, and the room stays the same."""
    choice, now = climbed()
    for later in (0.5, 30.0):
        for tick in range(10):
            at = now + later + tick / 10
            assert choice.choose([LayerRate(0, LOW), LayerRate(1, 2.4e6)], 1.5e6, at) == 1
        assert choice.choose([LayerRate(0, LOW), LayerRate(1, 800e3)], 1.5e6, now + later + 1) == 1


def test_a_layer_that_stays_too_large_is_left_although_the_room_did_not_fall() -> None:
    """The scene has changed."""
    choice, now = climbed()
    now += 30.0
    ladder = [LayerRate(0, LOW), LayerRate(1, 2.4e6)]
    choice.choose(ladder, 1.5e6, now)
    assert choice.choose(ladder, 1.5e6, now + SPIKE - 0.1) == 1
    assert choice.choose(ladder, 1.5e6, now + SPIKE + 0.1) == 0


def test_a_room_that_falls_ends_a_layer_as_ever() -> None:
    """At once when it is far too little, even just after it went up."""
    choice, now = climbed()
    assert choice.choose([LayerRate(0, LOW), LayerRate(1, 2.4e6)], 500e3, now + 0.5) == 0


def test_the_keyframe_of_a_larger_layer_is_paced() -> None:
    """It may be more than the link takes at once."""
    choice, now = climbed()
    ladder = [LayerRate(0, LOW), LayerRate(1, 800e3)]
    assert choice.limit == 1.5e6
    choice.choose(ladder, 1.5e6, now + PACED + 0.1)
    assert choice.limit is None


def test_a_layer_that_is_sent_on_although_it_does_not_fit_is_held_to_the_room() -> None:
    """Until the keyframe of the smaller one comes."""
    choice = LayerSelector()
    choice.choose(LADDER, None, 0.0, sending=2)
    assert choice.limit is None
    assert choice.choose(LADDER, 600e3, 1.0, 32e3, sending=2) == 1
    assert choice.limit == pytest.approx(568e3)
    choice.choose(LADDER, 600e3, 1.1, 32e3, sending=1)
    assert choice.limit is None
    assert choice.wanted == pytest.approx(1.25 * TOP + 32e3)


def test_a_loud_sound_that_leaves_no_room_for_a_picture_is_heard_alone() -> None:
    """Music takes more than a voice, so the rest may be too little for a picture."""
    choice = LayerSelector()
    now = 0.0
    for _ in range(40):
        now += 0.25
        choice.choose([LayerRate(0, 300_000.0)], 100_000.0, now, audio=144_000.0)
    assert choice.paused
    assert choice.wanted is not None
    assert choice.wanted > 144_000
    while now < 120:
        now += 0.25
        choice.choose([LayerRate(0, 300_000.0)], 600_000.0, now, audio=144_000.0)
    assert not choice.paused
    assert choice.limit is None
