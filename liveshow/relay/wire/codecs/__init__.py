"""What a relay must know of codecs without decoding them: where pictures and keyframes begin.

    ``inspect``   one look at a payload, for every packet that a publisher sends
    ``best_h264`` which of a viewer's payload types fits what is really sent

Nothing here raises: what a codec's own rules forbid is a packet of which nothing is known.
It is passed on as it is, and the viewer's depacketizer makes of it what it can.
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
    """Say what the relay must know of one packet; ``NOTHING`` of sound and unknown codecs."""
    look = _INSPECT.get(codec)
    return look(payload) if look is not None and payload else NOTHING
