"""One TCP port for HTTP, HTTPS and media: who gets a connection, and what becomes of the rest."""

from __future__ import annotations

import asyncio
import itertools
import os
import resource
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from liveshow import kept_alive, listener, tls
from liveshow.listener import MEDIA, Listener
from liveshow.server import Server
from liveshow.settings import Settings
from tests.support import eventually, seconds

FRAME = b"\x00\x14" + b"\x00\x01" + bytes(18)  # the beginning of a STUN binding request
REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
UPGRADE = (
    b"GET /echo HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
SLOW_BODY = b"POST / HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 99\r\n\r\n"


class Media:
    """Takes the connections that carry media and keeps them."""

    def __init__(self) -> None:
        self.tcp_port = 0
        self.taken: list[socket.socket] = []

    def accept_tcp(self, sock: socket.socket) -> None:
        self.taken.append(sock)

    def close(self) -> None:
        for sock in self.taken:
            sock.close()


@pytest.fixture
def media() -> Iterator[Media]:
    media = Media()
    yield media
    media.close()


Create = Callable[[Settings], web.Application]


@pytest.fixture
def create(media: Media) -> Create:
    """Makes an application that says who asks, and takes media."""

    async def whoami(request: web.Request) -> web.Response:
        assert request.transport is not None
        host, port = request.transport.get_extra_info("peername")[:2]
        return web.Response(text=f"{request.scheme} {host} {port}")

    async def read(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    async def echo(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        async for message in ws:
            await ws.send_str(message.data)
        return ws

    def create(_settings: Settings) -> web.Application:
        app = web.Application()
        app.router.add_get("/", whoami)
        app.router.add_post("/", read)
        app.router.add_get("/echo", echo)
        app[MEDIA] = media
        return app

    return create


@asynccontextmanager
async def serving(folder: Path, create: Create, **settings: Any) -> AsyncIterator[Server]:
    async with Server(Settings(port=0, data_dir=folder, **settings), create) as server:
        yield server


class Client:
    """A TCP connection with nothing on it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @property
    def address(self) -> tuple[str, int]:
        found: tuple[str, int] = self.writer.get_extra_info("sockname")
        return found

    async def ask(self) -> bytes:
        """Send a request and return what comes first."""
        self.writer.write(REQUEST)
        return await self.receive()

    async def receive(self) -> bytes:
        async with asyncio.timeout(seconds(10)):
            try:
                return await self.reader.read(65536)
            except ConnectionResetError:
                return b""


Connect = Callable[[int], Awaitable[Client]]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    clients: list[Client] = []

    async def connect(port: int) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", port))
        clients.append(client)
        return client

    yield connect
    for client in clients:
        client.writer.close()


@pytest.fixture
async def listen(create: Create, media: Media, tmp_path: Path) -> AsyncIterator[Any]:
    """Runs a listener alone: ``listener, port = await listen(silence=0.1)``; ``context``: TLS."""
    runner = web.AppRunner(create(Settings(data_dir=tmp_path)))
    await runner.setup()
    running: list[Listener] = []

    async def listen(context: ssl.SSLContext | None = None, **options: Any) -> tuple[Listener, int]:
        bound = socket.create_server(("127.0.0.1", 0))
        bound.setblocking(False)
        assert runner.server is not None
        found = Listener([bound], runner.server, context, media.accept_tcp, **options)
        port = bound.getsockname()[1]
        found.start()
        running.append(found)
        return found, port

    yield listen
    for started in running:
        await started.close()
    await runner.cleanup()


# Who gets a connection


async def test_http_and_media_share_a_port(
    tmp_path: Path, create: Create, media: Media, connect: Connect
) -> None:
    async with serving(tmp_path, create) as server, aiohttp.ClientSession() as http:
        assert media.tcp_port == server.port  # before the application was started
        async with http.get(server.url) as response:
            assert (await response.text()).startswith("http 127.0.0.1 ")
        client = await connect(server.port)
        client.writer.write(FRAME)
        [taken] = await eventually(lambda: media.taken)
        assert taken.getpeername() == client.address
        assert taken.recv(100) == FRAME  # looked at, not consumed
        assert taken.gettimeout() == 0  # it does not block


async def test_https_and_media_share_a_port(
    tmp_path: Path, create: Create, media: Media, connect: Connect
) -> None:
    certificate, _ = tls.self_signed(tmp_path / tls.FOLDER)
    trust = ssl.create_default_context(cafile=str(certificate))
    async with (
        serving(tmp_path, create, tls_self_signed=True) as server,
        aiohttp.ClientSession() as http,
    ):
        async with http.get(server.url, ssl=trust) as response:
            assert (await response.text()).startswith("https 127.0.0.1 ")
        async with http.ws_connect(f"{server.url}/echo", ssl=trust) as ws:
            await ws.send_str("hello")
            assert await ws.receive_str(timeout=seconds(5)) == "hello"
        client = await connect(server.port)
        client.writer.write(FRAME)
        [taken] = await eventually(lambda: media.taken)
        assert taken.recv(100) == FRAME
        plain = await connect(server.port)
        assert await plain.ask() == b""  # HTTP without TLS is nothing here, as before
        async with http.get(server.url, ssl=trust) as response:
            assert response.status == 200


async def test_a_renewed_certificate_is_for_new_connections(tmp_path: Path, create: Create) -> None:
    certificate, key = tls.self_signed(tmp_path / "old")
    newer, newer_key = tls.self_signed(tmp_path / "new")
    old_trust, new_trust = (
        ssl.create_default_context(cafile=str(path)) for path in (certificate, newer)
    )
    async with (
        serving(tmp_path, create, tls_certificate=certificate, tls_key=key) as server,
        aiohttp.ClientSession() as http,
    ):
        async with http.get(server.url, ssl=old_trust) as response:
            assert response.status == 200
        certificate.write_bytes(newer.read_bytes())
        key.write_bytes(newer_key.read_bytes())
        server._reload_certificate()
        async with http.get(server.url, ssl=new_trust) as response:
            assert response.status == 200


async def test_what_was_said_in_pieces_arrives_whole(
    tmp_path: Path, create: Create, media: Media, connect: Connect
) -> None:
    async with serving(tmp_path, create) as server:
        web_client, media_client = [await connect(server.port) for _ in range(2)]
        web_client.writer.write(REQUEST[:1])
        media_client.writer.write(FRAME[:1])
        [taken] = await eventually(lambda: media.taken)
        web_client.writer.write(REQUEST[1:])
        media_client.writer.write(FRAME[1:])
        assert (await web_client.receive()).startswith(b"HTTP/1.1 200 ")
        await media_client.writer.drain()
        taken.settimeout(seconds(5))
        received = b""
        while len(received) < len(FRAME):
            received += await asyncio.to_thread(taken.recv, 100)
        assert received == FRAME


async def test_a_connection_is_kept_for_more_requests(
    tmp_path: Path, create: Create, connect: Connect
) -> None:
    async with serving(tmp_path, create) as server:
        client = await connect(server.port)
        for _ in range(3):
            answer = await client.ask()
            assert answer.endswith("http {} {}".format(*client.address).encode())


@pytest.mark.parametrize("first", [6, 0x0A, 0x20, 0x7F, 0x80, 0xFF])
async def test_garbage_is_refused_by_http(
    tmp_path: Path, create: Create, media: Media, connect: Connect, first: int
) -> None:
    async with serving(tmp_path, create) as server:
        client = await connect(server.port)
        client.writer.write(bytes([first]) + os.urandom(50) + b"\r\n\r\n")
        assert (await client.receive()).startswith(b"HTTP/1.0 400 ")
        assert media.taken == []


async def test_without_media_everything_goes_to_http(tmp_path: Path, connect: Connect) -> None:
    async with serving(tmp_path, lambda _settings: web.Application()) as server:
        client = await connect(server.port)
        client.writer.write(FRAME + b"\r\n\r\n")
        assert (await client.receive()).startswith(b"HTTP/1.0 400 ")


# Who says nothing


async def test_who_says_nothing_is_closed_in_time(listen: Any, connect: Connect) -> None:
    running, port = await listen(silence=0.2)
    silent = await connect(port)
    assert await silent.receive() == b""
    assert running.silent == 0
    again = await connect(port)
    assert (await again.ask()).startswith(b"HTTP/1.1 200 ")


async def test_connections_that_a_browser_opens_in_advance_are_there_when_it_needs_them(
    listen: Any, connect: Connect
) -> None:
    running, port = await listen()
    early = [await connect(port) for _ in range(6)]  # as many as Chromium opens to one host
    await eventually(lambda: running.silent == 6)
    for client in early:
        assert (await client.ask()).startswith(b"HTTP/1.1 200 ")
    assert listener.SILENCE >= 60


async def test_the_time_for_the_first_byte_is_no_limit_for_what_comes_after_it(
    listen: Any, connect: Connect
) -> None:
    _running, port = await listen(silence=0.5)
    talking = await connect(port)
    assert (await talking.ask()).startswith(b"HTTP/1.1 200 ")
    silent = await connect(port)
    assert await silent.receive() == b""
    assert (await talking.ask()).startswith(b"HTTP/1.1 200 ")


async def test_of_too_many_silent_connections_the_oldest_gives_way(
    listen: Any, connect: Connect
) -> None:
    running, port = await listen(max_silent=4)
    talking = await connect(port)
    assert (await talking.ask()).startswith(b"HTTP/1.1 200 ")
    clients = [await connect(port) for _ in range(6)]
    for oldest in clients[:2]:
        assert await oldest.receive() == b""
    assert running.silent == 4
    for client in [talking, *clients[2:]]:
        assert (await client.ask()).startswith(b"HTTP/1.1 200 ")
    assert running.silent == 0


async def test_who_comes_and_goes_leaves_nothing(listen: Any, connect: Connect) -> None:
    running, port = await listen()
    for linger in (struct.pack("ii", 0, 0), struct.pack("ii", 1, 0)):  # a FIN, then a reset
        gone = socket.create_connection(("127.0.0.1", port))
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        gone.close()
    client = await connect(port)
    assert (await client.ask()).startswith(b"HTTP/1.1 200 ")
    await eventually(lambda: running.silent == 0)


# Who asks for nothing


async def test_who_does_not_end_a_request_is_closed_in_time(listen: Any, connect: Connect) -> None:
    """A byte, a line, and a head that goes on and on."""
    running, port = await listen(silence=0.5)
    clients = [await connect(port) for _ in range(3)]
    for client, said in zip(clients, (b"G", REQUEST[:-2], REQUEST[:-2]), strict=True):
        client.writer.write(said)
    await eventually(lambda: running.asking == 3)

    async def drip() -> None:
        while True:
            clients[2].writer.write(b"A: b\r\n")
            await asyncio.sleep(0.05)

    dripping = asyncio.create_task(drip())
    for client in clients:
        assert await client.receive() == b""
    dripping.cancel()
    assert running.asking == 0


async def test_who_does_not_end_a_tls_handshake_or_asks_nothing_after_it_is_closed_in_time(
    listen: Any, connect: Connect, tmp_path: Path
) -> None:
    certificate, key = tls.self_signed(tmp_path / "tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    trust = ssl.create_default_context(cafile=str(certificate))
    running, port = await listen(context, silence=seconds(1.5))
    half = await connect(port)
    half.writer.write(b"\x16\x03\x01")
    mute = Client(*await asyncio.open_connection("localhost", port, ssl=trust))
    talking = Client(*await asyncio.open_connection("localhost", port, ssl=trust))
    assert (await talking.ask()).startswith(b"HTTP/1.1 200 ")
    assert running.asking == 2
    for client in (half, mute):
        assert await client.receive() == b""
    await eventually(lambda: running.asking == 0)
    assert (await talking.ask()).startswith(b"HTTP/1.1 200 ")
    for client in (mute, talking):
        client.writer.close()


async def test_of_too_many_that_ask_nothing_the_oldest_gives_way(
    listen: Any, connect: Connect
) -> None:
    running, port = await listen(max_silent=4)
    talking = await connect(port)
    assert (await talking.ask()).startswith(b"HTTP/1.1 200 ")
    clients = []
    for number in range(6):
        clients.append(await connect(port))
        clients[-1].writer.write(REQUEST[:1])
        await eventually(lambda: running.asking == min(number + 1, 4))  # noqa: B023
        await eventually(lambda: running.silent == 0)
    for oldest in clients[:2]:
        assert await oldest.receive() == b""
    clients[2].writer.write(REQUEST[1:])
    assert (await clients[2].receive()).startswith(b"HTTP/1.1 200 ")
    assert running.asking == 3
    assert (await talking.ask()).startswith(b"HTTP/1.1 200 ")


async def test_head_may_come_byte_by_byte_and_then_there_is_no_limit_any_more(
    listen: Any, connect: Connect
) -> None:
    """A connection kept for more, and a WebSocket."""
    running, port = await listen(silence=seconds(1.0))
    client = await connect(port)
    for at in range(len(REQUEST)):
        client.writer.write(REQUEST[at : at + 1])
        await client.writer.drain()
        await asyncio.sleep(0)
    assert (await client.receive()).startswith(b"HTTP/1.1 200 ")
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"http://127.0.0.1:{port}/echo") as ws,
    ):
        assert running.asking == 0
        silent = await connect(port)
        assert await silent.receive() == b""  # the time is up
        await ws.send_str("hello")
        assert await ws.receive_str(timeout=seconds(5)) == "hello"
        assert (await client.ask()).startswith(b"HTTP/1.1 200 ")


async def test_what_comes_behind_the_head_is_not_lost(listen: Any, connect: Connect) -> None:
    """The beginning of another request, in one write with the first."""
    _running, port = await listen()
    client = await connect(port)
    client.writer.write(REQUEST + REQUEST[:5])
    assert (await client.receive()).startswith(b"HTTP/1.1 200 ")
    client.writer.write(REQUEST[5:])
    assert (await client.receive()).startswith(b"HTTP/1.1 200 ")


# When the system has no room


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


@contextmanager
def descriptors_left(count: int) -> Iterator[None]:
    """Let this process open ``count`` more files."""
    free = itertools.islice((n for n in itertools.count() if not is_open(n)), count)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(free) + 1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def sockets_connected(sockets: list[socket.socket], port: int) -> None:
    for sock in sockets:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))


async def ask(sock: socket.socket, request: bytes = REQUEST) -> bytes:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(seconds(10)):
        await loop.sock_sendall(sock, request)
        return await loop.sock_recv(sock, 65536)


async def test_silent_connections_make_room_when_there_are_no_files_left(listen: Any) -> None:
    running, port = await listen()
    sockets = [socket.socket() for _ in range(5)]
    with descriptors_left(3):
        await sockets_connected(sockets, port)
        for oldest in sockets[:2]:
            assert await asyncio.get_running_loop().sock_recv(oldest, 1) == b""
        await eventually(lambda: running.silent == 3)
        assert (await ask(sockets[4])).startswith(b"HTTP/1.1 200 ")
    for sock in sockets:
        sock.close()


async def test_connections_without_a_request_make_room_when_there_are_no_files_left(
    listen: Any,
) -> None:
    running, port = await listen()
    sockets = [socket.socket() for _ in range(4)]
    with descriptors_left(3):
        for number, sock in enumerate(sockets[:3], start=1):
            await sockets_connected([sock], port)
            sock.send(REQUEST[:1])
            await eventually(lambda: running.asking == number)  # noqa: B023
        await sockets_connected(sockets[3:], port)
        assert await asyncio.get_running_loop().sock_recv(sockets[0], 1) == b""
        assert (await ask(sockets[3])).startswith(b"HTTP/1.1 200 ")
    for sock in sockets:
        sock.close()


async def test_second_requests_that_do_not_come_to_their_end_keep_nobody_out(
    tmp_path: Path, create: Create
) -> None:
    """faults.md 20: 289 connections that dribble a second head blocked everybody for 150 s."""
    dribbling = [socket.socket() for _ in range(20)]
    working, last = socket.socket(), socket.socket()
    server = Server(Settings(port=0, data_dir=tmp_path), create)
    await server.start()
    port = server.port
    with descriptors_left(21):
        await sockets_connected([working], port)
        assert (await ask(working, UPGRADE)).startswith(b"HTTP/1.1 101 ")
        for sock in dribbling:
            await sockets_connected([sock], port)
            assert (await ask(sock)).startswith(b"HTTP/1.1 200 ")
            sock.send(REQUEST[:20])
        await sockets_connected([last], port)
        assert (await ask(last)).startswith(b"HTTP/1.1 200 ")
        # The oldest have given way, who is at work has not.
        assert await asyncio.get_running_loop().sock_recv(dribbling[0], 1) == b""
        working.send(b"\x81\x82" + bytes(4) + b"hi")
        async with asyncio.timeout(seconds(10)):
            assert b"hi" in await asyncio.get_running_loop().sock_recv(working, 100)
    for sock in [*dribbling, working, last]:
        sock.close()
    await server.stop()


@pytest.mark.parametrize("answered", [1, 3])
async def test_a_later_head_has_as_long_as_the_first(
    tmp_path: Path, create: Create, connect: Connect, monkeypatch: pytest.MonkeyPatch, answered: int
) -> None:
    """faults.md 20: the second head had 130 s. What waits for its next request is left alone."""
    assert kept_alive.HEAD_SECONDS == listener.SILENCE < kept_alive.SECONDS
    monkeypatch.setattr(kept_alive, "HEAD_SECONDS", seconds(0.3))
    async with serving(tmp_path, create) as server:
        idle, blank, client = [await connect(server.port) for _ in range(3)]
        for each in (idle, blank, *[client] * answered):
            assert (await each.ask()).startswith(b"HTTP/1.1 200 ")
        blank.writer.write(b"\r\n")  # some clients end a body so
        client.writer.write(REQUEST[:-2] + b"X-Long: ")

        async def dribble() -> None:
            while True:
                client.writer.write(b"g")
                await asyncio.sleep(0.05)

        dribbling = asyncio.create_task(dribble())
        assert await client.receive() == b""
        dribbling.cancel()
        for each in (idle, blank):
            assert (await each.ask()).startswith(b"HTTP/1.1 200 ")


async def test_a_later_head_that_comes_in_pieces_is_answered(
    tmp_path: Path, create: Create, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what its time was is no limit for what comes after it."""
    monkeypatch.setattr(kept_alive, "HEAD_SECONDS", seconds(0.5))
    async with serving(tmp_path, create) as server:
        client, late = [await connect(server.port) for _ in range(2)]
        for _ in range(3):
            assert (await client.ask()).startswith(b"HTTP/1.1 200 ")
            client.writer.write(REQUEST[:7])
            await client.writer.drain()
            await asyncio.sleep(0)
            client.writer.write(REQUEST[7:])
            assert (await client.receive()).startswith(b"HTTP/1.1 200 ")
        assert (await late.ask()).startswith(b"HTTP/1.1 200 ")
        late.writer.write(REQUEST[:7])
        assert await late.receive() == b""  # the time is up
        assert (await client.ask()).startswith(b"HTTP/1.1 200 ")


async def test_who_waits_for_a_next_request_is_closed_in_time(
    tmp_path: Path, create: Create, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_alive, "SECONDS", 0.3)
    async with serving(tmp_path, create) as server:
        client = await connect(server.port)
        assert (await client.ask()).startswith(b"HTTP/1.1 200 ")
        assert await client.receive() == b""


async def test_bodies_that_do_not_come_to_their_end_keep_nobody_out(
    tmp_path: Path, create: Create
) -> None:
    """faults.md 20: the kind. Their heads are whole, and first requests, too."""
    dribbling = [socket.socket() for _ in range(20)]
    working, idle, second, third = (socket.socket() for _ in range(4))
    server = Server(Settings(port=0, data_dir=tmp_path), create)
    await server.start()
    with descriptors_left(22):
        await sockets_connected([working, idle], server.port)
        assert (await ask(working, UPGRADE)).startswith(b"HTTP/1.1 101 ")
        assert (await ask(idle)).startswith(b"HTTP/1.1 200 ")
        for sock in dribbling:
            await sockets_connected([sock], server.port)
            # The answer to the first byte: this one is being read.
            assert (await ask(sock, SLOW_BODY)).startswith(b"HTTP/1.1 100 ")
            sock.send(b"x")
        # Who waits for nothing but a next request goes first, then the oldest that dribble.
        for sock in (second, third):
            await sockets_connected([sock], server.port)
            assert (await ask(sock, UPGRADE)).startswith(b"HTTP/1.1 101 ")
        assert await asyncio.get_running_loop().sock_recv(idle, 1) == b""
        assert await asyncio.get_running_loop().sock_recv(dribbling[0], 1) == b""
        working.send(b"\x81\x82" + bytes(4) + b"hi")
        async with asyncio.timeout(seconds(10)):
            assert b"hi" in await asyncio.get_running_loop().sock_recv(working, 100)
    for sock in [*dribbling, working, idle, second, third]:
        sock.close()
    await server.stop()


async def test_what_the_application_can_spare_makes_room(listen: Any) -> None:
    """faults.md 20: sockets that never join, too."""
    sockets = [socket.socket() for _ in range(3)]

    def spare() -> bool:
        sockets[0].close()
        return True

    _, port = await listen(others=[spare])
    with descriptors_left(2):
        for sock in sockets[:2]:
            await sockets_connected([sock], port)
            assert (await ask(sock, UPGRADE)).startswith(b"HTTP/1.1 101 ")
        await sockets_connected(sockets[2:], port)
        assert (await ask(sockets[2])).startswith(b"HTTP/1.1 200 ")
    for sock in sockets:
        sock.close()


async def test_without_room_connections_wait_and_are_served_when_there_is(
    listen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_RETRY_ACCEPT", 0.05)
    running, port = await listen()
    sockets = [socket.socket() for _ in range(3)]
    with descriptors_left(2):
        answers = []
        for sock in sockets[:2]:
            await sockets_connected([sock], port)
            assert (await ask(sock, UPGRADE)).startswith(b"HTTP/1.1 101 ")
        await sockets_connected(sockets[2:], port)
        waiting = asyncio.create_task(ask(sockets[2]))
        await eventually(lambda: running._retries)
        assert not waiting.done()
        sockets[0].close()  # its file at the server is given back
        answers.append(await waiting)
    assert all(answer.startswith(b"HTTP/1.1 200 ") for answer in answers)
    for sock in sockets:
        sock.close()


# The end


async def test_the_end_waits_for_nobody_who_has_asked_nothing(
    tmp_path: Path, create: Create, connect: Connect
) -> None:
    """Silent connections, idle ones, half a request, half a TLS handshake."""
    async with serving(tmp_path, create, tls_self_signed=True) as server:
        silent, half = [await connect(server.port) for _ in range(2)]
        half.writer.write(b"\x16\x03\x01")
        await half.writer.drain()
        assert server._listener is not None
        await eventually(lambda: server._listener and server._listener.silent == 1)
        loop = asyncio.get_running_loop()
        started = loop.time()
        await server.stop()
        assert loop.time() - started < seconds(2)
        assert await silent.receive() == b""
        assert await half.receive() == b""
        with pytest.raises(OSError):  # noqa: PT011 - refused, whatever the system calls it
            await connect(server.port)


async def test_a_request_that_was_there_before_the_end_is_answered(
    tmp_path: Path, create: Create, connect: Connect
) -> None:
    async with serving(tmp_path, create) as server:
        client = await connect(server.port)
        assert server._listener is not None
        await eventually(lambda: server._listener and server._listener.silent == 1)
        client.writer.write(REQUEST)
        [handover] = await eventually(
            lambda: server._listener and server._listener._handovers, every=0
        )
        assert not handover.done()
        await server.stop()
        assert (await client.receive()).startswith(b"HTTP/1.1 200 ")
