"""How fast the path to one viewer is, from when its packets arrived. Pure: no clock, no I/O.

After draft-ietf-rmcat-gcc-02: a path that is too slow shows first in delays that grow from one
group of packets to the next (§5), then in losses (§6). What differs, and why:

- A relay sends a whole frame at once, and a keyframe is many times as long as the others. So
  the delay of a group is that of its first packet: it tells what still stands in the queue of
  those before, not how long the group itself is.
- A delay that does not grow but stands, for a second and more, is also too much.
- What has arrived without a queue is proof of that much room, so padding can find out at once
  what the slow growth of §5.5 would take half a minute for.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

from liveshow.relay.wire.packets import unwrap
from liveshow.relay.wire.transport_cc import REFERENCE_BITS, REFERENCE_UNIT

FLOOR = 30_000.0  # bits per second: voice
CEILING = 50_000_000.0

BURST = 5_000  # µs; packets sent within so much of the first are one group (§5.2)
CLOCK_STEP = 3_000_000  # µs; no delay grows by so much between two packets: a clock was set
BASE_WINDOW = 10_000_000  # µs; the least delay of this and the one before is that without a queue

TREND_GROUPS = 20
QUEUE_GROUPS = 8  # jitter makes some wait, a queue all
SMOOTHING = 0.2  # weight of the newest delay
GAIN = 240.0  # what the slope is multiplied with before it is compared (§5.4)
THRESHOLD = 12.5  # ms, at first; it adapts between:
MIN_THRESHOLD, MAX_THRESHOLD = 6.0, 600.0
THRESHOLD_UP, THRESHOLD_DOWN = 0.0087, 0.039  # per ms (§5.4)
OUTLIER = 15.0  # ms; further away from the threshold it does not adapt
QUEUE = 40_000  # µs; a growing delay below this is noise, or a keyframe
DEEP = 100_000  # µs; below this, what arrives may be all that was sent, not all that fits
STANDING = 200_000  # µs; a delay that always was above this is a queue that does not empty
STANDING_TIME = 1.5  # seconds
SHORT_QUEUE = 30_000  # µs; with at most this, what arrived is proof of room

DECREASE = 0.85  # of what arrives
DRAIN = 0.5  # the same while a queue of DELAYED must empty
DELAYED = 500_000  # µs; who is so late had rather see less for a while
GENTLE = 0.7  # of the estimate, at least, while the queue is not deep
INCREASE = 1.08  # per second, and
IDLE_INCREASE = 1.22  # while nothing but sound is sent, which is no more however much it may be,
MODEST = 150_000.0  # bits per second; below this
CAREFUL = 1.02  # per second near where it was too much the last time
PROOF = 0.95  # of what arrives without a queue
LEAD = 1.5  # the estimate grows to at most this times what arrives
PATIENCE = 0.3  # seconds between two decreases, and a round trip
HEAVY_LOSS = 0.10  # less is left to retransmissions
FLOOD = 0.2  # lost for sure: no bad luck, what arrives is all that fits
LOSS_WINDOW = 100  # packets at least, and
LOSS_TIME = 0.5  # seconds
CERTAIN = 2.0  # standard deviations: losses are counted, small numbers lie

ANSWER = 0.1  # seconds that a receiver waits before it answers
THROUGHPUT_WINDOW = 500_000  # µs
BUSY_WINDOW = 150_000  # µs; while there is a queue, what arrives is what the path can do
MAX_OPEN = 512  # packets reported lost, of which it may still be said that they came


class BandwidthEstimator:
    """Estimates bits per second from transport-wide feedback, of one path to one viewer.

    Sizes are those that the path keeps book of, so the estimate is in the same measure.
    ``least_round_trip``: seconds, as receiver reports told before; with it a queue is seen
    that was there from the beginning.
    """

    def __init__(self, estimate: float, now: float, least_round_trip: float | None = None) -> None:
        self.estimate = max(FLOOR, estimate)
        self.throughput = 0.0  # bits per second that arrived lately
        self.queue = 0  # µs that every one of the last groups waited, at least
        self.loss = 0.0  # share lost in the last full window
        self.round_trip = 0.0  # seconds from sending a packet to the message that it came
        self.overused_at = float("-inf")
        self.heard: float | None = None  # when feedback came last
        self.blind = False  # grow although less is sent than could be: nothing else finds out,
        self.enough = math.inf  # up to so many bits per second
        self.idle = False  # there is no picture, which would come back with more
        self._now = now
        self._least_round_trip = least_round_trip
        self._highest = -1  # transport-wide number, unwrapped
        self._open: dict[int, bool] = {}  # not said to have come: whether it counted as lost
        self._reference: int | None = None
        self._group = 0  # µs when its first packet was sent
        self._newest = 0  # µs when the newest that came was sent
        self._counted_from = 0  # µs; losses among what was sent earlier are history
        self._last_delay: int | None = None
        self._base = self._base_before = 0
        self._base_until = 0
        self._smoothed = 0.0
        self._waited: deque[int] = deque(maxlen=QUEUE_GROUPS)  # µs per group
        self._points: deque[tuple[int, float]] = deque(maxlen=TREND_GROUPS)  # (arrival, delay), µs
        self._threshold = THRESHOLD
        self._slope_before = 0.0
        self._standing_since: float | None = None
        self._arrived: deque[tuple[int, int]] = deque(maxlen=64)  # (µs, bytes) per message
        self._latest = 0  # µs, the latest arrival
        self._received = self._lost = 0  # of the present window of losses
        self._window_since = now
        self._drained = 0.0  # bits per second, the estimate when the queue will be empty
        self._too_much = 0.0  # bits per second that arrived when it was too much

    def feedback(
        self,
        base: int,
        reference: int,
        received: Sequence[int | None],
        sent: Sequence[tuple[int, int] | None],
        now: float,
    ) -> bool:
        """Take one message, its numbers wrapped as they came; return whether it said anything.

        ``received`` as in ``transport_cc.Feedback``; ``sent``: (µs, bytes) of the same packets.
        ``now``: monotonic seconds, on the clock of ``sent``.
        """
        first = base if self._highest < 0 else unwrap(base, self._highest)
        if self._reference is not None:
            reference = unwrap(reference, self._reference, REFERENCE_BITS)
        start = reference * REFERENCE_UNIT
        groups, octets, latest, said = self._read(first, start, received, sent)
        if not said:
            return False
        self._reference = reference
        self.heard = now
        if octets:
            self._arrivals(latest, octets)
            self.round_trip = max(0.0, now - self._newest / 1e6)
        for arrival, delay in groups:
            self._delayed(arrival, delay)
        self._check_clock()
        elapsed = min(max(0.0, now - self._now), 1.0)
        self._now = now
        self._judge(now, elapsed)
        return True

    def _read(
        self,
        first: int,
        start: int,
        received: Sequence[int | None],
        sent: Sequence[tuple[int, int] | None],
    ) -> tuple[list[tuple[int, int]], int, int, bool]:
        """Return (arrival, delay) of the groups, bytes that came until when, and if that is news.

        What a message that was lost would have told is taken to be like this one.
        """
        groups: list[tuple[int, int]] = []
        octets = latest = came = fresh = late = assumed = 0
        number, highest, group = first, self._highest, self._group
        newest, counted_from = self._newest, self._counted_from
        gap = number - highest - 1
        known = bool(sent) and sent[0] is not None
        if known and highest >= 0 and 0 < gap <= MAX_OPEN:
            assumed = gap
            for missing in range(highest + 1, number):
                self._miss(missing, False)
        for arrival, packet in zip(received, sent, strict=False):
            current, number = number, number + 1
            if packet is None:
                continue
            if arrival is None:
                if current > highest:
                    lost = packet[0] >= counted_from
                    self._miss(current, lost)
                    self._lost += lost
                    highest = current
                continue
            sent_at, size = packet
            if current > highest:
                highest = current
                octets += size
                fresh += 1
            elif current not in self._open:
                continue  # said before
            else:
                late += 1
                if self._open.pop(current):
                    self._lost = max(0, self._lost - 1)
                    octets += size
            if sent_at >= counted_from:
                came += 1
            arrival += start
            if arrival > latest:
                latest = arrival
            if sent_at > newest:
                newest = sent_at
            if sent_at - group > BURST:
                group = sent_at
                groups.append((arrival, arrival - sent_at))
        said = highest != self._highest or late > 0
        self._highest, self._group, self._newest = highest, group, newest
        self._received += came
        if assumed and fresh:
            octets += assumed * octets // fresh
        return groups, octets, latest, said

    def _miss(self, number: int, lost: bool) -> None:
        self._open[number] = lost
        if len(self._open) > MAX_OPEN:
            del self._open[next(iter(self._open))]

    # Throughput

    def _arrivals(self, latest: int, octets: int) -> None:
        if abs(latest - self._latest) > CLOCK_STEP:
            self._arrived.clear()
            self._latest = latest
        latest = self._latest = max(latest, self._latest)
        self._arrived.append((latest, octets))
        while self._arrived[0][0] < latest - 2 * THROUGHPUT_WINDOW:
            self._arrived.popleft()
        self.throughput = self._rate(THROUGHPUT_WINDOW)

    def _rate(self, window: int) -> float:
        """Return what arrived in the last ``window`` µs, or a little more, in bits/s."""
        octets = 0
        for at, size in reversed(self._arrived):
            if self._latest - at >= window:
                return octets * 8e6 / (self._latest - at)
            octets += size
        return 0.0  # not yet so long

    # Delay

    def _delayed(self, arrival: int, delay: int) -> None:
        """Take the delay of a group: µs between two clocks that have nothing in common."""
        last, self._last_delay = self._last_delay, delay
        if last is None or abs(delay - last) > CLOCK_STEP:
            self._points.clear()
            self._waited.clear()
            hidden = self._hidden() if last is None else 0
            self._base = self._base_before = delay - hidden
            self._base_until = arrival + BASE_WINDOW
            self._smoothed = float(hidden)
        elif arrival > self._base_until:
            self._base_before, self._base = self._base, delay
            self._base_until = arrival + BASE_WINDOW
        elif delay < self._base:
            self._base = delay
        waited = delay - min(self._base, self._base_before)
        self._waited.append(waited)
        self.queue = min(self._waited)
        self._smoothed += (waited - self._smoothed) * SMOOTHING
        self._points.append((arrival, self._smoothed))

    def _check_clock(self) -> None:
        """Tell a queue from a clock that was set: the round trip is timed by ours alone."""
        if self._least_round_trip is None or self.round_trip < self._least_round_trip:
            self._least_round_trip = self.round_trip
        longer = (self.round_trip - self._least_round_trip) * 1e6
        if self.queue > DEEP and longer < self.queue / 2 and self._last_delay is not None:
            self._points.clear()
            self._waited.clear()
            self._base = self._base_before = self._last_delay
            self._smoothed, self.queue = 0.0, 0

    def _hidden(self) -> int:
        """Return µs of queue that there were before the first message."""
        if self._least_round_trip is None:
            return 0
        return max(0, int((self.round_trip - self._least_round_trip - ANSWER) * 1e6))

    def _slope(self) -> float:
        """Return by how many ms the delay grows per ms (least squares over the points)."""
        points = self._points
        count = len(points)
        if count < TREND_GROUPS // 2:
            return 0.0
        origin = points[0][0]
        sum_x = sum_y = sum_xx = sum_xy = 0.0
        for at, y in points:
            x = at - origin
            sum_x += x
            sum_y += y
            sum_xx += x * x
            sum_xy += x * y
        spread = count * sum_xx - sum_x * sum_x
        return (count * sum_xy - sum_x * sum_y) / spread if spread else 0.0

    def _overused(self, now: float, elapsed: float) -> bool | None:
        """Tell whether a queue grows (True), empties (False) or neither (None)."""
        slope = self._slope()
        before, self._slope_before = self._slope_before, slope
        trend = slope * GAIN * len(self._points) / TREND_GROUPS
        size, threshold = abs(trend), self._threshold
        if size - threshold < OUTLIER:
            pace = THRESHOLD_DOWN if size < threshold else THRESHOLD_UP
            threshold += pace * (size - threshold) * min(elapsed, 0.1) * 1000
            self._threshold = min(MAX_THRESHOLD, max(MIN_THRESHOLD, threshold))
        if self.queue <= STANDING:
            self._standing_since = None
        elif self._standing_since is None:
            self._standing_since = now
        if trend > self._threshold and self.queue > QUEUE and slope >= before:
            return True
        if trend < -self._threshold:
            self._standing_since = None
            return False
        if self._standing_since is not None and now - self._standing_since > STANDING_TIME:
            self._standing_since = None
            return True
        return None

    # Decision

    def _judge(self, now: float, elapsed: float) -> None:
        lossy = self._losses(now)
        overused = self._overused(now, elapsed)
        if overused:
            self.overused(now)
        elif overused is None and not lossy and self.loss < HEAVY_LOSS:
            self._grow(elapsed)

    def overused(self, now: float) -> None:
        """Give way: more is sent than the path takes."""
        if now - self.overused_at < PATIENCE + self.round_trip:
            return  # what was decided does not show yet
        self._give_way(now)
        arrives = max(self.throughput, self._rate(BUSY_WINDOW))
        if arrives:
            self._too_much = arrives
            least = 0.0 if self.queue > DEEP else GENTLE * self.estimate
            self.lower(max(least, DECREASE * arrives))
            if self.queue > DELAYED:
                self._drained = DECREASE * arrives
                self.lower(DRAIN * arrives)

    def full(self, now: float, arrives: float | None = None) -> None:
        """Give way: the transport took no more. What it took, or what arrives, is all that fits.

        TCP has its queue at this end, and it may have been there before the first delay was
        measured: then no delay tells. ``arrives``: bits per second that it took while it was
        full, which is known before any feedback; None or 0: not known.
        """
        arrives = arrives or self.throughput
        if not arrives or now - self.overused_at < PATIENCE + self.round_trip:
            return
        self._give_way(now)
        self._too_much = arrives
        self.lower(DECREASE * arrives)

    def _losses(self, now: float) -> bool:
        """Give way to heavy losses (§6); return whether it did."""
        lost = self._lost
        total = lost + self._received
        if total < LOSS_WINDOW // 5:
            return False
        certain = (lost - CERTAIN * math.sqrt(lost)) / total
        heavy = certain > HEAVY_LOSS and now - self._window_since >= PATIENCE
        if heavy or (total >= LOSS_WINDOW and now - self._window_since >= LOSS_TIME):
            self.loss = lost / total
            self._received = self._lost = 0
            self._window_since = now
        if not heavy:
            return False
        self._give_way(now)
        # Of what was sent, rather than of an estimate that was never tried.
        sent = min(self.estimate, self._sent_rate())
        least = DECREASE * self.throughput
        flood = certain > FLOOD and self.throughput > 0
        self.lower(least if flood else max(least, sent * (1 - 0.5 * self.loss)))
        return True

    def _sent_rate(self) -> float:
        return self.throughput / max(0.1, 1 - self.loss) if self.throughput else self.estimate

    def _give_way(self, now: float) -> None:
        self.overused_at = now
        self._counted_from = int(now * 1e6)
        self._received = self._lost = 0

    def lower(self, estimate: float) -> None:
        """Estimate at most so much from now on."""
        self.estimate = max(FLOOR, min(self.estimate, estimate))

    def resume(self, estimate: float) -> None:
        """Go on after a silence of the receiver, with what is known by other means."""
        self.estimate = min(CEILING, max(FLOOR, estimate))
        self._points.clear()
        self._waited.clear()
        self.queue = 0
        self._standing_since = None
        self._received = self._lost = 0

    def _grow(self, elapsed: float) -> None:
        arrives = self.throughput
        blindly = self.blind and self.estimate < self.enough
        if arrives and (blindly or self.estimate < LEAD * arrives):
            near = 0.7 * self._too_much < self.estimate < 1.1 * self._too_much
            pace = CAREFUL if near else INCREASE
            if self.idle and self.estimate < MODEST:
                pace = IDLE_INCREASE
            self.estimate *= pace**elapsed
        if self.queue < SHORT_QUEUE:
            self.estimate = max(self.estimate, PROOF * arrives, self._drained)
            self._drained = 0.0
        self.estimate = min(self.estimate, CEILING)
