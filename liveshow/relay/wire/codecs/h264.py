"""H.264: RFC 6184 §5.2 (single NAL units), §5.7.1 (STAP-A), §5.8 (FU-A), §8.1 (profiles).

That is all of packetization-mode 1. Other aggregations (STAP-B, MTAP, FU-B) belong to the
interleaved mode, which no browser knows: they are not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from liveshow.relay.wire.codecs.payload import KEYFRAME, NOTHING, PayloadInfo

_IDR, _SPS, _PPS = 5, 7, 8
_STAP_A, _FU_A = 24, 28
_FU_START, _FU_END = 0x80, 0x40  # S E
_BEGINS = {_IDR: KEYFRAME, _PPS: PayloadInfo(parameters=True)}
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
        return _sps(payload[at:])
    return _BEGINS.get(kind, NOTHING)


def nal_units(payload: bytes) -> list[bytes]:
    """Return the whole NAL units of a packet: of fragments there are none."""
    kind, at, size = payload[0] & 0x1F, 1, len(payload)
    if kind != _STAP_A:
        return [payload] if 0 < kind < _STAP_A else []
    found = []
    while at + 2 < size:
        length = payload[at] << 8 | payload[at + 1]
        at += 2
        if not length or at + length > size:
            break
        found.append(payload[at : at + length])
        at += length
    return found


def aggregate(units: Sequence[bytes]) -> bytes:
    """Return one packet with all ``units``, each of less than 64 KiB (RFC 6184 §5.7.1)."""
    if len(units) == 1:
        return units[0]
    importance = max(unit[0] & 0x60 for unit in units)
    forbidden = max(unit[0] & 0x80 for unit in units)
    parts = (len(unit).to_bytes(2, "big") + unit for unit in units)
    return bytes([forbidden | importance | _STAP_A]) + b"".join(parts)


def halve(payload: bytes) -> tuple[bytes, bytes] | None:
    """Return two packets with the same NAL units; None for a packet that mode 1 does not have."""
    kind = payload[0] & 0x1F
    if kind == _STAP_A:
        units = nal_units(payload)
        if len(units) < 2:
            return halve(units[0]) if units else None
        left, before = len(payload) // 2, [units.pop(0)]
        left -= len(before[0])
        while len(units) > 1 and len(units[0]) <= left:
            left -= len(units[0])
            before.append(units.pop(0))
        return aggregate(before), aggregate(units)
    if kind == _FU_A and len(payload) > 3:
        head, flags, at = payload[0], payload[1], 2
    elif 0 < kind < _STAP_A and len(payload) > 2:
        head, flags, at = payload[0] & 0xE0 | _FU_A, kind | _FU_START | _FU_END, 1
    else:
        return None
    middle = (at + len(payload) + 1) // 2
    first, second = bytes([head, flags & ~_FU_END]), bytes([head, flags & ~_FU_START])
    return first + payload[at:middle], second + payload[middle:]


def _aggregate(payload: bytes) -> PayloadInfo:
    keyframe = parameters = False
    profile = None
    for unit in nal_units(payload):
        kind = unit[0] & 0x1F
        keyframe = keyframe or kind == _IDR
        parameters = parameters or kind in (_SPS, _PPS)
        if kind == _SPS:
            profile = _sps(unit).profile
    return PayloadInfo(keyframe=keyframe, profile=profile, parameters=parameters)


def _sps(unit: bytes) -> PayloadInfo:
    profile = unit[1:4].hex() if len(unit) >= 4 else None
    return PayloadInfo(profile=profile, parameters=True)


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
