"""A light channel for every page: it says only that there is news (PROTOCOL.md 2.8).

A page of a show has its show channel; any other page, and one about another show, hears here that
`GET /api/notices` would answer something new. A WebSocket, because a browser gives one server only
six connections for everything else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from typing import Final

import structlog
from aiohttp import WSCloseCode, web

from liveshow import budgets
from liveshow.accounts.identity import SignOut
from liveshow.clock import Clock
from liveshow.errors import Conflict, StoreUnavailable, Unauthenticated, Unavailable
from signaling.socket.namespace import CredentialsOf, Handshakes, Standing

log = structlog.get_logger(__name__)

PATH: Final = "/live/notices"
MAX_SOCKETS = budgets.NOTICE_SOCKETS.amount
MAX_SOCKETS_PER_USER = budgets.NOTICE_SOCKETS_EACH.amount
#: How often the sign-ins behind all sockets are looked up: another process may have ended them.
LOOK_UP_SECONDS = 30.0
#: News within this time is told once.
TOGETHER_SECONDS = 0.5
PING_SECONDS = 25.0
#: How long a reader may take for a message of some bytes.
SEND_SECONDS = 10.0
MESSAGE = '{"changed":true}'


class _Seat:
    """One page that listens."""

    __slots__ = ("closing", "news", "socket", "token_id", "transport", "user_id")

    def __init__(
        self,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        user_id: str,
        token_id: str,
    ) -> None:
        self.socket = socket
        self.transport = transport
        self.user_id = user_id
        self.token_id = token_id
        # There is news that was not told yet.
        self.news = asyncio.Event()
        self.closing = False


class NoticeSockets:
    """The pages that listen, by whose they are."""

    def __init__(
        self, gate: Handshakes, credentials: CredentialsOf, standing: Standing, clock: Clock
    ) -> None:
        self._standing = standing
        self._look_up: asyncio.Task[None] | None = None
        self._gate = gate
        self._credentials = credentials
        self._clock = clock
        self._seats: dict[str, set[_Seat]] = {}
        # All of them, oldest first.
        self._all: dict[_Seat, None] = {}
        self._sign_outs = 0
        self._closed = False

    def add_to(self, app: web.Application) -> None:
        app.add_routes([web.get(PATH, self._listen)])

    def start(self) -> None:
        self._look_up = asyncio.create_task(self._look_sign_ins_up(), name="sign-ins of notices")

    def tell(self, users: Collection[str]) -> None:
        """Say to the pages of these users that there is news; never waits."""
        if not self._seats:
            return
        for user in self._seats.keys() & users:
            for seat in self._seats[user]:
                seat.news.set()

    def signed_out(self, ended: SignOut) -> None:
        """Sign-ins were revoked: close what they opened."""
        self._sign_outs += 1
        self._end(
            seat
            for seat in self._seats.get(ended.user_id, ())
            if ended.ends(seat.user_id, seat.token_id)
        )

    async def close(self) -> None:
        """Close all; pages come back to whoever serves next."""
        self._closed = True
        if self._look_up is not None:
            self._look_up.cancel()
        self._end(self._all)

    def spare_the_oldest(self) -> bool:
        """Cut off who has listened for longest; False: nobody listens.

        When the system has no room for another connection, this one does without: its page looks
        now and then.
        """
        oldest = next(iter(self._all), None)
        if oldest is None:
            return False
        del self._all[oldest]
        if oldest.transport is not None:
            oldest.transport.abort()
        return True

    async def _look_sign_ins_up(self) -> None:
        while True:
            await asyncio.sleep(LOOK_UP_SECONDS)
            try:
                await self.end_revoked()
            except StoreUnavailable:
                pass  # they stand until somebody can say otherwise
            except Exception:
                log.exception("sign-ins could not be looked up")

    async def end_revoked(self) -> None:
        """Close what sign-ins opened that are over."""
        token_ids = {seat.token_id for seat in self._all}
        if not token_ids:
            return
        ended = token_ids - await self._standing(token_ids)
        self._end(seat for seat in self._all if seat.token_id in ended)

    def _end(self, seats: Iterable[_Seat]) -> None:
        for seat in list(seats):
            seat.closing = True
            seat.news.set()

    # --- one page --------------------------------------------------------------------------

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        sign_outs = self._sign_outs
        identity = await self._gate.handshake(self._credentials(request, None))
        if identity is None:
            raise Unauthenticated(message="Sign in to hear your notices.")
        # Somebody signed out while this one was let in: was it this one? It asks again.
        if self._closed or len(self._all) >= MAX_SOCKETS or sign_outs != self._sign_outs:
            raise Unavailable(message="The server is busy. Try again in a moment.")
        seats = self._seats.setdefault(identity.user_id, set())
        if len(seats) >= MAX_SOCKETS_PER_USER:
            raise Conflict("too_many_connections", "You have this open in too many places.")
        socket = web.WebSocketResponse(
            heartbeat=PING_SECONDS, max_msg_size=1024, compress=False, timeout=1.0
        )
        seat = _Seat(socket, request.transport, identity.user_id, identity.token_id)
        seats.add(seat)
        self._all[seat] = None
        try:
            await socket.prepare(request)
            await self._serve(seat, identity.expires_at)
        finally:
            self._all.pop(seat, None)
            seats.discard(seat)
            if not seats:
                self._seats.pop(identity.user_id, None)
        return socket

    async def _serve(self, seat: _Seat, expires_at: int) -> None:
        """Tell news until the page leaves, says something, or its sign-in is over."""
        left = asyncio.create_task(self._until_left(seat), name="notices")
        try:
            while not left.done() and not seat.closing:
                remaining = (expires_at - self._clock()) / 1000
                if remaining <= 0:
                    break
                news = asyncio.create_task(seat.news.wait())
                await asyncio.wait(
                    {left, news}, timeout=remaining, return_when=asyncio.FIRST_COMPLETED
                )
                news.cancel()
                if left.done() or seat.closing or not seat.news.is_set():
                    continue
                seat.news.clear()
                await asyncio.wait_for(seat.socket.send_str(MESSAGE), SEND_SECONDS)
                await asyncio.wait({left}, timeout=TOGETHER_SECONDS)
        except (TimeoutError, ConnectionError):
            pass  # it does not read, or has gone
        finally:
            left.cancel()
            await seat.socket.close(code=WSCloseCode.GOING_AWAY)

    async def _until_left(self, seat: _Seat) -> None:
        """Return when the page has gone; one that says anything is no page of ours."""
        async for _message in seat.socket:
            return
