"""Collects the figures of ``stats`` from the live objects of the relay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from liveshow.relay.publishing.publisher import Publisher
from liveshow.relay.publishing.troubles import REFUSALS
from liveshow.relay.show import Show
from liveshow.relay.stats import (
    AudioStats,
    LayerStats,
    Picture,
    PublisherStats,
    RelayTotals,
    ShowStats,
    ViewerStats,
    ViewerSummary,
    rate_connection,
    session_name,
)
from liveshow.relay.tracks.track import Track
from liveshow.relay.transport.udp_mux import UdpMux
from liveshow.relay.viewing.down_track import DownTrack
from liveshow.relay.viewing.viewer import Viewer

if TYPE_CHECKING:
    from liveshow.relay.session import Session

FREEZING = 10.0  # seconds after a freeze for which a connection counts as freezing
BLACK = 1.0  # seconds without a picture that are more than a normal start


class EndedSessions:
    """The counts of sessions that have ended: totals never fall."""

    def __init__(self) -> None:
        self.joins = self.failed_joins = 0
        self.sent = self.retransmitted = self.lost = self.freezes = 0
        self.keyframe_requests = 0

    def ended(self, session: Session) -> None:
        """Add the counts of a session that ends."""
        viewer = session.media
        if not isinstance(viewer, Viewer):
            return
        if not session.peer.connected:
            self.failed_joins += 1
            return
        self.joins += 1
        for down_track in viewer.down_tracks:
            self.sent += down_track.stream.packets
            self.retransmitted += down_track.retransmitted
        self.lost += viewer.lost
        self.freezes += _freezes(viewer)

    def forgot_show(self, show: Show) -> None:
        """Add the counts of a show that is forgotten."""
        self.keyframe_requests += _keyframe_requests(show)


def show_stats(show: Show, now: float) -> ShowStats:
    """Return the figures of one show; ``now``: monotonic seconds."""
    connected = _connected(show)
    down_tracks = [down_track for _, viewer in connected for down_track in viewer.down_tracks]
    video, audio = show.simulcasts["video"], show.simulcasts["audio"].tracks[0]
    return ShowStats(
        live=show.live,
        publisher=_publisher(show, now),
        viewers=[_viewer(one, viewer, now) for one, viewer in connected if one.peer.there],
        layers=[_layer(track, now) for track in video.layers if track.packets],
        audio=AudioStats(audio.codec, audio.bitrate, audio.packets) if audio.packets else None,
        sent_packets=sum(down_track.stream.packets for down_track in down_tracks),
        resent_packets=sum(down_track.retransmitted for down_track in down_tracks),
        lost_packets=sum(viewer.lost for _, viewer in connected),
        freezes=sum(_freezes(viewer) for _, viewer in connected),
    )


def totals(
    shows: Iterable[Show],
    ended: EndedSessions,
    mux: UdpMux,
    kernel: Mapping[str, int],
    now: float,
) -> RelayTotals:
    """Return the figures of the whole relay."""
    shows = list(shows)
    each = [show_stats(show, now) for show in shows]
    viewers = [viewer for stats in each for viewer in stats.viewers]
    sent = mux.sent + kernel.get("datagrams", 0)
    dropped = sum(mux.dropped.values())
    return RelayTotals(
        viewers=ViewerSummary.of(viewers),
        publishers=sum(stats.publishing for stats in each),
        bitrate=sum(viewer.bitrate for viewer in viewers),
        limited=sum(viewer.limited for viewer in viewers),
        handshakes_waiting=mux.handshakes.waiting,
        joins=ended.joins + sum(len(_connected(show)) for show in shows),
        failed_joins=ended.failed_joins,
        sent_packets=ended.sent + sum(stats.sent_packets for stats in each),
        resent_packets=ended.retransmitted + sum(stats.resent_packets for stats in each),
        lost_packets=ended.lost + sum(stats.lost_packets for stats in each),
        freezes=ended.freezes + sum(stats.freezes for stats in each),
        keyframe_requests=ended.keyframe_requests + sum(map(_keyframe_requests, shows)),
        datagrams={"in": mux.received, "out": sent, "dropped": dropped},
        kernel=kernel,
    )


def _connected(show: Show) -> list[tuple[Session, Viewer]]:
    return [
        (session, session.media)
        for session in show.viewers.values()
        if session.peer.connected and isinstance(session.media, Viewer)
    ]


def _viewer(session: Session, viewer: Viewer, now: float) -> ViewerStats:
    video = viewer.video
    limited = viewer.limited
    picture = _picture(viewer, now)
    frozen = video is not None and (
        now - video.skipped_at < FREEZING
        or viewer.paused
        or (picture == "shown" and _is_black(video, now))
    )
    return ViewerStats(
        session=session_name(session.id),
        connected_seconds=now - viewer.connected_at,
        connection=rate_connection(
            loss=viewer.loss, round_trip=viewer.round_trip, limited=limited, freezing=frozen
        ),
        loss=viewer.loss,
        round_trip=viewer.round_trip,
        bitrate=viewer.bitrate,
        layer=video.track.rid if video is not None else "",
        freezes=_freezes(viewer),
        transport=session.peer.transport,
        limited=limited,
        picture=picture,
    )


def _picture(viewer: Viewer, now: float) -> Picture:
    video = viewer.video
    if video is None or not video.track.active(now):
        return "none"
    if not video.playable:
        return "no_codec"
    return "shown" if viewer.decodes(now) else "undecodable"


def _is_black(video: DownTrack, now: float) -> bool:
    """Tell whether a keyframe came that the viewer has not got. Without one it is the host's."""
    since, age = video.waiting_since, video.track.keyframe_age(now)
    return since is not None and age is not None and now - since > BLACK and age < now - since


def _freezes(viewer: Viewer) -> int:
    video = viewer.video
    return video.skips if video is not None else 0


def _layer(track: Track, now: float) -> LayerStats:
    return LayerStats(
        rid=track.rid,
        codec=track.codec,
        profile=track.profile,
        bitrate=track.bitrate,
        frames_per_second=track.frame_rate,
        keyframe_age=track.keyframe_age(now),
        packets=track.packets,
        active=track.active(now),
    )


def _publisher(show: Show, now: float) -> PublisherStats | None:
    session = show.publisher
    if session is None or not isinstance(session.media, Publisher):
        return None
    return PublisherStats(
        loss=session.media.loss,
        bitrate_limit=session.media.estimate,
        keyframe_requests=_keyframe_requests(show),
        transport=session.peer.transport,
        refused=sum(session.media.troubles.counts[kind] for kind in REFUSALS),
        troubles=session.media.troubles.present(now),
    )


def _keyframe_requests(show: Show) -> int:
    return sum(simulcast.requests.sent for simulcast in show.simulcasts.values())
