"""What a look at one RTP payload brings to light."""

from __future__ import annotations

from typing import NamedTuple


class PayloadInfo(NamedTuple):
    """One packet's payload.

    ``keyframe``: a keyframe begins here, so decoding may (H.264: at its SPS or first slice).
    ``picture_at``: offset of the picture id, of ``picture_bits`` 7 or 15; ``tl0_at``: offset of
    TL0PICIDX; -1: it has none. What they point to lies within the payload.
    ``profile``: what the stream itself says, on packets that say it: H.264's
    ``profile-level-id`` (of the SPS), VP9's ``profile-id``, AV1's ``profile``.
    """

    keyframe: bool = False
    picture_at: int = -1
    picture_bits: int = 0
    tl0_at: int = -1
    profile: str | None = None


NOTHING = PayloadInfo()
KEYFRAME = PayloadInfo(keyframe=True)
