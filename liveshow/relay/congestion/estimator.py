"""The bandwidth of the path to one viewer, from when its packets arrived. Pure: no clock, no I/O.

After draft-ietf-rmcat-gcc-02: a path that is too slow shows first in delays that grow from one
group of packets to the next (§5), then in losses (§6). Three things differ:

- A relay sends a whole frame at once, and a keyframe is many times as long as the others. So
  the delay of a group is that of its first packet: it tells how long the queue of earlier packets
  is, not how long the group itself is.
- A delay that does not grow but stands, for a second and more, is also too much.
- What has arrived without a queue proves that much room. So padding can find out at once what the
  slow growth of §5.5 would take half a minute for.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

from liveshow.relay.congestion.delay import CLOCK_STEP, QueueDelay
from liveshow.relay.wire.packets import unwrap
from liveshow.relay.wire.transport_cc import REFERENCE_BITS, REFERENCE_UNIT

FLOOR = 30_000.0  # bits per second of the least estimate: voice
CEILING = 50_000_000.0  # bits per second of the highest estimate

BURST = 5_000  # µs of sending after its first packet that belong to one group (§5.2)
DEEP = 100_000  # µs of queue; below this, what arrives may be all that was sent, not all that fits
SHORT_QUEUE = 30_000  # µs of queue up to which what arrives proves room

DECREASE = 0.85  # share of what arrives, after overuse
DRAIN = 0.5  # share of what arrives while a queue of DELAYED must empty
DELAYED = 500_000  # µs of queue; a viewer that is so late had rather see less for a while
GENTLE = 0.7  # share of the estimate that overuse leaves at least while the queue is not deep
INCREASE = 1.08  # growth per second
# Growth per second below MODEST while only sound is sent, which is no more however much it may be.
IDLE_INCREASE = 1.22
MODEST = 150_000.0  # bits per second
CAREFUL = 1.02  # growth per second near the rate that was too much the last time
PROOF = 0.95  # share of what arrives without a queue that the estimate is at least
LEAD = 1.5  # bound of the estimate, times what arrives
PATIENCE = 0.3  # seconds between two decreases, and a round trip on top
HEAVY_LOSS = 0.10  # share lost that is congestion; less is left to retransmissions
FLOOD = 0.2  # share lost for sure that is no bad luck: what arrives is all that fits
LOSS_WINDOW = 100  # packets that a window of losses has at least
LOSS_TIME = 0.5  # seconds that it has at least
CERTAIN = 2.0  # standard deviations of the losses counted: small numbers lie

ANSWER = 0.1  # seconds that a receiver waits before it answers
THROUGHPUT_WINDOW = 500_000  # µs over which arrivals are counted
BUSY_WINDOW = 150_000  # µs; while there is a queue, what arrives is what the path can do
MAX_OPEN = 512  # packets reported lost that a later message may still report as received


class BandwidthEstimator:
    """Estimates the bits per second of the path to one viewer from transport-wide feedback.

    Packets are counted with the sizes that ``kernel.Path`` recorded, and so is the estimate.
    ``least_round_trip``: seconds by earlier receiver reports. It shows a queue that was there from
    the beginning.
    """

    def __init__(self, estimate: float, now: float, least_round_trip: float | None = None) -> None:
        self.estimate = max(FLOOR, estimate)
        self.throughput = 0.0  # bits per second that arrived lately
        self.loss = 0.0  # share lost in the last full window
        self.round_trip = 0.0  # seconds from sending a packet to the message that it came
        self.overused_at = float("-inf")
        self.heard: float | None = None  # time of the last feedback
        # Whether the estimate grows, up to ``enough`` bits per second, although less is sent than
        # could be: without padding nothing else finds out.
        self.blind = False
        self.enough = math.inf
        self.idle = False  # whether there is no picture; it would come back with a higher estimate
        self._now = now
        self._least_round_trip = least_round_trip
        self._highest = -1  # transport-wide number, unwrapped
        # Packets not reported as received: whether each was counted as lost.
        self._open: dict[int, bool] = {}
        self._reference: int | None = None
        self._group = 0  # µs, send time of the first packet of the present group
        self._newest = 0  # µs, send time of the newest packet that arrived
        self._counted_from = 0  # µs of send time; losses among earlier packets no longer count
        self._delay = QueueDelay()
        self._arrived: deque[tuple[int, int]] = deque(maxlen=64)  # (µs, bytes) per message
        self._latest = 0  # µs, the latest arrival
        self._received = self._lost = 0  # packets of the present window
        self._window_since = now
        self._drained = 0.0  # bits per second to estimate once the queue is empty
        self._too_much = 0.0  # bits per second that arrived at the last overuse

    @property
    def queue(self) -> int:
        """The µs that every one of the last groups waited at least."""
        return self._delay.queue

    def feedback(
        self,
        base: int,
        reference: int,
        received: Sequence[int | None],
        sent: Sequence[tuple[int, int] | None],
        now: float,
    ) -> bool:
        """Take one message, its numbers still wrapped; return whether it had any news.

        ``received`` as in ``transport_cc.Feedback``; ``sent``: (µs, bytes) of the same packets.
        ``now``: monotonic seconds, on the clock of ``sent``.
        """
        first = base if self._highest < 0 else unwrap(base, self._highest)
        if self._reference is not None:
            reference = unwrap(reference, self._reference, REFERENCE_BITS)
        start = reference * REFERENCE_UNIT
        groups, octets, latest, said = self._read(first, start, received, sent)
        if not said:
            return False
        self._reference = reference
        self.heard = now
        if octets:
            self._arrivals(latest, octets)
            self.round_trip = max(0.0, now - self._newest / 1e6)
        hidden = self._hidden() if groups else 0
        for arrival, delay in groups:
            self._delay.add(arrival, delay, hidden)
        self._check_clock()
        elapsed = min(max(0.0, now - self._now), 1.0)
        self._now = now
        self._judge(now, elapsed)
        return True

    def _read(
        self,
        first: int,
        start: int,
        received: Sequence[int | None],
        sent: Sequence[tuple[int, int] | None],
    ) -> tuple[list[tuple[int, int]], int, int, bool]:
        """Return (arrival, delay) of the groups, the bytes received, until when, and if it is news.

        A message that was lost is taken to have reported the same as this one.
        """
        groups: list[tuple[int, int]] = []
        octets = latest = came = fresh = late = assumed = 0
        number, highest, group = first, self._highest, self._group
        newest, counted_from = self._newest, self._counted_from
        gap = number - highest - 1
        known = bool(sent) and sent[0] is not None
        if known and highest >= 0 and 0 < gap <= MAX_OPEN:
            assumed = gap
            for missing in range(highest + 1, number):
                self._miss(missing, False)
        for arrival, packet in zip(received, sent, strict=False):
            current, number = number, number + 1
            if packet is None:
                continue
            if arrival is None:
                if current > highest:
                    lost = packet[0] >= counted_from
                    self._miss(current, lost)
                    self._lost += lost
                    highest = current
                continue
            sent_at, size = packet
            if current > highest:
                highest = current
                octets += size
                fresh += 1
            elif current not in self._open:
                continue  # reported before
            else:
                late += 1
                if self._open.pop(current):
                    self._lost = max(0, self._lost - 1)
                    octets += size
            if sent_at >= counted_from:
                came += 1
            arrival += start
            if arrival > latest:
                latest = arrival
            if sent_at > newest:
                newest = sent_at
            if sent_at - group > BURST:
                group = sent_at
                groups.append((arrival, arrival - sent_at))
        said = highest != self._highest or late > 0
        self._highest, self._group, self._newest = highest, group, newest
        self._received += came
        if assumed and fresh:
            octets += assumed * octets // fresh
        return groups, octets, latest, said

    def _miss(self, number: int, lost: bool) -> None:
        self._open[number] = lost
        if len(self._open) > MAX_OPEN:
            del self._open[next(iter(self._open))]

    # Throughput

    def _arrivals(self, latest: int, octets: int) -> None:
        if abs(latest - self._latest) > CLOCK_STEP:
            self._arrived.clear()
            self._latest = latest
        latest = self._latest = max(latest, self._latest)
        self._arrived.append((latest, octets))
        while self._arrived[0][0] < latest - 2 * THROUGHPUT_WINDOW:
            self._arrived.popleft()
        self.throughput = self._rate(THROUGHPUT_WINDOW)

    def _rate(self, window: int) -> float:
        """Return the bits/s that arrived in the last ``window`` µs, or a little more."""
        octets = 0
        for at, size in reversed(self._arrived):
            if self._latest - at >= window:
                return octets * 8e6 / (self._latest - at)
            octets += size
        return 0.0  # it is not measured for so long yet

    # Delay

    def _check_clock(self) -> None:
        """Tell a queue from a clock that was set, by the round trip: only our clock times that."""
        if self._least_round_trip is None or self.round_trip < self._least_round_trip:
            self._least_round_trip = self.round_trip
        longer = (self.round_trip - self._least_round_trip) * 1e6
        if self.queue > DEEP and longer < self.queue / 2:
            self._delay.rebase()

    def _hidden(self) -> int:
        """Return the µs of queue that there were before the first message."""
        if self._least_round_trip is None:
            return 0
        return max(0, int((self.round_trip - self._least_round_trip - ANSWER) * 1e6))

    # Decision

    def _judge(self, now: float, elapsed: float) -> None:
        lossy = self._losses(now)
        overused = self._delay.growing(now, elapsed)
        if overused:
            self.overused(now)
        elif overused is None and not lossy and self.loss < HEAVY_LOSS:
            self._grow(elapsed)

    def overused(self, now: float) -> None:
        """Lower the estimate: more is sent than the path takes."""
        if now - self.overused_at < PATIENCE + self.round_trip:
            return  # the last decrease does not show yet
        self._give_way(now)
        arrives = max(self.throughput, self._rate(BUSY_WINDOW))
        if arrives:
            self._too_much = arrives
            least = 0.0 if self.queue > DEEP else GENTLE * self.estimate
            self.lower(max(least, DECREASE * arrives))
            if self.queue > DELAYED:
                self._drained = DECREASE * arrives
                self.lower(DRAIN * arrives)

    def full(self, now: float, arrives: float | None = None) -> None:
        """Lower the estimate: the transport took no more, so what it took is all that fits.

        The queue of TCP is at this end. It may have been there before the first delay was measured,
        and then no delay shows it. ``arrives``: bits per second that the transport took while it
        was full, known before any feedback; None or 0: not known.
        """
        arrives = arrives or self.throughput
        if not arrives or now - self.overused_at < PATIENCE + self.round_trip:
            return
        self._give_way(now)
        self._too_much = arrives
        self.lower(DECREASE * arrives)

    def _losses(self, now: float) -> bool:
        """Lower the estimate after heavy losses (§6); return whether it did."""
        lost = self._lost
        total = lost + self._received
        if total < LOSS_WINDOW // 5:
            return False
        certain = (lost - CERTAIN * math.sqrt(lost)) / total
        heavy = certain > HEAVY_LOSS and now - self._window_since >= PATIENCE
        if heavy or (total >= LOSS_WINDOW and now - self._window_since >= LOSS_TIME):
            self.loss = lost / total
            self._received = self._lost = 0
            self._window_since = now
        if not heavy:
            return False
        self._give_way(now)
        # The share is of what was sent, not of an estimate that was never tried.
        sent = min(self.estimate, self._sent_rate())
        least = DECREASE * self.throughput
        flood = certain > FLOOD and self.throughput > 0
        self.lower(least if flood else max(least, sent * (1 - 0.5 * self.loss)))
        return True

    def _sent_rate(self) -> float:
        return self.throughput / max(0.1, 1 - self.loss) if self.throughput else self.estimate

    def _give_way(self, now: float) -> None:
        self.overused_at = now
        self._counted_from = int(now * 1e6)
        self._received = self._lost = 0

    def lower(self, estimate: float) -> None:
        """Lower the estimate to ``estimate`` at most."""
        self.estimate = max(FLOOR, min(self.estimate, estimate))

    def resume(self, estimate: float) -> None:
        """Go on after a silence of the receiver with an estimate from elsewhere."""
        self.estimate = min(CEILING, max(FLOOR, estimate))
        self._delay.reset()
        self._received = self._lost = 0

    def _grow(self, elapsed: float) -> None:
        arrives = self.throughput
        blindly = self.blind and self.estimate < self.enough
        if arrives and (blindly or self.estimate < LEAD * arrives):
            near = 0.7 * self._too_much < self.estimate < 1.1 * self._too_much
            pace = CAREFUL if near else INCREASE
            if self.idle and self.estimate < MODEST:
                pace = IDLE_INCREASE
            self.estimate *= pace**elapsed
        if self.queue < SHORT_QUEUE:
            self.estimate = max(self.estimate, PROOF * arrives, self._drained)
            self._drained = 0.0
        self.estimate = min(self.estimate, CEILING)
