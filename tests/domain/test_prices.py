"""What something may be said to have cost: the lowest price of the 30 days until a reduction."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveshow.domain.checkout.parcels import pack
from liveshow.domain.prices import DAY_MS, Change, lowest, was
from liveshow.domain.run_of_show.events import ItemAdded, ItemRepriced
from tests.domain import asks as c
from tests.domain.story import two_shows
from tests.domain.world import ANNA, BENO, HANNA, PlainRoom, World

DAYS = 70
TRACKS = ("", "salon", "market")


def naive(changes: list[Change], today: int) -> int | None:
    """The lowest price of the 30 days before, day by day."""
    seen: list[int] = []
    for day in range(max(0, today - 30), today):
        for track in TRACKS:
            until = [c for c in changes if c.track == track and c.from_at <= day * DAY_MS]
            if until and (price := until[-1].price) is not None:
                seen.append(price)
    return min(seen, default=None)


_CHANGES = st.lists(
    st.tuples(st.integers(0, DAYS), st.sampled_from(TRACKS), st.none() | st.integers(1, 9)),
    max_size=12,
).map(lambda made: [Change(t, p, d * DAY_MS) for d, t, p in sorted(made, key=lambda m: m[0])])


@given(changes=_CHANGES, today=st.integers(0, DAYS + 40))
def test_the_lowest_price_is_that_of_the_thirty_days_before(
    changes: list[Change], today: int
) -> None:
    assert lowest(changes, today * DAY_MS) == naive(changes, today)


def test_what_was_in_force_for_no_time_does_not_count() -> None:
    changes = [Change("", 900, 0), Change("", 100, 50), Change("", 800, 50)]
    assert lowest(changes, 100) == 800
    assert lowest(changes, 50) == 900
    assert lowest([], 50) is None


def test_only_a_reduction_says_what_it_was() -> None:
    assert was(700, 900, None) == 900
    assert was(700, 900, 800) == 800
    assert was(700, 900, 700) is None
    assert was(900, 900) is None
    assert was(900, None) is None


@pytest.fixture
def shows() -> tuple[World, PlainRoom]:
    world, room, _ = two_shows()
    return world, room


def test_a_price_cut_in_a_show_says_the_lowest_price_before(
    shows: tuple[World, PlainRoom],
) -> None:
    world, room = shows
    item = room.item("mug").id
    world.wait(DAY_MS)
    room.ask(HANNA, c.Reprice(item=item, price=600))
    assert room.item("mug").was == 700
    world.wait(1_000)
    room.ask(HANNA, c.Reprice(item=item, price=650))
    assert room.item("mug").was is None
    world.wait(1_000)
    # Yesterday's lower price is not forgotten by a short rise.
    room.ask(HANNA, c.Reprice(item=item, price=500))
    assert room.item("mug").was == 600
    assert [event.lowest for event in room.happened(ItemRepriced)] == [700, None, 600]


def test_a_price_of_the_other_show_counts(shows: tuple[World, PlainRoom]) -> None:
    world, room = shows
    market = world.shows["market"]
    world.wait(1_000)
    market.ask(market.state.show.host, c.Reprice(item=market.item("mug").id, price=550))
    world.wait(1_000)
    room.ask(HANNA, c.Reprice(item=room.item("mug").id, price=600))
    assert room.item("mug").was is None
    room.ask(HANNA, c.Reprice(item=room.item("mug").id, price=500))
    assert room.item("mug").was == 550


def test_an_item_that_is_added_for_less_than_in_its_closet_says_so(
    shows: tuple[World, PlainRoom],
) -> None:
    world, room = shows
    world.listing("hat", HANNA, {"": 1}, price=3000)
    room.put("hat", price=2000)
    assert room.happened(ItemAdded)[-1].item.was == 3000


def test_a_second_flash_price_within_thirty_days_says_nothing(
    shows: tuple[World, PlainRoom],
) -> None:
    world, room = shows
    mug = room.item("mug")
    flash = c.StartFlash(item=mug.id, price=500, seconds=60)
    for days, expected in ((1, 700), (2, None), (31, 700)):
        world.wait(days * DAY_MS)
        room.tick()
        # The show would have ended by itself without a picture.
        room.ask(HANNA, flash)
        room.claim(ANNA if days == 1 else BENO, "mug", price=500)
        (claim,) = room.holds()
        assert claim.offer.was == expected
        world.wait(60_000)
        room.tick()
        assert room.item("mug").was is None
        room.ask(claim.buyer, c.Release(claim=claim.id))


def test_a_claim_and_its_line_in_the_parcel_keep_what_it_was(
    shows: tuple[World, PlainRoom],
) -> None:
    world, room = shows
    world.wait(1_000)
    room.ask(HANNA, c.Reprice(item=room.item("dress").id, price=5000))
    room.claim(ANNA, "dress", variant="dress-s")
    room.claim(BENO, "dress", variant="dress-s")
    room.ask(HANNA, c.Reprice(item=room.item("dress").id, price=9000))
    room.claim(BENO, "dress", variant="dress-m")
    for who, expected in ((ANNA, [9000]), (BENO, [9000, None])):
        lines = [
            line for p in pack(room.state, room.held_by(who.id), world.rules) for line in p.lines
        ]
        assert [line.was for line in lines] == expected
