"""The older packets that wait in the cache for one viewer: which are next, and which too late."""

from __future__ import annotations

from liveshow.relay.tracks.cache import PacketCache
from liveshow.relay.tracks.track import HEADER_OVERHEAD, Track
from liveshow.relay.viewing.packet_map import PacketMap
from liveshow.relay.wire.packets import Packet

BACKLOG_PACKETS = 40  # packets of one round of 5 ms: about 75 Mbit/s
LATE = 0.6  # seconds after which a packet is too late
MAX_SLACK = 2.0  # seconds added to LATE at most because the keyframe took long
REPLAY_TIME = 2.0  # seconds that a replay may take; a viewer that needs longer has a slow link


def next_packets(
    cache: PacketCache, position: int, octets: float
) -> tuple[list[Packet], list[int], int]:
    """Return packets of one round from ``position`` on, at most about ``octets`` bytes.

    With them the indices that are missing between them, and the position after them.
    """
    packets: list[Packet] = []
    gaps: list[int] = []
    for _ in range(BACKLOG_PACKETS):
        if position > cache.head or octets <= 0:
            break
        packet = cache.get(position)
        if packet is None:
            gaps.append(position)
        else:
            packets.append(packet)
            octets -= len(packet.payload) + HEADER_OVERHEAD
        position += 1
    return packets, gaps, position


class Deadline:
    """The deadline of one down track. Times are monotonic seconds."""

    def __init__(self) -> None:
        self.began = 0.0  # time when the present packet map began
        self._slack = 0.0  # seconds by which the end of the keyframe was late

    def begin(self, now: float) -> None:
        """Begin with a new packet map."""
        self.began, self._slack = now, 0.0

    def caught_up(self) -> None:
        """Forget the slack: nothing waits any more."""
        self._slack = 0.0

    def passed(
        self, packet_map: PacketMap, packet: Packet, now: float, *, whole_replay: bool
    ) -> bool:
        """Tell whether ``packet``, the next one to be sent, is too late.

        A keyframe never is: without one there is nothing to see. ``whole_replay``: packets of a
        replay have until ``REPLAY_TIME``, because no rate limit holds them back.
        """
        late = now - packet.arrival
        if _is_key(packet_map, packet):
            self._slack = min(late, MAX_SLACK)
            return False
        if whole_replay and packet.index <= packet_map.newest:
            return now - self.began > REPLAY_TIME
        return late > LATE + self._slack


def _is_key(packet_map: PacketMap, packet: Packet) -> bool:
    """Tell whether it is of the keyframe that the map began with, or of the newest one."""
    track: Track = packet_map.track
    if track.kind == "audio":
        return False
    return any(
        known is not None and known.timestamp == packet.timestamp
        for known in (track.cache.get(packet_map.first), track.cache.get(track.keyframe))
    )
