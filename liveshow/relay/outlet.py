"""One track on its way to one viewer: numbering, retransmission, falling behind.

Every packet sent is a pure function of the cached packet and the current *run* (an
offset for sequence numbers, a payload type, a moment of joining). A run begins at a
keyframe; packets of earlier runs are never sent again. So there are never two contents
under one (SSRC, sequence number), and resending the same number resends the same bytes.

Falling behind: an outlet has no queue, only a position in the track's cache. When the
socket is full, or the viewer's link is slower than the stream, the position stays back
and the pacer advances it. Rule for what is dropped: a video outlet more than 0.6 s late
jumps to the newest keyframe, or waits for the next one; an audio outlet jumps to now.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Protocol

from .codecs import H264, best_h264
from .fanout import Pacer
from .packets import HEADER, Packet, unwrap
from .track import Track

PUMP_PACKETS = 40  # per round of 5 ms: about 75 Mbit/s
LATE = 0.6  # seconds
REPLAY_RATIO = 32  # replayed frames are so many times closer together than live ones
MAX_RESENDS = 3  # of one packet
RESEND_INTERVAL = 0.05  # seconds between two resends of one packet
RESEND_MEMORY = 1024  # packets whose resends are counted
MAX_GAPS = 512  # missing packets that are still sent when they come
OVERHEAD = 60  # bytes of UDP, IP, RTP header and SRTP tag


class Sink(Protocol):
    """The encrypted way to the viewer."""

    def send_rtp(self, data: bytes) -> bool:
        """Send; False when it may be tried again later."""


class PayloadTypes:
    """What a viewer calls the codecs: payload types from its offer.

    ``plain`` by codec, ``h264`` by profile-level-id, ``retransmission`` by the type that
    it retransmits (RFC 4588 §8.1, ``apt``).
    """

    def __init__(
        self, plain: dict[str, int], h264: dict[str, int], retransmission: dict[int, int]
    ) -> None:
        self._plain = plain
        self._h264 = h264
        self._retransmission = retransmission

    def of(self, codec: str, profile: str | None) -> tuple[int, int | None] | None:
        """Return (payload type, that of RTX or None); None if the viewer cannot play it."""
        plain = best_h264(self._h264, profile) if codec == H264 else self._plain.get(codec)
        return None if plain is None else (plain, self._retransmission.get(plain))


class ViewerOutlet:
    """The packets of one track, as one viewer gets them."""

    def __init__(
        self,
        track: Track,
        sink: Sink,
        types: PayloadTypes,
        pacer: Pacer,
        clock: Callable[[], float],
        ssrc: int,
        retransmission_ssrc: int,
    ) -> None:
        self._track = track
        self._sink = sink
        self._types = types
        self._pacer = pacer
        self._clock = clock
        self.ssrc = ssrc
        self.retransmission_ssrc = retransmission_ssrc
        # The lower half keeps SRTP's roll-over counter certain (field-notes.md).
        self._next = secrets.randbelow(1 << 15)
        self._retransmission_next = secrets.randbelow(1 << 15)
        # The present run.
        self._running = False
        self._start = self._position = 0
        self._offset = 0
        self._type = 0
        self._retransmission_type: int | None = None
        self._joined_timestamp = 0
        self._replay_until = -1
        # What congestion control decided.
        self._rate: float | None = None  # bits per second, None: unlimited
        self._allowance = 0.0  # bytes
        self._pumped = 0.0
        self._resends: dict[int, tuple[int, float]] = {}
        self._gaps: dict[int, bool] = {}  # passed over because they had not come
        self.packets = self.octets = self.resent = self.jumps = 0
        self.waiting_since: float | None = clock() if track.kind == "video" else None

    @property
    def waiting(self) -> bool:
        """Whether it needs a keyframe to go on."""
        return self._track.kind == "video" and not self._running

    @property
    def behind(self) -> bool:
        """Whether older packets are still to be sent."""
        return self._running and self._position <= self._track.cache.head

    @property
    def playable(self) -> bool:
        """Whether the viewer knows the codec that is published."""
        return self._types.of(self._track.codec, self._track.profile) is not None

    def source_changed(self) -> None:
        """End the run: wait for a keyframe, or for any packet of audio."""
        self._running = False
        self.waiting_since = self._clock()

    def begin(self, index: int) -> None:
        """Begin a run at ``index``; what is after it in the cache follows at once."""
        first = self._track.cache.get(index)
        newest = self._track.cache.get(self._track.cache.head)
        types = self._types.of(self._track.codec, self._track.profile)
        if first is None or newest is None or types is None:
            return
        self._type, self._retransmission_type = types
        self._running = True
        self._start = self._position = index
        self._offset = self._next - index
        self._joined_timestamp = newest.timestamp
        self._replay_until = self._track.cache.head
        self._resends.clear()
        self._gaps.clear()
        self.waiting_since = None
        self.pump(self._clock())

    def deliver(self, packet: Packet) -> None:
        """Send what just arrived, unless older packets must go first."""
        if not self._running:
            if self._track.kind == "audio":
                self.begin(packet.index)
            return
        index = packet.index
        if index < self._position:
            # Sent already (by ``pump``), older than the run, or what was missing.
            if self._gaps.pop(index, False):
                self._write(packet)
        elif self._rate is None and self._is_next(index):
            if self._write(packet):
                self._position = index + 1
            else:
                self._pacer.add(self)
        else:
            self._pacer.add(self)

    def pump(self, now: float) -> None:
        """Send some of what is behind, at the allowed rate."""
        if not self._running:
            return
        if self._too_late(now):
            self._jump()
            return
        cache = self._track.cache
        self._allow(now)
        for _ in range(PUMP_PACKETS):
            if self._position > cache.head or (self._rate is not None and self._allowance <= 0):
                break
            packet = cache.get(self._position)
            if packet is None:
                self._skip(self._position)
            elif self._write(packet):
                self._allowance -= len(packet.payload) + OVERHEAD
            else:
                break
            self._position += 1
        if self.behind:
            self._pacer.add(self)

    def limit(self, rate: float | None) -> None:
        """Send at most ``rate`` bits per second; None lifts the limit."""
        self._rate = rate
        if rate is None and self.behind:
            self._pacer.add(self)

    @property
    def limited(self) -> bool:
        """Whether congestion control holds it back."""
        return self._rate is not None

    def resend(self, sequences: list[int]) -> int:
        """Answer a NACK (RFC 4585 §6.2.1); return how many packets are not there."""
        now, lost = self._clock(), 0
        for sequence in sequences:
            index = unwrap(sequence & 0xFFFF, self._next - 1) - self._offset
            if not self._running or not self._start <= index < self._position:
                continue
            packet = self._track.cache.get(index)
            if packet is None:
                lost += 1
                continue
            count, last = self._resends.get(index, (0, float("-inf")))
            if count >= MAX_RESENDS or now - last < RESEND_INTERVAL:
                continue
            if len(self._resends) >= RESEND_MEMORY:
                del self._resends[next(iter(self._resends))]
            self._resends[index] = (count + 1, now)
            self._resend(packet)
        return lost

    def _resend(self, packet: Packet) -> None:
        self.resent += 1
        if self._retransmission_type is None:
            # Same bytes under the same number give the same ciphertext.
            self._sink.send_rtp(self._header(packet) + packet.payload)
            return
        sequence = self._retransmission_next
        self._retransmission_next += 1
        header = HEADER.pack(
            0x80,
            self._retransmission_type | packet.marker << 7,
            sequence & 0xFFFF,
            self._timestamp(packet),
            self.retransmission_ssrc,
        )
        original = (packet.index + self._offset) & 0xFFFF  # RFC 4588 §4
        self._sink.send_rtp(header + original.to_bytes(2, "big") + packet.payload)

    def _write(self, packet: Packet) -> bool:
        if not self._sink.send_rtp(self._header(packet) + packet.payload):
            return False
        self._next = max(self._next, packet.index + self._offset + 1)
        self.packets += 1
        self.octets += len(packet.payload)
        return True

    def _header(self, packet: Packet) -> bytes:
        return HEADER.pack(
            0x80,
            self._type | packet.marker << 7,
            (packet.index + self._offset) & 0xFFFF,
            self._timestamp(packet),
            self.ssrc,
        )

    def _timestamp(self, packet: Packet) -> int:
        # Replayed frames carry timestamps 1 ms apart and so ask to be shown at once:
        # the viewer catches up with the others instead of staying behind for ever.
        if packet.index > self._replay_until:
            return packet.timestamp
        age = (self._joined_timestamp - packet.timestamp) & 0xFFFFFFFF
        if age >= 1 << 31:
            return packet.timestamp
        return (self._joined_timestamp - age // REPLAY_RATIO) & 0xFFFFFFFF

    def _is_next(self, index: int) -> bool:
        """Tell whether nothing that we have comes before ``index``; note what is missing."""
        if index == self._position:
            return True
        before = range(self._position, index)
        if len(before) > PUMP_PACKETS or any(self._track.cache.get(i) for i in before):
            return False
        for missing in before:
            self._skip(missing)
        return True

    def _skip(self, index: int) -> None:
        self._gaps[index] = True
        if len(self._gaps) > MAX_GAPS:
            del self._gaps[next(iter(self._gaps))]

    def _too_late(self, now: float) -> bool:
        if self._position <= self._replay_until and self._rate is None:
            return False
        packet = self._track.cache.get(self._position)
        if packet is None:
            return self._track.cache.head - self._position > PUMP_PACKETS
        return now - packet.arrival > LATE

    def _jump(self) -> None:
        self.jumps += 1
        track = self._track
        if track.kind == "audio":
            self._begin_after_head()
        elif track.keyframe > self._position and track.replayable():
            self.begin(track.keyframe)
        else:
            self.source_changed()
            if self._rate is None:  # who is limited waits: the others would pay for it
                track.want_keyframe()

    def _begin_after_head(self) -> None:
        self._start = self._position = self._track.cache.head + 1
        self._offset = self._next - self._start
        self._gaps.clear()
        self._resends.clear()

    def _allow(self, now: float) -> None:
        elapsed = min(max(0.0, now - self._pumped), 0.1)
        self._pumped = now
        if self._rate is not None:
            self._allowance = min(self._allowance + elapsed * self._rate / 8, 15_000.0)
