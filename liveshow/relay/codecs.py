"""What a relay must know of codecs without decoding them: where keyframes begin.

VP8: RFC 7741 §4.2 (payload descriptor) and §4.3 (the P bit of the payload header).
H.264: RFC 6184 §5.2 (single NAL units), §5.7.1 (STAP-A), §5.8 (FU-A).
"""

from __future__ import annotations

OPUS = "opus"
VP8 = "VP8"
H264 = "H264"

VIDEO = (H264, VP8)
CLOCK_RATE = {OPUS: 48_000, VP8: 90_000, H264: 90_000}

_IDR, _SPS = 5, 7
_STAP_A, _FU_A = 24, 28


class Vp8Descriptor:
    """The VP8 payload descriptor: where its parts are, -1 when absent."""

    __slots__ = ("picture_id_at", "picture_id_bits", "size", "starts_frame", "tl0_at")

    def __init__(self, payload: bytes) -> None:
        self.picture_id_at = self.tl0_at = -1
        self.picture_id_bits = 0
        self.size = 0
        self.starts_frame = False
        if not payload:
            return
        first, at = payload[0], 1
        if first & 0x80 and len(payload) > 1:
            flags, at = payload[1], 2
            if flags & 0x80 and len(payload) > at:
                self.picture_id_at = at
                self.picture_id_bits = 15 if payload[at] & 0x80 else 7
                at += 2 if self.picture_id_bits == 15 else 1
            if flags & 0x40:
                self.tl0_at = at
                at += 1
            if flags & 0x30:
                at += 1
        if at >= len(payload):
            self.picture_id_at = self.tl0_at = -1
            return
        self.size = at
        self.starts_frame = first & 0x17 == 0x10

    def picture_id(self, payload: bytes) -> int:
        """Return the picture id, 7 or 15 bits wide."""
        at = self.picture_id_at
        if self.picture_id_bits == 15:
            return (payload[at] & 0x7F) << 8 | payload[at + 1]
        return payload[at] & 0x7F


def starts_keyframe(codec: str, payload: bytes) -> bool:
    """Tell whether a keyframe begins in this packet (for H.264: its SPS or first slice)."""
    if codec == VP8:
        descriptor = Vp8Descriptor(payload)
        return descriptor.starts_frame and not payload[descriptor.size] & 0x01
    if codec == H264:
        return any(unit in (_IDR, _SPS) for unit, _ in h264_units(payload))
    return False


def h264_units(payload: bytes) -> list[tuple[int, bytes]]:
    """Return (type, bytes) of the NAL units that *begin* in this packet."""
    if not payload:
        return []
    kind = payload[0] & 0x1F
    if 1 <= kind <= 23:
        return [(kind, payload)]
    if kind == _FU_A and len(payload) > 1:
        return [(payload[1] & 0x1F, payload[1:])] if payload[1] & 0x80 else []
    units: list[tuple[int, bytes]] = []
    if kind == _STAP_A:
        at = 1
        while at + 2 < len(payload):
            length = payload[at] << 8 | payload[at + 1]
            unit = payload[at + 2 : at + 2 + length]
            if not unit:
                break
            units.append((unit[0] & 0x1F, unit))
            at += 2 + length
    return units


def h264_profile(payload: bytes) -> str | None:
    """Return ``profile-level-id`` as the SPS in this packet has it, e.g. ``42e01f``.

    The SPS is the truth; the SDP of a publisher is a hope (RFC 6184 §8.1).
    """
    for kind, unit in h264_units(payload):
        if kind == _SPS and len(unit) >= 4:
            return unit[1:4].hex()
    return None


def best_h264(variants: dict[str, int], profile: str | None) -> int | None:
    """Return the payload type whose profile is closest to what is really sent.

    ``variants`` maps ``profile-level-id`` to payload type. Same profile first, then
    constrained baseline, then whatever there is: decoders take what they get.
    """
    if not variants:
        return None
    wanted = (profile or "42e01f").lower()
    for length in (6, 4, 2):
        for name, payload_type in variants.items():
            if name.lower()[:length] == wanted[:length]:
                return payload_type
    for name, payload_type in variants.items():
        if name.lower().startswith("42e0"):
            return payload_type
    return next(iter(variants.values()))
