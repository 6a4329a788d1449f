"""What cannot be read as HTTP: one answer, one line in the log (faults.md 77)."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest

from liveshow import logs
from liveshow.settings import Settings
from tests.support import RunningServer, seconds

POST = b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
MALFORMED = {
    "no colon": b"GET / HTTP/1.1\r\nBad Header\r\n\r\n",
    "a byte in the path": b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    "no version": b"FOO BAR BAZ\r\n\r\n",
    "a long header": b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 20_000 + b"\r\n\r\n",
    "a length of letters": POST + b"Content-Length: abc\r\n\r\n",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a chunk of letters": POST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
    "not gzip": POST + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    "half an address": b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS, its first byte lost": b"\x80\x03\x01\x00\xa5secret\r\n\r\n",
    "no such transport": b"GET /socket.io/?EIO=4&transport=foo HTTP/1.1\r\nHost: x\r\n\r\n",
    "no key": b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n"
    b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
}


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the server's log would say, as JSON lines."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(Settings(log_level="info"), stream)
    yield stream
    root.handlers[:], root.level = handlers, level


@pytest.mark.parametrize("kind", MALFORMED)
async def test_it_is_one_line_without_a_traceback_or_an_address(
    running_server: RunningServer, logged: io.StringIO, kind: str
) -> None:
    host, port = "127.0.0.1", running_server.settings.port
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(MALFORMED[kind])
    async with asyncio.timeout(seconds(10)):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.close()
    assert " 400 " in head.splitlines()[0]
    assert "server: liveshow\r\n" in head.lower()
    assert "aiohttp" not in head
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert len(lines) <= 1, lines
    assert all(line["level"] == "info" and "exception" not in line for line in lines)
    assert "127.0.0.1" not in logged.getvalue()
    assert "bbbb" not in logged.getvalue()
