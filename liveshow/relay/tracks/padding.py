"""Padding that makes the packets of a frame equally long, so that one call sends them all.

UDP segmentation (UDP_SEGMENT) cuts one large send into datagrams of one size, of which only
the last may be shorter. Encoders' packetizers split a frame into nearly equal parts: libwebrtc
gives the later parts a byte more than the earlier ones, aiortc gives it to the earlier ones. One or
two bytes of RTP padding (RFC 3550 §5.1) are cheaper than another call.
"""

from __future__ import annotations

from collections.abc import Sequence

from liveshow.relay.wire.codecs import OPUS
from liveshow.relay.wire.packets import Packet

MAX_PADDING = 3  # bytes of one packet


def pad_frames(packets: Sequence[Packet]) -> None:
    """Set the ``padding`` of packets that follow each other in one frame.

    ``packets`` are in the order of sending. They are padded in runs of one timestamp whose lengths
    differ by at most ``MAX_PADDING``; only the last packet of a run may be shorter. No packet
    becomes longer than the longest of its run. Sound is not padded.

    Padding is part of the content of a sequence number, so call this once, before any of these
    packets is sent to any viewer.
    """
    at = 0
    while at < len(packets):
        at = _pad_run(packets, at)


def _pad_run(packets: Sequence[Packet], start: int) -> int:
    """Pad the run that begins at ``start``; return where the next one begins."""
    first = packets[start]
    shortest = longest = len(first.payload)
    end = start + 1
    if first.codec == OPUS:
        return end
    while end < len(packets):
        packet, size = packets[end], len(packets[end].payload)
        if packet.timestamp != first.timestamp:
            break
        if max(longest, size) - min(shortest, size) > MAX_PADDING:
            end += size < shortest  # the last packet of the run may be shorter
            break
        shortest, longest = min(shortest, size), max(longest, size)
        end += 1
    last = packets[end - 1]
    for packet in packets[start:end]:
        # The last packet is sent as it is: it may be shorter.
        if packet is not last:
            packet.padding = longest - len(packet.payload)
    return end
