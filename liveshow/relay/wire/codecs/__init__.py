"""Codecs as far as a relay must know them without decoding: where pictures and keyframes begin.

    ``inspect``   reads one payload, for every packet that a publisher sends
    ``best_h264`` finds the payload type of a viewer that fits the profile really sent

Nothing here raises. Of a payload that its codec forbids nothing is known: it is passed on as it is,
and the viewer's depacketizer deals with it.
"""

from __future__ import annotations

from liveshow.relay.wire.codecs import av1, h264, vp8, vp9
from liveshow.relay.wire.codecs.h264 import best_h264
from liveshow.relay.wire.codecs.payload import NOTHING, PayloadInfo

OPUS = "opus"
VP8 = "VP8"
VP9 = "VP9"
H264 = "H264"
AV1 = "AV1"

VIDEO = (H264, VP8, VP9, AV1)
CLOCK_RATE = {OPUS: 48_000} | dict.fromkeys(VIDEO, 90_000)

_INSPECT = {VP8: vp8.inspect, VP9: vp9.inspect, H264: h264.inspect, AV1: av1.inspect}

__all__ = [
    "AV1",
    "CLOCK_RATE",
    "H264",
    "NOTHING",
    "OPUS",
    "VIDEO",
    "VP8",
    "VP9",
    "PayloadInfo",
    "best_h264",
    "inspect",
]


def inspect(codec: str, payload: bytes) -> PayloadInfo:
    """Return what the relay must know of a payload; ``NOTHING`` for sound and unknown codecs."""
    look = _INSPECT.get(codec)
    return look(payload) if look is not None and payload else NOTHING
