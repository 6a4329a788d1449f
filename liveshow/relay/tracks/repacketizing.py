"""Packets that become several: those too long for viewers, and keyframes without parameter sets.

A packet in order gets as many numbers as it needs. A late one has to make do with those that were
kept for it (``RtpMunger.map``), and to fill them: a number without a packet is a loss to viewers.
"""

from __future__ import annotations

from liveshow.relay.wire.codecs.halving import halve

_START, _END = 0x80, 0x40  # of a frame, in the first byte of a dependency descriptor


class Refused(ValueError):
    """A packet cannot be passed on; ``reason`` is one of ``publishing.troubles``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def cut(codec: str, payload: bytes, most: int) -> list[bytes]:
    """Return payloads of at most ``most`` bytes that say the same. Raises ``Refused``.

    They are two, or three when a long NAL unit of H.264 shares its packet with others.
    """
    if len(payload) <= most:
        return [payload]
    halves = halve(codec, payload)
    if halves is None or max(map(len, halves)) >= len(payload):
        raise Refused("too_long")
    return [part for half in halves for part in cut(codec, half, most)]


def described(descriptor: bytes, first: bool, last: bool) -> bytes:
    """Return the dependency descriptor of one part of a packet (AV1 RTP v1.0, appendix A.8.2).

    Only the first one keeps ``start_of_frame`` and what the descriptor says beyond its mandatory
    fields, only the last one ``end_of_frame``.
    """
    if not descriptor:
        return descriptor
    flags = descriptor[0] & ~(0 if first else _START) & ~(0 if last else _END)
    return bytes([flags]) + (descriptor[1:] if first else descriptor[1:3])


def fitted(codec: str, before: list[bytes], body: list[bytes], room: int) -> list[bytes]:
    """Return ``room`` packets with ``body``, and with ``before`` in front of it if there is room.

    Fewer when the codec has nothing to share out; none when ``body`` does not fit.
    """
    if len(body) > room:
        return []
    parts = before + body if len(before) + len(body) <= room else list(body)
    while len(parts) < room:
        longest = max(range(len(parts)), key=lambda at: len(parts[at]))
        halves = halve(codec, parts[longest])
        if halves is None:
            break
        parts[longest : longest + 1] = halves
    return parts
