"""What one viewer may have sent again: so often, so soon, so much."""

from __future__ import annotations

MAX_RETRANSMISSIONS = 3  # of one packet
RETRANSMISSION_INTERVAL = 0.05  # seconds between two retransmissions of one packet
RETRANSMISSION_MEMORY = 1024  # packets whose retransmissions are counted
# Bytes that are sent again, at once and per second: as much as the stream itself has in a second,
# or this if that is more.
RETRANSMISSION_BURST, RETRANSMISSION_RATE = 256_000.0, 60_000.0
REFUSED = 50  # bytes that a number counts for which nothing is sent: it takes time


class RetransmissionBudget:
    """The share of one down track. Times are monotonic seconds, indices those of its map."""

    def __init__(self, now: float) -> None:
        self._counted: dict[int, tuple[int, float]] = {}  # (how often, when last), oldest first
        self._share, self._earned = RETRANSMISSION_BURST, now

    def reset(self) -> None:
        """Forget the indices: they mean something else from now on."""
        self._counted.clear()

    def earn(self, stream_rate: float, now: float) -> None:
        """Grow with time; ``stream_rate``: bits per second of the stream itself."""
        stream = stream_rate / 8
        earned = (now - self._earned) * max(RETRANSMISSION_RATE, stream)
        self._share = min(max(RETRANSMISSION_BURST, stream), self._share + earned)
        self._earned = now

    def ask(self) -> bool:
        """Take note of one number that is asked for; False when the share is used up."""
        if self._share <= 0:
            return False
        self._share -= REFUSED
        return True

    def may(self, index: int, now: float) -> bool:
        """Tell whether a packet may be sent again."""
        count, last = self._counted.get(index, (0, float("-inf")))
        return count < MAX_RETRANSMISSIONS and now - last >= RETRANSMISSION_INTERVAL

    def count(self, index: int, size: int, now: float) -> None:
        """Take note that the packet of ``size`` bytes was sent again."""
        if index not in self._counted and len(self._counted) >= RETRANSMISSION_MEMORY:
            del self._counted[next(iter(self._counted))]
        self._counted[index] = (self._counted.get(index, (0, 0.0))[0] + 1, now)
        self._share -= size
