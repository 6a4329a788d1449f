"""Response bodies that many readers share, written as each of them takes it.

A transport copies what its reader does not take. A large body that is written at once is therefore
in memory once for each reader. This one is cut into views of one buffer, and the next is written
when the one before has gone. A reader that takes nothing is cut off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

Buffer = bytes | memoryview

PIECE_BYTES = 16 << 10
# For a reader to take anything at all, and to take the whole.
STALL_SECONDS = 20.0
WHOLE_SECONDS = 120.0


def pieces(parts: Sequence[Buffer]) -> list[Buffer]:
    """Return the parts as views of at most ``PIECE_BYTES``, without copying."""
    return [
        part if len(part) <= PIECE_BYTES else memoryview(part)[start : start + PIECE_BYTES]
        for part in parts
        for start in range(0, len(part), PIECE_BYTES)
    ]


class SharedBody(Payload):
    """A body of buffers that stay where they are; ``transport`` is the reader's."""

    _autoclose = True

    def __init__(
        self, parts: Sequence[Buffer], transport: asyncio.BaseTransport | None, *, content_type: str
    ) -> None:
        super().__init__(parts, content_type=content_type)
        self._parts = parts
        self._transport = transport
        self._size = sum(map(len, parts))

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return b"".join(self._parts).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                for piece in pieces(self._parts):
                    async with asyncio.timeout(STALL_SECONDS):
                        await writer.write(piece)
        except TimeoutError:
            if isinstance(self._transport, asyncio.WriteTransport):
                self._transport.abort()
            raise ConnectionResetError("the reader takes nothing") from None

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        await self.write(writer)

    async def as_bytes(self, encoding: str = "utf-8", errors: str = "strict") -> Any:
        return b"".join(self._parts)
