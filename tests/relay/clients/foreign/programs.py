"""Programs of others: where they are, and what happens when they are not.

On a developer's machine a test whose program is missing is skipped. In CI (``CI=true``) it
fails: there ``tests/debian.sh`` has run before.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.relay.peers import Server, serve
from tests.support import eventually, seconds

HERE = Path(__file__).parent

# What libnice asks of libgupnp-igd. Debian 12 links that to libsoup 3 and whip-client to
# libsoup 2.4, and a process that has both ends at once. Port mapping is not needed here.
_NO_UPNP = """
unsigned long gupnp_simple_igd_get_type(void) { return 80; }
void *gupnp_simple_igd_thread_new(void) { return 0; }
void gupnp_simple_igd_add_port(void) {}
void gupnp_simple_igd_remove_port_local(void) {}
"""
_UPNP_LIBRARIES = ("libgupnp-igd-1.0.so.4", "libgupnp-igd-1.6.so.0")
_PROBE = """
import gi
for name in ("Gst", "GstSdp", "GstWebRTC"):
    gi.require_version(name, "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC
Gst.init(None)
names = "webrtcbin nicesrc vp8enc vp8dec x264enc avdec_h264 opusenc opusdec rtph264pay".split()
missing = [name for name in names if Gst.ElementFactory.find(name) is None]
raise SystemExit(f"no {missing}" if missing else 0)
"""


def without(what: str) -> NoReturn:
    """Skip the test because a program is missing; fail in CI."""
    message = f"not installed: {what}; tests/debian.sh installs it"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def program(name: str) -> str:
    """Return the path of a program; skip without it, fail in CI."""
    path = shutil.which(name)
    if path is None:
        without(name)
    return path


def gstreamer_python() -> str:
    """Return a Python that can drive GStreamer: the system's, not that of the tests."""
    python = "/usr/bin/python3"
    probe = subprocess.run([python, "-c", _PROBE], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        without(f"GStreamer with webrtcbin and its bindings for {python} ({probe.stderr[-300:]})")
    return python


def without_upnp(folder: Path) -> dict[str, str]:
    """Return an environment in which libnice has a UPnP library that does nothing."""
    for name in _UPNP_LIBRARIES:
        arguments = [
            "-shared",
            "-fPIC",
            "-xc",
            "-",
            f"-Wl,-soname,{name}",
            "-o",
            f"{folder}/{name}",
        ]
        subprocess.run([program("cc"), *arguments], input=_NO_UPNP, text=True, check=True)
    return {**os.environ, "LD_LIBRARY_PATH": str(folder)}


@asynccontextmanager
async def serve_everywhere() -> AsyncIterator[Server]:
    """Serve as the product does: on every address, and ICE over TCP beside UDP.

    GStreamer's ICE agent does not use loopback.
    """
    async with serve(host="0.0.0.0") as server:
        with socket.create_server(("0.0.0.0", 0)) as listening:
            listening.setblocking(False)

            def accept() -> None:
                connection, _ = listening.accept()
                connection.setblocking(False)
                server.relay.accept_tcp(connection)

            loop = asyncio.get_running_loop()
            loop.add_reader(listening, accept)
            server.relay.tcp_port = listening.getsockname()[1]
            try:
                yield server
            finally:
                loop.remove_reader(listening)


class Child:
    """A client in a process of its own that says what it sees, a JSON object a line."""

    def __init__(self) -> None:
        self.said: dict[str, Any] = {}  # the last value of each name
        self.frames = {"audio": 0, "video": 0}

    async def more(self, kind: str = "video", count: int = 10, within: float = 20.0) -> None:
        """Wait for ``count`` more decoded frames."""
        target = self.frames[kind] + count
        await eventually(
            lambda: self.frames[kind] >= target,
            within=within,
            what=f"{count} more {kind} frames, have {self.frames}, {self.said}",
        )

    async def read(self, lines: asyncio.StreamReader) -> None:
        """Take in what it says until it has ended."""
        async for line in lines:
            said = json.loads(line)
            if "kind" in said:
                self.frames[said["kind"]] = said["frames"]
            self.said |= said


@asynccontextmanager
async def gstreamer(
    role: str, url: str, token: str, codec: str, transport: str = "any"
) -> AsyncIterator[Child]:
    """Publish or watch with GStreamer until the block ends; then it must have said goodbye.

    ``transport``: ``tcp`` keeps its ICE agent from UDP.
    """
    process = await asyncio.create_subprocess_exec(
        gstreamer_python(),
        *(str(HERE / "gstreamer_peer.py"), role, url, token, codec, transport),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    child = Child()
    reading = asyncio.create_task(child.read(process.stdout))
    try:
        yield child
        process.stdin.close()
        await asyncio.wait_for(process.wait(), seconds(15))
        await reading
        assert child.said.get("deleted") == 200, child.said
        assert "error" not in child.said, child.said["error"]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await reading
