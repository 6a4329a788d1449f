"""Time, passed in. Everything is milliseconds since 1970-01-01 UTC."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]


# Beyond this much a clock is not corrected: it was set, or the machine slept.
SKIPPED_MS = 60_000


def wall_clock() -> int:
    """Return this machine's time in milliseconds."""
    return time.time_ns() // 1_000_000


def steady_clock() -> int:
    """Return milliseconds since some moment; nobody sets this clock, and it sleeps if we do."""
    return time.monotonic_ns() // 1_000_000


class Skips:
    """Finds time that a clock says has passed, and that nobody here has lived through."""

    def __init__(self, steady: Clock) -> None:
        self._steady = steady
        self._seen: tuple[int, int] | None = None

    def until(self, now: int) -> int:
        """Return how much was skipped since the last ``mark``, in milliseconds: 0, or a lot."""
        if self._seen is None:
            return 0
        seen, steady = self._seen
        skipped = (now - seen) - (self._steady() - steady)
        return skipped if skipped > SKIPPED_MS else 0

    def mark(self, now: int) -> None:
        """The clock says ``now``, and whatever was skipped has been dealt with."""
        self._seen = now, self._steady()
