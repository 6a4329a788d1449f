"""How often somebody may try: counted per address and per handle.

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
from typing import Protocol, TypeVar

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.storage import storage_from_string

from liveshow.errors import RateLimited

log = structlog.get_logger(__name__)

T = TypeVar("T")

# How long Redis has to answer, seconds.
REDIS_SECONDS = 1.0
# How long it is not asked after it did not, seconds.
AWAY_SECONDS = 5.0

# Checks of a password for each attempt that the limit allows.
CHECKS_OF_ACCOUNT = 3
CHECKS_FROM_ADDRESS = 30
_FACTORS = {"check_as": CHECKS_OF_ACCOUNT, "check_from": CHECKS_FROM_ADDRESS}


_Allows = Callable[[FixedWindowRateLimiter], Awaitable[bool]]


class Attempts(Protocol):
    """Counts attempts under keys such as ``("sign_in", "203.0.113.7")``.

    Keys of ``check_as`` and ``check_from`` have multiples of the limit.
    """

    async def check(self, *keys: tuple[str, str]) -> None:
        """Raise ``RateLimited`` when any of the keys is used up."""

    async def count(self, *keys: tuple[str, str]) -> None:
        """Count one attempt for each of the keys."""

    async def spend(self, *keys: tuple[str, str]) -> None:
        """Count one for each of the keys, at once; raise ``RateLimited`` when one has no more."""


class LimitedAttempts:
    """``Attempts`` on the library ``limits``: fixed windows."""

    def __init__(self, limit: str, redis_url: str = "") -> None:
        item = parse(limit)
        self._item: RateLimitItem = item
        self._items = {
            name: type(item)(item.amount * factor, item.multiples)
            for name, factor in _FACTORS.items()
        }
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._shared = FixedWindowRateLimiter(_redis(redis_url)) if redis_url else None
        # Redis did not answer the last time, and is asked again from then on (monotonic seconds).
        self._away = False
        self._again_at = 0.0

    async def check(self, *keys: tuple[str, str]) -> None:
        for key in keys:
            await self._within(key, self._test(key))

    async def spend(self, *keys: tuple[str, str]) -> None:
        for key in keys:
            await self._within(key, self._hit(key))

    async def _ask(self, ask: Callable[[FixedWindowRateLimiter], Awaitable[T]]) -> T:
        """Ask Redis; while it does not answer, what this process has counted by itself."""
        if self._shared is not None and time.monotonic() >= self._again_at:
            try:
                async with asyncio.timeout(REDIS_SECONDS):
                    answer = await ask(self._shared)
            except Exception as error:
                self._again_at = time.monotonic() + AWAY_SECONDS
                if not self._away:
                    self._away = True
                    reason = str(error) or type(error).__name__
                    log.warning("Redis fails: attempts are counted here alone", reason=reason)
            else:
                if self._away:
                    self._away = False
                    log.info("Redis works again")
                return answer
        return await ask(self._own)

    async def _within(self, key: tuple[str, str], allows: _Allows) -> None:
        if await self._ask(allows):
            return
        window = await self._ask(lambda limiter: limiter.get_window_stats(self._of(key), *key))
        wait = max(1.0, window.reset_time - time.time())
        raise RateLimited(
            "rate_limited",
            f"Too many attempts. Try again in {round(wait)} seconds.",
            retry_after=wait,
        )

    async def count(self, *keys: tuple[str, str]) -> None:
        for key in keys:
            await self._ask(self._hit(key))

    def _test(self, key: tuple[str, str]) -> _Allows:
        return lambda limiter: limiter.test(self._of(key), *key)

    def _hit(self, key: tuple[str, str]) -> _Allows:
        return lambda limiter: limiter.hit(self._of(key), *key)

    def _of(self, key: tuple[str, str]) -> RateLimitItem:
        return self._items.get(key[0], self._item)


class NoLimit:
    """For the operator's command line."""

    async def check(self, *keys: tuple[str, str]) -> None:
        return None

    async def count(self, *keys: tuple[str, str]) -> None:
        return None

    async def spend(self, *keys: tuple[str, str]) -> None:
        return None


def _redis(redis_url: str) -> Storage:
    storage = storage_from_string(f"async+{redis_url}", implementation="redispy")
    if not isinstance(storage, Storage):
        raise TypeError(f"{redis_url!r} is not a Redis URL")
    return storage
