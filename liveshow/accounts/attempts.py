"""How often somebody may try: counted per address and per handle.

Two things are counted: wrong passwords, which are guesses, and all checks of a password, right ones
too, because each takes a tenth of a second of a core. A hall of people behind one address needs
more checks than one account does.

In memory for one process, in Redis for several and across restarts. When Redis does not answer,
nobody is locked out: the limit is a brake, the password is the lock.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.storage import storage_from_string

from liveshow.errors import RateLimited

log = structlog.get_logger(__name__)


# Checks of a password for each attempt that the limit allows.
CHECKS_OF_ACCOUNT = 3
CHECKS_FROM_ADDRESS = 30
_FACTORS = {"check_as": CHECKS_OF_ACCOUNT, "check_from": CHECKS_FROM_ADDRESS}


_Allows = Callable[..., Awaitable[bool]]


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
        self._storage = _storage(redis_url)
        self._limiter = FixedWindowRateLimiter(self._storage)

    async def check(self, *keys: tuple[str, str]) -> None:
        for key in keys:
            await self._within(key, self._limiter.test)

    async def spend(self, *keys: tuple[str, str]) -> None:
        for key in keys:
            await self._within(key, self._limiter.hit)

    async def _within(self, key: tuple[str, str], allows: _Allows) -> None:
        try:
            if await allows(self._of(key), *key):
                return
            window = await self._limiter.get_window_stats(self._of(key), *key)
        except Exception as error:
            log.warning("rate limits are not counted", reason=str(error))
            return
        wait = max(1.0, window.reset_time - time.time())
        raise RateLimited(
            "rate_limited",
            f"Too many attempts. Try again in {round(wait)} seconds.",
            retry_after=wait,
        )

    async def count(self, *keys: tuple[str, str]) -> None:
        for key in keys:
            try:
                await self._limiter.hit(self._of(key), *key)
            except Exception as error:
                log.warning("rate limits are not counted", reason=str(error))
                return

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


def _storage(redis_url: str) -> Storage:
    if not redis_url:
        return MemoryStorage()
    storage = storage_from_string(f"async+{redis_url}", implementation="redispy")
    if not isinstance(storage, Storage):
        raise TypeError(f"{redis_url!r} is not a Redis URL")
    return storage
