"""What one viewer is sent again: the answers to its NACKs, and padding that probes its link.

How often, how soon and how many times a packet is sent again is bounded, and so are the bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from liveshow.relay.kernel.protocols import Stream
from liveshow.relay.tracks.track import HEADER_OVERHEAD
from liveshow.relay.viewing.packet_map import PacketMap
from liveshow.relay.viewing.rate_limit import RateLimit
from liveshow.relay.wire.packets import Packet, unwrap

MAX_RETRANSMISSIONS = 3  # retransmissions of one packet; further requests are ignored
RETRANSMISSION_INTERVAL = 0.05  # seconds between two retransmissions of one packet
RETRANSMISSION_MEMORY = 1024  # packets whose retransmissions are counted; the oldest is forgotten
# Bytes of retransmissions at once, and per second. If the stream itself has more in a second, that
# counts instead.
RETRANSMISSION_BURST, RETRANSMISSION_RATE = 256_000.0, 60_000.0
REQUEST_COST = 50  # bytes that one requested number costs even if nothing is sent: it takes time


class RetransmissionBudget:
    """The retransmissions of one down track. Times are monotonic seconds."""

    def __init__(self, now: float) -> None:
        # Index of the present map: (number of retransmissions, time of the last), oldest first.
        self._counted: dict[int, tuple[int, float]] = {}
        self._tokens, self._refilled = RETRANSMISSION_BURST, now  # bytes, seconds

    def reset(self) -> None:
        """Forget the indices: a new packet map has others."""
        self._counted.clear()

    def refill(self, stream_rate: float, now: float) -> None:
        """Grow with time; ``stream_rate``: bits per second of the stream itself."""
        stream = stream_rate / 8
        earned = (now - self._refilled) * max(RETRANSMISSION_RATE, stream)
        self._tokens = min(max(RETRANSMISSION_BURST, stream), self._tokens + earned)
        self._refilled = now

    def charge_request(self) -> bool:
        """Charge one requested number; return False when the budget is used up."""
        if self._tokens <= 0:
            return False
        self._tokens -= REQUEST_COST
        return True

    def allows(self, index: int, now: float) -> bool:
        """Tell whether a packet may be sent again."""
        count, last = self._counted.get(index, (0, float("-inf")))
        return count < MAX_RETRANSMISSIONS and now - last >= RETRANSMISSION_INTERVAL

    def charge(self, index: int, size: int, now: float) -> None:
        """Charge a packet of ``size`` bytes that was sent again."""
        if index not in self._counted and len(self._counted) >= RETRANSMISSION_MEMORY:
            del self._counted[next(iter(self._counted))]
        self._counted[index] = (self._counted.get(index, (0, 0.0))[0] + 1, now)
        self._tokens -= size


class Retransmitter:
    """Sends packets of one down track again: on the SSRC of RTX, or as they were without RTX."""

    def __init__(self, stream: Stream, rtx: Stream, limit: RateLimit, now: float) -> None:
        self._stream = stream
        self._rtx = rtx
        self._limit = limit
        self._budget = RetransmissionBudget(now)
        self.retransmitted = 0  # packets

    def begin(self) -> None:
        """Begin with a new packet map."""
        self._budget.reset()

    def answer_nack(
        self,
        packet_map: PacketMap,
        sequences: Sequence[int],
        end: int,
        mapped_from: int,
        now: float,
    ) -> int:
        """Answer a NACK (RFC 4585 §6.2.1); return the number of packets that are gone.

        ``end``: index after the last packet that was sent; ``mapped_from``: index of the first
        packet that the kernel sends. Requests beyond the viewer's budget are passed over.
        """
        cache, gone = packet_map.track.cache, 0
        self._limit.refill(now)
        self._budget.refill(packet_map.track.wire_rate, now)
        for sequence in sequences:
            if self._limit.exhausted or not self._budget.charge_request():
                break
            number = unwrap(sequence & 0xFFFF, self._stream.next - 1)
            index = number - packet_map.sequence_offset
            if not packet_map.first <= index < end:
                continue
            packet = cache.get(index)
            lost = packet_map.retransmission_type is None and index < mapped_from
            if packet is None or lost:
                gone += 1
            elif self._budget.allows(index, now) and self._retransmit(packet_map, packet, number):
                size = len(packet.payload) + HEADER_OVERHEAD
                self._budget.charge(index, size, now)
                self._limit.tokens -= size
                self.retransmitted += 1
        return gone

    def pad(self, packet_map: PacketMap, octets: int, index: int) -> int:
        """Send again what was sent last, down from ``index``, to probe the link.

        Return the octets sent, fewer than asked for when there is nothing to send. Only RTX can
        carry padding.
        """
        sent = 0
        while sent < octets and index >= packet_map.first:
            packet = packet_map.track.cache.get(index)
            if packet is None or not self._rtx.retransmit(
                packet, packet_map.timestamp(packet), index + packet_map.sequence_offset
            ):
                break
            sent += len(packet.payload) + HEADER_OVERHEAD
            index -= 1
        return sent

    def _retransmit(self, packet_map: PacketMap, packet: Packet, number: int) -> bool:
        timestamp = packet_map.timestamp(packet)
        if packet_map.retransmission_type is not None:
            return self._rtx.retransmit(packet, timestamp, number)
        # The same bytes under the same number give the same ciphertext.
        return self._stream.send([packet], [timestamp]) > 0
