"""What ``signaling.socket.engine`` uses of python-socketio and engineio is still where it was."""

from __future__ import annotations

import asyncio
import gc
import inspect
import json

import aiohttp
import engineio
import pytest
import socketio
from aiohttp.base_protocol import BaseProtocol
from engineio import async_socket
from engineio.async_drivers import aiohttp as driver

from signaling.socket import engine, outgoing
from signaling.socket.engine import Server
from signaling.socket.outgoing import BoundedQueue, Frame
from tests.stage import Stage
from tests.support import eventually


def test_upstream_still_has_what_is_overridden() -> None:
    assert "create_queue" in vars(engineio.AsyncServer)
    assert "_engineio_server_class" in vars(socketio.AsyncServer)
    assert list(inspect.signature(socketio.AsyncServer._handle_connect).parameters) == [
        "self",
        "eio_sid",
        "namespace",
        "data",
    ]
    for name in (
        "_handle_disconnect",
        "_handle_eio_connect",
        "_handle_eio_disconnect",
        "_handle_eio_message",
    ):
        assert name in vars(socketio.AsyncServer)
    assert list(inspect.signature(socketio.AsyncServer._handle_event).parameters) == [
        "self",
        "eio_sid",
        "namespace",
        "id",
        "data",
    ]
    assert socketio.AsyncServer.reserved_events == ["connect", "disconnect"]
    assert {"wait", "abort"} <= set(inspect.signature(async_socket.AsyncSocket.close).parameters)
    assert "WebSocketResponse(" in inspect.getsource(driver.WebSocket.__call__)
    assert "_async['websocket'](" in inspect.getsource(async_socket.AsyncSocket._upgrade_websocket)
    assert "self.queue" in inspect.getsource(async_socket.AsyncSocket.poll)
    pings = inspect.getsource(async_socket.AsyncSocket.schedule_ping)
    assert "start_background_task(self._send_ping)" in pings


def test_upstream_still_reads_and_writes_where_we_stand_between() -> None:
    handle = inspect.getsource(engineio.AsyncServer.handle_request)
    assert "iscoroutinefunction(translate_request)" in handle
    assert "if self.http_compression and" in handle
    assert "r = self._ok(packets," in handle
    assert "self._async['make_response']" in inspect.getsource(engineio.AsyncServer._make_response)
    post = inspect.getsource(async_socket.AsyncSocket.handle_post_request)
    assert "environ['wsgi.input'].read(length)" in post
    reader = inspect.getsource(async_socket.AsyncSocket._websocket_handler)
    assert "data = await ws.wait()" in reader
    assert "if p is None:" in reader
    assert "await ws.send(pkt.encode())" in reader
    assert "get_nowait()" in inspect.getsource(async_socket.AsyncSocket.poll)
    assert "await waiter" in inspect.getsource(BaseProtocol._drain_helper)


def test_the_server_uses_the_bounded_queue_and_no_compression() -> None:
    server = Server()
    assert isinstance(server.eio.create_queue(), BoundedQueue)
    assert server.eio._async["websocket"] is engine._PlainWebSocket


def test_a_frame_is_encoded_once_and_reads_as_a_socketio_event() -> None:
    frame = Frame("head", {"seq": 1})
    assert frame.encode() is frame
    text = frame.payload.decode()
    assert text.startswith("42/show,")
    assert json.loads(text.removeprefix("42/show,")) == ["head", {"seq": 1}]


async def test_a_queue_over_its_limit_tells_once_and_takes_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outgoing, "MAX_UNSENT_BYTES", 100)
    queue = BoundedQueue()
    told: list[bool] = []
    queue.on_overflow = lambda: told.append(True)
    for _ in range(50):
        queue.put_nowait(Frame("x", "y" * 30))
    assert told == [True]
    assert queue.waiting_bytes < 200
    queue.put_nowait(None)  # the end always fits
    assert told == [True]
    while (await queue.get()) is not None:
        pass
    assert queue.waiting_bytes == 0


async def test_a_reader_that_does_not_keep_up_is_cut_off_and_nobody_else_notices(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "MAX_UNSENT_BYTES", 400 * 1024)
    good = await stage.seat("good")
    url = f"{stage.server.url}/socket.io/?EIO=4&transport=websocket"
    async with aiohttp.ClientSession(read_bufsize=1024) as http:
        connector = await http.ws_connect(url, max_msg_size=0)
        await connector.receive_str()
        await connector.send_str("40/show," + json.dumps({"show": stage.show}))
        await eventually(lambda: stage.parts.channel.viewers(stage.show) == 2)
        # It reads nothing from here on, though its TCP connection stays open.
        assert connector._response.connection is not None
        transport = connector._response.connection.transport
        assert transport is not None
        transport.pause_reading()
        last = 0
        big = "x" * 4000
        while stage.parts.channel.viewers(stage.show) == 2:
            answers = await asyncio.gather(
                *(stage.command("configure", description=f"{big[:3900]}{n}") for n in range(20)),
                *(stage.command("configure", description=f"{big[:3800]}{n}") for n in range(20)),
            )
            assert all(answer["ok"] for answer in answers)
            last = (await stage.fresh())["seq"]
        transport.resume_reading()
        await connector.close()
    assert (await good.reach(last)).state == (await stage.fresh())["state"]
    metrics = stage.parts.metrics.render().decode()
    assert "liveshow_socket_slow_disconnects_total 1.0" in metrics


def _sessions() -> int:
    gc.collect()
    return sum(isinstance(each, async_socket.AsyncSocket) for each in gc.get_objects())


async def test_nothing_of_a_session_stays_when_its_connection_is_gone(stage: Stage) -> None:
    """A crowd that reconnects: each was kept for 20 s, until its next ping would have been due."""
    before = _sessions()
    for _ in range(20):
        await (await stage.seat()).leave()
    # The last one may still be known to who serves the next.
    await eventually(lambda: _sessions() <= before + 2, within=10)


async def test_a_session_is_pinged_again_and_again_and_ended_without_an_answer(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = stage.parts.channel.server.eio
    monkeypatch.setattr(server, "ping_interval", 0.05)
    url = f"{stage.server.url}/socket.io/?EIO=4&transport=websocket"
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        assert (await socket.receive_str()).startswith("0")
        for _ in range(3):
            assert await socket.receive_str() == "2"
            await socket.send_str("3")
        monkeypatch.setattr(server, "ping_timeout", 0.05)
        assert await socket.receive_str() == "2"
        [session] = server.sockets.values()
        await asyncio.sleep(0.1)
        assert not await session.check_ping_timeout()
