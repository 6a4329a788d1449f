"""What a room tells the operator: its counts, and its failures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)

# Reasons for failures that a room logs with a traceback, each once; beyond, a line each.
MAX_REASONS = 50


@dataclass(slots=True)
class RoomObserver:
    """What a room counts; the defaults count nothing."""

    batch: Callable[[int, float], None] = lambda commands, seconds: None
    command: Callable[[str, str], None] = lambda name, outcome: None
    event: Callable[[str], None] = lambda kind: None
    # A thing that time should have ended was set aside for the first time: what kind it is.
    aside: Callable[[str], None] = lambda kind: None


class FailureLog:
    """Batches of one room that could not be committed."""

    def __init__(self, show_id: str) -> None:
        self._show_id = show_id
        self._reasons: set[str] = set()

    def report(self, error: Exception, **batch: int) -> None:
        """Log a failed try in one line; a defect of ours with its traceback, once for a reason."""
        # A database's own words say it all, without the statement and what it was to write.
        of_database = getattr(error, "orig", None)
        said = str(of_database or error).partition("\n")[0][:200]
        reason = f"{type(error).__name__}: {said}"
        new = reason not in self._reasons and len(self._reasons) < MAX_REASONS
        if new:
            self._reasons.add(reason)
        tell = log.error if new else log.warning
        tell(
            "a batch could not be committed",
            show=self._show_id,
            reason=reason,
            exc_info=error if new and of_database is None else None,
            **batch,
        )
