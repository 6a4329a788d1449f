"""What is sent on the show channel: frames that readers share, and the queue of one reader.

A frame is encoded once. A large one is never copied for a reader: it is written in views of one
buffer, as the reader takes them. What waits for one reader has a limit in bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from engineio import packet as eio_packet

from liveshow import budgets
from liveshow.rooms.snapshots import encode_json
from liveshow.shared_body import PIECE_BYTES, Buffer, pieces
from signaling.socket.incoming import Kind

NAMESPACE = "/show"

# More than this waiting unsent: the reader does not keep up and is disconnected.
MAX_UNSENT_BYTES = budgets.UNSENT.amount
# What a packet in a queue takes besides its data.
PACKET_BYTES = 128
# What is taken from a queue at once: it is not counted as waiting any more.
BATCH_BYTES = 64 << 10


class BoundedQueue(asyncio.Queue[Any]):
    """A queue of engine.io packets that knows how many bytes wait in it.

    One large frame may wait besides: a snapshot can be larger than all that may come after it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.waiting_bytes = 0
        self.overflowed = False
        self.on_overflow: Callable[[], None] | None = None
        # Of the session's WebSocket, once there is one.
        self.transport: asyncio.WriteTransport | None = None
        # Whether the session is about to change to a WebSocket.
        self.changing = False
        self._awaited = False
        self._taken = 0
        self._large: Any = None

    @property
    def drained(self) -> bool:
        """Whether all that was put has been sent: whoever sends it is waiting for more."""
        return self._awaited and self.empty()

    async def get(self) -> Any:
        self._awaited = True
        self._taken = 0
        try:
            return await super().get()
        finally:
            self._awaited = False

    def get_nowait(self) -> Any:
        # engineio would take all that waits into a list that nobody counts.
        if self._taken >= BATCH_BYTES:
            raise asyncio.QueueEmpty
        return super().get_nowait()

    def overflow(self) -> None:
        """Take no more, and say so once."""
        if not self.overflowed:
            self.overflowed = True
            if self.on_overflow is not None:
                self.on_overflow()

    def _put(self, item: Any) -> None:
        if self.overflowed and item is not None:
            return
        super()._put(item)
        size = _size(item)
        if self._large is None and size > MAX_UNSENT_BYTES // 2:
            self._large = item
            return
        self.waiting_bytes += size
        if self.waiting_bytes > MAX_UNSENT_BYTES:
            self.overflow()

    def _get(self) -> Any:
        item = super()._get()
        size = _size(item)
        self._taken += size
        if item is not None and item is self._large:
            self._large = None
        else:
            self.waiting_bytes -= size
        return item


def _size(item: Any) -> int:
    if isinstance(item, Frame):
        return PACKET_BYTES + len(item.payload)
    data = getattr(item, "data", None)
    return PACKET_BYTES + len(data) if isinstance(data, str | bytes) else PACKET_BYTES


# Opcodes of RFC 6455 §5.2, and the bit of a message's last frame.
_CONTINUED, _TEXT, _LAST = 0x0, 0x1, 0x80


def websocket_frames(payload: bytes) -> list[Buffer]:
    """Return a text message without compression, in fragments if it is long (RFC 6455 §5.4).

    Between fragments aiohttp may answer a ping.
    """
    fragments = pieces((payload,)) or [b""]
    if len(fragments) == 1:
        return [_head(_TEXT | _LAST, len(payload)) + payload]
    written: list[Buffer] = []
    for index, fragment in enumerate(fragments):
        opcode = _TEXT if index == 0 else _CONTINUED
        last = _LAST if index == len(fragments) - 1 else 0
        written += (_head(opcode | last, len(fragment)), fragment)
    return written


def _head(first: int, size: int) -> bytes:
    if size < 126:
        return bytes((first, size))
    if size < 1 << 16:
        return bytes((first, 126)) + size.to_bytes(2, "big")
    return bytes((first, 127)) + size.to_bytes(8, "big")


class Frame(eio_packet.Packet):  # type: ignore[misc]
    """An event that is encoded once, whoever and however many it is sent to."""

    def __init__(self, name: str, payload: Any) -> None:
        super().__init__(eio_packet.MESSAGE)
        self.payload = event_head(name) + encode_json(payload) + b"]"

    def encode(self, b64: bool = False) -> Any:
        """Return itself: `_PlainWebSocket` and `_Engine._ok` know what to do with it."""
        return self

    @property
    def is_large(self) -> bool:
        return len(self.payload) > PIECE_BYTES

    @cached_property
    def on_websocket(self) -> list[Buffer]:
        """The whole message as it is on a WebSocket; large ones in views of the payload."""
        return websocket_frames(self.payload)


class EncodedFrame(Frame):
    """A frame whose argument was encoded before: JSON in pieces."""

    def __init__(self, name: str, parts: Sequence[bytes]) -> None:
        eio_packet.Packet.__init__(self, eio_packet.MESSAGE)
        self.payload = b"".join((event_head(name), *parts, b"]"))


def event_head(name: str) -> bytes:
    """Return an event's packet up to its argument."""
    return f'{eio_packet.MESSAGE}{Kind.EVENT.value}{NAMESPACE},["{name}",'.encode()
