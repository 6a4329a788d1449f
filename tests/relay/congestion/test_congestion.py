"""Congestion control of one viewer: over simulated links, and its parts by themselves."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liveshow.relay.congestion.control import (
    HEALTHY_TIME,
    MAX_WITHOUT_PICTURE,
    CongestionController,
    round_trip,
)
from liveshow.relay.congestion.estimator import (
    CEILING,
    DECREASE,
    FLOOR,
    MAX_OPEN,
    BandwidthEstimator,
)
from liveshow.relay.wire import transport_cc
from liveshow.relay.wire.transport_cc import MAX_PACKETS, Feedback, parse
from tests.relay.congestion.link import EPOCH, Link, Scene, encode

TOP = 2e6


# Feedback messages


def test_runs_are_read() -> None:
    """Three that came 1 ms apart, then two that did not: two chunks of runs."""
    fci = struct.pack("!HHI", 0xFFFE, 5, 0x010203 << 8 | 7)
    fci += bytes([0x20, 3, 0x00, 2]) + bytes([0, 4, 4])
    assert parse(fci) == Feedback(0xFFFE, 0x010203, [0, 1000, 2000, None, None])


def test_vectors_of_one_bit_are_read() -> None:
    """§3.1.4: 1 not received, 5 received, 3 not, 3 received, 2 not."""
    fci = struct.pack("!HHI", 10, 14, 0) + bytes([0b10_011111, 0b00011100]) + bytes([1] * 8)
    message = parse(fci)
    assert message is not None
    assert [at is not None for at in message.received] == [
        *[False, True, True, True, True, True, False, False, False, True, True, True, False, False]
    ]
    assert [at for at in message.received if at is not None] == [250 * n for n in range(1, 9)]


def test_vectors_of_two_bits_and_deltas_that_go_back_are_read() -> None:
    """Small, large, negative and missing deltas; symbols beyond the count are no packets."""
    fci = struct.pack("!HHI", 1, 4, 5 << 8) + bytes([0b11_01_10_10, 0b00_01_01_01])
    fci += bytes([255]) + struct.pack("!hh", 20_000, -8)
    expected = [255 * 250, (255 + 20_000) * 250, (255 + 20_000 - 8) * 250, None]
    assert parse(fci) == Feedback(1, 5, expected)


# Of Chromium, which was sent frames of several packets, some of them left out, over the loopback
# of one machine: message, first number, those that are missing, when they were sent (µs).
CHROMIUM = [
    (
        "00eb0013034b2205bffec5506a00000000000000000000000000000000000003",
        235,
        [13, 14],
        "12368 12535 12576 12605 12629 12657 12675 12690 12723 12738 12761 12787 12802 12817 12836 "
        "12845 12870 12886 12912",
    ),
    (
        "01980018034b270abeebbfb005000000008f0001000000000000000000000000",
        408,
        [5, 9, 11, 21],
        "305260 305383 305422 305450 305475 343854 343877 344080 344119 344145 344158 344186 "
        "344194 344208 344221 344243 344270 344284 344299 344314 344348 344369 344377 344409",
    ),
    (
        "03140012034b3e162012430100000023000000000000000000000000",
        788,
        [],
        "1796300 1796856 1796921 1796946 1796974 1797147 1797182 1797207 1797229 1797254 1797269 "
        "1797282 1797295 1797319 1797344 1797359 1797384 1797403",
    ),
]


def test_what_chromium_writes_is_read() -> None:
    """Vectors of one and two bits, runs, padding: every packet came within 10 ms."""
    delays = []
    for fci, base, missing, sent in CHROMIUM:
        message = parse(bytes.fromhex(fci))
        assert message is not None
        assert message.base == base
        times = [int(at) for at in sent.split()]
        assert len(message.received) == len(times)
        assert [at for at, came in enumerate(message.received) if came is None] == missing
        delays += [
            message.reference * transport_cc.REFERENCE_UNIT + came - at
            for came, at in zip(message.received, times, strict=True)
            if came is not None
        ]
    assert max(delays) - min(delays) < 10_000


@given(
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFFF),
    st.lists(st.none() | st.integers(-8_000, 8_000), min_size=1, max_size=300),
)
@settings(max_examples=200, deadline=None)
def test_what_is_written_is_read(base: int, reference: int, deltas: list[int | None]) -> None:
    """Any mixture of losses, jumps and steps back."""
    received: list[int | None] = []
    at = 0
    for delta in deltas:
        at += 0 if delta is None else delta * 250
        received.append(None if delta is None else at)
    fci = encode(base, reference, received)
    assert parse(fci) == Feedback(base, reference, received)


@given(st.binary(max_size=80))
@settings(max_examples=500, deadline=None)
def test_garbage_is_refused_or_bounded(fci: bytes) -> None:
    """Any bytes give None or a bounded number of packets."""
    message = parse(fci)
    assert message is None or 0 < len(message.received) <= MAX_PACKETS


def test_what_is_cut_short_is_refused() -> None:
    """Every beginning of a message is malformed."""
    fci = encode(1, 2, [0, None, 500, 100_000, None, None, 99_000])
    size = len(fci) - (-(8 + 2 + 6) % 4)
    assert all(parse(fci[:length]) is None for length in range(size - 2))


@pytest.mark.parametrize(
    "fci",
    [
        b"",
        struct.pack("!HHI", 1, 0, 0) + b"\x20\x01\x00\x00",  # no packet
        struct.pack("!HHI", 1, MAX_PACKETS + 1, 0) + b"\x1f\xff" * 2,  # too many
        struct.pack("!HHI", 1, 2, 0) + b"\x60\x02\x00\x00",  # a run of reserved symbols
        struct.pack("!HHI", 1, 2, 0) + b"\xf4\x00\x00\x00",  # one in a vector
        struct.pack("!HHI", 1, 5, 0) + b"\x00\x00\x00\x00",  # runs of nothing
    ],
)
def test_what_means_nothing_is_refused(fci: bytes) -> None:
    """And nothing is raised."""
    assert parse(fci) is None


# Scenes


def test_who_is_well_gets_the_best_and_is_asked_nothing() -> None:
    """No numbers, no feedback, no padding on a link that has room."""
    scene = Scene(Link(10e6)).run(60)
    assert scene.switches() == 0
    assert scene.messages == scene.padding == 0


def test_a_slow_link_gets_a_layer_that_fits_within_three_seconds() -> None:
    """500 kbit/s, half a second of queue: then hardly a packet is lost, and little is late."""
    scene = Scene(Link(500e3, queue=30_000)).run(60)
    assert scene.history[-1][1] == 0
    assert scene.history[-1][0] < 3.0
    assert scene.loss(4.0) < 0.02
    assert scene.longest_queue(4.0) < 0.25


def test_who_got_well_goes_up_again() -> None:
    """The link recovers to 10 Mbit/s: the top layer is back, and then numbering ends."""
    scene = Scene(Link(500e3, queue=30_000)).run(30)
    scene.link.rate, scene.link.queue = 10e6, 100_000
    scene.run(30)
    assert scene.layer == 2
    assert scene.loss(30) == 0
    scene.run(HEALTHY_TIME + 5)
    assert scene.layer == 2
    ended = [at for at, _, _, _, numbering in scene.log if at > 30 and not numbering]
    assert ended


def test_random_loss_on_a_fast_link_costs_no_layer() -> None:
    """5 % and 8 % are bad luck, not congestion: retransmissions are there for that."""
    for loss in (0.05, 0.08):
        scene = Scene(Link(20e6, loss=loss)).run(90)
        assert scene.switches() == 0
        assert scene.congestion.numbering


def test_a_sudden_drop_is_followed() -> None:
    """10 Mbit/s become 200 kbit/s behind 2.4 s of queue: the lowest layer, and no delay left."""
    scene = Scene(Link(10e6)).run(10)
    scene.link.rate = 200e3
    scene.run(30)
    assert scene.layer == 0
    assert scene.history[-1][0] < 13
    assert scene.loss(16) < 0.02
    assert scene.longest_queue(20) < 0.3
    scene.link.rate = 10e6
    scene.run(30)
    assert scene.layer == 2


def test_a_queue_of_a_second_is_emptied() -> None:
    """Nothing is lost in it, so only the delay tells."""
    scene = Scene(Link(800e3, queue=100_000)).run(40)
    assert scene.layer == 1
    assert scene.longest_queue(15) < 0.4
    assert scene.loss(5) == 0


@pytest.mark.slow
@pytest.mark.parametrize("rate", [500e3, 650e3, 1e6, 1.6e6, 2.1e6, 2.3e6, 3e6])
@pytest.mark.parametrize("burst", [0, 32_000])
def test_a_link_between_two_layers_is_quiet(rate: float, burst: int) -> None:
    """There are few changes in two minutes, and a token bucket does not deceive the probes."""
    scene = Scene(Link(rate, queue=int(rate / 8 * 0.3), burst=burst)).run(120)
    assert scene.switches() <= 6
    assert scene.switches(30) <= 2
    assert scene.loss(5) < 0.02


def test_keyframes_are_not_congestion() -> None:
    """They fill the queue of a link that has room for a moment, every second."""
    scene = Scene(Link(3.5e6, loss=0.03), keyframes=1.0).run(60)
    assert scene.congestion.numbering
    assert scene.switches() == 0


@pytest.mark.parametrize("jitter", [0.02, 0.05])
def test_jitter_is_not_congestion(jitter: float) -> None:
    """A wireless link delays some packets, and those behind them."""
    scene = Scene(Link(8e6, jitter=jitter, loss=0.03)).run(60)
    assert scene.congestion.numbering
    assert scene.switches() == 0


def test_reports_alone_do_for_who_has_nothing_better() -> None:
    """REMB: a layer that fits, tried again more and more seldom, and up when there is room."""
    scene = Scene(Link(500e3, queue=30_000), transport_wide=False).run(120)
    assert scene.messages == scene.padding == 0
    assert scene.layer_share(0, 5) > 0.9
    assert scene.loss(5) < 0.02
    assert scene.switches(60) <= 4
    scene.link.rate = 10e6
    assert scene.run(60).layer == 2


def test_losses_alone_do_without_remb() -> None:
    """Receiver reports once a second are all there is."""
    scene = Scene(Link(300e3, queue=20_000), transport_wide=False, remb=False).run(120)
    assert scene.layer_share(2, 10) < 0.1
    assert scene.loss(60) < 0.2


def test_who_promised_feedback_and_gives_none_is_judged_by_reports() -> None:
    """It does not go up because nothing is heard."""
    scene = Scene(Link(500e3, queue=30_000))
    scene.feedback_loss = lambda now: True
    scene.run(60)
    assert scene.layer_share(2, 5) < 0.2
    assert scene.layer_share(0, 5) > 0.5


def test_feedback_may_be_lost_and_late() -> None:
    """A third of the messages do not come; those that do are 250 ms apart."""
    scene = Scene(Link(700e3, queue=30_000), feedback_every=0.25)
    lossy = random.Random(3)
    scene.feedback_loss = lambda now: lossy.random() < 0.33
    scene.run(60)
    assert scene.layer == 1
    assert scene.loss(5) < 0.02


@pytest.mark.parametrize("step", [-1e4, -0.4, 0.4, 1e4])
def test_a_clock_that_is_set_costs_a_moment_at_most(step: float) -> None:
    """The receiver's clock skips; the link is as good as before."""
    scene = Scene(Link(20e6, loss=0.05)).run(20)
    scene.receiver_clock += step
    scene.run(60)
    assert scene.layer == 2
    assert scene.layer_share(2, 20) > 0.8
    assert scene.congestion.numbering


def test_the_reference_time_wraps() -> None:
    """24 bits of 64 ms are twelve days; the numbers, of 16 bits, wrap every few minutes."""
    scene = Scene(Link(20e6, loss=0.05))
    scene.receiver_clock = (1 << 24) * 0.064 - EPOCH - 10
    scene.run(30)
    assert scene.switches() == 0
    available = scene.congestion.available(scene.now)
    assert available is not None
    assert available > 2.5e6


def test_without_padding_it_climbs_by_itself() -> None:
    """A viewer without RTX cannot be probed; it is let up step by step."""
    scene = Scene(Link(500e3, queue=30_000), padding=False).run(20)
    assert scene.layer == 0
    scene.link.rate = 10e6
    assert scene.run(60).layer == 2
    assert scene.padding == 0


def test_sound_is_last() -> None:
    """60 kbit/s: no picture; it is tried more and more seldom, and hardly disturbs the sound."""
    scene = Scene(Link(60e3, queue=10_000)).run(120)
    assert scene.choice.paused
    tries = [at for at, paused in scene.pauses[1:] if not paused]
    assert 2 <= len(tries) <= 6
    assert scene.late_share(8) < 0.1
    assert scene.padding == 0
    scene.link.rate, scene.link.queue = 10e6, 60_000
    assert scene.run(40).layer == 2
    assert not scene.choice.paused


@pytest.mark.parametrize("transport_wide", [True, False])
def test_the_picture_is_soon_back_when_the_link_is(transport_wide: bool) -> None:
    """Five seconds of 60 kbit/s: nothing can be sent as padding, sound alone must tell."""
    scene = Scene(Link(10e6), transport_wide=transport_wide).run(10)
    scene.link.rate, scene.link.queue = 60e3, 10_000
    scene.run(8)
    assert scene.choice.paused
    scene.link.rate, scene.link.queue = 10e6, 60_000
    scene.run(10)
    assert not scene.choice.paused
    assert scene.playing


@pytest.mark.parametrize("measured", [0.5, 2.5])
@pytest.mark.parametrize("queue", [30_000, 60_000, 200_000])
def test_a_keyframe_does_not_make_a_layer_too_large(measured: float, queue: int) -> None:
    """A still scene of 0.8 Mbit/s, keyframes of 100 kB, and 1.5 Mbit/s of room."""
    link = Link(500e3, queue=queue)
    still = Scene(link, rates=(200e3, 800e3), keyframe=30, keyframes=1e9, measured=measured)
    still.run(15)
    assert still.layer == 0
    link.rate = 1.5e6
    still.run(60)
    assert still.layer == 1
    assert still.switches(15) == 1
    assert still.loss(16) < 0.01


def test_a_stream_without_layers_is_thinned() -> None:
    """One layer of 2 Mbit/s over 1 Mbit/s: a limit below that, none any more when it is over."""
    scene = Scene(Link(1e6, queue=50_000), rates=[TOP]).run(30)
    assert scene.choice.limit is not None
    assert 0.5e6 < scene.choice.limit < 1e6
    assert scene.longest_queue(15) < 0.4
    scene.link.rate = 10e6
    scene.run(30)
    assert scene.choice.limit is None


# The estimator


def feed(
    estimator: BandwidthEstimator,
    base: int,
    received: list[int | None],
    now: float,
    spacing: int = 10_000,
) -> bool:
    """Report packets of 1,000 bytes that were sent ``spacing`` µs apart until ``now``."""
    count = len(received)
    sent = [(int(now * 1e6) - (count - at) * spacing, 1_000) for at in range(count)]
    return estimator.feedback(base, 0, received, sent, now)


def test_a_message_counts_once() -> None:
    """Sent twice, or told again by the next one, its packets are not counted twice."""
    estimator = BandwidthEstimator(1e6, 0.0)
    assert feed(estimator, 100, [0, 10_000, None, 30_000], 1.0)
    assert not feed(estimator, 100, [0, 10_000, None, 30_000], 1.01)
    assert feed(estimator, 102, [20_000, 30_000, 40_000], 1.02)
    assert not feed(estimator, 102, [20_000, 30_000, 40_000], 1.03)


def test_messages_may_overtake_each_other() -> None:
    """The earlier one is still read, once."""
    estimator = BandwidthEstimator(1e6, 0.0)
    assert feed(estimator, 65_530, [0, 10_000], 1.0)
    assert feed(estimator, 2, [80_000, 90_000], 1.1)
    assert feed(estimator, 65_532, [20_000, 30_000, 40_000, 50_000], 1.15)
    assert not feed(estimator, 65_532, [20_000, 30_000, 40_000, 50_000], 1.2)


def test_numbers_nobody_sent_mean_nothing() -> None:
    """A viewer that makes them up changes nothing, and fills nothing."""
    estimator = BandwidthEstimator(1e6, 0.0)
    for base in range(0, 60_000, 7_000):
        assert not estimator.feedback(base, 5, [0, 250, None], [None, None, None], 1.0)
    assert estimator.heard is None
    assert estimator.estimate == 1e6
    for turn in range(40):
        feed(estimator, turn * 500, [0] + [None] * 400, 2.0 + turn)
    assert len(estimator._open) <= MAX_OPEN


def test_the_estimate_has_bounds() -> None:
    """However good or bad it looks."""
    estimator = BandwidthEstimator(1.0, 0.0)
    assert estimator.estimate == FLOOR
    estimator = BandwidthEstimator(40e6, 0.0)
    for turn in range(300):
        arrivals: list[int | None] = [turn * 100_000 + at * 10 for at in range(1000)]
        feed(estimator, turn * 1000, arrivals, 1.0 + turn * 0.1, spacing=100)
    assert estimator.estimate == CEILING


def test_growth_that_nothing_proves_has_an_end() -> None:
    """Without a picture it is seconds to enough for one, and no more than that."""
    estimator = BandwidthEstimator(48e3, 0.0)
    estimator.blind = estimator.idle = True
    estimator.enough = 120e3
    reached = 0.0
    for turn in range(500):  # 40 kbit/s of sound
        now = 1.0 + turn * 0.2
        feed(estimator, turn, [turn * 200_000], now, 200_000)
        if not reached and estimator.estimate >= 120e3:
            reached = now
    assert 3 < reached < 8
    assert estimator.estimate < 130e3


def test_what_a_full_transport_took_is_what_fits_before_anything_is_heard() -> None:
    """Feedback is as late as the queue is long."""
    estimator = BandwidthEstimator(2e6, 0.0)
    estimator.full(1.0)
    assert estimator.estimate == 2e6  # nothing is known
    estimator.full(1.0, 400e3)
    assert estimator.estimate == pytest.approx(DECREASE * 400e3)
    estimator.full(1.1, 100e3)
    assert estimator.estimate == pytest.approx(DECREASE * 400e3)  # does not show yet
    estimator.full(2.0, 5e6)
    assert estimator.estimate == pytest.approx(DECREASE * 400e3)  # never more
    estimator.full(3.0, 100e3)
    assert estimator.estimate == pytest.approx(DECREASE * 100e3)


# Reports


def test_numbering_begins_with_the_first_sign_of_trouble() -> None:
    """Any of four signs begins it, but never for a viewer that did not negotiate it."""

    def fresh(transport_wide: bool = True) -> CongestionController:
        congestion = CongestionController(transport_wide)
        congestion.sending(2e6, None, 0.0)
        congestion.report(0, 0.05, 0.5)
        congestion.remb(3_000_000, 0.5)
        assert congestion.healthy
        return congestion

    lossy, slow, starved, behind = fresh(), fresh(), fresh(), fresh()
    lossy.report(6, 0.05, 1.0)
    slow.report(0, 0.3, 1.0)
    starved.remb(1_700_000, 1.0)
    behind.behind(1.0)
    assert all(one.numbering and not one.healthy for one in (lossy, slow, starved, behind))
    plain = fresh(transport_wide=False)
    plain.report(6, 0.3, 1.0)
    assert not plain.numbering
    assert plain.healthy


def test_what_a_full_transport_took_is_the_limit_of_who_is_judged_by_reports() -> None:
    """At once, without a second sign; and it is only lowered."""
    congestion = CongestionController(transport_wide=False)
    congestion.sending(2e6, None, 0.0)
    congestion.behind(1.0, 400e3)
    assert congestion.available(1.0) == pytest.approx(DECREASE * 400e3)
    congestion.behind(1.2, 100e3)
    assert congestion.available(1.2) == pytest.approx(DECREASE * 400e3)
    congestion.behind(2.0, 1e6)
    assert congestion.available(2.0) == pytest.approx(DECREASE * 400e3)
    congestion.behind(3.0, 200e3)
    assert congestion.available(3.0) == pytest.approx(DECREASE * 200e3)


def test_what_a_full_transport_took_is_known_at_once() -> None:
    """The first sign of trouble, and there is no feedback yet."""
    congestion = CongestionController(transport_wide=True)
    congestion.sending(2e6, None, 0.0)
    congestion.behind(1.0, 400e3)
    assert congestion.numbering
    assert congestion.available(1.0) == pytest.approx(DECREASE * 400e3)


def test_losses_of_a_picture_that_is_gone_are_not_held_against_the_sound() -> None:
    """The report speaks of the picture that was sent before it was paused."""
    plain, numbered = (
        CongestionController(transport_wide=False),
        CongestionController(transport_wide=True),
    )
    for one in (plain, numbered):
        one.sending(2e6, None, 0.0)
        one.playing(False)
        one.sending(32e3, None, 0.5)
        one.report(100, 0.05, 1.0)
        one.report(100, 0.05, 2.0)
        available = one.available(2.0)
        assert available is not None
        assert available > 300e3


def test_reports_without_a_picture_prove_little() -> None:
    """They are of the sound alone; and a REMB is as small as that then."""
    congestion = CongestionController(transport_wide=False)
    congestion.sending(2e6, None, 0.0)
    congestion.behind(1.0, 100e3)
    congestion.playing(False)
    for second in range(2, 30):
        congestion.sending(32e3, 2.5e6, float(second))
        congestion.remb(30_000 + 20_000 * (second % 2), float(second))
        congestion.report(0, 0.05, float(second))
    assert congestion.available(30.0) == MAX_WITHOUT_PICTURE
    congestion.playing(True)
    congestion.sending(250e3, 2.5e6, 30.0)
    congestion.report(0, 0.05, 30.0)
    available = congestion.available(30.0)
    assert available is not None
    assert available > MAX_WITHOUT_PICTURE


def test_a_remb_that_is_only_slow_to_follow_is_no_trouble() -> None:
    """After more is sent a receiver's estimate lags behind for seconds."""
    congestion = CongestionController(True)
    congestion.sending(5e5, None, 0.0)
    congestion.remb(750_000, 1.0)
    congestion.sending(2e6, None, 1.5)
    for second in range(2, 12):
        congestion.remb(int(750_000 * 1.08**second), float(second))
        congestion.report(0, 0.05, float(second))
    assert congestion.healthy


def test_numbering_that_comes_back_at_once_stays_longer() -> None:
    """So that it does not go on and off for ever."""
    congestion = CongestionController(True)
    stays = []
    now = 0.0
    for _ in range(3):
        congestion.report(10, 0.05, now)
        begin = now
        while congestion.numbering:
            now += 0.5
            congestion.sending(2e6, None, now)
            congestion.report(0, 0.05, now)
            assert now - begin < 10 * HEALTHY_TIME
        stays.append(now - begin)
        now += 1
    assert stays[0] < HEALTHY_TIME + 1
    assert stays[1] > 1.9 * HEALTHY_TIME
    assert stays[2] > 3.8 * HEALTHY_TIME


def test_a_flood_of_feedback_is_not_read() -> None:
    """Twice of what a browser sends is enough."""
    congestion = CongestionController(True)
    congestion.sending(2e6, None, 0.0)
    congestion.report(20, 0.05, 0.0)
    asked: list[int] = []

    def sent(first: int, count: int) -> list[tuple[int, int] | None]:
        asked.append(count)
        return [(1_000, 1_000)] * count

    for turn in range(2_000):
        congestion.feedback(encode(turn, 0, [None] * 2_000), sent, 1.0 + turn / 2_000)
    assert len(asked) < 100


def test_feedback_nobody_asked_for_is_not_read() -> None:
    """Nothing was numbered, so there is nothing to tell."""

    def sent(first: int, count: int) -> list[tuple[int, int] | None]:
        raise AssertionError("asked")

    congestion = CongestionController(True)
    assert not congestion.feedback(encode(1, 1, [0, 250]), sent, 1.0)
    congestion.report(20, 0.05, 1.0)
    assert not congestion.feedback(b"\x00" * 12, sent, 1.0)


def test_round_trip_is_what_is_left_without_the_delay() -> None:
    """RFC 3550 §6.4.1, figure 2: 6.125 s."""
    arrived = 0xB710_8000 / 65536  # of NTP: 0xb710:8000
    assert round_trip(0xB705_2000, 0x0005_4000, arrived) == pytest.approx(6.125)
    assert round_trip(0, 0, arrived) is None
    wrapped = round_trip(0xFFFF_8000, 0x4000, (1 << 32) / 65536 + 0.25)
    assert wrapped == pytest.approx(0.5)
    assert round_trip(0xB710_8010, 0, arrived) == 0.0  # rounding
    assert round_trip(0xB720_0000, 0, arrived) is None  # from the future
