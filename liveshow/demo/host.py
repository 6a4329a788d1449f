"""The synthetic host: broadcasts, and steps aside for as long as a person does."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from aiohttp import web

from liveshow.demo.broadcast import broadcast
from liveshow.http.identity import bearer_token

LONELY = 10.0  # seconds without anybody broadcasting before the synthetic host comes back
LOOK_EVERY = 0.5  # seconds

log = structlog.get_logger(__name__)

Broadcast = Callable[..., Coroutine[Any, Any, None]]


class SyntheticHost:
    """Holds the broadcast of one show whenever nobody else does.

    ``publishing`` tells whether anybody broadcasts now, ``over`` whether the show has ended.
    """

    def __init__(
        self,
        show: str,
        token: str,
        *,
        publishing: Callable[[], bool],
        over: Callable[[], bool],
        play: Broadcast = broadcast,
        lonely: float = LONELY,
    ) -> None:
        self._path = f"/whip/{show}"
        self._token = token
        self._publishing = publishing
        self._over = over
        self._play = play
        self._lonely = lonely
        self._relieved = asyncio.Event()

    async def watch(self, request: web.Request, response: web.StreamResponse) -> None:
        """Notice who takes the broadcast; for ``app.on_response_prepare``."""
        if (request.method, request.path) != ("POST", self._path) or response.status != 201:
            return
        if not secrets.compare_digest(bearer_token(request) or "", self._token):
            self._relieved.set()

    async def run(self, url: str, stopping: asyncio.Event) -> None:
        """Broadcast to the server at ``url`` until ``stopping`` is set."""
        while not stopping.is_set():
            self._relieved.clear()
            await self._broadcast(url + self._path, stopping)
            await self._wait_for_my_turn(stopping)

    async def _broadcast(self, url: str, stopping: asyncio.Event) -> None:
        """Broadcast until told to stop, until somebody takes over, or until the show is over."""
        leave = asyncio.Event()
        playing = asyncio.create_task(self._play(url, self._token, stop=leave))
        news = [asyncio.create_task(event.wait()) for event in (stopping, self._relieved)]
        try:
            while not self._over():
                awaited = [playing, *news]
                done, _ = await asyncio.wait(
                    awaited, timeout=LOOK_EVERY, return_when=asyncio.FIRST_COMPLETED
                )
                if done:
                    break
        finally:
            for task in news:
                task.cancel()
            leave.set()
            try:
                await playing
            except Exception as error:
                log.error("the demo broadcast broke", exc_info=error)

    async def _wait_for_my_turn(self, stopping: asyncio.Event) -> None:
        """Wait until nobody has been broadcasting for a while; for ever once the show is over."""
        alone_since = time.monotonic()
        while not stopping.is_set():
            if self._publishing() or self._over():
                alone_since = time.monotonic()
            if time.monotonic() - alone_since >= self._lonely:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), min(LOOK_EVERY, self._lonely))
