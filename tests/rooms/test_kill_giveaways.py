"""``kill -9`` between the freeze of a giveaway and its draw: what was published is drawn."""

from __future__ import annotations

import json
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from liveshow.domain.giveaways.draw import randomness
from liveshow.verify import giveaway as verifying
from tests.rooms.test_kill import command, serving, tokens
from tests.support import eventually, free_port

ENTRANTS = 12
SIGNATURE = "5a" * 48


@dataclass
class Drand:
    """Answers as drand does, once it is ready; counts how often it was asked."""

    url: str = ""
    ready: bool = False
    asked: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        if not self.ready:
            raise web.HTTPNotFound
        number = int(request.match_info["round"])
        said = {"round": number, "signature": SIGNATURE, "randomness": randomness(SIGNATURE)}
        return web.json_response(said)


@asynccontextmanager
async def drand() -> AsyncIterator[Drand]:
    beacon, port = Drand(), free_port()
    beacon.url = f"http://127.0.0.1:{port}"
    app = web.Application()
    app.router.add_get("/{chain}/public/{round}", beacon.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield beacon
    finally:
        await runner.cleanup()


async def fetch(url: str) -> Any:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return await answer.json()


async def post(url: str, by: str, body: Any) -> Any:
    headers = {"Authorization": f"Bearer {by}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(url, json=body) as answer,
    ):
        return await answer.json()


@pytest.mark.slow
async def test_another_process_draws_with_the_round_that_the_first_one_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, port = tmp_path / "data", free_port()
    folder.mkdir()
    url = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as stack:
        beacon = await stack.enter_async_context(drand())
        monkeypatch.setenv("LIVESHOW_GIVEAWAY_BEACON", "true")
        monkeypatch.setenv("LIVESHOW_GIVEAWAY_BEACON_URL", beacon.url)
        server = await stack.enter_async_context(serving(folder, port))
        host, *people = await tokens(folder, "--count", str(ENTRANTS + 1))
        show = (await post(f"{url}/api/shows", host, {"title": "Show"}))["id"]
        await command(url, show, host, type="start", key="start")
        ask = {"type": "giveaway", "key": "give", "title": "A song", "seconds": 10}
        giveaway = (await command(url, show, host, **ask))["giveaway"]
        acks = [
            await command(url, show, who, type="enter", key="enter", giveaway=giveaway)
            for who in people
        ]
        proof = f"{url}/api/giveaways/{giveaway}/proof"

        async def is_(status: str) -> bool:
            return bool((await fetch(proof))["status"] == status)

        await eventually(lambda: is_("frozen"), within=30, every=0.2)
        frozen = await fetch(proof)
        assert (frozen["seed"], frozen["entries"]) == (None, ENTRANTS)
        assert sorted(ack["entry"] for ack in acks) == frozen["entry_ids"]
        server.send_signal(signal.SIGKILL)
        await server.wait()
        beacon.ready = True
        await stack.enter_async_context(serving(folder, port))
        await eventually(lambda: is_("drawn"), within=40, every=0.2)
        drawn = await fetch(proof)
    told = ("commitment", "entries_hash", "entry_ids", "rules")
    assert {name: drawn[name] for name in told} == {name: frozen[name] for name in told}
    assert drawn["beacon"]["round"] == frozen["beacon"]["round"]
    assert drawn["beacon"]["signature"] == SIGNATURE
    assert verifying.agrees(verifying.verify(json.dumps(drawn)))
