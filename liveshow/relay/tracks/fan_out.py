"""The viewers of one track: the sink that hands each burst to the fan-out kernel.

Down tracks that are up to date are in the kernel group and get each burst in one call. The others
trail: they wait for a keyframe, or the pacer sends them what is in the cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from liveshow.relay.kernel.protocols import Kernel, Stream
from liveshow.relay.wire.packets import Packet

if TYPE_CHECKING:
    from liveshow.relay.tracks.track import Track


class TrackSender(Protocol):
    """A down track, as its track sees it."""

    @property
    def stream(self) -> Stream: ...

    @property
    def waiting(self) -> bool:
        """Whether it needs a keyframe to go on."""

    @property
    def constrained(self) -> bool:
        """Whether its link is known to be slow."""

    def begin(self, index: int, live: bool = False) -> None:
        """Begin a new packet map at ``index``, which is in the cache.

        ``live``: the group is about to send what begins there.
        """

    def keyframe_moved(self, index: int) -> None:
        """Take note that the newest keyframe begins at ``index`` already: a packet came late."""

    def complete_switch(self, track: Track) -> None:
        """Belong to ``track``: the keyframe that the switch waited for has come."""

    def cache_grew(self) -> None:
        """Take note that the cache has new packets."""

    def late_packet(self, packet: Packet) -> None:
        """Take note of a packet that is older than what was sent already."""

    def fell_behind(self, position: int) -> None:
        """Take note that the socket is full: what begins at ``position`` was not sent."""

    def source_changed(self) -> None:
        """Take note that the next packets do not continue the last ones."""


class FanOut:
    """The down tracks of one track. A ``Sink``, and the first one that a burst is given to."""

    def __init__(self, track: Track, kernel: Kernel) -> None:
        self._track = track
        self._group = kernel.group()
        self._live: dict[Stream, TrackSender] = {}  # those in the group
        self._trailing: dict[TrackSender, None] = {}  # all others
        self._switching: dict[TrackSender, None] = {}  # those of another layer that want to come
        # Highest index that was given to the group.
        self.delivered = -1
        # News since the last burst, noted by the track: a packet of the newest keyframe came, and
        # that keyframe begins earlier than was known.
        self.keyframe_arrived = self.keyframe_moved = False

    @property
    def down_tracks(self) -> list[TrackSender]:
        """All down tracks that receive the track or wait for its first keyframe."""
        return [*self._live.values(), *self._trailing]

    @property
    def watched(self) -> bool:
        """Whether a down track receives the track or wants to."""
        return bool(self._live or self._trailing or self._switching)

    @property
    def pending(self) -> bool:
        """Whether a down track is not up to date, or wants to come from another layer."""
        return bool(self._trailing or self._switching)

    def take(self, burst: Sequence[Packet]) -> None:
        """Serve all viewers: those that are up to date with one call of the kernel."""
        before, self.delivered = self.delivered, max(self.delivered, burst[-1].index)
        arrived, self.keyframe_arrived = self.keyframe_arrived, False
        # A viewer that waits for a keyframe of this very burst gets it in one call with the rest.
        fresh = arrived and self._track.keyframe > before
        if fresh:
            self._begin_waiting(live=True)
        if self._live:
            self._deliver(burst, before)
        if arrived and not fresh:
            self._begin_waiting(live=False)
        if self.keyframe_moved:
            self.keyframe_moved = False
            for down_track in self.down_tracks:
                down_track.keyframe_moved(self._track.keyframe)
        if self._trailing:
            self._catch_up(burst, before)

    def close(self) -> None:
        """See ``Sink``: sessions end by themselves."""

    def source_changed(self) -> None:
        """Tell all down tracks that the next packets do not continue the last ones."""
        self.keyframe_arrived = False
        for down_track in self.down_tracks:
            down_track.source_changed()

    def add_waiting(self, down_track: TrackSender) -> None:
        """Add a down track that waits for the next keyframe."""
        self._trailing[down_track] = None

    def leave(self, down_track: TrackSender) -> None:
        """Remove a down track."""
        self._trailing.pop(down_track, None)
        self._switching.pop(down_track, None)
        if self._live.pop(down_track.stream, None) is not None:
            self._group.discard(down_track.stream)
        self._track.forget_unwanted_keyframe()

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
        return self.delivered + 1

    def is_live(self, down_track: TrackSender) -> bool:
        """Tell whether it gets every burst."""
        return down_track.stream in self._live

    def switch_at_keyframe(self, down_track: TrackSender) -> None:
        """Complete the switch of ``down_track`` to this track at the next keyframe; ask for one."""
        self._switching[down_track] = None
        self._track.request_keyframe()

    def cancel_switch(self, down_track: TrackSender) -> None:
        """Forget that ``down_track`` wanted to come."""
        self._switching.pop(down_track, None)
        self._track.forget_unwanted_keyframe()

    def _deliver(self, burst: Sequence[Packet], before: int) -> None:
        for stream, count in self._group.send(burst):
            # Packets older than the burst that the socket refused count as lost: a NACK gets them.
            unsent = [packet.index for packet in burst[count:] if packet.index > before]
            down_track = self._live[stream]
            self.trail(down_track)
            down_track.fell_behind(unsent[0] if unsent else self.delivered + 1)

    def _catch_up(self, burst: Sequence[Packet], before: int) -> None:
        late = [packet for packet in burst if packet.index <= before]
        for down_track in list(self._trailing):
            if not down_track.waiting:
                for packet in late:
                    down_track.late_packet(packet)
                down_track.cache_grew()

    def _begin_waiting(self, live: bool) -> None:
        """Begin with the keyframe that has come for all that wait for it, here or elsewhere."""
        switching, self._switching = self._switching, {}
        for down_track in switching:
            down_track.complete_switch(self._track)
        for down_track in list(self._trailing):
            if down_track.waiting:
                down_track.begin(self._track.keyframe, live)
