"""The background task that ends cases by time, and sends back what a crash left undone."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from liveshow.cases.service import Cases
from liveshow.errors import StoreUnavailable

# Answers have two days: half a minute more is nothing.
SECONDS = 30.0

log = structlog.get_logger(__name__)


class CaseWatch:
    """Looks at the start, and from time to time."""

    def __init__(self, cases: Cases, *, seconds: float = SECONDS) -> None:
        self._cases = cases
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="cases")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        while True:
            try:
                await self._cases.look()
            except StoreUnavailable:
                pass  # It is away for a while; nothing is lost by looking later.
            except Exception:
                log.exception("cases could not be looked at")
            await asyncio.sleep(self._seconds)
