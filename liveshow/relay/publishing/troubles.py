"""What is wrong with the packets of a publisher: counted, logged once each, told to its host.

A packet that is dropped without a word costs a host the evening. What each of these means in words
is in ``words.TROUBLES``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

RECENT = 10.0  # seconds for which a trouble counts as present

# Worst first: what nobody sees comes before what is seen badly.
ORDER = (
    "too_long",  # a packet that is too long for viewers and cannot be cut, or for a datagram
    "unknown_type",  # a payload type that the answer does not have
    "unknown_source",  # an SSRC whose section or layer cannot be told
    "malformed",  # no RTP
    "no_parameter_sets",  # keyframes of H.264 without SPS and PPS anywhere
    "no_keyframes",  # whoever joins waits for one that does not come
    "b_frames",  # pictures that are sent later than one that is shown after them
)
REFUSALS = ORDER[:4]  # of packets that are not passed on


class Troubles:
    """The troubles of one publisher. ``told`` is called with each kind once, when it begins."""

    def __init__(self, told: Callable[[str], None]) -> None:
        self._told = told
        self._last: dict[str, float] = {}
        self.counts: Counter[str] = Counter()

    def note(self, kind: str, now: float, count: int = 1) -> None:
        """Count packets, or pictures, with this trouble (``now``: monotonic seconds)."""
        self.counts[kind] += count
        self._last[kind] = now
        if self.counts[kind] == count:
            self._told(kind)

    def present(self, now: float) -> tuple[str, ...]:
        """Return the troubles of the last seconds, the worst first."""
        return tuple(kind for kind in ORDER if now - self._last.get(kind, -RECENT) < RECENT)
