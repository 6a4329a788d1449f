"""The runner: a real process that is started, asked and told to stop."""

from __future__ import annotations

import asyncio
import signal
import ssl
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from liveshow import tls
from liveshow.server import Server
from liveshow.settings import Settings
from liveshow.surroundings import CannotRun
from tests.support import seconds

# A server whose end is observable: what its hooks do is printed, and one request hangs.
PROGRAM = """
import asyncio, gc, sys
from aiohttp import web
from liveshow import logs, server
from liveshow.settings import Settings

async def hang(request):
    await asyncio.sleep(3600)

def create_app(settings):
    app = web.Application()
    app.router.add_get("/", lambda request: answer())
    app.router.add_get("/hang", hang)
    app.router.add_get("/frozen", lambda request: frozen())
    async def frozen():
        return web.Response(text=str(gc.get_freeze_count()))
    async def answer():
        return web.Response(text="hello")
    async def tell(app):
        print("told", flush=True)
        if "stuck" in sys.argv:
            await asyncio.Event().wait()
    async def close(app):
        print("closed", flush=True)
    app.on_shutdown.append(tell)
    app.on_cleanup.append(close)
    return app

settings = Settings(port=0, log_format="text")
logs.configure(settings)
asyncio.run(server.serve(settings, create_app, lambda s: print(s.url, flush=True)))
"""


class Process:
    """A server in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url

    async def ended(self) -> tuple[int, str, float]:
        """Return exit status, what it printed, and how long that took."""
        started = time.monotonic()
        async with asyncio.timeout(seconds(20)):
            out, _ = await self.process.communicate()
        return self.process.returncode or 0, out.decode(), time.monotonic() - started


@pytest.fixture
async def run() -> AsyncIterator[Callable[..., Awaitable[Process]]]:
    processes: list[asyncio.subprocess.Process] = []

    async def start(*arguments: str) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            PROGRAM,
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        processes.append(process)
        assert process.stdout is not None
        async with asyncio.timeout(seconds(20)):
            url = (await process.stdout.readline()).decode().strip()
        return Process(process, url)

    yield start
    for process in processes:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_what_is_loaded_is_not_looked_at_by_the_garbage_collector(
    run: Callable[..., Awaitable[Process]],
) -> None:
    server = await run()
    async with aiohttp.ClientSession() as http, http.get(f"{server.url}/frozen") as answer:
        assert int(await answer.text()) > 10_000


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_server_in_order(
    run: Callable[..., Awaitable[Process]], number: signal.Signals
) -> None:
    server = await run()
    async with aiohttp.ClientSession() as http, http.get(server.url) as response:
        assert await response.text() == "hello"
    server.process.send_signal(number)
    status, printed, took = await server.ended()
    assert (status, printed.split()) == (0, ["told", "closed"])
    assert took < seconds(5)


@pytest.mark.slow
async def test_a_request_that_hangs_does_not_keep_the_server(
    run: Callable[..., Awaitable[Process]],
) -> None:
    server = await run()
    async with aiohttp.ClientSession() as http:
        hanging = asyncio.create_task(http.get(f"{server.url}/hang").__aenter__())
        async with http.get(server.url):
            pass  # the one before it has arrived by now
        server.process.terminate()
        status, printed, took = await server.ended()
        assert (status, printed.split()) == (0, ["told", "closed"])
        assert took < seconds(5)
        with pytest.raises(aiohttp.ClientError):
            await hanging


@pytest.mark.slow
async def test_a_hook_that_hangs_does_not_keep_the_server(
    run: Callable[..., Awaitable[Process]],
) -> None:
    server = await run("stuck")
    server.process.terminate()
    _status, printed, took = await server.ended()
    assert printed.split() == ["told"]
    assert took < seconds(7)  # it gives up after 4.5 s, and then has to end


async def test_a_second_signal_ends_the_process_at_once(
    run: Callable[..., Awaitable[Process]],
) -> None:
    server = await run("stuck")
    server.process.terminate()
    assert server.process.stdout is not None
    assert (await server.process.stdout.readline()).strip() == b"told"
    server.process.terminate()
    status, _printed, took = await server.ended()
    assert status == 128 + signal.SIGTERM
    assert took < seconds(3)


def hello(_settings: Settings) -> web.Application:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/", answer)
    return app


async def test_the_application_is_told_the_port_that_was_taken(tmp_path: Path) -> None:
    told: list[int] = []

    def create(settings: Settings) -> web.Application:
        told.append(settings.port)
        return hello(settings)

    async with Server(Settings(port=0, data_dir=tmp_path), create) as server:
        assert told == [server.port]
        assert server.port > 0
        assert server.url == f"http://127.0.0.1:{server.port}"


async def test_a_taken_port_is_a_sentence_and_leaves_nothing_open(tmp_path: Path) -> None:
    async with Server(Settings(port=0, data_dir=tmp_path), hello) as first:
        second = Server(Settings(port=first.port, data_dir=tmp_path), hello)
        with pytest.raises(CannotRun, match="is taken"):
            await second.start()


async def test_the_port_is_free_again_when_the_application_cannot_start(tmp_path: Path) -> None:
    def broken(_settings: Settings) -> web.Application:
        raise CannotRun(message="No.")

    async with Server(Settings(port=0, data_dir=tmp_path), hello) as server:
        port = server.port
    with pytest.raises(CannotRun, match="No"):
        await Server(Settings(port=port, data_dir=tmp_path), broken).start()
    async with Server(Settings(port=port, data_dir=tmp_path), hello):
        pass


@asynccontextmanager
async def https(folder: Path, **settings: Any) -> AsyncIterator[tuple[Server, ssl.SSLContext]]:
    certificate, _key = tls.self_signed(folder / tls.FOLDER)
    trust = ssl.create_default_context(cafile=str(certificate))
    async with Server(
        Settings(port=0, data_dir=folder, tls_self_signed=True, **settings), hello
    ) as server:
        yield server, trust


async def test_https_with_the_self_signed_certificate(tmp_path: Path) -> None:
    async with https(tmp_path) as (server, trust), aiohttp.ClientSession() as http:
        assert server.url.startswith("https://127.0.0.1:")
        async with http.get(server.url, ssl=trust) as response:
            assert await response.text() == "hello"


async def test_a_server_for_all_addresses_says_each_of_them(tmp_path: Path) -> None:
    settings = Settings(
        host="0.0.0.0", port=0, data_dir=tmp_path, public_url="https://live.example/"
    )
    async with Server(settings, hello) as server:
        assert server.urls[0] == "https://live.example"
        assert server.urls[1] == f"http://localhost:{server.port}"
