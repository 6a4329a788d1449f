"""Who is in a show, as giveaways ask it."""

from __future__ import annotations

from liveshow.rooms.presence import GRACE_MS, Presence


class Steady:
    now = 0

    def __call__(self) -> int:
        return self.now


def long_after_the_start() -> tuple[Steady, Presence]:
    steady = Steady()
    presence = Presence(steady)
    steady.now = 10 * GRACE_MS
    return steady, presence


def test_whoever_is_connected_is_here_in_that_show_alone() -> None:
    _, presence = long_after_the_start()
    presence.came("a", "ann")
    assert presence.here("a", "ann")
    assert not presence.here("b", "ann")
    assert not presence.here("a", "ben")


def test_one_of_two_tabs_is_enough() -> None:
    steady, presence = long_after_the_start()
    presence.came("a", "ann")
    presence.came("a", "ann")
    presence.went("a", "ann")
    steady.now += 2 * GRACE_MS
    assert presence.here("a", "ann")
    presence.went("a", "ann")
    assert presence.here("a", "ann")
    steady.now += GRACE_MS + 1
    assert not presence.here("a", "ann")


def test_whoever_comes_back_in_time_has_not_been_away() -> None:
    steady, presence = long_after_the_start()
    presence.came("a", "ann")
    presence.went("a", "ann")
    steady.now += GRACE_MS
    assert presence.here("a", "ann")
    presence.came("a", "ann")
    steady.now += 2 * GRACE_MS
    assert presence.here("a", "ann")


def test_after_a_start_everybody_is_here_for_a_moment() -> None:
    steady = Steady()
    presence = Presence(steady)
    assert presence.here("a", "ann")
    steady.now = GRACE_MS + 1
    assert not presence.here("a", "ann")


def test_what_is_remembered_of_those_who_left_is_forgotten() -> None:
    steady, presence = long_after_the_start()
    for number in range(100):
        presence.came("a", f"user{number}")
        presence.went("a", f"user{number}")
    steady.now += 2 * GRACE_MS
    presence.came("a", "ann")
    presence.went("a", "ann")
    assert len(presence._left) == 1
    assert not presence._connections
