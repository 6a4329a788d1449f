"""The one TCP port: HTTP, HTTPS, and media for networks that block UDP.

The first byte of a connection tells what it is. It is read without taking it: HTTP begins with a
letter, TLS with 0x16, and ICE over TCP with the high byte of a frame's length, 0 to 5 for frames of
at most 1,500 bytes (RFC 4571 §2, RFC 6544 §3). One byte decides, so a client cannot keep the
listener waiting with half of something. Any other byte goes to HTTP, which refuses it.

A connection that has sent nothing waits here, because browsers open connections before they need
them. Such connections are bounded in number (the oldest is closed) and in time. So are connections
that were given to HTTP and have completed no request head, or not even their TLS handshake: aiohttp
would wait for an hour. After the first request ``liveshow.kept_alive`` gives every further head as
long, and closes connections on which none begins.

When the system has no room for another connection, somebody gives way: who has said nothing, who
has asked nothing, then ``others``: who was answered and waits, whose body does not come to its end,
and what the application can spare.
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

from liveshow import budgets

MAX_SILENT = (
    budgets.SILENT.amount
)  # silent connections, and as many without a request; oldest is closed
# Seconds for the first byte, and from then to the end of the first request head. Chromium closes an
# unused connection after 60, with TLS or without.
SILENCE = 75.0
HIGHEST_MEDIA = 5  # highest first byte of a frame of ICE over TCP
ACCEPTS_PER_WAKE = 128  # connections accepted before other tasks get their turn
# Seconds in which a request that came before the shutdown reaches its handler.
_LAST_HANDOVER = 0.2
_END_OF_HEAD = b"\r\n\r\n"  # RFC 9112 §2.1
_NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_RETRY_ACCEPT = 1.0  # seconds without accepting while the system has no room

log = structlog.get_logger(__name__)


class MediaOverTcp(Protocol):
    """The receiver of connections that carry media: the relay."""

    #: The port that accepts them, for the relay's candidates; 0: none does.
    tcp_port: int

    def accept_tcp(self, sock: socket.socket) -> None:
        """Take over a connected socket that nothing was read from."""


#: Ends the oldest connection that can be spared; False: there is none.
GiveWay = Callable[[], bool]
#: The key of what an application can spare when there is no room for another connection.
SPARE: web.AppKey[list[GiveWay]] = web.AppKey("spare", list)
#: The key of the receiver of media in an application.
MEDIA: web.AppKey[MediaOverTcp] = web.AppKey("media_over_tcp")


class _FirstRequest(asyncio.Protocol):
    """Stands in for the protocol of an HTTP connection until the first request head is complete."""

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
    """Accepts connections and hands each to HTTP or to media. Owns its listening sockets.

    ``http`` makes the protocol of one HTTP connection. ``others`` end what else can be spared when
    the system has no room for another connection. ``context``: HTTP is inside TLS. ``media``
    gets the sockets of ICE over TCP, None: there is no media.
    """

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        http: Callable[[], asyncio.Protocol],
        context: ssl.SSLContext | None,
        media: Callable[[socket.socket], None] | None,
        *,
        others: Sequence[GiveWay] = (),
        silence: float = SILENCE,
        max_silent: int = MAX_SILENT,
    ) -> None:
        self._sockets = list(sockets)
        self._http = http
        self._context = context
        self._media = media
        self._others = others
        self._silence = silence
        self._max_silent = max_silent
        self._loop = asyncio.get_running_loop()
        self._silent: dict[socket.socket, float] = {}  # time of accepting, oldest first
        self._asking: dict[_FirstRequest, float] = {}  # time of the handover to HTTP, oldest first
        self._sweeper: asyncio.TimerHandle | None = None
        self._retries: set[asyncio.TimerHandle] = set()
        self._handovers: set[asyncio.Task[None]] = set()

    @property
    def silent(self) -> int:
        """The number of connections that have sent nothing."""
        return len(self._silent)

    @property
    def asking(self) -> int:
        """The number of connections given to HTTP that have completed no request head."""
        return len(self._asking)

    def start(self) -> None:
        """Begin to accept connections."""
        for listening in self._sockets:
            self._listen(listening)

    async def close(self) -> None:
        """Stop accepting, and close connections that were not handed over. Idempotent."""
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
            # A connection in the middle of its TLS handshake has requested nothing yet.
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
                # Linux reports no room even when no connection waits. Only the first accept after a
                # wake is sure to have one.
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
        if any(give_way() for give_way in self._others):
            return
        log.error("no room for connections", reason=error.strerror)
        # Connections that wait to be accepted would wake the loop again and again.
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
            # The TLS handshake failed or was aborted, which the client knows.
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
        """Schedule the next sweep for the connection that has been silent for longest."""
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
    """Return the first byte without taking it, b"" at the end, None when none has come."""
    try:
        return connection.recv(1, socket.MSG_PEEK)
    except (BlockingIOError, InterruptedError):
        return None
    except OSError:  # reset
        return b""
