"""The rate at which congestion control lets one down track send: a token bucket of bytes."""

from __future__ import annotations

MAX_TOKENS = 15_000.0  # bytes that a limited down track may send at once
MAX_REFILL = 0.1  # seconds of the rate that one refill adds at most
MAX_WAIT = 0.1  # longest wait for tokens, seconds
# Debt that retransmissions may run up: seconds of the rate, or bytes if that is more. A packet
# that the viewer asks for is worth more than the next one, so it need not wait for tokens.
MAX_DEBT, LEAST_DEBT = 0.15, 6_000.0


class RateLimit:
    """The bucket of one down track. ``rate``: bits per second, None: not limited."""

    def __init__(self) -> None:
        self.rate: float | None = None
        self.tokens = 0.0  # bytes; what is sent is subtracted, into debt if need be
        self._refilled = 0.0  # monotonic seconds

    def set(self, rate: float | None, now: float) -> None:
        """Limit to ``rate`` from now on. A limit where there was none begins without tokens."""
        if self.rate is None:
            self.tokens, self._refilled = 0.0, now
        self.rate = rate

    def refill(self, now: float) -> None:
        """Add the tokens of the time since the last refill."""
        if self.rate is not None:
            earned = min(max(0.0, now - self._refilled), MAX_REFILL) * self.rate / 8
            self.tokens = min(self.tokens + earned, MAX_TOKENS)
        self._refilled = now

    @property
    def available(self) -> float:
        """The bytes that may be sent now; none when it is not positive."""
        return self.tokens if self.rate is not None else float("inf")

    @property
    def exhausted(self) -> bool:
        """Whether retransmissions may run up no more debt."""
        if self.rate is None:
            return False
        return self.tokens <= -max(LEAST_DEBT, MAX_DEBT * self.rate / 8)

    def wait(self, least: float) -> float:
        """Return the seconds until there are tokens again, ``least`` or more; 0: there are."""
        if self.rate is None or self.tokens > 0:
            return 0.0
        return max(least, min(-8 * self.tokens / max(self.rate, 1.0), MAX_WAIT))
