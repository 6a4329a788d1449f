"""One event to everybody who is connected, and what a connection costs that does nothing."""

from __future__ import annotations

from dataclasses import dataclass

from tests.bench.child import Child
from tests.bench.table import Row, Section

# Frames until a client has joined: engine.io's open and Socket.IO's connect, then ours sends the
# snapshot and the head.
JOINED = {"ours": 4, "socketio": 2}


@dataclass(frozen=True)
class Result:
    cpu: float  # seconds per delivered event
    memory: float  # bytes per connection


async def _measure(kind: str, sockets: int, events: int, every: float, *, deflate: bool) -> Result:
    frames = JOINED[kind]
    async with (
        Child("tests.bench.socket_server", kind) as server,
        Child("tests.bench.socket_readers") as readers,
    ):
        port = await server.ask("port")

        async def connect(count: int) -> None:
            await readers.ask("connect", port=port, count=count, deflate=deflate, frames=frames)

        # The first connections pay for what is imported and allocated once.
        first = sockets // 10
        await connect(first)
        await server.ask("emit", count=2, every=every)
        before = await server.ask("used")
        await connect(sockets - first)
        after = await server.ask("used")
        assert after["members"] == sockets
        memory = (after["memory"] - before["memory"]) / (sockets - first)
        heard = await readers.ask("received")
        assert heard == sockets * frames + first * 2
        began = await server.ask("emit", count=events, every=every)
        delivered = await readers.ask("until", frames=frames + events) - heard
        used = await server.ask("used")
        assert delivered == sockets * events, f"{delivered} of {sockets * events}"
        return Result((used["cpu"] - began) / delivered, memory)


async def run(*, quick: bool) -> Section:
    sizes, events = ((20,), 3) if quick else ((500, 1000), 20)
    section = Section(
        "Fan-out: one event to every connected WebSocket; the readers are another process",
        "Ours: the show channel over a room that writes nothing. Peer: python-socketio's"
        " emit(room=…) of the\nsame event. Clients offer permessage-deflate as browsers do; ours"
        " declines, the peer compresses.",
    )
    for sockets in sizes:
        every = 0.06 if quick else sockets / 5000
        ours = await _measure("ours", sockets, events, every, deflate=True)
        plain = await _measure("socketio", sockets, events, every, deflate=False)
        stock = await _measure("socketio", sockets, events, every, deflate=True)
        what, how = f"{sockets} sockets: CPU per delivered event", "server CPU"
        section.rows += [
            Row(what, ours.cpu * 1e6, stock.cpu * 1e6, "us", how),
            Row(f"{what}, peer without deflate", ours.cpu * 1e6, plain.cpu * 1e6, "us", how),
        ]
        what, how = f"{sockets} sockets: memory per idle connection", "server RSS"
        section.rows.append(Row(what, ours.memory / 1024, stock.memory / 1024, "KiB", how))
    return section
