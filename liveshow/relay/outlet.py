"""One feed on its way to one viewer: numbering, retransmission, layers, falling behind.

Every packet sent is a pure function of the cached packet and the current *run* (a track,
offsets for numbers and time, a payload type, a moment of joining). A run begins at a
keyframe; packets of earlier runs are never sent again. So there are never two contents
under one (SSRC, sequence number).

An outlet that is up to date is *live*: the kernel gives it every burst of its track. Falling
behind: an outlet has no queue, only a position in the track's cache. When the socket is
full, or the viewer's link is slower than the stream, the position stays back and the pacer
advances it. Rule for what is dropped: a video outlet more than 0.6 s late jumps to the
newest keyframe, or waits for the next one; an audio outlet jumps to now. A keyframe that was begun
is sent to its end, however long a slow link takes: without one there is nothing to see.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from .kernel import Extensions, Path
from .negotiation import PayloadTypes
from .pacer import Pacer
from .packets import Packet, unwrap
from .sampling import Moment, ticks_between
from .track import HEADERS, Track

PUMP_PACKETS = 40  # per round of 5 ms: about 75 Mbit/s
LATE = 0.6  # seconds
MAX_SLACK = 2.0  # seconds that may be added to that because the keyframe took long
REPLAY_TIME = 2.0  # seconds that a replay may take; who needs longer has a slow link
KEYFRAME_EVERY = 4.0  # seconds between two keyframes that one who fell behind asks for
REPLAY_RATIO = 32  # replayed frames are so many times closer together than live ones
MAX_RESENDS = 3  # of one packet
RESEND_INTERVAL = 0.05  # seconds between two resends of one packet
RESEND_MEMORY = 1024  # packets whose resends are counted
# Bytes that are sent again, at once and per second: as much as the stream itself has in a second,
# or this if that is more.
RESEND_BURST, RESEND_RATE = 256_000.0, 60_000.0
REFUSED = 50  # bytes that a number counts for which nothing is sent: it takes time
MAX_GAPS = 512  # missing packets that are still sent when they come
FIRST_SEQUENCE = 1 << 15  # below it: the roll-over counter is certain (field-notes.md)


class ViewerOutlet:
    """The packets of one feed, as one viewer gets them."""

    def __init__(
        self,
        track: Track,
        path: Path,
        types: PayloadTypes,
        pacer: Pacer,
        clock: Callable[[], float],
        ssrc: int,
        retransmission_ssrc: int,
        extensions: Extensions,
    ) -> None:
        self._track = track
        self._types = types
        self._pacer = pacer
        self._clock = clock
        self.ssrc = ssrc
        self.stream = path.stream(ssrc, secrets.randbelow(FIRST_SEQUENCE))
        self._retransmission = path.stream(retransmission_ssrc, secrets.randbelow(FIRST_SEQUENCE))
        self.extend(extensions)
        # The present run.
        self._running = False
        self._start = self._position = 0
        self._offset = self._time_offset = 0
        self._picture_offset = self._tl0_offset = 0
        self._retransmits = False
        self._joined_timestamp = self._start_timestamp = 0
        self._began = 0.0
        self._slack = 0.0  # seconds by which the end of the keyframe was late
        self._replay_until = -1
        # Where the next run of another track goes on: what was sent last, of which track, when
        # it was sampled, and the timestamp under which it went.
        self._last: tuple[Packet, Track, Moment, int] | None = None
        self._target: Track | None = None
        # What congestion control decided.
        self._rate: float | None = None  # bits per second, None: unlimited
        self._allowance = 0.0  # bytes
        self._pumped = 0.0
        self._resends: dict[int, tuple[int, float]] = {}
        self._resendable, self._resend_time = RESEND_BURST, clock()
        self._gaps: dict[int, bool] = {}  # passed over because they had not come
        self.resent = self.jumps = 0
        self.refused = 0  # times that the transport took no more
        self.jumped_at = float("-inf")
        self.waiting_since: float | None = clock() if track.kind == "video" else None

    @property
    def track(self) -> Track:
        """What it gets."""
        return self._track

    @property
    def target(self) -> Track:
        """What it gets, or will from the next keyframe on."""
        return self._target or self._track

    @property
    def waiting(self) -> bool:
        """Whether it needs a keyframe to go on."""
        return self._track.kind == "video" and not self._running

    @property
    def live(self) -> bool:
        """Whether it gets every burst as it comes."""
        return self._track.is_live(self)

    @property
    def behind(self) -> bool:
        """Whether older packets are still to be sent."""
        return self._running and not self.live and self._position <= self._track.cache.head

    @property
    def playable(self) -> bool:
        """Whether the viewer knows the codec that is published."""
        return self._types.of(self._track.codec, self._track.profile) is not None

    @property
    def rate(self) -> float | None:
        """The bits per second that congestion control allows, None: all."""
        return self._rate

    @property
    def limited(self) -> bool:
        """Whether congestion control holds it back."""
        return self._rate is not None

    def extend(self, extensions: Extensions) -> None:
        """Carry these header extensions from now on."""
        self.stream.extend(extensions)
        self._retransmission.extend(extensions)

    def timestamp_at(self, ntp: float) -> int | None:
        """Return the timestamp, as this viewer counts, that is sampled at ``ntp``."""
        timestamp = self._track.sampling.timestamp_at(ntp)
        return None if timestamp is None else (timestamp + self._time_offset) & 0xFFFFFFFF

    # Which track

    def join(self) -> None:
        """Begin to receive."""
        self._track.join(self)

    def leave(self) -> None:
        """Stop everything."""
        self._pacer.discard(self)
        self._track.leave(self)
        self.aim(self._track)

    def aim(self, track: Track) -> None:
        """Go over to ``track``: at its next keyframe, at once if there is nothing to lose."""
        if track is self.target:
            return
        if self._target is not None:
            self._target.forget(self)
            self._target = None
        if track is self._track:
            return
        if self._running:
            self._target = track
            track.expect(self)
        else:
            self._move(track)
            track.join(self)

    def switch(self, track: Track) -> None:
        """Begin with the keyframe of ``track`` that has just come."""
        self._target = None
        self._suspend()
        self._move(track)
        track.join(self)

    def source_changed(self) -> None:
        """End the run: wait for a keyframe, or for any packet of audio."""
        self._suspend()
        self._running = False
        self.waiting_since = self._clock()

    # Sending

    def begin(self, index: int) -> None:
        """Begin a run at ``index``; what is after it in the cache follows at once."""
        track = self._track
        first, newest = track.cache.get(index), track.cache.get(track.cache.head)
        types = self._types.of(track.codec, track.profile)
        if first is None or newest is None or types is None:
            return
        self._suspend()
        track.trail(self)
        self._continue(first)
        self._offset = self.stream.next - index
        self._start = self._position = index
        self._start_timestamp, self._joined_timestamp = first.timestamp, newest.timestamp
        self._slack = 0.0
        self._began = self._clock()
        self._replay_until = track.cache.head
        payload_type, retransmission_type = types
        offsets = (self._time_offset, self._picture_offset, self._tl0_offset)
        self.stream.run(payload_type, index, self._offset, *offsets)
        self._retransmits = retransmission_type is not None
        if retransmission_type is not None:
            self._retransmission.run(retransmission_type, 0, 0, *offsets)
        self._running = True
        self._resends.clear()
        self._gaps.clear()
        self.waiting_since = None
        self.pump(self._clock())

    def more(self) -> None:
        """There is something new in the cache."""
        if self._running:
            self._pacer.add(self)
        elif self._track.kind == "audio":
            self.begin(self._track.cache.head)

    def late(self, packet: Packet) -> None:
        """Send a packet that was passed over because it was missing."""
        if self._running and self._gaps.pop(packet.index, False):
            self.stream.send([packet], [self._timestamp(packet)])

    def fell_behind(self, position: int) -> None:
        """The kernel could not send what begins at ``position``."""
        self.refused += 1
        self._position = position
        self._pacer.add(self)

    def pump(self, now: float) -> int:
        """Send some of what is behind, at the allowed rate; return how many packets."""
        if not self._running or self.live:
            return 0
        if self._too_late(now):
            self._jump()
            return 0
        self._allow(now)
        packets, position = self._due()
        times = [self._timestamp(packet) for packet in packets]
        count = self.stream.send(packets, times) if packets else 0
        if count < len(packets):
            self.refused += 1
            position = packets[count].index
        self._position = position
        if self._rate is not None:
            self._allowance -= sum(len(packet.payload) + HEADERS for packet in packets[:count])
        if self.behind:
            self._pacer.add(self)
            return count
        self._slack = 0.0
        if self._rate is None and self._position == self._track.delivered + 1:
            self._track.go_live(self)
        return count

    def limit(self, rate: float | None) -> None:
        """Send at most ``rate`` bits per second; None lifts the limit."""
        if self._rate is None:
            self._allowance = 0.0
        self._rate = rate
        if rate is None:
            if self._running and not self.live:
                self._pacer.add(self)
        elif self.live:
            self._position = self._track.trail(self)

    def resend(self, sequences: list[int]) -> int:
        """Answer a NACK (RFC 4585 §6.2.1); return how many packets are not there.

        What is asked for beyond the viewer's share is passed over.
        """
        now, gone = self._clock(), 0
        self._earn_resends(now)
        position = self._track.delivered + 1 if self.live else self._position
        for sequence in sequences:
            if self._resendable <= 0:
                break
            self._resendable -= REFUSED
            extended = unwrap(sequence & 0xFFFF, self.stream.next - 1)
            index = extended - self._offset
            if not self._running or not self._start <= index < position:
                continue
            packet = self._track.cache.get(index)
            if packet is None:
                gone += 1
                continue
            count, last = self._resends.get(index, (0, float("-inf")))
            if count >= MAX_RESENDS or now - last < RESEND_INTERVAL:
                continue
            if len(self._resends) >= RESEND_MEMORY:
                del self._resends[next(iter(self._resends))]
            self._resends[index] = (count + 1, now)
            self._resendable -= len(packet.payload) + HEADERS
            self._resend(packet, extended)
        return gone

    def pad(self, octets: int) -> int:
        """Send again what was sent last, on the SSRC of RTX, to see what the link can take.

        Return the octets sent, fewer than asked when there is nothing to send.
        """
        sent, index = 0, self._track.delivered if self.live else self._position - 1
        while self._running and self._retransmits and sent < octets and index >= self._start:
            packet = self._track.cache.get(index)
            if packet is None or not self._retransmission.retransmit(
                packet, self._timestamp(packet), index + self._offset
            ):
                break
            sent += len(packet.payload) + HEADERS
            index -= 1
        return sent

    # Inside

    def _resend(self, packet: Packet, sequence: int) -> None:
        self.resent += 1
        timestamp = self._timestamp(packet)
        if self._retransmits:
            self._retransmission.retransmit(packet, timestamp, sequence)
        else:
            # Same bytes under the same number give the same ciphertext.
            self.stream.send([packet], [timestamp])

    def _earn_resends(self, now: float) -> None:
        stream = self._track.wire_rate / 8
        earned = (now - self._resend_time) * max(RESEND_RATE, stream)
        self._resendable = min(max(RESEND_BURST, stream), self._resendable + earned)
        self._resend_time = now

    def _timestamp(self, packet: Packet) -> int:
        # Replayed frames carry timestamps 1 ms apart and so ask to be shown at once:
        # the viewer catches up with the others instead of staying behind for ever.
        if packet.index > self._replay_until:
            return packet.timestamp
        age = (self._joined_timestamp - packet.timestamp) & 0xFFFFFFFF
        if age >= 1 << 31:
            return packet.timestamp
        return (self._joined_timestamp - age // REPLAY_RATIO) & 0xFFFFFFFF

    def _due(self) -> tuple[list[Packet], int]:
        """Return what may be sent now, and the position after it."""
        cache, position = self._track.cache, self._position
        packets: list[Packet] = []
        left = self._allowance if self._rate is not None else float("inf")
        for _ in range(PUMP_PACKETS):
            if position > cache.head or left <= 0:
                break
            packet = cache.get(position)
            if packet is None:
                self._gaps[position] = True
                if len(self._gaps) > MAX_GAPS:
                    del self._gaps[next(iter(self._gaps))]
            else:
                packets.append(packet)
                left -= len(packet.payload) + HEADERS
            position += 1
        return packets, position

    def _too_late(self, now: float) -> bool:
        packet = self._track.cache.get(self._position)
        if packet is None:
            return self._track.cache.head - self._position > PUMP_PACKETS
        late = now - packet.arrival
        if self._is_key(packet):
            self._slack = min(late, MAX_SLACK)
            return False
        if self._position <= self._replay_until and self._rate is None:
            return now - self._began > REPLAY_TIME
        return late > LATE + self._slack

    def _is_key(self, packet: Packet) -> bool:
        """Tell whether it is of the keyframe that the run began with, or of the newest one."""
        track = self._track
        if track.kind == "audio":
            return False
        newest = track.cache.get(track.keyframe)
        known = (self._start_timestamp, newest.timestamp if newest is not None else -1)
        return packet.timestamp in known

    def _jump(self) -> None:
        before, self.jumped_at = self.jumped_at, self._clock()
        self.jumps += 1
        track = self._track
        if track.kind == "audio":
            self.begin(track.cache.head)
        elif track.keyframe > self._position and track.replayable():
            self.begin(track.keyframe)
        else:
            self.source_changed()
            # Who is limited waits, and who falls behind again and again: the others would pay.
            if self._rate is None and self.jumped_at - before > KEYFRAME_EVERY:
                track.want_keyframe()

    def _allow(self, now: float) -> None:
        elapsed = min(max(0.0, now - self._pumped), 0.1)
        self._pumped = now
        if self._rate is not None:
            self._allowance = min(self._allowance + elapsed * self._rate / 8, 15_000.0)

    # From one run to the next

    def _move(self, track: Track) -> None:
        self._pacer.discard(self)
        self._track.leave(self)
        self._track = track
        self._running = False
        self.waiting_since = self._clock()

    def _suspend(self) -> None:
        """Remember what was sent last, to go on from there."""
        if not self._running:
            return
        track = self._track
        index = track.delivered if self.live else self._position - 1
        packet = track.cache.get(index)
        if packet is not None and index >= self._start:
            timestamp = (self._timestamp(packet) + self._time_offset) & 0xFFFFFFFF
            self._last = (packet, track, _moment(track, packet), timestamp)

    def _continue(self, first: Packet) -> None:
        """Set the offsets so that time and pictures go on in a run that begins at ``first``."""
        if self._last is None:
            return
        last, track, moment, timestamp = self._last
        if track is self._track:
            return  # its numbers go on by themselves
        ahead = ticks_between(moment, _moment(self._track, first), track.sampling.clock_rate)
        self._time_offset = (timestamp + ahead - first.timestamp) & 0xFFFFFFFF
        if last.picture_at >= 0 and first.picture_at >= 0:
            shown = _picture(last) + self._picture_offset
            self._picture_offset = shown + 1 - _picture(first)
        if last.tl0_at >= 0 and first.tl0_at >= 0:
            shown = last.payload[last.tl0_at] + self._tl0_offset
            self._tl0_offset = shown + 1 - first.payload[first.tl0_at]


def _moment(track: Track, packet: Packet) -> Moment:
    return Moment(track.sampling.sampled_at(packet.timestamp), packet.arrival)


def _picture(packet: Packet) -> int:
    """Return the picture id of VP8 or VP9."""
    at = packet.picture_at
    if packet.picture_bits == 15:
        return (packet.payload[at] & 0x7F) << 8 | packet.payload[at + 1]
    return packet.payload[at] & 0x7F
