"""The process of publisher and viewers: ``python -m tests.bench.light.driver``."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.bench import child
from tests.bench.light.clip import clip
from tests.bench.light.janus_api import Janus
from tests.bench.light.publisher import PlainRtp, Publisher, Whip
from tests.bench.light.sweeper import KINDS, VIDEO, Sweeper
from tests.bench.light.viewer import Crowd, Door, JanusDoor, Viewer, Whep
from tests.bench.measure import cpu, cpu_of, percentile, resident_of

SWEEP = 0.004  # seconds between two sweeps
CAPACITY = 2500  # viewers
FIRST_PICTURE = 15.0  # seconds until it counts as failed


@dataclass
class Window:
    """A stretch of the stream that is being measured: where it began."""

    began: float
    first: tuple[int, int]  # frames of audio and video
    server: float  # CPU seconds
    driver: float
    packets: int
    bytes: int
    runs: int
    lost: int
    keyframe_requests: int


class Driver:
    """One publisher, one crowd, one server. The handlers of this process."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http
        self.sweeper = Sweeper(CAPACITY)
        self.crowd = Crowd(self.sweeper)
        self._tasks: list[asyncio.Task[None]] = []
        self._why: list[str] = []  # viewers did not get in, since the last measurement
        self._pid = 0
        self._publisher: Publisher
        self.door: Door
        self._window: Window

    async def connect(
        self,
        pid: int,
        size: Sequence[int],
        url: str | None = None,
        janus: str | None = None,
        ports: Sequence[int] = (),
    ) -> None:
        """Publish quietly: over WHIP below ``url``, or to the ``ports`` of Janus.

        ``janus`` is the address of its API, ``pid`` the server's; ``size`` is the clip's: width,
        height, bit rate, seconds.
        """
        self._pid = pid
        played = clip(*size)  # before there is anybody to keep waiting: it may have to be encoded
        way: Whip | PlainRtp
        if url is not None:
            way = Whip()
            await way.connect(self._http, f"{url}/whip/bench")
            self.door = Whep(self._http, f"{url}/whep/bench")
        else:
            assert janus is not None
            audio, video = ports
            way = PlainRtp((audio, video))
            self.door = JanusDoor(await Janus.connect(self._http, janus))
        self._publisher = Publisher(played, way, self.sweeper)
        work = (self._publisher.play(), self._sweep(), self.crowd.upkeep())
        self._tasks = [asyncio.create_task(each) for each in work]

    async def attend(self, url: str) -> None:
        """Watch what somebody else broadcasts below ``url``."""
        self.door = Whep(self._http, f"{url}/whep/bench")
        self._tasks = [asyncio.create_task(each) for each in (self._sweep(), self.crowd.upkeep())]

    async def counts(self) -> dict[str, int]:
        """Return what all viewers have received so far."""
        return self._counts()

    async def stop(self) -> None:
        """End publisher and viewers."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._pid:
            self._publisher.way.close()
        for viewer in self.crowd.viewers:
            viewer.leave()

    async def play(self, quiet: bool) -> None:
        self._publisher.quiet = quiet

    async def watch(self, count: int, at_once: int) -> dict[str, Any]:
        """Add viewers; return what a join cost the server, if nothing else happened."""
        before = cpu_of(self._pid)
        gate = asyncio.Semaphore(at_once)

        async def one() -> None:
            async with gate:
                await self.crowd.join(self.door)

        results = await asyncio.gather(*(one() for _ in range(count)), return_exceptions=True)
        why = [repr(result) for result in results if isinstance(result, Exception)]
        self._why += why
        if not self.crowd.viewers:
            raise ConnectionError(f"nobody got in: {why[0]}")
        return {
            "failed": len(why),
            "cpu": (cpu_of(self._pid) - before) / count,
            "profile": self.crowd.viewers[0].transport.profile.decode(),
        }

    async def begin(self) -> None:
        """Open a window: what is sent from the next frames on is measured."""
        audio, video = self._publisher.next
        self.sweeper.open_window((audio, video))
        counts = self._counts()
        self._window = Window(
            began=time.monotonic(),
            first=(audio, video),
            server=cpu_of(self._pid),
            driver=cpu(),
            packets=counts["packets"],
            bytes=counts["bytes"],
            runs=counts["runs"],
            lost=counts["lost"],
            keyframe_requests=self._publisher.way.keyframe_requests,
        )

    async def end(self, viewers: int | None, late: float) -> dict[str, Any]:
        """Close it; return what came of it, of the first ``viewers`` or of all.

        What was sent in it may arrive until ``late`` seconds after it.
        """
        window, publisher, sweeper = self._window, self._publisher, self.sweeper
        seconds = time.monotonic() - window.began
        server, driver = cpu_of(self._pid) - window.server, cpu() - window.driver
        counts = self._counts()
        after = (publisher.next[0], publisher.next[1])
        sweeper.close_window(after)
        await asyncio.sleep(late)
        sent = sum(publisher.packets(kind, window.first[kind], after[kind]) for kind in KINDS)
        watched = range(len(sweeper) if viewers is None else viewers)
        arrived = [sum(sweeper.counts(number).in_window) for number in watched]
        p50, p99, most = sweeper.added_delays((50, 99, 100))
        delivered = counts["packets"] - window.packets
        why, self._why = self._why, []
        return {
            "viewers": len(sweeper),
            "seconds": seconds,
            "cpu": server,
            "driver": driver / seconds,
            "delivered": delivered,
            "bytes": counts["bytes"] - window.bytes,
            "runs": counts["runs"] - window.runs,
            "failed": len(why),
            "why": why[0] if why else "",
            "sent": sent,
            "missing": sent * len(watched) - sum(arrived),
            "worst": sent - min(arrived, default=0),
            "gaps": counts["lost"] - window.lost,
            "overflowed": counts["overflowed"],
            "delay": [p50, p99, most],
            "last_share": sweeper.last_share(window.first[VIDEO], after[VIDEO]),
            "keyframe_requests": publisher.way.keyframe_requests - window.keyframe_requests,
            "resident": resident_of(self._pid),
        }

    async def storm(self, count: int, seconds: float) -> dict[str, Any]:
        """Let viewers come within some seconds, one after the other, whoever is done or not."""
        came: list[Viewer] = []

        async def one(number: int) -> None:
            await asyncio.sleep(seconds * number / count)
            try:
                came.append(await self.crowd.join(self.door))
            except Exception as error:
                self._why.append(repr(error))

        await asyncio.gather(*(one(number) for number in range(count)))
        deadline = time.monotonic() + FIRST_PICTURE
        while time.monotonic() < deadline and not all(map(self._first_picture, came)):
            await asyncio.sleep(SWEEP)
        took = [picture for viewer in came if (picture := self._first_picture(viewer))]
        return {
            "failed": count - len(took),
            "first_picture": [percentile(took, percent) for percent in (50, 99)] if took else None,
        }

    def _first_picture(self, viewer: Viewer) -> float:
        """Return the milliseconds from the knock to the first packet of video, 0 if none yet."""
        arrived = self.sweeper.first_video(viewer.number)
        return (arrived - viewer.asked_ns) / 1e6 if arrived else 0.0

    def _counts(self) -> dict[str, int]:
        counts = [self.sweeper.counts(number) for number in range(len(self.sweeper))]
        return {
            "packets": sum(sum(each.packets) for each in counts),
            "bytes": sum(each.bytes for each in counts),
            "runs": sum(each.runs for each in counts),
            "lost": sum(each.lost for each in counts),
            "overflowed": sum(each.overflowed for each in counts),
        }

    async def _sweep(self) -> None:
        while True:
            self.crowd.sweep()
            await asyncio.sleep(SWEEP)


async def main() -> None:
    # A socket per viewer, and one of HTTP while it joins.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # A connection per request: every viewer comes from somewhere else.
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=connector) as http:
        driver = Driver(http)
        handlers = ("connect", "attend", "counts", "play", "watch", "begin", "end", "storm")
        await child.serve({name: getattr(driver, name) for name in handlers})


if __name__ == "__main__":
    asyncio.run(main())
