"""Sessions that never connected: a line each in the log, and a bound on the lines."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from liveshow.relay.session import Session

log = logging.getLogger(__name__)

LINES = 20  # per window; further failures are counted and told with the next window
WINDOW = 60.0  # seconds


class Failures:
    """Logs why sessions did not connect. ``clock``: monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = float("-inf")
        self._lines = self._left_out = 0

    def note(self, session: Session) -> None:
        """Log a session that is about to end, if it was never connected."""
        if session.ended or session.peer.connected:
            return
        now = self._clock()
        if now - self._began >= WINDOW:
            if self._left_out:
                log.info("%d more sessions did not connect", self._left_out)
            self._began, self._lines, self._left_out = now, 0, 0
        if self._lines >= LINES:
            self._left_out += 1
            return
        self._lines += 1
        log.info(
            "%s of %s did not connect: %s", session.role, session.show_id, session.peer.obstacle
        )
