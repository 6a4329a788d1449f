"""When to ask a publisher for a keyframe: however many ask, one request per half second."""

from __future__ import annotations

MIN_INTERVAL = 0.5  # seconds between two requests upstream (RFC 4585 §6.3.1 leaves it to us)
MAX_UNANSWERED = 20  # OBS ignores PLI: stop asking such a publisher until it sends a keyframe


class KeyframeRequests:
    """Merge the keyframe requests of all viewers of one track.

    A request within ``MIN_INTERVAL`` of the last one is remembered and sent when the
    interval is over, unless a keyframe arrives first.
    """

    def __init__(self) -> None:
        self._last = float("-inf")
        self._wanted = False
        self._unanswered = 0

    def want(self) -> None:
        """Somebody cannot go on without a keyframe."""
        self._wanted = True

    def keyframe_arrived(self) -> None:
        """Forget the wish: it came true."""
        self._wanted = False
        self._unanswered = 0

    def publisher_changed(self) -> None:
        """Ask a new publisher at once if there is a wish."""
        self._last = float("-inf")
        self._unanswered = 0

    def due(self, now: float) -> bool:
        """Return True when a request is to be sent now (monotonic seconds)."""
        if not self._wanted or now - self._last < MIN_INTERVAL:
            return False
        if self._unanswered >= MAX_UNANSWERED:
            self._wanted = False
            return False
        self._last = now
        self._unanswered += 1
        return True
