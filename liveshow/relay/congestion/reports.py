"""The rate limit set by receiver reports and REMB alone. Pure: no clock, no I/O.

Reports do not show how much room there is, so the limit rises slowly. The REMB of a receiver is
little more than what it gets, and follows within seconds when it gets more. So only a REMB that
falls is a sign, for a while.
"""

from __future__ import annotations

FLOOR = 50_000.0  # bits per second, the lowest limit
PATIENCE = 2  # bad reports until there is a limit
REDUCTION = 0.75  # factor of the limit per bad report
GROWTH = 1.25  # factor of the limit per second of good reports
LONGEST_REPORT = 5  # seconds that one report counts for: browsers with only sound report so rarely
# Bound of the limit, times the wanted rate. That changes with every scene, and the limit must hold
# for a while.
SPARE = 1.25
CLEARANCE = 1.8  # times what is sent above which the limit is lifted
REPORT_INTERVAL = 0.5  # seconds; of several reports within it the first counts
FELL = 0.97  # ratio of a REMB to the last one below which the receiver saw overuse
FIRST_FELL = 0.6  # ratio of the first REMB to what is sent below which the receiver saw overuse
CLEAR = 0.7  # ratio of a REMB to what is sent below which no second sign is needed
REMB_VALID = 3.0  # seconds for which a REMB that fell is a sign


class ReportLimit:
    """The limit of one viewer. Rates are bits per second, ``now`` monotonic seconds.

    ``limit``: what the viewer may get, sound included; None: not known to be limited.
    ``last_remb``: the last estimate of the receiver.
    """

    def __init__(self) -> None:
        self.limit: float | None = None
        self.last_remb: float | None = None
        self._bad = 0
        self._at = float("-inf")
        self._fell_at = float("-inf")

    def forget(self) -> None:
        """Lift the limit and forget all signs."""
        self.limit, self._bad, self._fell_at = None, 0, float("-inf")

    def remb(self, bitrate: float, sending: float, now: float) -> bool:
        """Note a REMB; return whether it means that too much is sent."""
        before, self.last_remb = self.last_remb, bitrate
        # Browsers send the first REMB when they saw overuse, which may have been their own doing.
        if bitrate < (FIRST_FELL * sending if before is None else FELL * before):
            self._fell_at = now
        return self.starved(sending, now)

    def good(self, sending: float, wanted: float | None, most: float, now: float) -> None:
        """Raise the limit after a good report.

        ``sending`` and ``wanted`` as in ``CongestionController``; ``most``: bits per second that
        the limit may be raised to.
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
        """Note one sign that ``sent`` was too much; ``sending``, now, may be less."""
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
        """Limit to a rate that is known to fit."""
        if now - self._at < REPORT_INTERVAL:
            return
        self._at = now
        self.limit = max(FLOOR, bitrate if self.limit is None else min(self.limit, bitrate))

    def starved(self, sending: float, now: float) -> bool:
        """Tell whether the receiver's latest REMB fell below what is sent."""
        fell = now - self._fell_at < REMB_VALID
        return fell and self.last_remb is not None and self.last_remb < sending
