"""FFmpeg's WHIP muxer as a publisher: ``python -m tests.relay.clients.ffmpeg_host URL TOKEN``.

It is given a certificate on P-256: built with GnuTLS, as in PyAV's wheels, it would make
one on P-224, which OpenSSL 4 does not take.

A process of its own, because PyAV holds the GIL while the muxer waits for the server.
Ends when its input is closed.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from aiortc.rtcdtlstransport import generate_certificate
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

RATE = 30


def certificate(folder: Path) -> dict[str, str]:
    """Return the muxer's options for a certificate of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM
    (folder / "certificate").write_bytes(generate_certificate(key).public_bytes(pem))
    (folder / "key").write_bytes(
        key.private_bytes(
            pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    return {"cert_file": str(folder / "certificate"), "key_file": str(folder / "key")}


def main(url: str, token: str) -> None:
    """Publish a grey ramp and silence until stdin is closed."""
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    av.logging.set_level(av.logging.VERBOSE)
    folder = tempfile.TemporaryDirectory()
    options = {"authorization": token, **certificate(Path(folder.name))}
    container: Any = av.open(url, "w", format="whip", options=options)
    x264 = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "x264-params": "keyint=30:scenecut=0",
    }
    video = container.add_stream("libx264", rate=RATE, options=x264)
    video.width, video.height, video.pix_fmt = 160, 120, "yuv420p"
    audio = container.add_stream("libopus", rate=48_000, layout="stereo")
    start, sounds = time.monotonic(), 0
    for number in range(RATE * 60):
        if ended.is_set():
            break
        frame = av.VideoFrame(160, 120, "yuv420p")
        for plane, shade in zip(frame.planes, (number % 200, 128, 128), strict=True):
            plane.update(bytes([shade]) * plane.buffer_size)
        frame.pts, frame.time_base = number, Fraction(1, RATE)
        container.mux(video.encode(frame))
        while sounds * 0.02 <= number / RATE:
            silence = av.AudioFrame(format="s16", layout="stereo", samples=960)
            silence.planes[0].update(bytes(silence.planes[0].buffer_size))
            silence.sample_rate, silence.pts = 48_000, sounds * 960
            silence.time_base = Fraction(1, 48_000)
            container.mux(audio.encode(silence))
            sounds += 1
        time.sleep(max(0.0, start + number / RATE - time.monotonic()))
    container.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
