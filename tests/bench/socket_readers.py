"""Many Socket.IO clients in one process that read as cheaply as Python can: they count frames."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.bench import child

AT_ONCE = 50  # handshakes
# What browsers offer.
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"


def _masked(text: str) -> bytes:
    """A text frame of a client (RFC 6455 §5.2), masked with zeros."""
    data = text.encode()
    assert len(data) < 126
    return bytes([0x81, 0x80 | len(data), 0, 0, 0, 0]) + data


class Reader(asyncio.Protocol):
    """One client. Frames are counted by their lengths; what is in them is not looked at."""

    def __init__(self, request: bytes, hello: bytes) -> None:
        self._request = request
        self._hello = hello
        self._rest = b""
        self._upgraded = False
        self.frames = 0
        self._wanted = 1
        self._reached = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        if not self._upgraded:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self._upgraded = True
        before, at, size = self.frames, 0, len(data)
        while size - at >= 2:
            length, header = data[at + 1], 2
            if length == 126:
                header = 4
                length = int.from_bytes(data[at + 2 : at + 4], "big")
            elif length == 127:
                header = 10
                length = int.from_bytes(data[at + 2 : at + 10], "big")
            if size - at < header + length:
                break
            at += header + length
            self.frames += 1
        self._rest = data[at:]
        if before == 0 and self.frames:
            # The first one opens engine.io: say which namespace.
            self._transport.write(self._hello)
        if self.frames >= self._wanted and not self._reached.done():
            self._reached.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._reached.done():
            self._reached.set_exception(ConnectionError(str(exc)))

    async def has(self, frames: int) -> None:
        """Wait until so many frames have come."""
        if self.frames < frames:
            self._wanted, self._reached = frames, asyncio.get_running_loop().create_future()
            await self._reached


async def main() -> None:
    readers: list[Reader] = []
    loop = asyncio.get_running_loop()

    async def connect(port: int, count: int, deflate: bool, frames: int) -> None:
        """Connect so many more; each has joined once ``frames`` have come."""
        request = (
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"{DEFLATE if deflate else ''}\r\n"
        ).encode()
        hello = _masked("40/show," + json.dumps({"show": "bench"}))
        gate = asyncio.Semaphore(AT_ONCE)

        async def one() -> None:
            async with gate:
                _, reader = await loop.create_connection(
                    lambda: Reader(request, hello), "127.0.0.1", port
                )
                readers.append(reader)
                await reader.has(frames)

        await asyncio.gather(*(one() for _ in range(count)))

    async def received() -> int:
        return sum(reader.frames for reader in readers)

    async def until(frames: int) -> int:
        """Wait until every client has ``frames`` frames; return how many there are in all."""
        await asyncio.gather(*(reader.has(frames) for reader in readers))
        return sum(reader.frames for reader in readers)

    await child.serve({"connect": connect, "received": received, "until": until})


if __name__ == "__main__":
    asyncio.run(main())
