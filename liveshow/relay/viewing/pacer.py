"""The pacer: sends older packets to the down tracks that are behind, a few at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

PACE = 0.005  # seconds between two rounds
# Packets of one round, for all down tracks together. Hundreds of viewers may join in one second,
# and live packets must not wait for them.
ROUND_PACKETS = 1500

log = logging.getLogger(__name__)


class Trailing(Protocol):
    """A down track that may be behind."""

    @property
    def behind(self) -> bool:
        """Whether it still has older packets to send."""

    @property
    def due(self) -> float:
        """The earliest time of its next round, monotonic seconds."""

    def send_backlog(self, now: float) -> int:
        """Send some of the older packets; return how many."""


class Pacer:
    """Gives every down track that is behind a turn each 5 ms, until none is. Then it is idle.

    A down track that got no turn because the round was full is first in the next one.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._behind: dict[Trailing, None] = {}
        self._handle: asyncio.TimerHandle | None = None

    def add(self, trailing: Trailing) -> None:
        """Give ``trailing`` turns from now on."""
        self._behind[trailing] = None
        if self._handle is None:
            self._handle = asyncio.get_running_loop().call_later(PACE, self._round)

    def discard(self, trailing: Trailing) -> None:
        """Give ``trailing`` no more turns."""
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
            # A turn may switch other down tracks to another layer, which removes them.
            if trailing.due > now or trailing not in self._behind:
                continue
            del self._behind[trailing]
            try:
                left -= trailing.send_backlog(now)
            except Exception:
                log.exception("a viewer that is behind could not be served")
                continue
            if trailing.behind:
                self._behind[trailing] = None  # at the end of the queue
        if self._behind and self._handle is None:
            self._handle = asyncio.get_running_loop().call_later(PACE, self._round)
