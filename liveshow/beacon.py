"""Asks drand for the rounds that draws of giveaways wait for.

The room says which round it waits for, and draws without it when it has waited long enough, so that
nothing in here has to succeed. What is answered is only believed if its randomness is the hash of
its signature; that drand has signed it is for everybody to check (PROTOCOL.md 2.11).
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable

import aiohttp
import structlog

from liveshow.clock import Clock
from liveshow.domain.giveaways.beacon import PATIENCE_MS, Round, Waiting, time_of
from liveshow.domain.giveaways.commands import TellBeacon
from liveshow.domain.giveaways.draw import randomness
from liveshow.domain.giveaways.events import GiveawayFrozen
from liveshow.domain.show.commands import ServerCommand
from liveshow.errors import LiveshowError
from liveshow.rooms.ports import Published

TIMEOUT_SECONDS = 5.0
# Between two questions for the same round, seconds.
PAUSE_SECONDS = 2.0
# An answer has some hundred bytes.
MAX_BYTES = 4_096
_SIGNATURE = re.compile(r"(?:[0-9a-f]{2}){32,256}")

log = structlog.get_logger(__name__)


class Beacons:
    """One task for each draw that waits."""

    def __init__(
        self,
        url: str,
        tell: Callable[[str, ServerCommand], Awaitable[None]],
        waiting: Callable[[], Awaitable[list[Waiting]]],
        clock: Clock,
    ) -> None:
        """``tell`` tells a show, ``waiting`` reads what waits since before the start."""
        self._url = url.rstrip("/")
        self._tell = tell
        self._waiting = waiting
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Go on with what another process has left."""
        try:
            for each in await self._waiting():
                self._begin(each)
        except LiveshowError as error:
            log.warning("draws that wait could not be read", reason=error.message)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def published(self, published: Published) -> None:
        """Hear what was committed; whatever waits for a round is asked for."""
        for record in published.records:
            event = record.event
            if isinstance(event, GiveawayFrozen) and event.beacon is not None:
                self._begin(Waiting(published.show_id, event.giveaway, event.beacon))

    def _begin(self, waiting: Waiting) -> None:
        task = asyncio.create_task(self._ask(waiting), name=f"beacon {waiting.giveaway}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, waiting: Waiting) -> None:
        show, giveaway, beacon = waiting
        due = time_of(beacon.round)
        await asyncio.sleep(max(0, due - self._clock()) / 1000)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as http:
            while self._clock() < due + PATIENCE_MS:
                signature = await self._signature(http, beacon)
                if signature is not None:
                    await self._tell(show, TellBeacon(giveaway, beacon.round, signature))
                    return
                await asyncio.sleep(PAUSE_SECONDS)
        log.warning("a draw had no beacon", giveaway=giveaway, round=beacon.round)

    async def _signature(self, http: aiohttp.ClientSession, beacon: Round) -> str | None:
        url = f"{self._url}/{beacon.chain}/public/{beacon.round}"
        try:
            async with http.get(url, allow_redirects=False) as answer:
                if answer.status != 200:
                    return None
                return signature_in(await answer.content.read(MAX_BYTES), beacon.round)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("the beacon does not answer", reason=type(error).__name__)
            return None


def signature_in(body: bytes, number: int) -> str | None:
    """Return the signature of a round in what drand answers, or None when it is not one."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.get("round") != number:
        return None
    signature = said.get("signature")
    if not isinstance(signature, str) or not _SIGNATURE.fullmatch(signature):
        return None
    return signature if said.get("randomness") == randomness(signature) else None
