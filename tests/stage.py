"""A show on a running server, and people in it, for tests that talk to it over real sockets."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import socketio

from liveshow.app import PARTS, Parts
from signaling.socket.audience import Audience
from tests.domain.replica import Replica
from tests.support import Account, RunningServer, seconds

Json = dict[str, Any]
NAMESPACE = "/show"

_keys = itertools.count(1)


def new_key() -> str:
    return f"key-{next(_keys)}"


class Seat:
    """One connection to a show: keeps a replica as a client would, and remembers what it heard."""

    def __init__(self, url: str, show: str, account: Account | None = None) -> None:
        self._url = url
        self._show = show
        self.account = account
        self.replica: Replica | None = None
        self.mine: Json | None = None
        self.snapshots = 0
        self.events: list[Json] = []
        self.heads: list[Json] = []
        self.bye: Json | None = None
        # Every other message, in order: news without a place in the log.
        self.ephemeral: list[tuple[str, Json]] = []
        self._client: socketio.AsyncClient | None = None
        self._changed = asyncio.Event()

    async def sit(self, *, resume: bool = False, **auth: Any) -> Seat:
        """Connect and wait for the first head: by then the seat has caught up."""
        client = socketio.AsyncClient(reconnection=False)
        for name in ("snapshot", "events", "mine", "head", "bye"):
            client.on(name, self._hear(name), namespace=NAMESPACE)
        client.on("*", self._hear_ephemeral, namespace=NAMESPACE)
        client.on("disconnect", lambda *_: self._changed.set(), namespace=NAMESPACE)
        self._client = client
        hello: Json = {"show": self._show, "visitor": f"visitor-{next(_keys)}", **auth}
        if self.account:
            hello.setdefault("token", self.account.token)
        if resume and self.replica:
            hello["since"] = self.replica.since
        heads = len(self.heads)
        await client.connect(
            self._url,
            namespaces=[NAMESPACE],
            auth=hello,
            transports=["websocket"],
            wait_timeout=seconds(10),
        )
        await self.until(lambda: len(self.heads) > heads)
        return self

    def _hear(self, name: str) -> Callable[[Any], None]:
        def hear(payload: Any) -> None:
            if name == "snapshot":
                self.snapshots += 1
                self.replica = Replica.of(payload)
            elif name == "events":
                assert self.replica is not None, "events before any snapshot"
                self.replica.receive(payload)
                self.events.extend(payload)
            elif name == "mine":
                self.mine = payload
            elif name == "head":
                self.heads.append(payload)
            else:
                self.bye = payload
            self._changed.set()

        return hear

    def _hear_ephemeral(self, name: str, payload: Any) -> None:
        self.ephemeral.append((name, payload))
        self._changed.set()

    async def until(self, holds: Callable[[], Any], *, within: float = 10) -> Any:
        """Wait until what this seat has heard makes ``holds()`` true."""
        async with asyncio.timeout(seconds(within)):
            while not (value := holds()):
                self._changed.clear()
                await self._changed.wait()
        return value

    async def reach(self, seq: int) -> Replica:
        """Wait until the replica has applied the event ``seq``."""
        await self.until(lambda: self.replica is not None and self.replica.seq >= seq)
        assert self.replica is not None
        return self.replica

    async def say(self, command: str, **fields: Any) -> Json:
        """Send a command and return its acknowledgement."""
        fields.setdefault("key", new_key())
        return await self.call(command, fields)

    async def call(self, command: str, *payload: Any) -> Json:
        """Send anything at all under a command's name."""
        assert self._client is not None
        data = payload[0] if len(payload) == 1 else payload
        ack: Json = await self._client.call(command, data, namespace=NAMESPACE, timeout=seconds(20))
        return ack

    async def do(self, command: str, **fields: Any) -> Json:
        """Send a command that must be accepted."""
        ack = await self.say(command, **fields)
        assert ack["ok"], ack
        return ack

    @property
    def connected(self) -> bool:
        return self._client is not None and NAMESPACE in self._client.namespaces

    async def leave(self) -> None:
        if self._client is not None:
            await self._client.disconnect()


@dataclass
class Stage:
    """A live show with a host."""

    server: RunningServer
    show: str
    host: Account
    seats: list[Seat] = field(default_factory=list)

    @classmethod
    async def set(cls, server: RunningServer, *, start: bool = True, **show: Any) -> Stage:
        host = await server.account("host")
        made = await server.post("/api/shows", {"title": "The show", **show}, by=host)
        stage = cls(server, made["id"], host)
        if start:
            await stage.command("start")
        return stage

    @property
    def parts(self) -> Parts:
        return self.server.app[PARTS]

    @property
    def audience(self) -> Audience:
        """Everybody who is connected to the show, as the server sees them."""
        audience = self.parts.channel._audiences.get(self.show)
        assert audience is not None, "nobody is connected"
        return audience

    async def command(self, name: str, *, by: Account | None = None, **fields: Any) -> Json:
        """A command over HTTP, the host's unless said otherwise; must be accepted."""
        body = {"type": name, "key": new_key(), **fields}
        answer: Json = await self.server.post(
            f"/api/shows/{self.show}/commands", body, by=by or self.host
        )
        return answer

    async def listing(self, *, by: Account | None = None, **draft: Any) -> Json:
        body = {"title": "Wool coat", "price": 4500, "shipping": {"flat": 0}, **draft}
        made: Json = await self.server.post("/api/listings", body, by=by or self.host)
        return made

    async def item(self, **draft: Any) -> str:
        """A listing of the host, in the run of show; returns the item's id."""
        listing = await self.listing(**draft)
        added = await self.command("add", listing=listing["id"])
        return str(added["item"])

    async def seat(self, account: Account | str | None = None, **auth: Any) -> Seat:
        """Somebody sits down; a name signs up first."""
        if isinstance(account, str):
            account = await self.server.account(account)
        seat = Seat(self.server.url, self.show, account)
        self.seats.append(seat)
        return await seat.sit(**auth)

    async def crowd(self, count: int, prefix: str = "buyer") -> list[Seat]:
        """Many signed-in people at once."""
        handles = [f"{prefix}{number}" for number in range(count)]
        tokens = await self.parts.accounts.create_tokens(handles)
        accounts = [Account("", h, t) for h, t in zip(handles, tokens, strict=True)]
        seats = [Seat(self.server.url, self.show, account) for account in accounts]
        self.seats.extend(seats)
        for start in range(0, count, 50):
            await asyncio.gather(*(seat.sit() for seat in seats[start : start + 50]))
        for seat in seats:
            assert seat.mine is not None
            assert seat.account is not None
            seat.account.id = seat.mine["user"]["id"]
        return seats

    async def fresh(self, by: Account | None = None) -> Json:
        """The snapshot that somebody who joins now would get."""
        snapshot: Json = await self.server.get(f"/api/shows/{self.show}/state", by=by)
        return snapshot

    async def mine(self, account: Account) -> Json:
        mine: Json = await self.server.get(f"/api/shows/{self.show}/mine", by=account)
        return mine

    async def total(self, account: Account) -> int:
        """What somebody's cart says; 0 when they hold nothing."""
        cart = (await self.mine(account))["cart"]
        return cart["total"] if cart else 0

    async def clear(self) -> None:
        await asyncio.gather(*(seat.leave() for seat in self.seats))
