"""How often somebody may try to sign in: counted by address, by handle, and by both together.

Two things are counted: wrong passwords, which are guesses, and all checks of a password, right ones
too, because each takes a tenth of a second of a core. A hall of people behind one address needs
more checks than one account does.

In memory for one process, in Redis for several and across restarts. While Redis does not answer,
each process counts for itself: nobody waits for it, nobody is locked out, and guessing stays slow.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol, TypeVar

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.storage import storage_from_string

from liveshow.budgets import Budget, Limits, declared
from liveshow.clock import Clock
from liveshow.errors import RateLimited
from liveshow.pace import Paces

log = structlog.get_logger(__name__)

T = TypeVar("T")

# How long Redis has to answer, seconds.
REDIS_SECONDS = 1.0
# How long it is not asked after it did not, seconds.
AWAY_SECONDS = 5.0

#: What is counted, and whose: ``(GUESSES_FROM, "203.0.113.7")``.
Key = tuple[Budget, str]

_NAMES = {budget: name.lower() for name, budget in declared()}


class Attempts(Protocol):
    """Counts attempts under keys."""

    async def check(self, *keys: Key) -> None:
        """Raise ``RateLimited`` when any of the keys is used up."""

    async def count(self, *keys: Key) -> None:
        """Count one attempt for each of the keys."""

    async def spend(self, *keys: Key) -> None:
        """Count one for each of the keys, at once; raise ``RateLimited`` when one has no more."""

    async def counted(self, key: Key) -> int:
        """Return how many were counted for a key in this window."""


def _steady_clock() -> int:
    """Milliseconds that nobody sets: a wall clock that is set back would prolong a window."""
    return time.monotonic_ns() // 1_000_000


class LimitedAttempts:
    """``Attempts`` in fixed windows: in Redis with the library ``limits``, or in memory."""

    def __init__(
        self, limits: Limits, redis_url: str = "", *, clock: Clock = _steady_clock
    ) -> None:
        """``clock`` is of what is counted in memory; it need not be the time of day."""
        self._limits = limits
        self._own = Paces(limits, clock)
        self._shared = FixedWindowRateLimiter(_redis(redis_url)) if redis_url else None
        # Redis did not answer the last time, and is asked again from then on (monotonic seconds).
        self._away = False
        self._again_at = 0.0

    async def check(self, *keys: Key) -> None:
        for key in keys:
            await self._within(key, hit=False)

    async def spend(self, *keys: Key) -> None:
        for key in keys:
            await self._within(key, hit=True)

    async def count(self, *keys: Key) -> None:
        for key in keys:
            with suppress(RateLimited):  # it is used up already
                await self._within(key, hit=True)

    async def counted(self, key: Key) -> int:
        budget, name = key

        async def shared() -> int:
            item = self._item(budget)
            assert self._shared is not None
            window = await self._shared.get_window_stats(item, _NAMES[budget], name)
            return item.amount - window.remaining

        return await self._ask(shared, lambda: self._own[budget].count(name))

    async def _within(self, key: Key, *, hit: bool) -> None:
        budget, name = key
        own = self._own[budget]
        await self._ask(
            lambda: self._shared_within(budget, name, hit=hit),
            lambda: own.take(name) if hit else own.check(name),
        )

    async def _ask(self, shared: Callable[[], Awaitable[T]], own: Callable[[], T]) -> T:
        """Ask Redis; while it does not answer, what this process has counted by itself."""
        if self._shared is not None and time.monotonic() >= self._again_at:
            try:
                async with asyncio.timeout(REDIS_SECONDS):
                    answer = await shared()
            except RateLimited:
                self._back()
                raise
            except Exception as error:
                self._again_at = time.monotonic() + AWAY_SECONDS
                if not self._away:
                    self._away = True
                    reason = str(error) or type(error).__name__
                    log.warning("Redis fails: attempts are counted here alone", reason=reason)
            else:
                self._back()
                return answer
        return own()

    def _back(self) -> None:
        if self._away:
            self._away = False
            log.info("Redis works again")

    async def _shared_within(self, budget: Budget, name: str, *, hit: bool) -> None:
        assert self._shared is not None
        key = (self._item(budget), _NAMES[budget], name)
        if await (self._shared.hit(*key) if hit else self._shared.test(*key)):
            return
        window = await self._shared.get_window_stats(*key)
        wait = max(1.0, window.reset_time - time.time())
        raise budget.refusal(wait)

    def _item(self, budget: Budget) -> RateLimitItem:
        rate = self._limits.rate(budget)
        return RateLimitItemPerSecond(rate.amount, rate.seconds)


class NoLimit:
    """For the operator's command line."""

    async def check(self, *keys: Key) -> None:
        return None

    async def count(self, *keys: Key) -> None:
        return None

    async def spend(self, *keys: Key) -> None:
        return None

    async def counted(self, key: Key) -> int:
        return 0


def _redis(redis_url: str) -> Storage:
    storage = storage_from_string(f"async+{redis_url}", implementation="redispy")
    if not isinstance(storage, Storage):
        raise TypeError(f"{redis_url!r} is not a Redis URL")
    return storage
