"""Moves on those viewers that cannot take packets as they come."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

PACE = 0.005  # seconds between two rounds
# Packets of one round, of all who are behind together: hundreds may join in one second, and
# what comes for those who are up to date must not wait for them.
ROUND_PACKETS = 1500

log = logging.getLogger(__name__)


class Trailing(Protocol):
    """Who is behind."""

    @property
    def behind(self) -> bool:
        """Whether it still has older packets to send."""

    @property
    def due(self) -> float:
        """When it can send some of them at the earliest, monotonic seconds."""

    def send_backlog(self, now: float) -> int:
        """Send some of what it is behind with; return how many packets that were."""


class Pacer:
    """Pump who is behind every 5 ms until they are not. Idle when nobody is.

    Whoever had no turn because the round was full is first in the next one.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._behind: dict[Trailing, None] = {}
        self._handle: asyncio.TimerHandle | None = None

    def add(self, trailing: Trailing) -> None:
        """Pump ``trailing`` from now on."""
        self._behind[trailing] = None
        if self._handle is None:
            self._handle = asyncio.get_running_loop().call_later(PACE, self._round)

    def discard(self, trailing: Trailing) -> None:
        """Stop pumping ``trailing``."""
        self._behind.pop(trailing, None)

    def close(self) -> None:
        """Stop for good."""
        self._behind.clear()
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _round(self) -> None:
        self._handle = None
        now, left = self._clock(), ROUND_PACKETS
        for trailing in list(self._behind):
            if left <= 0:
                break
            # One that is pumped may take others with it, to another layer.
            if trailing.due > now or trailing not in self._behind:
                continue
            del self._behind[trailing]
            try:
                left -= trailing.send_backlog(now)
            except Exception:
                log.exception("a viewer that is behind could not be moved on")
                continue
            if trailing.behind:
                self._behind[trailing] = None  # at the end of the line
        if self._behind and self._handle is None:
            self._handle = asyncio.get_running_loop().call_later(PACE, self._round)
