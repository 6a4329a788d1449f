"""A track on its way to one viewer: up to date or behind, whole or thinned.

A down track has no queue, only a position in the cache of its track. It is in one of three states:

- *waiting*: it has no packet map (see ``packet_map``), and needs a keyframe to begin one;
- *live*: the kernel gives it every burst of its track;
- *trailing*: the position stays back, and the pacer advances it. That is so while a group of
  pictures is replayed to it, while the socket is full, and while its link is slower than the
  stream.

Rule for what is dropped: a video down track more than 0.6 s late skips to the newest keyframe, or
waits for the next one; an audio down track skips to the present. A keyframe that was begun is sent
to its end, however long a slow link takes: without one there is nothing to see.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from liveshow.relay.kernel.protocols import Extensions, Path
from liveshow.relay.negotiation import PayloadTypes
from liveshow.relay.tracks.track import HEADER_OVERHEAD, Track
from liveshow.relay.viewing.backlog import BACKLOG_PACKETS, Deadline, next_packets
from liveshow.relay.viewing.pacer import PACE, Pacer
from liveshow.relay.viewing.packet_map import LastSent, PacketMap, begin_map, last_sent
from liveshow.relay.viewing.rate_limit import RateLimit
from liveshow.relay.viewing.retransmissions import Retransmitter
from liveshow.relay.wire.packets import Packet

KEYFRAME_EVERY = 4.0  # seconds between two keyframes requested for a viewer that fell behind
FULL = 0.02  # seconds until a transport that took nothing is tried again
MAX_GAPS = 512  # missing packets that are still sent when they come; the oldest is forgotten
FIRST_SEQUENCE = 1 << 15  # bound of the first number: roll-over is certain (RFC 3711 §3.3.1)


class DownTrack:
    """The packets of one simulcast, as one viewer gets them.

    ``constrained``, set by its owner: the link is known to be slow, so a long replay would never
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
        self._rtx = path.stream(retransmission_ssrc, secrets.randbelow(FIRST_SEQUENCE))
        self.set_extensions(extensions)
        self._map: PacketMap | None = None
        self._last: LastSent | None = None  # the last packet of the maps before
        # Last packet of the backlog that was sent. The cache may lose it before the map ends.
        self._newest: Packet | None = None
        self._target: Track | None = None  # track whose next keyframe completes a switch
        self._position = 0  # index of the next packet to be sent; without meaning while live
        self._mapped_from = 0  # index of the first packet that the kernel sends
        self._deadline = Deadline()
        self._gaps: dict[int, bool] = {}  # indices passed over because they had not come
        # What congestion control decided.
        self.constrained = False
        self._limit = RateLimit()
        self.due = 0.0  # monotonic seconds of the next round of the backlog
        self._full = False  # whether the transport took no more the last time
        self._retransmitter = Retransmitter(self.stream, self._rtx, self._limit, clock())
        self.skips = 0  # times that it was too late and skipped pictures or sound
        self.refused = 0  # times that the transport took no more
        self.skipped_at = float("-inf")
        self.waiting_since: float | None = clock() if track.kind == "video" else None

    @property
    def track(self) -> Track:
        """The track that it gets."""
        return self._track

    @property
    def target(self) -> Track:
        """The track that it gets, or will get from the next keyframe on."""
        return self._target or self._track

    @property
    def waiting(self) -> bool:
        """Whether it needs a keyframe to go on."""
        return self._track.kind == "video" and self._map is None

    @property
    def live(self) -> bool:
        """Whether it gets every burst as it comes."""
        return self._track.fan_out.is_live(self)

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
        return self._limit.rate

    @property
    def limited(self) -> bool:
        """Whether congestion control holds it back."""
        return self._limit.rate is not None

    @property
    def retransmitted(self) -> int:
        """The packets that were sent again."""
        return self._retransmitter.retransmitted

    def lateness(self, now: float) -> float:
        """Return for how many seconds the next packet could have been sent already."""
        packet = self._track.cache.get(self._position) if self.behind else None
        return 0.0 if packet is None else now - max(packet.arrival, self._deadline.began)

    def set_extensions(self, extensions: Extensions) -> None:
        """Carry these header extensions from now on."""
        self.stream.set_extensions(extensions)
        self._rtx.set_extensions(extensions)

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
        self._track.fan_out.leave(self)

    def switch_to(self, track: Track) -> None:
        """Switch to ``track``: at its next keyframe, or at once if there is nothing to lose."""
        if track is self.target:
            return
        self._forget_target()
        if track is self._track:
            return
        if self._map is not None:
            self._target = track
            track.fan_out.switch_at_keyframe(self)
        else:
            self._switch_now(track)

    def complete_switch(self, track: Track) -> None:
        """Belong to ``track`` now, and wait for it to call ``begin``."""
        self._end_map()
        self._forget_target()
        self._track.fan_out.leave(self)
        self._track = track
        track.fan_out.add_waiting(self)

    def source_changed(self) -> None:
        """End the map: wait for a keyframe, or for any packet of audio."""
        self._end_map()
        self._forget_target()

    # Sending

    def begin(self, index: int, live: bool = False) -> None:
        """Begin a map at ``index``; what is after it in the cache follows at once.

        ``live``: the kernel group is about to send all that.
        """
        if self._limit.rate == 0.0:
            return  # a picture that is begun and not sent would never be missed
        self._end_map()
        now, track = self._clock(), self._track
        live = live and self._limit.rate is None
        next_sequence = self.stream.next
        packet_map = begin_map(
            track, index, next_sequence, self._types, self._last, replay=not live
        )
        if packet_map is None:
            return
        self._map = packet_map
        self._position = packet_map.first
        self._full = False
        self._deadline.begin(now)
        self._gaps.clear()
        self._retransmitter.begin()
        self._remap(packet_map.first)
        self.waiting_since = None
        if live:
            track.fan_out.go_live(self)
        else:
            self.send_backlog(now)

    def cache_grew(self) -> None:
        """Send what is new in the cache, when the pacer comes round."""
        if self._map is not None:
            self._pacer.add(self)
        elif self._track.kind == "audio":
            self.begin(self._track.cache.head)

    def late_packet(self, packet: Packet) -> None:
        """Send a packet that was passed over because it was missing."""
        if self._map is not None and self._gaps.pop(packet.index, False):
            # A packet that is refused here is not lost: the viewer asks for it.
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
        """Trail from ``position`` on, which the kernel could not send."""
        assert self._map is not None
        self.refused += 1
        self._full = True
        self._position = max(position, self._map.first)
        self._pacer.add(self)

    def send_backlog(self, now: float) -> int:
        """Send some older packets, at the allowed rate; return how many."""
        packet_map = self._map
        if packet_map is None or self.live:
            return 0
        if self._too_late(packet_map, now):
            self._skip()
            return 0
        self._limit.refill(now)
        cache, left = self._track.cache, self._limit.available
        packets, gaps, position = next_packets(cache, self._position, left)
        timestamps = list(map(packet_map.timestamp, packets))
        count = self.stream.send(packets, timestamps) if packets else 0
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
        if self._limit.rate is not None:
            sent = packets[:count]
            self._limit.tokens -= sum(len(packet.payload) + HEADER_OVERHEAD for packet in sent)
            if wait := self._limit.wait(PACE):
                self.due = now + wait
        if self.behind:
            self._pacer.add(self)
            return count
        self._caught_up(packet_map)
        return count

    def limit(self, rate: float | None) -> None:
        """Send at most ``rate`` bits per second: 0 ends the map, None lifts the limit."""
        before = self._limit.rate
        self._limit.set(rate, self._clock())
        if rate == 0.0:
            self._end_map()
            self._forget_target()
        elif before == 0.0:
            self._track.resume(self, patient=True)
        elif rate is None:
            if self._map is not None and not self.live:
                self._pacer.add(self)
        elif self.live:
            self._position = self._track.fan_out.trail(self)

    def retransmit(self, sequences: list[int]) -> int:
        """Answer a NACK (RFC 4585 §6.2.1); return the number of packets that are gone."""
        if self._map is None:
            return 0
        end = self._track.fan_out.delivered + 1 if self.live else self._position
        return self._retransmitter.answer_nack(
            self._map, sequences, end, self._mapped_from, self._clock()
        )

    def pad(self, octets: int) -> int:
        """Send again what was sent last, on the SSRC of RTX, to see what the link can take.

        Return the octets sent, fewer than asked for when there is nothing to send.
        """
        if self._map is None or self._map.retransmission_type is None or self._full:
            return 0
        return self._retransmitter.pad(self._map, octets, self._sent_to)

    # Inside

    @property
    def _sent_to(self) -> int:
        """The index of the last packet that was sent."""
        return self._track.fan_out.delivered if self.live else self._position - 1

    def _remap(self, first: int) -> None:
        """Tell the kernel how packets are numbered, from index ``first`` on."""
        packet_map = self._map
        assert packet_map is not None
        self._mapped_from = first
        offsets = (
            packet_map.time_offset,
            packet_map.picture_offset,
            packet_map.tl0_offset,
            packet_map.frame_offset,
        )
        self.stream.remap(packet_map.payload_type, first, packet_map.sequence_offset, *offsets)
        if packet_map.retransmission_type is not None:
            self._rtx.remap(packet_map.retransmission_type, 0, 0, *offsets)

    def _end_map(self) -> None:
        """Remember the last packet that was sent, to go on from there, and wait."""
        packet_map = self._map
        if packet_map is None:
            return
        backlog = LastSent(packet_map, self._newest) if self._newest is not None else self._last
        self._last = last_sent(packet_map, self._sent_to) or backlog
        self._newest = None
        self._map = None
        self._track.fan_out.trail(self)
        self._pacer.discard(self)
        self.waiting_since = self._clock()

    def _caught_up(self, packet_map: PacketMap) -> None:
        """Go live, unless the rate is limited or something was pushed and not delivered yet."""
        self._deadline.caught_up()
        if self._limit.rate is None and self._position == self._track.fan_out.delivered + 1:
            if self._gaps:
                # A missing packet of a replay would come from the group with its own timestamp,
                # and not with the one that the rest of its frame went out with.
                self._remap(packet_map.newest + 1)
                self._gaps.clear()  # missing packets come from the group, or are requested
            self._track.fan_out.go_live(self)

    def _switch_now(self, track: Track) -> None:
        self.complete_switch(track)
        if self._limit.rate != 0.0:
            track.resume(self, patient=True)

    def _forget_target(self) -> None:
        if self._target is not None:
            self._target.fan_out.cancel_switch(self)
            self._target = None

    def _note_gaps(self, gaps: list[int]) -> None:
        """Remember the packets that were passed over because they had not come."""
        for gap in gaps:
            self._gaps[gap] = True
            if len(self._gaps) > MAX_GAPS:
                del self._gaps[next(iter(self._gaps))]

    def _too_late(self, packet_map: PacketMap, now: float) -> bool:
        packet = self._track.cache.get(self._position)
        if packet is None:
            return self._track.cache.head - self._position > BACKLOG_PACKETS
        unlimited = self._limit.rate is None
        return self._deadline.passed(packet_map, packet, now, whole_replay=unlimited)

    def _skip(self) -> None:
        """Leave out what is too late: go on at the newest keyframe, or wait for the next."""
        before, self.skipped_at = self.skipped_at, self._clock()
        self.skips += 1
        track = self._track
        if track.kind == "audio":
            self.begin(track.cache.head)
        elif self._target is not None:
            self._switch_now(self._target)
        elif track.keyframe > self._position and track.replayable():
            self.begin(track.keyframe)
        else:
            self._end_map()
            # A viewer that is slow, or falls behind again and again, waits for the next keyframe:
            # one on request would cost all the others.
            slow = self.constrained or self.limited
            if not slow and self.skipped_at - before > KEYFRAME_EVERY:
                track.request_keyframe()
