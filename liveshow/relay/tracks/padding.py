"""Make the packets of a frame equally long, so that the system sends them in one go.

UDP segmentation (UDP_SEGMENT) cuts one large send into datagrams of one size, of which only
the last may be shorter. Encoders' packetizers split a frame into nearly equal parts: libwebrtc
gives the later ones a byte more than the earlier ones, aiortc the earlier ones. One or two
bytes of RTP padding (RFC 3550 §5.1) are cheaper than another send.
"""

from __future__ import annotations

from collections.abc import Sequence

from liveshow.relay.wire.codecs import OPUS
from liveshow.relay.wire.packets import Packet

MAX_PADDING = 3  # bytes


def pad_frames(packets: Sequence[Packet]) -> None:
    """Set ``padding`` of packets that follow each other in one frame.

    ``packets`` are in the order of sending. They are looked at as runs of one timestamp, all
    of nearly the longest's length but for the last, which may be shorter. Nothing is made
    longer than the longest, and sound is left alone.

    Padding is part of what is sent under a number: call this once, before anybody is sent
    any of these packets.
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
            end += size < shortest  # the last one, which need not be as long
            break
        shortest, longest = min(shortest, size), max(longest, size)
        end += 1
    last = packets[end - 1]
    for packet in packets[start:end]:
        # The last of all is sent as it is: it may be shorter.
        if packet is not last:
            packet.padding = longest - len(packet.payload)
    return end
