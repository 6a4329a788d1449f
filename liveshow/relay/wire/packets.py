"""RTP packets as the relay stores them, and arithmetic on their numbers.

This is the part of RFC 3550 §5.1 that a relay needs. Headers are read once, when a packet arrives.
Payloads are read only as far as ``codecs`` needs. Of header extensions the values are kept, not the
ids: those were negotiated with the publisher and mean nothing to a viewer.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

HEADER = struct.Struct("!BBHII")
_EXTENSION = struct.Struct("!HH")

# Bytes of the largest datagram that is read: the MTU of Ethernet. Browsers send 1,200 at most.
MAX_DATAGRAM = 1500


class MalformedPacket(ValueError):
    """The bytes are not an RTP packet."""


# Bytes of the longest mid and RID that are read; browsers use 1 to 4.
MAX_MID, MAX_RID = 64, 16


@dataclass(frozen=True, slots=True)
class ExtensionIds:
    """The ids of the header extensions that a publisher agreed to send, 0: none.

    ``abs_send_time``: http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time;
    ``mid``: RFC 9143 §15.2; ``rid`` and ``repaired_rid``: RFC 8852 §4; ``video_orientation``:
    3GPP TS 26.114 §7.4.5; ``playout_delay``: .../rtp-hdrext/playout-delay;
    ``dependency_descriptor``: RTP Payload Format for AV1 v1.0, appendix A. Bundled sections
    are one RTP session (RFC 9143 §9.1) and share their ids: one of these per transport.
    """

    abs_send_time: int = 0
    mid: int = 0
    rid: int = 0
    repaired_rid: int = 0
    video_orientation: int = 0
    playout_delay: int = 0
    dependency_descriptor: int = 0


NO_EXTENSIONS = ExtensionIds()


class RtpHeader(NamedTuple):
    """One received packet, with the values of its header extensions.

    ``size``: bytes of the whole packet. ``abs_send_time``: 6.18 fixed-point seconds, None when it
    was not sent. ``mid``, ``rid`` and ``repaired_rid`` are empty when they were not sent;
    ``orientation`` (8 bits) and ``playout_delay`` (24 bits) are -1. ``descriptor`` is the
    dependency descriptor, at least 3 bytes, or empty.
    """

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    size: int
    abs_send_time: int | None
    mid: str = ""
    rid: str = ""
    repaired_rid: str = ""
    orientation: int = -1
    playout_delay: int = -1
    descriptor: bytes = b""


@dataclass(slots=True)
class Packet:
    """One packet of a track, shared by all viewers. It does not change once it was sent.

    ``keyframe``: a keyframe begins here, or parameter sets that one needs.
    ``index`` counts packets of the track without wrapping, across publishers. ``timestamp`` has 32
    bits in units of the codec's clock, and continues likewise. ``padding``: bytes of RTP padding
    that make it as long as its neighbours in the frame, so that one call sends them all; it is set
    before the first sending (``padding.pad_frames``). ``orientation`` (8 bits) and
    ``playout_delay`` (24 bits) are the values of these header extensions, -1: none.
    ``picture_at``, ``picture_bits`` (7 or 15) and ``tl0_at`` locate the picture id and TL0PICIDX of
    VP8 and VP9 within the payload, -1: none. ``descriptor``: the dependency descriptor of AV1, with
    the frame number as the track counts; empty: none.
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
    descriptor: bytes = b""


def parse_rtp(data: bytes, extensions: ExtensionIds = NO_EXTENSIONS) -> RtpHeader:
    """Read one RTP packet (RFC 3550 §5.1, extensions RFC 8285 §4.2 and §4.3).

    Padding is taken off. Extension elements of invalid length are passed over. Raises
    ``MalformedPacket``.
    """
    size = len(data)
    if size < 12:
        raise MalformedPacket("shorter than a header")
    first, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
    if first >> 6 != 2:
        raise MalformedPacket("not version 2")
    at = 12 + 4 * (first & 0x0F)
    said = _NOTHING
    if first & 0x10:
        if size < at + 4:
            raise MalformedPacket("truncated extension")
        profile, words = _EXTENSION.unpack_from(data, at)
        at += 4
        end = at + 4 * words
        if size < end:
            raise MalformedPacket("truncated extension")
        said = _read_extensions(data, at, end, profile, extensions)
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
        second & 0x7F, second >= 0x80, sequence, timestamp, ssrc, data[at:end], size, *said
    )


# The fields of ``RtpHeader`` from ``abs_send_time`` on.
_Said = tuple[int | None, str, str, str, int, int, bytes]
_NOTHING: _Said = (None, "", "", "", -1, -1, b"")


def _read_extensions(data: bytes, at: int, end: int, profile: int, ids: ExtensionIds) -> _Said:
    one_byte = profile == 0xBEDE
    if not one_byte and profile & 0xFFF0 != 0x1000:
        return _NOTHING
    send_time: int | None = None
    mid = rid = repaired_rid = ""
    orientation = playout_delay = -1
    descriptor = b""
    while at < end:
        first = data[at]
        at += 1
        if first == 0:  # padding
            continue
        if one_byte:
            number, length = first >> 4, (first & 0x0F) + 1
            if number in (0, 15):  # reserved: the rest must not be read
                break
        elif at < end:
            number, length = first, data[at]
            at += 1
        else:
            break
        after = at + length
        if after > end:
            break
        if number == ids.abs_send_time and length == 3:
            send_time = int.from_bytes(data[at:after], "big")
        elif number == ids.mid:
            mid = _mid(data[at:after])
        elif number == ids.rid:
            rid = _rid(data[at:after])
        elif number == ids.repaired_rid:
            repaired_rid = _rid(data[at:after])
        elif number == ids.video_orientation and length == 1:
            orientation = data[at]
        elif number == ids.playout_delay and length == 3:
            playout_delay = int.from_bytes(data[at:after], "big")
        elif number == ids.dependency_descriptor and length >= 3:
            descriptor = data[at:after]
        at = after
    return send_time, mid, rid, repaired_rid, orientation, playout_delay, descriptor


def _mid(value: bytes) -> str:
    return value.decode("ascii") if len(value) <= MAX_MID and value.isascii() else ""


def _rid(value: bytes) -> str:
    # ``bytes.isalnum`` accepts ASCII only.
    return value.decode("ascii") if len(value) <= MAX_RID and value.isalnum() else ""


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
