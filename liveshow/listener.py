"""The one TCP port: HTTP, HTTPS, and media for networks that block UDP.

What a connection is shows in its first byte, which is looked at and left where it is: HTTP
begins with a letter, TLS with 0x16, and ICE over TCP with the high half of a frame's length, 0
to 5 for frames of at most 1,500 bytes (RFC 4571 §2, RFC 6544 §3). One byte is enough, so nobody
can keep us looking by sending half of something. Everything else goes to HTTP, which refuses it.

Who has sent nothing yet waits here: browsers open connections before they need them. Those are
bounded in number, the oldest gives way, and in time.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog
from aiohttp import web

from liveshow.surroundings import BACKLOG

MAX_SILENT = 2 * BACKLOG  # connections that have sent nothing
SILENCE = 75.0  # seconds for the first byte; Chromium gives an unused connection up after 60
HIGHEST_MEDIA = 5  # the first byte of a frame
ACCEPTS_PER_WAKE = 128
# A request that was here before the end began reaches its handler in this time.
_LAST_HANDOVER = 0.2
_NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_RETRY_ACCEPT = 1.0  # seconds, when the system has no room

_log = structlog.get_logger(__name__)


class MediaOverTcp(Protocol):
    """What takes connections that carry media: the relay."""

    #: The port at which they are accepted, for its candidates; 0: they are not.
    tcp_port: int

    def accept_tcp(self, sock: socket.socket) -> None:
        """Take a connected socket over; nothing has been read from it."""


#: Where an application says who takes media.
MEDIA: web.AppKey[MediaOverTcp] = web.AppKey("media_over_tcp")


class Listener:
    """Accepts connections and hands each to HTTP or to media. Owns the sockets it listens on.

    ``http`` makes the protocol of one HTTP connection; ``context``: HTTP is inside TLS;
    ``media`` gets the sockets of ICE over TCP, None: there is no media.
    """

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        http: Callable[[], asyncio.BaseProtocol],
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
        self._sweeper: asyncio.TimerHandle | None = None
        self._retries: set[asyncio.TimerHandle] = set()
        self._handovers: set[asyncio.Task[None]] = set()

    @property
    def silent(self) -> int:
        """How many connections have not sent anything."""
        return len(self._silent)

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
        _log.error("no room for connections", reason=error.strerror)
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
            handover = self._loop.create_task(self._hand_over(connection))
            self._handovers.add(handover)
            handover.add_done_callback(self._handovers.discard)

    async def _hand_over(self, connection: socket.socket) -> None:
        # A handshake that fails or is broken off is the client's affair, and it knows.
        with contextlib.suppress(OSError):
            await self._loop.connect_accepted_socket(self._http, connection, ssl=self._context)

    def _forget(self, connection: socket.socket) -> None:
        del self._silent[connection]
        self._loop.remove_reader(connection)

    def _drop(self, connection: socket.socket) -> None:
        self._forget(connection)
        connection.close()

    def _watch(self) -> None:
        """See to it that the one who has been silent for longest is looked after in time."""
        if self._sweeper is None and self._silent:
            due = next(iter(self._silent.values())) + self._silence
            self._sweeper = self._loop.call_at(due, self._sweep)

    def _sweep(self) -> None:
        self._sweeper = None
        before = self._loop.time() - self._silence
        for connection in [c for c, since in self._silent.items() if since <= before]:
            self._drop(connection)
        self._watch()


def _peek(connection: socket.socket) -> bytes | None:
    """Return the first byte without taking it, b"" at the end, None when there is none yet."""
    try:
        return connection.recv(1, socket.MSG_PEEK)
    except (BlockingIOError, InterruptedError):
        return None
    except OSError:  # reset
        return b""
