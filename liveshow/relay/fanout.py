"""From one track to many subscribers: the seam where a native kernel goes.

``Track`` hands over bursts (what one wake-up of the socket brought, usually the packets
of one video frame) together with all its subscribers. The reference does it packet by
packet in Python; a kernel does the same for the whole burst without the GIL.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from .packets import Packet

PACE = 0.005  # seconds between two rounds of the pacer


class Subscriber(Protocol):
    """One recipient of one track."""

    @property
    def behind(self) -> bool:
        """Whether it still has older packets to send and must be pumped."""

    def deliver(self, packet: Packet) -> None:
        """Send a packet that just arrived, or leave it for ``pump``."""

    def pump(self, now: float) -> None:
        """Send some of what it is behind with."""


class FanOut(Protocol):
    """Delivers bursts to subscribers."""

    def deliver(self, burst: Sequence[Packet], subscribers: Iterable[Subscriber]) -> None: ...


class PythonFanOut:
    """The reference: correct everywhere, about 10 µs per packet and subscriber."""

    def deliver(self, burst: Sequence[Packet], subscribers: Iterable[Subscriber]) -> None:
        """Give every packet of the burst to every subscriber, in order."""
        for subscriber in subscribers:
            for packet in burst:
                subscriber.deliver(packet)


class Pacer:
    """Pump who is behind every 5 ms until they are not. Idle when nobody is."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._behind: set[Subscriber] = set()
        self._handle: asyncio.TimerHandle | None = None

    def add(self, subscriber: Subscriber) -> None:
        """Pump ``subscriber`` from now on."""
        self._behind.add(subscriber)
        if self._handle is None:
            self._handle = asyncio.get_running_loop().call_later(PACE, self._round)

    def discard(self, subscriber: Subscriber) -> None:
        """Stop pumping ``subscriber``."""
        self._behind.discard(subscriber)

    def close(self) -> None:
        """Stop for good."""
        self._behind.clear()
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _round(self) -> None:
        self._handle = None
        now = self._clock()
        for subscriber in list(self._behind):
            subscriber.pump(now)
            if not subscriber.behind:
                self._behind.discard(subscriber)
        if self._behind:
            self._handle = asyncio.get_running_loop().call_later(PACE, self._round)
