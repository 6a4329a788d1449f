"""The queue on a path, from the delays of its packets. Pure: no clock, no I/O.

Delays are differences between two clocks that have nothing in common, so only their changes
count. The least delay of the last ten seconds or more is taken to be that without a queue. A
delay that grows is a queue that builds up (draft-ietf-rmcat-gcc-02 §5).
"""

from __future__ import annotations

from collections import deque

CLOCK_STEP = 3_000_000  # µs between two delays that no queue explains: a clock was set
BASE_WINDOW = 10_000_000  # µs; the least delay of this window and the last is the base

TREND_GROUPS = 20  # groups of packets that the slope is fitted to
QUEUE_GROUPS = 8  # groups that must all have waited: jitter makes some wait, a queue all
SMOOTHING = 0.2  # weight of the newest delay
GAIN = 240.0  # factor of the slope before it is compared with the threshold (§5.4)
THRESHOLD = 12.5  # ms, of the trend at first; it adapts between the next two
MIN_THRESHOLD, MAX_THRESHOLD = 6.0, 600.0  # ms
THRESHOLD_UP, THRESHOLD_DOWN = 0.0087, 0.039  # adaptation per ms (§5.4)
OUTLIER = 15.0  # ms of distance from the threshold beyond which it does not adapt
QUEUE = 40_000  # µs; a growing delay below this is noise, or a keyframe
STANDING = 200_000  # µs; a delay that stays above this is a queue that does not empty
STANDING_TIME = 1.5  # seconds for which it stays there


class QueueDelay:
    """How long packets of one path wait, and whether that grows.

    ``queue``: µs that every one of the last groups waited at least.
    """

    def __init__(self) -> None:
        self.queue = 0
        self._last: int | None = None  # µs, the newest delay
        self._base = self._base_before = 0  # µs, least delay of this window and of the last
        self._base_until = 0  # µs of arrival, the end of this window
        self._smoothed = 0.0  # µs
        self._waited: deque[int] = deque(maxlen=QUEUE_GROUPS)  # µs per group
        self._points: deque[tuple[int, float]] = deque(maxlen=TREND_GROUPS)  # (arrival, delay), µs
        self._threshold = THRESHOLD
        self._slope_before = 0.0
        self._standing_since: float | None = None

    def add(self, arrival: int, delay: int, hidden: int) -> None:
        """Take the delay of a group of packets, µs.

        ``hidden``: µs of queue that there were before the first delay, which show in none.
        """
        last, self._last = self._last, delay
        if last is None or abs(delay - last) > CLOCK_STEP:
            self._points.clear()
            self._waited.clear()
            hidden = hidden if last is None else 0
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

    def rebase(self) -> None:
        """Take the newest delay for one without a queue: a clock was set."""
        if self._last is not None:
            self._points.clear()
            self._waited.clear()
            self._base = self._base_before = self._last
            self._smoothed, self.queue = 0.0, 0

    def reset(self) -> None:
        """Forget the queue, after a silence of the receiver."""
        self._points.clear()
        self._waited.clear()
        self.queue = 0
        self._standing_since = None

    def growing(self, now: float, elapsed: float) -> bool | None:
        """Tell whether a queue grows (True), empties (False) or neither (None).

        A queue that stands for ``STANDING_TIME`` counts as one that grows. ``now``: monotonic
        seconds, ``elapsed``: those since the last time.
        """
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
