"""When to ask a publisher for keyframes: however many ask, one request per half second."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

MIN_INTERVAL = 0.5  # seconds between two requests upstream (RFC 4585 §6.3.1 leaves it to us)
MAX_UNANSWERED = 20  # OBS ignores PLI: stop asking such a publisher until it sends a keyframe

T = TypeVar("T", bound=Hashable)


class KeyframeRequests(Generic[T]):
    """Merge the keyframe requests of all viewers of one camera.

    Simulcast layers share the interval: browsers answer a request for one with a keyframe
    of each. What is asked within ``MIN_INTERVAL`` of the last request is remembered and
    sent when the interval is over, unless the keyframe arrives first.
    """

    def __init__(self) -> None:
        self._last = float("-inf")
        self._wanted: dict[T, None] = {}
        self._unanswered = 0
        self.sent = 0

    def want(self, layer: T) -> None:
        """Somebody cannot go on without a keyframe of ``layer``."""
        self._wanted[layer] = None

    def keyframe_arrived(self, layer: T) -> None:
        """Forget the wish: it came true."""
        self._wanted.pop(layer, None)
        self._unanswered = 0

    def publisher_changed(self) -> None:
        """Ask a new publisher at once if there is a wish."""
        self._last = float("-inf")
        self._unanswered = 0

    def due(self, now: float) -> list[T]:
        """Return the layers to ask for now (monotonic seconds), mostly none."""
        if not self._wanted or now - self._last < MIN_INTERVAL:
            return []
        if self._unanswered >= MAX_UNANSWERED:
            self._wanted.clear()
            return []
        self._last = now
        self._unanswered += 1
        self.sent += 1
        return list(self._wanted)
