"""The facts about one RTP payload that a relay needs."""

from __future__ import annotations

from typing import NamedTuple


class PayloadInfo(NamedTuple):
    """One packet's payload.

    ``keyframe``: a keyframe begins here, so decoding can begin (H.264: a slice of an IDR picture;
    parameter sets may stand before any picture).
    ``picture_at``: offset of the picture id, which has ``picture_bits`` 7 or 15; ``tl0_at``: offset
    of TL0PICIDX; -1: there is none. Both lie within the payload. ``profile``: on packets that have
    it, the H.264 ``profile-level-id`` of the SPS, the VP9 ``profile-id`` or the AV1 ``profile``.
    ``parameters``: an SPS or PPS of H.264 begins here.
    """

    keyframe: bool = False
    picture_at: int = -1
    picture_bits: int = 0
    tl0_at: int = -1
    profile: str | None = None
    parameters: bool = False


NOTHING = PayloadInfo()
KEYFRAME = PayloadInfo(keyframe=True)
