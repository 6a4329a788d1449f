"""The one owner of an incoming track: numbering, cache, keyframes and sinks.

A track is what one SSRC sends: the sound, the picture, or one simulcast layer of it. It
belongs to a simulcast and outlives its publishers. Publishers ``push`` into it; down tracks read
its cache; nothing else changes it. Each burst goes to the viewers (``fan_out``) first, then to the
other ``sinks``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from liveshow.relay.kernel.packets import MAX_PAYLOAD, room
from liveshow.relay.kernel.protocols import Kernel
from liveshow.relay.ports import Kind
from liveshow.relay.tracks.cache import PacketCache
from liveshow.relay.tracks.fan_out import FanOut, TrackSender
from liveshow.relay.tracks.keyframes import KeyframeRequests
from liveshow.relay.tracks.padding import MAX_PADDING, pad_frames
from liveshow.relay.tracks.parameter_sets import ParameterSets
from liveshow.relay.tracks.repacketizing import cut, described, fitted
from liveshow.relay.tracks.rtp_munger import RtpMunger
from liveshow.relay.tracks.rtp_to_ntp import RtpToNtp
from liveshow.relay.tracks.sinks import Sink, SinkSet
from liveshow.relay.wire.codecs import AV1, CLOCK_RATE, H264, OPUS, PayloadInfo, inspect
from liveshow.relay.wire.packets import Packet, RtpHeader

# Packets of a group of pictures up to which it is replayed to a joiner. A keyframe on request
# would cost every viewer. About 1.3 s of 2 Mbit/s.
MAX_EAGER_REPLAY = 400
# Packets of a longer group, replayed only if the publisher does not answer requests (OBS).
MAX_REPLAY = 4096
# Seconds of a replay over a slow link: little more than one request per half second would bring.
MAX_SLOW_REPLAY = 0.5
HEADER_OVERHEAD = 40  # bytes of RTP header, extensions and SRTP tag of one packet
RATE_WINDOW = 0.5  # seconds over which bit rates and frame rates are measured
# Windows over which the rate of a layer is averaged: one keyframe can fill a whole window.
WIRE_WINDOWS = 5
# Seconds without a packet after which a track is not active. Browsers stop sending a layer that
# their link has no room for.
STOPPED = 1.0


class Track:
    """One stream of packets. ``rid`` names the simulcast layer; "" when there is one only."""

    def __init__(self, kind: Kind, kernel: Kernel, requests: KeyframeRequests[Track]) -> None:
        self.kind: Kind = kind
        self.rid = ""
        self.cache = PacketCache()
        self.codec = ""
        self.profile: str | None = None  # H.264 profile-level-id of the present SPS
        self.keyframe = -1  # index of the first packet of the newest group of pictures
        self.packets = self.bytes = self.frames = 0
        # Bits/s of payloads and frames/s in the last half second.
        self.bitrate = self.frame_rate = 0.0
        # Bits/s with headers, in the last seconds.
        self.wire_rate = 0.0
        # Highest bitrate of the present publisher. It tells a large layer from a small one while
        # the picture stands still, too.
        self.peak = 0.0
        self._keyframe_timestamp = -1
        self._keyframe_time = float("-inf")
        clock_rate = CLOCK_RATE[OPUS] if kind == "audio" else 90_000
        self._munger = RtpMunger(clock_rate)
        # Sampling times of its timestamps, by sender reports.
        self.rtp_to_ntp = RtpToNtp(clock_rate)
        self._requests = requests
        self._parameter_sets = ParameterSets()
        self.undecodable = 0  # keyframes of H.264 that came without any parameter sets
        self._burst: list[Packet] = []
        self._heard = float("-inf")
        # (time, bytes, packets, frames) when rates were measured, oldest first.
        self._measured: deque[tuple[float, int, int, int]] = deque(maxlen=WIRE_WINDOWS + 1)
        self.fan_out = FanOut(self, kernel)
        self._sinks = SinkSet(self.cache, kind == "video")

    # What comes in

    def attach(self, rid: str) -> None:
        """Take packets of a new publisher from now on."""
        self.flush()
        self.rid = rid
        self._munger.new_source()
        self._parameter_sets.clear()
        self.rtp_to_ntp.reset()
        self._heard = float("-inf")
        self.peak = self.bitrate = self.wire_rate = self.frame_rate = 0.0
        self._measured.clear()  # the rates of the last publisher say nothing of this one
        self._restart()

    def know(self, parameter_sets: Sequence[bytes]) -> None:
        """Take note of parameter sets that the present publisher has put into its offer."""
        self._parameter_sets.keep(parameter_sets)

    def push(self, header: RtpHeader, codec: str, now: float) -> bool:
        """Take one packet (``now``: monotonic seconds); return False for a duplicate.

        Padding takes a number and is no media. Raises ``Refused`` for a packet that cannot be
        passed on.
        """
        payload = header.payload
        info = inspect(codec, payload)
        before: list[bytes] = []
        body = [payload]
        if codec == H264 and (info.keyframe or info.parameters):
            before = self._before(header, info)
        # Payloads of other codecs say themselves what depends on what.
        descriptor = header.descriptor if codec == AV1 else b""
        most = room(descriptor) - MAX_PADDING if descriptor else MAX_PAYLOAD
        if len(payload) > most:
            body = cut(codec, payload, most)
        mapped = self._munger.map(header, now, len(before) + len(body))
        if mapped is None or mapped[0] <= self.cache.floor or self.cache.get(mapped[0]) is not None:
            return False
        index, timestamp, places = mapped
        if codec != self.codec:
            if index < self.cache.head or not payload:
                return False  # a late packet of what was published before, or nothing of the new
            if self.codec:
                self._restart()
            self.codec, self.profile = codec, None
        if places == 1 == len(body):
            self._add(header, index, timestamp, codec, info, descriptor, now)
            return bool(payload)
        parts = fitted(codec, before, body, places)
        for number, part in enumerate(parts, 1):
            last = number == len(parts)
            piece = header._replace(payload=part, marker=header.marker and last)
            told = described(descriptor, number == 1, last)
            at = index + number - 1
            self._add(piece, at, timestamp, codec, inspect(codec, part), told, now)
        return bool(parts)

    def _add(
        self,
        header: RtpHeader,
        index: int,
        timestamp: int,
        codec: str,
        info: PayloadInfo,
        descriptor: bytes,
        now: float,
    ) -> None:
        packet = Packet(
            index=index,
            timestamp=timestamp,
            marker=header.marker,
            codec=codec,
            payload=self._munger.map_payload(info, header.payload),
            keyframe=info.keyframe or info.parameters,
            arrival=now,
            orientation=header.orientation,
            playout_delay=header.playout_delay,
            picture_at=info.picture_at,
            picture_bits=info.picture_bits,
            tl0_at=info.tl0_at,
            descriptor=self._munger.map_descriptor(descriptor) if descriptor else b"",
        )
        self.cache.add(packet)
        if header.payload:  # a layer of which only padding comes has stopped
            self._heard = now
        self.packets += 1
        self.bytes += len(packet.payload)
        self.frames += packet.marker
        if packet.keyframe:
            if info.profile is not None and codec == H264:
                self.profile = info.profile
            # Encoders that refresh a picture bit by bit repeat their parameter sets before pictures
            # that no browser begins with.
            if info.keyframe or timestamp == self._keyframe_timestamp:
                self._keyframe(packet)
        self._burst.append(packet)

    def _before(self, header: RtpHeader, info: PayloadInfo) -> list[bytes]:
        """Return what a keyframe of H.264 lacks: its parameter sets, if they are known."""
        if info.parameters:
            self._parameter_sets.take(header.payload, header.timestamp)
            return []
        sets = self._parameter_sets.missing(header.timestamp)
        self.undecodable += sets == b""
        return [sets] if sets else []

    def flush(self) -> None:
        """Deliver the packets that were pushed since the last flush, as one burst."""
        if not self._burst:
            return
        burst, self._burst = self._burst, []
        if len(burst) > 1:
            burst.sort(key=_index)
            if self.kind == "video":
                pad_frames(burst)
        self.fan_out.take(burst)
        if self._sinks:
            self._sinks.take(burst, self.keyframe)

    def sender_report(self, ntp: float, timestamp: int) -> None:
        """Note that the sender sampled ``timestamp`` at ``ntp`` (seconds of our clock)."""
        self.rtp_to_ntp.report(ntp, self._munger.map_timestamp(timestamp))

    def clear(self) -> None:
        """Drop the cache: no viewer is left to need it."""
        self.cache.clear()
        self.keyframe = self._keyframe_timestamp = -1

    @property
    def backwards(self) -> int:
        """How many pictures were older than the one that was sent before them: B-frames."""
        return self._munger.backwards

    def measure(self, now: float) -> None:
        """Measure the rates again when a window has passed."""
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

    # Viewers

    def join(self, down_track: TrackSender) -> None:
        """Add a down track and give it a picture as soon as possible."""
        self.fan_out.add_waiting(down_track)
        if self.kind == "video":
            self.resume(down_track, patient=True)

    def resume(self, down_track: TrackSender, patient: bool) -> None:
        """Start ``down_track`` at the last keyframe, or ask for one if that is too far back.

        ``patient``: prefer a new keyframe to a long replay.
        """
        # A packet that waits for its flush may still get padding, and no packet may change after
        # it was sent.
        self.flush()
        if not down_track.waiting:
            return  # the flush brought it a keyframe
        limit = MAX_EAGER_REPLAY if patient else MAX_REPLAY
        slow = down_track.constrained and self._replay_time > MAX_SLOW_REPLAY
        if self.replayable(limit) and not slow:
            down_track.begin(self.keyframe)
        else:
            self.request_keyframe()

    def replayable(self, limit: int = MAX_REPLAY) -> bool:
        """Tell whether the newest group of pictures is cached and has at most ``limit`` packets."""
        return (
            self.keyframe >= 0
            and self.cache.get(self.keyframe) is not None
            and self.cache.head - self.keyframe < limit
        )

    def request_keyframe(self) -> None:
        """Note that a viewer or another sink needs a keyframe."""
        self._requests.request(self)

    @property
    def asked_in_vain(self) -> bool:
        """Whether a keyframe is needed that the publisher has not sent for ten seconds."""
        return self._requests.in_vain(self)

    def forget_unwanted_keyframe(self) -> None:
        """Ask for no keyframe when nobody is left to need it."""
        if not (self.fan_out.watched or self._sinks):
            self._requests.forget(self)

    # Other sinks

    def add_sink(self, sink: Sink) -> None:
        """Give ``sink`` every burst, from a keyframe on. Raises ``ValueError`` beyond the bound.

        It begins with the newest group of pictures if that can be replayed, else with the next.
        """
        self.flush()  # see resume()
        self._sinks.add(sink, self.keyframe, self.replayable())
        if self._sinks.waiting:
            self.request_keyframe()

    def remove_sink(self, sink: Sink) -> None:
        """Give ``sink`` nothing any more."""
        self._sinks.remove(sink)
        self.forget_unwanted_keyframe()

    def close(self) -> None:
        """Tell all sinks that the track has ended."""
        self.fan_out.close()
        self._sinks.close()

    # Inside

    @property
    def _replay_time(self) -> float:
        """The seconds from the newest keyframe to the newest packet, both in the cache."""
        first, newest = self.cache.get(self.keyframe), self.cache.get(self.cache.head)
        return 0.0 if first is None or newest is None else newest.arrival - first.arrival

    def _restart(self) -> None:
        self.keyframe = self._keyframe_timestamp = -1
        self.fan_out.source_changed()
        self._sinks.source_changed()
        if self.kind == "video" and (self.fan_out.pending or self._sinks):
            self.request_keyframe()

    def _keyframe(self, packet: Packet) -> None:
        if packet.timestamp == self._keyframe_timestamp:
            # Another packet of the same keyframe. An earlier one may have come late.
            if packet.index < self.keyframe:
                self.keyframe = packet.index
                self.fan_out.keyframe_moved = True
            self.fan_out.keyframe_arrived = True
            return
        if self.keyframe >= 0 and packet.index < self.keyframe:
            return
        self.keyframe = self.cache.frame_start(packet.index)
        self._keyframe_timestamp = packet.timestamp
        self.fan_out.keyframe_arrived = True
        self._keyframe_time = packet.arrival
        self._requests.keyframe_arrived(self)


def _index(packet: Packet) -> int:
    return packet.index
