"""Whose turn it is at work that takes a core: a bounded, fair queue."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from liveshow.errors import RateLimited, Unavailable
from liveshow.fair_queue import FairQueue

_T = TypeVar("_T")


class FairPool:
    """A few threads for work that is asked for on behalf of somebody.

    Who asks has one or more names, such as an address and an account. Each name has a bounded share
    of the places. The queue of the first name takes turns with others: however long it is,
    others wait for one piece of its work at most per thread. The name "" is nobody's.
    """

    def __init__(self, threads: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._queue = FairQueue(threads)
        self._places: Counter[str] = Counter()
        self._taken = 0

    async def run(
        self,
        work: Callable[[], _T],
        *,
        names: Sequence[str] = (),
        places: Sequence[int] = (),
        most: int,
    ) -> _T:
        """Do ``work`` in a thread when its turn comes.

        ``places``: how many pieces of work each of ``names`` may have here; ``most``: all together.
        Raises ``RateLimited`` when a name has too many, ``Unavailable`` when all have.
        """
        if any(name and self._places[name] >= its for name, its in zip(names, places, strict=True)):
            raise RateLimited(
                message="Too many sign-ins at once. Try again in a moment.", retry_after=2
            )
        if self._taken >= most:
            raise Unavailable(
                "unavailable", "Too many people are signing in. Try again.", retry_after=2
            )
        self._taken += 1
        self._places.update(names)
        try:
            await self._queue.take(next(filter(None, names), ""))
            return await asyncio.wrap_future(self._start(work))
        finally:
            self._taken -= 1
            self._places.subtract(names)
            for name in names:
                if not self._places[name]:
                    del self._places[name]

    def _start(self, work: Callable[[], _T]) -> Future[_T]:
        loop = asyncio.get_running_loop()
        started = self._pool.submit(work)

        def done(_: Future[_T]) -> None:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(self._queue.give)

        # The thread is free when the work is done, not when nobody waits for it any more.
        started.add_done_callback(done)
        return started

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
