"""Which simulcast layer a viewer gets, and what is done when not even the lowest fits.

Down at once, up with patience: a picture that is too large freezes, one that is too small is
only less sharp, and every change costs a keyframe. All rates are bits per second on the wire,
in the measure in which packets are counted (``kernel.Path.sent``). Pure: time is passed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PROOF = 0.5  # seconds that the room must be too small before a layer is left,
FAR = 0.7  # unless there is only so much of what it takes
HEADROOM = 1.25  # times the rate of a layer that there must be to go up to it
HOLD = 2.0  # seconds that there must be so much
BACK_OFF, MAX_BACK_OFF = 5.0, 60.0  # seconds after leaving a layer until it is tried again
FAILED = 20.0  # a layer that is left sooner after going up to it was a mistake
WHOLE_AGAIN = 1.1  # times the rate of the lowest layer, with which it is not thinned any more
VOICE_ONLY = 80_000.0  # bits per second; below this there is no picture, only sound,
VOICE_TIME = 1.0  # when it lasted so many seconds,
PICTURE_AGAIN = 1.5  # until there is so many times as much


@dataclass(frozen=True, slots=True)
class LayerRate:
    """One layer of a track: higher ``index``, better picture. ``active``: it is being sent."""

    index: int
    bitrate: float
    active: bool = True


class LayerChoice:
    """Chooses for one viewer. A stream without simulcast is one layer.

    ``limit``: bits per second that the video must be held to because not even the lowest layer
    fits, None: no limit. ``paused``: no video at all, sound alone. ``wanted``: bits per second,
    sound included, with which the viewer would get more than now; None: it has all there is.
    """

    def __init__(self) -> None:
        self.index: int | None = None
        self.limit: float | None = None
        self.paused = False
        self.wanted: float | None = None
        self._short_since: float | None = None
        self._room_since: float | None = None
        self._no_voice_since: float | None = None
        self._up_at = float("-inf")
        self._not_before = float("-inf")
        self._back_off = BACK_OFF

    def choose(
        self,
        layers: Sequence[LayerRate],
        available: float | None,
        now: float,
        audio: float = 0.0,
    ) -> int | None:
        """Return the index of the layer to be sent, None when none is active.

        ``available``: bits per second for all, None: not limited; ``audio``: what sound takes
        of it. The viewer gets the layer from its next keyframe on; until then it keeps what it
        has. To be called a few times a second while there is an ``available``.
        """
        ladder = sorted((layer for layer in layers if layer.active), key=lambda one: one.index)
        if not ladder:
            self.wanted = None
            return self.index
        if available is None:
            self._forget()
            self.index = ladder[-1].index
            return self.index
        room = available - audio
        at = self._place(ladder)
        at = self._step(ladder, at, room, now)
        self.index = ladder[at].index
        self._thin(ladder[0], at == 0, available, room, now)
        self._want(ladder, at, audio)
        return self.index

    def _forget(self) -> None:
        self.limit, self.paused, self.wanted = None, False, None
        self._short_since = self._room_since = self._no_voice_since = None

    def _place(self, ladder: list[LayerRate]) -> int:
        """Return where it is on the ladder, or where it begins."""
        if self.index is None:
            self.index = ladder[-1].index
        below = [at for at, layer in enumerate(ladder) if layer.index <= self.index]
        return below[-1] if below else 0

    def _step(self, ladder: list[LayerRate], at: int, room: float, now: float) -> int:
        if room < ladder[at].bitrate:
            self._room_since = None
            if self._short_since is None:
                self._short_since = now
            if room >= FAR * ladder[at].bitrate and now - self._short_since < PROOF:
                return at
            fitting = [place for place in range(at) if ladder[place].bitrate <= room]
            lower = fitting[-1] if fitting else 0
            if lower < at:
                self._left(now)
            return lower
        self._short_since = None
        enough = [
            place
            for place in range(at + 1, len(ladder))
            if ladder[place].bitrate * HEADROOM <= room
        ]
        if not enough or now < self._not_before or self.limit is not None:
            self._room_since = None
        elif self._room_since is None:
            self._room_since = now
        elif now - self._room_since >= HOLD:
            self._room_since = None
            self._up_at = now
            return enough[-1]
        return at

    def _left(self, now: float) -> None:
        """Note that it goes down."""
        self._short_since = None
        if now - self._up_at < FAILED:
            self._back_off = min(MAX_BACK_OFF, self._back_off * 2)
        elif now - self._up_at > MAX_BACK_OFF:
            self._back_off = BACK_OFF
        self._not_before = now + self._back_off

    def _thin(
        self, lowest: LayerRate, at_lowest: bool, available: float, room: float, now: float
    ) -> None:
        """Decide what is done to the lowest layer when it does not fit."""
        if not at_lowest:
            self.limit, self.paused, self._no_voice_since = None, False, None
            return
        if self.limit is None:
            short = self._short_since
            if room < lowest.bitrate and short is not None and now - short >= PROOF:
                self.limit = max(0.0, room)
        elif room >= lowest.bitrate * WHOLE_AGAIN:
            self.limit = None
        else:
            self.limit = max(0.0, room)
        if available >= VOICE_ONLY * (PICTURE_AGAIN if self.paused else 1.0):
            self.paused, self._no_voice_since = False, None
        elif self._no_voice_since is None:
            self._no_voice_since = now
        elif now - self._no_voice_since >= VOICE_TIME:
            self.paused = True

    def _want(self, ladder: list[LayerRate], at: int, audio: float) -> None:
        if self.limit is not None or self.paused:
            self.wanted = ladder[0].bitrate * HEADROOM + audio
        elif at + 1 < len(ladder):
            self.wanted = ladder[at + 1].bitrate * HEADROOM + audio
        else:
            self.wanted = None
