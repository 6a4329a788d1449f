"""A synthetic host: a boutique's clothes rail, a clock and a quiet chord, over real WHIP.

Picture and sound are drawn and encoded once, into a loop of 12 s that has no seam; after
that, sending costs next to nothing. Encoding runs ahead of sending, so the broadcast
starts at once. The host behaves like OBS: it does not react to keyframe requests.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import logging
import math
import random
import threading
import time
from fractions import Fraction
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
import av
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from liveshow.surroundings import local_addresses

log = logging.getLogger(__name__)

WIDTH, HEIGHT = 540, 960  # portrait: that is how people watch
RATE = 30  # frames per second
LOOP = 12  # seconds
KEYFRAME_EVERY = 2  # seconds
BITRATE = 1_500_000  # bits per second
SOUND_RATE = 48_000
SOUND_FRAME = 960  # samples: 20 ms, one Opus packet

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0  # seconds between attempts
ANSWER_WITHIN = 10.0  # seconds
ENCODE_WITHIN = 20  # seconds for a picture that is due to be there
_BACKDROP = ("#2b1b3d", "#8c4a63", "#f2b48c")  # top, middle, bottom
_CLOTHES = ("#f6e7d8", "#d96c75", "#3f7d88", "#e9b44c", "#7a5c8e", "#c8553d", "#588b8b", "#f28f3b")


async def broadcast(
    url: str, token: str, *, stop: asyncio.Event, title: str = "The Saturday Rail"
) -> None:
    """Publish the loop to the WHIP endpoint ``url`` until ``stop`` is set.

    Reconnects with growing pauses, so the server may restart meanwhile. ``token`` is a
    bearer: an account's token or a stream key.
    """
    clip = Clip(title)
    pause = FIRST_PAUSE
    try:
        while not stop.is_set():
            began = time.monotonic()
            try:
                await _publish(url, token, clip, stop)
            except (aiohttp.ClientError, ConnectionError, TimeoutError, OSError) as error:
                log.warning("demo broadcast: %s; trying again in %.1f s", error, pause)
            if time.monotonic() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE)
    finally:
        clip.close()


async def _publish(url: str, token: str, clip: Clip, stop: asyncio.Event) -> None:
    """Hold one WHIP session until it breaks or ``stop`` is set."""
    lost = asyncio.Event()
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))

    @peer.on("connectionstatechange")
    def look() -> None:
        if peer.connectionState in ("failed", "closed"):
            lost.set()

    start = time.monotonic()
    for track in (clip.sound_track(start), clip.video_track(start)):
        peer.addTransceiver(track, direction="sendonly")
    _prefer(peer, "H264" if clip.codec == "libx264" else "VP8")
    location = ""
    # A certificate made on the spot is trusted on this machine only.
    local = urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1", *local_addresses())
    connector = aiohttp.TCPConnector(ssl=not local)
    timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN)
    authorization = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, headers=authorization
    ) as http:
        try:
            await peer.setLocalDescription(await peer.createOffer())
            async with http.post(
                url,
                data=peer.localDescription.sdp.encode(),
                headers={"Content-Type": "application/sdp"},
            ) as response:
                answer = await response.text()
                if response.status != 201:
                    raise ConnectionError(f"the server answered {response.status}: {answer[:200]}")
                location = urljoin(str(response.url), response.headers["Location"])
            await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
            await _first(lost, stop)
            if not stop.is_set():
                raise ConnectionError("the connection was lost")
        finally:
            await peer.close()
            if location:
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    await http.delete(location)


async def _first(*events: asyncio.Event) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


def _prefer(peer: RTCPeerConnection, codec: str) -> None:
    capabilities = RTCRtpSender.getCapabilities("video").codecs
    for transceiver in peer.getTransceivers():
        if transceiver.kind == "video":
            chosen = [c for c in capabilities if c.name in (codec, "rtx")]
            transceiver.setCodecPreferences(chosen)


class Clip:
    """The encoded loop. A thread fills it; tracks play it as far as it is there."""

    def __init__(self, title: str) -> None:
        self.codec = "libx264" if "libx264" in av.codecs_available else "libvpx"
        self.pictures: list[bytes] = []
        self.sounds: list[bytes] = []
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._fill, args=(title,), daemon=True)
        self._thread.start()

    def video_track(self, start: float) -> MediaStreamTrack:
        """Return a track that plays the pictures, the first at ``start`` (monotonic)."""
        return _LoopTrack("video", self.pictures, LOOP * RATE, Fraction(1, RATE), start)

    def sound_track(self, start: float) -> MediaStreamTrack:
        """Return a track that plays the sound, likewise."""
        step = Fraction(SOUND_FRAME, SOUND_RATE)
        return _LoopTrack("audio", self.sounds, round(LOOP / step), step, start)

    def close(self) -> None:
        """Stop encoding, if that still goes on."""
        self._closing.set()

    def _fill(self, title: str) -> None:
        try:
            self._fill_sounds()
            self._fill_pictures(title)
        except Exception:
            log.exception("demo broadcast: cannot encode")

    def _fill_pictures(self, title: str) -> None:
        painter = Painter(title)
        encoder: Any = av.CodecContext.create(self.codec, "w")
        encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        encoder.time_base, encoder.framerate = Fraction(1, RATE), Fraction(RATE, 1)
        encoder.gop_size = KEYFRAME_EVERY * RATE
        encoder.bit_rate = BITRATE
        encoder.thread_count = 1
        if self.codec == "libx264":
            encoder.profile = "Baseline"
            encoder.options = {
                "preset": "veryfast",
                "tune": "zerolatency",
                "level": "31",
                # One slice and a tight buffer: no burst that a phone's link cannot take.
                "x264-params": f"scenecut=0:keyint={encoder.gop_size}:sliced-threads=0:"
                f"vbv-maxrate={BITRATE // 1000}:vbv-bufsize={BITRATE // 1500}",
            }
        else:
            encoder.options = {"deadline": "realtime", "cpu-used": "6", "lag-in-frames": "0"}
        for number in range(LOOP * RATE):
            if self._closing.is_set():
                return
            frame: Any = _VideoFrame.from_image(painter.picture(number / RATE))
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            self.pictures += [bytes(packet) for packet in encoder.encode(frame)]

    def _fill_sounds(self) -> None:
        encoder: Any = av.CodecContext.create("libopus", "w")
        encoder.sample_rate, encoder.layout, encoder.format = SOUND_RATE, "stereo", "s16"
        encoder.bit_rate = 48_000
        encoder.time_base = Fraction(1, SOUND_RATE)
        for number in range(LOOP * SOUND_RATE // SOUND_FRAME):
            frame = av.AudioFrame(format="s16", layout="stereo", samples=SOUND_FRAME)
            frame.sample_rate, frame.pts = SOUND_RATE, number * SOUND_FRAME
            frame.time_base = Fraction(1, SOUND_RATE)
            frame.planes[0].update(_chord(number * SOUND_FRAME))
            self.sounds += [bytes(packet) for packet in encoder.encode(frame)]


def _chord(first: int) -> bytes:
    """Return 20 ms of a soft chord. All its periods divide the loop, so it has no seam."""
    swell = 0.5 - 0.5 * math.cos(2 * math.pi * first / (SOUND_RATE * LOOP / 3))
    # Whole hertz, so that a table of one second holds every period.
    samples = array.array("h")
    for at in range(first, first + SOUND_FRAME):
        left, right = _TONES[at % SOUND_RATE]
        samples.append(round(left * (0.4 + 0.6 * swell)))
        samples.append(round(right * (0.4 + 0.6 * swell)))
    return samples.tobytes()


def _tones() -> list[tuple[float, float]]:
    turn = 2 * math.pi / SOUND_RATE
    return [
        (
            320 * (math.sin(turn * 220 * at) + 0.5 * math.sin(turn * 330 * at)),
            320 * (math.sin(turn * 277 * at) + 0.5 * math.sin(turn * 440 * at)),
        )
        for at in range(SOUND_RATE)
    ]


_VideoFrame: Any = av.VideoFrame  # its constructors are not typed
_TONES: list[tuple[float, float]] = _tones()


class _LoopTrack(MediaStreamTrack):
    """Plays encoded packets round and round in real time."""

    def __init__(
        self, kind: str, packets: list[bytes], length: int, step: Fraction, start: float
    ) -> None:
        super().__init__()
        self.kind = kind
        self._packets = packets
        self._length = length
        self._step = step
        self._start = start
        self._number = 0

    async def recv(self) -> Any:
        """Return the next packet when it is due."""
        if self.readyState != "live":
            raise MediaStreamError
        number, self._number = self._number, self._number + 1
        due = self._start + float(number * self._step)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        for _ in range(ENCODE_WITHIN * 100):
            if len(self._packets) > number % self._length:
                break
            await asyncio.sleep(0.01)  # the encoder is behind: only at the very start
        else:
            raise MediaStreamError("nothing was encoded")
        packet: Any = av.Packet(self._packets[number % self._length])
        packet.pts, packet.time_base = number, self._step
        return packet


class Painter:
    """Draws the boutique. Everything that does not change is drawn once."""

    def __init__(self, title: str) -> None:
        self._random = random.Random(7)  # noqa: S311 - the same boutique every time
        self._backdrop = self._draw_backdrop()
        self._rail = self._draw_rail()
        self._lights = [self._draw_light() for _ in range(9)]
        self._title = self._draw_title(title)
        self._digits = ImageFont.load_default(30)

    def picture(self, at: float) -> Image.Image:
        """Return the picture at ``at`` seconds; at ``LOOP`` it is that of 0 again."""
        turn = at / LOOP
        picture = self._backdrop.copy()
        for light, x, y, phase in self._lights:
            angle = 2 * math.pi * (turn + phase)
            where = (round(x + 40 * math.cos(angle)), round(y + 60 * math.sin(angle)))
            picture.paste(light, where, light)
        shift = round(turn * 2 * WIDTH) % (2 * WIDTH)
        view = self._rail.crop((shift, 0, shift + WIDTH, self._rail.height))
        sway = round(3 * math.sin(2 * math.pi * at / 3))
        picture.paste(view, (0, 330 + sway), view)
        picture.paste(self._title, (0, HEIGHT - 190), self._title)
        self._draw_clock(picture, at)
        return picture

    def _draw_backdrop(self) -> Image.Image:
        ramp = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
        top, middle, bottom = _BACKDROP
        return ImageOps.colorize(ramp, black=top, mid=middle, white=bottom)

    def _draw_light(self) -> tuple[Image.Image, int, int, float]:
        size = self._random.randint(60, 170)
        light = Image.new("RGBA", (size, size), (0, 0, 0, 0))
        glow = (255, 236, 200, self._random.randint(20, 50))
        ImageDraw.Draw(light).ellipse((12, 12, size - 12, size - 12), fill=glow)
        light = light.filter(ImageFilter.GaussianBlur(6))
        x, y = self._random.randint(-40, WIDTH - 60), self._random.randint(40, 560)
        return light, x, y, self._random.random()

    def _draw_rail(self) -> Image.Image:
        """Draw a rail twice as wide as the picture, and its beginning once more."""
        rail = Image.new("RGBA", (3 * WIDTH, 420), (0, 0, 0, 0))
        draw = ImageDraw.Draw(rail)
        draw.rectangle((0, 14, 3 * WIDTH, 22), fill="#e8d5b7")
        pitch = 135
        pieces = [_dress, _shirt, _trousers, _coat]
        for place in range(3 * WIDTH // pitch):
            kind = place % (2 * WIDTH // pitch)
            centre = place * pitch + pitch // 2
            draw.line((centre, 10, centre, 44), fill="#e8d5b7", width=3)
            draw.line((centre - 42, 62, centre, 40, centre + 42, 62), fill="#e8d5b7", width=4)
            pieces[kind % 4](draw, centre, 52, _CLOTHES[kind % len(_CLOTHES)])
        return rail

    def _draw_title(self, title: str) -> Image.Image:
        band = Image.new("RGBA", (WIDTH, 120), (20, 10, 30, 120))
        draw = ImageDraw.Draw(band)
        size = 44
        while size > 18 and draw.textlength(title, ImageFont.load_default(size)) > WIDTH - 60:
            size -= 2
        draw.text((30, 24), title, font=ImageFont.load_default(size), fill="#fff6ea")
        draw.text((30, 80), "demo broadcast", font=ImageFont.load_default(20), fill="#f2c9a8")
        return band

    def _draw_clock(self, picture: Image.Image, at: float) -> None:
        draw = ImageDraw.Draw(picture)
        x, y, radius = WIDTH - 82, 92, 52
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill="#fff6ea")
        for hour in range(12):
            angle = math.pi * hour / 6
            dot = (x + 42 * math.sin(angle), y - 42 * math.cos(angle))
            draw.ellipse((dot[0] - 2, dot[1] - 2, dot[0] + 2, dot[1] + 2), fill="#8c4a63")
        angle = 2 * math.pi * at / LOOP
        tip = (x + 36 * math.sin(angle), y - 36 * math.cos(angle))
        draw.line((x, y, *tip), fill="#2b1b3d", width=4)
        text = f"{int(at):02d}.{int(at * 10) % 10}"
        draw.text((x - 30, y + 60), text, font=self._digits, fill="#fff6ea")


def _dress(draw: ImageDraw.ImageDraw, x: int, y: int, colour: str) -> None:
    outline = [(-16, 6), (16, 6), (24, 90), (58, 300), (-58, 300), (-24, 90)]
    draw.polygon([(x + dx, y + dy) for dx, dy in outline], fill=colour)
    draw.line((x - 24, y + 92, x + 24, y + 92), fill="#00000055", width=6)


def _shirt(draw: ImageDraw.ImageDraw, x: int, y: int, colour: str) -> None:
    outline = [(-18, 4), (18, 4), (62, 40), (48, 84), (36, 72), (38, 200), (-38, 200), (-36, 72),
               (-48, 84), (-62, 40)]  # fmt: skip
    draw.polygon([(x + dx, y + dy) for dx, dy in outline], fill=colour)
    draw.line((x, y + 10, x, y + 196), fill="#00000044", width=3)


def _trousers(draw: ImageDraw.ImageDraw, x: int, y: int, colour: str) -> None:
    outline = [(-34, 10), (34, 10), (44, 290), (12, 290), (0, 90), (-12, 290), (-44, 290)]
    draw.polygon([(x + dx, y + dy) for dx, dy in outline], fill=colour)
    draw.line((x - 34, y + 24, x + 34, y + 24), fill="#00000044", width=5)


def _coat(draw: ImageDraw.ImageDraw, x: int, y: int, colour: str) -> None:
    outline = [(-20, 4), (20, 4), (60, 30), (64, 190), (46, 190), (42, 80), (50, 330), (-50, 330),
               (-42, 80), (-46, 190), (-64, 190), (-60, 30)]  # fmt: skip
    draw.polygon([(x + dx, y + dy) for dx, dy in outline], fill=colour)
    for dy in (110, 150, 190):
        draw.ellipse((x - 4, y + dy, x + 4, y + dy + 8), fill="#00000066")
