"""A slow link in the way of TCP connections: what is read of the server's side is paced.

What ``tests.impaired`` is for datagrams. Nothing is lost, as TCP has it; what is not read waits
at the server, which is what a test wants to see.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Self

CHUNK = 2048  # bytes
# Of the socket that reads from the server: a phone on a slow link has megabytes there, and
# the link itself has none.
WINDOW = 8 * 1024


class ThrottledPath:
    """Listens on a port of its own and passes on to ``server``, at ``rate`` bytes a second."""

    def __init__(self, server: tuple[str, int], rate: float | None) -> None:
        self._server = server
        self.rate = rate
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Server | None = None
        self.passed = 0  # bytes from the server

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._accept, self._server[0], 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._listener is not None
        self._listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._listener.wait_closed()

    @property
    def port(self) -> int:
        """Where viewers connect to."""
        assert self._listener is not None
        return int(self._listener.sockets[0].getsockname()[1])

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._pass_on(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sock = socket.socket()
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
        up: asyncio.Task[None] | None = None
        try:
            await asyncio.get_running_loop().sock_connect(sock, self._server)
            up = asyncio.create_task(self._upwards(reader, sock))
            await self._downwards(sock, writer)
        except OSError:
            pass
        finally:
            if up is not None:
                up.cancel()
            sock.close()
            writer.close()

    async def _upwards(self, reader: asyncio.StreamReader, sock: socket.socket) -> None:
        while data := await reader.read(CHUNK):
            await asyncio.get_running_loop().sock_sendall(sock, data)
        sock.shutdown(socket.SHUT_WR)

    async def _downwards(self, sock: socket.socket, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        free = loop.time()  # when the link has passed on what it was given
        while data := await loop.sock_recv(sock, CHUNK):
            if self.rate is not None:
                free = max(free, loop.time()) + len(data) / self.rate
                await asyncio.sleep(free - loop.time())
            self.passed += len(data)
            writer.write(data)
            await writer.drain()
