"""The packet map of one viewer: how it numbers the packets of a track, from one keyframe on.

A viewer gets a simulcast as a chain of packet maps: another layer, another publisher, or the same
track after a pause begins a new one. Within a map every packet sent is a pure function of the
cached packet, and from map to map numbers only go up. So one (SSRC, sequence number) never has two
contents, and neither time nor picture ids go back (RFC 7741 §4.2, RFC 9628 §4.2).
"""

from __future__ import annotations

from dataclasses import dataclass

from liveshow.relay.negotiation import PayloadTypes
from liveshow.relay.tracks.rtp_to_ntp import PacketTime, ticks_between
from liveshow.relay.tracks.track import Track
from liveshow.relay.wire.packets import Packet

REPLAY_RATIO = 32  # factor by which replayed frames are closer together than live ones
MAX_GAP = 64  # packets in a row that may be missing at the end of a map

_HALF = 1 << 31


@dataclass(frozen=True, slots=True)
class PacketMap:
    """Offsets from the numbers of a track to those of a viewer.

    ``first``: index of its first packet; ``newest``: index of the newest one when it began.
    """

    track: Track
    first: int
    newest: int
    newest_timestamp: int
    sequence_offset: int
    time_offset: int
    picture_offset: int
    tl0_offset: int
    frame_offset: int
    payload_type: int
    retransmission_type: int | None

    def timestamp(self, packet: Packet) -> int:
        """Return the timestamp to be sent, before ``time_offset`` is added.

        Replayed frames, up to ``newest``, carry timestamps 1 ms apart, so that they are shown at
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
    """The last packet that a viewer was sent, and the map it was sent by."""

    packet_map: PacketMap
    packet: Packet


def last_sent(packet_map: PacketMap, index: int) -> LastSent | None:
    """Return the newest cached packet of a map up to ``index``, None when there is none."""
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

    ``replay``: the cached packets after it are shown at once. None when the first packet is gone
    or the viewer does not know the codec.
    """
    cache = track.cache
    first = cache.get(index)
    newest = cache.get(cache.head) if replay else first
    payload_types = types.of(track.codec, track.profile)
    if first is None or newest is None or payload_types is None:
        return None
    offsets = (0, 0, 0, 0) if last is None else _follow(last, track, first, newest)
    time_offset, picture_offset, tl0_offset, frame_offset = offsets
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
        frame_offset=frame_offset,
        payload_type=payload_type,
        retransmission_type=retransmission_type,
    )


def _follow(
    last: LastSent, track: Track, first: Packet, newest: Packet
) -> tuple[int, int, int, int]:
    """Return the offsets of time, picture id, TL0PICIDX and frame number that ``first`` needs."""
    before, packet = last.packet_map, last.packet
    time_offset = before.time_offset
    picture_offset, tl0_offset = before.picture_offset, before.tl0_offset
    frame_offset = before.frame_offset
    if track is before.track and first.index > packet.index:
        # The track continues its own numbers.
        return time_offset, picture_offset, tl0_offset, frame_offset
    if track is not before.track:
        elapsed = ticks_between(
            _packet_time(before.track, packet),
            _packet_time(track, first),
            track.rtp_to_ntp.clock_rate,
        )
        time_offset = (packet.timestamp + time_offset + elapsed - first.timestamp) & 0xFFFFFFFF
    # A replay begins with packets older than the last one sent, whose timestamps must not be older.
    age = (newest.timestamp - first.timestamp) & 0xFFFFFFFF
    begins = newest.timestamp - (age // REPLAY_RATIO if age < _HALF else 0) + time_offset
    back = (before.timestamp(packet) + before.time_offset - begins) & 0xFFFFFFFF
    if back < _HALF:
        time_offset = (time_offset + back + 1) & 0xFFFFFFFF
    if packet.picture_at >= 0 and first.picture_at >= 0:
        picture_offset += _picture(packet) + 1 - _picture(first)
    if packet.tl0_at >= 0 and first.tl0_at >= 0:
        tl0_offset += packet.payload[packet.tl0_at] + 1 - first.payload[first.tl0_at]
    if packet.descriptor and first.descriptor:
        frame_offset += _frame(packet) + 1 - _frame(first)
    return time_offset, picture_offset, tl0_offset, frame_offset


def _packet_time(track: Track, packet: Packet) -> PacketTime:
    return PacketTime(track.rtp_to_ntp.sampled_at(packet.timestamp), packet.arrival)


def _frame(packet: Packet) -> int:
    """Return the frame number of a dependency descriptor."""
    return packet.descriptor[1] << 8 | packet.descriptor[2]


def _picture(packet: Packet) -> int:
    """Return the picture id of VP8 or VP9."""
    at = packet.picture_at
    if packet.picture_bits == 15:
        return (packet.payload[at] & 0x7F) << 8 | packet.payload[at + 1]
    return packet.payload[at] & 0x7F
