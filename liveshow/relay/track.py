"""The one owner of an incoming track: numbering, cache, keyframes, and who receives it.

A track belongs to a show and outlives its publishers. Publishers ``push`` into it;
outlets read from it; nothing else changes it.
"""

from __future__ import annotations

from typing import Protocol

from .cache import PacketCache
from .codecs import CLOCK_RATE, H264, OPUS, h264_profile, starts_keyframe
from .fanout import FanOut, Subscriber
from .keyframes import KeyframeRequests
from .packets import Packet, RtpHeader
from .ports import Kind
from .timeline import Timeline

# A group of pictures this short is replayed to a joiner rather than asking the publisher
# for a keyframe, which every viewer would pay for. About 1.3 s of 2 Mbit/s.
REPLAY_EAGERLY = 400  # packets
# A longer one only if the publisher does not answer requests (OBS does not).
REPLAY_AT_ALL = 4096  # packets


class Publisher(Protocol):
    """Where a track's packets come from."""

    def request_keyframe(self, kind: Kind) -> None:
        """Ask the sender for a keyframe (PLI)."""


class Outlet(Subscriber, Protocol):
    """A subscriber as a track sees it."""

    @property
    def waiting(self) -> bool:
        """Whether it needs a keyframe to go on."""

    def begin(self, index: int) -> None:
        """Start a new run of packets at ``index``, which is in the cache."""

    def source_changed(self) -> None:
        """What comes next has nothing to do with what was."""


class Track:
    """One kind of media of a show."""

    def __init__(self, kind: Kind, fan_out: FanOut) -> None:
        self.kind: Kind = kind
        self.cache = PacketCache()
        self.codec = ""
        self.profile: str | None = None  # H.264 profile-level-id of the present SPS
        self.keyframe = -1  # index where the newest group of pictures begins
        self.outlets: list[Outlet] = []
        self.packets = self.bytes = 0
        self._keyframe_timestamp = -1
        self._clock_rate = CLOCK_RATE[OPUS] if kind == "audio" else 90_000
        self._timeline = Timeline(self._clock_rate)
        self._requests = KeyframeRequests()
        self._fan_out = fan_out
        self._publisher: Publisher | None = None
        self._burst: list[Packet] = []
        self._reference: tuple[float, int] | None = None  # (NTP seconds, timestamp)

    def attach(self, publisher: Publisher) -> None:
        """Take packets of a new publisher from now on."""
        self.flush()
        self._publisher = publisher
        self._timeline.new_source()
        self._requests.publisher_changed()
        self._reference = None
        self._restart()

    def detach(self, publisher: Publisher) -> None:
        """Forget ``publisher``, if it is still the one."""
        if self._publisher is publisher:
            self._publisher = None

    def push(self, header: RtpHeader, codec: str, now: float) -> bool:
        """Take one packet (``now``: monotonic seconds); return False for one we have."""
        mapped = self._timeline.map(header, now)
        if mapped is None or self.cache.get(mapped[0]) is not None:
            return False
        if codec != self.codec:
            if self.codec:
                self._restart()
            self.codec, self.profile = codec, None
        packet = Packet(
            index=mapped[0],
            timestamp=mapped[1],
            marker=header.marker,
            codec=codec,
            payload=self._timeline.map_payload(codec, header.payload),
            keyframe=self.kind == "video" and starts_keyframe(codec, header.payload),
            arrival=now,
        )
        self.cache.add(packet)
        self.packets += 1
        self.bytes += len(packet.payload)
        if packet.keyframe:
            self._keyframe(packet)
        self._burst.append(packet)
        return True

    def flush(self) -> None:
        """Deliver what was pushed since the last time."""
        if not self._burst:
            return
        burst, self._burst = self._burst, []
        if self.keyframe >= 0:
            for outlet in self.outlets:
                if outlet.waiting and self._playable(burst):
                    outlet.begin(self.keyframe)
        self._fan_out.deliver(burst, self.outlets)

    def join(self, outlet: Outlet) -> None:
        """Add an outlet and give it a picture as soon as possible."""
        self.outlets.append(outlet)
        if self.kind == "video":
            self.resume(outlet, patient=True)

    def leave(self, outlet: Outlet) -> None:
        """Remove an outlet."""
        if outlet in self.outlets:
            self.outlets.remove(outlet)

    def resume(self, outlet: Outlet, patient: bool) -> None:
        """Start ``outlet`` at the last keyframe, or ask for one if that is too far back.

        ``patient``: prefer a new keyframe to a long replay.
        """
        limit = REPLAY_EAGERLY if patient else REPLAY_AT_ALL
        if self.replayable(limit):
            outlet.begin(self.keyframe)
        else:
            self._requests.want()

    def replayable(self, limit: int = REPLAY_AT_ALL) -> bool:
        """Tell whether the newest group of pictures is here and at most ``limit`` packets."""
        return (
            self.keyframe >= 0
            and self.cache.get(self.keyframe) is not None
            and self.cache.head - self.keyframe < limit
        )

    def want_keyframe(self) -> None:
        """Note that a viewer needs a keyframe."""
        self._requests.want()

    def tick(self, now: float) -> None:
        """Send a keyframe request upstream if one is due."""
        if self._publisher is not None and self._requests.due(now):
            self._publisher.request_keyframe(self.kind)

    def sender_report(self, ntp: float, timestamp: int) -> None:
        """Note when the sender sampled ``timestamp`` (ours: ``ntp`` on our clock, s)."""
        self._reference = (ntp, self._timeline.map_timestamp(timestamp))

    def timestamp_at(self, ntp: float) -> int | None:
        """Return the timestamp that is sampled at ``ntp``, None before the first report."""
        if self._reference is None:
            return None
        reference, timestamp = self._reference
        return (timestamp + round((ntp - reference) * self._clock_rate)) & 0xFFFFFFFF

    def clear(self) -> None:
        """Drop what is cached: nobody is left to need it."""
        self.cache.clear()
        self.keyframe = self._keyframe_timestamp = -1

    def _restart(self) -> None:
        self.keyframe = self._keyframe_timestamp = -1
        for outlet in self.outlets:
            outlet.source_changed()
        if self.outlets and self.kind == "video":
            self._requests.want()

    def _keyframe(self, packet: Packet) -> None:
        if packet.codec == H264 and (profile := h264_profile(packet.payload)) is not None:
            self.profile = profile
        if packet.timestamp == self._keyframe_timestamp:
            # A packet of the same keyframe; an earlier one may have come late.
            self.keyframe = min(self.keyframe, packet.index)
            return
        if self.keyframe >= 0 and packet.index < self.keyframe:
            return
        self.keyframe = self.cache.frame_start(packet.index)
        self._keyframe_timestamp = packet.timestamp
        self._requests.keyframe_arrived()

    def _playable(self, burst: list[Packet]) -> bool:
        return any(packet.keyframe for packet in burst)
