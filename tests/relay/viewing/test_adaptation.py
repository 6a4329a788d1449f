"""A viewer over a transport that takes less than is sent, and what it gets then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from liveshow.relay.congestion.twcc_slots import TwccSlots
from liveshow.relay.kernel.protocols import Extensions
from liveshow.relay.tracks.simulcast import Simulcast
from liveshow.relay.viewing.adaptation import Adaptation
from liveshow.relay.viewing.backlog import LATE
from liveshow.relay.viewing.down_track import DownTrack
from tests.relay.kernel.bed import GCM, KEY, SALTS
from tests.relay.viewing.bench import RTX_SSRC, SSRC, TYPES, SimulcastBench, Wire, shown

SIZES = [250, 500, 1100]  # bytes of a frame, 30 a second: 70, 130 and 275 kbit/s
NARROW, WIDE = 12_000.0, 1e6  # bytes per second
KEYFRAME = 0.2  # seconds until a host answers a request


class Timers:
    """The loop, as far as the adaptation uses it; the test lets time pass."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._due: list[tuple[float, Callable[[], None]]] = []

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timers:
        self._due.append((self._clock() + delay, callback))
        return self

    def cancel(self) -> None:
        self._due.clear()

    def run(self) -> None:
        due = [one for one in self._due if one[0] <= self._clock()]
        self._due = [one for one in self._due if one not in due]
        for _, callback in due:
            callback()


class NarrowWire(Wire):
    """Takes what fits into a buffer that is emptied at a rate, bytes per second."""

    buffer = 8192

    def __init__(self, clock: Callable[[], float], rate: float) -> None:
        super().__init__()
        self._clock = clock
        self.rate = rate
        self._free = clock()  # when the buffer will be empty

    def __call__(self, packets: list[bytes], again: bool) -> int:
        now, took = self._clock(), 0
        for packet in packets:
            if (self._free - now) * self.rate > self.buffer:
                break
            took += super().__call__([packet], again)
            self._free = max(self._free, now) + len(packet) / self.rate
        return took


class Scene(SimulcastBench):
    """A host with a small and a large picture, and one viewer."""

    def __init__(self, kernel: str, monkeypatch: pytest.MonkeyPatch, rate: float) -> None:
        super().__init__(kernel)
        self.timers = Timers(self.clock)
        monkeypatch.setattr(
            "liveshow.relay.viewing.adaptation.asyncio.get_running_loop", lambda: self.timers
        )
        self.twcc_slots = TwccSlots()
        self.wire = NarrowWire(self.clock, rate)
        self.sizes = SIZES
        self._asked_at: float | None = None
        path = self.bed.kernel.path(GCM, KEY, SALTS[GCM])
        path.send_to(self.wire)
        self.frames(key=True)
        self.tick()
        for _ in range(60):
            self.frames()
            self.tick()
        pacer: Any = self.pacer
        self.down_track = DownTrack(
            self.simulcast.best, path, TYPES, pacer, self.clock, SSRC, RTX_SSRC, Extensions()
        )
        self.adaptation = Adaptation(
            self.simulcast,
            Simulcast("audio", self.bed.kernel),
            self.down_track,
            path,
            True,
            True,
            lambda: None,
            self.twcc_slots,
            self.clock,
        )
        self.down_track.join()

    def play(self, seconds: float) -> None:
        """Let time pass: frames, rounds of the pacer, looks at the viewer, keyframes asked for."""
        for number in range(round(seconds * 30)):
            asked = self._asked_at is not None and self.clock.now - self._asked_at > KEYFRAME
            self.frames(key=asked)
            if asked:
                self._asked_at = None
            for _ in range(6):
                self.clock.now += 0.0001
                for down_track in list(self.pacer.behind):
                    if down_track.due <= self.clock.now:
                        self.pacer.discard(down_track)
                        down_track.send_backlog(self.clock.now)
            self.timers.run()
            if number % 3 == 0:
                self.tick()
            if number % 15 == 0:
                self.adaptation.tick(self.clock.now)
            if self.asked and self._asked_at is None:
                self._asked_at = self.clock.now
            self.asked.clear()


def test_a_transport_that_takes_too_little_gets_a_smaller_picture_within_two_seconds(
    kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long before a report or feedback tells: those have to queue up as well."""
    scene = Scene(kernel, monkeypatch, NARROW)
    scene.play(2.0)
    assert scene.down_track.track is scene.simulcast.tracks[0]
    assert shown(scene.wire) == ["f", "q"]
    assert scene.down_track.skips <= 1
    scene.play(2.0)
    assert scene.down_track.lateness(scene.clock.now) < LATE
    assert scene.twcc_slots.in_use == 1
    scene.adaptation.close()
    assert scene.twcc_slots.in_use == 0


def test_a_transport_that_takes_everything_is_left_alone(
    kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(kernel, monkeypatch, WIDE)
    scene.play(3.0)
    assert shown(scene.wire) == ["f"]
    assert scene.down_track.live
    assert scene.twcc_slots.in_use == 0


def test_a_moment_in_which_nothing_was_taken_costs_no_picture(
    kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser that was busy is measured, and keeps the best picture."""
    scene = Scene(kernel, monkeypatch, WIDE)
    scene.play(1.0)
    scene.wire.buffer = -1
    scene.play(0.4)
    scene.wire.buffer = 8192
    scene.play(2.0)
    assert shown(scene.wire) == ["f"]
    assert scene.down_track.skips == 0
    assert scene.down_track.lateness(scene.clock.now) < LATE


def test_a_layer_of_which_only_padding_comes_has_stopped(
    kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """faults.md 35: without RTX a browser pads with packets of the layer that it has no room for.

    A viewer gets the next smaller one within two seconds, and the large one when it is back.
    """
    scene = Scene(kernel, monkeypatch, WIDE)
    scene.play(1.0)
    assert shown(scene.wire) == ["f"]
    scene.padded = {2}
    scene.play(2.0)
    assert [track.rid for track in scene.simulcast.playing] == ["q", "h"]
    assert scene.down_track.track is scene.simulcast.tracks[1]
    assert shown(scene.wire)[-1] == "h"
    before = len(scene.wire.sent)
    scene.play(0.5)
    assert len(scene.wire.sent) >= before + 14
    scene.padded = set()
    scene.play(3.0)
    assert shown(scene.wire)[-1] == "f"
