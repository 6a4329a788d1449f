"""VP8: RFC 7741 §4.2 (payload descriptor) and §4.3 (the P bit of the payload header)."""

from __future__ import annotations

from liveshow.relay.wire.codecs.payload import KEYFRAME, NOTHING, PayloadInfo

_EXTENDED = 0x80  # X
_START = 0x10  # S of partition 0: with the index of the partition, 0x17
_PICTURE, _TL0, _TID_OR_KEY = 0x80, 0x40, 0x30  # I, L, T or K
_INTER = 0x01  # P


def inspect(payload: bytes) -> PayloadInfo:
    """Read the descriptor and, at the start of a frame, the first byte of the frame."""
    picture_at, bits, tl0_at, at = _descriptor(payload)
    if at >= len(payload):
        return NOTHING
    keyframe = payload[0] & 0x17 == _START and not payload[at] & _INTER
    if picture_at < 0 and tl0_at < 0:
        return KEYFRAME if keyframe else NOTHING
    return PayloadInfo(keyframe, picture_at, bits, tl0_at)


def halve(payload: bytes) -> tuple[bytes, bytes] | None:
    """Return two packets of the same partition; None when there is nothing to share out."""
    at = _descriptor(payload)[3]
    middle = (at + len(payload) + 1) // 2
    if not at < middle < len(payload):
        return None
    goes_on = bytes([payload[0] & ~_START]) + payload[1:at]
    return payload[:middle], goes_on + payload[middle:]


def _descriptor(payload: bytes) -> tuple[int, int, int, int]:
    """Return the offset and bits of the picture id, that of TL0PICIDX, and where the frame is."""
    size, first, at = len(payload), payload[0], 1
    picture_at = tl0_at = -1
    bits = 0
    if first & _EXTENDED and size > 1:
        flags, at = payload[1], 2
        if flags & _PICTURE and size > at:
            picture_at = at
            bits = 15 if payload[at] & 0x80 else 7
            at += 2 if bits == 15 else 1
        if flags & _TL0:
            tl0_at = at
            at += 1
        if flags & _TID_OR_KEY:
            at += 1
    return picture_at, bits, tl0_at, at
