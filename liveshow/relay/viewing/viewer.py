"""One viewer: its down tracks, its RTCP reports and requests, and the reports it gets."""

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

LONG_REPLAY_AFTER = 1.0  # seconds without a picture after which even a long replay is started
# Seconds since the last keyframe after which a viewer on a slow link asks for one. Browsers send
# keyframes on request only: without a request now and then such a viewer would never see anything
# again, and frequent ones would cost the others.
SLOW_KEYFRAME_INTERVAL = 4.0
# Keyframe requests of one viewer that are passed on in a row, and seconds until one more is. One
# viewer with a bad link, or bad intentions, must not spoil the picture of all.
KEYFRAME_CREDIT = 4
KEYFRAME_EVERY = 5.0
# Weight of one report in the smoothed loss: a small picture with one lost packet is no bad sign.
SMOOTHING = 0.3
# Requests in a row, each after another keyframe that had come whole, from which on a viewer cannot
# decode the picture; seconds without one that end the row; and after which it can.
IN_VAIN, ROW, CONTENT = 3, 4.0, 10.0
# Share of lost packets up to which keyframes come whole.
WHOLE = 0.02
MANY_GONE = 256  # packets of one NACK that are gone, above which only a keyframe helps


class SubscribedTrack:
    """One simulcast as a viewer gets it: the agreed parameters and the down track."""

    def __init__(
        self, parameters: SendParameters, simulcast: Simulcast, down_track: DownTrack
    ) -> None:
        self.parameters = parameters
        self.simulcast = simulcast
        self.down_track = down_track
        self.mid = True  # whether packets carry their mid
        self.lost = 0  # packets, as the viewer reports
        self.retried_at = float("-inf")  # time of the last long replay


class Viewer:
    """The receiving side of a session: sends it the simulcasts of a show."""

    def __init__(
        self,
        peer: Peer,
        outgoing: Sequence[SendParameters],
        simulcasts: dict[Kind, Simulcast],
        pacer: Pacer,
        twcc_slots: TwccSlots,
        cname: str,
        on_connected: Callable[[], None],
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
        self._connected = on_connected
        self._disconnected = on_disconnected
        self._timeouts = timeouts
        self._clock = clock
        self._ntp = ntp
        self._next_report = 0.0
        self._closed = False
        self._keyframes, self._asked = float(KEYFRAME_CREDIT), clock()
        self._requested = float("-inf")  # time of its last request for a keyframe
        self._in_vain = 0  # requests of this row that followed a keyframe
        self._unanswered = 0.0  # time of the first one since the last keyframe
        self._subscribed: dict[int, SubscribedTrack] = {}  # by SSRC, once connected
        self._adaptation: Adaptation | None = None
        self._sent = (0.0, 0)  # (time, octets) when the bitrate was measured
        self.connected_at = 0.0
        self.bitrate = 0.0  # bits per second sent to it between the last two reports
        self.loss = 0.0  # share of video packets that its latest reports miss, smoothed
        self.round_trip: float | None = None  # seconds
        peer.attach(self)

    @property
    def down_tracks(self) -> list[DownTrack]:
        """Its down tracks, none before it is connected."""
        return [subscribed.down_track for subscribed in self._subscribed.values()]

    @property
    def video(self) -> DownTrack | None:
        """The down track of the picture, None without one."""
        for subscribed in self._subscribed.values():
            if subscribed.parameters.kind == "video":
                return subscribed.down_track
        return None

    @property
    def lost(self) -> int:
        """The packets that it reported as lost."""
        return sum(subscribed.lost for subscribed in self._subscribed.values())

    @property
    def paused(self) -> bool:
        """Whether it gets only sound, because its link has no room for a picture."""
        return self._adaptation is not None and self._adaptation.paused

    @property
    def limited(self) -> bool:
        """Whether its link allows less than the best picture."""
        return self._adaptation is not None and self._adaptation.limited

    def decodes(self, now: float) -> bool:
        """Tell whether it seems to decode the picture: it need not ask again and again."""
        return self._in_vain < IN_VAIN or now - self._requested > CONTENT

    def on_connected(self) -> None:
        """Begin to receive."""
        self._connected()
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
                    self._numbering_changed,
                    self._twcc_slots,
                    self._clock,
                )
            subscribed.down_track.join()

    def on_disconnected(self) -> None:
        """Pass on that the transport is gone."""
        self._disconnected()

    def on_rtp(self, data: bytes) -> None:
        """Ignore it: a viewer sends no media."""

    def on_oversize(self) -> None:
        """Ignore it, too."""

    def close(self) -> None:
        """Send BYE and leave the tracks."""
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
        """Handle reports and requests."""
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
        """Send reports that are due, help a viewer without a picture, and adapt."""
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
        if down_track.constrained or down_track.skips:  # a replay would be too late for it
            age = track.keyframe_age(now)
            if age is None or age > SLOW_KEYFRAME_INTERVAL:
                track.request_keyframe()
        elif now - max(since, subscribed.retried_at) > LONG_REPLAY_AFTER:
            subscribed.retried_at = now
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
            if gone > MANY_GONE and subscribed.parameters.kind == "video" and self._may_ask():
                subscribed.down_track.track.request_keyframe()

    def _keyframe_request(self, request: KeyframeRequest) -> None:
        subscribed = self._subscribed.get(request.ssrc)
        if subscribed is None or subscribed.parameters.kind != "video":
            return
        self._count_request(subscribed.down_track)
        if not subscribed.down_track.limited and self._may_ask():
            subscribed.down_track.track.request_keyframe()

    def _count_request(self, down_track: DownTrack) -> None:
        """Note a request. One that follows a keyframe says that the viewer could not use it."""
        now = self._clock()
        age, before = down_track.track.keyframe_age(now), self._requested
        self._requested = now
        if now - before > ROW:
            self._in_vain, self._unanswered = 0, now
        elif age is not None and now - age > self._unanswered:
            if down_track.live and self.loss < WHOLE:
                self._in_vain += 1
            self._unanswered = now

    def _may_ask(self) -> bool:
        """Tell whether a keyframe request of this viewer is passed on to the publisher."""
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
        if subscribed.mid and subscribed.parameters.retransmits:
            # The viewer knows the SSRC now (RFC 9143 §9.2), and the mid costs 8 bytes a packet.
            subscribed.mid = False
            self._extend(subscribed)
        if self._adaptation is None:
            return
        if subscribed.parameters.kind == "video":
            self.loss += SMOOTHING * (report.fraction_lost / 256 - self.loss)
            self.round_trip = round_trip(report.last_report, report.delay, self._ntp())
            self._adaptation.report(report.fraction_lost, self.round_trip, now)
        elif self._adaptation.paused:  # no report speaks of a picture that is not sent
            self._adaptation.report(report.fraction_lost, None, now)

    def _numbering_changed(self) -> None:
        """Begin or stop numbering packets transport-wide, as the adaptation decided."""
        for subscribed in self._subscribed.values():
            self._extend(subscribed)

    def _extend(self, subscribed: SubscribedTrack) -> None:
        numbered = self._adaptation is not None and self._adaptation.numbering
        subscribed.down_track.set_extensions(
            _extensions(subscribed.parameters, subscribed.mid, numbered)
        )


def _extensions(section: SendParameters, mid: bool, numbered: bool) -> Extensions:
    known = section.extensions
    return replace(
        known,
        mid_id=known.mid_id if mid else 0,
        transport_cc=known.transport_cc if numbered else 0,
    )
