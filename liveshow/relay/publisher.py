"""One publisher: which SSRC is which track, losses repaired, bandwidth reported."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from .aiortc_private import (
    MAX_PROTECTED,
    RtcpByePacket,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSourceInfo,
    RtcpSrPacket,
    pack_remb_fci,
)
from .codecs import CLOCK_RATE, OPUS
from .negotiation import Incoming
from .packets import ExtensionIds, MalformedPacket, RtpHeader, parse_rtp
from .peer import Peer
from .ports import Kind, Timeouts
from .reception import Bandwidth, LossRepair, ReceptionReport
from .track import Track

NACK, PLI, APPLICATION = 1, 1, 15  # feedback formats (RFC 4585 §6.2.1, §6.3.1, §6.4)
REPAIR_EVERY = 0.02  # seconds
UNTIMED = 1.5  # seconds without a sender report, after which arrival times must do
# What a viewer's packet adds to the payload: header and the number RTX puts in front.
MAX_PAYLOAD = MAX_PROTECTED - 12 - 2


class Source:
    """One SSRC of the publisher and the track it feeds."""

    def __init__(self, incoming: Incoming, ssrc: int, track: Track) -> None:
        self.incoming = incoming
        self.ssrc = ssrc
        self.track = track
        self.reception = ReceptionReport(CLOCK_RATE[OPUS] if track.kind == "audio" else 90_000)
        self.repair = LossRepair()
        self.began = self.heard = 0.0
        self.timestamp = 0  # of the newest packet, as the publisher numbers
        self.timed = False  # whether the track knows when its timestamps were sampled


class Publisher:
    """Feeds the tracks of a show. Owned by its session."""

    def __init__(
        self,
        peer: Peer,
        incoming: Sequence[Incoming],
        tracks: dict[Kind, Track],
        touched: set[Track],
        on_media: Callable[[], None],
        on_connected: Callable[[], None],
        on_disconnected: Callable[[], None],
        timeouts: Timeouts,
        clock: Callable[[], float],
        ntp: Callable[[], float],
    ) -> None:
        self._peer = peer
        self._tracks = tracks
        self._touched = touched
        self._on_media = on_media
        self._connected = on_connected
        self._disconnected = on_disconnected
        self._timeouts = timeouts
        self._clock = clock
        self._ntp = ntp
        self._by_type = {
            number: section
            for section in incoming
            for number in (*section.codecs, *section.retransmission)
        }
        send_time = next((s.abs_send_time for s in incoming if s.abs_send_time), 0)
        self._extensions = ExtensionIds(abs_send_time=send_time)
        self._sources: dict[int, Source] = {}
        self._by_kind: dict[Kind, Source] = {}
        self._incoming = {section.kind: section for section in incoming}
        self._bandwidth = Bandwidth()
        self._ssrc = secrets.randbits(32) or 1
        self._next_report = 0.0
        self._repair_timer: asyncio.TimerHandle | None = None
        # Our NTP clock minus the sender's, the smallest seen: the least delayed report.
        self._skew: float | None = None
        self._closed = False  # its peer takes a little longer
        self.malformed = 0
        peer.attach(self)

    @property
    def estimate(self) -> int:
        """What the publisher was told that it may send, bits per second."""
        return self._bandwidth.estimate

    def on_connected(self) -> None:
        """Take the tracks over."""
        if self._closed:
            return
        for kind, track in self._tracks.items():
            if kind in self._incoming:
                track.attach(self)
        self._connected()

    def on_disconnected(self) -> None:
        """Pass on that the transport is gone."""
        self._disconnected()

    def close(self) -> None:
        """Say BYE and let go of the tracks; what still arrives is not for them."""
        self._closed = True
        if self._repair_timer is not None:
            self._repair_timer.cancel()
        for track in self._tracks.values():
            track.detach(self)
        self._send(RtcpByePacket(sources=[self._ssrc]))

    def request_keyframe(self, kind: Kind) -> None:
        """Send a picture loss indication (RFC 4585 §6.3.1)."""
        if (source := self._by_kind.get(kind)) is not None:
            self._send(RtcpPsfbPacket(fmt=PLI, ssrc=self._ssrc, media_ssrc=source.ssrc))

    def on_rtp(self, data: bytes) -> None:
        """Take one decrypted RTP packet."""
        if self._closed:
            return
        try:
            header = parse_rtp(data, self._extensions)
        except MalformedPacket:
            self.malformed += 1
            return
        now = self._clock()
        self._bandwidth.add(header, now)
        section = self._by_type.get(header.payload_type)
        if section is None:
            self.malformed += 1
        elif header.payload_type in section.retransmission:
            self._retransmitted(section, header, now)
        else:
            self._first_hand(section, header, now)

    def on_rtcp(self, packets: list[Any]) -> None:
        """Take sender reports; nothing else of a publisher matters to us."""
        for packet in packets:
            if not isinstance(packet, RtcpSrPacket):
                continue
            source = self._sources.get(packet.ssrc)
            info = packet.sender_info
            if source is None or not info.ntp_timestamp:
                continue
            source.reception.sender_report(info.ntp_timestamp, self._clock())
            sampled = info.ntp_timestamp / (1 << 32)
            skew = self._ntp() - sampled
            # Audio and video share the skew, so that what was sampled together stays so.
            # It may creep up, should the sender's clock be slow.
            if self._skew is None or skew < self._skew or abs(skew - self._skew) > 5:
                self._skew = skew
            else:
                self._skew += min(0.001, skew - self._skew)
            source.track.sender_report(sampled + self._skew, info.rtp_timestamp)
            source.timed = True

    def tick(self, now: float) -> None:
        """Send what is due: keyframe requests, reports, REMB."""
        if not self._peer.connected:
            return
        for track in self._tracks.values():
            track.tick(now)
        for source in self._sources.values():
            if not source.timed and source.began and now - source.began > UNTIMED:
                # FFmpeg reports late: what arrives together was sampled together.
                source.timed = True
                source.track.sender_report(self._ntp() - (now - source.heard), source.timestamp)
        packets: list[Any] = []
        if now >= self._next_report:
            self._next_report = now + self._timeouts.report
            reports = [
                report
                for source in self._sources.values()
                if (report := source.reception.report(source.ssrc, now)) is not None
            ]
            packets.append(RtcpRrPacket(ssrc=self._ssrc, reports=reports))
            name = RtcpSourceInfo(ssrc=self._ssrc, items=[(1, b"liveshow")])
            packets.append(RtcpSdesPacket(chunks=[name]))
        if (video := self._by_kind.get("video")) and (rate := self._bandwidth.due(now)):
            if not packets:  # a compound packet begins with a report (RFC 3550 §6.1)
                packets.append(RtcpRrPacket(ssrc=self._ssrc))
            fci = pack_remb_fci(rate, [video.ssrc])
            packets.append(RtcpPsfbPacket(fmt=APPLICATION, ssrc=self._ssrc, media_ssrc=0, fci=fci))
        if packets:
            self._peer.send_rtcp(*packets)

    def _send(self, packet: Any) -> None:
        """Send one packet, after the report that a compound begins with (RFC 3550 §6.1)."""
        self._peer.send_rtcp(RtcpRrPacket(ssrc=self._ssrc), packet)

    def _first_hand(self, section: Incoming, header: RtpHeader, now: float) -> None:
        source = self._source(section, header.ssrc, now)
        if source is None:
            return
        source.began = source.began or now
        source.heard, source.timestamp = now, header.timestamp
        source.reception.add(header, now)
        source.repair.add(header.sequence, now)
        self._push(source, header, section.codecs[header.payload_type], now)
        if section.nack and source.repair.pending and self._repair_timer is None:
            self._repair()

    def _retransmitted(self, section: Incoming, header: RtpHeader, now: float) -> None:
        """Unwrap RTX (RFC 4588 §4)."""
        original = section.retransmission_ssrcs.get(header.ssrc)
        source = self._by_kind.get(section.kind) if original is None else None
        source = self._sources.get(original) if original is not None else source
        if source is None or len(header.payload) < 2:
            return  # empty: a probe for bandwidth
        apt = section.retransmission[header.payload_type]
        restored = RtpHeader(
            payload_type=apt,
            marker=header.marker,
            sequence=int.from_bytes(header.payload[:2], "big"),
            timestamp=header.timestamp,
            ssrc=source.ssrc,
            payload=header.payload[2:],
            size=header.size,
            abs_send_time=None,
        )
        source.repair.add(restored.sequence, now)
        self._push(source, restored, section.codecs[apt], now)

    def _push(self, source: Source, header: RtpHeader, codec: str, now: float) -> None:
        if len(header.payload) > MAX_PAYLOAD:
            self.malformed += 1
            return
        if source.track.push(header, codec, now):
            self._touched.add(source.track)
            self._on_media()

    def _source(self, section: Incoming, ssrc: int, now: float) -> Source | None:
        source = self._sources.get(ssrc)
        if source is not None:
            return source if source.incoming is section else None
        present = self._by_kind.get(section.kind)
        if present is not None:
            # One SSRC per track. A new one takes over only when the old one went silent:
            # that is a sender that restarted, not simulcast, which was not negotiated.
            if now - present.heard < 1.0:
                return None
            del self._sources[present.ssrc]
            self._tracks[section.kind].attach(self)
        elif section.ssrcs and ssrc not in section.ssrcs:
            return None
        source = Source(section, ssrc, self._tracks[section.kind])
        self._sources[ssrc] = source
        self._by_kind[section.kind] = source
        return source

    def _repair(self) -> None:
        self._repair_timer = None
        now, pending = self._clock(), False
        for source in self._sources.values():
            if not source.incoming.nack:
                continue
            if lost := source.repair.due(now):
                packet = RtcpRtpfbPacket(fmt=NACK, ssrc=self._ssrc, media_ssrc=source.ssrc)
                packet.lost = lost
                self._send(packet)
            if source.repair.gave_up:
                source.repair.gave_up = False
                source.track.want_keyframe()
            pending = pending or source.repair.pending
        if pending and not self._peer.closed:
            loop = asyncio.get_running_loop()
            self._repair_timer = loop.call_later(REPAIR_EVERY, self._repair)
