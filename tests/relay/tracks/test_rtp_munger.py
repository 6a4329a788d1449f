"""The RTP munger: one numbering and one time for a track, across publishers."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liveshow.relay.tracks.rtp_munger import REORDER_ROOM, RtpMunger
from liveshow.relay.wire.codecs import H264, VP8, VP9, inspect
from liveshow.relay.wire.packets import RtpHeader


def header(sequence: int, timestamp: int = 0) -> RtpHeader:
    return RtpHeader(96, False, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 1, b"x", 50, None)


def test_publishers_follow_each_other_without_a_jump_back() -> None:
    """Indices grow, and time goes on by the wall clock."""
    munger = RtpMunger(90_000)
    mapped = [munger.map(header(65534 + n, 1000 + n), 10.0) for n in range(4)]
    assert [m and m[0] for m in mapped] == [REORDER_ROOM + n for n in range(4)]
    assert mapped[3] == (REORDER_ROOM + 3, 1003, 1)
    munger.new_source()
    again = munger.map(header(5, 0xFFFFFFF0), 12.0)
    assert again is not None
    assert again[0] > REORDER_ROOM + 3
    assert again[1] == 1003 + 180_000
    assert munger.map_timestamp(0xFFFFFFF0 + 10) == again[1] + 10
    # A packet that the first one overtook still has a number; an older one has none.
    assert munger.map(header(5 - REORDER_ROOM + 1), 12.0) is not None
    assert munger.map(header(5 - REORDER_ROOM - 1), 12.0) is None


def test_a_sender_that_restarts_under_the_same_ssrc_is_a_new_source() -> None:
    """A leap of sequence numbers does not leave a gap as large."""
    munger = RtpMunger(48_000)
    first = munger.map(header(100, 5), 1.0)
    leap = munger.map(header(30_000, 99_999), 1.02)
    assert first is not None
    assert leap is not None
    assert 0 < leap[0] - first[0] <= REORDER_ROOM + 1
    assert leap[1] == 5 + 960


sources = st.lists(
    st.tuples(
        st.integers(0, 0xFFFF),  # first sequence number
        st.integers(0, 0xFFFFFFFF),  # first timestamp
        st.lists(st.integers(1, 40), min_size=1, max_size=12),  # steps, >1: losses
        st.floats(0, 5000),  # seconds of silence before it
    ),
    max_size=6,
)


@settings(max_examples=300, deadline=None)
@given(sources)
def test_numbers_and_time_only_grow_whoever_comes_and_wherever_they_wrap(
    publishers: list[tuple[int, int, list[int], float]],
) -> None:
    """Gaps keep their length, and between publishers time goes on by the clock."""
    munger, now, last = RtpMunger(90_000), 100.0, None
    for sequence, timestamp, steps, silence in publishers:
        munger.new_source()
        now += silence
        for place, step in enumerate([0, *steps]):
            sequence, timestamp = sequence + step, timestamp + 3000 * step
            now += step / 30
            mapped = munger.map(header(sequence, timestamp), now)
            assert mapped is not None
            assert munger.map_timestamp(timestamp & 0xFFFFFFFF) == mapped[1]
            if last is not None:
                ticks = (mapped[1] - last[1]) & 0xFFFFFFFF
                if place:
                    assert (mapped[0] - last[0], ticks) == (step, 3000 * step)
                else:
                    assert mapped[0] > last[0]
                    assert abs(ticks - max(1, silence * 90_000)) <= 1
            last = mapped


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 0xFFFF), st.permutations(range(12)))
def test_packets_that_overtake_each_other_are_filed_where_they_belong(
    first: int, order: list[int]
) -> None:
    """Up to the room there is before the first one that came; each place is given once."""
    munger = RtpMunger(90_000)
    munger.map(header(first - 5, 0), 0.0)
    munger.new_source()
    mapped = {n: munger.map(header(first + n, 3000 * n), 1.0) for n in order}
    places = {n: place[0] - n for n, place in mapped.items() if place is not None}
    assert len(places) == len(order)
    assert len(set(places.values())) == 1


def vp8(picture: int, tl0: int) -> bytes:
    """Return a payload with a wide picture id and TL0PICIDX."""
    return bytes([0x90, 0xC0, 0x80 | picture >> 8, picture & 0xFF, tl0, 0x00]) + b"rest"


def vp9(picture: int, tl0: int) -> bytes:
    """Return the same of VP9."""
    return bytes([0xA8, 0x80 | picture >> 8, picture & 0xFF, 0x00, tl0, 0x82]) + b"rest"


def mapped(munger: RtpMunger, codec: str, payload: bytes) -> bytes:
    return munger.map_payload(inspect(codec, payload), payload)


@pytest.mark.parametrize(("codec", "payload", "at"), [(VP8, vp8, 2), (VP9, vp9, 1)])
def test_picture_ids_go_on_across_publishers(
    codec: str, payload: Callable[[int, int], bytes], at: int
) -> None:
    """Across the wrap; everything else stays as it was."""
    munger = RtpMunger(90_000)
    assert mapped(munger, codec, payload(32_700, 250)) == payload(32_700, 250)
    munger.new_source()
    expected = (32_700 + REORDER_ROOM) & 0x7FFF, (250 + REORDER_ROOM) & 0xFF
    assert mapped(munger, codec, payload(5, 3)) == payload(*expected)
    assert mapped(munger, codec, payload(6, 4)) == payload(expected[0] + 1, expected[1] + 1)
    munger.new_source()
    assert mapped(munger, codec, payload(0, 0))[at : at + 2] == bytes([0xFF, 0xDD])


def test_short_and_missing_picture_ids_are_mapped_as_far_as_they_go() -> None:
    """7 bits, TL0PICIDX alone, neither."""
    short = RtpMunger(90_000)
    mapped(short, VP8, bytes([0x90, 0x80, 0x7F, 0x00]))
    short.new_source()
    assert mapped(short, VP8, bytes([0x90, 0x80, 0x05, 0x00]))[2] == REORDER_ROOM - 1
    alone = RtpMunger(90_000)
    mapped(alone, VP8, bytes([0x90, 0x40, 0x07, 0x00]))
    alone.new_source()
    assert mapped(alone, VP8, bytes([0x90, 0x40, 0x00, 0x00]))[2] == 7 + REORDER_ROOM
    assert mapped(alone, H264, b"\x41") == b"\x41"
    assert mapped(alone, VP8, b"\x10") == b"\x10"


# Packets that become several


def test_packets_that_become_two_leave_no_gap_wherever_they_come_late() -> None:
    """What is missing after the first of them gets room for two, and says so when it comes."""
    munger = RtpMunger(90_000)
    first = munger.map(header(10), 0.0)
    assert first is not None
    at = first[0]
    assert munger.map(header(11), 0.0, 2) == (at + 1, 0, 2)
    assert munger.map(header(12), 0.0) == (at + 3, 0, 1)
    assert munger.map(header(15), 0.0, 2) == (at + 8, 0, 2)  # after 13 and 14, two each
    assert munger.map(header(14), 0.0, 2) == (at + 6, 0, 2)
    assert munger.map(header(13), 0.0) == (at + 4, 0, 2)
    assert munger.map(header(12), 0.0) == (at + 3, 0, 1)
    assert munger.map(header(11), 0.0, 2) == (at + 1, 0, 2)
    assert munger.map(header(10), 0.0) == first
    assert munger.map(header(16), 0.0) == (at + 10, 0, 1)
    munger.new_source()
    again = munger.map(header(500), 1.0)
    assert again is not None
    assert again[0] > at + 10


@given(
    st.lists(st.tuples(st.integers(1, 3), st.booleans()), min_size=1, max_size=700),
    st.randoms(use_true_random=False),
)
def test_no_two_packets_share_a_number(wanted: list[tuple[int, bool]], chance: Random) -> None:
    """Whatever comes in several parts, late, twice or never: filled numbers are filled once."""
    munger, taken, order = RtpMunger(90_000), dict[int, int](), list[int]()
    for sequence in range(len(wanted)):
        order.insert(max(0, len(order) - chance.randrange(4) * chance.randrange(2)), sequence)
    for sequence in order:
        count, lost = wanted[sequence]
        if lost and sequence % 5 == 0:
            continue
        place = munger.map(header(60_000 + sequence), 0.0, count)
        if place is None:
            continue
        for index in range(place[0], place[0] + place[2]):
            assert taken.setdefault(index, sequence) == sequence
    ordered = [taken[index] for index in sorted(taken)]
    assert ordered == sorted(ordered)


def test_frame_numbers_of_av1_go_on_whoever_publishes() -> None:
    """faults.md 36: 16 bits after the first byte; what else a descriptor says stays as it is."""
    munger = RtpMunger(90_000)
    assert munger.map_descriptor(b"\xc5\xff\xff") == b"\xc5\xff\xff"
    assert munger.map_descriptor(b"\x05\x00\x00\x80rest") == b"\x05\x00\x00\x80rest"
    munger.new_source()
    assert munger.map_descriptor(b"\xc0\x12\x34") == b"\xc0" + REORDER_ROOM.to_bytes(2)
    assert munger.map_descriptor(b"\xc0\x12\x36") == b"\xc0" + (REORDER_ROOM + 2).to_bytes(2)
