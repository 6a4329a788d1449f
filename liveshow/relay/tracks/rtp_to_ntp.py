"""When packets were sampled, so that a viewer can go from one simulcast layer to another.

Layers of one camera have unrelated timestamps. Sender reports say of each what its timestamps
are in the sender's time (RFC 3550 §6.4.1), which the layers have in common.

How to use it: each track has a ``RtpToNtp`` and gives it every report, timestamps mapped by
its ``RtpMunger``. When a viewer leaves a layer, keep the last packet sent; the first packet of the
next layer, a keyframe, then gets its timestamp plus ``ticks_between`` the moments of the two. From
there the layer's own timestamps go on: nothing is corrected between two keyframes.
"""

from __future__ import annotations

from dataclasses import dataclass

from liveshow.relay.wire.packets import unwrap

# Reports and arrivals that differ by more than this: the sender's clocks are not one clock.
MAX_DISAGREEMENT = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class PacketTime:
    """A packet in time: when it was sampled (NTP seconds, None: not known) and when it came.

    ``arrived`` is in seconds of the monotonic clock.
    """

    sampled: float | None
    arrived: float


class RtpToNtp:
    """What the timestamps of one track are in NTP time, by the latest report."""

    def __init__(self, clock_rate: int) -> None:
        self.clock_rate = clock_rate
        self._reference: tuple[float, int] | None = None

    def reset(self) -> None:
        """Forget the reports: another sender's come next."""
        self._reference = None

    def report(self, ntp: float, timestamp: int) -> None:
        """Note that ``timestamp`` (32 bits) is what is sampled at ``ntp`` (seconds)."""
        self._reference = (ntp, timestamp)

    def timestamp_at(self, ntp: float) -> int | None:
        """Return the timestamp that is sampled at ``ntp``, None before the first report."""
        if self._reference is None:
            return None
        reference, timestamp = self._reference
        return (timestamp + round((ntp - reference) * self.clock_rate)) & 0xFFFFFFFF

    def sampled_at(self, timestamp: int) -> float | None:
        """Return when ``timestamp`` was sampled, None before the first report."""
        if self._reference is None:
            return None
        reference, known = self._reference
        return reference + (unwrap(timestamp, known, 32) - known) / self.clock_rate


def ticks_between(last: PacketTime, first: PacketTime, clock_rate: int) -> int:
    """Return by how much the timestamp of ``first`` is above that of ``last``, or below it.

    By the time of sampling where both are known, else by arrival; so too if the two are at
    odds, as they are when a sender reports nonsense.
    """
    elapsed = first.arrived - last.arrived
    if last.sampled is not None and first.sampled is not None:
        sampled = first.sampled - last.sampled
        if abs(sampled - elapsed) <= MAX_DISAGREEMENT:
            elapsed = sampled
    return round(elapsed * clock_rate)
