"""One viewer: its down tracks, what it reports, and what it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from liveshow.relay.congestion.control import round_trip
from liveshow.relay.congestion.twcc_slots import TwccSlots
from liveshow.relay.kernel.protocols import Extensions
from liveshow.relay.negotiation import SendParameters
from liveshow.relay.ports import Kind, Timeouts
from liveshow.relay.tracks.simulcast import Simulcast
from liveshow.relay.transport.peer import Peer
from liveshow.relay.viewing.adaptation import Adaptation
from liveshow.relay.viewing.down_track import DownTrack
from liveshow.relay.viewing.pacer import Pacer
from liveshow.relay.wire.rtcp import (
    KeyframeRequest,
    Nack,
    Record,
    Remb,
    ReportBlock,
    SenderReport,
    TransportFeedback,
    bye,
    receiver_report,
    sender_report,
    source_description,
)

LONG_REPLAY_AFTER = 1.0  # seconds without a picture, after which a long replay is better than none
# Seconds after the last keyframe until one is asked for by viewers whose link is slow. Browsers
# send them on request only: without asking now and then such a viewer would never see anything
# again, asking often would cost the others.
SLOW_KEYFRAME_INTERVAL = 4.0
# One viewer with a bad link, or bad intentions, must not spoil the picture of all.
KEYFRAME_CREDIT = 4  # requests in a row that are passed on
KEYFRAME_EVERY = 5.0  # seconds until one more is
SMOOTHING = 0.3  # of losses, per report: one packet of a small picture is no bad connection
MANY_GONE = 256  # packets of one request that are not there: a keyframe is what helps


class SubscribedTrack:
    """What a viewer gets of one simulcast."""

    def __init__(
        self, section: SendParameters, simulcast: Simulcast, down_track: DownTrack
    ) -> None:
        self.section = section
        self.simulcast = simulcast
        self.down_track = down_track
        self.mid = True  # whether packets say their mid
        self.lost = 0  # packets, as it reports
        self.retried = float("-inf")  # when it was last helped out of the dark


class Viewer:
    """Receives the simulcasts of a show. Owned by its session."""

    def __init__(
        self,
        peer: Peer,
        outgoing: Sequence[SendParameters],
        simulcasts: dict[Kind, Simulcast],
        pacer: Pacer,
        twcc_slots: TwccSlots,
        cname: str,
        on_disconnected: Callable[[], None],
        timeouts: Timeouts,
        clock: Callable[[], float],
        ntp: Callable[[], float],
    ) -> None:
        self._peer = peer
        self._outgoing = list(outgoing)
        self._simulcasts = simulcasts
        self._pacer = pacer
        self._twcc_slots = twcc_slots
        self._cname = cname.encode()
        self._disconnected = on_disconnected
        self._timeouts = timeouts
        self._clock = clock
        self._ntp = ntp
        self._next_report = 0.0
        self._closed = False
        self._keyframes, self._asked = float(KEYFRAME_CREDIT), clock()
        self._subscribed: dict[int, SubscribedTrack] = {}  # by SSRC, once connected
        self._adaptation: Adaptation | None = None
        self._sent = (0.0, 0)  # (time, octets) when the bitrate was taken
        self.connected_at = 0.0
        self.bitrate = 0.0  # bits per second that were sent to it between the last two reports
        self.loss = 0.0  # share of the packets of the picture that its reports missed lately
        self.round_trip: float | None = None  # seconds
        peer.attach(self)

    @property
    def down_tracks(self) -> list[DownTrack]:
        """What it receives, none before it is connected."""
        return [subscribed.down_track for subscribed in self._subscribed.values()]

    @property
    def video(self) -> DownTrack | None:
        """The picture."""
        for subscribed in self._subscribed.values():
            if subscribed.section.kind == "video":
                return subscribed.down_track
        return None

    @property
    def lost(self) -> int:
        """The packets that it reported missing."""
        return sum(subscribed.lost for subscribed in self._subscribed.values())

    @property
    def paused(self) -> bool:
        """Whether it gets sound alone, because its link has no room for a picture."""
        return self._adaptation is not None and self._adaptation.paused

    @property
    def limited(self) -> bool:
        """Whether its link allows less than there is."""
        return self._adaptation is not None and self._adaptation.limited

    def on_connected(self) -> None:
        """Begin to receive."""
        now = self._clock()
        self.connected_at = now
        path = self._peer.path
        for section in self._outgoing:
            simulcast = self._simulcasts[section.kind]
            down_track = DownTrack(
                simulcast.best,
                path,
                section.types,
                self._pacer,
                self._clock,
                section.ssrc,
                section.retransmission_ssrc,
                _extensions(section, mid=True, numbered=False),
            )
            subscribed = self._subscribed[section.ssrc] = SubscribedTrack(
                section, simulcast, down_track
            )
            if section.kind == "video":
                self._adaptation = Adaptation(
                    simulcast,
                    self._simulcasts["audio"],
                    down_track,
                    path,
                    bool(section.extensions.transport_cc),
                    section.retransmits,
                    self._number,
                    self._twcc_slots,
                    self._clock,
                )
            subscribed.down_track.join()

    def on_disconnected(self) -> None:
        """Pass on that the transport is gone."""
        self._disconnected()

    def on_rtp(self, data: bytes) -> None:
        """Ignore it: a viewer sends no media."""

    def close(self) -> None:
        """Say BYE and leave the tracks."""
        self._closed = True
        if not self._subscribed:
            return
        if self._adaptation is not None:
            self._adaptation.close()
        for down_track in self.down_tracks:
            down_track.leave()
        ssrcs = list(self._subscribed)
        # A compound begins with a report (RFC 3550 §6.1).
        self._peer.send_rtcp(receiver_report(ssrcs[0]), bye(ssrcs))

    def on_rtcp(self, records: list[Record]) -> None:
        """Take reports and requests."""
        now, adaptation = self._clock(), self._adaptation
        if self._closed:
            return
        for record in records:
            if isinstance(record, ReportBlock):
                self._report(record, now)
            elif isinstance(record, TransportFeedback):
                if adaptation is not None:
                    adaptation.feedback(record.fci, now)
            elif isinstance(record, Nack):
                self._nack(record)
            elif isinstance(record, Remb):
                if adaptation is not None:
                    adaptation.remb(record.bitrate, now)
            elif isinstance(record, KeyframeRequest):
                self._keyframe_request(record)

    def tick(self, now: float) -> None:
        """Send sender reports; give up waiting for a keyframe that does not come; adapt."""
        if not self._peer.connected or self._peer.silent:
            return
        for subscribed in self._subscribed.values():
            self._help_waiting(subscribed, now)
        if self._adaptation is not None:
            self._adaptation.tick(now)
        if now >= self._next_report:
            self._next_report = now + self._timeouts.report
            self._measure(now)
            self._send_reports()

    def _help_waiting(self, subscribed: SubscribedTrack, now: float) -> None:
        down_track, track = subscribed.down_track, subscribed.down_track.track
        since = down_track.waiting_since
        if since is None or not down_track.waiting or not down_track.playable or self.paused:
            return
        if down_track.constrained or down_track.skips:  # what there is came too late for it
            age = track.keyframe_age(now)
            if age is None or age > SLOW_KEYFRAME_INTERVAL:
                track.request_keyframe()
        elif now - max(since, subscribed.retried) > LONG_REPLAY_AFTER:
            subscribed.retried = now
            track.resume(down_track, patient=False)

    def _measure(self, now: float) -> None:
        then, before = self._sent
        octets = sum(down_track.stream.octets for down_track in self.down_tracks)
        if then:
            self.bitrate = (octets - before) * 8 / (now - then)
        self._sent = (now, octets)

    def _send_reports(self) -> None:
        ntp = self._ntp()
        for ssrc, subscribed in self._subscribed.items():
            stream = subscribed.down_track.stream
            timestamp = subscribed.down_track.timestamp_at(ntp)
            if timestamp is None or not stream.packets:
                continue
            report = SenderReport(
                ssrc, int(ntp * (1 << 32)), timestamp, stream.packets, stream.octets
            )
            self._peer.send_rtcp(sender_report(report), source_description(ssrc, self._cname))

    def _nack(self, nack: Nack) -> None:
        if (subscribed := self._subscribed.get(nack.ssrc)) is not None:
            gone = subscribed.down_track.retransmit(nack.sequences)
            if gone > MANY_GONE and subscribed.section.kind == "video" and self._may_ask():
                subscribed.down_track.track.request_keyframe()

    def _keyframe_request(self, request: KeyframeRequest) -> None:
        subscribed = self._subscribed.get(request.ssrc)
        if subscribed is None or subscribed.section.kind != "video":
            return
        if not subscribed.down_track.limited and self._may_ask():
            subscribed.down_track.track.request_keyframe()

    def _may_ask(self) -> bool:
        """Tell whether this viewer may make the publisher send a keyframe for everybody."""
        now = self._clock()
        earned = (now - self._asked) / KEYFRAME_EVERY
        self._keyframes = min(KEYFRAME_CREDIT, self._keyframes + earned)
        self._asked = now
        if self._keyframes < 1:
            return False
        self._keyframes -= 1
        return True

    def _report(self, report: ReportBlock, now: float) -> None:
        subscribed = self._subscribed.get(report.ssrc)
        if subscribed is None:
            return
        subscribed.lost = max(subscribed.lost, report.lost)
        if subscribed.mid and subscribed.section.retransmits:
            # It knows the SSRC now (RFC 9143 §9.2), and the mid costs 8 bytes a packet.
            subscribed.mid = False
            self._extend(subscribed)
        if self._adaptation is None:
            return
        if subscribed.section.kind == "video":
            self.loss += SMOOTHING * (report.fraction_lost / 256 - self.loss)
            self.round_trip = round_trip(report.last_report, report.delay, self._ntp())
            self._adaptation.report(report.fraction_lost, self.round_trip, now)
        elif self._adaptation.paused:  # nothing is said of a picture that is not sent
            self._adaptation.report(report.fraction_lost, None, now)

    def _number(self) -> None:
        """Give packets transport-wide numbers, or stop: the adaptation wants it so."""
        for subscribed in self._subscribed.values():
            self._extend(subscribed)

    def _extend(self, subscribed: SubscribedTrack) -> None:
        numbered = self._adaptation is not None and self._adaptation.numbering
        subscribed.down_track.set_extensions(
            _extensions(subscribed.section, subscribed.mid, numbered)
        )


def _extensions(section: SendParameters, mid: bool, numbered: bool) -> Extensions:
    known = section.extensions
    return replace(
        known,
        mid_id=known.mid_id if mid else 0,
        transport_cc=known.transport_cc if numbered else 0,
    )
