"""Clocks and counters. CPU time rather than wall time wherever nothing waits for a disk."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import event

from liveshow.store.database import Database

# User and system time of all threads of this process, seconds.
cpu = time.process_time


def cpu_of(pid: int) -> float:
    """User and system time of all threads of another process, seconds; Linux only.

    The same that /proc/PID/stat says, without being rounded to a hundredth.
    """
    return time.clock_gettime(~pid << 3 | 2)  # clock_getcpuclockid(3)


def resident() -> int:
    """Memory of this process, bytes; Linux only."""
    return resident_of(os.getpid())


def resident_of(pid: int) -> int:
    """Memory of another process, bytes; Linux only."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that ``percent`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(percent) // 100) - 1)]


class SqlCounter:
    """Counts what goes to a database: statements as they are sent, and commits.

    A statement with many rows of parameters counts once.
    """

    def __init__(self, database: Database) -> None:
        self.statements = self.commits = 0
        engine = database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", self._executed)
        event.listen(engine, "commit", self._committed)

    def _executed(self, *_: Any) -> None:
        self.statements += 1

    def _committed(self, _connection: Any) -> None:
        self.commits += 1

    def reset(self) -> None:
        self.statements = self.commits = 0
