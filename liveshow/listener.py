"""The one TCP port: HTTP, HTTPS, and media for networks that block UDP.

What a connection is shows in its first byte, which is looked at and left where it is: HTTP
begins with a letter, TLS with 0x16, and ICE over TCP with the high half of a frame's length, 0
to 5 for frames of at most 1,500 bytes (RFC 4571 §2, RFC 6544 §3). One byte is enough, so nobody
can keep us looking by sending half of something. Everything else goes to HTTP, which refuses it.

Who has sent nothing yet waits here: browsers open connections before they need them. Those are
bounded in number, the oldest gives way, and in time. So are those that were given to HTTP and have
not asked for anything, be it that they do not end their TLS handshake or the head of a request:
aiohttp would wait for an hour. After the first request a connection is aiohttp's alone.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Protocol, cast

import structlog
from aiohttp import web

from liveshow.surroundings import BACKLOG

MAX_SILENT = 2 * BACKLOG  # connections that have sent nothing, and as many without a request
# Seconds for the first byte, and from it to the end of the first request's head: Chromium gives a
# connection that it does not use up after 60, TLS or not.
SILENCE = 75.0
HIGHEST_MEDIA = 5  # the first byte of a frame
ACCEPTS_PER_WAKE = 128
# A request that was here before the end began reaches its handler in this time.
_LAST_HANDOVER = 0.2
_END_OF_HEAD = b"\r\n\r\n"  # RFC 9112 §2.1
_NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_RETRY_ACCEPT = 1.0  # seconds, when the system has no room

log = structlog.get_logger(__name__)


class MediaOverTcp(Protocol):
    """What takes connections that carry media: the relay."""

    #: The port at which they are accepted, for its candidates; 0: they are not.
    tcp_port: int

    def accept_tcp(self, sock: socket.socket) -> None:
        """Take a connected socket over; nothing has been read from it."""


#: Where an application says who takes media.
MEDIA: web.AppKey[MediaOverTcp] = web.AppKey("media_over_tcp")


class _FirstRequest(asyncio.Protocol):
    """Stands before the protocol of an HTTP connection until the head of a request is there."""

    def __init__(self, http: asyncio.Protocol, done: Callable[[_FirstRequest], None]) -> None:
        self.handover: asyncio.Task[None] | None = None
        self._http = http
        self._done = done
        self._transport: asyncio.Transport | None = None
        self._end = b""

    def close(self) -> None:
        """End the connection, or the TLS handshake before it."""
        if self._transport is not None:
            self._transport.abort()
        elif self.handover is not None:
            self.handover.cancel()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._http.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        seen = self._end + data
        self._end = seen[-3:]
        if _END_OF_HEAD in seen and self._transport is not None:
            self._transport.set_protocol(self._http)
            self._done(self)
        self._http.data_received(data)

    def eof_received(self) -> bool | None:
        return self._http.eof_received()

    def pause_writing(self) -> None:
        self._http.pause_writing()

    def resume_writing(self) -> None:
        self._http.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._done(self)
        self._http.connection_lost(exc)


class Listener:
    """Accepts connections and hands each to HTTP or to media. Owns the sockets it listens on.

    ``http`` makes the protocol of one HTTP connection; ``context``: HTTP is inside TLS;
    ``media`` gets the sockets of ICE over TCP, None: there is no media.
    """

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        http: Callable[[], asyncio.Protocol],
        context: ssl.SSLContext | None,
        media: Callable[[socket.socket], None] | None,
        *,
        silence: float = SILENCE,
        max_silent: int = MAX_SILENT,
    ) -> None:
        self._sockets = list(sockets)
        self._http = http
        self._context = context
        self._media = media
        self._silence = silence
        self._max_silent = max_silent
        self._loop = asyncio.get_running_loop()
        self._silent: dict[socket.socket, float] = {}  # accepted when, oldest first
        self._asking: dict[_FirstRequest, float] = {}  # given to HTTP when, oldest first
        self._sweeper: asyncio.TimerHandle | None = None
        self._retries: set[asyncio.TimerHandle] = set()
        self._handovers: set[asyncio.Task[None]] = set()

    @property
    def silent(self) -> int:
        """How many connections have not sent anything."""
        return len(self._silent)

    @property
    def asking(self) -> int:
        """How many were given to HTTP and have not sent the whole head of a request."""
        return len(self._asking)

    def start(self) -> None:
        """Begin to accept."""
        for listening in self._sockets:
            self._listen(listening)

    async def close(self) -> None:
        """Accept no more and close what was not handed over. Idempotent."""
        for timer in [*self._retries, *([self._sweeper] if self._sweeper else [])]:
            timer.cancel()
        self._retries.clear()
        for listening in self._sockets:
            self._loop.remove_reader(listening)
            listening.close()
        self._sockets.clear()
        for waiting in list(self._silent):
            self._drop(waiting)
        if self._handovers:
            # Those in the middle of a TLS handshake have asked for nothing yet.
            _done, late = await asyncio.wait(self._handovers, timeout=_LAST_HANDOVER)
            for handover in late:
                handover.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _listen(self, listening: socket.socket) -> None:
        self._loop.add_reader(listening, self._accept, listening)

    def _accept(self, listening: socket.socket) -> None:
        for accepted in range(ACCEPTS_PER_WAKE):
            try:
                connection, _address = listening.accept()
            except OSError as error:  # there are no more, or this one is gone already
                # Linux says so even when nobody waits; only what woke us is somebody for sure.
                if error.errno in _NO_ROOM and not accepted:
                    self._make_room(listening, error)
                break
            connection.setblocking(False)
            if (first := _peek(connection)) is not None:
                self._dispatch(connection, first)
                continue
            self._silent[connection] = self._loop.time()
            self._loop.add_reader(connection, self._look, connection)
            if len(self._silent) > self._max_silent:
                self._drop(next(iter(self._silent)))
        self._watch()

    def _make_room(self, listening: socket.socket, error: OSError) -> None:
        if self._silent:
            self._drop(next(iter(self._silent)))
            return
        if self._asking:
            self._give_up(next(iter(self._asking)))
            return
        log.error("no room for connections", reason=error.strerror)
        # What waits to be accepted would wake us at once, again and again.
        self._loop.remove_reader(listening)

        def again() -> None:
            self._retries.discard(timer)
            self._listen(listening)

        timer = self._loop.call_later(_RETRY_ACCEPT, again)
        self._retries.add(timer)

    def _look(self, connection: socket.socket) -> None:
        if (first := _peek(connection)) is not None:
            self._forget(connection)
            self._dispatch(connection, first)

    def _dispatch(self, connection: socket.socket, first: bytes) -> None:
        if not first:
            connection.close()
        elif first[0] <= HIGHEST_MEDIA and self._media is not None:
            self._media(connection)
        else:
            first_request = _FirstRequest(self._http(), self._asked)
            handover = self._loop.create_task(self._hand_over(connection, first_request))
            self._handovers.add(handover)
            handover.add_done_callback(self._handovers.discard)
            first_request.handover = handover
            self._asking[first_request] = self._loop.time()
            if len(self._asking) > self._max_silent:
                self._give_up(next(iter(self._asking)))
            self._watch()

    async def _hand_over(self, connection: socket.socket, protocol: _FirstRequest) -> None:
        try:
            await self._loop.connect_accepted_socket(
                lambda: protocol, connection, ssl=self._context
            )
        except OSError:
            # A handshake that fails or is broken off is the client's affair, and it knows.
            self._asked(protocol)

    def _asked(self, protocol: _FirstRequest) -> None:
        self._asking.pop(protocol, None)

    def _give_up(self, protocol: _FirstRequest) -> None:
        self._asked(protocol)
        protocol.close()

    def _forget(self, connection: socket.socket) -> None:
        del self._silent[connection]
        self._loop.remove_reader(connection)

    def _drop(self, connection: socket.socket) -> None:
        self._forget(connection)
        connection.close()

    def _watch(self) -> None:
        """See to it that the one who has been silent for longest is looked after in time."""
        oldest = [next(iter(each.values())) for each in (self._silent, self._asking) if each]
        if self._sweeper is None and oldest and self._sockets:
            self._sweeper = self._loop.call_at(min(oldest) + self._silence, self._sweep)

    def _sweep(self) -> None:
        self._sweeper = None
        before = self._loop.time() - self._silence
        for connection in [c for c, since in self._silent.items() if since <= before]:
            self._drop(connection)
        for protocol in [p for p, since in self._asking.items() if since <= before]:
            self._give_up(protocol)
        self._watch()


def _peek(connection: socket.socket) -> bytes | None:
    """Return the first byte without taking it, b"" at the end, None when there is none yet."""
    try:
        return connection.recv(1, socket.MSG_PEEK)
    except (BlockingIOError, InterruptedError):
        return None
    except OSError:  # reset
        return b""
