"""Transport-wide feedback (TWCC): arrival times of the packets of a path, by their receiver.

The sender numbers every packet of a path in a header extension. The receiver answers with RTCP
RTPFB messages of format 15 (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1), which report
for each number whether and when it came. This module reads the part of a message that follows the
two SSRCs.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAX_PACKETS = 2048  # packets of one message, as many as the sender remembers
REFERENCE_BITS = 24
REFERENCE_UNIT = 64_000  # µs
DELTA_UNIT = 250  # µs

_HEAD = struct.Struct("!HHI")
_SMALL, _LARGE = 1, 2  # status symbols, §3.1.1; 0: not received, 3: reserved


@dataclass(frozen=True, slots=True)
class Feedback:
    """One message.

    ``base``: the 16-bit transport-wide number of the first packet. ``reference``: time in units of
    ``REFERENCE_UNIT`` on the receiver's own clock, modulo 2**24. ``received``: for each packet the
    µs after the reference time, None for one that did not come.
    """

    base: int
    reference: int
    received: list[int | None]


def parse(fci: bytes) -> Feedback | None:
    """Read one message (§3.1); None if it is malformed or empty.

    A message of more than ``MAX_PACKETS`` packets counts as malformed, which bounds the work.
    """
    if len(fci) < _HEAD.size:
        return None
    base, count, reference = _HEAD.unpack_from(fci)
    if not 0 < count <= MAX_PACKETS:
        return None
    chunks = _statuses(fci, count)
    if chunks is None:
        return None
    statuses, at = chunks
    received: list[int | None] = []
    size, elapsed = len(fci), 0
    for status in statuses:
        if status == _SMALL:
            if at >= size:
                return None
            elapsed += fci[at]
            at += 1
        elif status == _LARGE:
            if at + 2 > size:
                return None
            delta = fci[at] << 8 | fci[at + 1]
            elapsed += delta - 0x10000 if delta >= 0x8000 else delta
            at += 2
        elif status:
            return None
        else:
            received.append(None)
            continue
        received.append(elapsed * DELTA_UNIT)
    return Feedback(base, reference >> 8, received)


def _statuses(fci: bytes, count: int) -> tuple[list[int], int] | None:
    """Return the symbols of ``count`` packets and the end of the chunks (§3.1.3, §3.1.4)."""
    statuses: list[int] = []
    at, size = _HEAD.size, len(fci)
    while len(statuses) < count:
        if at + 2 > size:
            return None
        chunk = fci[at] << 8 | fci[at + 1]
        at += 2
        if chunk < 0x8000:
            run = min(chunk & 0x1FFF, count - len(statuses))
            statuses += [chunk >> 13] * run
        elif chunk < 0xC000:
            statuses += [chunk >> shift & 1 for shift in range(13, -1, -1)]
        else:
            statuses += [chunk >> shift & 3 for shift in range(12, -1, -2)]
    del statuses[count:]
    return statuses, at
