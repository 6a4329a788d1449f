"""How a viewer sees the packets of one track, from one keyframe on.

What a viewer gets of a simulcast is a chain of runs: another layer, another publisher, or the same
track after a pause begins a new one. Within a map every packet sent is a pure function of the
cached packet, and numbers only go up from map to map. So there are never two contents under one
(SSRC, sequence number), and neither time nor picture ids go back (RFC 7741 §4.2, RFC 9628 §4.2).
"""

from __future__ import annotations

from dataclasses import dataclass

from liveshow.relay.negotiation import PayloadTypes
from liveshow.relay.tracks.rtp_to_ntp import PacketTime, ticks_between
from liveshow.relay.tracks.track import Track
from liveshow.relay.wire.packets import Packet

REPLAY_RATIO = 32  # replayed frames are so many times closer together than live ones
MAX_GAP = 64  # packets in a row that may be missing where a map ends

_HALF = 1 << 31


@dataclass(frozen=True, slots=True)
class PacketMap:
    """``first``: index of its first packet; ``newest``: of the newest one when it began."""

    track: Track
    first: int
    newest: int
    newest_timestamp: int
    sequence_offset: int
    time_offset: int
    picture_offset: int
    tl0_offset: int
    payload_type: int
    retransmission_type: int | None

    def timestamp(self, packet: Packet) -> int:
        """Return the timestamp to be sent, before ``time_offset`` is added.

        Replayed frames, up to ``newest``, carry timestamps 1 ms apart and so ask to be shown at
        once: the viewer catches up with the others instead of staying behind for ever.
        """
        if packet.index > self.newest:
            return packet.timestamp
        age = (self.newest_timestamp - packet.timestamp) & 0xFFFFFFFF
        if age >= _HALF:
            return packet.timestamp
        return (self.newest_timestamp - age // REPLAY_RATIO) & 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class LastSent:
    """What a viewer was sent last."""

    packet_map: PacketMap
    packet: Packet


def last_sent(packet_map: PacketMap, index: int) -> LastSent | None:
    """Return the newest packet of ``packet_map`` up to ``index``, None when there is none any more."""
    for at in range(index, max(packet_map.first, index - MAX_GAP) - 1, -1):
        if (packet := packet_map.track.cache.get(at)) is not None:
            return LastSent(packet_map, packet)
    return None


def begin_map(
    track: Track,
    index: int,
    next_sequence: int,
    types: PayloadTypes,
    last: LastSent | None,
    replay: bool,
) -> PacketMap | None:
    """Return the map that begins at ``index`` and follows ``last``.

    ``replay``: what is in the cache after it is shown at once. None when the first packet is
    gone, or the viewer does not know the codec.
    """
    cache = track.cache
    first = cache.get(index)
    newest = cache.get(cache.head) if replay else first
    payload_types = types.of(track.codec, track.profile)
    if first is None or newest is None or payload_types is None:
        return None
    offsets = (0, 0, 0) if last is None else _follow(last, track, first, newest)
    time_offset, picture_offset, tl0_offset = offsets
    payload_type, retransmission_type = payload_types
    return PacketMap(
        track=track,
        first=index,
        newest=newest.index,
        newest_timestamp=newest.timestamp,
        sequence_offset=next_sequence - index,
        time_offset=time_offset,
        picture_offset=picture_offset,
        tl0_offset=tl0_offset,
        payload_type=payload_type,
        retransmission_type=retransmission_type,
    )


def _follow(last: LastSent, track: Track, first: Packet, newest: Packet) -> tuple[int, int, int]:
    """Return the offsets of time, picture id and TL0PICIDX with which ``first`` goes on."""
    before, packet = last.packet_map, last.packet
    time_offset = before.time_offset
    picture_offset, tl0_offset = before.picture_offset, before.tl0_offset
    if track is before.track and first.index > packet.index:
        return time_offset, picture_offset, tl0_offset  # its numbers go on by themselves
    if track is not before.track:
        elapsed = ticks_between(
            _packet_time(before.track, packet),
            _packet_time(track, first),
            track.rtp_to_ntp.clock_rate,
        )
        time_offset = (packet.timestamp + time_offset + elapsed - first.timestamp) & 0xFFFFFFFF
    # A replay begins with what is older than what was sent last; its timestamps are not, much.
    age = (newest.timestamp - first.timestamp) & 0xFFFFFFFF
    begins = newest.timestamp - (age // REPLAY_RATIO if age < _HALF else 0) + time_offset
    back = (before.timestamp(packet) + before.time_offset - begins) & 0xFFFFFFFF
    if back < _HALF:
        time_offset = (time_offset + back + 1) & 0xFFFFFFFF
    if packet.picture_at >= 0 and first.picture_at >= 0:
        picture_offset += _picture(packet) + 1 - _picture(first)
    if packet.tl0_at >= 0 and first.tl0_at >= 0:
        tl0_offset += packet.payload[packet.tl0_at] + 1 - first.payload[first.tl0_at]
    return time_offset, picture_offset, tl0_offset


def _packet_time(track: Track, packet: Packet) -> PacketTime:
    return PacketTime(track.rtp_to_ntp.sampled_at(packet.timestamp), packet.arrival)


def _picture(packet: Packet) -> int:
    """Return the picture id of VP8 or VP9."""
    at = packet.picture_at
    if packet.picture_bits == 15:
        return (packet.payload[at] & 0x7F) << 8 | packet.payload[at + 1]
    return packet.payload[at] & 0x7F
