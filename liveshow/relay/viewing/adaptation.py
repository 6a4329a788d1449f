"""Fits the picture of one viewer to its link: reports in, layer, rate limit and padding out.

``congestion.control`` estimates the room and ``congestion.layers`` selects the layer. This module
feeds both and carries out what they decide. A healthy viewer costs one look every half second.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from liveshow.relay.congestion.control import CongestionController
from liveshow.relay.congestion.layers import LayerSelector
from liveshow.relay.congestion.twcc_slots import TwccSlots
from liveshow.relay.kernel.protocols import Path
from liveshow.relay.tracks.simulcast import Simulcast
from liveshow.relay.tracks.track import HEADER_OVERHEAD
from liveshow.relay.viewing.down_track import DownTrack

ROUND = 0.04  # seconds between two rounds of a viewer whose packets are numbered
SLOW_ROUND = 0.25  # seconds between two rounds of a viewer judged by reports, one a second
CROWDED = 0.25  # seconds of lateness that are trouble when the transport takes no more
# Seconds over which the rate of a full transport is measured: it takes some kilobytes at a time.
FULL_WINDOW = 0.5
MAX_PADDING = 20_000  # bytes of padding of one round: 4 Mbit/s

log = logging.getLogger(__name__)


class Adaptation:
    """The adaptation of one viewer. Owned by it; ``close`` it with its down_tracks.

    ``transport_wide``: the viewer negotiated transport-wide feedback; ``padding``: it negotiated
    RTX, too; ``on_numbering`` is called when ``numbering`` has changed.
    """

    def __init__(
        self,
        video: Simulcast,
        audio: Simulcast,
        down_track: DownTrack,
        path: Path,
        transport_wide: bool,
        padding: bool,
        on_numbering: Callable[[], None],
        twcc_slots: TwccSlots,
        clock: Callable[[], float],
    ) -> None:
        self._video = video
        self._audio = audio
        self._down_track = down_track
        self._path = path
        self._on_numbering = on_numbering
        self._clock = clock
        self._congestion = CongestionController(transport_wide, padding, twcc_slots)
        self._choice = LayerSelector()
        self._numbering = False
        self._refused = 0
        self._full: tuple[float, int] | None = None  # (time, octets) when the transport got full
        self._padded_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def numbering(self) -> bool:
        """Whether packets to the viewer are to carry transport-wide numbers."""
        return self._congestion.numbering

    @property
    def paused(self) -> bool:
        """Whether the viewer gets no picture, because that would take the room of the sound."""
        return self._choice.paused

    @property
    def limited(self) -> bool:
        """Whether the viewer gets less than the best picture."""
        if not self._video.playing:
            return False  # there is no picture to be had
        best = self._video.best
        return self._choice.limit is not None or self.paused or self._down_track.target is not best

    def close(self) -> None:
        """Stop adapting."""
        self._congestion.close()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def remb(self, bitrate: int, now: float) -> None:
        """Handle a REMB: the receiver's estimate, bits per second."""
        self._congestion.remb(bitrate, now)
        self._follow(now)

    def report(self, fraction_lost: int, round_trip: float | None, now: float) -> None:
        """Handle a report block of the picture: ``fraction_lost`` of 256, seconds."""
        self._congestion.report(fraction_lost, round_trip, now)
        self._follow(now)

    def feedback(self, fci: bytes, now: float) -> None:
        """Handle a transport-wide feedback message."""
        self._congestion.feedback(fci, self._path.sent, now)

    def tick(self, now: float) -> None:
        """Adapt a healthy viewer; any other one has rounds of its own."""
        if self._timer is None:
            self._measure_full_transport(now)
        self._follow(now)

    def _follow(self, now: float) -> None:
        if self._timer is None:
            self._adapt(now)

    def _round(self) -> None:
        self._timer = None
        now = self._clock()
        try:
            self._measure_full_transport(now)
            self._adapt(now)
            self._pad(now)
        except Exception:
            log.exception("a viewer could not be adapted")

    def _measure_full_transport(self, now: float) -> None:
        """Measure how much a full transport takes, most likely TCP, and report it as trouble."""
        down_track = self._down_track
        refused, self._refused = down_track.refused > self._refused, down_track.refused
        if not refused or down_track.lateness(now) < CROWDED:
            self._full = None
            return
        octets = down_track.stream.octets + HEADER_OVERHEAD * down_track.stream.packets
        since, before = self._full or (now, octets)
        if self._full is None:
            self._full = (now, octets)
        elif now - since >= FULL_WINDOW and octets > before:
            taken = (octets - before) * 8 / (now - since)
            self._full = (now, octets)
            # A replay takes its time. It is no trouble while more is taken than arrives.
            if taken < down_track.track.wire_rate:
                self._congestion.behind(now, taken + self._audio.best.wire_rate)

    def _adapt(self, now: float) -> None:
        congestion, choice, down_track = self._congestion, self._choice, self._down_track
        layers = self._video.layers
        audio = self._audio.best.wire_rate
        available = None if congestion.healthy else congestion.available(now)
        sent = None if down_track.waiting else down_track.track
        sending = layers.index(sent) if sent in layers else None
        index = choice.choose(self._video.ladder, available, now, audio, sending)
        down_track.constrained = not congestion.healthy
        if index is not None and index < len(layers):
            down_track.switch_to(layers[index])
        rate = 0.0 if choice.paused else choice.limit
        if rate != down_track.rate:
            down_track.limit(rate)
        congestion.playing(not (down_track.waiting or choice.paused))
        congestion.sending(self._sending() + audio, choice.wanted, now)
        if congestion.numbering != self._numbering:
            self._numbering = congestion.numbering
            self._on_numbering()
        if not congestion.healthy:
            interval = ROUND if congestion.numbering else SLOW_ROUND
            self._timer = asyncio.get_running_loop().call_later(interval, self._round)

    def _sending(self) -> float:
        """Return the bit rate at which the picture is sent now."""
        down_track = self._down_track
        full = 0.0 if down_track.waiting else down_track.track.wire_rate
        return full if down_track.rate is None else min(full, down_track.rate)

    def _pad(self, now: float) -> None:
        elapsed = min(now - self._padded_at, 2 * ROUND)
        self._padded_at = now
        rate = self._congestion.probe(now)
        if rate is not None:
            self._down_track.pad(min(MAX_PADDING, round(rate * elapsed / 8)))
