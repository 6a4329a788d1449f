"""The one owner of an incoming track: numbering, cache, keyframes, and who receives it.

A track is what one SSRC sends: the sound, the picture, or one simulcast layer of it. It
belongs to a simulcast and outlives its publishers. Publishers ``push`` into it; down_tracks read
from it; nothing else changes it.

Down tracks that are up to date are in the track's kernel group and get each burst in one call.
The others trail: they wait for a keyframe, or the pacer moves them on through the cache.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

from liveshow.relay.kernel.protocols import Kernel, Stream
from liveshow.relay.ports import Kind
from liveshow.relay.tracks.cache import PacketCache
from liveshow.relay.tracks.keyframes import KeyframeRequests
from liveshow.relay.tracks.padding import pad_frames
from liveshow.relay.tracks.rtp_munger import RtpMunger
from liveshow.relay.tracks.rtp_to_ntp import RtpToNtp
from liveshow.relay.wire.codecs import CLOCK_RATE, H264, OPUS, inspect
from liveshow.relay.wire.packets import Packet, RtpHeader

# A group of pictures this short is replayed to a joiner rather than asking the publisher
# for a keyframe, which every viewer would pay for. About 1.3 s of 2 Mbit/s.
MAX_EAGER_REPLAY = 400  # packets
# A longer one only if the publisher does not answer requests (OBS does not).
MAX_REPLAY = 4096  # packets
# To who has a slow link: little more than one request per half second would bring.
MAX_SLOW_REPLAY = 0.5  # seconds
HEADER_OVERHEAD = 40  # bytes of RTP header, extensions and SRTP tag
RATE_WINDOW = 0.5  # seconds over which bit and frame rates are taken
# One keyframe can be half a second's worth: what a layer takes is told by so many of those.
WIRE_WINDOWS = 5
# Browsers stop sending a layer that their link has no room for.
STOPPED = 1.0  # seconds without a packet


class TrackSender(Protocol):
    """A viewer's end of a track, as the track sees it."""

    @property
    def stream(self) -> Stream: ...

    @property
    def waiting(self) -> bool:
        """Whether it needs a keyframe to go on."""

    @property
    def constrained(self) -> bool:
        """Whether its link is known to be slow."""

    def begin(self, index: int, live: bool = False) -> None:
        """Start a new run of packets at ``index``, which is in the cache.

        ``live``: what begins there is about to be given to the group.
        """

    def keyframe_moved(self, index: int) -> None:
        """A packet of the newest keyframe came late: it begins at ``index`` already."""

    def complete_switch(self, track: Track) -> None:
        """Belong to ``track``, whose keyframe it waited for."""

    def cache_grew(self) -> None:
        """There is something new in the cache."""

    def late_packet(self, packet: Packet) -> None:
        """A packet came that is older than what was sent already."""

    def fell_behind(self, position: int) -> None:
        """What begins at ``position`` was not sent: the socket is full."""

    def source_changed(self) -> None:
        """What comes next has nothing to do with what was."""


class Track:
    """One stream of packets. ``rid`` names the simulcast layer, "" where there is one only."""

    def __init__(self, kind: Kind, kernel: Kernel, requests: KeyframeRequests[Track]) -> None:
        self.kind: Kind = kind
        self.rid = ""
        self.cache = PacketCache()
        self.codec = ""
        self.profile: str | None = None  # H.264 profile-level-id of the present SPS
        self.keyframe = -1  # index where the newest group of pictures begins
        self.packets = self.bytes = self.frames = 0
        # Of the last half second: bits/s of payloads, and frames/s.
        self.bitrate = self.frame_rate = 0.0
        # Bits/s with headers, of the last seconds.
        self.wire_rate = 0.0
        # The highest bitrate of the present publisher: what tells a large layer from a small one
        # also while nothing moves.
        self.peak = 0.0
        self._keyframe_timestamp = -1
        self._keyframe_arrived = self._keyframe_moved = False
        self._keyframe_time = float("-inf")
        clock_rate = CLOCK_RATE[OPUS] if kind == "audio" else 90_000
        self._munger = RtpMunger(clock_rate)
        # When its timestamps were sampled, as sender reports say.
        self.rtp_to_ntp = RtpToNtp(clock_rate)
        self._requests = requests
        self._burst: list[Packet] = []
        self._delivered = -1  # highest index given to the group
        self._heard = float("-inf")
        # (time, bytes, packets, frames) when rates were taken, oldest first.
        self._measured: deque[tuple[float, int, int, int]] = deque(maxlen=WIRE_WINDOWS + 1)
        # Who receives it: the group of those up to date, all others, and who wants to come.
        self._group = kernel.group()
        self._live: dict[Stream, TrackSender] = {}
        self._trailing: dict[TrackSender, None] = {}
        self._switching: dict[TrackSender, None] = {}

    # What comes in

    def attach(self, rid: str) -> None:
        """Take packets of a new publisher from now on."""
        self.flush()
        self.rid = rid
        self._munger.new_source()
        self.rtp_to_ntp.reset()
        self._heard = float("-inf")
        self.peak = self.bitrate = self.wire_rate = self.frame_rate = 0.0
        self._measured.clear()  # not what the last one sent
        self._restart()

    def push(self, header: RtpHeader, codec: str, now: float) -> bool:
        """Take one packet (``now``: monotonic seconds); return False for one we have."""
        mapped = self._munger.map(header, now)
        if mapped is None or mapped[0] <= self.cache.floor or self.cache.get(mapped[0]) is not None:
            return False
        if codec != self.codec:
            if mapped[0] < self.cache.head:
                return False  # late, of what was published before
            if self.codec:
                self._restart()
            self.codec, self.profile = codec, None
        info = inspect(codec, header.payload)
        packet = Packet(
            index=mapped[0],
            timestamp=mapped[1],
            marker=header.marker,
            codec=codec,
            payload=self._munger.map_payload(info, header.payload),
            keyframe=info.keyframe,
            arrival=now,
            orientation=header.orientation,
            playout_delay=header.playout_delay,
            picture_at=info.picture_at,
            picture_bits=info.picture_bits,
            tl0_at=info.tl0_at,
        )
        self.cache.add(packet)
        self._heard = now
        self.packets += 1
        self.bytes += len(packet.payload)
        self.frames += packet.marker
        if packet.keyframe:
            if info.profile is not None and codec == H264:
                self.profile = info.profile
            self._keyframe(packet)
        self._burst.append(packet)
        return True

    def flush(self) -> None:
        """Deliver what was pushed since the last time."""
        if not self._burst:
            return
        burst, self._burst = self._burst, []
        if len(burst) > 1:
            burst.sort(key=_index)
            if self.kind == "video":
                pad_frames(burst)
        before, self._delivered = self._delivered, max(self._delivered, burst[-1].index)
        arrived, self._keyframe_arrived = self._keyframe_arrived, False
        # Who waits for a keyframe of this very burst gets it in one call with all others.
        fresh = arrived and self.keyframe > before
        if fresh:
            self._begin_waiting(live=True)
        if self._live:
            self._deliver(burst, before)
        if arrived and not fresh:
            self._begin_waiting(live=False)
        if self._keyframe_moved:
            self._keyframe_moved = False
            for down_track in self.down_tracks:
                down_track.keyframe_moved(self.keyframe)
        if self._trailing:
            self._catch_up(burst, before)

    def sender_report(self, ntp: float, timestamp: int) -> None:
        """Note when the sender sampled ``timestamp`` (ours: ``ntp`` on our clock, s)."""
        self.rtp_to_ntp.report(ntp, self._munger.map_timestamp(timestamp))

    def clear(self) -> None:
        """Drop what is cached: nobody is left to need it."""
        self.cache.clear()
        self.keyframe = self._keyframe_timestamp = -1

    def measure(self, now: float) -> None:
        """Take the rates anew when it is time."""
        taken = (now, self.bytes, self.packets, self.frames)
        if not self._measured:
            self._measured.append(taken)
            return
        then, octets, _, frames = self._measured[-1]
        elapsed = now - then
        if elapsed < RATE_WINDOW:
            return
        self.bitrate = (self.bytes - octets) * 8 / elapsed
        self.peak = max(self.peak, self.bitrate)
        self.frame_rate = (self.frames - frames) / elapsed
        then, octets, packets, _ = self._measured[0]
        sent = self.bytes - octets + (self.packets - packets) * HEADER_OVERHEAD
        self.wire_rate = sent * 8 / (now - then)
        self._measured.append(taken)

    def active(self, now: float) -> bool:
        """Tell whether packets are arriving."""
        return now - self._heard < STOPPED

    def keyframe_age(self, now: float) -> float | None:
        """Return the seconds since the last keyframe, None before the first."""
        return now - self._keyframe_time if self._keyframe_time > 0 else None

    # Who receives it

    @property
    def down_tracks(self) -> list[TrackSender]:
        """Everybody who receives it, or waits for its first keyframe."""
        return [*self._live.values(), *self._trailing]

    def join(self, down_track: TrackSender) -> None:
        """Add a down track and give it a picture as soon as possible."""
        self.add_waiting(down_track)
        if self.kind == "video":
            self.resume(down_track, patient=True)

    def add_waiting(self, down_track: TrackSender) -> None:
        """Add a down track that waits for the next keyframe."""
        self._trailing[down_track] = None

    def leave(self, down_track: TrackSender) -> None:
        """Remove a down track."""
        self._trailing.pop(down_track, None)
        self._switching.pop(down_track, None)
        if self._live.pop(down_track.stream, None) is not None:
            self._group.discard(down_track.stream)
        self._forget_request_if_unwatched()

    def go_live(self, down_track: TrackSender) -> None:
        """Give ``down_track`` every burst from now on: it has all that was before."""
        if self._trailing.pop(down_track, False) is None:
            self._live[down_track.stream] = down_track
            self._group.add(down_track.stream)

    def trail(self, down_track: TrackSender) -> int:
        """Stop giving it bursts; return the index of the first packet that it has not got."""
        if self._live.pop(down_track.stream, None) is not None:
            self._group.discard(down_track.stream)
            self._trailing[down_track] = None
        return self._delivered + 1

    def is_live(self, down_track: TrackSender) -> bool:
        """Tell whether it gets every burst."""
        return down_track.stream in self._live

    @property
    def delivered(self) -> int:
        """The highest index that those who are up to date have got."""
        return self._delivered

    def switch_at_keyframe(self, down_track: TrackSender) -> None:
        """Have ``down_track`` ``complete_switch`` to this track at its next keyframe, and ask for one."""
        self._switching[down_track] = None
        self.request_keyframe()

    def cancel_switch(self, down_track: TrackSender) -> None:
        """``down_track`` does not want to come any more."""
        self._switching.pop(down_track, None)
        self._forget_request_if_unwatched()

    def resume(self, down_track: TrackSender, patient: bool) -> None:
        """Start ``down_track`` at the last keyframe, or ask for one if that is too far back.

        ``patient``: prefer a new keyframe to a long replay.
        """
        # What has been pushed and not delivered may still get padding, and nothing may change
        # once it was sent.
        self.flush()
        if not down_track.waiting:
            return  # that brought it a keyframe
        limit = MAX_EAGER_REPLAY if patient else MAX_REPLAY
        if self.replayable(limit) and not (
            down_track.constrained and self._replay_time > MAX_SLOW_REPLAY
        ):
            down_track.begin(self.keyframe)
        else:
            self.request_keyframe()

    def replayable(self, limit: int = MAX_REPLAY) -> bool:
        """Tell whether the newest group of pictures is here and at most ``limit`` packets."""
        return (
            self.keyframe >= 0
            and self.cache.get(self.keyframe) is not None
            and self.cache.head - self.keyframe < limit
        )

    def request_keyframe(self) -> None:
        """Note that a viewer needs a keyframe."""
        self._requests.request(self)

    # Inside

    @property
    def _replay_time(self) -> float:
        """The seconds from the newest keyframe to the newest packet, both in the cache."""
        first, newest = self.cache.get(self.keyframe), self.cache.get(self.cache.head)
        return 0.0 if first is None or newest is None else newest.arrival - first.arrival

    def _forget_request_if_unwatched(self) -> None:
        if not (self._live or self._trailing or self._switching):
            self._requests.forget(self)

    def _deliver(self, burst: list[Packet], before: int) -> None:
        for stream, count in self._group.send(burst):
            # What is older than the burst and was refused now counts as lost; a NACK gets it.
            unsent = [packet.index for packet in burst[count:] if packet.index > before]
            down_track = self._live[stream]
            self.trail(down_track)
            down_track.fell_behind(unsent[0] if unsent else self._delivered + 1)

    def _catch_up(self, burst: list[Packet], before: int) -> None:
        late = [packet for packet in burst if packet.index <= before]
        for down_track in list(self._trailing):
            if not down_track.waiting:
                for packet in late:
                    down_track.late_packet(packet)
                down_track.cache_grew()

    def _begin_waiting(self, live: bool) -> None:
        """Begin with the keyframe that has come for all who wait for it, here or elsewhere."""
        switching, self._switching = self._switching, {}
        for down_track in switching:
            down_track.complete_switch(self)
        for down_track in list(self._trailing):
            if down_track.waiting:
                down_track.begin(self.keyframe, live)

    def _restart(self) -> None:
        self.keyframe = self._keyframe_timestamp = -1
        self._keyframe_arrived = False
        for down_track in self.down_tracks:
            down_track.source_changed()
        if self.kind == "video" and (self._trailing or self._switching):
            self.request_keyframe()

    def _keyframe(self, packet: Packet) -> None:
        if packet.timestamp == self._keyframe_timestamp:
            # A packet of the same keyframe; an earlier one may have come late.
            if packet.index < self.keyframe:
                self.keyframe = packet.index
                self._keyframe_moved = True
            self._keyframe_arrived = True
            return
        if self.keyframe >= 0 and packet.index < self.keyframe:
            return
        self.keyframe = self.cache.frame_start(packet.index)
        self._keyframe_timestamp = packet.timestamp
        self._keyframe_arrived = True
        self._keyframe_time = packet.arrival
        self._requests.keyframe_arrived(self)


def _index(packet: Packet) -> int:
    return packet.index
