"""Which simulcast layer a viewer gets, and what happens when not even the lowest fits.

A layer is left at once and raised slowly: a picture that is too large freezes, one that is too
small is only less sharp, and every change costs a keyframe. All rates are bits per second on the
wire, as ``kernel.Path.sent`` counts packets. Pure: time is passed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FELL = 0.9  # ratio to the room when the layer last fitted, below which the room has fallen
PROOF = 0.5  # seconds of too little room, after it fell, until a layer is left
FAR = 0.7  # ratio of fallen room to the layer's rate below which the layer is left at once
# Seconds of too little room until a layer is left although the room has not fallen. A keyframe
# makes a layer look larger than it is, which does no harm for so long.
SPIKE = 4.0
HEADROOM = 1.25  # room, times the rate of a layer, that switching up to it takes
HOLD = 2.0  # seconds for which there must be that room
PACED = 2.0  # seconds after switching up in which the room is a limit: a keyframe comes first
BACK_OFF, MAX_BACK_OFF = 5.0, 60.0  # seconds after leaving a layer until it is tried again
MAX_PICTURE_BACK_OFF = 30.0  # seconds until the picture is tried again after only sound
FAILED = 20.0  # seconds within which leaving a layer again means that trying it was a mistake
WHOLE_AGAIN = 1.1  # room, times the rate of the lowest layer, from which on it is not thinned
# Bits per second in all, and besides the sound, below which there is no picture.
VOICE_ONLY, LEAST_PICTURE = 80_000.0, 30_000.0
VOICE_TIME = 1.0  # seconds of so little room until the picture is paused
VOICE_AGAIN = 0.3  # seconds until it is paused again, soon after it came back
PICTURE_AGAIN = 1.5  # room, times the least for a picture, from which on it comes back


@dataclass(frozen=True, slots=True)
class LayerRate:
    """The rate of one layer. A higher ``index`` is a better picture; ``active``: it arrives."""

    index: int
    bitrate: float
    active: bool = True


class _BackOff:
    """When something that was left is tried again: later and later while it fails at once."""

    def __init__(self, longest: float) -> None:
        self.until = float("-inf")
        self._longest = longest
        self._wait = BACK_OFF
        self._tried_at = float("-inf")

    def tried(self, now: float) -> None:
        self._tried_at = now

    def lately(self, now: float) -> bool:
        """Tell whether it was tried so recently that leaving it means that it failed."""
        return now - self._tried_at < FAILED

    def left(self, now: float) -> None:
        if self.lately(now):
            self._wait = min(self._longest, self._wait * 2)
        elif now - self._tried_at > MAX_BACK_OFF:
            self._wait = BACK_OFF
        self.until = now + self._wait


class LayerSelector:
    """Selects for one viewer. A stream without simulcast is one layer.

    ``limit``: bits per second that the video must be held to; None: no limit. There is one while
    not even the lowest layer fits, while a larger layer than the selected one is still being sent,
    and while a keyframe comes that is more than the link takes at once. ``paused``: no video, only
    sound. ``wanted``: bits per second, sound included, with which the viewer would get more than
    now; None: it has the best.
    """

    def __init__(self) -> None:
        self.index: int | None = None
        self.limit: float | None = None
        self.paused = False
        self.wanted: float | None = None
        self._short_since: float | None = None
        self._room_since: float | None = None
        self._no_voice_since: float | None = None
        self._rose_at, self._taken_for = float("-inf"), 0.0  # seconds, bits per second
        self._fitted = float("inf")  # room in bits per second when the layer last fitted
        self._thinned = False  # whether the lowest layer does not fit
        self._layers = _BackOff(MAX_BACK_OFF)
        self._picture = _BackOff(MAX_PICTURE_BACK_OFF)

    def choose(
        self,
        layers: Sequence[LayerRate],
        available: float | None,
        now: float,
        audio: float = 0.0,
        sending: int | None = None,
    ) -> int | None:
        """Return the index of the layer to be sent, None when none is active.

        ``available``: bits per second in all, None: not limited; ``audio``: the sound's share of
        them; ``sending``: the index of the layer that the viewer gets now, None: no picture. The
        viewer gets the selected layer from its next keyframe on. Call this a few times a second
        while there is an ``available``.
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
        self._thin(ladder[0], at == 0, room, now)
        self._pause(at == 0, available, audio, now)
        too_large = sending is not None and sending > self.index
        held = self._thinned or too_large or now - self._rose_at < PACED
        self.limit = max(LEAST_PICTURE, room) if held else None
        self._want(ladder, at, audio)
        return self.index

    def _forget(self) -> None:
        self.limit, self.paused, self.wanted = None, False, None
        self._short_since = self._room_since = self._no_voice_since = None
        self._fitted, self._thinned = float("inf"), False

    def _place(self, ladder: list[LayerRate]) -> int:
        """Return the position of the present layer on the ladder, or the first one."""
        if self.index is None:
            self.index = ladder[-1].index
        below = [at for at, layer in enumerate(ladder) if layer.index <= self.index]
        return below[-1] if below else 0

    def _step(self, ladder: list[LayerRate], at: int, room: float, now: float) -> int:
        rate = ladder[at].bitrate
        if now - self._rose_at < SPIKE:  # the layer begins with a keyframe
            rate = min(rate, self._taken_for)
        if room < rate:
            self._room_since = None
            if self._short_since is None:
                self._short_since = now
            far = room < FAR * rate and room < FELL * self._fitted
            if not far and not self._too_long(room, now):
                return at
            fitting = [place for place in range(at) if ladder[place].bitrate <= room]
            lower = fitting[-1] if fitting else 0
            if lower < at:
                self._layers.left(now)
                self._short_since, self._rose_at = None, float("-inf")
                self._fitted = float("inf")
            return lower
        self._short_since = None
        self._fitted = room
        enough = [
            place
            for place in range(at + 1, len(ladder))
            if ladder[place].bitrate * HEADROOM <= room
        ]
        if not enough or now < self._layers.until or self._thinned:
            self._room_since = None
        elif self._room_since is None:
            self._room_since = now
        elif now - self._room_since >= HOLD:
            self._room_since = None
            self._layers.tried(now)
            self._rose_at, self._taken_for = now, ladder[enough[-1]].bitrate
            return enough[-1]
        return at

    def _too_long(self, room: float, now: float) -> bool:
        """Tell whether there has been too little room for long enough."""
        if self._short_since is None:
            return False
        proof = PROOF if room < FELL * self._fitted else SPIKE
        return now - self._short_since >= proof

    def _thin(self, lowest: LayerRate, at_lowest: bool, room: float, now: float) -> None:
        """Decide whether the lowest layer does not fit and is thinned."""
        if not at_lowest or room >= lowest.bitrate * WHOLE_AGAIN:
            self._thinned = False
        elif room < lowest.bitrate and self._too_long(room, now):
            self._thinned = True

    def _pause(self, at_lowest: bool, available: float, audio: float, now: float) -> None:
        """Decide whether the picture is paused."""
        least = _least(audio)
        if self.paused:
            if not at_lowest or (available >= least * PICTURE_AGAIN and now >= self._picture.until):
                self.paused, self._no_voice_since = False, None
                self._picture.tried(now)
        elif not at_lowest or available >= least:
            self._no_voice_since = None
        elif self._no_voice_since is None:
            self._no_voice_since = now
        elif now - self._no_voice_since >= (
            VOICE_AGAIN if self._picture.lately(now) else VOICE_TIME
        ):
            self.paused = True
            self._picture.left(now)

    def _want(self, ladder: list[LayerRate], at: int, audio: float) -> None:
        if self.paused:
            self.wanted = _least(audio) * PICTURE_AGAIN
        elif self._thinned:
            self.wanted = ladder[0].bitrate * HEADROOM + audio
        elif at + 1 < len(ladder):
            self.wanted = ladder[at + 1].bitrate * HEADROOM + audio
        else:
            self.wanted = None


def _least(audio: float) -> float:
    """Return the least bits per second, sound included, that a picture takes."""
    return max(VOICE_ONLY, audio + LEAST_PICTURE)
