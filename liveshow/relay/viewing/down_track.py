"""One simulcast on its way to one viewer: up to date or behind, whole or thinned.

A down track has no queue, only a position in the cache of its track, and is in one of three states:

- *waiting*: it has no map (see ``packet_map``), and needs a keyframe to begin one;
- *live*: the kernel gives it every burst of its track;
- *trailing*: the position stays back, and the pacer advances it. So it is while a group of
  pictures is replayed to it, when the socket is full, and when its link is slower than the stream.

Rule for what is dropped: a video down_track more than 0.6 s late jumps to the newest keyframe, or
waits for the next one; an audio down_track jumps to now. A keyframe that was begun is sent to its
end, however long a slow link takes: without one there is nothing to see.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from liveshow.relay.kernel.protocols import Extensions, Path
from liveshow.relay.negotiation import PayloadTypes
from liveshow.relay.tracks.track import HEADER_OVERHEAD, Track
from liveshow.relay.viewing.pacer import PACE, Pacer
from liveshow.relay.viewing.packet_map import LastSent, PacketMap, begin_map, last_sent
from liveshow.relay.viewing.retransmissions import RetransmissionBudget
from liveshow.relay.wire.packets import Packet, unwrap

BACKLOG_PACKETS = 40  # per round of 5 ms: about 75 Mbit/s
LATE = 0.6  # seconds
MAX_SLACK = 2.0  # seconds that may be added to that because the keyframe took long
REPLAY_TIME = 2.0  # seconds that a replay may take; who needs longer has a slow link
KEYFRAME_EVERY = 4.0  # seconds between two keyframes that one who fell behind asks for
MAX_ALLOWANCE = 15_000.0  # bytes that a limited down track may send at once
# Retransmissions may come before what is due, up to so many seconds of the rate, or so many bytes if that
# is more: what was sent already is worth more than what is next.
MAX_DEBT, LEAST_DEBT = 0.15, 6_000.0
FULL = 0.02  # seconds until a transport that took nothing is tried again
MAX_GAPS = 512  # missing packets that are still sent when they come
FIRST_SEQUENCE = 1 << 15  # below it: the roll-over counter is certain (RFC 3711 §3.3.1)


class DownTrack:
    """The packets of one simulcast, as one viewer gets them.

    ``constrained``, set by its owner: the link is known to be slow, and a long replay would never
    be made up for.
    """

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
        self.set_extensions(extensions)
        self._map: PacketMap | None = None
        self._last: LastSent | None = None  # of the maps before
        self._newest: Packet | None = None  # that was pumped; the cache may lose it before us
        self._target: Track | None = None  # it waits for a keyframe of, while it has a map
        self._position = 0  # index of what is to be sent next; what is live has none
        self._numbered_from = 0  # index; the stream passes over what is before it
        self._began = 0.0
        self._slack = 0.0  # seconds by which the end of the keyframe was late
        self._gaps: dict[int, bool] = {}  # passed over because they had not come
        # What congestion control decided.
        self.constrained = False
        self._rate: float | None = None  # bits per second, None: unlimited
        self._allowance = 0.0  # bytes
        self._earned = 0.0
        self.due = 0.0  # when there is something to pump again
        self._full = False  # the transport took no more the last time
        self._retransmissions = RetransmissionBudget(clock())
        self.retransmitted = self.skips = 0
        self.refused = 0  # times that the transport took no more
        self.skipped_at = float("-inf")
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
        return self._track.kind == "video" and self._map is None

    @property
    def live(self) -> bool:
        """Whether it gets every burst as it comes."""
        return self._track.is_live(self)

    @property
    def behind(self) -> bool:
        """Whether older packets are still to be sent."""
        return self._map is not None and not self.live and self._position <= self._track.cache.head

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

    def lateness(self, now: float) -> float:
        """Return for how many seconds what is to be sent next could have been sent."""
        packet = self._track.cache.get(self._position) if self.behind else None
        return 0.0 if packet is None else now - max(packet.arrival, self._began)

    def set_extensions(self, extensions: Extensions) -> None:
        """Carry these header extensions from now on."""
        self.stream.set_extensions(extensions)
        self._retransmission.set_extensions(extensions)

    def timestamp_at(self, ntp: float) -> int | None:
        """Return the timestamp, as this viewer counts, that is sampled at ``ntp``.

        None when it is not known, and before there is a map: its time may begin anywhere.
        """
        timestamp = self._track.rtp_to_ntp.timestamp_at(ntp)
        if timestamp is None or self._map is None:
            return None
        return (timestamp + self._map.time_offset) & 0xFFFFFFFF

    # Which track

    def join(self) -> None:
        """Begin to receive."""
        self._track.join(self)

    def leave(self) -> None:
        """Stop everything."""
        self._pacer.discard(self)
        self._forget_target()
        self._track.leave(self)

    def switch_to(self, track: Track) -> None:
        """Go over to ``track``: at its next keyframe, at once if there is nothing to lose."""
        if track is self.target:
            return
        self._forget_target()
        if track is self._track:
            return
        if self._map is not None:
            self._target = track
            track.switch_at_keyframe(self)
        else:
            self._go_over(track)

    def complete_switch(self, track: Track) -> None:
        """Belong to ``track`` now, and wait for it to ``begin``."""
        self._end_map()
        self._forget_target()
        self._track.leave(self)
        self._track = track
        track.add_waiting(self)

    def source_changed(self) -> None:
        """End the map: wait for a keyframe, or for any packet of audio."""
        self._end_map()
        self._forget_target()

    # Sending

    def begin(self, index: int, live: bool = False) -> None:
        """Begin a map at ``index``; what is after it in the cache follows at once.

        ``live``: the kernel's group is about to send all that.
        """
        if self._rate == 0.0:
            return  # a picture that is begun and not sent would never be missed
        self._end_map()
        now, track = self._clock(), self._track
        live = live and self._rate is None
        packet_map = begin_map(
            track, index, self.stream.next, self._types, self._last, replay=not live
        )
        if packet_map is None:
            return
        self._map = packet_map
        self._position = packet_map.first
        self._began, self._slack, self._full = now, 0.0, False
        self._gaps.clear()
        self._retransmissions.reset()
        self._number(packet_map.first)
        self.waiting_since = None
        if live:
            track.go_live(self)
        else:
            self.send_backlog(now)

    def cache_grew(self) -> None:
        """There is something new in the cache."""
        if self._map is not None:
            self._pacer.add(self)
        elif self._track.kind == "audio":
            self.begin(self._track.cache.head)

    def late_packet(self, packet: Packet) -> None:
        """Send a packet that was passed over because it was missing."""
        if self._map is not None and self._gaps.pop(packet.index, False):
            # Refused, it is not lost: the viewer asks for it.
            self.stream.send([packet], [self._map.timestamp(packet)])

    def keyframe_moved(self, index: int) -> None:
        """Begin again if the map began in the middle of the keyframe that begins at ``index``."""
        packet_map = self._map
        if packet_map is None or packet_map.first <= index:
            return
        first, start = self._track.cache.get(packet_map.first), self._track.cache.get(index)
        if first is not None and start is not None and first.timestamp == start.timestamp:
            self.begin(index)

    def fell_behind(self, position: int) -> None:
        """The kernel could not send what begins at ``position``."""
        assert self._map is not None
        self.refused += 1
        self._full = True
        self._position = max(position, self._map.first)
        self._pacer.add(self)

    def send_backlog(self, now: float) -> int:
        """Send some of what is behind, at the allowed rate; return how many packets."""
        packet_map = self._map
        if packet_map is None or self.live:
            return 0
        if self._too_late(packet_map, now):
            self._skip_to_keyframe()
            return 0
        self._earn(now)
        packets, gaps, position = self._due()
        count = (
            self.stream.send(packets, list(map(packet_map.timestamp, packets))) if packets else 0
        )
        self.due = now
        self._full = count < len(packets)
        if self._full:
            self.refused += 1
            position = packets[count].index
            if count == 0:
                self.due = now + FULL
        self._position = position
        self._note_gaps([gap for gap in gaps if gap < position])
        if count:
            self._newest = packets[count - 1]
        if self._rate is not None:
            self._allowance -= sum(
                len(packet.payload) + HEADER_OVERHEAD for packet in packets[:count]
            )
            if self._allowance <= 0:
                self.due = now + max(PACE, min(-8 * self._allowance / max(self._rate, 1.0), 0.1))
        if self.behind:
            self._pacer.add(self)
            return count
        self._slack = 0.0
        if self._rate is None and self._position == self._track.delivered + 1:
            if self._gaps:
                # What is missing of a replay would come from the group with its own timestamp,
                # and not with the one that the rest of its frame went out with.
                self._number(packet_map.newest + 1)
                self._gaps.clear()  # what is missing comes from the group, or is asked for
            self._track.go_live(self)
        return count

    def limit(self, rate: float | None) -> None:
        """Send at most ``rate`` bits per second: 0 ends the map, None lifts the limit."""
        before, self._rate = self._rate, rate
        if before is None:
            self._allowance, self._earned = 0.0, self._clock()
        if rate == 0.0:
            self._end_map()
            self._forget_target()
        elif before == 0.0:
            self._track.resume(self, patient=True)
        elif rate is None:
            if self._map is not None and not self.live:
                self._pacer.add(self)
        elif self.live:
            self._position = self._track.trail(self)

    def retransmit(self, sequences: list[int]) -> int:
        """Answer a NACK (RFC 4585 §6.2.1); return how many packets are not there.

        What is asked for beyond the viewer's share is passed over.
        """
        packet_map, now, gone = self._map, self._clock(), 0
        if packet_map is None:
            return 0
        self._earn(now)
        self._retransmissions.earn(self._track.wire_rate, now)
        position = self._track.delivered + 1 if self.live else self._position
        for sequence in sequences:
            if self._in_debt() or not self._retransmissions.ask():
                break
            number = unwrap(sequence & 0xFFFF, self.stream.next - 1)
            index = number - packet_map.sequence_offset
            if not packet_map.first <= index < position:
                continue
            packet = self._track.cache.get(index)
            lost = packet_map.retransmission_type is None and index < self._numbered_from
            if packet is None or lost:
                gone += 1
            elif self._retransmissions.may(index, now) and self._retransmit(
                packet_map, packet, number
            ):
                size = len(packet.payload) + HEADER_OVERHEAD
                self._retransmissions.count(index, size, now)
                self._allowance -= size
                self.retransmitted += 1
        return gone

    def pad(self, octets: int) -> int:
        """Send again what was sent last, on the SSRC of RTX, to see what the link can take.

        Return the octets sent, fewer than asked when there is nothing to send.
        """
        packet_map, sent = self._map, 0
        if packet_map is None or packet_map.retransmission_type is None or self._full:
            return 0
        index = self._track.delivered if self.live else self._position - 1
        while sent < octets and index >= packet_map.first:
            packet = self._track.cache.get(index)
            if packet is None or not self._retransmission.retransmit(
                packet, packet_map.timestamp(packet), index + packet_map.sequence_offset
            ):
                break
            sent += len(packet.payload) + HEADER_OVERHEAD
            index -= 1
        return sent

    # Inside

    def _number(self, first: int) -> None:
        """Tell the kernel how packets of the map are numbered, from index ``first`` on."""
        packet_map = self._map
        assert packet_map is not None
        self._numbered_from = first
        offsets = (packet_map.time_offset, packet_map.picture_offset, packet_map.tl0_offset)
        self.stream.remap(packet_map.payload_type, first, packet_map.sequence_offset, *offsets)
        if packet_map.retransmission_type is not None:
            self._retransmission.remap(packet_map.retransmission_type, 0, 0, *offsets)

    def _end_map(self) -> None:
        """Remember what was sent last, to go on from there, and wait."""
        packet_map = self._map
        if packet_map is None:
            return
        sent_to = self._track.delivered if self.live else self._position - 1
        pumped = LastSent(packet_map, self._newest) if self._newest is not None else self._last
        self._last = last_sent(packet_map, sent_to) or pumped
        self._newest = None
        self._map = None
        self._track.trail(self)
        self._pacer.discard(self)
        self.waiting_since = self._clock()

    def _go_over(self, track: Track) -> None:
        self.complete_switch(track)
        if self._rate != 0.0:
            track.resume(self, patient=True)

    def _forget_target(self) -> None:
        if self._target is not None:
            self._target.cancel_switch(self)
            self._target = None

    def _in_debt(self) -> bool:
        """Tell whether a limited down track has sent as much before its time as it may."""
        if self._rate is None:
            return False
        return self._allowance <= -max(LEAST_DEBT, MAX_DEBT * self._rate / 8)

    def _retransmit(self, packet_map: PacketMap, packet: Packet, number: int) -> bool:
        timestamp = packet_map.timestamp(packet)
        if packet_map.retransmission_type is not None:
            return self._retransmission.retransmit(packet, timestamp, number)
        # Same bytes under the same number give the same ciphertext.
        return self.stream.send([packet], [timestamp]) > 0

    def _due(self) -> tuple[list[Packet], list[int], int]:
        """Return what may be sent now, what is missing of it, and the position after it."""
        cache, position = self._track.cache, self._position
        packets: list[Packet] = []
        gaps: list[int] = []
        left = self._allowance if self._rate is not None else float("inf")
        for _ in range(BACKLOG_PACKETS):
            if position > cache.head or left <= 0:
                break
            packet = cache.get(position)
            if packet is None:
                gaps.append(position)
            else:
                packets.append(packet)
                left -= len(packet.payload) + HEADER_OVERHEAD
            position += 1
        return packets, gaps, position

    def _note_gaps(self, gaps: list[int]) -> None:
        """Remember what was passed over because it had not come."""
        for gap in gaps:
            self._gaps[gap] = True
            if len(self._gaps) > MAX_GAPS:
                del self._gaps[next(iter(self._gaps))]

    def _too_late(self, packet_map: PacketMap, now: float) -> bool:
        packet = self._track.cache.get(self._position)
        if packet is None:
            return self._track.cache.head - self._position > BACKLOG_PACKETS
        late = now - packet.arrival
        if self._is_key(packet_map, packet):
            self._slack = min(late, MAX_SLACK)
            return False
        if self._position <= packet_map.newest and self._rate is None:
            return now - self._began > REPLAY_TIME
        return late > LATE + self._slack

    def _is_key(self, packet_map: PacketMap, packet: Packet) -> bool:
        """Tell whether it is of the keyframe that the map began with, or of the newest one."""
        track = self._track
        if track.kind == "audio":
            return False
        return any(
            known is not None and known.timestamp == packet.timestamp
            for known in (track.cache.get(packet_map.first), track.cache.get(track.keyframe))
        )

    def _skip_to_keyframe(self) -> None:
        before, self.skipped_at = self.skipped_at, self._clock()
        self.skips += 1
        track = self._track
        if track.kind == "audio":
            self.begin(track.cache.head)
        elif self._target is not None:
            self._go_over(self._target)
        elif track.keyframe > self._position and track.replayable():
            self.begin(track.keyframe)
        else:
            self._end_map()
            # Who is slow waits, and who falls behind again and again: the others would pay.
            slow = self.constrained or self.limited
            if not slow and self.skipped_at - before > KEYFRAME_EVERY:
                track.request_keyframe()

    def _earn(self, now: float) -> None:
        if self._rate is not None:
            earned = min(max(0.0, now - self._earned), 0.1) * self._rate / 8
            self._allowance = min(self._allowance + earned, MAX_ALLOWANCE)
        self._earned = now
