"""Keyframe requests to a publisher: one per half second, however many viewers need one."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

MIN_INTERVAL = 0.5  # seconds between two requests upstream (RFC 4585 §6.3.1 leaves it to us)
# Requests without an answer after which the next ones are rarer. OBS ignores PLI, and a host in a
# tunnel does not get it.
MAX_UNANSWERED = 20
PATIENT_INTERVAL = 5.0  # seconds between two requests from then on

T = TypeVar("T", bound=Hashable)


class KeyframeRequests(Generic[T]):
    """Merge the keyframe requests of all viewers of one camera.

    Simulcast layers share the interval: browsers answer a request for one layer with a keyframe of
    each. A request stands until the keyframe arrives or no viewer is left to need it.
    """

    def __init__(self) -> None:
        self._last = float("-inf")
        self._wanted: dict[T, None] = {}
        # Unanswered requests of each layer: their number and the time of the last.
        self._asked: dict[T, tuple[int, float]] = {}
        self.sent = 0

    def request(self, layer: T) -> None:
        """Note that a viewer cannot go on without a keyframe of ``layer``."""
        self._wanted[layer] = None

    def forget(self, layer: T) -> None:
        """Drop the request: no viewer receives ``layer`` any more."""
        self._wanted.pop(layer, None)

    def keyframe_arrived(self, layer: T) -> None:
        """Drop the request: it was answered."""
        self._wanted.pop(layer, None)
        self._asked.pop(layer, None)

    def in_vain(self, layer: T) -> bool:
        """Whether a request for ``layer`` stands that was sent many times."""
        return layer in self._wanted and self._asked.get(layer, (0, 0.0))[0] >= MAX_UNANSWERED

    def publisher_changed(self) -> None:
        """Ask a new publisher at once if a request stands."""
        self._last = float("-inf")
        self._asked.clear()

    def due(self, now: float, arriving: Callable[[T], bool]) -> list[T]:
        """Return the layers to request at ``now`` (monotonic seconds), mostly none.

        A layer that is not ``arriving`` cannot be requested; its request waits until it does.
        """
        if not self._wanted or now - self._last < MIN_INTERVAL:
            return []
        due = [layer for layer in self._wanted if arriving(layer) and self._is_due(layer, now)]
        for layer in due:
            self._asked[layer] = (self._asked.get(layer, (0, 0.0))[0] + 1, now)
        if due:
            self._last = now
            self.sent += 1
        return due

    def _is_due(self, layer: T, now: float) -> bool:
        count, last = self._asked.get(layer, (0, 0.0))
        return count < MAX_UNANSWERED or now - last >= PATIENT_INTERVAL
