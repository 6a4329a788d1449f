"""Publishers that are neither aiortc nor a browser."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import av
import pytest

from tests.support import eventually

from .peers import TOKEN, serve, watching


@pytest.mark.slow
@pytest.mark.skipif("whip" not in av.formats_available, reason="FFmpeg without its WHIP muxer")
async def test_ffmpeg_publishes_with_a_stream_key() -> None:
    """FFmpeg: one POST with a bearer, no PATCH, H.264 and Opus, DELETE at the end."""
    async with serve() as server:
        ffmpeg = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.relay.ffmpeg_host", f"{server.url}/whip/demo", TOKEN),
            cwd=Path(__file__).parents[2],
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert ffmpeg.stdin is not None
        try:
            await server.until("started", within=20)
            async with watching(server) as viewer:
                await viewer.more("video", 30)
                await viewer.more("audio", 10)
                video = server.relay.stats()["shows"]["demo"]["tracks"]["video"]
                assert video["codec"] == "H264"
                tracks = server.relay._shows["demo"].tracks.values()
                await eventually(lambda: all(track.timestamp_at(0.0) for track in tracks))
                ffmpeg.stdin.close()
                await server.until("lost")
        finally:
            if ffmpeg.returncode is None:
                ffmpeg.stdin.close()
            _, log = await asyncio.wait_for(ffmpeg.communicate(), 10)
            print(log.decode(errors="replace")[-4000:])
