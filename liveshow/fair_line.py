"""A bounded resource that people take turns at."""

from __future__ import annotations

import asyncio
from collections import deque


class FairLine:
    """Hands out a few places. Who waits stands in the line of their name; lines take turns.

    However many wait under one name, the others wait for one of them at most per place.
    How many may wait is for the caller to bound.
    """

    def __init__(self, places: int) -> None:
        self.free = places
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}

    async def take(self, name: str) -> None:
        """Wait for a place; ``give`` it back."""
        if self.free:
            self.free -= 1
            return
        mine = asyncio.get_running_loop().create_future()
        self._lines.setdefault(name, deque()).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self.give()
            raise

    def give(self) -> None:
        """Give a place to the line whose turn it is."""
        while self._lines:
            name = next(iter(self._lines))
            waiting = self._lines.pop(name)
            mine = waiting.popleft()
            if waiting:
                self._lines[name] = waiting
            if not mine.done():
                mine.set_result(None)
                return
        self.free += 1
