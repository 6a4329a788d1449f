"""Packets as the fan-out kernel in Python prepares them, and header extensions as bytes.

The limits hold for both kernels: ``_native`` checks the same.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from liveshow.relay.kernel.libsrtp import TRAILER
from liveshow.relay.kernel.protocols import Extensions
from liveshow.relay.wire.packets import Packet

MAX_PACKET = 1500 - 40 - 8  # bytes that fit into a frame of Ethernet with UDP over IPv6
MAX_MID = 14  # bytes of a mid that is sent
MAX_HEAD = 12 + 32  # bytes of a header with all extensions but the dependency descriptor
# Bytes that the descriptor takes in a header beside its own: every element is a byte longer in the
# two-byte form, and the end is aligned.
DESCRIPTOR_HEAD = 12
MAX_DESCRIPTOR = 255
ONE_BYTE_FORM = 16  # bytes of the longest element (RFC 8285 §4.2)
# Bytes of a payload with its padding; with a descriptor they are fewer (``room``). Its
# retransmission, which is longer, still fits.
MAX_PAYLOAD = MAX_PACKET - MAX_HEAD - 2 - TRAILER
MAX_STREAMS = 64  # that one path makes in its life; more raise
NEVER = 1 << 62  # first index of a stream before its first remap

_EXTENSION = struct.Struct("!HH")
_ONE_BYTE, _TWO_BYTES = 0xBEDE, 0x1000  # forms of elements (RFC 8285 §4.2, §4.3)


class PreparedPacket(NamedTuple):
    """A packet as all streams need it, read and checked once for a burst."""

    number: int  # ``Packet.index``
    timestamp: int
    marker: int  # the bit in the second byte of the header
    payload: bytes
    padding: bytes
    own: bool  # whether it has ``orientation``, ``playout_delay`` or a descriptor
    picture: bool  # whether it has a picture id or TL0PICIDX
    packet: Packet


def room(descriptor: bytes) -> int:
    """Return the bytes that a payload may have beside its dependency descriptor."""
    return MAX_PAYLOAD - (len(descriptor) + DESCRIPTOR_HEAD if descriptor else 0)


def prepare(packet: Packet) -> PreparedPacket:
    """Read and check a packet. Raises ``ValueError``."""
    payload, padding = packet.payload, packet.padding
    if not isinstance(payload, bytes) or not 0 <= padding <= 255:
        raise ValueError("a packet has a payload of bytes and at most 255 bytes of padding")
    described = packet.descriptor
    if not isinstance(described, bytes) or not (
        not described or 3 <= len(described) <= MAX_DESCRIPTOR
    ):
        raise ValueError(f"a descriptor has 3 to {MAX_DESCRIPTOR} bytes")
    if len(payload) + padding > room(described):
        raise ValueError(f"a payload has at most {MAX_PAYLOAD} bytes")
    if not -1 <= packet.orientation <= 0xFF or not -1 <= packet.playout_delay <= 0xFFFFFF:
        raise ValueError("orientation has 8 bits and playout_delay 24")
    picture = packet.picture_at >= 0
    if picture:
        if packet.picture_bits not in (7, 15):
            raise ValueError("a picture id has 7 or 15 bits")
        picture_end = packet.picture_at + (2 if packet.picture_bits == 15 else 1)
    if min(packet.picture_at, packet.tl0_at) < -1 or (
        max(picture_end if picture else 0, packet.tl0_at + 1) > len(payload)
    ):
        raise ValueError("picture id and TL0PICIDX lie within the payload")
    if abs(packet.index) >= NEVER:
        raise ValueError("an index has 62 bits")
    return PreparedPacket(
        packet.index,
        packet.timestamp & 0xFFFFFFFF,
        0x80 if packet.marker else 0,
        payload,
        bytes(padding - 1) + bytes([padding]) if padding else b"",
        packet.orientation >= 0 or packet.playout_delay >= 0 or bool(described),
        picture or packet.tl0_at >= 0,
        packet,
    )


class ExtensionWriter:
    """Writes the header extensions of one stream (RFC 8285 §4.2; §4.3 if one is too long).

    Raises ``ValueError`` for an invalid or repeated id, and for a mid that is too long.
    """

    def __init__(self, extensions: Extensions) -> None:
        e = extensions
        ids = [e.mid_id, e.abs_send_time, e.transport_cc, e.playout_delay, e.video_orientation]
        ids.append(e.dependency_descriptor)
        used = [number for number in ids if number]
        if not all(0 <= number <= 14 for number in ids) or len(set(used)) < len(used):
            raise ValueError("ids of extensions are from 1 to 14, and each is another")
        if not isinstance(e.mid, bytes) or (e.mid_id and len(e.mid) > MAX_MID):
            raise ValueError(f"a mid that is carried has at most {MAX_MID} bytes")
        self._mid = bytes([e.mid_id << 4 | len(e.mid) - 1]) + e.mid if e.mid and e.mid_id else b""
        self._abs_send_time = e.abs_send_time
        self._playout_delay, self._orientation = e.playout_delay, e.video_orientation
        self._mid_id, self._mid_text = (e.mid_id, e.mid) if self._mid else (0, b"")
        self._descriptor = e.dependency_descriptor
        self.transport_cc = e.transport_cc
        self._time = b""
        self.any = bool(self._mid or any(ids[1:]))
        self._common_size = len(self._mid) + 4 * bool(e.abs_send_time) + 3 * bool(e.transport_cc)
        self._common = self._before = self._after = b""

    def begin(self, time: float) -> None:
        """Begin a burst at ``time``, seconds of the clock of abs-send-time."""
        common = self._mid
        if self._abs_send_time:
            value = int(time * (1 << 18)) & 0xFFFFFF  # 6.18 fixed-point seconds
            common += (self._abs_send_time << 28 | 2 << 24 | value).to_bytes(4, "big")
            self._time = value.to_bytes(3, "big")
        if self.transport_cc:
            common += bytes([self.transport_cc << 4 | 1])
        self._common = common
        # Most packets have no element of their own: their extensions differ only in the number.
        whole = _block(common + b"\0\0" if self.transport_cc else common)
        self._before, self._after = whole[: 4 + len(common)], whole[4 + len(common) + 2 :]
        if not self.transport_cc:
            self._before = whole

    def write(self, item: PreparedPacket, number: int, frame_offset: int = 0) -> bytes:
        """Return the whole header extension, empty when the packet has no element.

        ``number``: the transport-wide sequence number. ``frame_offset``: see ``Stream.remap``.
        """
        if self._descriptor and item.packet.descriptor:
            return self._described(item.packet, number, frame_offset)
        wide = (number & 0xFFFF).to_bytes(2, "big") if self.transport_cc else b""
        if not item.own:
            return self._before + wide + self._after if wide else self._before
        data, packet = self._common + wide, item.packet
        if self._playout_delay and packet.playout_delay >= 0:
            data += bytes([self._playout_delay << 4 | 2])
            data += packet.playout_delay.to_bytes(3, "big")
        if self._orientation and packet.orientation >= 0:
            data += bytes([self._orientation << 4, packet.orientation])
        return _block(data)

    def _described(self, packet: Packet, number: int, frame_offset: int) -> bytes:
        old = packet.descriptor
        # frame_number, after a byte of flags and the template's id
        frame = (int.from_bytes(old[1:3], "big") + frame_offset) & 0xFFFF
        descriptor = old[:1] + frame.to_bytes(2, "big") + old[3:]
        elements = [
            (self._mid_id, self._mid_text),
            (self._abs_send_time, self._time),
            (self.transport_cc, (number & 0xFFFF).to_bytes(2, "big")),
        ]
        if packet.playout_delay >= 0:
            elements.append((self._playout_delay, packet.playout_delay.to_bytes(3, "big")))
        if packet.orientation >= 0:
            elements.append((self._orientation, bytes([packet.orientation])))
        elements.append((self._descriptor, descriptor))
        carried = [(number, value) for number, value in elements if number]
        if len(descriptor) <= ONE_BYTE_FORM:
            heads = (bytes([number << 4 | len(value) - 1]) + value for number, value in carried)
            return _block(b"".join(heads))
        heads = (bytes([number, len(value)]) + value for number, value in carried)
        return _block(b"".join(heads), _TWO_BYTES)

    def size(self, item: PreparedPacket) -> int:
        """Return the number of bytes that ``write`` would return."""
        if self._descriptor and item.packet.descriptor:
            return len(self._described(item.packet, 0, 0))
        size, packet = self._common_size, item.packet
        if self._playout_delay and packet.playout_delay >= 0:
            size += 4
        if self._orientation and packet.orientation >= 0:
            size += 2
        return _EXTENSION.size + (size + 3) // 4 * 4 if size else 0


def _block(elements: bytes, profile: int = _ONE_BYTE) -> bytes:
    if not elements:
        return b""
    words = (len(elements) + 3) // 4
    return _EXTENSION.pack(profile, words) + elements.ljust(4 * words, b"\0")
