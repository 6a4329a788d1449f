"""What python-socketio and python-engineio do not let us say from outside, in one place.

- Frames from a client are read by ``incoming`` first; what it does not know ends the connection.
- A client that sends nothing but what is refused is ended.
- Every connection's queue has a byte limit; engineio's own is unbounded, so that a client which
  reads nothing but answers pings would grow it forever.
- A large frame is shared by all its readers, and written to each as it takes it.
- Compression per message is off: it costs 100 KB per connection and buys little on small JSON.
- One frame is encoded once for many connections, and written to a WebSocket at once when nothing
  is before it: engineio's queue, task and timer per message cost ten times as much as the writing.
- A client joins after it was told that it is connected.
- Connections that never join are few and have an end: beyond a number the oldest goes, and each
  after a while, though it answers every ping.
- A change from long polling to WebSocket is one at a time and ends soon; until the client speaks on
  the new transport, the old one goes on.
- A connection that is ended is not waited for longer than a moment, and nothing of it stays until
  its next ping would have come.

``tests/signaling/test_engine.py`` fails when a new version moves what is used here.
"""

from __future__ import annotations

import asyncio
import io
import logging
import time
import weakref
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import engineio
import socketio
import structlog
from aiohttp import WSMessage, WSMsgType, web
from engineio.async_drivers import aiohttp as driver
from engineio.async_socket import AsyncSocket
from engineio.packet import PING, Packet

from liveshow import budgets, shared_body
from liveshow.shared_body import Buffer, SharedBody
from signaling.socket.incoming import Kind, Unreadable, check_body, check_frame, read_packet
from signaling.socket.outgoing import NAMESPACE, BoundedQueue, Frame, websocket_frames

log = structlog.get_logger(__name__)

# A transport with more than this waiting is not given any more.
HIGH_WATER_BYTES = 32 << 10
# The largest thing a client may send: a command with a long list of words.
MAX_RECEIVED_BYTES = 64 << 10
# For the body of a long-polling request to come.
READ_SECONDS = 20.0
# Connections that are in no show: joining takes a fraction of a second.
MAX_STRANGERS = budgets.STRANGERS.amount
# Seconds for a connection to join, or to join again after it left; the server of JavaScript has it
# so, too.
JOIN_SECONDS = 45.0
# Packets in a row that mean nothing here, or come too fast: nobody's program does that.
MAX_STRIKES = budgets.STRIKES.amount
# For the change from long polling to WebSocket, as the server of JavaScript has it.
UPGRADE_SECONDS = 10.0
# Between the empty answers to a client that polls on while it changes, likewise.
UPGRADE_POLL_SECONDS = 0.1
# For a reader to take what was said before it is disconnected.
CLOSE_SECONDS = 3.0
# How long a stop waits for clients to close by themselves.
GOODBYE_SECONDS = 1.0


class _PlainWebSocket(driver.WebSocket):  # type: ignore[misc]
    """The aiohttp driver without permessage-deflate, for readers of any speed."""

    _heard = False

    async def __call__(self, environ: dict[str, Any]) -> web.StreamResponse:
        self._session = self.handler.__self__
        self._queue: BoundedQueue = self._session.queue
        changing = self._session.connected
        if changing and self._queue.changing:
            return web.Response(status=400, text="The session changes its transport already")
        self._queue.changing = changing
        try:
            return await self._serve(environ)
        finally:
            if changing:
                self._queue.changing = False
                if not self._session.upgraded:
                    self._session.upgrading = False
                    self._queue.transport = None

    async def _serve(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        self._sock = web.WebSocketResponse(
            max_msg_size=self.server.max_http_buffer_size, compress=False
        )
        request = environ["aiohttp.request"]
        await self._sock.prepare(request)
        self.environ = environ
        self._protocol = request.protocol
        if request.transport is not None:
            request.transport.set_write_buffer_limits(high=HIGH_WATER_BYTES)
        self._queue.transport = request.transport
        self._changed_by = asyncio.get_running_loop().time() + UPGRADE_SECONDS
        await self.handler(self)
        return self._sock

    async def wait(self) -> str | None:
        """Return the next message; None ends the connection."""
        session = self._session
        upgrading = session.connected and not session.upgraded
        if upgrading:
            message = await self._change()
        else:
            message = await self._sock.receive()
        if message is None or message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            return None
        try:
            return check_frame(message.data, upgrading=upgrading)
        except Unreadable as error:
            await self.server.on_unreadable(session.sid, str(error))
            return None

    async def _change(self) -> WSMessage | None:
        """Return the next message of the change to this WebSocket, None when it takes too long.

        engineio holds everything back from the moment the WebSocket is open. A proxy may open it
        and let nothing through, and then the client has long polling alone: it goes on until the
        client was heard here.
        """
        session = self._session
        heard, self._heard = self._heard, True
        session.upgrading = heard
        try:
            async with asyncio.timeout_at(self._changed_by):
                message = await self._sock.receive()
        except TimeoutError:
            # Nobody is waited for to say goodbye.
            if self._queue.transport is not None:
                self._queue.transport.abort()
            return None
        session.upgrading = True
        return message

    async def send(self, message: Frame | str) -> None:
        """Write a message as its reader takes it; a reader that takes nothing is cut off."""
        frames = (
            message.on_websocket
            if isinstance(message, Frame)
            else websocket_frames(message.encode())
        )
        transport = self._queue.transport
        end = asyncio.get_running_loop().time() + shared_body.WHOLE_SECONDS
        for frame in frames:
            if transport is None or transport.is_closing():
                raise ConnectionResetError
            transport.write(frame)
            if transport.get_write_buffer_size() > HIGH_WATER_BYTES:
                await self._room(transport, end)

    async def _room(self, transport: asyncio.WriteTransport, end: float) -> None:
        """Wait until the reader has taken most of what waits for it."""
        loop = asyncio.get_running_loop()
        drained = asyncio.ensure_future(self._protocol._drain_helper())
        left = transport.get_write_buffer_size()
        try:
            while not drained.done():
                await asyncio.wait({drained}, timeout=shared_body.STALL_SECONDS)
                before, left = left, transport.get_write_buffer_size()
                if not drained.done() and (left >= before or loop.time() >= end):
                    self._queue.overflow()
                    transport.abort()
                    raise ConnectionResetError
            drained.result()
        finally:
            drained.cancel()


class _Body(io.BytesIO):
    """A request's body that was read before, as engineio expects it."""

    async def read(self, size: int | None = -1) -> bytes:  # type: ignore[override]
        return super().read(size)


class _Engine(engineio.AsyncServer):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on_unreadable: Callable[[str, str], Awaitable[None]]
        self._async: dict[str, Any] = {
            **driver._async,
            "websocket": _PlainWebSocket,
            "translate_request": self._translate,
            "make_response": _respond,
        }

    def start_background_task(self, target: Any, *args: Any, **kwargs: Any) -> Any:
        """Start what engineio wants to run beside; a ping is no task until its time has come.

        Asleep it would keep its session, and all that this has, for as long after the end.
        """
        if getattr(target, "__func__", None) is AsyncSocket._send_ping:
            session = weakref.ref(target.__self__)
            return asyncio.get_running_loop().call_later(self.ping_interval, self._ping, session)
        return super().start_background_task(target, *args, **kwargs)

    def _ping(self, of: weakref.ref[AsyncSocket]) -> None:
        session = of()
        if session is None or session.closing or session.closed:
            return
        session.last_ping = time.time()
        super().start_background_task(session.send, Packet(PING))

    def create_queue(self, *args: Any, **kwargs: Any) -> BoundedQueue:
        return BoundedQueue()

    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        if "j" in request.query:
            # Only browsers that are gone needed it.
            return web.Response(status=400, text="JSONP is not supported")
        if (request.query.get("transport") == "websocket") != _asks_for_websocket(request):
            # A proxy took a part of it away. engineio would answer it as a poll, and what was to be
            # said would go to who does not read it.
            return web.Response(status=400, text="Invalid websocket upgrade")
        response: web.StreamResponse = await super().handle_request(request)
        return response

    async def _translate(self, request: web.Request) -> dict[str, Any]:
        environ: dict[str, Any] = driver.translate_request(request)
        sid = request.query.get("sid", "")
        if request.method == "POST" and sid in self.sockets:
            try:
                body = check_body(await _read(request))
            except Unreadable as error:
                # engineio does not know the session any more, and says so.
                await self.on_unreadable(sid, str(error))
                body = ""
            environ["wsgi.input"] = _Body(body.encode())
            environ["CONTENT_LENGTH"] = str(len(body.encode()))
        elif (
            request.query.get("transport") != "websocket"
            and (session := self.sockets.get(sid)) is not None
            and session.upgrading
        ):
            # It gets nothing until it has changed, and would ask for that as fast as it can.
            await asyncio.sleep(UPGRADE_POLL_SECONDS)
        return environ

    def _ok(
        self,
        packets: Sequence[Any] | None = None,
        headers: list[tuple[str, str]] | None = None,
        jsonp_index: int | None = None,
    ) -> dict[str, Any]:
        if packets is None:
            done: dict[str, Any] = super()._ok()
            return done
        parts: list[Buffer] = []
        for packet in packets:
            if parts:
                parts.append(b"\x1e")
            shared = isinstance(packet, Frame)
            parts.append(packet.payload if shared else packet.encode(b64=True).encode())
        return {"status": "200 OK", "headers": headers or [], "response": parts}


def _asks_for_websocket(request: web.Request) -> bool:
    """Whether the headers ask for a WebSocket (RFC 6455 §4.2.1), as engineio looks."""
    tokens = request.headers.get("Connection", "").lower().split(",")
    return request.headers.get("Upgrade", "").lower() == "websocket" and "upgrade" in map(
        str.strip, tokens
    )


async def _read(request: web.Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MAX_RECEIVED_BYTES:
                    raise Unreadable("too many bytes")
    except (TimeoutError, web.RequestPayloadError, ConnectionError):
        raise Unreadable("half a body") from None
    return bytes(body)


def _respond(
    status: str, headers: list[tuple[str, str]], payload: Any, environ: dict[str, Any]
) -> web.StreamResponse:
    if not isinstance(payload, list):
        response: web.StreamResponse = driver.make_response(status, headers, payload, environ)
        return response
    transport = environ["aiohttp.request"].transport
    body = SharedBody(payload, transport, content_type="text/plain; charset=UTF-8")
    return web.Response(body=body, headers=headers)


class Server(socketio.AsyncServer):  # type: ignore[misc]
    """The Socket.IO server of the show channel."""

    def __init__(self) -> None:
        # Called with the session id once the client knows that it is connected.
        self.on_connected: Callable[[str], None] = lambda sid: None
        # Connections without the namespace, and since when, oldest first.
        self._strangers: dict[str, float] = {}
        self._sweeper: asyncio.TimerHandle | None = None
        # How often in a row a connection has sent what means nothing here.
        self._strikes: dict[str, int] = {}
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
        self.eio.on_unreadable = self._unreadable

    async def shutdown(self) -> None:
        """End every connection: those of shows have been told, and had time to close.

        A request that goes on would keep the process from stopping.
        """
        if self._sweeper is not None:
            self._sweeper.cancel()
        ending = [asyncio.create_task(self.eio.disconnect(sid)) for sid in self._strangers]
        if ending:
            await asyncio.wait(ending, timeout=GOODBYE_SECONDS)
        for sid in list(self.eio.sockets):
            await self.forget(sid)
        for task in ending:
            task.cancel()
        await super().shutdown()

    def _engineio_server_class(self) -> type[engineio.AsyncServer]:
        return _Engine

    # --- what clients send -----------------------------------------------------------------

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        if eio_sid not in self.environ:
            return  # it was ended while this waited; what joins now would never leave
        try:
            packet = read_packet(data)
        except Unreadable as error:
            await self._unreadable(eio_sid, str(error))
            return
        if packet.kind is Kind.CONNECT:
            await self._handle_connect(eio_sid, packet.namespace, packet.data)
        elif self._sid(eio_sid, packet.namespace) is None:
            # What was under way when the namespace was left, or rubbish.
            await self._strike(eio_sid)
        elif packet.kind is Kind.DISCONNECT:
            await self._handle_disconnect(eio_sid, packet.namespace)
        else:
            await self._handle_event(eio_sid, packet.namespace, packet.id, packet.data)

    async def _send_packet(self, eio_sid: str, pkt: Any) -> None:
        # An answer to who has gone meanwhile is no news for the log.
        if eio_sid in self.eio.sockets:
            await super()._send_packet(eio_sid, pkt)

    async def _unreadable(self, eio_sid: str, why: str) -> None:
        log.debug("a connection is ended", why=why)
        await self.forget(eio_sid)

    async def strike(self, sid: str) -> None:
        """Count what a session sent and was refused as such; ``MAX_STRIKES`` in a row end it."""
        eio_sid = self.manager.eio_sid_from_sid(sid, NAMESPACE)
        if eio_sid is not None:
            await self._strike(eio_sid)

    def understood(self, sid: str) -> None:
        """A session sent a command."""
        if self._strikes:
            self._strikes.pop(self.manager.eio_sid_from_sid(sid, NAMESPACE), None)

    async def _strike(self, eio_sid: str) -> None:
        if eio_sid not in self.environ:
            return
        strikes = self._strikes[eio_sid] = self._strikes.get(eio_sid, 0) + 1
        if strikes >= MAX_STRIKES:
            await self._unreadable(eio_sid, "nothing but rubbish")

    def _sid(self, eio_sid: str, namespace: str) -> str | None:
        sid: str | None = self.manager.sid_from_eio_sid(eio_sid, namespace)
        return sid if self.manager.is_connected(sid, namespace) else None

    # --- connections -----------------------------------------------------------------------

    async def _handle_connect(self, eio_sid: str, namespace: str, data: Any) -> None:
        if self._sid(eio_sid, namespace) is not None:
            await self._strike(eio_sid)
            return
        await super()._handle_connect(eio_sid, namespace, data)
        sid = self._sid(eio_sid, namespace)
        if sid is not None:
            self._strangers.pop(eio_sid, None)
            self.on_connected(sid)
        else:
            await self._strike(eio_sid)

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
        self._strikes.pop(eio_sid, None)

    def _add_stranger(self, eio_sid: str) -> None:
        self._strangers[eio_sid] = asyncio.get_running_loop().time()
        if len(self._strangers) > MAX_STRANGERS:
            self.spare_a_stranger()
        self._watch_strangers()

    def _watch_strangers(self) -> None:
        """Look again when the oldest has had its time."""
        oldest = next(iter(self._strangers.values()), None)
        if self._sweeper is None and oldest is not None:
            loop = asyncio.get_running_loop()
            self._sweeper = loop.call_at(oldest + JOIN_SECONDS, self._sweep_strangers)

    def _sweep_strangers(self) -> None:
        self._sweeper = None
        before = asyncio.get_running_loop().time() - JOIN_SECONDS
        while (oldest := next(iter(self._strangers.values()), None)) is not None:
            if oldest > before:
                break
            self.spare_a_stranger()
        self._watch_strangers()

    def spare_a_stranger(self) -> bool:
        """End the oldest connection that is in no show; False: there is none."""
        oldest = next(iter(self._strangers), None)
        if oldest is None:
            return False
        del self._strangers[oldest]
        self.start_background_task(self.forget, oldest)
        return True

    async def forget(self, eio_sid: str) -> None:
        """End a connection at once, whatever waits unsent on it."""
        socket = self.eio.sockets.get(eio_sid)
        if socket is None:
            return
        await socket.close(wait=False, abort=True)
        self.eio.sockets.pop(eio_sid, None)
        # A long-polling request may be waiting for something to send.
        socket.queue.put_nowait(None)
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
            and not frame.is_large
            and queue.drained
            and self._socket.upgraded
            and not transport.get_write_buffer_size()
            and not transport.is_closing()
        ):
            transport.write(frame.on_websocket[0])
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
