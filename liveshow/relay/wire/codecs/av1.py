"""AV1: RTP Payload Format for AV1 v1.0 §4.4 (aggregation header), §4.5, and AV1 §5.3 (OBUs)."""

from __future__ import annotations

from liveshow.relay.wire.codecs.payload import NOTHING, PayloadInfo

_CONTINUES, _UNFINISHED, _NEW_SEQUENCE = 0x80, 0x40, 0x08  # Z Y N
_SEQUENCE_HEADER = 1
_EXTENSION, _HAS_SIZE = 0x04, 0x02
_MAX_ELEMENTS = 16  # elements that are read of a packet; the sequence header is among the first


def inspect(payload: bytes) -> PayloadInfo:
    """Tell whether a coded video sequence begins: the N bit is set and its header is there."""
    first = payload[0]
    if not first & _NEW_SEQUENCE or first & _CONTINUES:
        return NOTHING
    at, size, counted = 1, len(payload), first >> 4 & 0x03
    for number in range(1, _MAX_ELEMENTS + 1):
        length, at = (size - at, at) if number == counted else _leb128(payload, at)
        end = at + length
        if at >= size or end > size:
            break
        if length and payload[at] >> 3 & 0x0F == _SEQUENCE_HEADER:
            return PayloadInfo(keyframe=True, profile=_profile(payload, at, end))
        at = end
    return NOTHING


def halve(payload: bytes) -> tuple[bytes, bytes] | None:
    """Return two packets of the same temporal unit; None when a length in it is wrong.

    Both say the length of every element (W is 0). The element in the middle is cut.
    """
    elements = _elements(payload)
    if elements is None:
        return None
    left = (sum(map(len, elements)) + 1) // 2
    before: list[bytes] = []
    while elements and len(elements[0]) <= left:
        left -= len(elements[0])
        before.append(elements.pop(0))
    cut = bool(elements) and left > 0
    if cut:
        before.append(elements[0][:left])
        elements[0] = elements[0][left:]
    if not before or not elements:
        return None
    head = payload[0] & (_CONTINUES | _NEW_SEQUENCE) | (_UNFINISHED if cut else 0)
    goes_on = payload[0] & _UNFINISHED | (_CONTINUES if cut else 0)
    return _packet(head, before), _packet(goes_on, elements)


def _elements(payload: bytes) -> list[bytes] | None:
    at, size, counted = 1, len(payload), payload[0] >> 4 & 0x03
    found: list[bytes] = []
    while at < size:
        last = len(found) + 1 == counted
        length, at = (size - at, at) if last else _leb128(payload, at)
        if at + length > size or not length:
            return None
        found.append(payload[at : at + length])
        at += length
    return found


def _packet(head: int, elements: list[bytes]) -> bytes:
    return bytes([head]) + b"".join(_written(len(one)) + one for one in elements)


def _written(value: int) -> bytes:
    """Return a leb128 of less than 14 bits (AV1 §4.10.5)."""
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80, value >> 7])


def _leb128(payload: bytes, at: int) -> tuple[int, int]:
    """Return (value, offset after it); past the end of the payload when it is cut off."""
    value = 0
    for shift in range(0, 35, 7):
        if at >= len(payload):
            break
        byte = payload[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, at
    return 0, len(payload)


def _profile(payload: bytes, at: int, end: int) -> str | None:
    """Return seq_profile, the first three bits of a sequence header (AV1 §5.5.1)."""
    head = payload[at]
    at += 2 if head & _EXTENSION else 1
    if head & _HAS_SIZE:
        _, at = _leb128(payload, at)
    return str(payload[at] >> 5) if at < end else None
