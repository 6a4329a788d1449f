"""The receiving side of RTP: reception statistics, NACKs, and the bandwidth of a publisher."""

from __future__ import annotations

from liveshow.relay.transport.aiortc_private import RemoteBitrateEstimator, is_overused
from liveshow.relay.wire.packets import RtpHeader, unwrap
from liveshow.relay.wire.rtcp import ReportBlock

# Packets, or seconds, of reordering after which one is requested (after Galène's rtpreader.go).
REORDER_PACKETS = 2
REORDER_TIME = 0.02
RETRY = 0.06  # seconds between two requests for one packet
MAX_TRIES = 8  # requests for one packet; then it is given up for a keyframe
MAX_MISSING = 256  # packets; if more are missing, all are given up for a keyframe

# Bits per second of the first REMB. Chrome trusts REMB in its first two seconds and jumps there;
# without it, it creeps up from 300 kbit/s.
START_BITRATE = 2_500_000
MIN_BITRATE = 200_000  # bits per second of the lowest REMB
MAX_BITRATE = 8_000_000  # bits per second of the highest REMB
GROWTH = 1.12  # factor per second without overuse
REMB_INTERVAL = 1.0  # seconds between two REMB; one that falls is sent at once


class ReceptionStatistics:
    """Statistics of one SSRC (RFC 3550 §6.4.1, §A.3, §A.8)."""

    def __init__(self, clock_rate: int) -> None:
        self._clock_rate = clock_rate
        self._base: int | None = None
        self._highest = 0  # unwrapped
        self._received = 0
        self._expected_before = self._received_before = 0
        self.expected = self.lost = 0  # packets between the last two reports
        self._transit: float | None = None
        self._jitter = 0.0
        self._last_report: tuple[int, float] | None = None  # (middle 32 NTP bits, arrival)

    def add(self, header: RtpHeader, now: float) -> None:
        """Count one packet that arrived at ``now`` (monotonic seconds)."""
        if self._base is None:
            self._base = self._highest = header.sequence
        self._highest = max(self._highest, unwrap(header.sequence, self._highest))
        self._received += 1
        transit = now * self._clock_rate - header.timestamp
        if self._transit is not None:
            change = abs(transit - self._transit)
            if change < self._clock_rate * 10:  # a wrapped timestamp is no jitter
                self._jitter += (change - self._jitter) / 16
        self._transit = transit

    def sender_report(self, ntp: int, now: float) -> None:
        """Remember a sender report: our next report lets the sender measure the round trip."""
        self._last_report = ((ntp >> 16) & 0xFFFFFFFF, now)

    def report(self, ssrc: int, now: float) -> ReportBlock | None:
        """Return a report block, None before the first packet."""
        if self._base is None:
            return None
        expected = self._highest - self._base + 1
        expected_now = expected - self._expected_before
        lost_now = expected_now - (self._received - self._received_before)
        self._expected_before, self._received_before = expected, self._received
        self.expected, self.lost = expected_now, max(0, lost_now)
        fraction = max(0, min(255, (lost_now << 8) // expected_now)) if expected_now > 0 else 0
        lsr, delay = 0, 0
        if self._last_report is not None:
            lsr, arrival = self._last_report
            delay = min(0xFFFFFFFF, int((now - arrival) * 65536))
        return ReportBlock(
            ssrc=ssrc,
            fraction_lost=fraction,
            lost=expected - self._received,
            highest=self._highest,
            jitter=int(self._jitter),
            last_report=lsr,
            delay=delay,
        )


class NackGenerator:
    """Decides which packets to request again (RFC 4585 §6.2.1), and when to give up."""

    def __init__(self) -> None:
        self._highest: int | None = None
        self._missing: dict[int, list[float]] = {}  # sequence: [noticed at, requested at, tries]
        self.gave_up = False

    @property
    def pending(self) -> bool:
        """Whether a packet is missing."""
        return bool(self._missing)

    def misses(self, sequence: int) -> bool:
        """Tell whether a packet is missing and not given up."""
        return self._highest is not None and unwrap(sequence, self._highest) in self._missing

    def add(self, sequence: int, now: float) -> None:
        """Note the arrival of a packet, first hand or retransmitted."""
        if self._highest is None:
            self._highest = sequence
            return
        unwrapped = unwrap(sequence, self._highest)
        if unwrapped <= self._highest:
            self._missing.pop(unwrapped, None)
            return
        gap = unwrapped - self._highest - 1
        if gap + len(self._missing) > MAX_MISSING:
            self._missing.clear()
            self.gave_up = True
        else:
            for missing in range(self._highest + 1, unwrapped):
                self._missing[missing] = [now, float("-inf"), 0]
        self._highest = unwrapped

    def due(self, now: float) -> list[int]:
        """Return the sequence numbers to request now, oldest first."""
        asked: list[int] = []
        for sequence, state in list(self._missing.items()):
            noticed, last, tries = state
            assert self._highest is not None
            if tries >= MAX_TRIES:
                del self._missing[sequence]
                self.gave_up = True
            elif tries == 0:
                late = self._highest - sequence > REORDER_PACKETS or now - noticed >= REORDER_TIME
                if late:
                    asked.append(sequence)
            elif now - last >= RETRY:
                asked.append(sequence)
        for sequence in asked:
            self._missing[sequence][1:] = [now, self._missing[sequence][2] + 1]
        return [sequence & 0xFFFF for sequence in asked]


class RembEstimator:
    """Estimates how much the publisher may send: REMB (draft-alvestrand-rmcat-remb-03).

    The delay-based detector of aiortc's estimator tells when the link is overused. The estimate of
    aiortc itself never goes far above what is being sent, so a quiet scene would throttle the
    lively one after it. Ours grows until the detector objects.
    """

    def __init__(self) -> None:
        self._estimator = RemoteBitrateEstimator()
        self._sent_at = float("-inf")
        self._sent = 0
        self._grown_at: float | None = None
        self.estimate = START_BITRATE

    def add(self, header: RtpHeader, now: float) -> None:
        """Simulcast one packet with abs-send-time (``now``: monotonic seconds)."""
        if header.abs_send_time is None:
            return
        milliseconds = int(now * 1000)
        result = self._estimator.add(
            arrival_time_ms=milliseconds,
            abs_send_time=header.abs_send_time,
            payload_size=header.size,
            ssrc=1,  # the same for all: the estimator keeps an unbounded list of SSRCs
        )
        if result is not None and is_overused(self._estimator):
            self.overused(self._estimator.incoming_bitrate.rate(milliseconds) or 0, now)
        elif self._grown_at is None or now - self._grown_at >= 1.0:
            self._grow(now)

    def overused(self, throughput: int, now: float) -> None:
        """Lower the estimate: the link does not take ``throughput`` (bits per second)."""
        # When far less is sent than allowed, the estimate is not to blame.
        to_blame = throughput > self.estimate // 2
        wanted = throughput * 0.85 if to_blame else self.estimate * 0.7
        self.estimate = max(MIN_BITRATE, min(self.estimate, int(wanted)))
        self._grown_at = now

    def _grow(self, now: float) -> None:
        if self._grown_at is not None:
            self.estimate = min(MAX_BITRATE, int(self.estimate * GROWTH))
        self._grown_at = now

    def due(self, now: float) -> int | None:
        """Return the bits per second of a REMB that is due now, None if none is."""
        falls = self.estimate < self._sent * 0.97
        if not falls and now - self._sent_at < REMB_INTERVAL:
            return None
        self._sent, self._sent_at = self.estimate, now
        return self.estimate
