"""Probing with padding: how much is sent besides media to find out whether there is room.

The estimate is raised step by step. Each step is held until what arrives proves the room.
Pure: no clock, no I/O. Rates are bits per second, times monotonic seconds.
"""

from __future__ import annotations

from liveshow.relay.congestion.estimator import BandwidthEstimator

STEP = 1.5  # times the estimate that one step aims at
STEP_TIME = 1.0  # seconds that a step may take
PROBE_FIRST = 3.0  # seconds after trouble until the first probe
# Seconds until a probe after the picture came back, which may be too much already.
PROBE_AFRESH = 1.0
MARGIN = 0.9  # share of what is sent that an estimate can reach
PROBE_AGAIN, PROBE_LATEST = 4.0, 15.0  # seconds after a failed probe, at first and at the latest
SUSTAIN = 2.5  # seconds that the last step goes on: a token bucket lets a short one pass
TOO_LONG_QUEUE = 50_000  # µs of queue that end a probe


class Probe:
    """The probes of one viewer."""

    def __init__(self, first: float) -> None:
        self._next = first
        self._wait = PROBE_AGAIN
        self._since: float | None = None  # time when this step began
        self._began = 0.0
        self._target = 0.0

    def wait(self, until: float) -> None:
        """Send none before."""
        self._next = max(self._next, until)

    def rate(self, estimator: BandwidthEstimator, wanted: float, now: float) -> float | None:
        """Return the rate to be sent in all, None: no padding."""
        queued = estimator.queue > TOO_LONG_QUEUE
        if self._since is None:
            quiet = now - estimator.overused_at > PROBE_FIRST
            if estimator.estimate >= wanted or now < self._next or not quiet or queued:
                return None
            self._began = now
            self._step(estimator, wanted, now)
        elif queued or estimator.overused_at > self._began:
            self._end(now)
            return None
        elif estimator.estimate >= wanted:
            if now - self._since > SUSTAIN:
                self._wait = PROBE_AGAIN
                self._since = None
                return None
        elif estimator.estimate >= self._target:
            self._step(estimator, wanted, now)
        elif now - self._since > STEP_TIME:
            self._end(now)
            return None
        return self._target / MARGIN

    def _step(self, estimator: BandwidthEstimator, wanted: float, now: float) -> None:
        self._since = now
        self._target = min(wanted, STEP * estimator.estimate)

    def _end(self, now: float) -> None:
        """Give up for now."""
        self._since = None
        self._next = now + self._wait
        self._wait = min(PROBE_LATEST, self._wait * 1.5)
