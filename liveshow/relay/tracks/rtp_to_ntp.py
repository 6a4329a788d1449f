"""RTP timestamps as NTP time, so that a viewer can switch from one simulcast layer to another.

The timestamps of two layers of one camera are unrelated. Sender reports relate both to the
sender's clock, which the layers have in common (RFC 3550 §6.4.1).

How to use it: each track has a ``RtpToNtp`` and gives it every report, with timestamps mapped by
its ``RtpMunger``. When a viewer leaves a layer, keep the last packet that was sent. The first
packet of the next layer, a keyframe, gets the timestamp of that packet plus ``ticks_between`` the
two. From there the layer's own timestamps go on: nothing is corrected between two keyframes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from liveshow.relay.wire.packets import unwrap

# Seconds by which sampling times and arrivals may differ. Beyond it the sender reports nonsense.
MAX_DISAGREEMENT = 1.0
NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970 (RFC 5905 §6)


def ntp_now() -> float:
    """Return the wall clock in seconds since 1900, the epoch of RTCP."""
    return time.time() + NTP_EPOCH


@dataclass(frozen=True, slots=True)
class PacketTime:
    """The times of one packet.

    ``sampled``: NTP seconds of its sampling instant, None when it is not known; ``arrived``:
    seconds of the monotonic clock.
    """

    sampled: float | None
    arrived: float


class RtpToNtp:
    """The NTP time of the timestamps of one track, by the latest sender report."""

    def __init__(self, clock_rate: int) -> None:
        self.clock_rate = clock_rate
        self._reference: tuple[float, int] | None = None

    def reset(self) -> None:
        """Forget the reports: another sender follows."""
        self._reference = None

    def report(self, ntp: float, timestamp: int) -> None:
        """Note that ``timestamp`` (32 bits) is sampled at ``ntp`` (seconds)."""
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
    """Return the ticks from ``last`` to ``first``, negative when it is the earlier one.

    They are measured by sampling times. If one is not known, or they contradict the arrivals by
    more than ``MAX_DISAGREEMENT``, they are measured by arrivals.
    """
    elapsed = first.arrived - last.arrived
    if last.sampled is not None and first.sampled is not None:
        sampled = first.sampled - last.sampled
        if abs(sampled - elapsed) <= MAX_DISAGREEMENT:
            elapsed = sampled
    return round(elapsed * clock_rate)
