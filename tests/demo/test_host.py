"""The synthetic host steps aside for a person, and comes back when nobody broadcasts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from liveshow.demo.host import SyntheticHost
from tests.support import eventually, seconds


@dataclass
class Stage:
    """A show without media: who broadcasts, and how often the synthetic host began."""

    person: bool = False
    over: bool = False
    began: int = 0
    playing: int = 0
    lonely: float = 0.05
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.host = SyntheticHost(
            "demo",
            "own-token",
            publishing=lambda: self.person,
            over=lambda: self.over,
            play=self.play,
            lonely=self.lonely,
        )

    async def play(self, _url: str, _token: str, *, stop: asyncio.Event) -> None:
        self.began += 1
        self.playing += 1
        await stop.wait()
        self.playing -= 1

    async def publish(self, token: str, status: int = 201, path: str = "/whip/demo") -> None:
        """Tell the host that somebody has been answered."""
        headers = {"Authorization": f"Bearer {token}"}
        request = make_mocked_request("POST", path, headers=headers)
        await self.host.watch(request, web.Response(status=status))


@asynccontextmanager
async def hosting(stage: Stage) -> AsyncIterator[None]:
    running = asyncio.create_task(stage.host.run("http://localhost", stage.stopping))
    await eventually(lambda: stage.playing == 1)
    yield
    stage.stopping.set()
    async with asyncio.timeout(seconds(1)):
        await running
    assert stage.playing == 0


async def test_it_leaves_when_a_person_takes_over_and_returns_when_they_have_left() -> None:
    stage = Stage()
    async with hosting(stage):
        stage.person = True
        await stage.publish("token of a person")
        await eventually(lambda: stage.playing == 0)
        await asyncio.sleep(stage.lonely * 3)
        assert stage.began == 1
        stage.person = False
        await eventually(lambda: stage.playing == 1)
        assert stage.began == 2


async def test_it_does_not_come_back_while_a_person_reloads_their_page() -> None:
    stage = Stage(lonely=0.4)
    async with hosting(stage):
        stage.person = True
        await stage.publish("token of a person")
        for _ in range(3):
            stage.person = False
            await asyncio.sleep(stage.lonely / 4)
            stage.person = True
            await asyncio.sleep(stage.lonely)
        assert stage.began == 1


async def test_it_does_not_mind_itself_refusals_or_other_shows() -> None:
    stage = Stage()
    async with hosting(stage):
        await stage.publish("own-token")
        await stage.publish("token of a person", status=409)
        await stage.publish("token of a person", path="/whip/other")
        await asyncio.sleep(stage.lonely * 2)
        assert (stage.began, stage.playing) == (1, 1)


async def test_it_is_gone_for_good_when_the_show_is_over() -> None:
    stage = Stage()
    async with hosting(stage):
        stage.over = True
        await eventually(lambda: stage.playing == 0)
        await asyncio.sleep(stage.lonely * 3)
        assert stage.began == 1
