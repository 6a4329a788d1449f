"""The relay: takes publishers and viewers on one UDP port, and decodes nothing."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from liveshow.budgets import PENDING_VIEWERS
from liveshow.errors import Conflict, Unavailable
from liveshow.relay.collector import EndedSessions, show_stats, totals
from liveshow.relay.congestion.twcc_slots import TwccSlots
from liveshow.relay.failures import Failures
from liveshow.relay.kernel.choice import Choice
from liveshow.relay.negotiation import accept_publisher, accept_viewer
from liveshow.relay.pending import PendingViewers
from liveshow.relay.ports import Kind, Offer, StreamChange, Timeouts
from liveshow.relay.publishing.publisher import Publisher
from liveshow.relay.session import Session
from liveshow.relay.show import Show, State
from liveshow.relay.stats import RelayTotals, ShowStats
from liveshow.relay.tracks.rtp_to_ntp import ntp_now
from liveshow.relay.tracks.simulcast import Simulcast
from liveshow.relay.tracks.sinks import Sink
from liveshow.relay.transport.endpoint import Endpoint
from liveshow.relay.viewing.pacer import Pacer
from liveshow.relay.viewing.viewer import Viewer
from liveshow.relay.words import TROUBLES

log = logging.getLogger(__name__)

VIEWER_SLICES = 5  # ticks until every viewer had its turn
LATE = 0.1  # seconds of lateness of a tick that mean an overloaded event loop
RETRY_NOT_LIVE = 2.0  # seconds, Retry-After for a show that is not live
RETRY_FULL = 10.0  # seconds, Retry-After while the relay has all its viewers


class Relay:
    """Relays encoded media of shows from their publisher to their viewers.

    ``public_addresses``: addresses of the ICE candidates, or names that are resolved once at
    ``start``; empty: the address listened on, or this machine's own ones. ``max_viewers``: sessions
    of viewers, connected or not; of more, those that never connect give way, or they get
    ``Unavailable``. ``on_stream``: called, not awaited, when
    the stream of a show starts, is lost or resumes. ``kernel``: the fan-out kernel; ``threads``:
    number of its threads (native only).
    """

    def __init__(
        self,
        *,
        public_addresses: Sequence[str],
        max_viewers: int,
        on_stream: Callable[[StreamChange], None],
        timeouts: Timeouts | None = None,
        kernel: Choice = "auto",
        threads: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_viewers = max_viewers
        self._on_stream = on_stream
        self._timeouts = timeouts or Timeouts()
        self._clock = clock
        self._endpoint = Endpoint(public_addresses, kernel, threads, self._flush, clock)
        #: Port of the connections that `accept_tcp` gets, 0: none.
        self.tcp_port = 0
        self._pacer = Pacer(clock)
        self._twcc_slots = TwccSlots()
        self._shows: dict[str, Show] = {}
        self._sessions: dict[str, Session] = {}
        self._viewers = 0
        self._pending = PendingViewers(PENDING_VIEWERS.amount)
        self._touched: set[Simulcast] = set()
        self._ended_sessions = EndedSessions()
        self._failures = Failures(clock)
        self._ticker: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    # Lifecycle

    async def start(self, host: str, port: int) -> None:
        """Open the UDP port. Raises what :meth:`Endpoint.open` does."""
        await self._endpoint.open(host, port)
        self._ticker = asyncio.create_task(self._run(), name="relay ticker")

    @property
    def port(self) -> int:
        """The number of the UDP port, 0 before ``start``."""
        return self._endpoint.number

    @property
    def ready(self) -> bool:
        """Whether the port is open."""
        return self._endpoint.number != 0 and not self._closing

    async def close(self) -> None:
        """End all sessions (RTCP BYE, DTLS close_notify) and close the port."""
        self._closing = True
        if self._ticker is not None:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker
        await asyncio.gather(*(session.end() for session in list(self._sessions.values())))
        for show in self._shows.values():
            show.close()
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self._pacer.close()
        self._endpoint.close()

    def accept_tcp(self, sock: socket.socket) -> None:
        """Take over a connection of ICE over TCP (RFC 6544) that nothing was read from."""
        self._endpoint.tcp.accept(sock)

    # Sessions

    async def publish(self, show_id: str, offer: Offer, *, takeover: bool = False) -> Session:
        """Take a publisher for a show.

        Raises ``Conflict("already_publishing")`` while another one is sending, unless
        ``takeover``; ``Unprocessable("no_common_codec")``; ``Unavailable`` when closing.
        """
        # Nothing here is awaited, so of two requests at one time the second sees the first.
        self._check_open()
        show = self._shows.get(show_id)
        present = show.publisher if show is not None else None
        if present is not None and not takeover and self._is_active(present, show):
            raise Conflict(
                "already_publishing",
                "This show is being broadcast from somewhere else. "
                "Stop it there, or take the broadcast over.",
            )
        negotiated = accept_publisher(offer)
        if present is not None:
            self._leave(present, graceful=False)
            self._spawn(present.peer.close())
        show = self._show(show_id)
        peer = self._endpoint.peer(offer, self._timeouts)
        answer = self._endpoint.answer(peer, offer, negotiated.sections, self.tcp_port)
        session = Session(show_id, "publisher", peer, answer)
        publisher = Publisher(
            peer,
            negotiated.incoming,
            show.simulcasts,
            self._touched,
            on_media=lambda: self._tell(show, show.packet_arrived(self._clock())),
            on_connected=lambda: log.info("publisher of %s connected", show_id),
            on_disconnected=lambda: self._disconnected(session),
            on_trouble=lambda trouble: log.warning(
                "publisher of %s: %s: %s", show_id, trouble, TROUBLES[trouble]
            ),
            timeouts=self._timeouts,
            clock=self._clock,
            ntp=ntp_now,
        )
        session.bind(publisher, self._end)
        show.publisher = session
        self._sessions[session.id] = session
        return session

    async def subscribe(self, show_id: str, offer: Offer, *, address: str = "") -> Session:
        """Take a viewer for a show. ``address``: whose places it takes until it is connected.

        Raises ``Conflict("not_live", retry_after=…)`` when nothing is being broadcast,
        ``Unavailable("too_many_viewers")``, ``Unprocessable("no_common_codec")``.
        """
        self._check_open()
        show = self._live_show(show_id)
        negotiated = accept_viewer(offer, lambda: secrets.randbits(32) or 1)
        self._make_room(address)
        peer = self._endpoint.peer(offer, self._timeouts)
        answer = self._endpoint.answer(peer, offer, negotiated.sections, self.tcp_port)
        session = Session(show_id, "viewer", peer, answer)
        viewer = Viewer(
            peer,
            negotiated.outgoing,
            show.simulcasts,
            self._pacer,
            self._twcc_slots,
            answer.cname,
            on_connected=lambda: self._pending.done(session),
            on_disconnected=lambda: self._disconnected(session),
            timeouts=self._timeouts,
            clock=self._clock,
            ntp=ntp_now,
        )
        session.bind(viewer, self._end)
        self._pending.add(session, address)
        show.viewers[session.id] = session
        self._sessions[session.id] = session
        self._viewers += 1
        return session

    def _make_room(self, address: str) -> None:
        """Take a place back from who has not come. Raises ``Unavailable("too_many_viewers")``."""
        gone = self._pending.beyond(address)
        if gone is None and self._viewers >= self._max_viewers:
            gone = self._pending.victim(self._clock())
            if gone is None:
                raise Unavailable(
                    "too_many_viewers",
                    "This server has no room for another viewer at the moment.",
                    retry_after=RETRY_FULL,
                )
        if gone is not None:
            self._leave(gone)
            self._spawn(gone.peer.close())

    def session(self, session_id: str) -> Session | None:
        """Return a session that has not ended."""
        return self._sessions.get(session_id)

    # Shows

    def live(self, show_id: str) -> bool:
        """Tell whether media of the show is arriving."""
        show = self._shows.get(show_id)
        return show is not None and show.live

    def viewers(self, show_id: str) -> int:
        """Return how many viewers of the show are there: connected, and not silent for long."""
        show = self._shows.get(show_id)
        return sum(s.peer.there for s in show.viewers.values()) if show else 0

    def add_sink(self, show_id: str, kind: Kind, sink: Sink) -> Callable[[], None]:
        """Give a sink the sound of a live show, or the largest picture that arrives now.

        Return what removes it again. The sink stays when the publisher changes; it is closed when
        the show is over. Raises ``Conflict("not_live")``, and ``ValueError`` when the track has as
        many sinks as it may have.
        """
        show = self._live_show(show_id)
        track = show.simulcasts[kind].best
        track.add_sink(sink)
        return lambda: track.remove_sink(sink)

    async def close_show(self, show_id: str) -> None:
        """End the publisher and all viewers of a show: it is over."""
        show = self._shows.pop(show_id, None)
        if show is None:
            return
        show.live = False  # the show ended; that is no loss of the stream
        self._ended_sessions.forgot_show(show)
        sessions = [*show.viewers.values(), *([show.publisher] if show.publisher else [])]
        await asyncio.gather(*(session.end() for session in sessions))
        show.close()

    def show_stats(self, show_id: str) -> ShowStats | None:
        """Return the figures of a show, None when the relay does not know it."""
        show = self._shows.get(show_id)
        return show_stats(show, self._clock()) if show is not None else None

    def totals(self) -> RelayTotals:
        """Return the figures of the whole relay, for operators."""
        shows, endpoint = self._shows.values(), self._endpoint
        counters = endpoint.counters()
        return totals(shows, self._ended_sessions, endpoint.mux, counters, self._clock())

    # Inside

    def _check_open(self) -> None:
        if not self.ready:
            raise Unavailable("shutting_down", "The server is restarting.", retry_after=3.0)

    def _is_active(self, session: Session, show: Show | None) -> bool:
        """Tell whether a publisher is sending, or is still connecting."""
        connecting = self._clock() - session.peer.created < self._timeouts.silence
        return connecting or (show is not None and show.live)

    def _live_show(self, show_id: str) -> Show:
        show = self._shows.get(show_id)
        if show is None or not show.live:
            raise Conflict(
                "not_live",
                "This show is not being broadcast right now. It will start by itself.",
                retry_after=RETRY_NOT_LIVE,
            )
        return show

    def _show(self, show_id: str) -> Show:
        if show_id not in self._shows:
            self._shows[show_id] = Show(show_id, self._endpoint.kernel, self._clock())
        return self._shows[show_id]

    def _tell(self, show: Show, state: State | None) -> None:
        if state is None:
            return
        log.info("stream of %s: %s", show.id, state)
        # Not from within a mutation: the listener may call back into the relay.
        asyncio.get_running_loop().call_soon(self._on_stream, StreamChange(show.id, state))

    def _disconnected(self, session: Session) -> None:
        """End a session whose transport is gone, or never came."""
        self._failures.note(session)
        self._spawn(session.end())

    async def _end(self, session: Session) -> None:
        if not session.ended:
            self._leave(session)
            await session.peer.close()

    def _leave(self, session: Session, *, graceful: bool = True) -> None:
        """Take a session out of its show. The caller still has to close its peer."""
        session.ended = True
        self._sessions.pop(session.id, None)
        self._pending.done(session)
        self._ended_sessions.ended(session)
        if session.media is not None:
            session.media.close()
        show = self._shows.get(session.show_id)
        if session.role == "viewer":
            self._viewers -= 1
        if show is not None:
            show.viewers.pop(session.id, None)
            show.last_used = self._clock()
            if show.publisher is session:
                show.publisher = None
                if graceful:
                    self._tell(show, show.lose())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _flush(self) -> None:
        while self._touched:
            simulcast = self._touched.pop()
            try:
                simulcast.flush()
            except Exception:
                self._endpoint.mux.defect("a burst could not be sent on")

    async def _run(self) -> None:
        turn = 0
        while True:
            began = self._clock()
            await asyncio.sleep(self._timeouts.tick)
            now = self._clock()
            self._twcc_slots.late = now - began > self._timeouts.tick + LATE
            turn = (turn + 1) % VIEWER_SLICES
            try:
                self._tick(now, turn)
            except Exception:
                log.exception("relay tick failed")

    def _tick(self, now: float, turn: int) -> None:
        for show in list(self._shows.values()):
            self._tell(show, show.check_silence(now, self._timeouts.silence))
            if show.publisher is not None:
                self._tick_session(show.publisher, now)
            for simulcast in show.simulcasts.values():
                simulcast.tick(now)
            for number, viewer in enumerate(list(show.viewers.values())):
                if number % VIEWER_SLICES == turn:
                    self._tick_session(viewer, now)
            if show.empty and now - show.last_used > self._timeouts.idle:
                self._ended_sessions.forgot_show(show)
                del self._shows[show.id]
                show.close()
            elif show.empty and not show.live:
                for simulcast in show.simulcasts.values():
                    simulcast.clear()

    def _tick_session(self, session: Session, now: float) -> None:
        if session.peer.overdue(now):
            if session.peer.connected:
                log.info("%s of %s went silent", session.role, session.show_id)
            self._disconnected(session)
        elif session.media is not None:
            session.media.tick(now)
