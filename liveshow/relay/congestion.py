"""How much one viewer may get, from what it reports. Pure: no clock, no I/O.

A viewer that is well gets everything and is asked for nothing but receiver reports (RFC 3550
§6.4) and REMB, about one a second. At the first sign of trouble its packets are numbered
transport-wide; its browser then answers ten to twenty times a second, ``estimator`` works,
and padding finds out when there is room for more. Twenty good seconds at the top end that.
A viewer that did not negotiate the numbers, or does not answer, is judged by reports alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from . import transport_cc
from .estimator import Estimator

HEAVY_LOSS = 26  # of 256, about 10 %
LIGHT_LOSS = 5  # of 256, about 2 %
ROUND_TRIP_RISE = 0.15  # seconds over the least, and
ROUND_TRIP_RATIO = 2.0  # times the least, is a queue
FLOOR = 50_000.0  # bits per second, of a limit that reports alone have set

PATIENCE = 2  # bad reports before reports alone decide
REDUCTION = 0.75
GROWTH = 1.25  # per good report
REPORT_INTERVAL = 0.5  # seconds; reports that come more often count once
FELL = 0.97  # a REMB of less than so much of the last one: the receiver saw overuse
REMB_VALID = 5.0  # seconds

WELL = 20.0  # seconds without trouble at the top until numbering ends
ANSWER = 2.0  # seconds until feedback must have come; without it reports decide
UNKNOWN = 2_500_000.0  # bits per second, where the estimate starts when nobody said what is sent

# Padding: the estimate is raised step by step, each held until its arrival proves the room.
STEP = 1.5  # times the estimate
STEP_TIME = 1.0  # seconds that a step may take
PROBE_FIRST = 3.0  # seconds after trouble
PROBE_AGAIN, PROBE_LATEST = 4.0, 12.0  # seconds after a probe that failed
TOO_LONG_QUEUE = 50_000  # µs, ends a probe

MESSAGES, MESSAGES_PER_SECOND = 20.0, 40.0  # of feedback that are read; browsers send 20

Sent = Callable[[int, int], Sequence[tuple[int, int] | None]]  # ``kernel.Path.sent``


def round_trip(last_report: int, delay: int, ntp: float) -> float | None:
    """Return the round trip in seconds that a report block tells (RFC 3550 §6.4.1).

    ``last_report`` (LSR): the middle 32 bits of the NTP time of our report that it answers;
    ``delay`` (DLSR): 1/65536 s until it did; ``ntp``: NTP seconds when the block came. None
    when it answers no report, or says what cannot be.
    """
    if not last_report:
        return None
    elapsed = (int(ntp * 65536) - last_report - delay) & 0xFFFFFFFF
    if elapsed > 0xFFFFFFFF - 655:
        return 0.0  # rounding: up to 10 ms less than nothing
    return elapsed / 65536 if elapsed < 60 << 16 else None


class Congestion:
    """Decides what one viewer may get. Rates are bits per second, ``now`` monotonic seconds.

    ``transport_wide``: it negotiated the extension and the feedback; ``padding``: it negotiated
    RTX, on which padding can be sent.
    """

    def __init__(self, transport_wide: bool, padding: bool = True) -> None:
        self.numbering = False  # whether its packets are to carry transport-wide numbers
        self._transport_wide = transport_wide
        self._padding = padding
        self._reports = _Reports()
        self._estimator: Estimator | None = None
        self._sending = 0.0
        self._wanted: float | None = None
        self._numbered_at = self._trouble_at = float("-inf")
        self._least_round_trip: float | None = None
        self._probe: _Probe | None = None
        self._messages, self._message_at = MESSAGES, float("-inf")

    @property
    def well(self) -> bool:
        """Whether nothing speaks against the best there is, and nothing needs a ``tick``."""
        return not self.numbering and self._reports.limit is None

    # What the relay says

    def sending(self, bitrate: float, wanted: float | None, now: float) -> None:
        """Note what is sent to it, sound included, without resends and padding.

        ``wanted``: what there must be room for before it gets more, None: it has all there is.
        To be called before reports are given, and a few times a second when not ``well``.
        """
        self._sending, self._wanted = bitrate, wanted
        if wanted is not None:
            self._trouble_at = now
        elif self.numbering and self._is_well(now):
            self.numbering = False
            self._estimator = self._probe = None
            self._reports.forget()

    def behind(self, now: float) -> None:
        """Note that the outlet could not keep up, or its transport took no more."""
        self._trouble(now)
        if not self._answering(now):
            self._reports.bad(self._sending, now)

    # What the viewer says

    def remb(self, bitrate: int, now: float) -> None:
        """Note what the receiver estimates (draft-alvestrand-rmcat-remb-03)."""
        if self._reports.remb(float(bitrate), self._sending, now):
            self._trouble(now)

    def report(self, fraction_lost: int, round_trip: float | None, now: float) -> None:
        """Take one block of a receiver report of the video (RFC 3550 §6.4.1).

        ``fraction_lost``: of 256; ``round_trip``: seconds, None when it is not known.
        """
        slow = round_trip is not None and self._slow(round_trip)
        if fraction_lost > LIGHT_LOSS or slow:
            self._trouble(now)
        if not self._answering(now):
            self._reports.report(fraction_lost, self._sending, self._wanted, now)

    def feedback(self, fci: bytes, sent: Sent, now: float) -> bool:
        """Take a transport-wide feedback message, what comes after its two SSRCs.

        ``sent`` is asked for the packets it speaks of. Returns False when it is malformed,
        unexpected, or one of too many.
        """
        self._messages += (now - self._message_at) * MESSAGES_PER_SECOND
        self._messages = min(MESSAGES, self._messages)
        self._message_at = now
        if self._estimator is None or self._messages < 1:
            return False
        self._messages -= 1
        message = transport_cc.parse(fci)
        if message is None:
            return False
        packets = sent(message.base, len(message.received))
        estimator = self._estimator
        return estimator.feedback(message.base, message.reference, message.received, packets, now)

    # What follows

    def available(self, now: float) -> float | None:
        """Return what may be sent, sound included; None: not known to be limited."""
        if self._estimator is None or not self._answering(now):
            return self._reports.limit
        return self._estimator.estimate

    def probe(self, now: float) -> float | None:
        """Return how much padding to send now, besides media, to find out whether there is room.

        None: none. To be asked every few hundredths of a second while ``numbering``.
        """
        estimator, wanted = self._estimator, self._wanted
        if estimator is None or wanted is None or not self._padding or estimator.heard is None:
            return None
        if self._probe is None:
            self._probe = _Probe(now + PROBE_FIRST)
        total = self._probe.rate(estimator, wanted, now)
        return None if total is None or total <= self._sending else total - self._sending

    def _trouble(self, now: float) -> None:
        self._trouble_at = now
        if self._transport_wide and not self.numbering:
            self.numbering = True
            self._numbered_at = now
            self._estimator = Estimator(self._sending or UNKNOWN, now)
            self._estimator.blind = not self._padding
            self._probe = None

    def _answering(self, now: float) -> bool:
        """Tell whether feedback comes, or may be expected to."""
        if self._estimator is None:
            return False
        heard = self._estimator.heard
        return now - (self._numbered_at if heard is None else heard) < ANSWER

    def _is_well(self, now: float) -> bool:
        estimator = self._estimator
        if estimator is not None:
            self._trouble_at = max(self._trouble_at, estimator.overused_at)
        return now - self._trouble_at > WELL and self._reports.limit is None

    def _slow(self, round_trip: float) -> bool:
        least = self._least_round_trip
        # Slowly up: the viewer may have moved to a network that is further away.
        least = round_trip if least is None else min(round_trip, least * 1.01 + 0.0005)
        self._least_round_trip = least
        return round_trip > max(least + ROUND_TRIP_RISE, least * ROUND_TRIP_RATIO)


class _Probe:
    """When to send padding, and how much."""

    def __init__(self, first: float) -> None:
        self._next = first
        self._wait = PROBE_AGAIN
        self._since: float | None = None  # when this step began
        self._began = 0.0
        self._before = 0.0  # the estimate when the probe began
        self._target = 0.0

    def rate(self, estimator: Estimator, wanted: float, now: float) -> float | None:
        """Return what is to be sent in all, None: no padding."""
        if estimator.estimate >= wanted:
            self._since = None
            self._wait = PROBE_AGAIN
            return None
        if self._since is None:
            quiet = now - estimator.overused_at > PROBE_FIRST
            if now < self._next or not quiet or estimator.queue > TOO_LONG_QUEUE:
                return None
            self._began, self._before = now, estimator.estimate
            self._step(estimator, wanted, now)
        elif estimator.overused_at > self._began or estimator.queue > TOO_LONG_QUEUE:
            self._fail(estimator, now)
            return None
        elif estimator.estimate >= self._target:
            self._step(estimator, wanted, now)
        elif now - self._since > STEP_TIME:
            self._fail(estimator, now)
            return None
        return self._target / 0.9

    def _step(self, estimator: Estimator, wanted: float, now: float) -> None:
        self._since = now
        self._target = min(wanted, STEP * estimator.estimate)

    def _fail(self, estimator: Estimator, now: float) -> None:
        self._since = None
        self._next = now + self._wait
        self._wait = min(PROBE_LATEST, self._wait * 1.5)


class _Reports:
    """The limit that receiver reports and REMB alone set: blind, so it is slow to give."""

    def __init__(self) -> None:
        self.limit: float | None = None
        self._bad = 0
        self._at = float("-inf")
        self._remb: float | None = None
        self._remb_at = float("-inf")
        self._fell = False

    def forget(self) -> None:
        """Begin anew."""
        self.limit, self._bad, self._fell = None, 0, False

    def remb(self, bitrate: float, sending: float, now: float) -> bool:
        """Return whether it says that too much is sent.

        A receiver estimates little more than it gets and needs seconds to follow when it gets
        more: only an estimate that falls says something.
        """
        before, self._remb, self._remb_at = self._remb, bitrate, now
        if before is not None and bitrate < before * FELL:
            self._fell = True
        elif bitrate >= sending or (before is not None and bitrate > before):
            self._fell = False
        return self._fell and bitrate < sending

    def report(self, fraction_lost: int, sending: float, wanted: float | None, now: float) -> None:
        """Take one report; ``sending`` and ``wanted`` as in ``Congestion.sending``."""
        starved = self._starved(sending, now)
        if fraction_lost >= HEAVY_LOSS or starved:
            self.bad(sending, now)
        elif fraction_lost <= LIGHT_LOSS and now - self._at >= REPORT_INTERVAL:
            self._at = now
            self._bad = 0
            if self.limit is not None:
                enough = max(sending, wanted or 0.0)
                self.limit = min(self.limit * GROWTH, enough * GROWTH)
                if wanted is None and self.limit > sending:
                    self.limit = None

    def bad(self, sending: float, now: float) -> None:
        """Take one sign that too much is sent."""
        if now - self._at < REPORT_INTERVAL:
            return
        self._at = now
        self._bad += 1
        if self._bad >= PATIENCE and sending:
            present = sending if self.limit is None else min(self.limit, sending)
            wanted = present * REDUCTION
            if self._remb is not None and self._starved(sending, now):
                wanted = min(wanted, self._remb)
            self.limit = max(FLOOR, wanted)

    def _starved(self, sending: float, now: float) -> bool:
        fresh = self._remb is not None and now - self._remb_at < REMB_VALID
        return fresh and self._fell and self._remb is not None and self._remb < sending
