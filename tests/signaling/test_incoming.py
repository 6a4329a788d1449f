"""What a client may say on the show channel, and what ends its connection."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import aiohttp
import pytest
import socketio

from liveshow.pace import of_person
from signaling.socket import engine
from signaling.socket.incoming import (
    ClientPacket,
    Kind,
    Unreadable,
    check_body,
    check_frame,
    read_packet,
)
from tests.stage import Stage
from tests.support import eventually, seconds

RUBBISH: list[str | bytes] = [
    b"x",
    b"",
    "",
    "x" * 24,
    "4",
    "9",
    "6",
    "\u0664",
    "b/show",
    "bAAAA",
    "2",
    "5",
    "3probe",
    "43/show,1[]",
    "44/show,{}",
    "45",
    '45999999999-/show,["chat",{"_placeholder":true,"num":0}]',
    '451-/show,["chat",{"_placeholder":true,"num":9}]',
    "461-/show,1[]",
    '4211-/show,["chat",{}]',
    "42/show,",
    "42/show,[]",
    "42/show,1[1]",
    '42/show,["disconnect","x"]',
    '42/show,["connect",{}]',
    '42/show,["*","somebody"]',
    '42/show,["*"]',
    '42/show,99999999999999999999["chat",{}]',
    '42/show,1["chat",' + "[" * 30_000,
    "4" + "[" * 30_000,
]


@pytest.mark.parametrize(
    ("message", "packet"),
    [
        ('0/show,{"show":"x"}', ClientPacket(Kind.CONNECT, "/show", None, {"show": "x"})),
        ("0", ClientPacket(Kind.CONNECT, "/", None, None)),
        ("0/show", ClientPacket(Kind.CONNECT, "/show", None, None)),
        ('0/show?a=1,{"b":2}', ClientPacket(Kind.CONNECT, "/show", None, {"b": 2})),
        ("1/show,", ClientPacket(Kind.DISCONNECT, "/show", None, None)),
        ('2/show,12["chat",{}]', ClientPacket(Kind.EVENT, "/show", 12, ["chat", {}])),
        ('2/show,["a,b"]', ClientPacket(Kind.EVENT, "/show", None, ["a,b"])),
        ('2["chat"]', ClientPacket(Kind.EVENT, "/", None, ["chat"])),
        (
            '2/show,["chat",{"_placeholder":true,"num":9}]',
            ClientPacket(Kind.EVENT, "/show", None, ["chat", {"_placeholder": True, "num": 9}]),
        ),
    ],
)
def test_packets_are_read_as_socketio_reads_them(message: str, packet: ClientPacket) -> None:
    assert read_packet(message) == packet
    theirs = socketio.packet.Packet(encoded_packet=message)
    assert (str(theirs.packet_type), theirs.namespace or "/", theirs.id, theirs.data) == (
        packet.kind.value,
        packet.namespace,
        packet.id,
        packet.data,
    )


@pytest.mark.parametrize("frame", RUBBISH, ids=lambda frame: repr(frame[:24]))
def test_what_is_no_command_is_not_read(frame: str | bytes) -> None:
    """faults.md 15, 24"""
    with pytest.raises(Unreadable):
        read_packet(check_frame(frame, upgrading=False)[1:])
    body = frame.encode() if isinstance(frame, str) else frame
    with pytest.raises(Unreadable):
        read_packet(check_body(body)[1:])


def test_only_a_change_of_transport_is_read_while_it_changes() -> None:
    for frame in ("2probe", "5"):
        assert check_frame(frame, upgrading=True) == frame
    for other in ("3", '42/show,["chat"]', b"2probe"):
        with pytest.raises(Unreadable):
            check_frame(other, upgrading=True)


def test_a_body_of_many_packets_is_not_read() -> None:
    assert check_body(b"3\x1e3")
    with pytest.raises(Unreadable):
        check_body(b"\x1e".join([b"3"] * 17))


# --- on a server ---------------------------------------------------------------------------------


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def joined(stage: Stage, http: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    url = f"{stage.server.url}/socket.io/?EIO=4&transport=websocket"
    socket = await http.ws_connect(url, max_msg_size=0)
    await socket.receive_str()
    await socket.send_str("40/show," + json.dumps({"show": stage.show}))
    while '["head"' not in await socket.receive_str():
        pass
    return socket


async def polling(stage: Stage, http: aiohttp.ClientSession) -> str:
    """Join by long polling; returns the address of the session."""
    url = f"{stage.server.url}/socket.io/?EIO=4&transport=polling"
    async with http.get(url) as response:
        url = f"{url}&sid={json.loads((await response.text())[1:])['sid']}"
    hello = "40/show," + json.dumps({"show": stage.show})
    async with http.post(url, data=hello) as response:
        assert await response.text() == "OK"
    heard = ""
    while '42/show,["head"' not in heard:
        async with http.get(url) as response:
            heard += await response.text()
    return url


@pytest.mark.parametrize("frame", RUBBISH, ids=lambda frame: repr(frame[:24]))
async def test_a_frame_that_cannot_be_read_ends_the_connection_without_a_traceback(
    stage: Stage,
    http: aiohttp.ClientSession,
    frame: str | bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """faults.md 15, 24, 55"""
    socket = await joined(stage, http)
    server = stage.parts.channel.server
    with caplog.at_level(logging.INFO):
        if isinstance(frame, str):
            await socket.send_str(frame)
        else:
            await socket.send_bytes(frame)
        async with asyncio_timeout():
            while not socket.closed:
                await socket.receive()
    await eventually(lambda: not server.eio.sockets and not server.environ)
    assert stage.parts.channel.viewers(stage.show) == 0
    assert not [record for record in caplog.records if record.levelno > logging.INFO]
    assert not server._binary_packet


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"x",
        b"bAAAA",
        b'45999999999-/show,["chat",{"_placeholder":true,"num":0}]',
        b'3\x1e451-/show,["chat",{"_placeholder":true,"num":9}]',
        b'd=42/show,["chat",{}]',
        b"3\x1e" * 20,
        b"4" + b"x" * engine.MAX_RECEIVED_BYTES,
    ],
    ids=lambda body: repr(body[:16]),
)
async def test_a_long_polling_body_that_cannot_be_read_ends_the_session(
    stage: Stage, http: aiohttp.ClientSession, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """faults.md 15, 24, 55"""
    url = await polling(stage, http)
    server = stage.parts.channel.server
    with caplog.at_level(logging.INFO):
        async with http.post(url, data=body) as response:
            assert response.status == 400
        await eventually(lambda: not server.eio.sockets and not server.environ)
        async with http.get(url) as response:
            assert response.status == 400
    assert stage.parts.channel.viewers(stage.show) == 0
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_session_that_ends_does_not_leave_its_long_poll_waiting(
    stage: Stage, http: aiohttp.ClientSession
) -> None:
    url = await polling(stage, http)
    async with asyncio_timeout(), http.get(url) as waiting:
        async with http.post(url, data=b"x") as response:
            assert response.status == 400
        await waiting.read()


async def test_a_connection_that_sends_only_unknown_events_is_answered_then_ended(
    stage: Stage, http: aiohttp.ClientSession
) -> None:
    """faults.md 24"""
    socket = await joined(stage, http)
    codes = []
    for number in range(engine.MAX_STRIKES + 1):
        try:
            await socket.send_str(f'42/show,{number}["nonsense",{{}}]')
        except ConnectionError:
            break
    async with asyncio_timeout():
        while True:
            message = await socket.receive()
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            if message.data.startswith("43/show,"):
                codes.append(
                    json.loads(message.data[message.data.index("[") :])[0]["error"]["code"]
                )
    assert len(codes) < engine.MAX_STRIKES
    assert codes[0] == "invalid"
    assert set(codes) <= {"invalid", "rate_limited"}
    await eventually(lambda: stage.parts.channel.viewers(stage.show) == 0)


async def test_unknown_events_count_against_the_pace_of_commands(stage: Stage) -> None:
    """faults.md 24"""
    buyer = await stage.seat("buyer")
    assert buyer.account is not None
    pace = stage.parts.channel._pace
    name = of_person(buyer.account.id)
    before = pace._counts.get(name, 0)
    start = pace._start
    await buyer.call("nonsense", {})
    if pace._start == start:
        assert pace._counts[name] == before + 1
    else:
        assert pace._counts[name] == 1


async def test_a_command_between_them_forgives_what_was_unknown(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MAX_STRIKES", 3)
    buyer = await stage.seat("buyer")
    for _ in range(4):
        assert (await buyer.call("nonsense", {}))["error"]["code"] == "invalid"
        assert (await buyer.say("release", claim="none"))["error"]["code"] == "unknown_claim"
    assert buyer.connected


def asyncio_timeout() -> asyncio.Timeout:

    return asyncio.timeout(seconds(10))
