"""Time goes on when a viewer is taken from one simulcast layer to another."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from liveshow.relay.tracks.rtp_to_ntp import MAX_DISAGREEMENT, PacketTime, RtpToNtp, ticks_between

RATE = 90_000
NTP = 3_900_000_000.0  # seconds since 1900, as sender reports have them
TIMESTAMPS = st.integers(0, 0xFFFFFFFF)


def test_nothing_is_known_before_the_first_report() -> None:
    """And after a reset, when another sender takes over."""
    clock = RtpToNtp(RATE)
    assert clock.sampled_at(5) is None
    assert clock.timestamp_at(NTP) is None
    clock.report(NTP, 5)
    assert clock.sampled_at(5) == NTP
    assert clock.timestamp_at(NTP + 1) == 5 + RATE
    clock.reset()
    assert clock.sampled_at(5) is None


@settings(max_examples=300, deadline=None)
@given(reference=TIMESTAMPS, seconds=st.floats(-3600, 3600))
def test_timestamps_and_times_of_sampling_are_two_names_of_one_thing(
    reference: int, seconds: float
) -> None:
    """Wherever the 32 bits wrap; a tick is 11 µs."""
    clock = RtpToNtp(RATE)
    clock.report(NTP, reference)
    timestamp = clock.timestamp_at(NTP + seconds)
    assert timestamp is not None
    sampled = clock.sampled_at(timestamp)
    assert sampled is not None
    assert abs(sampled - (NTP + seconds)) < 2 / RATE


@settings(max_examples=300, deadline=None)
@given(
    first=TIMESTAMPS,
    second=TIMESTAMPS,
    apart=st.floats(-2, 2),
    elapsed=st.integers(0, 20 * RATE),
    delay=st.floats(-0.4, 0.4),
)
def test_layers_are_on_one_time_whatever_their_timestamps_are(
    first: int, second: int, apart: float, elapsed: int, delay: float
) -> None:
    """Frames sampled ``elapsed`` ticks apart stay so; how long they travelled does not count.

    The reports of the two layers were made ``apart`` seconds from each other.
    """
    low, high = RtpToNtp(RATE), RtpToNtp(RATE)
    low.report(NTP, first)
    high.report(NTP + apart, (second + round(apart * RATE)) & 0xFFFFFFFF)
    last = PacketTime(low.sampled_at(first), 100.0)
    next_frame = high.sampled_at((second + elapsed) & 0xFFFFFFFF)
    ticks = ticks_between(last, PacketTime(next_frame, 100.0 + elapsed / RATE + delay), RATE)
    assert abs(ticks - max(1, elapsed)) <= 2


@settings(max_examples=200, deadline=None)
@given(
    sampled=st.none() | st.floats(0, 2**32),
    then=st.none() | st.floats(0, 2**32),
    elapsed=st.floats(-1, 60),
)
def test_time_is_never_far_from_what_the_wall_clock_says(
    sampled: float | None, then: float | None, elapsed: float
) -> None:
    """Whatever a sender reports."""
    ticks = ticks_between(PacketTime(then, 100.0), PacketTime(sampled, 100.0 + elapsed), RATE)
    assert abs(ticks - elapsed * RATE) <= MAX_DISAGREEMENT * RATE + 1
    if sampled is None or then is None:
        assert abs(ticks - elapsed * RATE) <= 1


def test_a_viewer_who_goes_to_and_fro_does_not_drift() -> None:
    """100 changes between layers, each frame late in its own way: still on the camera's time."""
    clocks = [RtpToNtp(RATE), RtpToNtp(RATE)]
    starts = [0xFFFFF000, 12_345]
    for clock, start in zip(clocks, starts, strict=True):
        clock.report(NTP, start)
    seen, last = 0, PacketTime(NTP, 0.0)
    for step in range(1, 101):
        layer = step % 2
        timestamp = (starts[layer] + step * RATE) & 0xFFFFFFFF
        moment = PacketTime(clocks[layer].sampled_at(timestamp), step + 0.3 * (step % 3))
        seen += ticks_between(last, moment, RATE)
        last = moment
    assert abs(seen - 100 * RATE) <= 100
