"""How often somebody may try: counted per address and per handle.

In memory for one process, in Redis for several and across restarts. When Redis does not answer,
nobody is locked out: the limit is a brake, the password is the lock.
"""

from __future__ import annotations

import time
from typing import Protocol

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.storage import storage_from_string

from liveshow.errors import RateLimited

log = structlog.get_logger(__name__)


class Attempts(Protocol):
    """Counts attempts under keys such as ``("sign_in", "203.0.113.7")``."""

    async def check(self, *keys: tuple[str, str]) -> None:
        """Raise ``RateLimited`` when any of the keys is used up."""

    async def count(self, *keys: tuple[str, str]) -> None:
        """Count one attempt for each of the keys."""


class LimitedAttempts:
    """``Attempts`` on the library ``limits``: fixed windows."""

    def __init__(self, limit: str, redis_url: str = "") -> None:
        self._item: RateLimitItem = parse(limit)
        self._storage = _storage(redis_url)
        self._limiter = FixedWindowRateLimiter(self._storage)

    async def check(self, *keys: tuple[str, str]) -> None:
        for key in keys:
            try:
                if await self._limiter.test(self._item, *key):
                    continue
                window = await self._limiter.get_window_stats(self._item, *key)
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
                await self._limiter.hit(self._item, *key)
            except Exception as error:
                log.warning("rate limits are not counted", reason=str(error))
                return


class NoLimit:
    """For the operator's command line."""

    async def check(self, *keys: tuple[str, str]) -> None:
        return None

    async def count(self, *keys: tuple[str, str]) -> None:
        return None


def _storage(redis_url: str) -> Storage:
    if not redis_url:
        return MemoryStorage()
    storage = storage_from_string(f"async+{redis_url}", implementation="redispy")
    if not isinstance(storage, Storage):
        raise TypeError(f"{redis_url!r} is not a Redis URL")
    return storage
