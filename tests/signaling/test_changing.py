"""The change from long polling to WebSocket, through proxies that let half of it by."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from signaling.socket import engine
from tests.stage import Stage
from tests.support import eventually, seconds


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=seconds(20))) as session:
        yield session


class Polling:
    """A member of the show by long polling, who has heard all that was to be said so far."""

    def __init__(self, stage: Stage, http: aiohttp.ClientSession, sid: str) -> None:
        self.stage = stage
        self.http = http
        self.sid = sid

    @classmethod
    async def join(cls, stage: Stage, http: aiohttp.ClientSession) -> Polling:
        async with http.get(f"{stage.server.url}/socket.io/?EIO=4&transport=polling") as response:
            self = cls(stage, http, json.loads((await response.text())[1:])["sid"])
        hello = "40/show," + json.dumps({"show": stage.show})
        async with http.post(self.url("polling"), data=hello) as response:
            assert response.ok
        await self.hear('42/show,["head"')
        return self

    def url(self, transport: str) -> str:
        return f"{self.stage.server.url}/socket.io/?EIO=4&transport={transport}&sid={self.sid}"

    async def poll(self) -> str:
        async with self.http.get(self.url("polling")) as response:
            assert response.ok
            return await response.text()

    async def hear(self, text: str) -> int:
        """Poll until the text was heard; returns how many polls that took."""
        polls, heard = 0, ""
        async with asyncio.timeout(seconds(20)):
            while text not in heard:
                heard += await self.poll()
                polls += 1
        return polls


@pytest.mark.parametrize(
    ("transport", "headers"),
    [
        ("websocket", "Upgrade: websocket\r\nConnection: close\r\n"),
        ("websocket", "Connection: close\r\n"),
        ("websocket", "Connection: Upgrade, close\r\n"),
        ("polling", "Upgrade: websocket\r\nConnection: Upgrade\r\n"),
    ],
)
async def test_half_a_change_takes_nothing_from_who_polls(
    stage: Stage, http: aiohttp.ClientSession, transport: str, headers: str
) -> None:
    """python-engineio#367: a change whose headers a proxy took away was answered as a poll.

    What was said went into its body, which no browser reads.
    """
    viewer = await Polling.join(stage, http)
    await stage.command("chat", text="who hears this?")
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    path = f"/socket.io/?EIO=4&transport={transport}&sid={viewer.sid}"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode())
    async with asyncio.timeout(seconds(20)):
        assert b" 400 " in await reader.readline()
    writer.close()
    await viewer.hear("who hears this?")


async def test_who_polls_hears_everything_until_the_websocket_was_heard(
    stage: Stage, http: aiohttp.ClientSession
) -> None:
    """socketioxide#732: a proxy opens the WebSocket and lets nothing through it.

    Polls were answered empty at once, some hundreds a second, and nobody heard anything.
    """
    viewer = await Polling.join(stage, http)
    async with http.ws_connect(viewer.url("websocket")):
        await stage.command("chat", text="still here?")
        assert await viewer.hear("still here?") <= 3
        # One change at a time.
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(viewer.url("websocket"))
        assert refused.value.status == 400


@pytest.mark.parametrize("said", [[], ["2probe"]])
async def test_a_change_that_is_not_finished_ends_and_the_session_goes_on(
    stage: Stage,
    http: aiohttp.ClientSession,
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """socketioxide#732: a WebSocket that says nothing more was kept after its session was gone."""
    monkeypatch.setattr(engine, "UPGRADE_SECONDS", 0.5)
    viewer = await Polling.join(stage, http)
    socket = await http.ws_connect(viewer.url("websocket"))
    for frame in said:
        await socket.send_str(frame)
        assert await socket.receive_str() == "3probe"
    # Whoever polls on meanwhile is not answered as fast as they can ask.
    polls = 0
    if said:
        async with asyncio.timeout(seconds(20)):
            while await viewer.poll() == "6":
                polls += 1
                if polls == 1:
                    await stage.command("chat", text="what was said meanwhile")
        assert polls <= 10
    async with asyncio.timeout(seconds(20)):
        while not socket.closed:
            await socket.receive()
    await stage.command("chat", text="and later")
    await viewer.hear("and later")
    assert stage.parts.channel.viewers(stage.show) == 1
    # Nothing is left of it: the change can be tried again.
    async with http.ws_connect(viewer.url("websocket")) as again:
        await again.send_str("2probe")
        assert await again.receive_str() == "3probe"
        await again.send_str("5")
        sockets = stage.parts.channel.server.eio.sockets
        await eventually(lambda: sockets[viewer.sid].upgraded)
