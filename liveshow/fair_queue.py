"""A bounded resource that people take turns at."""

from __future__ import annotations

import asyncio
from collections import deque


class FairQueue:
    """Hands out a few places. Who waits stands in the queue of their name; queues take turns.

    However many wait under one name, the others wait for one of them at most per place.
    How many may wait is for the caller to bound.
    """

    def __init__(self, places: int) -> None:
        self.free = places
        self._queues: dict[str, deque[asyncio.Future[None]]] = {}

    async def take(self, name: str) -> None:
        """Wait for a place; ``give`` it back."""
        if self.free:
            self.free -= 1
            return
        mine = asyncio.get_running_loop().create_future()
        self._queues.setdefault(name, deque()).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self.give()
            raise

    def give(self) -> None:
        """Give a place to the queue whose turn it is."""
        while self._queues:
            name = next(iter(self._queues))
            waiting = self._queues.pop(name)
            mine = waiting.popleft()
            if waiting:
                self._queues[name] = waiting
            if not mine.done():
                mine.set_result(None)
                return
        self.free += 1
