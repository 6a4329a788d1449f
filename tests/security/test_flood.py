"""A real server under hostile frames, floods and reconnects, watched from outside.

Single messages have bounds of their own (``test_fuzz.py``); here the totals have: memory, the log,
rows, and how long others wait. ``FLOOD_SECONDS`` says for how long.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from tests.support import eventually, seconds

ROOT = Path(__file__).parents[2]
LENGTH = float(os.environ.get("FLOOD_SECONDS", "60"))
EACH = 4  # hostile clients of each kind

# Bounds on totals.
GROWTH_BYTES = 150 << 20
LOG_BYTES_PER_REQUEST = 400
PROBE_SECONDS = 1.0  # of the slowest tenth of the honest client's requests

FRAMES = [
    "40/show,{}",
    '40/show,{"show":"x"}',
    "42/show,[]",
    '42/show,7["chat",{"text":"x"}]',
    '42/show,["nothing",{}]',
    '42/show,["*"]',
    "451-/show,",
    "459999999-/show,[]",
    "4" * 3_000,
    "\0",
    "2probe",
    "42" + "[" * 5_000,
    b"\x04\xff",
    "x" * 60_000,
]


class Hostile:
    """Somebody who sends as fast as they can until it is over. Being refused is no surprise."""

    def __init__(self, url: str, show: str, item: str, end: float) -> None:
        self.url, self.show, self.item, self.end = url, show, item, end
        self.requests = 0

    async def until_the_end(self, work: Callable[[aiohttp.ClientSession], Any]) -> None:
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            while time.monotonic() < self.end:
                with contextlib.suppress(aiohttp.ClientError, TimeoutError, ConnectionError):
                    await work(http)

    @contextlib.asynccontextmanager
    async def socket(self, http: aiohttp.ClientSession) -> AsyncIterator[Any]:
        self.requests += 1
        url = f"{self.url}/socket.io/?EIO=4&transport=websocket"
        async with http.ws_connect(url, max_msg_size=0) as socket:
            yield socket

    async def frames(self, http: aiohttp.ClientSession) -> None:
        """Frames that mean nothing, drawn by a seeded chance."""
        chance = random.Random(self.requests)
        async with self.socket(http) as socket:
            for frame in chance.choices(FRAMES, k=20):
                if isinstance(frame, bytes):
                    await socket.send_bytes(frame)
                else:
                    await socket.send_str(frame)

    async def commands(self, http: aiohttp.ClientSession, token: str) -> None:
        """Legal commands without a pause."""
        async with self.socket(http) as socket:
            hello = {"show": self.show, "token": token}
            await socket.send_str("40/show," + json.dumps(hello))
            for number in range(500):
                if time.monotonic() > self.end or socket.closed:
                    return
                key = f"{self.requests}-{number}"
                say = ["chat", {"key": key, "text": f"{number}"}]
                claim = ["claim", {"key": f"c{key}", "item": self.item}]
                for asked in (say, claim):
                    await socket.send_str(f"42/show,{number}" + json.dumps(asked))
                while (await socket.receive(timeout=10)).type is not aiohttp.WSMsgType.TEXT:
                    return

    async def reconnects(self, http: aiohttp.ClientSession) -> None:
        async with self.socket(http) as socket:
            await socket.send_str("40/show," + json.dumps({"show": self.show}))
            await socket.receive(timeout=5)

    async def sign_ins(self, http: aiohttp.ClientSession) -> None:
        self.requests += 1
        body = {"handle": "host", "password": f"wrong {self.requests}"}
        async with http.post(f"{self.url}/api/session", json=body) as response:
            await response.read()

    async def writes(self, http: aiohttp.ClientSession, token: str) -> None:
        self.requests += 1
        body = {"title": "A coat", "price": 100, "shipping": {"flat": 0}}
        headers = {"Authorization": f"Bearer {token}"}
        async with http.post(f"{self.url}/api/listings", json=body, headers=headers) as response:
            await response.read()


@contextlib.asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[str, int, Path]]:
    """A server of its own, with the limits that nobody has set; its URL, process and log."""
    environment = os.environ | {"LIVESHOW_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT)}
    log = folder / "log"
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "liveshow", "serve", "--port", "0"),
            cwd=folder,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(seconds(60)):
                line = (await process.stdout.readline()).decode()
            yield line.strip().removeprefix("liveshow is at "), process.pid, log
            assert process.returncode is None, "the server has ended"
        finally:
            if process.returncode is None:
                process.terminate()
                async with asyncio.timeout(seconds(20)):
                    await process.wait()


@pytest.mark.slow
async def test_a_flood_has_totals_and_others_are_served(tmp_path: Path) -> None:
    """faults.md 15, 23, 24, 75: what one message may be was bounded, and not what many are."""
    async with serving(tmp_path) as (url, pid, log), aiohttp.ClientSession() as http:

        async def ask(method: str, path: str, body: Any, token: str = "") -> Any:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with http.request(method, url + path, json=body, headers=headers) as response:
                assert response.status < 300, await response.text()
                return await response.json()

        tokens = {}
        for handle in ("host", "honest", "flood0", "flood1", "flood2", "flood3"):
            who = {"handle": handle, "password": "a song for the evening"}
            tokens[handle] = (await ask("POST", "/api/users", who))["token"]
        host = tokens["host"]
        show = (await ask("POST", "/api/shows", {"title": "Evening"}, host))["id"]
        draft = {"title": "A mug", "price": 500, "quantity": 50, "shipping": {"flat": 0}}
        listing = (await ask("POST", "/api/listings", draft, host))["id"]
        command = f"/api/shows/{show}/commands"
        added = await ask("POST", command, {"type": "add", "key": "a", "listing": listing}, host)
        await ask("POST", command, {"type": "start", "key": "s"}, host)

        process = psutil.Process(pid)
        before, begun = process.memory_info().rss, time.monotonic()
        end = begun + LENGTH
        crowd: list[Hostile] = []

        def flood(work: Callable[[Hostile], Callable[[Any], Any]]) -> Coroutine[Any, Any, None]:
            one = Hostile(url, show, added["item"], end)
            crowd.append(one)
            return one.until_the_end(work(one))

        floods = [
            flood(work)
            for number in range(EACH)
            for work in (
                lambda one: one.frames,
                lambda one: one.reconnects,
                lambda one: one.sign_ins,
                lambda one, n=number: lambda http: one.commands(http, tokens[f"flood{n}"]),
                lambda one, n=number: lambda http: one.writes(http, tokens[f"flood{n}"]),
            )
        ]
        waits: list[float] = []

        async def honest() -> None:
            """Asks whether the server lives, reads the show and says something, now and then."""
            number = 0
            while time.monotonic() < end:
                asked = time.monotonic()
                async with http.get(f"{url}/healthz") as response:
                    assert response.status == 200
                waits.append(time.monotonic() - asked)
                number += 1
                said = {"type": "chat", "key": f"h{number}", "text": f"Lovely, number {number}"}
                await ask("POST", command, said, tokens["honest"])
                await ask("GET", f"/api/shows/{show}/state", None)
                await asyncio.sleep(1.5)

        await asyncio.gather(honest(), *floods)
        lasted = time.monotonic() - begun
        requests = sum(one.requests for one in crowd)
        assert requests > 20 * LENGTH / 10, "nothing was flooded"
        slow = sorted(waits)[int(len(waits) * 0.9)]
        assert slow < seconds(PROBE_SECONDS), f"the probe waited {slow:.2f} s"
        await eventually(
            lambda: process.memory_info().rss - before < GROWTH_BYTES,
            within=30,
            what=lambda: f"memory grew by {(process.memory_info().rss - before) >> 20} MiB",
        )
        text = log.read_text()
        assert len(text) < LOG_BYTES_PER_REQUEST * requests + 100_000
        assert "Traceback" not in text
        assert '"level":"error"' not in text.replace('": "', '":"')
        with sqlite3.connect(tmp_path / "data" / "liveshow.db") as database:
            [[listings]] = database.execute("SELECT count(*) FROM listings")
            [[events]] = database.execute("SELECT count(*) FROM events")
        windows = lasted / 60 + 1
        assert listings <= 1 + EACH * 120 * windows
        # What one says is slowed further by the chat itself.
        assert events <= EACH * 20 * 2 * lasted + len(waits) + 100
