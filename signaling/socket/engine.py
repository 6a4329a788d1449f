"""What python-socketio and python-engineio do not let us say from outside, in one place.

- Every connection's queue has a byte limit; engineio's own is unbounded, so that a client which
  reads nothing but answers pings would grow it forever.
- Compression per message is off: it costs 100 KB per connection and buys little on small JSON.
- One frame is encoded once for many connections, and written to a WebSocket at once when nothing
  is before it: engineio's queue, task and timer per message cost ten times as much as the writing.
- Joining starts after the client was told that it is connected.
- Connections that never join are few: beyond a number the oldest goes.
- A connection that is ended is not waited for longer than a moment.

``tests/signaling/test_engine.py`` fails when a new version moves what is used here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import cached_property
from typing import Any

import engineio
import socketio
from aiohttp import web
from engineio import packet as eio_packet
from engineio.async_drivers import aiohttp as driver
from socketio import packet as sio_packet

NAMESPACE = "/show"

# More than this waiting unsent: the reader does not keep up and is disconnected.
MAX_UNSENT_BYTES = 1 << 20
# The largest thing a client may send: a command with a long list of words.
MAX_RECEIVED_BYTES = 64 << 10
# Connections that are in no show: joining takes a fraction of a second.
MAX_STRANGERS = 2_000
# For a reader to take what was said before it is disconnected.
CLOSE_SECONDS = 3.0


class BoundedQueue(asyncio.Queue[Any]):
    """A queue of engine.io packets that knows how many bytes wait in it."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting_bytes = 0
        self.overflowed = False
        self.on_overflow: Callable[[], None] | None = None
        # Of the session's WebSocket, once there is one.
        self.transport: asyncio.WriteTransport | None = None
        self._awaited = False

    @property
    def drained(self) -> bool:
        """Whether all that was put has been sent: whoever sends it is waiting for more."""
        return self._awaited and self.empty()

    async def get(self) -> Any:
        self._awaited = True
        try:
            return await super().get()
        finally:
            self._awaited = False

    def _put(self, item: Any) -> None:
        if self.overflowed and item is not None:
            return
        super()._put(item)
        self.waiting_bytes += _size(item)
        if self.waiting_bytes > MAX_UNSENT_BYTES and not self.overflowed:
            self.overflowed = True
            if self.on_overflow is not None:
                self.on_overflow()

    def _get(self) -> Any:
        item = super()._get()
        self.waiting_bytes -= _size(item)
        return item


def _size(item: Any) -> int:
    data = getattr(item, "data", None)
    return len(data) if isinstance(data, str | bytes) else 0


# The first byte of a text message in one frame.
_TEXT = b"\x81"


class Frame(eio_packet.Packet):  # type: ignore[misc]
    """A message that is encoded once, whoever and however many it is sent to."""

    def __init__(self, name: str, payload: Any) -> None:
        message = sio_packet.Packet(
            sio_packet.EVENT, data=[name, payload], namespace=NAMESPACE
        ).encode()
        super().__init__(eio_packet.MESSAGE, message)
        self._encoded = str(super().encode())

    def encode(self, b64: bool = False) -> str:
        return self._encoded

    @cached_property
    def on_websocket(self) -> bytes:
        """The whole message as it is on a WebSocket without compression (RFC 6455 §5.2)."""
        data = self._encoded.encode()
        size = len(data)
        if size < 126:
            return _TEXT + bytes([size]) + data
        if size < 1 << 16:
            return _TEXT + b"\x7e" + size.to_bytes(2, "big") + data
        return _TEXT + b"\x7f" + size.to_bytes(8, "big") + data


class _PlainWebSocket(driver.WebSocket):  # type: ignore[misc]
    """The aiohttp driver without permessage-deflate."""

    async def __call__(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        self._sock = web.WebSocketResponse(
            max_msg_size=self.server.max_http_buffer_size, compress=False
        )
        request = environ["aiohttp.request"]
        await self._sock.prepare(request)
        self.environ = environ
        self.handler.__self__.queue.transport = request.transport
        await self.handler(self)
        return self._sock


class _Engine(engineio.AsyncServer):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._async: dict[str, Any] = {**driver._async, "websocket": _PlainWebSocket}

    def create_queue(self, *args: Any, **kwargs: Any) -> BoundedQueue:
        return BoundedQueue()


class Server(socketio.AsyncServer):  # type: ignore[misc]
    """The Socket.IO server of the show channel."""

    def __init__(self) -> None:
        # Called with the session id once the client knows that it is connected.
        self.on_connected: Callable[[str], None] = lambda sid: None
        # Connections without the namespace, oldest first.
        self._strangers: dict[str, None] = {}
        super().__init__(
            async_mode="aiohttp",
            namespaces=[NAMESPACE],
            # The namespace checks origins itself: what is allowed depends on the token too.
            cors_allowed_origins="*",
            cors_credentials=False,
            max_http_buffer_size=MAX_RECEIVED_BYTES,
            ping_interval=20,
            ping_timeout=20,
            http_compression=False,
            # Theirs, as configured by whoever runs us: given True or False they set levels.
            logger=logging.getLogger("socketio.server"),
            engineio_logger=logging.getLogger("engineio.server"),
        )

    def _engineio_server_class(self) -> type[engineio.AsyncServer]:
        return _Engine

    async def _handle_connect(self, eio_sid: str, namespace: str, data: Any) -> None:
        await super()._handle_connect(eio_sid, namespace, data)
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace or "/")
        if sid is not None and self.manager.is_connected(sid, namespace or "/"):
            self._strangers.pop(eio_sid, None)
            self.on_connected(sid)

    async def _handle_disconnect(
        self, eio_sid: str, namespace: str, reason: str | None = None
    ) -> None:
        await super()._handle_disconnect(eio_sid, namespace, reason)
        if eio_sid in self.environ:
            self._add_stranger(eio_sid)

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        await super()._handle_eio_connect(eio_sid, environ)
        self._add_stranger(eio_sid)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        await super()._handle_eio_disconnect(eio_sid, reason)
        self._strangers.pop(eio_sid, None)

    def _add_stranger(self, eio_sid: str) -> None:
        self._strangers[eio_sid] = None
        if len(self._strangers) > MAX_STRANGERS:
            oldest = next(iter(self._strangers))
            del self._strangers[oldest]
            self.start_background_task(self.forget, oldest)

    async def forget(self, eio_sid: str) -> None:
        """End a connection at once, whatever waits unsent on it."""
        socket = self.eio.sockets.get(eio_sid)
        if socket is None:
            return
        await socket.close(wait=False, abort=True)
        self.eio.sockets.pop(eio_sid, None)
        if socket.queue.transport is not None:
            socket.queue.transport.abort()

    def wire(self, sid: str) -> Wire:
        """The connection of a session, to send prepared frames to."""
        eio_sid = self.manager.eio_sid_from_sid(sid, NAMESPACE)
        return Wire(self, sid, eio_sid, self.eio.sockets[eio_sid])


class Wire:
    """One connection: frames go in, in order; a reader that does not keep up is cut off."""

    def __init__(self, server: Server, sid: str, eio_sid: str, socket: Any) -> None:
        """``socket``: engineio's, which outlives its change from long polling to WebSocket."""
        self.sid = sid
        self._server = server
        self._eio_sid = eio_sid
        self._socket = socket
        self._queue: BoundedQueue = socket.queue
        self.on_slow: Callable[[], None] = lambda: None
        self._queue.on_overflow = self._cut

    def send(self, frame: Frame) -> None:
        """Write the frame when everything before it is with the kernel; otherwise queue it."""
        queue = self._queue
        transport = queue.transport
        if (
            transport is not None
            and queue.drained
            and self._socket.upgraded
            and not transport.get_write_buffer_size()
            and not transport.is_closing()
        ):
            transport.write(frame.on_websocket)
        else:
            queue.put_nowait(frame)

    @property
    def unsent(self) -> int:
        return self._queue.waiting_bytes

    def _cut(self) -> None:
        """End the connection below everything that may be waiting on it."""
        self.on_slow()
        if not self._socket.upgraded:
            # Long polling has no transport of its own to end: forget the session.
            self._server.start_background_task(self._server.forget, self._eio_sid)
        elif self._queue.transport is not None:
            self._queue.transport.abort()

    async def close(self) -> None:
        """Send what is queued, then disconnect; a reader that does not read is not waited for."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._server.disconnect(self.sid, namespace=NAMESPACE)
                # The namespace is all that this connection was for.
                await self._server.eio.disconnect(self._eio_sid)
        except TimeoutError:
            await self._server.forget(self._eio_sid)
