"""A server, and a driver that publishes to it and watches it: each on a core of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

from liveshow.relay.kernel.choice import native_available
from tests.bench import janus
from tests.bench.child import Child
from tests.bench.light import sweeper

Kind = Literal["native", "python", "forward", "mediarelay", "janus", "janus loop"]
Size = tuple[int, int, int, int]  # width, height, bits per second; seconds of the clip

SETTLE = 1.5  # seconds after joins: a joiner gets the last group of pictures first
LATE = 1.0  # seconds in which packets may still come; not to come at all is to be missing
AT_ONCE = 8  # joins
TOGETHER = 50  # joins that the driver is asked for in one go
PATIENCE = 120.0  # seconds for any answer of the driver: those who do not get in try for long


def missing(kind: Kind) -> str | None:
    """Return why a server cannot be measured here, None if it can."""
    if not sweeper.available():
        return "no C compiler"
    if kind in ("janus", "janus loop") and not janus.installed():
        return "not installed"
    if kind == "native" and not native_available():
        return "not built"
    return None


@dataclass(frozen=True)
class Measured:
    """What a crowd of viewers was served in some seconds, and what it cost."""

    viewers: int
    seconds: float
    cpu: float  # seconds, of the server
    driver: float  # share of its core that the driver used
    delivered: int  # packets
    bytes: int
    runs: int  # of packets that the sender let the system cut (GSO)
    failed: int  # viewers who did not get in, since the last measurement
    why: str  # the first of them
    sent: int  # packets of the publisher, all of which every viewer ought to get
    missing: int  # and how many in all they did not get, whoever lost or left them out
    worst: int  # the same, of the viewer who got the fewest
    gaps: int  # in the sequence numbers
    overflowed: int  # lost by viewers' own sockets
    delay: tuple[float, float, float]  # added, p50, p99 and most, ms
    last_share: float  # of pictures, in which the viewer most often last was last
    keyframe_requests: int
    resident: int  # bytes, of the server

    @property
    def per_packet(self) -> float:
        """Seconds of server CPU per delivered packet."""
        return self.cpu / self.delivered

    @property
    def share(self) -> float:
        """Of one CPU."""
        return self.cpu / self.seconds

    @property
    def complete(self) -> bool:
        """Whether everybody was served, by less than a core."""
        return not self.missing and not self.failed and self.share < 1


class Stage:
    """One server with its driver."""

    def __init__(self, kind: Kind, driver: Child, seconds: float) -> None:
        self._kind = kind
        self._driver = driver
        self._seconds = seconds
        self.viewers = 0
        self.profile = ""  # of SRTP, as viewers negotiated it

    async def play(self) -> None:
        """Begin to publish at full rate, with a keyframe first; so far it was nearly nothing."""
        await self._ask("play", quiet=False)

    async def grow(self, viewers: int, at_once: int = AT_ONCE) -> float:
        """Let viewers come until there are so many, or until one did not get in.

        Returns the server's CPU seconds per join, which mean something only while it does
        nothing else.
        """
        costs: list[float] = []
        while self.viewers < viewers:
            count = min(TOGETHER, viewers - self.viewers)
            joined = await self._ask("watch", count=count, at_once=at_once)
            costs += [joined["cpu"]] * count
            self.viewers += count - joined["failed"]
            self.profile = joined["profile"]
            if joined["failed"]:
                break
        return sum(costs) / len(costs) if costs else 0.0

    async def measure(self, viewers: int | None = None) -> Measured:
        """Look on for some seconds, after a moment of rest."""
        if viewers is not None and viewers > self.viewers:
            await self.grow(viewers)
        await asyncio.sleep(min(SETTLE, self._seconds))
        await self._ask("begin")
        await asyncio.sleep(self._seconds)
        return await self._end()

    async def storm(self, count: int, seconds: float) -> tuple[dict[str, Any], Measured]:
        """Let viewers come within ``seconds``; return how they fared, and those who were there.

        What is missing is missing of those who were there before; all else is of everybody.
        """
        await asyncio.sleep(min(SETTLE, self._seconds))
        await self._ask("begin")
        result = await self._ask("storm", count=count, seconds=seconds)
        await asyncio.sleep(min(SETTLE, self._seconds))
        return result, await self._end(self.viewers)

    async def _end(self, viewers: int | None = None) -> Measured:
        result = await self._ask("end", viewers=viewers, late=min(LATE, self._seconds))
        if self._kind == "mediarelay":
            result["missing"] = result["worst"] = 0  # it makes packets of its own: none are missed
        return Measured(**{**result, "delay": tuple(result["delay"])})

    async def _ask(self, handler: str, **arguments: Any) -> Any:
        return await self._driver.ask(handler, patience=PATIENCE, **arguments)


@asynccontextmanager
async def stage(kind: Kind, size: Size, seconds: float) -> AsyncIterator[Stage]:
    """Start server and driver; publish quietly. A measurement takes ``seconds``."""
    server_core, driver_core = _cores()
    async with Child("tests.bench.light.driver", core=driver_core) as driver:
        if kind in ("janus", "janus loop"):
            async with janus.Janus(server_core, one_loop=kind == "janus loop") as peer:
                await driver.ask(
                    "connect", pid=peer.pid, size=size, janus=peer.url, ports=peer.ports
                )
                yield Stage(kind, driver, seconds)
            return
        async with Child("tests.bench.media_server", kind, core=server_core) as server:
            url = await server.ask("address")
            await driver.ask("connect", pid=server.pid, size=size, url=url)
            yield Stage(kind, driver, seconds)


def _cores() -> tuple[int | None, int | None]:
    """Return a core for the server and another for the driver, None where there is one only."""
    cores = sorted(os.sched_getaffinity(0))
    return (cores[0], cores[1]) if len(cores) > 1 else (None, None)
