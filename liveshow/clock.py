"""Time, passed in. Everything is milliseconds since 1970-01-01 UTC."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]


def wall_clock() -> int:
    """Return this machine's time in milliseconds."""
    return time.time_ns() // 1_000_000
