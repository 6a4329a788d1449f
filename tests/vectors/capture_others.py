"""Capture offers and RTP of programs without a browser: ``python -m tests.vectors.capture_others``.

FFmpeg (in PyAV), GStreamer (``gst-launch-1.0``, webrtcbin by the system's ``python3-gi``) and
aiortc. Without GStreamer its files stay as they are.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import struct
import subprocess
import sys
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import aiortc
import av
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder

from tests.vectors import FOLDER, write

PACKETS = 20
WIDTH, HEIGHT, RATE = 320, 240, 30
FFMPEG = {
    "VP8": ("libvpx", {"deadline": "realtime", "error-resilient": "1"}),
    "VP9": ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}),
    "H264": ("libx264", {"preset": "ultrafast", "tune": "zerolatency", "profile": "high"}),
    "AV1": ("libsvtav1", {"preset": "12"}),
}
GSTREAMER = {
    "VP8": "vp8enc deadline=1 ! rtpvp8pay picture-id-mode=15-bit",
    "VP9": "vp9enc deadline=1 lag-in-frames=0 ! rtpvp9pay picture-id-mode=15-bit",
    "H264": "x264enc tune=zerolatency speed-preset=ultrafast ! video/x-h264,profile=main"
    " ! rtph264pay aggregate-mode=zero-latency config-interval=-1",
}
WEBRTCBIN = """
import gi
gi.require_version("Gst", "1.0"); gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC
Gst.init(None)
pipeline = Gst.parse_launch(
    "webrtcbin name=w bundle-policy=max-bundle"
    " audiotestsrc ! opusenc ! rtpopuspay pt=97 ! w."
    " videotestsrc ! x264enc tune=zerolatency ! rtph264pay pt=96 ! w.")
loop, webrtc = GLib.MainLoop(), pipeline.get_by_name("w")
def made(promise, *_):
    promise.wait()
    reply = promise.get_reply()
    offer = reply.get_value("offer")
    text = offer.sdp.as_text()
    print(text, end="", flush=True)
    loop.quit()
webrtc.connect("on-negotiation-needed", lambda element: element.emit(
    "create-offer", None, Gst.Promise.new_with_change_func(made, None, None)))
pipeline.set_state(Gst.State.PLAYING)
GLib.timeout_add_seconds(20, loop.quit)
loop.run()
pipeline.set_state(Gst.State.NULL)
"""


def frames() -> list[av.VideoFrame]:
    """Return two seconds of a moving ramp."""
    made = []
    for number in range(2 * RATE):
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for plane in frame.planes:
            row = bytes((x * 3 + number * 5) % 200 for x in range(plane.line_size))
            plane.update(row * plane.height)
        frame.pts, frame.time_base = number, Fraction(1, RATE)
        made.append(frame)
    return made


class Catcher:
    """A UDP port that keeps the first packets."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    def packets(self) -> list[bytes]:
        """Return what has come, without RTCP."""
        self._socket.settimeout(1)
        caught: list[bytes] = []
        try:
            while len(caught) < PACKETS:
                data = self._socket.recv(2000)
                if not 192 <= data[1] <= 223:
                    caught.append(data)
        except TimeoutError:
            pass
        self._socket.close()
        return caught


def ffmpeg(codec: str) -> list[bytes]:
    """Return packets of FFmpeg's RTP muxer."""
    encoder, options = FFMPEG[codec]
    catcher = Catcher()
    container: Any = av.open(
        f"rtp://127.0.0.1:{catcher.port}?pkt_size=1200",
        "w",
        format="rtp",
        options={"strict": "experimental"},
    )
    stream = container.add_stream(encoder, rate=RATE, options=options)
    stream.width, stream.height, stream.pix_fmt, stream.bit_rate = WIDTH, HEIGHT, "yuv420p", 500_000
    stream.gop_size = 10
    for frame in frames():
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
    container.close()
    return catcher.packets()


def gstreamer(codec: str) -> list[bytes]:
    """Return packets of GStreamer's payloaders."""
    catcher = Catcher()
    pipeline = (
        f"videotestsrc num-buffers=40 pattern=ball ! video/x-raw,width={WIDTH},height={HEIGHT}"
        f" ! {GSTREAMER[codec]} mtu=1200 ! udpsink sync=false host=127.0.0.1 port={catcher.port}"
    )
    subprocess.run(["gst-launch-1.0", "-q", *pipeline.split()], check=True, timeout=60)
    return catcher.packets()


def aiortc_packets(codec: str) -> list[bytes]:
    """Return what aiortc's packetizers make, with headers of our own: theirs are in offers."""
    encoder: Any = {"VP8": Vp8Encoder, "H264": H264Encoder}[codec]()
    packets: list[bytes] = []
    for number, frame in enumerate(frames()):
        payloads, timestamp = encoder.encode(frame, force_keyframe=number == 10)
        for place, payload in enumerate(payloads, 1):
            last = place == len(payloads)
            head = struct.pack("!BBHII", 0x80, 96 | last << 7, len(packets), timestamp, 1)
            packets.append(head + payload)
    return packets[:PACKETS]


async def aiortc_offer() -> str:
    """Return the offer of a connection that sends both kinds."""
    connection = aiortc.RTCPeerConnection()
    for kind in ("audio", "video"):
        connection.addTransceiver(kind, direction="sendonly")
    await connection.setLocalDescription(await connection.createOffer())
    text = connection.localDescription.sdp
    await connection.close()
    return text


def ffmpeg_offer() -> str:
    """Return what FFmpeg's WHIP muxer posts."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_error(503)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}/whip"
    # A process of its own: PyAV holds the GIL while the muxer waits for us.
    muxer = subprocess.Popen(
        [sys.executable, "-m", "tests.relay.clients.ffmpeg_host", url, "token"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    server.timeout = 30
    server.handle_request()
    server.server_close()
    muxer.communicate(timeout=30)  # refused: it ends by itself
    return bodies[0].decode()


def gstreamer_offer() -> str:
    """Return the offer of webrtcbin with H.264 and Opus."""
    done = subprocess.run(
        ["/usr/bin/python3", "-c", WEBRTCBIN], check=True, timeout=60, capture_output=True
    )
    return re.sub(r"@\S+", "@localhost", done.stdout.decode())


def main() -> None:
    """Write offers/*.sdp and rtp/*.rtp."""
    offers = {"ffmpeg-whip": ffmpeg_offer, "aiortc": lambda: asyncio.run(aiortc_offer())}
    sources = {
        "ffmpeg": (ffmpeg, FFMPEG, f"FFmpeg {av.ffmpeg_version_info}, its RTP muxer"),
        "aiortc": (aiortc_packets, ("VP8", "H264"), f"aiortc {aiortc.__version__}, payloads"),
    }
    if shutil.which("gst-launch-1.0"):
        version = subprocess.run(["gst-launch-1.0", "--version"], capture_output=True, check=True)
        source = version.stdout.decode().splitlines()[1]
        sources["gstreamer"] = (gstreamer, GSTREAMER, f"{source}, its payloaders")
        offers["gstreamer-webrtcbin"] = gstreamer_offer
    for name, make in offers.items():
        (FOLDER / f"offers/{name}.sdp").write_text(make(), newline="")
    index_file = FOLDER / "rtp/index.json"
    index = json.loads(index_file.read_text()) if index_file.exists() else {}
    for program, (capture, codecs, source) in sources.items():
        for codec in codecs:
            name = f"{program}-{codec.lower()}"
            packets = capture(codec)
            write(FOLDER / f"rtp/{name}.rtp", packets)
            index[name] = {"source": source, "codec": codec, "extensions": {}}
            print(name, len(packets), sum(map(len, packets)))
    index_file.write_text(json.dumps(index, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    sys.exit(main())
