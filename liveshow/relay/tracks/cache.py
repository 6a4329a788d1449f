"""The packets of one track that may still be needed, shared by all its viewers.

Used to answer NACKs, to replay the last group of pictures to who joins, and as the
queue of every viewer that is behind (who keeps only a position in it). Bounded by
number and by age; the oldest packets go first, whether somebody still wants them or not.
"""

from __future__ import annotations

from collections import deque

from liveshow.relay.wire.packets import Packet

MAX_PACKETS = 8192  # about 12 s of 6 Mbit/s
MAX_AGE = 12.0  # seconds; OBS sends a keyframe every 8.3 s when left alone


class PacketCache:
    """Packets by ``index``; late ones are filed where they belong."""

    def __init__(self, max_packets: int = MAX_PACKETS, max_age: float = MAX_AGE) -> None:
        self._packets: dict[int, Packet] = {}
        self._arrivals: deque[int] = deque()
        self._max_packets = max_packets
        self._max_age = max_age
        self.head = -1  # highest index ever seen
        # Highest index that was here and is gone. Nothing up to it comes back: it may have been
        # sent, and a number never stands for two contents.
        self.floor = -1
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._packets)

    def add(self, packet: Packet) -> bool:
        """File a packet; return False if it is there already."""
        if packet.index in self._packets:
            return False
        self._packets[packet.index] = packet
        self._arrivals.append(packet.index)
        self.bytes += len(packet.payload)
        self.head = max(self.head, packet.index)
        self._evict(packet.arrival)
        return True

    def get(self, index: int) -> Packet | None:
        """Return a packet, or None when it never came or is gone."""
        return self._packets.get(index)

    def frame_start(self, index: int) -> int:
        """Return the first index of the frame that the packet at ``index`` is part of.

        A frame is a run of packets with one timestamp (RFC 6184 §5.1); what precedes an
        SPS in it (access unit delimiter, SEI) belongs to the keyframe.
        """
        packet = self._packets[index]
        while (before := self._packets.get(index - 1)) is not None:
            if before.timestamp != packet.timestamp or before.codec != packet.codec:
                break
            index -= 1
        return index

    def missing(self, first: int, last: int) -> int:
        """Return how many of ``first … last`` are not here."""
        return sum(1 for index in range(first, last + 1) if index not in self._packets)

    def clear(self) -> None:
        """Forget the packets, keep counting where we were."""
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
