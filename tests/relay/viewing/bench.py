"""A track fed by hand and its viewers, without a network.

Packets go through a real kernel, and are decrypted as a viewer does.
"""

from __future__ import annotations

import struct
from typing import Any

from liveshow.relay.kernel.protocols import Extensions
from liveshow.relay.negotiation import PayloadTypes
from liveshow.relay.tracks.simulcast import Simulcast
from liveshow.relay.tracks.track import Track
from liveshow.relay.viewing.down_track import DownTrack
from liveshow.relay.wire.codecs import AV1, H264, OPUS, VP8
from liveshow.relay.wire.packets import RtpHeader
from tests.relay.kernel.bed import GCM, KEY, SALTS, Bed, Opener

SSRC, RTX_SSRC = 1111, 2222
TYPES = PayloadTypes({VP8: 96, AV1: 98, OPUS: 111}, {"42e01f": 102}, {96: 97, 102: 103})
NO_RTX = PayloadTypes({VP8: 96}, {}, {})


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class ManualPacer:
    """Remembers the down tracks that are behind; the test gives them their turns."""

    def __init__(self) -> None:
        self.behind: set[Any] = set()

    def add(self, subscriber: Any) -> None:
        self.behind.add(subscriber)

    def discard(self, subscriber: Any) -> None:
        self.behind.discard(subscriber)


class Wire:
    """A path to the viewer that remembers all packets, and can be full."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, int, int, int, bytes]] = []  # type, seq, ts, ssrc, payload
        self.full = False
        self.room = 1 << 40  # packets that it takes until it is full, too
        self._open = Opener()
        self._ciphertexts: dict[bytes, bytes] = {}

    def __call__(self, packets: list[bytes], again: bool) -> int:
        count = 0 if self.full else min(len(packets), self.room)
        self.room -= count
        for protected in packets[:count]:
            self._take(protected)
        return count

    def _take(self, protected: bytes) -> None:
        # Sent again under its number, it must be the very same packet: libsrtp takes it once.
        number = protected[2:4] + protected[8:12]
        data = self._ciphertexts.get(protected) or self._open(protected)
        self._ciphertexts[protected] = data
        assert number == data[2:4] + data[8:12]
        assert data[0] & ~0x20 == 0x80
        if data[0] & 0x20:
            data = data[: -data[-1]]
        _, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", data)
        self.sent.append((second & 0x7F, sequence, timestamp, ssrc, data[12:]))

    def sequences(self, ssrc: int = SSRC) -> list[int]:
        return [entry[1] for entry in self.sent if entry[3] == ssrc]


class Bench:
    """A track that is fed by hand, and viewers of it."""

    def __init__(self, kernel: str, kind: Any = "video", layers: tuple[str, ...] = ("",)) -> None:
        self.clock = Clock()
        self.pacer = ManualPacer()
        self.bed = Bed(kernel)
        self.simulcast = Simulcast(kind, self.bed.kernel)
        self.layers = layers
        self.asked: list[Track] = []
        self.publish()
        self.sequence = 1000
        self.timestamp = 50_000

    def publish(self) -> None:
        """Begin as another publisher."""
        self.track = self.simulcast.attach(self, self.layers)[-1]

    def request_keyframes(self, tracks: Any) -> None:
        self.asked += tracks

    def tick(self) -> None:
        self.simulcast.tick(self.clock.now)

    def viewer(self, types: PayloadTypes = TYPES) -> tuple[DownTrack, Wire]:
        wire = Wire()
        path = self.bed.kernel.path(GCM, KEY, SALTS[GCM])
        path.send_to(wire)
        down_track = DownTrack(
            self.track,
            path,
            types,
            self.pacer,  # type: ignore[arg-type]
            self.clock,
            SSRC,
            RTX_SSRC,
            Extensions(),
        )
        down_track.join()
        return down_track, wire

    def push(self, payload: bytes, codec: str, sequence: int | None = None) -> None:
        number = self.sequence if sequence is None else sequence
        header = RtpHeader(
            1, True, number & 0xFFFF, self.timestamp & 0xFFFFFFFF, 5, payload, 100, None
        )
        self.track.push(header, codec, self.clock.now)
        self.track.flush()

    def frame(self, key: bool = False, codec: str = VP8, packets: int = 1) -> None:
        """Send one frame and let 33 ms pass."""
        for part in range(packets):
            if codec == VP8:
                start = bytes([0x10, 0x00 if key else 0x01])
                payload = start if part == 0 else bytes([0x00, 0xFF])
            elif codec == H264:
                payload = b"\x65" if key else b"\x41"
            else:
                payload = b"opus"
            self.push(payload + b"%d" % self.sequence, codec)
            self.sequence += 1
        self.timestamp += 3000
        self.clock.now += 1 / 30

    def send_backlog(self, rounds: int = 1) -> None:
        for _ in range(rounds):
            self.clock.now += 0.005
            for down_track in list(self.pacer.behind):
                self.pacer.discard(down_track)
                down_track.send_backlog(self.clock.now)


LAYERS = ("q", "h", "f")


class SimulcastBench(Bench):
    """Three layers of one camera, with numbers and times of their own."""

    def __init__(self, kernel: str) -> None:
        super().__init__(kernel, layers=LAYERS)
        self.numbers = [100, 20_000, 65_500]
        self.times = [7, 0xFFFFFFF0, 1 << 30]
        self.pictures = [5, 120, 30_000]
        self.sizes = [0, 0, 0]  # bytes of a payload, at least
        self.padded: set[int] = set()  # layers of which only padding comes
        self.av1 = False
        self.described = [7, 40_000, 65_535]  # frame numbers of AV1

    def frames(self, key: bool = False, layers: tuple[int, ...] = (0, 1, 2)) -> None:
        """Send a frame of each layer, 33 ms after the last."""
        self.clock.now += 1 / 30
        for layer in range(3):
            self.times[layer] = (self.times[layer] + 3000) & 0xFFFFFFFF
            picture = self.pictures[layer] = (self.pictures[layer] + 1) & 0x7FFF
            if layer not in layers:
                continue
            # VP8 with a picture id of 15 bits (RFC 7741 §4.2).
            head = bytes([0x90, 0x80, 0x80 | picture >> 8, picture & 0xFF, not key])
            payload = head + b"%s %d" % (LAYERS[layer].encode(), self.numbers[layer])
            payload = b"" if layer in self.padded else payload.ljust(self.sizes[layer], b".")
            header = RtpHeader(
                1, True, self.numbers[layer] & 0xFFFF, self.times[layer], 5, payload, 100, None
            )
            if self.av1:
                self.described[layer] = self.described[layer] + 1 & 0xFFFF
                # One element: a sequence header in a keyframe, else a frame.
                obus = b"\x18\x08\x00\x00" if key else b"\x10\x30frame"
                told = b"\xc0" + self.described[layer].to_bytes(2, "big")
                header = header._replace(payload=obus, descriptor=told)
            self.numbers[layer] += 1
            codec = AV1 if self.av1 else VP8
            self.simulcast.tracks[layer].push(header, codec, self.clock.now)
            self.simulcast.tracks[layer].flush()

    def reports(self) -> None:
        """Sender reports: all layers were sampled now."""
        for layer, track in enumerate(self.simulcast.tracks):
            track.sender_report(self.clock.now + 4000.0, self.times[layer])


def shown(wire: Wire) -> list[str]:
    """Return the layers that were sent, as they follow each other."""
    names = [entry[4][5:6].decode() for entry in wire.sent if entry[3] == SSRC]
    return [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]


def pictures(wire: Wire) -> list[int]:
    return [(e[4][2] & 0x7F) << 8 | e[4][3] for e in wire.sent if e[3] == SSRC]
