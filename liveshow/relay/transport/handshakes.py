"""DTLS handshakes: slots for those under way, a queue for the next, and their threads.

Two hundred viewers that join in one second must not delay the pictures of the others. So OpenSSL
computes in a few threads (it releases the GIL meanwhile), the number of half-open handshakes is
bounded, and so is the queue. A peer that finds the queue full is not told: DTLS sends its first
flight again after a second (RFC 6347 §4.2.4.1), and ICE checks are answered all the time.

An attacker who begins a handshake and leaves it lying pays one datagram. So while peers queue,
slots are taken from peers that do not answer. A free slot goes to the queueing peer whose network
holds the fewest. So no peer waits long for slots that others hold.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

AT_ONCE = 512  # half-open handshakes, 70 KB each
WAITING = 512  # peers in the queue; the first flight of others is dropped
# Divisor of a network's share: it has a fourth of the queue at most, and a fourth of the slots
# while other networks queue.
SHARE = 4
THREADS = 2  # threads that compute handshakes
# Seconds without an answer of the peer after which a slot goes to a queueing peer: half a second
# more than DTLS takes to send a flight again (RFC 6347 §4.2.4.1). After as many the slot goes in
# any case if its network has more than its share.
IDLE = 1.5
# Seconds after which a slot goes to a queueing peer in any case: a handshake takes six round trips
# at the very most.
SLOW = 5.0
EVICTION_INTERVAL = 0.25  # seconds between two looks for slots to take while peers queue

_V4_MAPPED = bytes(10) + b"\xff\xff"  # RFC 4291 §2.5.5.2
_WAITS_FOR_US = float("inf")

T = TypeVar("T")


class HandshakeSlot:
    """The slot of one handshake, in the queue or under way."""

    __slots__ = ("abandon", "idle_since", "network", "since", "start")

    def __init__(
        self, network: bytes, start: Callable[[], None], abandon: Callable[[], None]
    ) -> None:
        self.network = network
        self.start = start
        self.abandon = abandon
        self.since = 0.0  # time when the handshake began
        self.idle_since = _WAITS_FOR_US


class Handshakes:
    """All handshakes of one mux. Owned by it; belongs to one event loop."""

    def __init__(
        self,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once = at_once
        self._max_waiting = waiting
        self._clock = clock
        self._open: dict[HandshakeSlot, None] = {}  # oldest first
        self._waiting: dict[HandshakeSlot, None] = {}
        # Slots under way, and in the queue, of each network that has any.
        self._held: Counter[bytes] = Counter()
        self._in_line: Counter[bytes] = Counter()
        self._timer: asyncio.TimerHandle | None = None
        self._pool: ThreadPoolExecutor | None = None

    @property
    def open(self) -> int:
        """The number of handshakes under way."""
        return len(self._open)

    @property
    def waiting(self) -> int:
        """The number of peers in the queue."""
        return len(self._waiting)

    def enter(
        self, host: str, start: Callable[[], None], abandon: Callable[[], None]
    ) -> HandshakeSlot | None:
        """Return a slot for a peer at ``host``, under way or queueing; None when the queue is full.

        ``start`` is called once, now or when it is its turn. ``abandon`` is called when the peer
        was too slow while others queue, and has lost the slot. The owner of a slot must ``leave``
        it, and report what was ``heard`` and ``answered``. Raises ``OSError`` when ``host`` is no
        address.
        """
        slot = HandshakeSlot(network(host), start, abandon)
        if len(self._open) < self._at_once:
            self._admit(slot)
            return slot
        share = max(1, self._max_waiting // SHARE)
        if len(self._waiting) >= self._max_waiting or self._in_line[slot.network] >= share:
            return None
        self._waiting[slot] = None
        self._in_line[slot.network] += 1
        self._watch()
        return slot

    def leave(self, slot: HandshakeSlot) -> None:
        """Give a slot up, which starts the next handshake. Idempotent."""
        if slot in self._waiting:
            self._step_out(slot)
        elif slot in self._open:
            del self._open[slot]
            _less(self._held, slot.network)
            self._next()

    def heard(self, slot: HandshakeSlot) -> None:
        """Note that the peer sent something: now it waits for us."""
        slot.idle_since = _WAITS_FOR_US

    def answered(self, slot: HandshakeSlot) -> None:
        """Note that we answered the peer: now we wait for it."""
        if slot.idle_since == _WAITS_FOR_US:
            slot.idle_since = self._clock()

    def evict(self) -> None:
        """Take slots for the queue: from idle and slow peers, and from networks with too many."""
        now = self._clock()
        late = [p for p in self._open if now - p.idle_since > IDLE or now - p.since > SLOW]
        late.sort(key=lambda slot: slot.idle_since)
        for slot in late[: len(self._waiting)]:
            self._take(slot)
        share = max(1, self._at_once // SHARE)
        wanted = sum(self._held[slot.network] < share for slot in self._waiting)
        for slot in list(self._open):
            if not wanted or now - slot.since <= IDLE:
                break
            if self._held[slot.network] > share:
                self._take(slot)
                wanted -= 1

    async def run(self, work: Callable[[], T]) -> T:
        """Return the result of ``work``, which runs in one of the threads.

        A cancelled caller still waits for the end of ``work``, however often it is cancelled: then
        nothing uses the objects of ``work`` any more.
        """
        if self._pool is None:
            self._pool = ThreadPoolExecutor(THREADS, "dtls")
        job = asyncio.get_running_loop().run_in_executor(self._pool, work)
        try:
            return await asyncio.shield(job)
        except asyncio.CancelledError:
            while not job.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([job])
            raise

    def close(self) -> None:
        """Stop the threads and drop the queue."""
        self._waiting.clear()
        self._in_line.clear()
        if self._timer is not None:
            self._timer.cancel()
        if self._pool is not None:
            self._pool.shutdown(wait=False)
            self._pool = None

    def _admit(self, slot: HandshakeSlot) -> None:
        slot.since = self._clock()
        slot.idle_since = _WAITS_FOR_US
        self._open[slot] = None
        self._held[slot.network] += 1
        slot.start()

    def _take(self, slot: HandshakeSlot) -> None:
        self.leave(slot)
        slot.abandon()

    def _step_out(self, slot: HandshakeSlot) -> None:
        del self._waiting[slot]
        _less(self._in_line, slot.network)

    def _next(self) -> None:
        while self._waiting and len(self._open) < self._at_once:
            # The first in the queue of those whose network has the fewest slots.
            slot = min(self._waiting, key=lambda waiting: self._held[waiting.network])
            self._step_out(slot)
            self._admit(slot)

    def _watch(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(EVICTION_INTERVAL, self._look_again)

    def _look_again(self) -> None:
        self._timer = None
        self.evict()
        if self._waiting:
            self._watch()


def network(host: str) -> bytes:
    """Return the network of an address: an IPv4 address, or the first 64 bits of an IPv6 one.

    Raises ``OSError`` when ``host`` is no address.
    """
    if ":" not in host:
        return socket.inet_pton(socket.AF_INET, host)
    packed = socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
    return packed[12:] if packed[:12] == _V4_MAPPED else packed[:8]


def _less(counts: Counter[bytes], network: bytes) -> None:
    """Count one less, and forget a network that has none."""
    counts[network] -= 1
    if not counts[network]:
        del counts[network]
