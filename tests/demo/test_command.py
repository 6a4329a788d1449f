"""The command itself, and its synthetic host over real media."""

from __future__ import annotations

import asyncio
import re
import signal
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from tests.demo.conftest import StartDemo
from tests.relay.peers import RATE, EncodedTrack, audio, prefer, video
from tests.support import eventually, free_port, seconds

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def command(
    *arguments: str, tmp: Path
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str, str]]:
    """Run ``liveshow demo`` until it says where it is; then (process, URL, what it said)."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "liveshow", "demo", "--port", str(port), *arguments),
        cwd=ROOT,
        env={"TMPDIR": str(tmp), "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        assert process.stdout is not None
        said = ""
        async with asyncio.timeout(seconds(60)):
            while "Ctrl-C" not in said:
                line = await process.stdout.readline()
                assert line, said
                said += line.decode()
        scheme = "https" if "https:" in said else "http"
        yield process, f"{scheme}://127.0.0.1:{port}", said
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def negotiate(
    http: aiohttp.ClientSession, url: str, pc: RTCPeerConnection, token: str = ""
) -> None:
    await pc.setLocalDescription(await pc.createOffer())
    headers = {"Content-Type": "application/sdp"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    async with http.post(url, data=pc.localDescription.sdp, headers=headers) as response:
        answer = await response.text()
        assert response.status == 201, answer
    await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await eventually(lambda: pc.connectionState == "connected", within=15)


@asynccontextmanager
async def watching(http: aiohttp.ClientSession, base: str) -> AsyncIterator[list[Any]]:
    """Watch the show until the block ends; the list grows with decoded frames."""
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    frames: list[Any] = []
    readers = []

    @pc.on("track")
    def read(track: Any) -> None:
        async def take() -> None:
            while True:
                frames.append(await track.recv())

        if track.kind == "video":
            readers.append(asyncio.create_task(take()))

    pc.addTransceiver("audio", direction="recvonly")
    pc.addTransceiver("video", direction="recvonly")
    try:
        await negotiate(http, f"{base}/whep/demo", pc)
        yield frames
    finally:
        await pc.close()
        for reader in readers:
            reader.cancel()


async def streaming(http: aiohttp.ClientSession, base: str) -> Any:
    async with http.get(f"{base}/api/shows/demo/state") as response:
        return (await response.json())["state"]["show"]["streaming"]


@pytest.mark.parametrize("arguments", [(), ("--tls-self-signed",)])
async def test_the_demo_is_live_and_goes_without_a_trace(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    unverified = ssl.create_default_context()
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    async with (
        command(*arguments, tmp=tmp_path) as (process, base, said),
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=unverified)) as http,
    ):
        async with http.get(f"{base}/healthz") as response:
            assert response.status == 200
        links = re.findall(r"https?://\S+(/demo/(?:host|seller|moderator|viewer2?))\s", said)
        assert len(links) >= 5
        for link in links:
            async with http.get(base + link, allow_redirects=False) as response:
                assert response.status == 303
        async with http.get(f"{base}/api/shows/demo/state") as response:
            state = (await response.json())["state"]
        assert state["show"]["status"] == "live"
        assert len(state["items"]) >= 10
        async with http.get(base + state["items"][0]["photos"][0]["url"]) as response:
            assert response.content_type == "image/webp"
        await eventually(lambda: streaming(http, base), within=20, every=0.2)
        async with watching(http, base) as frames:
            await eventually(lambda: len(frames) > 30, within=20)
            assert (frames[-1].width, frames[-1].height) == (540, 960)
        process.send_signal(signal.SIGINT)
        # It takes a second; the patience is for machines that do much else.
        async with asyncio.timeout(seconds(20)):
            assert await process.wait() == 0
        assert process.stdout is not None
        assert (await process.stdout.read()).decode().strip() == ""
    assert not list(tmp_path.glob("liveshow-demo-*"))


async def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    port = free_port()
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", port)
    async with server:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "liveshow", "demo", "--port", str(port)),
            cwd=ROOT,
            env={"TMPDIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(seconds(30)):
            _out, err = await process.communicate()
    assert process.returncode == 1
    assert err.decode().startswith(f"Port {port} is taken")
    assert len(err.decode().splitlines()) == 1
    assert not list(tmp_path.glob("liveshow-demo-*"))


async def test_a_real_host_takes_over_and_is_left_alone(start_demo: StartDemo) -> None:
    demo = await start_demo()
    assert demo.demo.host is not None
    demo.demo.host._lonely = 2.0
    stopping = asyncio.Event()
    playing = asyncio.create_task(demo.demo.play(demo.server, stopping))
    base, http = demo.server.url, demo.http

    def codec() -> Any:
        show = demo.parts.relay.show_stats("demo")
        playing = [layer for layer in show.layers if layer.active] if show else []
        return playing[-1].codec if show and show.live and playing else None

    await eventually(lambda: codec() == "H264", within=20)
    token = await demo.parts.accounts.create_token("host")
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    pc.addTransceiver(EncodedTrack("audio", audio(), 0.02), direction="sendonly")
    pc.addTransceiver(EncodedTrack("video", video("VP8")[0], 1 / RATE), direction="sendonly")
    prefer(pc, "VP8")
    try:
        await negotiate(http, f"{base}/whip/demo?takeover=1", pc, token)
        await eventually(lambda: codec() == "VP8", within=10)
        await asyncio.sleep(seconds(4))  # longer than the synthetic host would wait
        assert codec() == "VP8"
        assert pc.connectionState == "connected"
    finally:
        await pc.close()
    await eventually(lambda: codec() == "H264", within=30)
    assert (await demo.state()).show.status == "live"
    stopping.set()
    async with asyncio.timeout(seconds(3)):
        await playing
