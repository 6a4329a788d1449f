"""The interface of the fan-out kernel, which rewrites, protects and sends RTP to viewers.

One burst of packets goes to all viewers of a track in one call. Two viewers differ in a handful of
numbers (``Stream``) and a key (``Path``); they share the payload.

There are two kernels and one test suite for both: ``python`` is the reference, ``_native`` (C) does
the same for the whole burst without the GIL. Packets were parsed, checked and numbered before they
reach a kernel.

Numbers: a *sequence* is RTP's sequence number extended to 48 bits, roll-over counter and number
(RFC 3711 §3.3.1). It is always given in full, so no kernel has to guess the roll-over counter. The
caller must never send two contents under one (SSRC, sequence).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from liveshow.relay.wire.packets import Packet

# Number of this interface: a native kernel that was built for another one is not used.
INTERFACE = 2

Profile = Literal["AEAD_AES_128_GCM", "AES128_CM_SHA1_80"]  # RFC 7714 §14.2, RFC 5764 §4.1.2
Address = tuple[Any, ...]  # of a socket, in the form of its family
# Takes up to 16 protected packets of one stream and returns how many it took, from the first one
# on; the rest is offered again later. The second argument tells retransmissions, which must not
# delay other packets. If the callback raises, it has taken nothing. It may change paths and groups,
# but not send.
SendCallback = Callable[[list[bytes], bool], int]


@dataclass(frozen=True, slots=True)
class Extensions:
    """Ids of the header extensions (RFC 8285, 1 to 14) that one stream carries, 0: none.

    ``mid`` is written unless it is empty; it has at most 14 bytes. ``video_orientation`` and
    ``playout_delay`` are written on packets that came with them, and so is
    ``dependency_descriptor``; ``abs_send_time`` and ``transport_cc`` on all. A descriptor of more
    than 16 bytes makes all elements of its packet those of the two-byte form (§4.3), so a viewer
    that gets it has agreed to both forms (§4.1.2). A stream with ``abs_send_time`` or
    ``transport_cc`` never sends a sequence twice.
    """

    mid_id: int = 0
    mid: bytes = b""
    abs_send_time: int = 0
    transport_cc: int = 0
    playout_delay: int = 0
    video_orientation: int = 0
    dependency_descriptor: int = 0


class Stream(Protocol):
    """One SSRC that is sent to one viewer."""

    @property
    def next(self) -> int:
        """The sequence after the highest one sent, ``first_sequence`` before the first."""

    @property
    def packets(self) -> int:
        """Packets sent, for sender reports (RFC 3550 §6.4.1)."""

    @property
    def octets(self) -> int:
        """Payload octets sent, without padding."""

    def remap(
        self,
        payload_type: int,
        first: int,
        sequence_offset: int,
        timestamp_offset: int,
        picture_offset: int = 0,
        tl0_offset: int = 0,
        frame_offset: int = 0,
    ) -> None:
        """Set how packets are numbered from now on.

        A packet of ``index`` is sent as sequence ``index + sequence_offset``, and only if
        ``index >= first``. Timestamps are added modulo 2**32. The other offsets are added to the
        picture id and TL0PICIDX of VP8 and VP9, and to the frame number of a dependency descriptor,
        where a packet has them.
        """

    def set_extensions(self, extensions: Extensions) -> None:
        """Carry these extensions from now on."""

    def send(self, packets: Sequence[Packet], timestamps: Sequence[int] | None = None) -> int:
        """Send packets in order; return how many were sent, fewer when the socket is full.

        ``timestamps`` replace those of the packets (before ``timestamp_offset``).
        """

    def retransmit(self, packet: Packet, timestamp: int, original: int) -> bool:
        """Send a packet again on this stream, which is one of RTX (RFC 4588 §4).

        Its sequence is ``next``. ``original`` is the sequence of its first sending, whose lower 16
        bits go before the payload. Padding is left out, ``timestamp_offset`` is added. Return False
        when the socket is full.
        """


class Path(Protocol):
    """The protected path to one viewer: keys, destination and transport-wide numbers."""

    def stream(self, ssrc: int, first_sequence: int) -> Stream:
        """Make a stream. ``first_sequence`` is below 2**15, so that roll-over is certain.

        Raises ``ValueError`` for an SSRC that the path had before, even if that stream is gone:
        the keys are the same, and a sequence might be used twice (RFC 3711 §9.1). A path makes 64
        streams at most.
        """

    def send_to(self, where: Address | SendCallback | None) -> None:
        """Send to an address, or offer protected packets to a callback (TCP).

        With None, as at the beginning, packets count as sent and go nowhere. If a callback changes
        the destination of its own path, the rest of the burst goes nowhere, too; packets that it
        refuses are refused all the same.
        """

    def sent(self, first: int, count: int) -> list[tuple[int, int] | None]:
        """Return (time of sending in µs of the monotonic clock, size in bytes) of packets.

        ``first``: the 16-bit transport-wide number of the first one
        (draft-holmer-rmcat-transport-wide-cc-extensions-01). None for a packet that is forgotten;
        the last 2,048 are remembered.
        """


class Group(Protocol):
    """The streams that get every packet of one track as it comes."""

    def add(self, stream: Stream) -> None: ...

    def discard(self, stream: Stream) -> None: ...

    def __len__(self) -> int: ...

    def __contains__(self, stream: Stream) -> bool: ...

    def send(self, packets: Sequence[Packet]) -> list[tuple[Stream, int]]:
        """Send packets to all streams, starting with another stream each time.

        Return the streams that did not get all packets, each with the number that it got.
        """


class Kernel(Protocol):
    """Makes paths and groups that send through one UDP socket."""

    @property
    def name(self) -> str:
        """``native`` or ``python``."""

    def path(self, profile: Profile, key: bytes, salt: bytes) -> Path:
        """Make a path with a master key of 16 bytes and a salt of 12 (GCM) or 14 bytes.

        Raises ``ValueError``.
        """

    def group(self, streams: Iterable[Stream] = ()) -> Group: ...

    def receive(self, limit: int, size: int) -> list[tuple[bytes, Address]]:
        """Return up to ``limit`` datagrams that have arrived, without looking into them.

        Longer ones are cut to ``size``. Errors of earlier sends, which the system reports here,
        are passed over.
        """

    def counters(self) -> dict[str, int]:
        """Return ``datagrams``, ``bytes``, ``calls`` (of the system), ``blocked``, ``errors``
        and ``segmentation`` (1: the operating system segments, see ``gso_socket``)."""

    def close(self) -> None:
        """Stop the threads. Paths, streams and groups made by it send nothing any more."""
