"""A bad network between a viewer and the server: loss, delay and a narrow link, over UDP.

What ``tc netem`` does, for machines whose kernel has none and for tests that may not change
the network's settings. A viewer is led here by the candidate in its answer (``amend``); each
viewer gets a socket of its own towards the server, so the server tells them apart.
"""

from __future__ import annotations

import asyncio
import random
import re
import socket
from dataclasses import dataclass
from typing import Any, Self

MAX_FLOWS = 256
BUFFER = 4 << 20  # bytes of the sockets
SWEEP = 128  # datagrams of one wake-up


@dataclass(frozen=True, slots=True)
class Link:
    """One direction. ``loss``: share lost, 0 to 1; ``delay``: seconds; ``rate``: bits per
    second, None: unlimited; ``queue``: seconds that the narrow link's queue holds."""

    loss: float = 0.0
    delay: float = 0.0
    rate: float | None = None
    queue: float = 0.3


class Direction:
    """The state of one direction of one flow."""

    def __init__(self, link: Link, seed: int) -> None:
        self.link = link
        self._random = random.Random(seed)
        self._free = 0.0  # when the link has sent what it was given
        self.passed = self.lost = 0

    def due(self, size: int, now: float) -> float | None:
        """Return when a packet of ``size`` bytes comes out, None when it does not."""
        link = self.link
        if link.loss and self._random.random() < link.loss:
            self.lost += 1
            return None
        leaves = now
        if link.rate is not None:
            begins = max(now, self._free)
            if begins - now > link.queue:
                self.lost += 1
                return None
            # 28 bytes of IP and UDP are on the link, too.
            leaves = self._free = begins + (size + 28) * 8 / link.rate
        self.passed += 1
        return leaves + link.delay


class ImpairedPath:
    """Listens on a port of its own and passes on to ``server``."""

    def __init__(self, server: tuple[str, int], down: Link, up: Link | None = None) -> None:
        self._server = server
        self._links = (down, up or Link())
        self._flows: dict[Any, tuple[socket.socket, Direction, Direction]] = {}
        self._socket = _udp()
        self._socket.bind((server[0], 0))

    async def __aenter__(self) -> Self:
        asyncio.get_running_loop().add_reader(self._socket, self._from_viewer)
        return self

    async def __aexit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        for sock in (self._socket, *(flow[0] for flow in self._flows.values())):
            loop.remove_reader(sock)
            sock.close()
        self._flows.clear()

    @property
    def port(self) -> int:
        """Where viewers send to."""
        return int(self._socket.getsockname()[1])

    def change(self, down: Link, up: Link | None = None) -> None:
        """Have another link towards the viewers from now on, and from them if ``up`` is given."""
        self._links = (down, up or self._links[1])
        for _, towards, back in self._flows.values():
            towards.link, back.link = self._links

    def amend(self, sdp: str) -> str:
        """Return an answer whose UDP candidates lead here, and without any other."""
        lines = [
            line
            for line in sdp.split("\r\n")
            if not line.startswith("a=candidate") or " udp " in line
        ]
        return re.sub(
            rf"( udp \d+ \S+ ){self._server[1]} ", rf"\g<1>{self.port} ", "\r\n".join(lines)
        )

    @property
    def counts(self) -> tuple[int, int]:
        """Packets towards viewers that passed, and that were lost."""
        down = [flow[1] for flow in self._flows.values()]
        return sum(d.passed for d in down), sum(d.lost for d in down)

    def _from_viewer(self) -> None:
        for _ in range(SWEEP):
            try:
                data, address = self._socket.recvfrom(4096)
            except OSError:
                return
            if address not in self._flows and len(self._flows) < MAX_FLOWS:
                self._open(address)
            if (flow := self._flows.get(address)) is not None:
                self._pass(flow[2], flow[0], data, self._server)

    def _open(self, viewer: Any) -> None:
        sock = _udp()
        sock.bind((self._server[0], 0))
        seed = len(self._flows)
        down, up = (Direction(link, seed) for link in self._links)
        self._flows[viewer] = (sock, down, up)
        asyncio.get_running_loop().add_reader(sock, self._from_server, sock, down, viewer)

    def _from_server(self, sock: socket.socket, down: Direction, viewer: Any) -> None:
        for _ in range(SWEEP):
            try:
                data = sock.recv(4096)
            except OSError:
                return
            self._pass(down, self._socket, data, viewer)

    def _pass(self, direction: Direction, sock: socket.socket, data: bytes, to: Any) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        due = direction.due(len(data), now)
        if due is None:
            return
        if due <= now:
            _send(sock, data, to)
        else:
            loop.call_at(due, _send, sock, data, to)


def _udp() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        sock.setsockopt(socket.SOL_SOCKET, option, BUFFER)
    return sock


def _send(sock: socket.socket, data: bytes, to: Any) -> None:
    try:
        if sock.fileno() >= 0:
            sock.sendto(data, to)
    except OSError:
        pass
