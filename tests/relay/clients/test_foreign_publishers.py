"""Foreign publishers: FFmpeg, GStreamer, Meetecho's client, two from npm."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import av
import pytest
from playwright.async_api import Browser

from tests.relay.clients.foreign.pages import open_page, restart, serve_clients
from tests.relay.clients.foreign.programs import (
    gstreamer,
    program,
    serve_everywhere,
    without,
    without_upnp,
)
from tests.relay.peers import TOKEN, Server, serve, watching
from tests.support import eventually

pytestmark = pytest.mark.slow

VIDEO = "videotestsrc is-live=true pattern=ball ! video/x-raw,width=160,height=120,framerate=30/1"
AUDIO = (
    "audiotestsrc is-live=true wave=red-noise ! audioconvert ! audioresample ! queue !"
    " opusenc ! rtpopuspay pt=100 ssrc=1 ! queue !"
    " application/x-rtp,media=audio,encoding-name=OPUS,payload=100"
)
ENCODED = {
    "VP8": "vp8enc deadline=1 keyframe-max-dist=30 ! rtpvp8pay pt=96 ssrc=2",
    "H264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 !"
    " video/x-h264,profile=constrained-baseline !"
    " rtph264pay pt=96 ssrc=2 config-interval=-1 aggregate-mode=zero-latency",
}


async def assert_watched(server: Server) -> None:
    """Assert that a viewer decodes a second of both kinds."""
    async with watching(server) as viewer:
        await viewer.more("video", 30, within=20)
        await viewer.more("audio", 10, within=20)


async def test_ffmpeg_publishes_with_a_stream_key() -> None:
    """FFmpeg: one POST with a bearer, no PATCH, H.264 and Opus, DELETE at the end."""
    if "whip" not in av.formats_available:
        without("FFmpeg's WHIP muxer, which PyAV's wheels have")
    async with serve() as server:
        ffmpeg = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.relay.clients.ffmpeg_host", f"{server.url}/whip/demo", TOKEN),
            cwd=Path(__file__).parents[3],
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert ffmpeg.stdin is not None
        try:
            await server.until("started", within=20)
            async with watching(server) as viewer:
                await viewer.more("video", 30)
                await viewer.more("audio", 10)
                simulcasts = server.relay._shows["demo"].simulcasts.values()
                tracks = [simulcast.tracks[0] for simulcast in simulcasts]
                assert tracks[1].codec == "H264"
                await eventually(
                    lambda: all(track.rtp_to_ntp.timestamp_at(0.0) for track in tracks)
                )
                ffmpeg.stdin.close()
                await server.until("lost")
        finally:
            if ffmpeg.returncode is None:
                ffmpeg.stdin.close()
            _, log = await asyncio.wait_for(ffmpeg.communicate(), 10)
            print(log.decode(errors="replace")[-4000:])


@asynccontextmanager
async def whip_client(server: Server, folder: Path, video: str, codec: str) -> AsyncIterator[None]:
    """Publish with Meetecho's whip-client until the block ends; then it is interrupted."""
    payload = f"application/x-rtp,media=video,encoding-name={codec},payload=96"
    video = f"{video} ! videoconvert ! queue ! {ENCODED[codec]} ! queue ! {payload}"
    log = folder / "log"
    with log.open("wb") as output:
        client = await asyncio.create_subprocess_exec(
            program("whip-client"),
            *("-u", f"{server.url}/whip/demo", "-t", TOKEN, "-o", "-A", AUDIO, "-V", video),
            env=without_upnp(folder),
            stdout=output,
            stderr=output,
        )
    try:
        await server.until("started", within=20)
        yield
        client.send_signal(signal.SIGINT)
        await server.until("lost", within=20)
        await eventually(lambda: server.relay._shows["demo"].publisher is None)
    finally:
        # Its pipeline does not always stop when the machine is busy; the session is over by then.
        if client.returncode is None:
            client.kill()
        await client.wait()
        print(log.read_text(errors="replace")[-4000:])
    assert "[ERR]" not in log.read_text(errors="replace")  # a refused request, a failed check


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_simple_whip_client_publishes(codec: str, tmp_path: Path) -> None:
    """Meetecho's whip-client: trickles after the answer, ends with DELETE when interrupted."""
    async with serve_everywhere() as server, whip_client(server, tmp_path, VIDEO, codec):
        await assert_watched(server)


async def test_packets_of_gstreamers_size_are_relayed(tmp_path: Path) -> None:
    """GStreamer fills packets to 1,400 bytes with their headers where browsers stop at 1,200."""
    noise = VIDEO.replace("pattern=ball", "pattern=snow").replace("160", "320")
    async with (
        serve_everywhere() as server,
        whip_client(server, tmp_path, noise, "VP8"),
        watching(server) as viewer,
    ):
        await viewer.more("video", 60, within=20)


async def test_packets_of_almost_a_frame_of_ethernet_are_relayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """faults.md 33 and 34: mtu=1440, and SPS and PPS only where the encoder puts them."""
    noise = VIDEO.replace("pattern=ball", "pattern=snow").replace("160", "320")
    told = ENCODED["H264"].replace("config-interval=-1", "mtu=1440")
    monkeypatch.setitem(ENCODED, "H264", told)
    async with serve_everywhere() as server, whip_client(server, tmp_path, noise, "H264"):
        async with watching(server) as viewer:
            await viewer.more("video", 60, within=20)
        track = server.relay._shows["demo"].simulcasts["video"].tracks[0]
        assert track._munger._cut
        stats = server.relay.show_stats("demo")
        assert stats is not None
        assert stats.publisher is not None
        assert not stats.publisher.troubles


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_gstreamer_publishes(codec: str) -> None:
    """webrtcbin: offers without candidates and with sendrecv, trickles, no RTX, mids of its own."""
    async with (
        serve_everywhere() as server,
        gstreamer("publish", f"{server.url}/whip/demo", TOKEN, codec) as host,
    ):
        await server.until("started", within=20)
        await assert_watched(server)
        assert host.said["state"] == "connected"
        assert host.said["patched"] == 204
    assert server.changes[-1].state == "lost"


async def test_gstreamer_publishes_where_udp_is_blocked() -> None:
    """webrtcbin without UDP: ICE over TCP (RFC 6544), to the passive candidates of the answer."""
    async with (
        serve_everywhere() as server,
        gstreamer("publish", f"{server.url}/whip/demo", TOKEN, "VP8", "tcp") as host,
    ):
        await server.until("started", within=20)
        assert "typ host tcptype passive" in host.said["answer"]
        session = server.relay._shows["demo"].publisher
        assert session is not None
        assert session.peer.transport == "tcp"
        await assert_watched(server)
    assert server.changes[-1].state == "lost"


@pytest.fixture
async def pages() -> AsyncIterator[str]:
    async with serve_clients() as address:
        yield address


@pytest.mark.parametrize("client", ["medoozeWhip", "eyevinnWhip"])
async def test_browser_publishes_with_clients_of_others(
    chromium: Browser, pages: str, client: str
) -> None:
    """npm's whip-whep and @eyevinn/whip-web-client, from another origin."""
    async with serve() as server:
        page = await open_page(chromium, pages)
        await page.evaluate(
            "([name, url, token]) => start[name](url, token)",
            [client, f"{server.url}/whip/demo", TOKEN],
        )
        await server.until("started", within=20)
        await assert_watched(server)
        await page.evaluate("stop()")
        await server.until("lost")


async def test_browser_restarts_ice_with_a_client_of_others(chromium: Browser, pages: str) -> None:
    """whip-whep, by the author of RFC 9725: trickle with the tag, restart with the asterisk."""
    async with serve() as server:
        page = await open_page(chromium, pages)
        await page.evaluate(
            "([url, token]) => start.medoozeWhip(url, token)", [f"{server.url}/whip/demo", TOKEN]
        )
        await server.until("started", within=20)
        session = server.relay._shows["demo"].publisher
        assert session is not None
        await restart(page, session)
        await assert_watched(server)
        assert server.changes[-1].state == "started"  # no interruption
        assert await page.evaluate("refused") == []
        await page.evaluate("stop()")
        await server.until("lost")
