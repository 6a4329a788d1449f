"""Sinks: whatever reads the packets of a track, beside the viewers or on their behalf.

The fan-out to viewers (``fan_out.FanOut``) is one sink of a track; a recorder or an HLS segmenter
is another. A sink is added to a track and the track does not change for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from liveshow.relay.tracks.cache import PacketCache
from liveshow.relay.wire.codecs import OPUS
from liveshow.relay.wire.packets import Packet

MAX_SINKS = 8  # most sinks of one track, viewers apart; more are refused
MAX_QUEUED = 4096  # packets of one queue, as many as a replay may have: 13 s of 2.5 Mbit/s

log = logging.getLogger(__name__)


class Sink(Protocol):
    """A reader of one track.

    ``take`` gets what arrived in one wake of the socket, in the order of the track's indices. It
    is called in the event loop after the viewers were served. It must return at once: no
    waiting, no disk, no network. A sink that has slow work keeps the packets in a bounded queue
    (``SinkQueue``).

    Packets are shared with all viewers: a sink reads them and never changes them. A packet that
    was lost and repaired comes in a later burst than its neighbours.

    A sink that raises is removed and the exception is logged. The viewers and the other sinks of
    the track notice nothing.
    """

    def take(self, burst: Sequence[Packet]) -> None:
        """Take packets, at least one."""

    def close(self) -> None:
        """Take note that the track has ended: the show is over, or was forgotten."""


@dataclass(slots=True)
class _Reader:
    """Where one sink stands. Without ``started`` it waits for a keyframe above ``first``."""

    started: bool
    first: int  # index before which it gets nothing


class SinkSet:
    """The sinks of one track that are not its viewers. Owned by the track.

    A sink of video begins with a keyframe: the newest one with all that followed, when that is
    in the cache, else the next. It begins anew at a keyframe when the publisher or the codec
    changes. A sink of audio begins with the next packet.
    """

    def __init__(self, cache: PacketCache, video: bool) -> None:
        self._cache = cache
        self._video = video
        self._readers: dict[Sink, _Reader] = {}

    def __len__(self) -> int:
        return len(self._readers)

    @property
    def waiting(self) -> bool:
        """Whether a sink cannot begin before there is a keyframe."""
        return any(not reader.started for reader in self._readers.values())

    def add(self, sink: Sink, keyframe: int, replayable: bool) -> None:
        """Add a sink; ``keyframe``: index of the newest one, ``replayable``: it may begin there.

        Adding it twice changes nothing. Raises ``ValueError`` beyond ``MAX_SINKS``.
        """
        if sink in self._readers:
            return
        if len(self._readers) >= MAX_SINKS:
            raise ValueError(f"a track has at most {MAX_SINKS} sinks beside its viewers")
        reader = self._readers[sink] = _Reader(not self._video, -1)
        if self._video:
            reader.first = keyframe - 1 if replayable else keyframe
            self._start(sink, reader, keyframe)

    def remove(self, sink: Sink) -> None:
        """Give ``sink`` nothing any more."""
        self._readers.pop(sink, None)

    def source_changed(self) -> None:
        """Have all sinks of video begin anew at the next keyframe."""
        if self._video:
            for reader in self._readers.values():
                reader.started, reader.first = False, -1

    def take(self, burst: Sequence[Packet], keyframe: int) -> None:
        """Hand a burst to all sinks; ``keyframe``: index of the newest one, -1: none yet."""
        for sink, reader in list(self._readers.items()):
            if not reader.started:
                self._start(sink, reader, keyframe)
                continue
            if keyframe < reader.first:
                reader.first = keyframe  # its first packet came late
            if burst[0].index >= reader.first:
                self._give(sink, burst)
            elif later := [packet for packet in burst if packet.index >= reader.first]:
                self._give(sink, later)

    def close(self) -> None:
        """Tell all sinks that the track has ended."""
        readers, self._readers = self._readers, {}
        for sink in readers:
            try:
                sink.close()
            except Exception:
                log.exception("a sink could not be closed")

    def _start(self, sink: Sink, reader: _Reader, keyframe: int) -> None:
        """Give a waiting sink the newest group of pictures, if it may begin there."""
        if keyframe <= reader.first:
            return
        indices = range(keyframe, self._cache.head + 1)
        group = [packet for index in indices if (packet := self._cache.get(index)) is not None]
        if group:
            reader.started, reader.first = True, keyframe
            self._give(sink, group)

    def _give(self, sink: Sink, burst: Sequence[Packet]) -> None:
        try:
            sink.take(burst)
        except Exception:
            log.exception("a sink raised and was removed")
            self.remove(sink)


class SinkQueue:
    """A sink whose packets wait for a task that has slow work, such as writing to a disk.

    When ``limit`` packets wait, the burst that finds no room is dropped, and so is everything up
    to the next keyframe: what is read can always be decoded. Sound goes on as soon as there is
    room. ``dropped`` counts packets.
    """

    def __init__(self, limit: int = MAX_QUEUED) -> None:
        self.dropped = 0
        self._limit = limit
        self._packets: deque[Packet] = deque()
        self._skipping = False  # packets are dropped until the next keyframe
        self._closed = False
        self._arrived = asyncio.Event()

    def take(self, burst: Sequence[Packet]) -> None:
        """See ``Sink``."""
        wanted = burst[_resumption(burst) :] if self._skipping else burst
        if len(self._packets) + len(wanted) > self._limit:
            self._skipping, wanted = True, ()
        elif wanted:
            self._skipping = False
        self.dropped += len(burst) - len(wanted)
        self._packets.extend(wanted)
        if wanted:
            self._arrived.set()

    def close(self) -> None:
        """See ``Sink``; what waits can still be read."""
        self._closed = True
        self._arrived.set()

    async def read(self) -> list[Packet]:
        """Return all packets that wait, after at least one has come; none after the end."""
        if not self._packets and not self._closed:
            self._arrived.clear()
            await self._arrived.wait()
        packets = list(self._packets)
        self._packets.clear()
        return packets


def _resumption(burst: Sequence[Packet]) -> int:
    """Return the position in ``burst`` from which on it can be decoded without what was before."""
    for position, packet in enumerate(burst):
        if packet.keyframe or packet.codec == OPUS:
            return position
    return len(burst)
