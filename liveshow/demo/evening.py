"""Runs the demo: a temporary database, the seeded show, its host and its crowd."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web

from liveshow.app import PARTS, Parts, create_app
from liveshow.demo.chatter import Chatter
from liveshow.demo.host import SyntheticHost
from liveshow.demo.links import add_links, welcome
from liveshow.demo.seed import Evening, seed
from liveshow.demo.wardrobe import SHOW
from liveshow.server import Server
from liveshow.settings import Settings
from liveshow.store import migrate

LEAVE_WITHIN = 2.0  # seconds for the synthetic host and the crowd to go


class Demo:
    """Makes the application of a demo, and what runs beside it."""

    def __init__(self, *, broadcast: bool) -> None:
        self._broadcast = broadcast
        self.evening = Evening()
        self.host: SyntheticHost | None = None

    def create_app(self, settings: Settings) -> web.Application:
        """Return the product with the demo in it: seeded before it answers, links for roles."""
        app = create_app(settings)
        parts = app[PARTS]
        add_links(app, parts.accounts)

        async def watch(request: web.Request, response: web.StreamResponse) -> None:
            if self.host is not None:
                await self.host.watch(request, response)

        async def prepare(_app: web.Application) -> AsyncIterator[None]:
            self.evening = await seed(parts, live=self._broadcast)
            if self._broadcast:
                self.host = await _synthetic_host(parts)
            yield

        app.on_response_prepare.append(watch)
        # After the parts of the server have started, before it takes connections.
        app.cleanup_ctx.append(prepare)
        return app

    async def play(self, server: Server, stopping: asyncio.Event) -> None:
        """Keep the show alive until ``stopping`` is set; leaves within ``LEAVE_WITHIN``."""
        parts = server.app[PARTS]
        work = [Chatter(parts.registry, parts.payments, self.evening.people).run(stopping)]
        if self.host is not None:
            work.append(self.host.run(server.url, stopping))
        tasks = [asyncio.create_task(each) for each in work]
        await stopping.wait()
        _done, late = await asyncio.wait(tasks, timeout=LEAVE_WITHIN)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _synthetic_host(parts: Parts) -> SyntheticHost:
    token = await parts.accounts.create_token("host", agent="liveshow demo")
    room = await parts.registry.get(SHOW)

    def publishing() -> bool:
        stats = parts.relay.show_stats(SHOW)
        return stats is not None and stats.publishing

    return SyntheticHost(
        SHOW, token, publishing=publishing, over=lambda: room.state.show.status == "ended"
    )


async def run_evening(settings: Settings, *, broadcast: bool) -> None:
    """Run until a signal, then remove the data that was temporary."""
    async with AsyncExitStack() as ending:
        settings = _own_data(settings, ending).model_copy(update={"test_payments": True})
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _say("Preparing the show …")
        await migrate.prepare(settings)
        demo = Demo(broadcast=broadcast)
        server = Server(settings, demo.create_app)
        stopping = server.stop_on_signals()
        if not await _started(server, stopping):
            return
        ending.push_async_callback(server.stop)
        secure = server.url.startswith("https:")
        _say(welcome(host=settings.host, port=server.port, secure=secure, broadcast=broadcast))
        await demo.play(server, stopping)


async def _started(server: Server, stopping: asyncio.Event) -> bool:
    """Start the server, unless a signal comes first."""
    starting = asyncio.create_task(server.start())
    signal = asyncio.create_task(stopping.wait())
    await asyncio.wait([starting, signal], return_when=asyncio.FIRST_COMPLETED)
    signal.cancel()
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return False
    await starting
    return True


def _own_data(settings: Settings, ending: AsyncExitStack) -> Settings:
    """Return settings with a temporary folder, unless the operator chose where data goes."""
    chosen = settings.data_dir != Settings.model_fields["data_dir"].default
    if chosen or settings.database_url:
        return settings
    folder = ending.enter_context(
        tempfile.TemporaryDirectory(prefix="liveshow-demo-", ignore_cleanup_errors=True)
    )
    return settings.model_copy(update={"data_dir": Path(folder)})


def _say(text: str) -> None:
    # Standard output, so that it is there without the logs.
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
