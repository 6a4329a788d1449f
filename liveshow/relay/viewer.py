"""One viewer: its outlets, what it reports, and what it is told."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

from .aiortc_private import (
    RtcpByePacket,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    unpack_remb_fci,
)
from .congestion import Congestion
from .fanout import Pacer
from .negotiation import Outgoing
from .outlet import ViewerOutlet
from .peer import Peer
from .ports import Kind, Timeouts
from .track import Track

NACK, PLI, FIR, APPLICATION = 1, 1, 4, 15  # RFC 4585 §6.2.1, §6.3.1, §6.4; RFC 5104 §4.3.1
IMPATIENT = 1.0  # seconds without a picture, after which a long replay is better than none
# The same for a viewer whose link is too slow. Browsers send keyframes on request only: without
# asking now and then it would never see anything again, asking often would cost the others.
RELUCTANT = 4.0
# One viewer with a bad link, or bad intentions, must not spoil the picture of all.
KEYFRAME_CREDIT = 4  # requests in a row that are passed on
KEYFRAME_EVERY = 5.0  # seconds until one more is
MAX_NACKED = 512  # sequence numbers of one report that are looked at


class Viewer:
    """Receives the tracks of a show. Owned by its session."""

    def __init__(
        self,
        peer: Peer,
        outgoing: Sequence[Outgoing],
        tracks: dict[Kind, Track],
        pacer: Pacer,
        cname: str,
        on_disconnected: Callable[[], None],
        timeouts: Timeouts,
        clock: Callable[[], float],
        ntp: Callable[[], float],
    ) -> None:
        self._peer = peer
        self._pacer = pacer
        self._cname = cname
        self._disconnected = on_disconnected
        self._timeouts = timeouts
        self._clock = clock
        self._ntp = ntp
        self._congestion = Congestion()
        self._stream = (0.0, 0, 0.0)  # (time, bytes, bits per second) of the video
        self._next_report = 0.0
        self._keyframes, self._asked = float(KEYFRAME_CREDIT), clock()
        self._outlets: list[tuple[Track, ViewerOutlet]] = []
        for section in outgoing:
            track = tracks[section.kind]
            outlet = ViewerOutlet(
                track, peer, section.types, pacer, clock, section.ssrc, section.retransmission_ssrc
            )
            self._outlets.append((track, outlet))
        self._by_ssrc = {outlet.ssrc: (track, outlet) for track, outlet in self._outlets}
        peer.attach(self)

    @property
    def outlets(self) -> list[ViewerOutlet]:
        """What it receives, for statistics."""
        return [outlet for _, outlet in self._outlets]

    def on_connected(self) -> None:
        """Begin to receive."""
        for track, outlet in self._outlets:
            track.join(outlet)

    def on_disconnected(self) -> None:
        """Pass on that the transport is gone."""
        self._disconnected()

    def on_rtp(self, data: bytes) -> None:
        """Ignore it: a viewer sends no media."""

    def close(self) -> None:
        """Say BYE and leave the tracks."""
        for track, outlet in self._outlets:
            track.leave(outlet)
            self._pacer.discard(outlet)
        ssrcs = [outlet.ssrc for outlet in self.outlets]
        # A compound begins with a report (RFC 3550 §6.1).
        self._peer.send_rtcp(RtcpRrPacket(ssrc=ssrcs[0]), RtcpByePacket(sources=ssrcs))

    def on_rtcp(self, packets: list[Any]) -> None:
        """Take reports and requests."""
        for packet in packets:
            if isinstance(packet, RtcpRtpfbPacket) and packet.fmt == NACK:
                self._nack(packet.media_ssrc, packet.lost)
            elif isinstance(packet, RtcpPsfbPacket):
                self._payload_feedback(packet)
            elif isinstance(packet, (RtcpRrPacket, RtcpSrPacket)):
                self._reports(packet.reports)

    def tick(self, now: float) -> None:
        """Send sender reports; give up waiting for a keyframe that does not come."""
        if not self._peer.connected:
            return
        for track, outlet in self._outlets:
            since = outlet.waiting_since
            if (
                outlet.waiting
                and outlet.playable
                and since is not None
                and now - since > (RELUCTANT if outlet.limited else IMPATIENT)
            ):
                outlet.waiting_since = now
                track.resume(outlet, patient=False)
        if now < self._next_report:
            return
        self._next_report = now + self._timeouts.report
        self._send_reports()

    def _send_reports(self) -> None:
        ntp = self._ntp()
        for track, outlet in self._outlets:
            timestamp = track.timestamp_at(ntp)
            if timestamp is None or not outlet.packets:
                continue
            info = RtcpSenderInfo(
                ntp_timestamp=int(ntp * (1 << 32)) & 0xFFFFFFFFFFFFFFFF,
                rtp_timestamp=timestamp,
                packet_count=outlet.packets & 0xFFFFFFFF,
                octet_count=outlet.octets & 0xFFFFFFFF,
            )
            name = RtcpSourceInfo(ssrc=outlet.ssrc, items=[(1, self._cname.encode())])
            self._peer.send_rtcp(
                RtcpSrPacket(ssrc=outlet.ssrc, sender_info=info), RtcpSdesPacket(chunks=[name])
            )

    def _nack(self, ssrc: int, lost: list[int]) -> None:
        if ssrc in self._by_ssrc:
            track, outlet = self._by_ssrc[ssrc]
            gone = outlet.resend(lost[:MAX_NACKED])
            if gone > MAX_NACKED // 2 and track.kind == "video":
                track.want_keyframe()

    def _payload_feedback(self, packet: Any) -> None:
        if packet.fmt == APPLICATION:
            try:
                bitrate, _ = unpack_remb_fci(packet.fci)
            except (ValueError, IndexError, struct.error):
                return
            self._congestion.remb(bitrate)
        elif packet.fmt in (PLI, FIR):
            for track, outlet in self._outlets:
                wanted = packet.media_ssrc in (0, outlet.ssrc)  # FIR names it in the FCI
                if track.kind == "video" and wanted and not outlet.limited and self._may_ask():
                    track.want_keyframe()

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

    def _reports(self, reports: list[Any]) -> None:
        for report in reports:
            if report.ssrc not in self._by_ssrc:
                continue
            track, outlet = self._by_ssrc[report.ssrc]
            if track.kind == "video":
                outlet.limit(self._congestion.report(report.fraction_lost, self._bitrate(track)))

    def _bitrate(self, track: Track) -> float:
        now = self._clock()
        then, octets, rate = self._stream
        if now - then > 0.5:
            rate = (track.bytes - octets) * 8 / (now - then) if then else 0.0
            self._stream = (now, track.bytes, rate)
        return rate
