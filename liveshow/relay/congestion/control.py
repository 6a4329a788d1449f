"""How much one viewer may get, from what it reports. Pure: no clock, no I/O.

A healthy viewer gets everything, and sends only receiver reports (RFC 3550 §6.4) and REMB, about
one a second. At the first sign of trouble its packets are numbered transport-wide. Its browser
then answers ten to twenty times a second, ``estimator`` works, and padding finds out when there is
room for more. Twenty good seconds at the top end the numbering. A viewer that did not negotiate
the numbers, or does not answer, is judged by reports alone. So is a viewer that got no slot (see
``twcc_slots``), until its next trouble.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from liveshow.relay.congestion.estimator import DECREASE, BandwidthEstimator
from liveshow.relay.congestion.probing import PROBE_AFRESH, PROBE_FIRST, Probe
from liveshow.relay.congestion.reports import CLEARANCE, REPORT_INTERVAL, SPARE, ReportLimit
from liveshow.relay.congestion.twcc_slots import TwccSlots
from liveshow.relay.wire import transport_cc

HEAVY_LOSS = 26  # lost of 256 that are congestion, about 10 %
LIGHT_LOSS = 5  # lost of 256 up to which a report is good, about 2 %
# Seconds and factor by which a round trip exceeds the least one when it is the sign of a queue.
ROUND_TRIP_RISE = 0.15
ROUND_TRIP_RATIO = 2.0
DELAYED = 0.5  # seconds over the least round trip: half a second of packets is still on its way
LONG_ROUND_TRIP = 0.4  # seconds of the first round trip from which on it may contain a queue
MAX_WITHOUT_PICTURE = 250_000.0  # bits per second that the limit grows to without a picture

# Seconds without trouble at the top until numbering ends. They double each time that trouble comes
# back within RELAPSE seconds.
HEALTHY_TIME, MAX_HEALTHY_TIME = 20.0, 320.0
RELAPSE = 30.0
# Earliest and latest seconds after a first sign of trouble at which a second one confirms it. While
# slots are scarce, one sign is not enough.
SECOND_SIGN, LAST_SIGN = 1.0, 5.0
ANSWER = 5.0  # seconds without feedback after which reports decide
# Share of what is sent that one early report leaves at least. It may speak of the replay to a
# viewer that just joined, most of which a narrow link loses.
MAX_EARLY_CUT = 0.25
# Times what is sent at which the estimate starts. The first sign may be a browser that was busy for
# a moment, which is no reason for a smaller picture; feedback tells within half a second.
BENEFIT_OF_DOUBT = 1.4
UNKNOWN = 2_500_000.0  # bits per second at which it starts when it is not known what is sent

# Feedback messages that are read at once and per second; more are dropped. Browsers send 20.
MESSAGES, MESSAGES_PER_SECOND = 20.0, 40.0

Sent = Callable[[int, int], Sequence[tuple[int, int] | None]]  # ``kernel.Path.sent``


def round_trip(last_report: int, delay: int, ntp: float) -> float | None:
    """Return the round trip in seconds by a report block (RFC 3550 §6.4.1).

    ``last_report`` (LSR): the middle 32 bits of the NTP time of the sender report that it answers;
    ``delay`` (DLSR): 1/65536 s from that report to the block; ``ntp``: NTP seconds when the block
    came. None when it answers no report, or is impossible.
    """
    if not last_report:
        return None
    elapsed = (int(ntp * 65536) - last_report - delay) & 0xFFFFFFFF
    if elapsed > 0xFFFFFFFF - 655:
        return 0.0  # rounding made it negative, by up to 10 ms
    return elapsed / 65536 if elapsed < 60 << 16 else None


class CongestionController:
    """Decides what one viewer may get. Rates are bits per second, ``now`` monotonic seconds.

    ``transport_wide``: the viewer negotiated the extension and the feedback; ``padding``: it
    negotiated RTX, which can carry padding; ``twcc_slots``: shared with other viewers. ``close``
    it at the end.
    """

    def __init__(
        self, transport_wide: bool, padding: bool = True, twcc_slots: TwccSlots | None = None
    ) -> None:
        self.numbering = False  # whether packets are to carry transport-wide numbers
        self._transport_wide = transport_wide
        self._padding = padding
        self._twcc_slots = twcc_slots or TwccSlots()
        self._playing = True
        self._reports = ReportLimit()
        self._estimator: BandwidthEstimator | None = None
        self._sending = self._shown = 0.0  # bits/s now, and when there last was a picture
        self._wanted: float | None = None
        self._numbered_at = self._trouble_at = self._ended_at = float("-inf")
        self._early_report_at = self._first_sign_at = float("-inf")
        self._healthy_time = HEALTHY_TIME
        self._alone = False  # whether reports decide although packets are numbered: no answer comes
        self._least_round_trip: float | None = None
        self._probe: Probe | None = None
        self._came_back = False  # whether the picture came back since the last probe()
        self._messages, self._message_at = MESSAGES, float("-inf")

    @property
    def healthy(self) -> bool:
        """Whether the viewer can have the best picture and needs no rounds of adaptation."""
        return not self.numbering and self._reports.limit is None

    def close(self) -> None:
        """Release the slot, for good."""
        self._transport_wide = False
        self._end_numbering()

    # What the relay says

    def sending(self, bitrate: float, wanted: float | None, now: float) -> None:
        """Note the bit rate that is sent, sound included, without retransmissions and padding.

        ``wanted``: the rate that there must be room for before the viewer gets more, None: it has
        the best. Call this before reports are given, and a few times a second when not
        ``healthy``.
        """
        self._sending, self._wanted = bitrate, wanted
        if self._playing:
            self._shown = bitrate
        if wanted is not None:
            self._trouble_at = now
        elif self.numbering and self._is_healthy(now):
            self._ended_at = now
            self._end_numbering()
            self._reports.forget()
        if self._estimator is not None and self._answering(now) is self._alone:
            self._alone = not self._alone
            if self._alone:
                self._reports.limit = self._estimator.estimate
            else:
                # Its estimate is from before the silence; reports have gone on since.
                self._estimator.resume(self._reports.limit or CLEARANCE * bitrate)
        self._tell_estimator()

    def playing(self, playing: bool) -> None:
        """Note whether there is a picture, whose packets can be sent again as padding."""
        if playing and not self._playing:
            self._came_back = True
        self._playing = playing
        self._tell_estimator()

    def behind(self, now: float, taken: float | None = None) -> None:
        """Note that pictures were dropped because the transport took no more.

        ``taken``: bits per second, sound included, that it took while it was full.
        """
        self._trouble(now)
        if self._estimator is not None and self._answering(now):
            self._estimator.full(now, taken)
        elif taken:
            self._reports.fits(DECREASE * taken, now)
        else:
            self._reports.bad(self._sent(), self._sending, now)

    # What the viewer says

    def remb(self, bitrate: int, now: float) -> None:
        """Note the receiver's estimate (draft-alvestrand-rmcat-remb-03)."""
        if not self._playing:  # the estimate falls to about the rate of the sound
            self._reports.last_remb = float(bitrate)
        elif self._reports.remb(float(bitrate), self._sending, now):
            if self._confirmed(now):
                self._trouble(now)
            if not self._answering(now):
                self._reports.bad(self._sent(), self._sending, now)

    def report(self, fraction_lost: int, round_trip: float | None, now: float) -> None:
        """Take one block of a receiver report of the video (RFC 3550 §6.4.1).

        ``fraction_lost``: of 256; ``round_trip``: seconds, None when it is not known.
        """
        if self._twcc_slots.late:
            round_trip = None
        slow = round_trip is not None and self._slow(round_trip)
        if (fraction_lost > LIGHT_LOSS or slow) and self._confirmed(now):
            self._trouble(now)
            self._believe_early_report(fraction_lost, round_trip, now)
        if not self._answering(now):
            if fraction_lost >= HEAVY_LOSS or self._reports.starved(self._sending, now):
                self._reports.bad(self._sent(), self._sending, now)
            elif fraction_lost <= LIGHT_LOSS:
                most = math.inf if self._playing else MAX_WITHOUT_PICTURE
                self._reports.good(self._sending, self._wanted, most, now)

    def feedback(self, fci: bytes, sent: Sent, now: float) -> bool:
        """Take the part of a transport-wide feedback message that follows its two SSRCs.

        ``sent`` looks up the packets that it speaks of. Return False when the message is
        malformed, unexpected, or beyond the rate that is read.
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
        if self._estimator is None or self._alone:
            return self._reports.limit
        return self._estimator.estimate

    def probe(self, now: float) -> float | None:
        """Return the bit rate of padding to send now besides media, None: no padding.

        Call this every few hundredths of a second while ``numbering``.
        """
        estimator, wanted = self._estimator, self._wanted
        if estimator is None or wanted is None or estimator.blind or estimator.heard is None:
            return None
        if self._probe is None:
            self._probe = Probe(now + PROBE_FIRST)
        if self._came_back:
            self._came_back = False
            self._probe.wait(now + PROBE_AFRESH)
        total = self._probe.rate(estimator, wanted, now)
        return None if total is None or total <= self._sending else total - self._sending

    def _sent(self) -> float:
        """Return the rate that a bad report speaks of: the picture may be gone by now."""
        if self._playing:
            return self._sending
        return max(self._shown, self._sending) if self._shown else 0.0

    def _confirmed(self, now: float) -> bool:
        """Tell whether a sign of trouble is a reason to measure the viewer.

        While many are measured, it may have been a moment that was bad for all viewers.
        """
        if self.numbering or not self._twcc_slots.scarce:
            return True
        since = now - self._first_sign_at
        if since < SECOND_SIGN:
            return False  # a sign of the same moment
        self._first_sign_at = now
        return since < LAST_SIGN

    def _trouble(self, now: float) -> None:
        """Begin to measure the viewer, if there is a slot."""
        self._trouble_at = now
        if self.numbering or not self._transport_wide or not self._twcc_slots.acquire():
            return
        relapse = now - self._ended_at < RELAPSE
        self._healthy_time = (
            min(MAX_HEALTHY_TIME, 2 * self._healthy_time) if relapse else HEALTHY_TIME
        )
        self.numbering, self._alone = True, False
        self._numbered_at = now
        start = (self._sent() or UNKNOWN) * BENEFIT_OF_DOUBT
        if self._reports.limit is not None:
            start = min(start, self._reports.limit)
        self._estimator = BandwidthEstimator(start, now, self._least_round_trip)
        self._tell_estimator()

    def _end_numbering(self) -> None:
        if self.numbering:
            self.numbering = False
            self._estimator = self._probe = None
            self._twcc_slots.release()

    def _tell_estimator(self) -> None:
        estimator, wanted = self._estimator, self._wanted
        if estimator is not None:
            estimator.idle = not self._playing
            estimator.blind = not (self._playing and self._padding)
            spare = SPARE if self._playing else 1.0
            estimator.enough = math.inf if wanted is None else spare * wanted

    def _believe_early_report(
        self, fraction_lost: int, round_trip: float | None, now: float
    ) -> None:
        """Lower the estimate by a bad report before feedback: that waits in the queue, too."""
        estimator, least = self._estimator, self._least_round_trip
        if estimator is None or estimator.heard is not None:
            return
        if now - self._early_report_at < REPORT_INTERVAL:
            return  # browsers report with every NACK: this one speaks of the same packets
        sending, before = self._sent() or UNKNOWN, estimator.estimate
        if fraction_lost >= HEAVY_LOSS:
            estimator.lower(sending * max(MAX_EARLY_CUT, 1 - fraction_lost / 256))
        if round_trip is not None and least is not None and round_trip > least + DELAYED:
            estimator.lower(sending / 2)
        if estimator.estimate < before:
            self._early_report_at = now

    def _answering(self, now: float) -> bool:
        """Tell whether feedback comes, or can still be expected."""
        if self._estimator is None:
            return False
        heard = self._estimator.heard
        return now - (self._numbered_at if heard is None else heard) < ANSWER

    def _is_healthy(self, now: float) -> bool:
        estimator = self._estimator
        if estimator is not None:
            self._trouble_at = max(self._trouble_at, estimator.overused_at)
        return now - self._trouble_at > self._healthy_time and not (
            self._alone and self._reports.limit is not None
        )

    def _slow(self, round_trip: float) -> bool:
        least = self._least_round_trip
        if least is None and round_trip >= LONG_ROUND_TRIP:
            self._least_round_trip = round_trip
            return True
        # The least rises slowly: the viewer may have moved to a network that is further away.
        least = round_trip if least is None else min(round_trip, least * 1.01 + 0.0005)
        self._least_round_trip = least
        return round_trip > max(least + ROUND_TRIP_RISE, least * ROUND_TRIP_RATIO)
