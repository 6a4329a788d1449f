"""What python-socketio and python-engineio do not let us say from outside, in one place.

- Every connection's queue has a byte limit; engineio's own is unbounded, so that a client which
  reads nothing but answers pings would grow it forever.
- Compression per message is off: it costs 100 KB per connection and buys little on small JSON.
- One frame is encoded once and queued to many connections.
- Joining starts after the client was told that it is connected.

``tests/signaling/test_engine.py`` fails when a new version moves what is used here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
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


class BoundedQueue(asyncio.Queue[Any]):
    """A queue of engine.io packets that knows how many bytes wait in it."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting_bytes = 0
        self.overflowed = False
        self.on_overflow: Callable[[], None] | None = None

    def _put(self, item: Any) -> None:
        if self.overflowed and item is not None:
            return
        super()._put(item)
        self.waiting_bytes += _size(item)
        if self.waiting_bytes > MAX_UNSENT_BYTES:
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


class Frame(eio_packet.Packet):  # type: ignore[misc]
    """A message that is encoded once, whoever and however many it is sent to."""

    def __init__(self, name: str, payload: Any) -> None:
        message = sio_packet.Packet(
            sio_packet.EVENT, data=[name, payload], namespace=NAMESPACE
        ).encode()
        super().__init__(eio_packet.MESSAGE, message)
        self._encoded = super().encode()

    def encode(self, b64: bool = False) -> str:
        return str(self._encoded)


class _PlainWebSocket(driver.WebSocket):  # type: ignore[misc]
    """The aiohttp driver without permessage-deflate."""

    async def __call__(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        self._sock = web.WebSocketResponse(
            max_msg_size=self.server.max_http_buffer_size, compress=False
        )
        await self._sock.prepare(environ["aiohttp.request"])
        self.environ = environ
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
            self.on_connected(sid)

    def wire(self, sid: str) -> Wire:
        """The connection of a session, to send prepared frames to."""
        eio_sid = self.manager.eio_sid_from_sid(sid, NAMESPACE)
        request = self.environ[eio_sid]["aiohttp.request"]
        return Wire(self, sid, eio_sid, self.eio.sockets[eio_sid].queue, request)


class Wire:
    """One connection: frames go in, in order; a reader that does not keep up is cut off."""

    def __init__(
        self, server: Server, sid: str, eio_sid: str, queue: BoundedQueue, request: web.Request
    ) -> None:
        self.sid = sid
        self._server = server
        self._eio_sid = eio_sid
        self._queue = queue
        self._request = request
        self.on_slow: Callable[[], None] = lambda: None
        queue.on_overflow = self._cut

    def send(self, frame: Frame) -> None:
        self._queue.put_nowait(frame)

    @property
    def unsent(self) -> int:
        return self._queue.waiting_bytes

    def _cut(self) -> None:
        """End the connection below everything that may be waiting on it."""
        self.on_slow()
        socket = self._server.eio.sockets.get(self._eio_sid)
        if socket is not None and not socket.upgraded:
            # Long polling has no transport of its own to end: forget the session.
            self._server.start_background_task(self._server.eio.disconnect, self._eio_sid)
        elif self._request.transport is not None:
            self._request.transport.abort()

    async def close(self) -> None:
        """Send what is queued, then disconnect."""
        await self._server.disconnect(self.sid, namespace=NAMESPACE)
        # The namespace is all that this connection was for.
        await self._server.eio.disconnect(self._eio_sid)
