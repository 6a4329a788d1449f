"""How fast one may go, and what is not for strangers to fill."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import WSMsgType

from liveshow import pace
from liveshow.budgets import COMMANDS, Rate
from liveshow.errors import RateLimited
from liveshow.pace import Pace
from liveshow.rooms import planning, registry
from liveshow.rooms.room import Room
from signaling.media import whip
from signaling.media.whip import SDP
from signaling.socket import engine
from tests.security.world import serving
from tests.stage import Stage, new_key
from tests.support import RunningServer, eventually, seconds

server_loop = pytest.mark.asyncio(loop_scope="module")


class Clock:
    now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


# --- the count itself ---------------------------------------------------------------------------


def test_too_many_are_told_how_long_to_wait() -> None:
    clock = Clock()
    counted = Pace(COMMANDS, clock, Rate(2, 1))
    for _ in range(2):
        counted.take("ana")
    clock.now += 400
    with pytest.raises(RateLimited) as refused:
        counted.take("ana")
    assert refused.value.retry_after == pytest.approx(0.6)
    counted.take("bea")
    clock.now += 600
    counted.take("ana")


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    clock = Clock()
    counted = Pace(COMMANDS, clock, Rate(1, 1))
    counted.take("ana")
    clock.now -= 3_600_000
    counted.take("ana")


def test_what_is_counted_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "MAX_NAMES", 100)
    clock = Clock()
    counted = Pace(COMMANDS, clock, Rate(1, 1))
    for number in range(1000):
        counted.take(str(number))
        assert len(counted._counts) <= 100
    clock.now += 1000
    counted.take("ana")
    assert len(counted._counts) == 1


# --- on a server ---------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def slow_server(
    _sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningServer]:
    """One that lets nobody do much."""
    folder = tmp_path_factory.mktemp("slow")
    limits = {"command_limit": "6/hour", "media_limit": "5/hour"}
    async with serving(_sqlite_template, folder, **limits) as server:
        yield server


@server_loop
async def test_sockets_and_http_share_one_count(slow_server: RunningServer) -> None:
    stage = await Stage.set(slow_server)  # the host has said "start"
    seats = [await stage.seat("viewer"), await stage.seat("viewer")]
    viewer = await slow_server.account("viewer")
    path = f"{slow_server.url}/api/shows/{stage.show}/commands"

    async def by_http() -> tuple[int, str, int]:
        body = {"type": "release", "key": new_key(), "claim": "none"}
        async with slow_server.http.post(path, json=body, headers=viewer.headers) as response:
            code = (await response.json())["code"]
            return response.status, code, int(response.headers.get("Retry-After", "0"))

    for _ in range(2):
        for seat in seats:
            ack = await seat.say("release", claim="none")
            assert ack["error"]["code"] == "unknown_claim"
        assert (await by_http())[1] == "unknown_claim"
    for seat in seats:
        ack = await seat.say("release", claim="none")
        assert ack["error"]["code"] == "rate_limited"
        assert ack["error"]["retry_after"] > 0
    status, code, wait = await by_http()
    assert (status, code) == (429, "rate_limited")
    assert wait > 0
    # Others are not held up by it.
    other = await stage.seat("other")
    assert (await other.say("release", claim="none"))["error"]["code"] == "unknown_claim"
    await stage.clear()


@server_loop
async def test_guests_are_counted_too(slow_server: RunningServer) -> None:
    stage = await Stage.set(slow_server, start=False)
    await stage.command("schedule", at=4_000_000_000_000)
    guest = await stage.seat()
    codes = [(await guest.say("chat", text="x"))["error"]["code"] for _ in range(8)]
    assert codes == ["unauthenticated"] * 6 + ["rate_limited"] * 2
    await stage.clear()


@server_loop
@pytest.mark.parametrize("wire", ["whip", "whep"])
async def test_media_sessions_are_counted_by_address(slow_server: RunningServer, wire: str) -> None:
    headers = {"Content-Type": SDP}
    answers = []
    for _ in range(6):
        path = f"{slow_server.url}/{wire}/nothing"
        async with slow_server.http.post(path, data="v=0", headers=headers) as response:
            answers.append((response.status, int(response.headers.get("Retry-After", "0"))))
    status, wait = answers[-1]
    assert status == 429
    assert wait > 0
    assert response.headers["Access-Control-Allow-Origin"] == "*"


async def test_a_body_that_never_ends_is_not_waited_for(
    running_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whip, "READ_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", running_server.port)
    head = "POST /whep/x HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\n"
    writer.write(f"{head}Content-Length: 1000\r\n\r\nv=0".encode())
    async with asyncio.timeout(5):
        assert b" 408 " in await reader.readline()
    writer.close()


@server_loop
async def test_a_connection_does_not_join_as_fast_as_it_can(slow_server: RunningServer) -> None:
    stage = await Stage.set(slow_server, start=False)
    await stage.command("schedule", at=4_000_000_000_000)
    url = f"{slow_server.url}/socket.io/?EIO=4&transport=websocket"
    async with slow_server.http.ws_connect(url) as socket:
        await socket.receive(timeout=5)
        for _ in range(8):
            await socket.send_str(f'40/show,{{"show":"{stage.show}"}}')
            await socket.send_str("41/show,")
        async with asyncio.timeout(5):
            while "rate_limited" not in await socket.receive_str():
                pass


@server_loop
@pytest.mark.parametrize("transport", ["polling", "websocket"])
async def test_connections_that_never_join_give_way(
    slow_server: RunningServer, monkeypatch: pytest.MonkeyPatch, transport: str
) -> None:
    stage = await Stage.set(slow_server, start=False)
    joined = await stage.seat(stage.host)
    monkeypatch.setattr(engine, "MAX_STRANGERS", 10)
    server = stage.parts.channel.server
    url = f"{slow_server.url}/socket.io/?EIO=4&transport={transport}"
    opened = []
    for _ in range(30):
        if transport == "polling":
            async with slow_server.http.get(url) as response:
                assert response.status == 200
        else:
            opened.append(await slow_server.http.ws_connect(url))
    await eventually(lambda: len(server.eio.sockets) <= 11, what="the oldest have gone")
    assert len(server._strangers) <= 10
    assert joined.connected
    for socket in opened:
        await socket.close()
    await stage.clear()


@server_loop
@pytest.mark.parametrize("transport", ["polling", "websocket"])
async def test_connections_that_never_join_have_an_end_in_time(
    slow_server: RunningServer, monkeypatch: pytest.MonkeyPatch, transport: str
) -> None:
    """faults.md 20: the kind. They answered every ping and stayed for ever, and so did who left."""
    stage = await Stage.set(slow_server, start=False)
    joined = await stage.seat(stage.host)
    server = stage.parts.channel.server
    url = f"{slow_server.url}/socket.io/?EIO=4&transport=websocket"
    monkeypatch.setattr(engine, "JOIN_SECONDS", seconds(0.3))
    if server._sweeper is not None:  # set for the time that it really is
        server._sweeper.cancel()
        server._sweeper = None
    async with slow_server.http.ws_connect(url) as left:
        await left.receive_str()
        hello = {"show": stage.show, "token": stage.host.token}
        await left.send_str("40/show," + json.dumps(hello))
        while not (await left.receive_str(timeout=seconds(10))).startswith("42/show,"):
            pass
        await left.send_str("41/show,")
        if transport == "polling":
            async with slow_server.http.get(url.replace("websocket", "polling")) as response:
                sid = json.loads((await response.text())[1:])["sid"]
            await eventually(lambda: sid not in server.eio.sockets, what="it was forgotten")
        else:
            async with slow_server.http.ws_connect(url) as silent:
                await silent.receive_str()
                # It says that it is there, and nothing else.
                while (message := await silent.receive(timeout=seconds(10))).type is WSMsgType.TEXT:
                    await silent.send_str("3")
        while (message := await left.receive(timeout=seconds(10))).type is WSMsgType.TEXT:
            pass
        assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING)
    assert not server._strangers
    assert joined.connected
    await stage.clear()


@server_loop
async def test_who_does_not_read_is_not_waited_for(
    slow_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CLOSE_SECONDS", 0.1)
    stage = await Stage.set(slow_server, start=False)
    await stage.command("schedule", at=4_000_000_000_000)
    server = stage.parts.channel.server
    lazy = await slow_server.account("lazy")
    # Long polling: it says hello and never asks for the answer.
    url = f"{slow_server.url}/socket.io/?EIO=4&transport=polling"
    async with slow_server.http.get(url) as response:
        sid = json.loads((await response.text())[1:])["sid"]
    hello = json.dumps({"show": stage.show, "token": lazy.token})
    async with slow_server.http.post(f"{url}&sid={sid}", data=f"40/show,{hello}") as response:
        assert response.status == 200
    await eventually(lambda: stage.parts.channel.viewers(stage.show) == 1, what="they joined")
    audience = stage.audience
    await slow_server.request("DELETE", "/api/session", by=lazy)
    await eventually(lambda: sid not in server.eio.sockets, what="they are gone")
    await eventually(lambda: not audience._leaving, what="nobody waits for them")


@server_loop
async def test_rooms_that_nobody_needs_make_room(
    slow_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = await Stage.set(slow_server, start=False)
    watched = await stage.seat(stage.host)
    await watched.do("slow", seconds=1)
    opened = stage.parts.registry
    monkeypatch.setattr(registry, "CROWDED", 5)
    monkeypatch.setattr(registry.RoomRegistry, "_is_idle", _idle_at_once)
    for number in range(20):
        body = {"title": f"Show {number}"}
        host = await slow_server.account(f"host{number}")
        show = (await slow_server.post("/api/shows", body, by=host))["id"]
        command = {"type": "slow", "key": "k", "seconds": 1}
        await slow_server.post(f"/api/shows/{show}/commands", command, by=host)
    await eventually(lambda: len(opened) <= 6, what="most rooms are closed again")
    assert stage.show in opened._rooms
    assert watched.connected
    await stage.clear()


def _idle_at_once(self: registry.RoomRegistry, room: Room, for_ms: int = 0) -> bool:
    return room.idle_since is not None and not room.state.show.on_air


@server_loop
async def test_nobody_plans_shows_without_end(
    slow_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MAX_PLANNED", 3)
    planner = await slow_server.account("planner")
    for _ in range(3):
        await slow_server.post("/api/shows", {"title": "Soon"}, by=planner)
    refused = await slow_server.request(
        "POST", "/api/shows", {"title": "Soon"}, by=planner, status=409
    )
    assert refused["code"] == "conflict"


@server_loop
async def test_what_does_not_exist_opens_nothing(slow_server: RunningServer) -> None:
    stage = await Stage.set(slow_server, start=False)
    rooms, database = stage.parts.registry, stage.parts.database
    before = len(rooms)

    def never(*_: object) -> None:
        raise AssertionError("a stranger's question asked for the writer")

    write = database.write
    database.write = never  # type: ignore[method-assign, assignment]
    try:
        for number in range(50):
            await slow_server.request("GET", f"/api/shows/none{number}", status=404)
    finally:
        database.write = write  # type: ignore[method-assign]
    assert len(rooms) == before
    assert not rooms._opening
