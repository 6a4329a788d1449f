"""H.264: RFC 6184 §5.2 (single NAL units), §5.7.1 (STAP-A), §5.8 (FU-A), §8.1 (profiles).

That is all of packetization-mode 1. Other aggregations (STAP-B, MTAP, FU-B) belong to the
interleaved mode, which no browser knows: they are not read.
"""

from __future__ import annotations

from collections.abc import Mapping

from liveshow.relay.wire.codecs.payload import KEYFRAME, NOTHING, PayloadInfo

_IDR, _SPS = 5, 7
_STAP_A, _FU_A = 24, 28
_DEFAULT = "42e01f"

# RFC 6184 §8.1, table 5: profile_idc, the bits of profile-iop that matter, their values. Browsers
# call high without B slices and fields constrained high; its other flags are only hints.
_PROFILES = (
    (0x42, 0x4F, 0x40, "constrained baseline"),
    (0x4D, 0x8F, 0x80, "constrained baseline"),
    (0x58, 0xCF, 0xC0, "constrained baseline"),
    (0x42, 0x4F, 0x00, "baseline"),
    (0x58, 0xCF, 0x80, "baseline"),
    (0x4D, 0xAF, 0x00, "main"),
    (0x64, 0xFF, 0x0C, "constrained high"),
    (0x64, 0xF3, 0x00, "high"),
)
# Profiles whose decoders play a stream of the given profile, best first. Main includes constrained
# baseline, and high includes main. Encoders that announce plain baseline use nothing that is not in
# constrained baseline.
_PLAYED_BY = {
    "constrained baseline": ("baseline", "main", "constrained high", "high"),
    "baseline": ("constrained baseline", "main", "constrained high", "high"),
    "main": ("high", "constrained high"),
    "constrained high": ("high",),
    "high": ("constrained high",),
}


def inspect(payload: bytes) -> PayloadInfo:
    """Read the NAL units that *begin* in this packet.

    The profile is that of the SPS; the SDP of a publisher cannot be relied on.
    """
    kind, at = payload[0] & 0x1F, 0
    if kind == _STAP_A:
        return _aggregate(payload)
    if kind == _FU_A:
        if len(payload) < 2 or not payload[1] & 0x80:
            return NOTHING
        kind, at = payload[1] & 0x1F, 1
    if kind == _SPS:
        return _sps(payload, at, len(payload))
    return KEYFRAME if kind == _IDR else NOTHING


def _aggregate(payload: bytes) -> PayloadInfo:
    found, at, size = NOTHING, 1, len(payload)
    while at + 2 < size:
        length = payload[at] << 8 | payload[at + 1]
        at += 2
        if not length or at + length > size:
            break
        kind = payload[at] & 0x1F
        if kind == _SPS:
            return _sps(payload, at, at + length)
        if kind == _IDR:
            found = KEYFRAME
        at += length
    return found


def _sps(payload: bytes, at: int, end: int) -> PayloadInfo:
    if end - at < 4:
        return KEYFRAME
    return PayloadInfo(keyframe=True, profile=payload[at + 1 : at + 4].hex())


def profile_level(text: str) -> tuple[str, int] | None:
    """Read a ``profile-level-id``: (name of the profile, ten times the level).

    Different texts may mean one profile. None for an invalid ``profile-level-id``.
    """
    try:
        idc, iop, level = bytes.fromhex(text)
    except ValueError:
        return None
    for wanted, mask, value, profile in _PROFILES:
        if idc == wanted and iop & mask == value:
            return profile, level
    return f"profile {idc}", level


def best_h264(variants: Mapping[str, int], profile: str | None) -> int | None:
    """Return the payload type that fits the profile really sent, None without variants.

    ``variants`` maps ``profile-level-id`` to payload type. ``profile`` is that of the SPS; None,
    before an SPS came, counts as constrained baseline. The same profile comes first, however it is
    written (42c01f is 42e01f), then one that includes it, then constrained baseline, then any
    other: decoders take what they get. Of several levels the lowest sufficient one is taken, else
    the highest.
    """
    actual, needed = profile_level(profile or _DEFAULT) or ("", 0)
    order = (actual, *_PLAYED_BY.get(actual, ()), "constrained baseline")

    def distance(text: str) -> tuple[int, int, int]:
        name, level = profile_level(text) or ("", 0)
        rank = order.index(name) if name in order else len(order)
        return rank, max(0, needed - level), level

    return variants[min(variants, key=distance)] if variants else None
