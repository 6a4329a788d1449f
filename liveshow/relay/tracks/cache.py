"""The packets of one track that may still be needed, shared by all its viewers.

It answers NACKs, replays the last group of pictures to joining viewers, and is the queue of every
viewer that is behind: such a viewer keeps only a position in it. It is bounded by number and by
age. The oldest packets go first, even if a viewer still wants them.
"""

from __future__ import annotations

from collections import deque

from liveshow.relay.wire.packets import Packet

MAX_PACKETS = 8192  # packets, about 12 s of 6 Mbit/s; the oldest is dropped
MAX_AGE = 12.0  # seconds; OBS by default sends a keyframe every 8.3 s


class PacketCache:
    """Packets by ``index``, whatever order they come in."""

    def __init__(self, max_packets: int = MAX_PACKETS, max_age: float = MAX_AGE) -> None:
        self._packets: dict[int, Packet] = {}
        self._arrivals: deque[int] = deque()
        self._max_packets = max_packets
        self._max_age = max_age
        self.head = -1  # highest index ever added
        # Highest index that was dropped. No packet up to it is added again: another one with that
        # number may have been sent, and one number must never have two contents.
        self.floor = -1
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._packets)

    def add(self, packet: Packet) -> bool:
        """Add a packet; return False if its index is taken."""
        if packet.index in self._packets:
            return False
        self._packets[packet.index] = packet
        self._arrivals.append(packet.index)
        self.bytes += len(packet.payload)
        self.head = max(self.head, packet.index)
        self._evict(packet.arrival)
        return True

    def get(self, index: int) -> Packet | None:
        """Return a packet, None when it never came or was dropped."""
        return self._packets.get(index)

    def frame_start(self, index: int) -> int:
        """Return the first index of the frame that the packet at ``index`` is part of.

        A frame is the packets of one timestamp (RFC 6184 §5.1). NAL units before its SPS (access
        unit delimiter, SEI) belong to the keyframe.
        """
        packet = self._packets[index]
        while (before := self._packets.get(index - 1)) is not None:
            if before.timestamp != packet.timestamp or before.codec != packet.codec:
                break
            index -= 1
        return index

    def missing(self, first: int, last: int) -> int:
        """Return how many indices of ``first … last`` are not in the cache."""
        return sum(1 for index in range(first, last + 1) if index not in self._packets)

    def clear(self) -> None:
        """Drop all packets. Their indices stay taken."""
        self.floor = self.head
        self._packets.clear()
        self._arrivals.clear()
        self.bytes = 0

    def _evict(self, now: float) -> None:
        while self._arrivals:
            packet = self._packets[self._arrivals[0]]
            if len(self._packets) <= self._max_packets and now - packet.arrival <= self._max_age:
                break
            self._arrivals.popleft()
            self.floor = max(self.floor, packet.index)
            del self._packets[packet.index]
            self.bytes -= len(packet.payload)
