"""A viewer behind a slow link, in simulated time: the same run every time.

``Link`` is one direction of a path: a queue that is emptied at a rate, a bucket that lets
bursts through, a delay, random losses. ``Scene`` is a show of one viewer at its end: layers of
frames with keyframes, sound, retransmissions for what was lost, padding when it is asked for, and a
browser's receiver reports, transport-wide feedback and REMB on the way back.
"""

from __future__ import annotations

import math
import random
import struct
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from liveshow.relay.congestion.control import CongestionController
from liveshow.relay.congestion.layers import LayerRate, LayerSelector
from liveshow.relay.transport.aiortc_private import RemoteBitrateEstimator
from liveshow.relay.viewing.backlog import LATE, MAX_SLACK

STEP = 0.001  # seconds of simulated time
ROUND = 0.04  # seconds between two looks at the viewer
SOUND_REPORT = 5.0  # seconds between reports of the sound
ASKED = 0.15  # seconds until the publisher sends the keyframe that it is asked for
SLOW_KEYFRAME_INTERVAL = 4.0  # seconds until one is asked for because what there was came too late
PACKET = 1_150  # bytes of a full one
EPOCH = 5_000.0  # seconds of the monotonic clock at which a scene begins


def encode(base: int, reference: int, received: Sequence[int | None], count: int = 0) -> bytes:
    """Write a feedback message (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).

    ``received``: µs after the reference time (of 64 ms), multiples of 250, or None.
    """
    symbols, deltas, last = [], b"", 0
    for at in received:
        if at is None:
            symbols.append(0)
            continue
        delta, last = (at - last) // 250, at
        small = 0 <= delta <= 255
        symbols.append(1 if small else 2)
        deltas += struct.pack("!B", delta) if small else struct.pack("!h", delta)
    head = struct.pack("!HHI", base & 0xFFFF, len(symbols), (reference & 0xFFFFFF) << 8 | count)
    body = head + _chunks(symbols) + deltas
    return body + bytes(-len(body) % 4)


def _chunks(symbols: list[int]) -> bytes:
    out, at = b"", 0
    while at < len(symbols):
        run = 1
        while at + run < len(symbols) and symbols[at + run] == symbols[at] and run < 0x1FFF:
            run += 1
        ahead = symbols[at : at + 14]
        if run >= 14 or run == len(symbols) - at:
            out += struct.pack("!H", symbols[at] << 13 | run)
            at += run
        elif 2 not in ahead:
            out += struct.pack("!H", 0x8000 | _bits(ahead, 14, 1))
            at += 14
        else:
            out += struct.pack("!H", 0xC000 | _bits(ahead[:7], 7, 2))
            at += 7
    return out


def _bits(symbols: list[int], places: int, width: int) -> int:
    value = 0
    for symbol in symbols + [0] * (places - len(symbols)):
        value = value << width | symbol
    return value


@dataclass
class Link:
    """One direction. ``rate``: bits/s; ``queue``: bytes; ``delay``: seconds; ``loss``: share;
    ``burst``: bytes that pass at once after a silence (a token bucket); ``jitter``: seconds."""

    rate: float
    queue: int = 60_000
    delay: float = 0.02
    loss: float = 0.0
    burst: int = 0
    jitter: float = 0.0
    seed: int = 1
    dropped: int = 0
    _waiting: deque[tuple[int, object]] = field(default_factory=deque)
    _bytes: int = 0
    _credit: float = 0.0
    _last: float = 0.0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    @property
    def waiting(self) -> float:
        """Seconds until the queue is empty."""
        return self._bytes * 8 / self.rate

    def send(self, size: int, what: object) -> bool:
        """Put a packet in; False when it is lost."""
        if self._bytes + size > self.queue or self._random.random() < self.loss:
            self.dropped += 1
            return False
        self._waiting.append((size, what))
        self._bytes += size
        return True

    def step(self, now: float) -> list[tuple[float, int, object]]:
        """Return (arrival, size, what) of the packets that leave the queue in this step."""
        self._credit += self.rate * STEP / 8
        out = []
        while self._waiting and self._waiting[0][0] <= self._credit:
            size, what = self._waiting.popleft()
            self._bytes -= size
            self._credit -= size
            early = self._credit * 8 / self.rate if not self.burst else 0.0
            arrival = now + STEP - min(early, STEP) + self.delay
            if self.jitter:
                arrival += self._random.random() ** 4 * self.jitter
            self._last = arrival = max(arrival, self._last)
            out.append((arrival, size, what))
        if not self._waiting:
            self._credit = min(self._credit, self.burst)
        return out


@dataclass(frozen=True)
class Sent:
    """What the viewer gets to see of a packet."""

    kind: str  # media, audio, retransmission, padding
    number: int | None
    layer: int
    sequence: int
    at: float


class Scene:
    """One viewer of one show.

    ``rates``: bits per second of the layers; ``keyframes``: seconds between two that come by
    themselves; ``keyframe``: how many times as long as the mean one is; ``measured``: seconds over
    which the rates are taken that the choice is told, 0: it is told ``rates``.
    """

    def __init__(
        self,
        link: Link,
        rates: Sequence[float] = (130e3, 450e3, 2e6),
        transport_wide: bool = True,
        remb: bool = True,
        keyframes: float = 4.0,
        seed: int = 7,
        audio: float = 32e3,
        feedback_every: float = 0.1,
        padding: bool = True,
        keyframe: float = 6.0,
        measured: float = 0.0,
    ) -> None:
        self.link = link
        self.rates = list(rates)
        self.audio = audio
        self.congestion = CongestionController(transport_wide, padding)
        self.choice = LayerSelector()
        self.now = EPOCH
        self.layer = len(self.rates) - 1
        self.playing = True  # there was a keyframe, and nothing left out since
        self.receiver_clock = 123.0  # seconds that it is ahead
        self.feedback_loss: Callable[[float], bool] = lambda now: False
        self.history: list[tuple[float, int]] = [(0.0, self.layer)]
        self.pauses: list[tuple[float, bool]] = [(0.0, False)]  # since when sound is alone, or not
        self.log: list[tuple[float, float | None, int, float, float]] = []
        self.sent = self.lost = self.padding = 0  # packets, packets, bytes
        self.queues: list[tuple[float, float]] = []
        self.losses: list[float] = []  # when a packet of media was dropped
        self.media: list[float] = []  # when one was sent
        self.messages = 0
        self.rembs: list[tuple[float, float]] = []  # (time, bits per second)
        self._random = random.Random(seed)
        self._switch: tuple[float, int] | None = None
        self._keyframe_every = keyframes
        self._keyframe = keyframe
        self._measured = measured
        self._frames: deque[tuple[float, list[float]]] = deque()  # bytes of each layer
        self._held: deque[tuple[float, int, bool]] = deque()  # packets that a limit holds up
        self._slack = 0.0  # seconds that a keyframe took, by which others may be later
        self._left_out_at = EPOCH
        self._next_keyframe = EPOCH + keyframes / 2
        self._next_frame = self._next_audio = EPOCH
        self._next_tick = EPOCH
        self._number = 65_000  # wraps soon
        self._book: dict[int, tuple[int, int]] = {}
        self._flying: deque[tuple[float, int, Sent]] = deque()
        self._back: deque[tuple[float, Callable[[], None]]] = deque()
        self._arrived: dict[int, float] = {}
        self._window: int | None = None
        self._feedback_every = feedback_every
        self._next_feedback = self._next_report = EPOCH + 0.5
        self._messages_sent = 0
        self._counted = self._highest = self._received = 0  # packets
        self._next_sound_report = EPOCH
        self._sound_sent = self._sound_lost = 0  # packets
        self._estimator = RemoteBitrateEstimator() if remb else None
        self._padding = 0.0
        self._credit = 0.0  # bytes that a limit allows now

    # Looking at it

    @property
    def time(self) -> float:
        """Seconds since the beginning."""
        return self.now - EPOCH

    def switches(self, since: float = 0.0) -> int:
        """How often the layer changed."""
        return sum(1 for at, _ in self.history[1:] if at >= since)

    def layer_share(self, layer: int, since: float) -> float:
        """Share of the time since then that this layer was sent."""
        marks = [*self.history, (self.time, -1)]
        total = sum(
            max(0.0, until - max(since, at))
            for (at, which), (until, _) in pairwise(marks)
            if which == layer
        )
        return total / (self.time - since)

    def loss(self, since: float, until: float = 1e9) -> float:
        """Share of the packets of media that the link dropped."""
        sent = sum(1 for at in self.media if since <= at < until)
        return sum(1 for at in self.losses if since <= at < until) / max(1, sent)

    def late_share(self, since: float, seconds: float = 0.3) -> float:
        """Return the share of time since then in which packets waited longer than that."""
        queues = [length for at, length in self.queues if at >= since]
        return sum(length > seconds for length in queues) / max(1, len(queues))

    def longest_queue(self, since: float) -> float:
        """Seconds that a packet waited at most."""
        return max((length for at, length in self.queues if at >= since), default=0.0)

    # Running it

    def run(self, seconds: float) -> Scene:
        """Let time pass."""
        end = self.now + seconds - STEP / 2
        while self.now < end:
            self._sender()
            for arrival, size, what in self.link.step(self.now):
                assert isinstance(what, Sent)
                self._flying.append((arrival, size, what))
            self.now += STEP
            while self._flying and self._flying[0][0] <= self.now:
                self._receive(*self._flying.popleft())
            self._receiver()
            while self._back and self._back[0][0] <= self.now:
                self._back.popleft()[1]()
        return self

    def _ladder(self) -> list[LayerRate]:
        rates = self.rates
        if self._measured:
            while self._frames and self._frames[0][0] <= self.now - self._measured:
                self._frames.popleft()
            if self.time > self._measured:
                rates = [
                    sum(sizes[index] for _, sizes in self._frames) * 8 / self._measured
                    for index in range(len(rates))
                ]
        return [LayerRate(index, rate) for index, rate in enumerate(rates)]

    def _sender(self) -> None:
        now = self.now
        if now >= self._next_tick:
            self._next_tick += ROUND
            self._tick()
            self._pad()
        if now >= self._next_audio:
            self._next_audio += 0.02
            self._put("audio", int(self.audio / 8 / 50))
        if now >= self._next_frame:
            self._next_frame += 1 / 30
            self._frame()
        self._release()

    def _tick(self) -> None:
        congestion, choice, now = self.congestion, self.choice, self.now
        layers = self._ladder()
        available = congestion.available(now)
        sent = self.layer if self.playing else None
        target = choice.choose(layers, available, now, self.audio, sent)
        assert target is not None
        if choice.paused is not self.pauses[-1][1]:
            self.pauses.append((self.time, choice.paused))
        if choice.paused:
            self._leave_out()
        patient = choice.limit is not None and now - self._left_out_at < SLOW_KEYFRAME_INTERVAL
        if choice.paused or (target == self.layer and (self.playing or patient)):
            self._switch = None
        elif self._switch is None or self._switch[1] != target:
            self._switch = (now + ASKED, target)
        if self._switch is not None and now >= self._switch[0]:
            if target != self.layer:
                self.history.append((self.time, target))
            self.layer, self._switch = target, None
            self._next_keyframe = now
        video = layers[self.layer].bitrate if self.playing else 0.0
        if choice.limit is not None:
            video = min(video, choice.limit)
        congestion.playing(self.playing)
        congestion.sending(video + self.audio, choice.wanted, now)
        self.log.append((self.time, available, self.layer, self.link.waiting, congestion.numbering))
        self.queues.append((self.time, self.link.waiting))

    def _pad(self) -> None:
        padding = self.congestion.probe(self.now)
        # Nothing was sent that could be sent again as long as there is no picture.
        if padding is None or not self.playing:
            self._padding = 0.0
        else:
            self._padding += padding * ROUND / 8
        while self._padding >= 250:
            size = min(1_000, int(self._padding))
            self._padding -= size
            self.padding += size
            self._put("padding", size)

    def _frame(self) -> None:
        group = self._keyframe_every * 30
        is_key = self.now >= self._next_keyframe
        if is_key:
            self._next_keyframe = self.now + self._keyframe_every
            share = self._keyframe
        else:
            share = (group - self._keyframe) / (group - 1) * self._random.uniform(0.7, 1.3)
        sizes = [rate / 8 / 30 * share for rate in self.rates]
        if self._measured:
            self._frames.append((self.now, sizes))
        if is_key and not self.choice.paused and self._switch is None:
            self.playing = True
        if self.playing:
            size = max(100, int(sizes[self.layer]))
            count = -(-size // PACKET)
            self._held.extend([(self.now, size // count, is_key)] * count)

    def _release(self) -> None:
        """Send the frames that are allowed; skip late ones up to the next keyframe."""
        limit = self.choice.limit
        if limit is None:
            self._credit = math.inf
        else:
            self._credit = min(self._credit + limit * STEP / 8, limit / 8 * 0.1)
        while self._held and self._credit > 0:
            at, size, is_key = self._held.popleft()
            self._credit -= size
            if is_key:
                self._slack = min(MAX_SLACK, self.now - at)
            self._put("media", size)
        if self._held and not self._held[0][2] and self.now - self._held[0][0] > LATE + self._slack:
            self._leave_out()

    def _leave_out(self) -> None:
        if self.playing:
            self.playing, self._left_out_at = False, self.now
            self._held.clear()

    def _put(self, kind: str, size: int, again: bool = False) -> None:
        number = None
        if self.congestion.numbering:
            number = self._number
            self._number += 1
            self._book[number & 0xFFFF] = (int(self.now * 1e6), size)
        self.sent += 1
        if kind == "media":
            self.media.append(self.time)
        self._sound_sent += kind == "audio"
        what = Sent(kind, number, self.layer, len(self.media), self.now)
        if self.link.send(size, what):
            return
        self.lost += 1
        self._sound_lost += kind == "audio"
        if kind == "media":
            self.losses.append(self.time)
        if kind in ("media", "retransmission") and not again:  # it is asked for, a round trip later
            late = self.now + 2 * self.link.delay + self.link.waiting + 0.03
            self._later(late, lambda: self._put("retransmission", size, True))

    def _later(self, at: float, what: Callable[[], None]) -> None:
        self._back.append((at, what))
        if len(self._back) > 1 and self._back[-2][0] > at:
            self._back = deque(sorted(self._back, key=lambda item: item[0]))

    # The browser

    def _receive(self, arrival: float, size: int, what: Sent) -> None:
        if what.kind == "media":
            self._received += 1
            self._highest = what.sequence
        if what.number is not None:
            self._arrived[what.number] = arrival
        elif self._estimator is not None:
            found = self._estimator.add(
                arrival_time_ms=int(arrival * 1000),
                abs_send_time=int(what.at * (1 << 18)) & 0xFFFFFF,
                payload_size=size,
                ssrc=1,
            )
            if found is not None:
                self._remb(float(found[0]))

    def _remb(self, rate: float) -> None:
        """Send a REMB: at once when the estimate falls, otherwise once a second."""
        last, before = self.rembs[-1] if self.rembs else (-1.0, 0.0)
        if self.time - last >= 1.0 or rate < 0.97 * before:
            self.rembs.append((self.time, rate))
            later = self.now + self.link.delay
            self._later(later, lambda: self.congestion.remb(int(rate), self.now))

    def _receiver(self) -> None:
        if self.now >= self._next_feedback:
            self._next_feedback += self._feedback_every
            if self._arrived:
                self._feedback()
        if self.now >= self._next_report:
            self._next_report += 1.0
            self._report()
        if self.now >= self._next_sound_report:
            self._next_sound_report += SOUND_REPORT
            self._report_sound()

    def _feedback(self) -> None:
        first = min(self._arrived) if self._window is None else self._window
        last = max(self._arrived)
        self._window = last + 1
        clock = self.receiver_clock
        times = [self._arrived.get(number) for number in range(first, last + 1)]
        self._arrived = {}
        known = [at for at in times if at is not None]
        reference = int((min(known) + clock) * 1e6) // 64_000
        start = reference * 64_000
        received = [
            None if at is None else (int((at + clock) * 1e6) - start) // 250 * 250 for at in times
        ]
        message = encode(first, reference, received, self._messages_sent & 0xFF)
        self._messages_sent += 1
        if self.feedback_loss(self.time):
            return

        def give() -> None:
            self.messages += 1
            self.congestion.feedback(message, self._find, self.now)

        self._later(self.now + self.link.delay, give)

    def _find(self, first: int, count: int) -> list[tuple[int, int] | None]:
        return [self._book.get((first + at) & 0xFFFF) for at in range(count)]

    def _report(self) -> None:
        expected = self._highest - self._counted
        lost = expected - self._received
        self._counted, self._received = self._highest, 0
        if not expected:
            return
        share = 256 * max(0, lost) // expected
        trip = 2 * self.link.delay + self.link.waiting
        self._later(
            self.now + self.link.delay,
            lambda: self.congestion.report(min(255, share), trip, self.now),
        )

    def _report_sound(self) -> None:
        """Of the sound, which is asked only while there is nothing else."""
        share = 255 * self._sound_lost // max(1, self._sound_sent)
        self._sound_sent = self._sound_lost = 0
        if self.choice.paused:
            later = self.now + self.link.delay
            self._later(later, lambda: self.congestion.report(share, None, self.now))
