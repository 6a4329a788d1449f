"""The limit that receiver reports and REMB alone set: blind, so it is slow to give.

A receiver estimates little more than it gets, and needs seconds to follow when it gets more:
only a REMB that falls says something, for a while. Pure: no clock, no I/O.
"""

from __future__ import annotations

FLOOR = 50_000.0  # bits per second, of a limit that reports alone have set
PATIENCE = 2  # bad reports until there is a limit
REDUCTION = 0.75
GROWTH = 1.25  # per good report, which speaks of a second, or of up to
LONGEST_REPORT = 5  # seconds: so seldom browsers report when they get sound alone
SPARE = 1.25  # times what is wanted: that changes with every scene, and must hold for a while
CLEARANCE = 1.8  # there is no limit any more when it is so many times what is sent
REPORT_INTERVAL = 0.5  # seconds; reports that come more often count once
FELL = 0.97  # a REMB of less than so much of the last one: the receiver saw overuse
FIRST_FELL = 0.6  # the same of what is sent, for the first REMB
CLEAR = 0.7  # a REMB of less than so much of what is sent needs no second sign
REMB_VALID = 3.0  # seconds after it fell


class ReportLimit:
    """Of one viewer. Rates are bits per second, ``now`` monotonic seconds.

    ``limit``: what it may get, sound included, None: not known to be limited; ``last_remb``: what
    the receiver estimated last.
    """

    def __init__(self) -> None:
        self.limit: float | None = None
        self.last_remb: float | None = None
        self._bad = 0
        self._at = float("-inf")
        self._fell_at = float("-inf")

    def forget(self) -> None:
        """Begin anew."""
        self.limit, self._bad, self._fell_at = None, 0, float("-inf")

    def remb(self, bitrate: float, sending: float, now: float) -> bool:
        """Return whether it says that too much is sent."""
        before, self.last_remb = self.last_remb, bitrate
        # Browsers send the first one when they have seen overuse, which may have been themselves.
        if bitrate < (FIRST_FELL * sending if before is None else FELL * before):
            self._fell_at = now
        return self.starved(sending, now)

    def good(self, sending: float, wanted: float | None, most: float, now: float) -> None:
        """Take a report that all is well; ``sending`` and ``wanted`` as in ``CongestionController``.

        ``most``: bits per second to which it may be a reason to give more.
        """
        if now - self._at < REPORT_INTERVAL:
            return
        seconds = int(min(LONGEST_REPORT, max(1, now - self._at)))
        self._at = now
        self._bad = 0
        if self.limit is not None:
            self.limit = max(self.limit, min(most, self.limit * GROWTH**seconds))
            if wanted is not None:
                self.limit = min(self.limit, SPARE * wanted)
            elif self.limit > CLEARANCE * sending:
                self.limit = None

    def bad(self, sent: float, sending: float, now: float) -> None:
        """Take one sign that what was ``sent`` is too much; what is now may be less."""
        if now - self._at < REPORT_INTERVAL or not sent:
            return
        self._at = now
        self._bad += 1
        limit = (sent if self.limit is None else min(self.limit, sent)) * REDUCTION
        clear = False
        if self.last_remb is not None and self.starved(sending, now):
            clear = self.last_remb < CLEAR * sending
            limit = min(limit, self.last_remb)
        if clear or self.limit is not None or self._bad >= PATIENCE:
            self.limit = max(FLOOR, limit)

    def fits(self, bitrate: float, now: float) -> None:
        """Limit to what is known to fit."""
        if now - self._at < REPORT_INTERVAL:
            return
        self._at = now
        self.limit = max(FLOOR, bitrate if self.limit is None else min(self.limit, bitrate))

    def starved(self, sending: float, now: float) -> bool:
        """Tell whether the receiver said lately that it gets more than there is room for."""
        fell = now - self._fell_at < REMB_VALID
        return fell and self.last_remb is not None and self.last_remb < sending
