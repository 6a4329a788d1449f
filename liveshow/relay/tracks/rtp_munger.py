"""The RTP munger: one numbering of packets and time for a track, across publishers.

Publishers come and go, each with random sequence numbers, timestamps and picture ids (of VP8 and
VP9). They are rewritten once, when a packet comes in. So the cost does not grow with the number of
viewers, and viewers do not notice that the publisher changed.
"""

from __future__ import annotations

from collections import deque

from liveshow.relay.wire.codecs import PayloadInfo
from liveshow.relay.wire.packets import RtpHeader, unwrap

# Numbers kept free before the first packet of a source: older packets of it may still come.
REORDER_ROOM = 16
# Numbers of a jump beyond which the sender has restarted under the same SSRC.
MAX_JUMP = 3000
# Numbers of a source that several of ours stand for: 1.5 s of a stream whose packets are all cut.
# Packets from before the oldest of them are dropped.
MAX_EXTRAS = 512
# Missing packets in a row that may still come, and get room for two.
MAX_RESERVED = 256
_OLDER = 1 << 31  # the bit of a difference of timestamps that says that it is negative


class RtpMunger:
    """Map a publisher's sequence numbers and timestamps onto the track's own."""

    def __init__(self, clock_rate: int) -> None:
        self._clock_rate = clock_rate
        self._index_offset = 0
        self._timestamp_offset = 0
        self._last_sequence: int | None = None  # highest one of the present source, unwrapped
        self._begun = False  # whether a packet of it came
        self._first_index = 0
        self._head = 0  # highest index of any packet
        self._head_timestamp = 0
        self._head_time = 0.0
        self._picture_offset = self._tl0_offset = 0
        self._picture = self._tl0 = -1  # numbers of the last packet
        self._picture_pending = True
        self._frame, self._frame_offset, self._frame_pending = -1, 0, True
        # Numbers of the source (unwrapped, ascending) that one more of ours stands for.
        self._extras: deque[int] = deque(maxlen=MAX_EXTRAS)
        self._cut = False  # whether the source sends packets that become several
        # Packets that follow in sequence and are older in time: B-frames.
        self.backwards = 0

    def new_source(self) -> None:
        """Continue with the numbering of another source: a publisher began, or restarted."""
        self._last_sequence = None
        self._picture_pending = self._frame_pending = True
        self._extras.clear()
        self._cut = False

    def map(self, header: RtpHeader, now: float, wanted: int = 1) -> tuple[int, int, int] | None:
        """Return (index, timestamp, room) of a packet, None if it is older than the source.

        ``wanted``: how many indices it needs. A packet in order gets them: ``room`` is ``wanted``.
        A late one has as many as were kept for it: one, or two from a source whose packets become
        several, and has to fill them. ``now``: monotonic seconds. Between two sources, timestamps
        advance by this clock.
        """
        if self._last_sequence is not None:
            sequence = unwrap(header.sequence, self._last_sequence)
            if abs(sequence - self._last_sequence) > MAX_JUMP:
                self.new_source()
        if self._last_sequence is None:
            self._begin(header, now)
            sequence = header.sequence
        assert self._last_sequence is not None
        timestamp = (header.timestamp + self._timestamp_offset) & 0xFFFFFFFF
        if sequence < self._last_sequence or (sequence == self._last_sequence and self._begun):
            return self._late(sequence, timestamp)
        if self._cut:
            self._reserve(self._last_sequence + 1, sequence)
        index = sequence + self._index_offset
        if wanted > 1:
            self._cut = True
            self._extras.extend([sequence] * (wanted - 1))
            self._index_offset += wanted - 1
        if (timestamp - self._head_timestamp) & _OLDER and self._begun:
            self.backwards += 1
        self._begun = True
        self._last_sequence = sequence
        self._head, self._head_timestamp, self._head_time = index + wanted - 1, timestamp, now
        return index, timestamp, wanted

    def _late(self, sequence: int, timestamp: int) -> tuple[int, int, int] | None:
        """Return where a packet that is not the newest belongs."""
        index, room = sequence + self._index_offset, 1
        for extra in reversed(self._extras):
            if extra < sequence:
                break
            index -= 1
            room += extra == sequence
        else:
            if len(self._extras) == MAX_EXTRAS:
                return None  # nobody knows any more how many numbers came before
        return (index, timestamp, room) if index >= self._first_index else None

    def _reserve(self, first: int, end: int) -> None:
        """Keep room for the missing packets, which may have to become two."""
        if end - first <= MAX_RESERVED:
            self._extras.extend(range(first, end))
            self._index_offset += end - first

    def map_timestamp(self, timestamp: int) -> int:
        """Return a timestamp of the present source (a sender report's) as the track numbers it."""
        return (timestamp + self._timestamp_offset) & 0xFFFFFFFF

    def map_payload(self, info: PayloadInfo, payload: bytes) -> bytes:
        """Return the payload with picture ids continued across sources.

        ``info`` comes from ``codecs.inspect``. Receivers order frames of VP8 and VP9 by picture id
        and TL0PICIDX (RFC 7741 §4.2, RFC 9628 §4.2), so ids that jump back would look like old
        frames.
        """
        at, tl0_at = info.picture_at, info.tl0_at
        if at < 0 and tl0_at < 0:
            return payload
        wide = info.picture_bits == 15
        picture = tl0 = 0
        if at >= 0:
            picture = (payload[at] & 0x7F) << 8 | payload[at + 1] if wide else payload[at] & 0x7F
        if tl0_at >= 0:
            tl0 = payload[tl0_at]
        if self._picture_pending:
            self._picture_pending = False
            if self._picture >= 0:
                self._picture_offset = self._picture + REORDER_ROOM - picture
                self._tl0_offset = self._tl0 + REORDER_ROOM - tl0
        self._picture = (picture + self._picture_offset) & (0x7FFF if wide else 0x7F)
        self._tl0 = (tl0 + self._tl0_offset) & 0xFF
        if not self._picture_offset and not self._tl0_offset:
            return payload
        changed = bytearray(payload)
        if wide:
            changed[at : at + 2] = (0x8000 | self._picture).to_bytes(2, "big")
        elif at >= 0:
            changed[at] = self._picture
        if tl0_at >= 0:
            changed[tl0_at] = self._tl0
        return bytes(changed)

    def map_descriptor(self, descriptor: bytes) -> bytes:
        """Return a dependency descriptor with its frame number continued across sources.

        Receivers tell the frames of AV1 apart by it, and drop those that seem old (RTP Payload
        Format for AV1 v1.0, appendix A.8.2: ``frame_number``, 16 bits after the first byte).
        """
        frame = descriptor[1] << 8 | descriptor[2]
        if self._frame_pending:
            self._frame_pending = False
            if self._frame >= 0:
                self._frame_offset = self._frame + REORDER_ROOM - frame
        self._frame = (frame + self._frame_offset) & 0xFFFF
        return descriptor[:1] + self._frame.to_bytes(2, "big") + descriptor[3:]

    def _begin(self, header: RtpHeader, now: float) -> None:
        if self._head:
            first = self._head + 1 + REORDER_ROOM
            elapsed = max(1, round((now - self._head_time) * self._clock_rate))
            timestamp = self._head_timestamp + elapsed
        else:
            first, timestamp = REORDER_ROOM, header.timestamp
        self._last_sequence, self._begun = header.sequence, False
        self._index_offset = first - header.sequence
        self._first_index = first - REORDER_ROOM + 1
        self._timestamp_offset = timestamp - header.timestamp
