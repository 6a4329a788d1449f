"""The C side of the viewers (``sweeper.c``): sockets emptied, packets counted, delays noted."""

from __future__ import annotations

import ctypes
import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator, Sequence
from ctypes import c_int32, c_int64, c_size_t, c_uint8, c_uint32, c_uint64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.light.cache import cached

SOURCE = Path(__file__).with_name("sweeper.c")
COMPILER = "cc"

AUDIO, VIDEO = KINDS = range(2)
TICKS = (960, 3000)  # of the RTP clock from one frame to the next: 20 ms of Opus, 30 pictures/s

UDP_GRO = 104  # linux/udp.h
SO_TIMESTAMPNS, SO_RXQ_OVFL = 35, 40  # asm-generic/socket.h
# A second of 2 Mbit/s, should the sweeper be late; the system counts small packets as 2 KiB each.
RECEIVE_BUFFER = 2 << 20
CONTROL_ROOM = 1 << 20  # bytes of datagrams handed back by one call
RECENT, DELAYS, FRAMES = 2048, 4096, 1024
ENDLESS = 0xFFFFFFFF
_HEAD = struct.Struct("=II")  # viewer, length


class _Stream(ctypes.Structure):
    _fields_ = [
        ("ssrc", c_uint32),
        ("payload_type", c_int32),
        ("highest", c_int64),
        ("packets", c_uint64),
        ("bytes", c_uint64),
        ("repeated", c_uint64),
        ("lost", c_int64),
        ("in_window", c_uint64),
        ("offset", c_uint32),
        ("aligned", c_uint32),
        ("timestamp", c_uint32),
        ("reserved", c_uint32),
        ("recent", c_uint8 * (RECENT // 8)),
    ]


class _Viewer(ctypes.Structure):
    _fields_ = [
        ("fd", c_int32),
        ("delays", c_uint32),
        ("streams", _Stream * len(KINDS)),
        ("others", c_uint64),
        ("other_bytes", c_uint64),
        ("runs", c_uint64),
        ("overflowed", c_uint32),
        ("errors", c_uint32),
        ("first_ns", c_int64),
        ("first_video_ns", c_int64),
        ("delay", c_int32 * DELAYS),
    ]


class _Frame(ctypes.Structure):
    _fields_ = [
        ("timestamp", c_uint32),
        ("last_viewer", c_int32),
        ("published_ns", c_int64),
        ("last_ns", c_int64),
    ]


class _Sweeper(ctypes.Structure):
    _fields_ = [
        ("ticks", c_uint32 * len(KINDS)),
        ("from_", c_uint32 * len(KINDS)),
        ("to", c_uint32 * len(KINDS)),
        ("newest", c_uint32 * len(KINDS)),
        ("viewers", c_uint32),
        ("next", c_uint32),
        ("frames", (_Frame * FRAMES) * len(KINDS)),
    ]


def available() -> bool:
    """Tell whether there is what this needs: a C compiler."""
    return shutil.which(COMPILER) is not None


def _compile(path: Path) -> None:
    command = [COMPILER, "-O2", "-shared", "-fPIC", "-o", str(path), str(SOURCE)]
    subprocess.run(command, check=True)


def _library() -> Any:
    library = ctypes.CDLL(str(cached("sweeper.so", SOURCE.read_bytes(), _compile)))
    library.sweep.restype = library.added_delays.restype = c_size_t
    library.sweep.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, c_size_t]
    library.added_delays.argtypes = [ctypes.c_void_p, c_uint32, ctypes.c_void_p]
    layout = list((c_uint64 * 4).in_dll(library, "layout"))
    assert layout == [ctypes.sizeof(each) for each in (_Stream, _Viewer, _Frame, _Sweeper)]
    return library


def prepare(sock: socket.socket) -> None:
    """Ask the system for times of arrival, runs of datagrams in one, and room for a sweep."""
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sock.setsockopt(socket.SOL_SOCKET, SO_RXQ_OVFL, 1)
    sock.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)


@dataclass(frozen=True)
class Counts:
    """What one viewer got since it came. ``lost``: gaps in the sequence numbers."""

    packets: tuple[int, int]  # audio, video
    bytes: int
    lost: int
    repeated: int
    others: int  # RTX, padding: not one of the two payload types
    runs: int  # what was read at once; fewer than packets where the sender cuts runs (GSO)
    overflowed: int  # lost by the viewer's own socket
    in_window: tuple[int, int]


class Sweeper:
    """The sockets of up to ``capacity`` viewers, by the number each one got."""

    def __init__(self, capacity: int) -> None:
        self._library = _library()
        self._viewers = (_Viewer * capacity)()
        self._state = _Sweeper(ticks=TICKS)
        self._control = ctypes.create_string_buffer(CONTROL_ROOM)

    def __len__(self) -> int:
        return int(self._state.viewers)

    def add(self, sock: socket.socket, payload_types: Sequence[int]) -> int:
        """Take a socket over, which ``prepare`` was called with; return the viewer's number.

        ``payload_types``: those of audio and video.
        """
        number = len(self)
        viewer = self._viewers[number]
        viewer.fd = sock.fileno()
        for stream, payload_type in zip(viewer.streams, payload_types, strict=True):
            stream.payload_type, stream.highest = payload_type, -1
        self._state.viewers = number + 1
        return number

    def remove(self, number: int) -> None:
        """Leave the socket of a viewer alone, which may be closed then. Its counts remain."""
        self._viewers[number].fd = -1

    def sweep(self) -> Iterator[tuple[int, bytes]]:
        """Empty all sockets; yield (viewer, datagram) for all that is not RTP."""
        control, viewers = self._control, self._viewers
        while True:
            used = self._library.sweep(
                ctypes.byref(self._state), ctypes.byref(viewers), control, CONTROL_ROOM
            )
            again = self._state.next != 0
            if used:
                yield from _datagrams(control.raw[:used])
            if not again:
                return

    def published(self, kind: int, number: int, nanoseconds: int) -> int:
        """Note when a frame was sent (the system's clock); return its RTP timestamp."""
        timestamp = number * TICKS[kind] & 0xFFFFFFFF
        frame = self._state.frames[kind][number % FRAMES]
        frame.timestamp, frame.last_viewer = timestamp, -1
        frame.published_ns, frame.last_ns = nanoseconds, 0
        self._state.newest[kind] = number
        return timestamp

    def open_window(self, first: Sequence[int]) -> None:
        """Count the frames from ``first`` (audio, video) on, and their delays, from zero."""
        for viewer in self._viewers[: len(self)]:
            viewer.delays = 0
            for stream in viewer.streams:
                stream.in_window = 0
        for kind in KINDS:
            self._state.from_[kind], self._state.to[kind] = first[kind], ENDLESS

    def close_window(self, after: Sequence[int]) -> None:
        """Count frames before ``after`` only."""
        for kind in KINDS:
            self._state.to[kind] = after[kind]

    def counts(self, number: int) -> Counts:
        viewer = self._viewers[number]
        streams = list(viewer.streams)
        return Counts(
            packets=tuple(stream.packets for stream in streams),
            bytes=sum(stream.bytes for stream in streams),
            lost=sum(stream.lost for stream in streams),
            repeated=sum(stream.repeated for stream in streams),
            others=viewer.others,
            runs=viewer.runs,
            overflowed=viewer.overflowed,
            in_window=tuple(stream.in_window for stream in streams),
        )

    def received(self, number: int) -> list[tuple[int, int, int]]:
        """Return (SSRC, highest sequence number extended, lost) of each stream that came."""
        streams = self._viewers[number].streams
        return [(s.ssrc, s.highest & 0xFFFFFFFF, s.lost) for s in streams if s.packets]

    def first_video(self, number: int) -> int:
        """Return when a viewer's first packet of video came (ns, the system's clock), or 0."""
        return int(self._viewers[number].first_video_ns)

    def added_delays(self, percents: Sequence[float]) -> list[float]:
        """Return percentiles of the delay that packets of the window had, in milliseconds.

        From the sending of a frame to the arrival of each packet of it, beyond the least that
        the same viewer had.
        """
        total = sum(viewer.delays for viewer in self._viewers[: len(self)])
        delays = (c_int32 * total)()
        self._library.added_delays(ctypes.byref(self._viewers), len(self), ctypes.byref(delays))
        return [_percentile(delays, percent) / 1000 for percent in percents]

    def last_share(self, first: int, after: int) -> float:
        """Return the share of pictures that came last to the one viewer who was last most often."""
        frames = [self._state.frames[VIDEO][number % FRAMES] for number in range(first, after)]
        last = [frame.last_viewer for frame in frames if frame.last_viewer >= 0]
        return max(map(last.count, set(last))) / len(last) if last else 0.0


def _percentile(values: Any, percent: float) -> float:
    """Return a percentile of values that are in order already, 0 of none."""
    at = -(-len(values) * int(percent) // 100) - 1
    return float(values[max(0, at)]) if len(values) else 0.0


def _datagrams(control: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(control):
        number, length = _HEAD.unpack_from(control, at)
        at += _HEAD.size
        yield number, control[at : at + length]
        at += length
