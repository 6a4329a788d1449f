"""One publisher: assigns SSRCs to tracks, repairs losses and reports the bandwidth.

Layers of simulcast are told apart by their RID, which browsers write into their first packets
(RFC 8852), or by the order of their SSRCs in the offer. Without layers, ``a=ssrc`` is a hint: what
counts is the mid, and then the payload type (RFC 9143 §9.2). Packets of an SSRC whose layer is not
known are dropped, and what is dropped is told (``troubles``).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence

from liveshow.relay.negotiation import ReceiveParameters
from liveshow.relay.ports import Kind, Timeouts
from liveshow.relay.publishing.reception import NackGenerator, ReceptionStatistics, RembEstimator
from liveshow.relay.publishing.troubles import Troubles
from liveshow.relay.tracks.repacketizing import Refused
from liveshow.relay.tracks.simulcast import Simulcast
from liveshow.relay.tracks.track import Track
from liveshow.relay.transport.peer import Peer
from liveshow.relay.wire.codecs import CLOCK_RATE, H264, OPUS
from liveshow.relay.wire.packets import NO_EXTENSIONS, MalformedPacket, RtpHeader, parse_rtp
from liveshow.relay.wire.rtcp import (
    Record,
    SenderReport,
    bye,
    nack,
    pli,
    receiver_report,
    remb,
    source_description,
)

REPAIR_EVERY = 0.02  # seconds between two looks for packets to be requested again
UNTIMED = 1.5  # seconds without a sender report after which arrival times stand in for it
SMOOTHING = 0.3  # weight of one report in the smoothed loss
MAX_REPAIRED = 32  # SSRCs of RTX that are remembered; others are looked up for each packet
TAKEN_OVER = 1.0  # seconds of silence after which another SSRC may take over the track
# Pictures between two reports that are older than the one before them, from which on it is no
# accident that they are.
B_FRAMES = 3
# Packets of unknown SSRCs from which on it is no accident: the first may come without their RID.
UNKNOWN = 10


class Source:
    """One SSRC of the publisher and the track it simulcasts."""

    def __init__(self, parameters: ReceiveParameters, ssrc: int, track: Track) -> None:
        self.parameters = parameters
        self.ssrc = ssrc
        self.track = track
        self.reception = ReceptionStatistics(CLOCK_RATE[OPUS] if track.kind == "audio" else 90_000)
        self.nacks = NackGenerator()
        self.began = self.heard = 0.0
        self.timestamp = 0  # timestamp of the newest packet, as the publisher numbers
        self.timed = False  # whether the track has NTP times of its timestamps
        self.undecodable, self.backwards = track.undecodable, track.backwards  # by the last report


class Publisher:
    """The sending side of a session: fills the tracks of a show."""

    def __init__(
        self,
        peer: Peer,
        incoming: Sequence[ReceiveParameters],
        simulcasts: dict[Kind, Simulcast],
        touched: set[Simulcast],
        on_media: Callable[[], None],
        on_connected: Callable[[], None],
        on_disconnected: Callable[[], None],
        on_trouble: Callable[[str], None],
        timeouts: Timeouts,
        clock: Callable[[], float],
        ntp: Callable[[], float],
    ) -> None:
        self._peer = peer
        self._simulcasts = simulcasts
        self._touched = touched
        self._on_media = on_media
        self._connected = on_connected
        self._disconnected = on_disconnected
        self._timeouts = timeouts
        self._clock = clock
        self._ntp = ntp
        self._incoming = list(incoming)
        self._by_type = {
            number: section
            for section in incoming
            for number in (*section.codecs, *section.retransmission)
        }
        # Sections of one transport share their ids, and video has more extensions than audio.
        video = [section.extensions for section in incoming if section.kind == "video"]
        self._extensions = video[0] if video else NO_EXTENSIONS
        self._tracks: dict[Kind, list[Track]] = {}  # by layer, once connected
        self._sources: dict[int, Source] = {}
        self._by_track: dict[Track, Source] = {}
        self._repaired: dict[int, Source] = {}  # by SSRC of RTX
        self._remb = RembEstimator()
        self._ssrc = secrets.randbits(32) or 1
        self._next_report = 0.0
        self._repair_timer: asyncio.TimerHandle | None = None
        # Our NTP clock minus the sender's, seconds: the least one, by the least delayed report.
        self._skew: float | None = None
        self._closed = False  # whether it is closed; its peer closes a little later
        self.troubles = Troubles(on_trouble)
        self._unknown = 0  # packets of unknown SSRCs while nothing else of their section came
        self.loss = 0.0  # share of packets lost lately, before repair
        peer.attach(self)

    @property
    def estimate(self) -> int:
        """The last REMB sent to the publisher, bits per second."""
        return self._remb.estimate

    def on_connected(self) -> None:
        """Take the tracks over."""
        if self._closed:
            return
        for section in self._incoming:
            rids = section.rids or tuple(map(str, section.layer_ssrcs)) or ("",)
            self._tracks[section.kind] = self._simulcasts[section.kind].attach(self, rids)
        self._connected()

    def on_disconnected(self) -> None:
        """Pass on that the transport is gone."""
        self._disconnected()

    def close(self) -> None:
        """Send BYE and leave the tracks; packets that still arrive are dropped."""
        self._closed = True
        if self._repair_timer is not None:
            self._repair_timer.cancel()
        for simulcast in self._simulcasts.values():
            simulcast.detach(self)
        self._send(bye([self._ssrc]))

    def request_keyframes(self, tracks: Sequence[Track]) -> None:
        """Send picture loss indications (RFC 4585 §6.3.1)."""
        wanted = [source for track in tracks if (source := self._by_track.get(track))]
        if wanted:
            self._send(*(pli(self._ssrc, source.ssrc) for source in wanted))

    def on_rtp(self, data: bytes) -> None:
        """Take one decrypted RTP packet."""
        if self._closed:
            return
        now = self._clock()
        try:
            header = parse_rtp(data, self._extensions)
        except MalformedPacket:
            self.troubles.note("malformed", now)
            return
        self._remb.add(header, now)
        section = self._by_type.get(header.payload_type)
        if section is None:
            self.troubles.note("unknown_type", now)
        elif header.payload_type in section.retransmission:
            self._retransmitted(section, header, now)
        else:
            self._first_hand(section, header, now)

    def on_oversize(self) -> None:
        """Take note of a datagram that is longer than any that is read."""
        self.troubles.note("too_long", self._clock())

    def on_rtcp(self, records: list[Record]) -> None:
        """Handle sender reports; the relay needs no other RTCP of a publisher."""
        for record in records:
            if not isinstance(record, SenderReport):
                continue
            source = self._sources.get(record.ssrc)
            if source is None or not record.ntp:
                continue
            source.reception.sender_report(record.ntp, self._clock())
            sampled = record.ntp / (1 << 32)
            skew = self._ntp() - sampled
            # Audio and video share the skew, so that they stay in step. It may creep up, in case
            # the sender's clock is slow.
            if self._skew is None or skew < self._skew or abs(skew - self._skew) > 5:
                self._skew = skew
            else:
                self._skew += min(0.001, skew - self._skew)
            source.track.sender_report(sampled + self._skew, record.timestamp)
            source.timed = True

    def tick(self, now: float) -> None:
        """Send the reports and the REMB that are due."""
        if not self._peer.connected:
            return
        for source in self._sources.values():
            if not source.timed and source.began and now - source.began > UNTIMED:
                # FFmpeg reports late: what arrives together is taken to be sampled together.
                source.timed = True
                source.track.sender_report(self._ntp() - (now - source.heard), source.timestamp)
        packets: list[bytes] = []
        if now >= self._next_report:
            self._next_report = now + self._timeouts.report
            reports = [
                report
                for source in self._sources.values()
                if (report := source.reception.report(source.ssrc, now)) is not None
            ]
            self._smooth_loss()
            self._look_at_pictures(now)
            packets += [
                receiver_report(self._ssrc, reports),
                source_description(self._ssrc, b"liveshow"),
            ]
        video = [
            source.ssrc
            for source in self._sources.values()
            if source.track.kind == "video" and source.parameters.remb
        ]
        if video and (rate := self._remb.due(now)):
            if not packets:  # a compound packet begins with a report (RFC 3550 §6.1)
                packets.append(receiver_report(self._ssrc))
            packets.append(remb(self._ssrc, rate, video))
        if packets:
            self._peer.send_rtcp(*packets)

    def _smooth_loss(self) -> None:
        receptions = [source.reception for source in self._sources.values()]
        if expected := sum(reception.expected for reception in receptions):
            lost = sum(reception.lost for reception in receptions)
            self.loss += SMOOTHING * (lost / expected - self.loss)

    def _look_at_pictures(self, now: float) -> None:
        for source in self._sources.values():
            track = source.track
            if undecodable := track.undecodable - source.undecodable:
                self.troubles.note("no_parameter_sets", now, undecodable)
            backwards = track.backwards - source.backwards
            if track.codec == H264 and backwards >= B_FRAMES:
                self.troubles.note("b_frames", now, backwards)
            if track.asked_in_vain:
                self.troubles.note("no_keyframes", now)
            source.undecodable, source.backwards = track.undecodable, track.backwards

    def _send(self, *packets: bytes) -> None:
        """Send packets, after the report that a compound begins with (RFC 3550 §6.1)."""
        self._peer.send_rtcp(receiver_report(self._ssrc), *packets)

    def _first_hand(self, section: ReceiveParameters, header: RtpHeader, now: float) -> None:
        source = self._source(section, header, now)
        if source is None:
            return
        source.began = source.began or now
        source.heard, source.timestamp = now, header.timestamp
        source.reception.add(header, now)
        source.nacks.add(header.sequence, now)
        self._push(source, header, section.codecs[header.payload_type], now)
        if section.nack and source.nacks.pending and self._repair_timer is None:
            self._repair()

    def _retransmitted(self, section: ReceiveParameters, header: RtpHeader, now: float) -> None:
        """Unwrap RTX (RFC 4588 §4)."""
        source = self._repaired.get(header.ssrc) or self._repaired_by(section, header)
        if source is None or len(header.payload) < 2:
            return  # empty: a probe for bandwidth
        apt = section.retransmission[header.payload_type]
        restored = header._replace(
            payload_type=apt,
            sequence=int.from_bytes(header.payload[:2], "big"),
            ssrc=source.ssrc,
            payload=header.payload[2:],
            abs_send_time=None,
        )
        if not source.nacks.misses(restored.sequence):
            return  # not requested: a probe for bandwidth, or worse
        source.nacks.add(restored.sequence, now)
        self._push(source, restored, section.codecs[apt], now)

    def _push(self, source: Source, header: RtpHeader, codec: str, now: float) -> None:
        try:
            media = source.track.push(header, codec, now)
        except Refused as refused:
            self.troubles.note(refused.reason, now)
            return
        self._touched.add(self._simulcasts[source.track.kind])
        if media:
            self._on_media()

    def _source(self, section: ReceiveParameters, header: RtpHeader, now: float) -> Source | None:
        source = self._sources.get(header.ssrc)
        if source is not None:
            return source if source.parameters is section else None
        track = self._track_of(section, header)
        if track is None:
            if not any(source.parameters is section for source in self._sources.values()):
                self._unknown += 1
                if self._unknown >= UNKNOWN:
                    self.troubles.note("unknown_source", now)
            return None
        present = self._by_track.get(track)
        if present is not None:
            # One SSRC per track. A new one takes over only when the old one went silent: then the
            # sender has restarted. One that was announced need not wait for one that was not.
            announced = header.ssrc in section.ssrcs and present.ssrc not in section.ssrcs
            if now - present.heard < TAKEN_OVER and not announced:
                return None
            del self._sources[present.ssrc]
            self._repaired = {k: v for k, v in self._repaired.items() if v is not present}
            track.attach(track.rid)
        track.know(section.parameter_sets.get(header.payload_type, ()))
        source = Source(section, header.ssrc, track)
        self._sources[header.ssrc] = source
        self._by_track[track] = source
        return source

    def _track_of(self, section: ReceiveParameters, header: RtpHeader) -> Track | None:
        """Return the track of an unknown SSRC, None when it cannot be told (RFC 9143 §9.2)."""
        if header.mid and header.mid != section.mid:
            return None  # of a section that was rejected, with the same payload types
        tracks = self._tracks.get(section.kind, [])
        if section.rids:
            known = header.rid in section.rids
            return tracks[section.rids.index(header.rid)] if known else None
        if section.layer_ssrcs:
            known = header.ssrc in section.layer_ssrcs
            return tracks[section.layer_ssrcs.index(header.ssrc)] if known else None
        return tracks[0] if tracks else None

    def _repaired_by(self, section: ReceiveParameters, header: RtpHeader) -> Source | None:
        """Return the source that an SSRC of RTX repairs: by offer, by RID, or as the only one."""
        original = section.retransmission_ssrcs.get(header.ssrc)
        mine = [source for source in self._sources.values() if source.parameters is section]
        if original in self._sources:
            mine = [source for source in mine if source.ssrc == original]
        elif header.repaired_rid:
            mine = [source for source in mine if source.track.rid == header.repaired_rid]
        if len(mine) != 1:
            return None
        if len(self._repaired) < MAX_REPAIRED:
            self._repaired[header.ssrc] = mine[0]
        return mine[0]

    def _repair(self) -> None:
        self._repair_timer = None
        now, pending = self._clock(), False
        for source in self._sources.values():
            if not source.parameters.nack:
                continue
            if lost := source.nacks.due(now):
                self._send(nack(self._ssrc, source.ssrc, lost))
            if source.nacks.gave_up:
                source.nacks.gave_up = False
                source.track.request_keyframe()
            pending = pending or source.nacks.pending
        if pending and not self._peer.closed:
            loop = asyncio.get_running_loop()
            self._repair_timer = loop.call_later(REPAIR_EVERY, self._repair)
