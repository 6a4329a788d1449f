"""One kind of media of a show: one track, or one for each simulcast layer (RFC 8853)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from liveshow.relay.congestion.layers import LayerRate
from liveshow.relay.kernel.protocols import Kernel
from liveshow.relay.ports import Kind
from liveshow.relay.tracks.keyframes import KeyframeRequests
from liveshow.relay.tracks.track import Track


class Publisher(Protocol):
    """The sender of the packets of a simulcast."""

    def request_keyframes(self, tracks: Sequence[Track]) -> None:
        """Ask the sender for keyframes (PLI)."""


class Simulcast:
    """The tracks of one kind. There is one even before the first publisher.

    Successive publishers use the same tracks, in the order in which they offer their layers. So
    viewers go on where they were.
    """

    def __init__(self, kind: Kind, kernel: Kernel) -> None:
        self.kind: Kind = kind
        self._kernel = kernel
        self.requests: KeyframeRequests[Track] = KeyframeRequests()
        self.tracks: list[Track] = []
        self._used = 1
        # Measured once a tick for all viewers: the layers of the present or last publisher, the
        # smallest picture first; those of them that are active; and their rates.
        self.layers: list[Track] = []
        self.playing: list[Track] = []
        self.ladder: list[LayerRate] = []
        self._publisher: Publisher | None = None
        self._make(1)
        self._measure_layers(0.0)

    def attach(self, publisher: Publisher, rids: Sequence[str]) -> list[Track]:
        """Take packets of a new publisher; return a track for each of its layers.

        ``rids``: the names of the layers (RFC 8852), "" for the only one without simulcast.
        """
        self._publisher = publisher
        self._make(len(rids))
        self._used = len(rids)
        self.requests.publisher_changed()
        used = self.tracks[: len(rids)]
        for rid, track in zip(rids, used, strict=True):
            track.attach(rid)
        self._measure_layers(0.0)  # nothing has arrived yet
        return used

    def detach(self, publisher: Publisher) -> None:
        """Forget ``publisher``, unless another one has taken over."""
        if self._publisher is publisher:
            self._publisher = None

    @property
    def best(self) -> Track:
        """The track of the largest active picture, the first track if none is active."""
        return self.playing[-1] if self.playing else self.tracks[0]

    def flush(self) -> None:
        """Deliver the packets that were pushed into its tracks."""
        for track in self.tracks:
            track.flush()

    def tick(self, now: float) -> None:
        """Measure the rates, and send the keyframe requests that are due."""
        for track in self.tracks:
            track.measure(now)
        self._measure_layers(now)
        if self._publisher is not None and (
            wanted := self.requests.due(now, lambda track: track.active(now))
        ):
            self._publisher.request_keyframes(wanted)

    def clear(self) -> None:
        """Drop the caches."""
        for track in self.tracks:
            track.clear()

    def close(self) -> None:
        """Tell the sinks of all tracks that nothing comes any more."""
        for track in self.tracks:
            track.close()

    def _measure_layers(self, now: float) -> None:
        self.layers = sorted(self.tracks[: self._used], key=_peak)
        self.playing = [track for track in self.layers if track.active(now)]
        self.ladder = [
            LayerRate(index, track.wire_rate, track in self.playing)
            for index, track in enumerate(self.layers)
        ]

    def _make(self, count: int) -> None:
        while len(self.tracks) < count:
            self.tracks.append(Track(self.kind, self._kernel, self.requests))


def _peak(track: Track) -> float:
    return track.peak
