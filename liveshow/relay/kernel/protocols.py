"""The seam of the fan-out kernel: rewriting, protecting and sending RTP to viewers.

One burst of packets goes to all viewers of a track in one call. What differs between two
viewers is a handful of numbers (``Stream``) and a key (``Path``); the payload is shared.

There are two kernels, and one test suite for both: ``python`` is the reference,
``_native`` (C) does the same for the whole burst without the GIL. Neither sees anything
that came from outside unread: packets were parsed, checked and numbered before.

Numbers: a *sequence* is RTP's sequence number extended to 48 bits, roll-over counter and
number (RFC 3711 §3.3.1). It is always given in full, so nothing has to be guessed. Never two
contents under one (SSRC, sequence): callers answer for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from liveshow.relay.wire.packets import Packet

Profile = Literal["AEAD_AES_128_GCM", "AES128_CM_SHA1_80"]  # RFC 7714 §14.2, RFC 5764 §4.1.2
Address = tuple[Any, ...]  # as the socket of the port gives and takes it
# Takes protected packets, up to 16 of one stream, and returns how many, from the first one on;
# the others are offered again later. True: they are retransmissions, which nothing else should
# wait for. One that raises has taken nothing. It may change paths and groups, but not send.
SendCallback = Callable[[list[bytes], bool], int]


@dataclass(frozen=True, slots=True)
class Extensions:
    """Ids of the header extensions (RFC 8285, 1 to 14) that one stream carries, 0: not.

    ``mid`` is written while it is not empty; carried, it has at most 14 bytes.
    ``video_orientation`` and ``playout_delay`` are written on the packets that came with
    them, ``abs_send_time`` and ``transport_cc`` on all. Streams with one of the last two
    never send one sequence twice.
    """

    mid_id: int = 0
    mid: bytes = b""
    abs_send_time: int = 0
    transport_cc: int = 0
    playout_delay: int = 0
    video_orientation: int = 0


class Stream(Protocol):
    """One SSRC on its way to one viewer."""

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
    ) -> None:
        """Say how packets are numbered from now on.

        A packet of ``index`` is sent as sequence ``index + sequence_offset``, and only if
        ``index >= first``; its timestamp as the sum modulo 2**32. The other two are added to
        VP8's and VP9's picture id and TL0PICIDX where the packet says that it has them.
        """

    def set_extensions(self, extensions: Extensions) -> None:
        """Carry these extensions from now on."""

    def send(self, packets: Sequence[Packet], timestamps: Sequence[int] | None = None) -> int:
        """Send packets in order; return how many went, fewer when the socket is full.

        ``timestamps`` replace those of the packets (before ``timestamp_offset``).
        """

    def retransmit(self, packet: Packet, timestamp: int, original: int) -> bool:
        """Send a packet again, this stream being one of RTX (RFC 4588 §4).

        It is numbered by ``next``; ``original`` is the sequence it was sent under, of
        which 16 bits go before the payload. Padding is left out. ``timestamp_offset`` is
        added. False when the socket is full.
        """


class Path(Protocol):
    """The protected way to one viewer: keys, where it is, and its transport-wide numbers."""

    def stream(self, ssrc: int, first_sequence: int) -> Stream:
        """Make a stream. ``first_sequence`` is below 2**15, so that roll-over is certain.

        Raises ``ValueError`` for an SSRC that the path had before, even when that stream is
        gone: the keys are the same, and sequences might come twice (RFC 3711 §9.1). A path
        has 64 streams in its life.
        """

    def send_to(self, where: Address | SendCallback | None) -> None:
        """Send to an address, or offer protected packets to a callable (TCP).

        None, as at the beginning: packets count as sent and go nowhere, and so does the rest of
        a burst when a callable changes where its own path leads. What it then refuses is
        refused all the same.
        """

    def sent(self, first: int, count: int) -> list[tuple[int, int] | None]:
        """Return (time of sending in µs of the monotonic clock, size in bytes) of packets.

        ``first``: the transport-wide number, of 16 bits, of the first one
        (draft-holmer-rmcat-transport-wide-cc-extensions-01). None: not known any more; the
        last 2,048 are.
        """


class Group(Protocol):
    """The streams that get every packet of one track as it comes."""

    def add(self, stream: Stream) -> None: ...

    def discard(self, stream: Stream) -> None: ...

    def __len__(self) -> int: ...

    def __contains__(self, stream: Stream) -> bool: ...

    def send(self, packets: Sequence[Packet]) -> list[tuple[Stream, int]]:
        """Send packets to all streams, beginning with another one each time.

        Return those that did not get all, with the number of packets they got.
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
        """Return up to ``limit`` datagrams that have arrived, none when there are none.

        Not one of them is looked at. Those longer than ``size`` are cut to it. Errors of
        earlier sends, which the system reports here, are passed over.
        """

    def counters(self) -> dict[str, int]:
        """Return ``datagrams``, ``bytes``, ``calls`` (of the system), ``blocked``, ``errors``
        and ``segmentation`` (1: the kernel of the system cuts runs into datagrams)."""

    def close(self) -> None:
        """Stop the threads; paths, streams and groups made by it send nothing any more."""
