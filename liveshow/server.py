"""Runs one application: sockets, TLS, signals, and an end that takes less than five seconds.

What arrives on the port goes through ``liveshow.listener``, which tells HTTP from media.

    server = Server(settings, create_app)
    async with server:                          # listening; server.url, .port, .app
        stopping = server.stop_on_signals()     # an event, set at SIGTERM or SIGINT
        await stopping.wait()

How it ends: no new connections; the application's ``on_shutdown`` hooks tell sockets and viewers
to come back later and rooms to commit what they have; requests in flight get what is left of the
time; then whatever remains is cancelled. A second signal ends the process at once: everything
that was acknowledged is in the database already. SIGHUP reads the TLS certificate again.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import os
import signal
import ssl
import threading
import time
from collections.abc import Callable
from types import TracebackType

import structlog
from aiohttp import web

from liveshow import kept_alive, tls
from liveshow.http.connection import Connection
from liveshow.listener import MEDIA, SPARE, Listener
from liveshow.settings import Settings
from liveshow.surroundings import (
    CannotRun,
    bind_tcp,
    is_wildcard,
    local_addresses,
    port_of,
    raise_file_limit,
    udp_problem,
)

CreateApp = Callable[[Settings], web.Application]

GRACE = 4.5  # seconds for the whole shutdown
# Of them, for requests in flight after the hooks have run. aiohttp waits for it twice: for the
# answer, then for the connection.
HANDLER_GRACE = 1.5
_LAST_RESORT = 4.9  # seconds after the signal at which a process that hangs is ended

log = structlog.get_logger(__name__)


class _Runner(web.AppRunner):
    async def shutdown(self) -> None:
        """Run the application's hooks, once: ``cleanup`` calls it again."""
        if not self._told:
            self._told = True
            await super().shutdown()

    _told = False


class Server:
    """One listening application. Start and stop it once."""

    def __init__(self, settings: Settings, create_app: CreateApp) -> None:
        #: With the port that was really taken, once started.
        self.settings = settings
        self._create_app = create_app
        self._runner: _Runner | None = None
        self._listener: Listener | None = None
        self._context: ssl.SSLContext | None = None

    @property
    def app(self) -> web.Application:
        if self._runner is None:
            raise RuntimeError("the server is not running")
        return self._runner.app

    @property
    def port(self) -> int:
        return self.settings.port

    @property
    def url(self) -> str:
        """The address at which this machine itself reaches the server."""
        return self._url("localhost" if is_wildcard(self.settings.host) else self.settings.host)

    @property
    def urls(self) -> list[str]:
        """All addresses worth telling a person, the public one first."""
        found = [self.settings.public_url.rstrip("/")] if self.settings.public_url else []
        found.append(self.url)
        if is_wildcard(self.settings.host):
            found += [self._url(ip) for ip in local_addresses() if not ip.startswith("127.")]
        return list(dict.fromkeys(found))

    def _url(self, host: str) -> str:
        scheme = "https" if self._context else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"

    async def start(self) -> None:
        """Listen. Raises :class:`CannotRun` with a sentence when that is not possible."""
        raise_file_limit()
        self._context = tls.server_context(self.settings)
        sockets = bind_tcp(self.settings.host, self.settings.port)
        try:
            # The port first: media takes the same number for UDP, and candidates name it.
            port = port_of(sockets[0])
            self.settings = self.settings.model_copy(update={"port": port})
            if why := udp_problem(self.settings.host, port):
                raise CannotRun(message=f"UDP for media: {why}")
            app = self._create_app(self.settings)
            media = app.get(MEDIA) if self.settings.media_tcp else None
            if media is not None:
                media.tcp_port = port
            self._runner = _Runner(
                app,
                handle_signals=False,
                shutdown_timeout=HANDLER_GRACE,
            )
            await self._runner.setup()
            assert self._runner.server is not None
            self._listener = Listener(
                sockets,
                functools.partial(Connection, self._runner.server),
                self._context,
                media.accept_tcp if media is not None else None,
                others=[
                    functools.partial(kept_alive.close_oldest, self._runner.server),
                    *app.get(SPARE, []),
                ],
            )
            self._listener.start()
        except BaseException:
            await self.stop()
            for bound in sockets:
                bound.close()
            raise
        log.info("listening", host=self.settings.host, port=port, tls=self._context is not None)

    async def stop(self) -> None:
        """Tell everybody, finish what is under way, close. At most ``GRACE`` seconds."""
        runner, self._runner = self._runner, None
        listener, self._listener = self._listener, None
        if runner is None:
            return
        started = time.monotonic()
        try:
            async with asyncio.timeout(GRACE):
                if listener is not None:
                    await listener.close()
                # Before aiohttp closes connections: from then on it reads nothing more of them, so
                # nobody's own goodbye would arrive.
                if runner.server is not None:  # it has started
                    await runner.shutdown()
                await runner.cleanup()
        except TimeoutError:
            log.warning("shutdown cut short", seconds=GRACE)
        else:
            log.info("stopped", seconds=round(time.monotonic() - started, 2))

    async def __aenter__(self) -> Server:
        await self.start()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    def stop_on_signals(self) -> asyncio.Event:
        """Return an event that SIGTERM and SIGINT set; another signal ends the process at once."""
        loop = asyncio.get_running_loop()
        stopping = asyncio.Event()

        def stop(number: signal.Signals) -> None:
            if stopping.is_set():
                # Not sys.exit: that would wait for the very things that hang.
                os._exit(128 + number)
            log.info("stopping", signal=number.name)
            # A thread that never returns (a dead network disk) would keep the process for ever.
            watchdog = threading.Timer(_LAST_RESORT, os._exit, [1])
            watchdog.daemon = True
            watchdog.start()
            stopping.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop, number)
        loop.add_signal_handler(signal.SIGHUP, self._reload_certificate)
        return stopping

    def _reload_certificate(self) -> None:
        """A renewed certificate is for new connections; those that exist keep theirs."""
        if self._context is None:
            return
        try:
            files = tls.certificate_files(self.settings)
            if files is not None:
                tls.load(self._context, *files)
        except CannotRun as error:
            log.error("certificate not reloaded", reason=error.message)
        else:
            log.info("certificate reloaded")


def keep_for_good() -> None:
    """Take what is loaded by now out of the sight of the garbage collector.

    It lives as long as the process: modules, routes, compiled models. To look at all of it again
    takes the collector 0.1 s, in which nothing else happens. What comes later it looks at in larger
    portions than it would by itself: a crowd makes thousands of objects that are no garbage.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


async def serve(
    settings: Settings,
    create_app: CreateApp,
    started: Callable[[Server], None] = lambda _server: None,
) -> None:
    """Run until a signal; ``started`` is called once the server listens."""
    async with Server(settings, create_app) as server:
        stopping = server.stop_on_signals()
        keep_for_good()
        started(server)
        await stopping.wait()
