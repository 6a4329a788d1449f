"""What is published: H.264 at a steady bit rate and Opus, encoded and packetised once.

One keyframe only, at the beginning: browsers send others on request, and so does the publisher,
by beginning the clip anew.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest.mock import patch

import av
from aiortc.codecs import h264

from tests.bench.light.cache import cached

RATE = 30  # pictures per second
SECONDS = 60
DETAIL = 24  # pixels from one point of the noise to the next
MAX_PAYLOAD = 1170  # bytes; what browsers send, 1,200 with header and extensions


@dataclass(frozen=True)
class Clip:
    """Payloads of RTP packets, a list per picture (RFC 6184) and one per 20 ms of sound."""

    video: list[list[bytes]]
    audio: list[bytes]


def clip(width: int, height: int, bitrate: int, seconds: int = SECONDS) -> Clip:
    """Return the clip, which is encoded when this machine has none of this kind yet."""

    def make(path: Path) -> None:
        path.write_bytes(pickle.dumps(Clip(_video(width, height, bitrate, seconds), _audio())))

    made_of = f"{width} {height} {bitrate} {seconds}".encode() + Path(__file__).read_bytes()
    loaded = pickle.loads(cached("clip.pickle", made_of, make).read_bytes())
    assert isinstance(loaded, Clip)
    return loaded


def _video(width: int, height: int, bitrate: int, seconds: int) -> list[list[bytes]]:
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, RATE), Fraction(RATE, 1)
    encoder.bit_rate, encoder.profile = bitrate, "Baseline"
    encoder.thread_count = 1  # one slice a picture, on every machine
    # The buffer of a third of a second is what live encoders use: pictures of nearly one size.
    steady = f"vbv-maxrate={bitrate // 1000}:vbv-bufsize={bitrate // 3000}"
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "level": "31",
        "x264-params": f"keyint=infinite:scenecut=0:annexb=1:{steady}",
    }
    pictures = _pictures(width, height, seconds * RATE)
    encoded = [bytes(packet) for picture in pictures for packet in encoder.encode(picture)]
    encoded += [bytes(packet) for packet in encoder.encode(None)]
    assert len(encoded) == seconds * RATE
    with patch.object(h264, "PACKET_MAX", MAX_PAYLOAD):
        return [list(h264.H264Encoder._packetize(_units(data))) for data in encoded]


def _units(data: bytes) -> Iterator[bytes]:
    return h264.H264Encoder._split_bitstream(data)


def _pictures(width: int, height: int, count: int) -> Any:
    """Yield clouds, each time others: every picture costs the encoder the same."""
    noise = random.Random(1)
    columns, rows = width // DETAIL, height // DETAIL
    for number in range(count):
        small = av.VideoFrame(columns, rows, "gray")
        plane: Any = small.planes[0]
        plane.update(noise.randbytes(plane.line_size * rows))
        picture = small.reformat(width, height, "yuv420p", interpolation="BICUBIC")
        picture.pts, picture.time_base = number, Fraction(1, RATE)
        yield picture


def _audio() -> list[bytes]:
    """Encode one second of quiet noise as Opus, 20 ms each, at about 64 kbit/s."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
    encoder.time_base, encoder.bit_rate = Fraction(1, 48_000), 64_000
    noise = random.Random(1)
    packets: list[bytes] = []
    for number in range(50):
        frame = av.AudioFrame(format="s16", layout="stereo", samples=960)
        samples = b"".join(
            noise.randint(-500, 500).to_bytes(2, "little", signed=True) for _ in range(1920)
        )
        frame.planes[0].update(samples)
        frame.sample_rate, frame.pts = 48_000, number * 960
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets
