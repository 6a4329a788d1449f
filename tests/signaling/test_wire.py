"""How frames reach a connection: at once on an idle WebSocket, in order whatever the way."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import json
import struct
from typing import Any

import aiohttp
import pytest
from engineio import async_socket
from engineio import packet as eio_packet

from signaling.socket import outgoing
from signaling.socket.audience import Member
from signaling.socket.outgoing import BoundedQueue, Frame
from tests.stage import Stage
from tests.support import eventually

Socket = aiohttp.ClientWebSocketResponse


def test_upstream_still_hands_its_socket_to_the_websocket() -> None:
    source = inspect.getsource(async_socket.AsyncSocket._upgrade_websocket)
    assert "self._websocket_handler, self.server)" in source
    assert "self.queue.get()" in inspect.getsource(async_socket.AsyncSocket.poll)


@pytest.mark.parametrize("length", [0, 80, 200, 16_300, 16_400, 65_600, 200_000])
def test_a_frame_is_one_unmasked_text_message(length: int) -> None:
    frame = Frame("x", "é" + "y" * length)
    data, message, first, last = b"".join(frame.on_websocket), b"", True, False
    while not last:
        last = bool(data[0] & 0x80)
        assert data[0] & 0x7F == (1 if first else 0)
        assert not data[1] & 0x80
        size, at = data[1], 2
        if size == 126:
            (size,), at = struct.unpack_from("!H", data, 2), 4
            assert size >= 126
        message += data[at : at + size]
        data, first = data[at + size :], False
    assert not data
    assert message == frame.payload


async def test_a_queue_is_drained_only_while_somebody_waits_for_more() -> None:
    queue = BoundedQueue()
    assert not queue.drained
    taker = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    assert queue.drained
    queue.put_nowait(Frame("x", 1))
    assert not queue.drained
    await taker
    # What was taken may still be on its way.
    assert not queue.drained
    gone = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert not queue.drained


async def _join(stage: Stage, http: aiohttp.ClientSession) -> Socket:
    url = f"{stage.server.url}/socket.io/?EIO=4&transport=websocket"
    socket = await http.ws_connect(url, max_msg_size=0)
    await socket.receive_str()
    await socket.send_str("40/show," + json.dumps({"show": stage.show}))
    return socket


async def _upgrade(stage: Stage, http: aiohttp.ClientSession) -> Socket:
    """Join by long polling, then change to a WebSocket: over another connection, as browsers do."""
    url = f"{stage.server.url}/socket.io/?EIO=4&transport="
    async with aiohttp.ClientSession() as polling:
        async with polling.get(f"{url}polling") as response:
            sid = json.loads((await response.text())[1:])["sid"]
        url += "{}&sid=" + sid
        hello = "40/show," + json.dumps({"show": stage.show})
        async with polling.post(url.format("polling"), data=hello) as response:
            assert response.ok
        heard = ""
        while '42/show,["head"' not in heard:
            async with polling.get(url.format("polling")) as response:
                heard += await response.text()
    socket = await http.ws_connect(url.format("websocket"), max_msg_size=0)
    await socket.send_str("2probe")
    assert await socket.receive_str() == "3probe"
    await socket.send_str("5")
    return socket


def _member(stage: Stage) -> Member:
    """The only one who is connected."""
    audience = stage.audience
    return next(iter(audience.members.values()))


async def _numbers(socket: Socket, count: int) -> list[int]:
    """The numbers of the next frames ``n`` that the socket hears."""
    heard: list[int] = []
    async with asyncio.timeout(20):
        while len(heard) < count:
            text = await socket.receive_str()
            if text.startswith('42/show,["n"'):
                heard.append(json.loads(text.removeprefix("42/show,"))[1]["n"])
    return heard


@pytest.mark.parametrize("join", [_join, _upgrade])
async def test_frames_keep_their_order_whether_written_or_queued(stage: Stage, join: Any) -> None:
    async with aiohttp.ClientSession() as http:
        socket = await join(stage, http)
        await eventually(lambda: stage.parts.channel.viewers(stage.show) == 1)
        wire = _member(stage).wire
        await eventually(lambda: wire._queue.drained and wire._socket.upgraded)
        numbers = itertools.count()
        # Small and large ones, together less than what may wait.
        sizes = itertools.cycle([10, 17_000, 300, 20_000, 2])
        for _ in range(30):
            for _ in range(4):
                wire.send(Frame("n", {"n": next(numbers), "pad": "x" * next(sizes)}))
            # A packet of engineio's own, so that what follows has to wait behind it.
            await wire._socket.send(eio_packet.Packet(eio_packet.NOOP))
            for _ in range(4):
                wire.send(Frame("n", {"n": next(numbers)}))
            await asyncio.sleep(0)
            if next(numbers) % 2:
                wire.send(Frame("n", {"n": -1}))
        total = 30 * 8 + 15
        heard = [n for n in await _numbers(socket, total) if n >= 0]
        assert heard == sorted(heard)
        assert len(heard) == 30 * 8
        await socket.close()


async def test_an_idle_websocket_is_written_to_at_once(stage: Stage) -> None:
    async with aiohttp.ClientSession() as http:
        socket = await _join(stage, http)
        await eventually(lambda: stage.parts.channel.viewers(stage.show) == 1)
        wire = _member(stage).wire
        await eventually(lambda: wire._queue.drained)
        wire.send(Frame("n", {"n": 1}))
        assert wire._queue.empty()
        assert await _numbers(socket, 1) == [1]
        await socket.close()


@pytest.mark.parametrize("join", [_join, _upgrade])
async def test_who_reads_nothing_is_cut_off_however_it_came(
    stage: Stage, join: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "MAX_UNSENT_BYTES", 400 * 1024)
    async with aiohttp.ClientSession(read_bufsize=1024) as http:
        socket = await join(stage, http)
        await eventually(lambda: stage.parts.channel.viewers(stage.show) == 1)
        wire = _member(stage).wire
        await eventually(lambda: wire._queue.drained and wire._socket.upgraded)
        transport = socket._response.connection.transport
        transport.pause_reading()
        big = Frame("n", {"n": 1, "pad": "x" * 50_000})
        sent = 0
        while stage.parts.channel.viewers(stage.show) == 1:
            wire.send(big)
            sent += 1
            assert sent < 1000, "nobody cut it off"
            await asyncio.sleep(0)
        # What the kernel takes on both sides, aiohttp's buffer, and the limit.
        assert wire.unsent <= outgoing.MAX_UNSENT_BYTES + 100_000
        transport.resume_reading()
        await socket.close()
