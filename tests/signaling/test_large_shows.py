"""A show of megabytes, and readers who take nothing of it."""

from __future__ import annotations

import asyncio
import json
import socket as sockets
import time
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from liveshow import shared_body
from liveshow.domain.run_of_show import size
from liveshow.domain.show import views
from liveshow.domain.show.facts import Rules
from liveshow.domain.show.state import ShowState
from liveshow.rooms import snapshots
from liveshow.store import listings
from signaling.socket import engine, outgoing
from signaling.socket.outgoing import BoundedQueue, Frame
from tests.stage import Stage
from tests.support import eventually, seconds

EMOJI = "\U0001f600"
# One viewer who joins keeps everybody else waiting for so long at most.
LONGEST_TURN_SECONDS = 0.02


@pytest.fixture
async def large(stage: Stage) -> Stage:
    """A show whose snapshot is as large as its text may be."""
    for number in range(55):
        await stage.item(title=f"Item {number}", description=EMOJI * 4_700)
    assert len(json.dumps(await stage.fresh(), ensure_ascii=False).encode()) > (
        outgoing.MAX_UNSENT_BYTES * 0.9
    )
    return stage


def small_buffer(transport: Any) -> None:
    """Have the system take little for a reader, as when the reader is far away."""
    transport.get_extra_info("socket").setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, 8192)


@pytest.fixture
def small_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare, write = web.WebSocketResponse.prepare, shared_body.SharedBody.write

    async def prepared(self: web.WebSocketResponse, request: web.Request) -> Any:
        small_buffer(request.transport)
        return await prepare(self, request)

    async def written(self: shared_body.SharedBody, writer: Any) -> None:
        small_buffer(self._transport)
        await write(self, writer)

    monkeypatch.setattr(web.WebSocketResponse, "prepare", prepared)
    monkeypatch.setattr(shared_body.SharedBody, "write", written)


class Mute:
    """A connection that asks and reads nothing."""

    def __init__(self, stage: Stage) -> None:
        self._port = stage.server.port
        self.writer: asyncio.StreamWriter

    async def ask(self, *lines: str) -> Mute:
        sock = sockets.socket()
        sock.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self._port))
        _reader, self.writer = await asyncio.open_connection(sock=sock, limit=1)
        self.writer.transport.pause_reading()  # type: ignore[attr-defined]
        self.writer.write("\r\n".join((*lines, "Host: x", "", "")).encode())
        return self

    def say(self, text: str) -> None:
        """Send a masked WebSocket message (RFC 6455 §5.3)."""
        data = text.encode()
        assert len(data) < 126
        self.writer.write(bytes((0x81, 0x80 | len(data))) + b"\0\0\0\0" + data)

    def close(self) -> None:
        self.writer.transport.abort()


async def mute_viewers(stage: Stage, count: int) -> list[Mute]:
    upgrade = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    made = []
    for _ in range(count):
        mute = await Mute(stage).ask(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1", *upgrade, key
        )
        mute.say("40/show," + json.dumps({"show": stage.show, "visitor": f"mute{len(made)}"}))
        made.append(mute)
    return made


def queues(stage: Stage) -> list[BoundedQueue]:
    return [session.queue for session in stage.parts.channel.server.eio.sockets.values()]


@pytest.mark.usefixtures("small_buffers")
async def test_readers_who_take_nothing_cost_no_copy_of_the_snapshot_each(large: Stage) -> None:
    """faults.md 17"""
    mutes = await mute_viewers(large, 8)
    await eventually(lambda: large.parts.channel.viewers(large.show) == 8)
    await eventually(
        lambda: all(
            queue.transport is not None and queue.transport.get_write_buffer_size()
            for queue in queues(large)
        )
    )
    most = engine.HIGH_WATER_BYTES + 2 * shared_body.PIECE_BYTES
    for queue in queues(large):
        assert queue.transport is not None
        assert queue.transport.get_write_buffer_size() <= most
        assert queue.waiting_bytes <= outgoing.MAX_UNSENT_BYTES
    for mute in mutes:
        mute.close()


@pytest.mark.usefixtures("small_buffers")
async def test_a_reader_who_takes_nothing_is_cut_off_in_the_midst_of_a_snapshot(
    large: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """faults.md 17"""
    monkeypatch.setattr(shared_body, "STALL_SECONDS", 0.2)
    (mute,) = await mute_viewers(large, 1)
    await eventually(lambda: "liveshow_socket_slow_disconnects_total 1.0" in metrics(large))
    await eventually(lambda: large.parts.channel.viewers(large.show) == 0)
    mute.close()


def metrics(stage: Stage) -> str:
    return stage.parts.metrics.render().decode()


async def test_the_snapshot_of_a_large_show_arrives_whole_and_what_follows_too(
    large: Stage,
) -> None:
    viewer = await large.seat("viewer")
    await large.command("slow", seconds=7)
    fresh = await large.fresh()
    replica = await viewer.reach(fresh["seq"])
    assert replica.state == fresh["state"]


async def test_a_large_show_arrives_by_long_polling_too(large: Stage) -> None:
    url = f"{large.server.url}/socket.io/?EIO=4&transport=polling"
    async with aiohttp.ClientSession() as http:
        async with http.get(url) as response:
            url += "&sid=" + json.loads((await response.text())[1:])["sid"]
        async with http.post(url, data="40/show," + json.dumps({"show": large.show})) as response:
            assert response.ok
        heard: list[str] = []
        while not any(text.startswith('42/show,["head"') for text in heard):
            async with http.get(url) as response:
                heard += (await response.text()).split("\x1e")
    snapshot = next(text for text in heard if text.startswith('42/show,["snapshot"'))
    got = json.loads(snapshot.removeprefix("42/show,"))[1]
    assert got["state"] == (await large.fresh())["state"]


@pytest.mark.parametrize("path", ["/api/shows/{show}/state", "{poll}"])
@pytest.mark.usefixtures("small_buffers")
async def test_a_large_answer_over_http_waits_for_its_reader(
    large: Stage, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """faults.md 17"""
    bodies: list[shared_body.SharedBody] = []
    write = shared_body.SharedBody.write

    async def watched(self: shared_body.SharedBody, writer: Any) -> None:
        bodies.append(self)
        await write(self, writer)

    monkeypatch.setattr(shared_body.SharedBody, "write", watched)
    if path == "{poll}":
        path = await _snapshot_waiting(large)
        bodies.clear()
    mute = await Mute(large).ask(f"GET {path.format(show=large.show)} HTTP/1.1")
    await eventually(lambda: bodies and bodies[0]._transport.get_write_buffer_size())  # type: ignore[union-attr]
    transport = bodies[0]._transport
    assert isinstance(transport, asyncio.WriteTransport)
    assert bodies[0].size is not None
    assert bodies[0].size > outgoing.MAX_UNSENT_BYTES * 0.9
    assert transport.get_write_buffer_size() < 200_000
    mute.close()


async def _snapshot_waiting(stage: Stage) -> str:
    """Return the address of a long-polling session for which a snapshot waits."""
    path = "/socket.io/?EIO=4&transport=polling"
    async with aiohttp.ClientSession(stage.server.url) as http:
        async with http.get(path) as response:
            path = f"{path}&sid={json.loads((await response.text())[1:])['sid']}"
        async with http.post(path, data="40/show," + json.dumps({"show": stage.show})) as response:
            assert response.ok
        await eventually(lambda: any(queue._large for queue in queues(stage)))
        # What comes before the snapshot is not asked for on its own.
        return path


@pytest.mark.usefixtures("small_buffers")
async def test_an_answer_whose_reader_takes_nothing_is_given_up(
    large: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """faults.md 17"""
    monkeypatch.setattr(shared_body, "STALL_SECONDS", 0.2)
    given_up: list[bool] = []
    write = shared_body.SharedBody.write

    async def watched(self: shared_body.SharedBody, writer: Any) -> None:
        try:
            await write(self, writer)
        except ConnectionResetError:
            given_up.append(True)
            raise

    monkeypatch.setattr(shared_body.SharedBody, "write", watched)
    mute = await Mute(large).ask(f"GET /api/shows/{large.show}/state HTTP/1.1")
    await eventually(lambda: given_up)
    mute.close()


async def test_a_snapshot_is_made_once_for_everybody_at_one_event(
    large: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """faults.md 17"""
    made: list[bool] = []
    state_view = views.state_view

    def counted(state: ShowState, rules: Rules, now: int, *, staff: bool) -> Any:
        made.append(staff)
        return state_view(state, rules, now, staff=staff)

    monkeypatch.setattr(snapshots, "state_view", counted)
    await large.command("slow", seconds=3)
    await asyncio.gather(*(large.fresh() for _ in range(10)), *(large.seat() for _ in range(5)))
    assert made == [False]
    await large.fresh(by=large.host)
    assert made == [False, True]


async def test_the_snapshot_of_a_large_show_lets_others_have_their_turn(large: Stage) -> None:
    """faults.md 17"""
    room = await large.parts.registry.get(large.show)
    took = []
    for _ in range(7):
        made = snapshots.Snapshots(Rules())  # knows nothing of this show yet
        started = time.thread_time()
        made.get(room.state, staff=True)
        took.append(time.thread_time() - started)
    assert min(took) < LONGEST_TURN_SECONDS


def test_a_large_frame_may_wait_besides_what_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "MAX_UNSENT_BYTES", 10_000)
    large, small = Frame("x", "y" * 50_000), Frame("x", "y" * 100)
    queue = BoundedQueue()
    for frame in (small, large, small):
        queue.put_nowait(frame)
    assert not queue.overflowed
    queue.put_nowait(large)
    assert queue.overflowed


def test_packets_without_data_count_too() -> None:
    """faults.md 17"""
    queue = BoundedQueue()
    noop = object()  # without data
    for _ in range(outgoing.MAX_UNSENT_BYTES // outgoing.PACKET_BYTES + 1):
        queue.put_nowait(noop)
    assert queue.overflowed


async def test_the_text_of_a_show_is_bounded_when_listings_are_edited_too(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """faults.md 17"""
    listing = await stage.listing(description="x" * 100)
    await stage.command("add", listing=listing["id"])
    await stage.item(description="y" * 1000)
    for module in (size, listings):
        monkeypatch.setattr(module, "MAX_RUN_BYTES", 3_000)
    path = f"{stage.server.url}/api/listings/{listing['id']}"

    async def edit(description: str) -> tuple[int, str]:
        body = {"description": description}
        async with stage.server.http.patch(path, json=body, headers=stage.host.headers) as response:
            return response.status, (await response.json()).get("code", "")

    assert await edit("x" * 1_000) == (200, "")
    assert await edit("\u00e9" * 1_000) == (409, "run_too_large")
    assert await edit("x" * 999) == (200, "")
    async with asyncio.timeout(seconds(10)):
        items = (await stage.fresh())["state"]["items"]
    assert items[0]["description"] == "x" * 999
