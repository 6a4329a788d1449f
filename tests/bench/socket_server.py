"""The process whose CPU and memory are measured: the show channel, or plain python-socketio.

``python -m tests.bench.socket_server ours|socketio [--items N] [--render-each]``

Ours is the channel's server and audience over a real room; only the room's store writes nothing,
because what SQL costs is measured elsewhere.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import socketio
from aiohttp import web

from liveshow.clock import wall_clock
from liveshow.domain.chat.commands import Announce
from liveshow.domain.chat.events import ChatAnnounced
from liveshow.domain.features import MACHINE
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.show import views
from liveshow.domain.show.chat_line import ChatLine
from liveshow.domain.show.chat_lines import ChatLines
from liveshow.domain.show.commands import Envelope
from liveshow.domain.show.events import Record, Stored, seen
from liveshow.domain.show.facts import Facts, Needs, Rules
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Photo, Speaker, Variant
from liveshow.ids import new_id
from liveshow.rooms.registry import RoomRegistry
from liveshow.rooms.snapshots import Snapshots
from liveshow.server import keep_for_good
from signaling.socket.audience import Audience, Member
from signaling.socket.engine import Server
from signaling.socket.outgoing import NAMESPACE, Frame
from tests.bench import child
from tests.bench.measure import cpu, resident

SHOW = "bench"
RULES = Rules()
HOST = Person("host", "host", "The host")
TEXT = "This one is hand-made, has two pockets and has never been worn; ask me anything about it."


class NoBatch:
    """A transaction that reads and writes nothing; a `liveshow.rooms.ports.Batch`."""

    def __init__(self) -> None:
        self.now = wall_clock()

    async def answers(self, keys: Iterable[Any]) -> dict[Any, Any]:
        return {}

    async def load(self, needs: Needs, facts: Facts) -> None: ...

    def record(self, state: ShowState, record: Record) -> None: ...

    def remember(self, answer: Any) -> None: ...

    async def flush(self, state: ShowState) -> None: ...


class NoStore:
    """A `liveshow.rooms.ports.RoomStore` that has one show."""

    def __init__(self, state: ShowState) -> None:
        self._state = state

    async def take_over(self, show_id: str) -> ShowState:
        return self._state

    @asynccontextmanager
    async def batch(self, show_id: str, epoch: int) -> AsyncIterator[NoBatch]:
        yield NoBatch()

    async def events_after(self, show_id: str, seq: int, limit: int) -> list[Stored]:
        return []

    async def head(self, show_id: str) -> tuple[int, int]:
        return self._state.epoch, self._state.seq

    async def load(self, show_id: str) -> ShowState:
        return self._state

    async def shows_to_open(self) -> list[str]:
        return []

    async def forget_keys(self) -> int:
        return 0

    async def shows_with(self, listing_id: str) -> list[str]:
        return []


def show_of(items: int) -> ShowState:
    """A live show with so many items and chat lines."""
    state = MACHINE.new_state(SHOW, epoch=1, seq=items)
    show, run = state.show, state[RunOfShow]
    show.host, show.title, show.currency, show.status = HOST, "The show", "USD", "live"
    for number in range(1, items + 1):
        photo = new_id()
        item = Item(
            id=new_id(),
            number=number,
            listing=new_id(),
            title=f"Wool coat number {number}",
            price=4500,
            owner=HOST,
            variants=[Variant(new_id(), size, 5) for size in ("S", "M", "L")],
            description=TEXT,
            photos=[
                Photo(
                    photo, f"/photos/{photo}/full.webp", f"/photos/{photo}/thumb.webp", 1200, 1600
                )
            ],
        )
        run.put(item)
        run.order.append(item.id)
        buyer = Speaker(new_id(), f"buyer{number}", f"Buyer {number}", "")
        state[ChatLines].append(ChatLine(number, wall_clock(), "message", buyer, TEXT))
    return state


class Ours:
    """The server and the audience of the show channel; everybody who connects is a guest."""

    def __init__(self, app: web.Application, items: int) -> None:
        self._store = NoStore(show_of(items))
        self._registry = RoomRegistry(self._store, rules=RULES, clock=wall_clock)
        self._snapshots = Snapshots(RULES)
        self._audience: Audience | None = None
        self._joining: set[asyncio.Task[None]] = set()
        self._server = Server()
        self._server.on("connect", self._connect, namespace=NAMESPACE)
        self._server.on_connected = self._connected
        self._server.attach(app)

    async def _connect(self, sid: str, environ: Any, auth: Any = None) -> None:
        await self._registry.get(SHOW)
        feed = await self._registry.subscribe(SHOW)
        if self._audience is None:
            self._audience = Audience(feed, RULES, self._snapshots, clock=wall_clock)
        else:
            feed.close()

    def _connected(self, sid: str) -> None:
        assert self._audience is not None
        member = Member(self._server.wire(sid), None, staff=False)
        task = asyncio.create_task(self._audience.join(member, None))
        self._joining.add(task)
        task.add_done_callback(self._joining.discard)

    async def emit(self, number: int) -> None:
        say = Announce(text=f"{number} {TEXT}")
        await self._registry.submit(SHOW, Envelope(say, HOST))

    def members(self) -> int:
        return len(self._audience.members) if self._audience else 0


class SocketIo:
    """As its documentation says: everybody enters a room, events are emitted to the room."""

    def __init__(self, app: web.Application, items: int) -> None:
        self._server = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins="*")
        self._server.on("connect", self._connect, namespace=NAMESPACE)
        self._server.attach(app)
        self._members = 0

    async def _connect(self, sid: str, environ: Any, auth: Any = None) -> None:
        await self._server.enter_room(sid, SHOW, namespace=NAMESPACE)
        self._members += 1

    async def emit(self, number: int) -> None:
        event = ChatAnnounced(Speaker.of(HOST, "host"), f"{number} {TEXT}")
        record = Record(number, wall_clock(), event)
        events = [msgspec.to_builtins(seen(record, staff=False))]
        # A tuple holds the arguments of the event; ours is one list.
        await self._server.emit("events", (events,), room=SHOW, namespace=NAMESPACE)

    def members(self) -> int:
        return self._members


def render_each() -> None:
    """Take the cache of snapshots away: each joiner's is made for them."""

    def snapshot(audience: Audience, staff: bool) -> Frame:
        state = audience.feed.state
        return Frame("snapshot", views.snapshot(state, RULES, wall_clock(), staff=staff))

    Audience._snapshot = snapshot  # type: ignore[method-assign,assignment]


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("ours", "socketio"))
    parser.add_argument("--items", type=int, default=0)
    parser.add_argument("--render-each", action="store_true")
    given = parser.parse_args()
    if given.render_each:
        render_each()
    app = web.Application()
    kinds: dict[str, type[Ours | SocketIo]] = {"ours": Ours, "socketio": SocketIo}
    served = kinds[given.kind](app, given.items)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    # As a server does when it has started; for the peers as well.
    keep_for_good()

    async def port() -> int:
        return int(runner.addresses[0][1])

    async def used() -> child.Json:
        before = cpu()
        gc.collect()
        return {"cpu": before, "memory": resident(), "members": served.members()}

    async def emit(count: int, every: float) -> float:
        """Emit events, one by one; return the CPU time from before the first."""
        gc.collect()
        before = cpu()
        for number in range(count):
            await served.emit(number)
            await asyncio.sleep(every)
        return before

    await child.serve({"port": port, "used": used, "emit": emit})


if __name__ == "__main__":
    asyncio.run(main())
