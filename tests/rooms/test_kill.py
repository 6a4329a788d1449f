"""``kill -9`` at any moment: what was acknowledged is there, and nothing is sold twice."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import socketio

from tests.support import eventually, free_port, seconds

BUYERS = 40
PIECES = 15
ROUNDS = 2


@asynccontextmanager
async def serving(folder: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """A production server as a process of its own."""
    environment = os.environ | {
        "LIVESHOW_DATA_DIR": str(folder),
        "LIVESHOW_PORT": str(port),
        "LIVESHOW_SECRET": "a secret of the tests, long enough",
        "LIVESHOW_COMMAND_LIMIT": "1000/second",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "liveshow", "serve"),
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with aiohttp.ClientSession() as http:

            async def ready() -> bool:
                assert process.returncode is None, "the server ended"
                try:
                    async with http.get(f"http://127.0.0.1:{port}/readyz") as answer:
                        return answer.status == 200
                except aiohttp.ClientError:
                    return False

            await eventually(ready, within=30, every=0.05, what="the server is ready")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def tokens(folder: Path, *arguments: str) -> list[str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "liveshow", "token", *arguments, "--data-dir", str(folder)),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode().split()


async def command(url: str, show: str, token: str, **body: Any) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http,
        http.post(f"{url}/api/shows/{show}/commands", json=body) as answer,
    ):
        result: dict[str, Any] = await answer.json()
        return result


class Buyer:
    """Claims over and over until the server is gone; remembers what it was told."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.client = socketio.AsyncClient(reconnection=False)

    async def connect(self, url: str, show: str) -> None:
        self.client = socketio.AsyncClient(reconnection=False)
        auth = {"show": show, "token": self.token}
        await self.client.connect(
            url, namespaces=["/show"], auth=auth, transports=["websocket"], wait_timeout=seconds(15)
        )

    async def shop(self, item: str, key: str) -> None:
        """Claim, and talk about it."""
        if await self.say("claim", key, item=item):
            await self.say("chat", f"{key}-chat", text=f"{key} is mine?")

    async def say(self, command: str, key: str, **fields: Any) -> dict[str, Any] | None:
        try:
            ack: dict[str, Any] = await self.client.call(
                command, {"key": key, **fields}, namespace="/show", timeout=seconds(10)
            )
        except (socketio.exceptions.SocketIOError, asyncio.CancelledError):
            return None
        if not ack["ok"]:
            return None
        self.acknowledged[key] = ack
        return ack


@pytest.mark.slow
async def test_every_acknowledged_claim_survives_kill_9_and_no_piece_is_sold_twice(
    tmp_path: Path,
) -> None:
    folder, port = tmp_path / "data", free_port()
    url = f"http://127.0.0.1:{port}"
    folder.mkdir()
    acknowledged: dict[tuple[str, str], dict[str, Any]] = {}
    async with AsyncExitStack() as servers:
        server = await servers.enter_async_context(serving(folder, port))
        [host] = await tokens(folder, "--count", "1", "--prefix", "host")
        buyers = [Buyer(t) for t in await tokens(folder, "--count", str(BUYERS))]
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {host}"}) as http:
            async with http.post(f"{url}/api/shows", json={"title": "Show"}) as answer:
                show = (await answer.json())["id"]
            items = []
            for number in range(ROUNDS):
                draft: dict[str, Any] = {"title": f"Item {number}", "price": 100}
                draft |= {"quantity": PIECES, "shipping": {"flat": 0}}
                async with http.post(f"{url}/api/listings", json=draft) as answer:
                    listing = (await answer.json())["id"]
                added = await command(
                    url, show, host, type="add", key=f"a{number}", listing=listing
                )
                items.append(added["item"])
        assert (await command(url, show, host, type="start", key="s"))["ok"]
        for number, item in enumerate(items):
            await asyncio.gather(*(buyer.connect(url, show) for buyer in buyers))
            claiming = [asyncio.create_task(buyer.shop(item, f"k{number}")) for buyer in buyers]
            # In the midst of it: some are acknowledged, others are not.
            await eventually(partial(_acknowledged, buyers, f"k{number}"), within=15)
            # Another moment each time, and each time the test is run.
            await asyncio.sleep(random.uniform(0, 0.15))
            server.send_signal(signal.SIGKILL)
            await server.wait()
            await asyncio.gather(*(buyer.client.disconnect() for buyer in buyers))
            for task in claiming:
                task.cancel()
            await asyncio.gather(*claiming, return_exceptions=True)
            for buyer in buyers:
                for key, ack in buyer.acknowledged.items():
                    acknowledged[buyer.token, key] = ack
            server = await servers.enter_async_context(serving(folder, port))
            await check(folder, url, show, item, buyers, f"k{number}", acknowledged)


def _acknowledged(buyers: list[Buyer], key: str) -> bool:
    return any(key in buyer.acknowledged for buyer in buyers)


async def check(
    folder: Path,
    url: str,
    show: str,
    item: str,
    buyers: list[Buyer],
    key: str,
    acknowledged: dict[tuple[str, str], dict[str, Any]],
) -> None:
    """Everybody asks again under the same key: the first answers stand."""
    answers = await asyncio.gather(
        *(command(url, show, buyer.token, type="claim", key=key, item=item) for buyer in buyers)
    )
    for buyer, answer in zip(buyers, answers, strict=True):
        before = acknowledged.get((buyer.token, key))
        if before is not None:
            assert answer == before
    assert sum(a["status"] == "held" for a in answers) == PIECES
    places = sorted(a["place"] for a in answers if a["status"] == "waitlisted")
    assert places == list(range(1, BUYERS - PIECES + 1))
    with sqlite3.connect(f"file:{folder / 'liveshow.db'}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT v.quantity, v.held, v.sold, COALESCE(SUM(c.quantity), 0) FROM variants v"
            " LEFT JOIN claims c ON c.variant_id = v.id AND c.status IN ('held', 'checkout')"
            " GROUP BY v.id"
        ).fetchall()
        texts = {
            row[0]: row[1]
            for row in database.execute(
                "SELECT seq, json_extract(data, '$.text') FROM events WHERE type = 'chat.said'"
            )
        }
        seqs = [row[0] for row in database.execute("SELECT seq FROM events ORDER BY seq")]
    for quantity, held, sold, claimed in rows:
        assert held == claimed
        assert held + sold <= quantity
    for (_, said), ack in acknowledged.items():
        if said.endswith("-chat"):
            assert texts[ack["seq"]] == f"{said.removesuffix('-chat')} is mine?"
    assert seqs == list(range(1, len(seqs) + 1)), json.dumps(seqs[-5:])
