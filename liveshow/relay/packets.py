"""RTP packets as the relay stores them, and arithmetic on their numbers.

Only what a relay needs of RFC 3550 §5.1: headers are read once when a packet arrives,
payloads are never looked into beyond what ``codecs`` needs, and extensions end here
because their numbers were negotiated with the publisher and mean nothing to a viewer.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

HEADER = struct.Struct("!BBHII")
_EXTENSION = struct.Struct("!HH")

# The largest datagram we touch: Ethernet's MTU. Browsers keep to 1,200 bytes of payload.
MAX_DATAGRAM = 1500


class MalformedPacket(ValueError):
    """The bytes are not an RTP packet."""


@dataclass(frozen=True, slots=True)
class RtpHeader:
    """One received packet, extensions apart.

    ``abs_send_time`` is 6.18 fixed-point seconds, or None when it was not sent.
    """

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    size: int
    abs_send_time: int | None


@dataclass(slots=True)
class Packet:
    """One packet of a show's track, shared by all viewers and never changed.

    ``index`` counts packets of the track without wrapping, across publishers;
    ``timestamp`` is 32 bits in units of the codec's clock, continuous likewise.
    ``padding``: bytes of RTP padding that make it as long as its neighbours in the frame,
    which the system then sends in one go. ``orientation`` (8 bits) and ``playout_delay`` (24
    bits) are what the extensions of the same name said, -1: nothing. ``picture_at``,
    ``picture_bits`` (7 or 15) and ``tl0_at`` say where in the payload VP8 and VP9 have
    their picture id and TL0PICIDX, -1: nowhere; they lie within the payload.
    """

    index: int
    timestamp: int
    marker: bool
    codec: str
    payload: bytes
    keyframe: bool
    arrival: float
    padding: int = 0
    orientation: int = -1
    playout_delay: int = -1
    picture_at: int = -1
    picture_bits: int = 0
    tl0_at: int = -1


def parse_rtp(data: bytes, abs_send_time_id: int = 0) -> RtpHeader:
    """Read one RTP packet (RFC 3550 §5.1, extensions RFC 8285 §4.2).

    Padding is taken off; that the P bit goes with it is up to the writer, who writes a
    header of its own. Raises ``MalformedPacket``.
    """
    size = len(data)
    if size < 12:
        raise MalformedPacket("shorter than a header")
    first, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
    if first >> 6 != 2:
        raise MalformedPacket("not version 2")
    at = 12 + 4 * (first & 0x0F)
    send_time: int | None = None
    if first & 0x10:
        if size < at + 4:
            raise MalformedPacket("truncated extension")
        profile, words = _EXTENSION.unpack_from(data, at)
        at += 4
        end = at + 4 * words
        if size < end:
            raise MalformedPacket("truncated extension")
        if abs_send_time_id:
            send_time = _abs_send_time(data, at, end, profile, abs_send_time_id)
        at = end
    end = size
    if first & 0x20:
        padding = data[-1]
        if not padding or padding > size - at:
            raise MalformedPacket("bad padding")
        end -= padding
    if at > end:
        raise MalformedPacket("truncated")
    return RtpHeader(
        payload_type=second & 0x7F,
        marker=second >= 0x80,
        sequence=sequence,
        timestamp=timestamp,
        ssrc=ssrc,
        payload=data[at:end],
        size=size,
        abs_send_time=send_time,
    )


def _abs_send_time(data: bytes, at: int, end: int, profile: int, wanted: int) -> int | None:
    one_byte = profile == 0xBEDE
    if not one_byte and profile & 0xFFF0 != 0x1000:
        return None
    while at < end:
        if data[at] == 0:
            at += 1
            continue
        if one_byte:
            number, length = data[at] >> 4, (data[at] & 0x0F) + 1
            at += 1
            if number == 15:
                return None
        else:
            if at + 2 > end:
                return None
            number, length = data[at], data[at + 1]
            at += 2
        if number == wanted and length == 3 and at + 3 <= end:
            return int.from_bytes(data[at : at + 3], "big")
        at += length
    return None


def is_rtcp(data: bytes) -> bool:
    """Tell RTCP from RTP on one port (RFC 5761 §4)."""
    return len(data) >= 2 and 192 <= data[1] <= 223


def unwrap(value: int, near: int, bits: int = 16) -> int:
    """Return the number congruent to ``value`` modulo ``2**bits`` that is closest to ``near``."""
    span = 1 << bits
    delta = (value - near) & (span - 1)
    if delta >= span >> 1:
        delta -= span
    return near + delta
