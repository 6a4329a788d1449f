"""One payload as two that say the same: what is too long for a packet to viewers.

    H.264  fragmentation units, or the NAL units of an aggregation shared out (RFC 6184 §5.8, §5.7)
    VP8    the second half continues its partition (RFC 7741 §4.2: S is 0)
    VP9    the second half continues its frame (RFC 9628 §4.2: B, E)
    AV1    an OBU element goes on in the second packet (RTP Payload Format for AV1 §4.4: Z, Y)

Sound is one frame in one packet (RFC 7587 §4.2) and cannot be halved.
"""

from __future__ import annotations

from collections.abc import Callable

from liveshow.relay.wire.codecs import av1, h264, vp8, vp9

Halves = tuple[bytes, bytes]
_HALVE: dict[str, Callable[[bytes], Halves | None]] = {
    "H264": h264.halve,
    "VP8": vp8.halve,
    "VP9": vp9.halve,
    "AV1": av1.halve,
}


def halve(codec: str, payload: bytes) -> Halves | None:
    """Return two payloads, each hardly longer than half; None when the codec does not allow it.

    The marker belongs to the packet of the second one.
    """
    split = _HALVE.get(codec)
    return split(payload) if split is not None and payload else None
