"""RTCP as the relay reads and writes it.

A compound packet (RFC 3550 §6.1) becomes a list of small records of the messages that a relay
needs; others are passed over. A defect ends the list: records before it count, the rest of the
packet does not. Reading never raises.

Writers return the bytes of one packet. Join several to a compound, beginning with a report. Items
beyond the limits of a packet (31 report blocks, ``MAX_NACK_ITEMS``) are left out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

SR, RR, SDES, BYE, RTPFB, PSFB = 200, 201, 202, 203, 205, 206  # RFC 3550 §12.1, RFC 4585 §6
NACK, TRANSPORT_CC = 1, 15  # formats of RTPFB
PLI, FIR, APPLICATION = 1, 4, 15  # formats of PSFB
CNAME = 1  # RFC 3550 §6.5.1

MAX_NACKED = 512  # sequence numbers requested by one compound; further ones are not read
MAX_NACK_ITEMS = 256  # items of a NACK that is written, 17 numbers each; the rest is left out
MAX_REPORTS = MAX_SOURCES = 31  # most items of one packet: a count has five bits

_HEADER = struct.Struct("!BBH")
_SENDER = struct.Struct("!IQIII")
_REPORT = struct.Struct("!IIIIII")
_WORD = struct.Struct("!I")
_PAIR = struct.Struct("!II")
_NACK_ITEM = struct.Struct("!HH")
_REMB = struct.Struct("!4sI")
_SENDER_REPORT = struct.Struct("!BBHIQIII")
_RECEIVER_REPORT = struct.Struct("!BBHI")
_FEEDBACK = struct.Struct("!BBHII")


class SenderReport(NamedTuple):
    """The sender's part of a sender report (RFC 3550 §6.4.1). Its blocks follow as records.

    ``ntp``: 64 bits, seconds since 1900 with 32 bits of fraction; ``timestamp``: the same
    moment in units of the RTP clock.
    """

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int


class ReportBlock(NamedTuple):
    """The reception of one source (RFC 3550 §6.4.1).

    ``fraction_lost`` in 1/256; ``lost`` is signed; ``highest``: sequence number with cycles;
    ``jitter`` in units of the RTP clock; ``last_report``: the middle 32 bits of the NTP time of
    the last sender report, 0: none; ``delay`` since then in 1/65536 s.
    """

    ssrc: int
    fraction_lost: int
    lost: int
    highest: int
    jitter: int
    last_report: int
    delay: int


class Nack(NamedTuple):
    """Missing packets of ``ssrc`` (RFC 4585 §6.2.1), in the order of the message."""

    ssrc: int
    sequences: list[int]


class KeyframeRequest(NamedTuple):
    """A picture of ``ssrc`` cannot be decoded: PLI (RFC 4585 §6.3.1), FIR (RFC 5104 §4.3.1)."""

    ssrc: int
    kind: Literal["pli", "fir"]


class Remb(NamedTuple):
    """The bits per second that all ``ssrcs`` may have together (draft-alvestrand-rmcat-remb)."""

    bitrate: int
    ssrcs: tuple[int, ...]


class TransportFeedback(NamedTuple):
    """Transport-wide feedback, unread (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1)."""

    sender: int
    ssrc: int
    fci: bytes


class Bye(NamedTuple):
    """Sources that have ended (RFC 3550 §6.6)."""

    ssrcs: tuple[int, ...]


Record = SenderReport | ReportBlock | Nack | KeyframeRequest | Remb | TransportFeedback | Bye


def read_rtcp(data: bytes) -> list[Record]:
    """Return the records of a compound packet up to the first defect."""
    records: list[Record] = []
    at, size, room = 0, len(data), MAX_NACKED
    while size - at >= 4:
        first, kind, words = _HEADER.unpack_from(data, at)
        body, at = at + 4, at + 4 + 4 * words
        if first >> 6 != 2 or at > size:
            break
        end = at
        if first & 0x20:  # padding; its last byte is its length (RFC 3550 §6.4.1)
            # It should be a multiple of four; Chromium's transport-wide feedback has 1 to 3.
            padding = data[at - 1] if words else 0
            end -= padding
            if not padding or end < body:
                break
        count = first & 0x1F
        if kind == RR:
            sound = _reports(data, body + 4, end, count, records)
        elif kind == RTPFB:
            sound = end - body >= 8
            if sound and count == NACK:
                room -= _nack(data, body, end, room, records)
            elif sound and count == TRANSPORT_CC:
                sender, ssrc = _PAIR.unpack_from(data, body)
                records.append(TransportFeedback(sender, ssrc, data[body + 8 : end]))
        elif kind == PSFB:
            sound = end - body >= 8 and _payload_feedback(data, body, end, count, records)
        elif kind == SR:
            sound = end - body >= 24 + 24 * count
            if sound:
                records.append(SenderReport(*_SENDER.unpack_from(data, body)))
                sound = _reports(data, body + 24, end, count, records)
        elif kind == BYE:
            sound = end - body >= 4 * count
            if sound:
                records.append(Bye(struct.unpack_from(f"!{count}I", data, body)))
        else:
            sound = True
        if not sound:
            break
    return records


def _reports(data: bytes, at: int, end: int, count: int, records: list[Record]) -> bool:
    """Read report blocks; a profile-specific extension may follow (RFC 3550 §6.4.3)."""
    if end - at < 24 * count:
        return False
    for position in range(at, at + 24 * count, 24):
        ssrc, loss, highest, jitter, last, delay = _REPORT.unpack_from(data, position)
        lost = loss & 0xFFFFFF
        if lost & 0x800000:
            lost -= 0x1000000
        records.append(ReportBlock(ssrc, loss >> 24, lost, highest, jitter, last, delay))
    return end >= at


def _nack(data: bytes, body: int, end: int, room: int, records: list[Record]) -> int:
    """Read at most ``room`` missing numbers, and return how many."""
    sequences: list[int] = []
    for number, following in _NACK_ITEM.iter_unpack(data[body + 8 : end]):
        sequences.append(number)
        while following:
            lowest = following & -following
            sequences.append(number + lowest.bit_length() & 0xFFFF)
            following ^= lowest
        if len(sequences) >= room:
            break
    del sequences[room:]
    if sequences:
        records.append(Nack(_WORD.unpack_from(data, body + 4)[0], sequences))
    return len(sequences)


def _payload_feedback(data: bytes, body: int, end: int, kind: int, records: list[Record]) -> bool:
    if kind == PLI:
        records.append(KeyframeRequest(_WORD.unpack_from(data, body + 4)[0], "pli"))
    elif kind == FIR:  # its SSRCs are in the FCI, eight bytes each
        if end - body & 7:
            return False
        records += [
            KeyframeRequest(_WORD.unpack_from(data, at)[0], "fir") for at in range(body + 8, end, 8)
        ]
    elif kind == APPLICATION and data[body + 8 : body + 12] == b"REMB":
        if end - body < 16:
            return False
        value: int = _WORD.unpack_from(data, body + 12)[0]
        count = value >> 24
        if end - body < 16 + 4 * count:
            return False
        ssrcs: tuple[int, ...] = struct.unpack_from(f"!{count}I", data, body + 16)
        records.append(Remb((value & 0x3FFFF) << (value >> 18 & 0x3F), ssrcs))
    return True


def sender_report(report: SenderReport, blocks: Sequence[ReportBlock] = ()) -> bytes:
    """Write a sender report (RFC 3550 §6.4.1); counts are taken modulo 2**32."""
    blocks = blocks[:MAX_REPORTS]
    ssrc, ntp, timestamp, packets, octets = report
    head = _SENDER_REPORT.pack(
        *(0x80 | len(blocks), SR, 6 + 6 * len(blocks), ssrc, ntp & 0xFFFFFFFFFFFFFFFF),
        *(timestamp & 0xFFFFFFFF, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF),
    )
    return head + _blocks(blocks) if blocks else head


def receiver_report(ssrc: int, blocks: Sequence[ReportBlock] = ()) -> bytes:
    """Write a receiver report (RFC 3550 §6.4.2), the beginning of most compounds."""
    blocks = blocks[:MAX_REPORTS]
    head = _RECEIVER_REPORT.pack(0x80 | len(blocks), RR, 1 + 6 * len(blocks), ssrc)
    return head + _blocks(blocks) if blocks else head


def _blocks(blocks: Iterable[ReportBlock]) -> bytes:
    return b"".join(
        _REPORT.pack(
            block.ssrc,
            min(max(block.fraction_lost, 0), 255) << 24
            | min(max(block.lost, -0x800000), 0x7FFFFF) & 0xFFFFFF,
            block.highest & 0xFFFFFFFF,
            min(block.jitter, 0xFFFFFFFF),
            block.last_report,
            min(block.delay, 0xFFFFFFFF),
        )
        for block in blocks
    )


def source_description(ssrc: int, cname: bytes) -> bytes:
    """Write the CNAME of ``ssrc`` (RFC 3550 §6.5); a name longer than 255 bytes is cut."""
    cname = cname[:255]
    # One null byte at least ends the list, up to the next word.
    text = bytes((CNAME, len(cname))) + cname + bytes(4 - (len(cname) + 2 & 3))
    return _RECEIVER_REPORT.pack(0x81, SDES, 1 + len(text) // 4, ssrc) + text


def pli(sender: int, ssrc: int) -> bytes:
    """Write a request for a keyframe of ``ssrc`` (RFC 4585 §6.3.1)."""
    return _FEEDBACK.pack(0x80 | PLI, PSFB, 2, sender, ssrc)


def nack(sender: int, ssrc: int, sequences: Iterable[int]) -> bytes:
    """Write a NACK of missing packets (RFC 4585 §6.2.1), in ascending order modulo 2**16."""
    items: list[tuple[int, int]] = []
    first, following = -1, 0
    for sequence in sequences:
        distance = sequence - first - 1 & 0xFFFF
        if first >= 0 and distance < 16:
            following |= 1 << distance
            continue
        if first >= 0:
            items.append((first, following))
        first, following = sequence & 0xFFFF, 0
    if first >= 0:
        items.append((first, following))
    del items[MAX_NACK_ITEMS:]
    head = _FEEDBACK.pack(0x80 | NACK, RTPFB, 2 + len(items), sender, ssrc)
    return head + b"".join(_NACK_ITEM.pack(*item) for item in items)


def remb(sender: int, bitrate: int, ssrcs: Sequence[int]) -> bytes:
    """Write the bits per second that ``ssrcs`` may have together, rounded down to 18 bits."""
    ssrcs = ssrcs[:MAX_SOURCES]
    exponent = max(0, bitrate.bit_length() - 18)
    value = len(ssrcs) << 24 | exponent << 18 | bitrate >> exponent
    head = _FEEDBACK.pack(0x80 | APPLICATION, PSFB, 4 + len(ssrcs), sender, 0)
    return head + _REMB.pack(b"REMB", value) + struct.pack(f"!{len(ssrcs)}I", *ssrcs)


def bye(ssrcs: Sequence[int]) -> bytes:
    """Write a BYE: sources have ended (RFC 3550 §6.6)."""
    ssrcs = ssrcs[:MAX_SOURCES]
    head = _HEADER.pack(0x80 | len(ssrcs), BYE, len(ssrcs))
    return head + struct.pack(f"!{len(ssrcs)}I", *ssrcs)
