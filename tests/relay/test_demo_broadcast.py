"""The synthetic host, over real WHIP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from liveshow.demo.broadcast import HEIGHT, LOOP, RATE, WIDTH, Painter, broadcast
from tests.relay.peers import TOKEN, Server, serve, watching


@asynccontextmanager
async def demo(server: Server, token: str = TOKEN) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    task = asyncio.create_task(broadcast(f"{server.url}/whip/demo", token, stop=stop))
    try:
        yield stop
    finally:
        stop.set()
        await task


@pytest.mark.slow
async def test_demo_host_is_seen_comes_back_after_eviction_and_says_goodbye() -> None:
    """The broadcast decodes, reconnects when the server ends it, and ends when told to."""
    async with serve() as server:
        async with demo(server):
            await server.until("started", within=20)
            async with watching(server) as viewer:
                await viewer.more("video", 30)
                await viewer.more("audio", 10)
                stats = server.relay.show_stats("demo")
                assert stats is not None
                assert stats.layers[0].codec == "H264"
                assert (stats.layers[0].profile or "").startswith("42")
                publisher = server.relay._shows["demo"].publisher
                assert publisher is not None
                await publisher.end()
                await server.until("resumed", within=20)
                await viewer.more("video", 10)
        await server.until("lost")
        assert not server.relay.live("demo")


async def test_demo_host_keeps_trying_while_it_is_refused() -> None:
    """A wrong token does not raise; it is tried again until told to stop."""
    async with serve() as server, demo(server, "wrong") as stop:
        await asyncio.sleep(0)
        assert not stop.is_set()
        assert not server.relay.live("demo")


def test_the_loop_of_the_demo_has_no_seam() -> None:
    """The picture at the end is the one at the beginning; frames in between differ."""
    painter = Painter("A name that is much too long to fit into the picture at full size")
    first = painter.picture(0)
    assert first.size == (WIDTH, HEIGHT)
    assert painter.picture(1 / RATE).tobytes() != first.tobytes()
    assert painter._rail.crop((0, 0, WIDTH, 100)).tobytes() == (
        painter._rail.crop((2 * WIDTH, 0, 3 * WIDTH, 100)).tobytes()
    )
    # Everything but the digits, which count up and begin again.
    box = (0, 200, WIDTH, HEIGHT)
    assert painter.picture(LOOP).crop(box).tobytes() == first.crop(box).tobytes()
