"""People come to a show that is going on: each gets a snapshot of all of it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tests.bench.child import Child
from tests.bench.fanout import JOINED
from tests.bench.table import Row, Section


@dataclass(frozen=True)
class Result:
    cpu: float  # seconds per join
    rate: float  # joins per second


async def _measure(joins: int, items: int, *flags: str) -> Result:
    async with (
        Child("tests.bench.socket_server", "ours", "--items", str(items), *flags) as server,
        Child("tests.bench.socket_readers") as readers,
    ):
        arguments = {"port": await server.ask("port"), "deflate": True, "frames": JOINED["ours"]}
        await readers.ask("connect", count=5, **arguments)
        before, began = await server.ask("used"), time.perf_counter()
        await readers.ask("connect", count=joins, **arguments)
        seconds = time.perf_counter() - began
        after = await server.ask("used")
        assert after["members"] == joins + 5
        return Result((after["cpu"] - before["cpu"]) / joins, joins / seconds)


async def run(*, quick: bool) -> Section:
    joins, items = (10, 10) if quick else (500, 100)
    cached = await _measure(joins, items)
    rendered = await _measure(joins, items, "--render-each")
    return Section(
        f"Join: {joins} guests join a show with {items} items and {items} chat lines, 50 at a time",
        "All of it: TCP, WebSocket and Socket.IO handshakes, snapshot, head; clients are another"
        " process.\nPeer: the same server, rendering a snapshot for each instead of keeping the"
        " encoded frame.",
        [
            Row("joins", cached.rate, rendered.rate, "/s", "wall", True),
            Row("CPU per join", cached.cpu * 1e6, rendered.cpu * 1e6, "us", "server CPU"),
        ],
    )
