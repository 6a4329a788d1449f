"""What a viewer behind a slow link still sees, and what it may cost the others."""

from __future__ import annotations

import pytest

from liveshow.relay.congestion.control import MAX_EARLY_CUT, CongestionController
from liveshow.relay.congestion.estimator import DECREASE, BandwidthEstimator
from liveshow.relay.tracks.track import HEADER_OVERHEAD
from liveshow.relay.viewing.backlog import LATE, MAX_SLACK, REPLAY_TIME
from liveshow.relay.viewing.down_track import KEYFRAME_EVERY
from liveshow.relay.viewing.viewer import LONG_REPLAY_AFTER
from tests.relay.congestion.link import encode
from tests.relay.viewing.bench import Bench

FRAME = 0.033  # seconds that pass with each frame of the bench
RATE = 20_000.0  # bits per second: about 50 of its packets, nearly all of them headers


def play(bench: Bench, seconds: float) -> None:
    """Let ``seconds`` pass, with a frame every 33 ms and a round of the pacer after each."""
    for _ in range(round(seconds / FRAME)):
        bench.frame()
        bench.send_backlog(1)
        bench.tick()


def test_what_was_sent_without_a_limit_is_not_taken_off_the_limit(kernel: str) -> None:
    """A debt of the replay and of a full socket would be seconds of nothing."""
    bench = Bench(kernel)
    bench.frame(key=True, packets=300)
    down_track, wire = bench.viewer()
    bench.send_backlog(10)
    assert len(wire.sent) == 300
    down_track.limit(RATE)
    play(bench, 1.0)
    assert len(wire.sent) >= 300 + 20


def test_a_keyframe_that_was_begun_is_sent_to_its_end(kernel: str) -> None:
    """It takes longer than a viewer may be late; what follows it is dropped, not it."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True)
    down_track.limit(RATE)
    before = len(wire.sent)
    bench.frame(key=True, packets=300)
    lasts = 300 * HEADER_OVERHEAD * 8 / RATE
    assert lasts > LATE + MAX_SLACK
    play(bench, 1.5 * lasts)
    assert down_track.skips >= 1
    assert down_track.waiting
    starts = [entry[2] for entry in wire.sent[before:]]
    assert max(starts.count(timestamp) for timestamp in starts) == 300


def test_who_is_up_to_date_again_gets_no_more_time_than_others(kernel: str) -> None:
    """Time was given for one keyframe; it is taken back once that is over."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True)
    wire.full = True
    bench.frame(key=True, packets=10)
    bench.clock.now += 3 * LATE
    bench.send_backlog(1)
    wire.full = False
    bench.send_backlog(3)
    bench.frame()
    assert down_track.live
    wire.full = True
    bench.frame()
    bench.clock.now += LATE + 0.1
    bench.send_backlog(1)
    assert down_track.skips == 1


def test_a_replay_that_takes_too_long_is_given_up(kernel: str) -> None:
    """It is not late by the age of its packets, but there is an end to it."""
    bench = Bench(kernel)
    bench.frame(key=True)
    for _ in range(200):
        bench.frame()
    down_track, wire = bench.viewer()
    assert 0 < len(wire.sent) < 200
    wire.full = True
    bench.clock.now += REPLAY_TIME - 0.1
    bench.send_backlog(1)
    assert down_track.skips == 0
    bench.clock.now += 0.2
    bench.send_backlog(1)
    assert down_track.skips == 1
    assert down_track.waiting


def test_falling_behind_again_and_again_does_not_ask_for_keyframes_all_the_time(
    kernel: str,
) -> None:
    bench = Bench(kernel)
    _, wire = bench.viewer()
    bench.frame(key=True)
    bench.tick()
    bench.asked.clear()
    seconds = 6 * KEYFRAME_EVERY
    keyframes = int(seconds / LONG_REPLAY_AFTER)
    for _ in range(keyframes):
        bench.frame(key=True)
        wire.full = True
        play(bench, LONG_REPLAY_AFTER - FRAME)
        wire.full = False
    assert 1 <= len(bench.asked) <= seconds / KEYFRAME_EVERY + 1


def test_a_transport_that_takes_no_more_proves_what_fits() -> None:
    """Over TCP the queue may have been there before the first delay: no delay shows it."""
    estimator = BandwidthEstimator(2e6, 0.0)
    queue, rate, packet = 1_000_000, 400_000, 1_000  # µs, bits per second, bytes
    apart = packet * 8_000_000 // rate
    for message in range(20):
        first = message * 5
        sent = [(1_000_000 + (first + n) * apart, packet) for n in range(5)]
        received = [(first + n) * apart for n in range(5)]
        now = 1.0 + (queue + received[-1]) / 1e6
        estimator.feedback(first, queue // 64_000 + 16, received, sent, now)
    assert estimator.estimate > rate
    estimator.full(now)
    assert estimator.estimate == pytest.approx(DECREASE * rate, rel=0.1)
    lowered = estimator.estimate
    estimator.full(now + 0.1)  # the last decrease does not show yet
    assert estimator.estimate == lowered


def test_without_feedback_a_full_transport_is_a_bad_report() -> None:
    congestion = CongestionController(transport_wide=False)
    congestion.sending(2e6, None, 0.0)
    for second in range(1, 4):
        congestion.behind(float(second))
    limit = congestion.available(3.0)
    assert limit is not None
    assert limit < 2e6


def test_reports_of_one_moment_count_once() -> None:
    """Browsers report with every NACK, and these reports speak of the same lost packets."""
    congestion = CongestionController(transport_wide=True)
    congestion.sending(1e6, None, 0.0)
    congestion.report(128, 0.02, 0.1)
    congestion.sending(200_000, 1.3e6, 0.15)
    for at in (0.2, 0.3, 0.4, 0.5):
        congestion.report(200, 0.02, at)
    assert congestion.available(0.5) == pytest.approx(500_000)
    congestion.report(200, 0.02, 0.7)
    assert congestion.available(0.7) == pytest.approx(200_000 * MAX_EARLY_CUT)


def test_the_replay_to_a_joiner_is_not_what_is_sent_all_the_time() -> None:
    """A narrow link loses nearly all of that burst, and still has room for a small picture."""
    congestion = CongestionController(transport_wide=True)
    congestion.sending(2.5e6, None, 0.0)
    congestion.report(249, None, 0.4)
    available = congestion.available(0.4)
    assert available is not None
    assert 450_000 < available < 1e6


def test_who_is_judged_by_reports_gets_more_than_is_wanted_at_one_moment() -> None:
    """What a layer takes changes all the time; there must be room for it for two seconds."""
    congestion = CongestionController(transport_wide=False)
    congestion.sending(1e6, None, 0.0)
    for at in (1.0, 2.0, 3.0):
        congestion.report(128, 0.02, at)
    congestion.sending(200_000, 1.25e6, 3.0)
    for second in range(4, 30):
        congestion.report(0, 0.02, float(second))
        wanted = 1.25e6 * (1.1 if second % 2 else 0.9)
        congestion.sending(200_000, wanted, float(second))
    limit = congestion.available(30.0)
    assert limit is not None
    assert limit > 1.25e6 * 1.1


def test_feedback_after_a_silence_goes_on_from_what_reports_found_out() -> None:
    """Nothing is fed back while the picture is paused: the estimate of then is an old story."""
    congestion = CongestionController(transport_wide=True)
    congestion.sending(100_000, None, 0.0)
    congestion.report(250, 0.02, 0.1)
    low = congestion.available(0.1)
    assert low is not None
    assert low < 30_001
    congestion.playing(False)
    now = 0.1
    for _ in range(30):
        now += 1.0
        congestion.report(0, 0.02, now)
        congestion.sending(50_000, 250_000, now)
    raised = congestion.available(now)
    assert raised is not None
    assert raised > 200_000
    congestion.playing(True)
    message = encode(100, 1000, [0, 1000])
    assert congestion.feedback(message, lambda first, count: [(int(now * 1e6), 200)] * count, now)
    congestion.sending(150_000, 250_000, now)
    again = congestion.available(now)
    assert again == pytest.approx(raised)
