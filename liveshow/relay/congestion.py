"""How much one viewer may get, from what it reports. Pure: no clock, no I/O.

Rule: the video of a viewer whose link is clearly too slow is limited; what does not fit
is dropped by whole groups of pictures (``outlet``); audio is never limited.
"""

from __future__ import annotations

HEAVY_LOSS = 26  # of 256, about 10 %
LIGHT_LOSS = 5  # of 256, about 2 %
PATIENCE = 2  # bad reports in a row before acting
FLOOR = 100_000.0  # bits per second
GROWTH = 1.25  # per good report
CLEARANCE = 1.3  # lift the limit when it is so many times the stream


class Congestion:
    """Decide a limit in bits per second, or None, from receiver reports and REMB."""

    def __init__(self) -> None:
        self.limit: float | None = None
        self._remb: float | None = None
        self._bad = 0

    def remb(self, bitrate: int) -> None:
        """Note what the receiver estimates (draft-alvestrand-rmcat-remb-03), bits/s."""
        self._remb = float(bitrate)

    def report(self, fraction_lost: int, stream: float) -> float | None:
        """Take one receiver report; ``stream`` is the bitrate of the video, bits/s."""
        # A receiver estimates little more than it gets: under a limit its estimate says only
        # whether the limit itself is too much.
        enough = 0.5 * stream if self.limit is None else self.limit
        starved = self._remb is not None and self._remb < enough
        if fraction_lost >= HEAVY_LOSS or starved:
            self._bad += 1
            if self._bad >= PATIENCE:
                present = min(self.limit or stream, stream)
                wanted = present * 0.75
                if starved and self._remb is not None:
                    wanted = min(wanted, self._remb)
                self.limit = max(FLOOR, wanted)
        elif fraction_lost <= LIGHT_LOSS:
            self._bad = 0
            if self.limit is not None:
                self.limit *= GROWTH
                if self.limit > stream * CLEARANCE:
                    self.limit = None
        return self.limit
