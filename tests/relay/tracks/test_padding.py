"""Packets of a frame are made equally long by a few bytes, and nothing else is touched."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from liveshow.relay.tracks.padding import MAX_PADDING, pad_frames
from liveshow.relay.wire.codecs import H264, OPUS
from liveshow.relay.wire.packets import Packet


def burst(*frames: list[int], codec: str = H264) -> list[Packet]:
    """Return packets with payloads of these lengths, each list one frame."""
    return [
        Packet(0, timestamp, False, codec, bytes(size), False, 0.0)
        for timestamp, frame in enumerate(frames)
        for size in frame
    ]


def padded(*frames: list[int], codec: str = H264) -> list[int]:
    packets = burst(*frames, codec=codec)
    pad_frames(packets)
    return [packet.padding for packet in packets]


def test_nearly_equal_packets_become_equal() -> None:
    """As aiortc splits (longer ones first) and as libwebrtc does (longer ones last)."""
    assert padded([1101, 1101, 1100, 1100]) == [0, 0, 1, 0]
    assert padded([1100, 1100, 1101, 1101]) == [1, 1, 0, 0]
    assert padded([1200, 1200, 1197, 400]) == [0, 0, 3, 0]
    assert padded([1200, 1197]) == [0, 0]
    assert padded([1197, 1200]) == [3, 0]


def test_what_differs_much_is_left_alone() -> None:
    """Parameter sets before the picture, a last packet that is longer."""
    assert padded([30, 1200, 1199, 1199, 700]) == [0, 0, 1, 1, 0]
    assert padded([1199, 1200, 300, 1000, 1001]) == [1, 0, 0, 1, 0]
    assert padded([1196, 1200]) == [0, 0]
    assert padded([500, 499, 1200]) == [0, 0, 0]
    assert padded([700]) == [0]
    assert padded() == []


def test_frames_and_sound_are_kept_apart() -> None:
    """The last packet of a frame stays as short as it is, whatever the next one is like."""
    assert padded([1200, 1199], [1200, 1200]) == [0, 0, 0, 0]
    assert padded([80, 81, 80], codec=OPUS) == [0, 0, 0]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.integers(90, 106), max_size=12), max_size=4))
def test_padding_is_small_deterministic_and_never_beyond_the_longest(
    frames: list[list[int]],
) -> None:
    """And every run it makes can be sent in one go: equal lengths, the last not longer."""
    packets = burst(*frames)
    pad_frames(packets)
    assert padded(*frames) == [packet.padding for packet in packets]
    longest = {timestamp: max(frame, default=0) for timestamp, frame in enumerate(frames)}
    for packet, following in pairwise(packets):
        assert 0 <= packet.padding <= MAX_PADDING
        assert len(packet.payload) + packet.padding <= longest[packet.timestamp]
        if packet.padding:  # it was for the sake of the next one, or of the one before
            assert packet.timestamp == following.timestamp
    if packets:
        assert packets[-1].padding == 0
