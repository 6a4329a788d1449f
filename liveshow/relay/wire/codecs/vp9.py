"""VP9: RFC 9628 §4.2 (payload descriptor) and the first bits of VP9's frame header.

All spatial layers of a picture are in one stream; the relay forwards all of them.
"""

from __future__ import annotations

from liveshow.relay.wire.codecs.payload import NOTHING, PayloadInfo

_PICTURE, _INTER, _LAYERS, _FLEXIBLE = 0x80, 0x40, 0x20, 0x10  # I P L F
_BEGIN, _END, _STRUCTURE = 0x08, 0x04, 0x02  # B E V
_MAX_REFERENCES = 3


def inspect(payload: bytes) -> PayloadInfo:
    """Read the descriptor and, where a keyframe may begin, the frame header.

    A keyframe begins with the lowest spatial layer (SID 0). The layers above are predicted from it
    within the picture, so their P bit is 0, too. P is also 0 for intra-only frames, which no
    decoder can start with; the frame header tells them apart.
    """
    picture_at, bits, spatial, tl0_at, _, at = _descriptor(payload)
    if at >= len(payload):
        return NOTHING
    profile = None
    if payload[0] & (_BEGIN | _INTER) == _BEGIN and not spatial:
        profile = _keyframe_profile(payload[at])
    if picture_at < 0 and tl0_at < 0 and profile is None:
        return NOTHING
    return PayloadInfo(profile is not None, picture_at, bits, tl0_at, profile)


def halve(payload: bytes) -> tuple[bytes, bytes] | None:
    """Return two packets of the same layer frame; None when there is nothing to share out.

    Only the first one keeps the scalability structure, and only the last one ends the frame.
    """
    *_, before, at = _descriptor(payload)
    middle = (at + len(payload) + 1) // 2
    if not at < middle < len(payload):
        return None
    first = payload[0]
    goes_on = bytes([first & ~(_BEGIN | _STRUCTURE)]) + payload[1:before]
    return bytes([first & ~_END]) + payload[1:middle], goes_on + payload[middle:]


def _descriptor(payload: bytes) -> tuple[int, int, int, int, int, int]:
    """Return the parts of a descriptor, and where it ends.

    They are the offset and bits of the picture id, the spatial layer, the offset of TL0PICIDX, and
    where the scalability structure begins and ends.
    """
    size, first, at = len(payload), payload[0], 1
    picture_at = tl0_at = -1
    bits = spatial = 0
    if first & _PICTURE and size > at:
        picture_at = at
        bits = 15 if payload[at] & 0x80 else 7
        at += 2 if bits == 15 else 1
    if first & _LAYERS and size > at:
        spatial = payload[at] >> 1 & 0x07
        at += 1
        if not first & _FLEXIBLE:
            tl0_at = at
            at += 1
    if first & _FLEXIBLE and first & _INTER:
        for _ in range(_MAX_REFERENCES):
            at += 1
            if at > size or not payload[at - 1] & 0x01:
                break
    before = at
    if first & _STRUCTURE:
        at = _after_structure(payload, at)
    return picture_at, bits, spatial, tl0_at, before, at


def _after_structure(payload: bytes, at: int) -> int:
    """Return where the scalability structure at ``at`` ends (RFC 9628 §4.2.1)."""
    size = len(payload)
    if at >= size:
        return size
    head = payload[at]
    at += 1
    if head & 0x10:  # Y: width and height of each layer
        at += 4 * ((head >> 5) + 1)
    if head & 0x08:  # G: the pictures of a group
        if at >= size:
            return size
        pictures = payload[at]
        at += 1
        for _ in range(pictures):
            if at >= size:
                return size
            at += 1 + (payload[at] >> 2 & 0x03)
    return at


def _keyframe_profile(header: int) -> str | None:
    """Return the profile if a keyframe has ``header`` as its first byte, None if not.

    VP9 bitstream §6.2: marker (2 bits, binary 10), profile (low bit first), then
    show_existing_frame and frame_type (0: key), which profile 3 puts one bit later.
    """
    if header >> 6 != 0b10:
        return None
    profile = header >> 5 & 0x01 | header >> 3 & 0x02
    rest = header >> 1 if profile == 3 else header >> 2
    return str(profile) if not rest & 0b11 else None
