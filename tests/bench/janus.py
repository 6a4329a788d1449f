"""Janus as the peer: a process with one mountpoint of its Streaming plugin, on loopback.

Left as it comes, a thread per viewer, except that it is an ICE-lite server, which has less to do,
and that it writes no log. ``one_loop`` is the setting (``event_loops``) that serves all viewers
from one thread instead: cheaper on one core, not what it does by itself.
"""

from __future__ import annotations

import asyncio
import functools
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Self

from tests.bench.child import stay_on
from tests.bench.light.janus_api import MOUNTPOINT
from tests.bench.light.sdp import H264, OPUS

PATIENCE = 10.0  # seconds until it answers

_MAIN = """
general: {{
    configs_folder = "{folder}"
    plugins_folder = "{folder}/plugins"
    transports_folder = "{folder}/transports"
    events_folder = "{folder}"
    loggers_folder = "{folder}"
    debug_level = 2
    {loops}
}}
nat: {{
    ice_lite = true
    ice_enforce_list = "{address}"
    ignore_mdns = true
}}
"""
_WEBSOCKETS = """
general: {{
    json = "compact"
    ws = true
    ws_ip = "127.0.0.1"
    ws_port = {port}
}}
"""
_STREAMING = """
bench: {{
    type = "rtp"
    id = {mountpoint}
    media = (
        {{ type = "audio", mid = "a", port = {audio}, pt = {opus}, codec = "opus" }},
        {{
            type = "video", mid = "v", port = {video}, pt = {h264}, codec = "h264",
            fmtp = "packetization-mode=1;profile-level-id=42e01f"
        }}
    )
}}
"""


def installed() -> bool:
    """Tell whether Janus is there, with what we need of it."""
    return shutil.which("janus") is not None and _libraries() is not None


def _libraries() -> Path | None:
    """Return the folder of its plugins and transports."""
    for folder in sorted(Path("/usr").glob("l*/**/janus/plugins/libjanus_streaming.so")):
        if (folder.parents[1] / "transports/libjanus_websockets.so").exists():
            return folder.parents[1]
    return None


def _address() -> str | None:
    """Return this machine's own address, None if it has none: Janus does not use loopback's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        # Nothing is sent; the system only says which address it would send from.
        if sock.connect_ex(("192.0.2.1", 9)) == 0:
            return str(sock.getsockname()[0])
    return None


def _free_ports(kind: socket.SocketKind) -> tuple[int, int]:
    """Return two ports that were free just now."""
    with socket.socket(socket.AF_INET, kind) as one, socket.socket(socket.AF_INET, kind) as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


class Janus:
    """One Janus, from its configuration to its end, on one ``core`` if that is given."""

    def __init__(self, core: int | None = None, *, one_loop: bool = False) -> None:
        self._core = core
        self._one_loop = one_loop
        self._folder = tempfile.TemporaryDirectory(prefix="liveshow-bench-janus-")
        self._process: asyncio.subprocess.Process | None = None
        self.ports = _free_ports(socket.SOCK_DGRAM)
        self._port, _ = _free_ports(socket.SOCK_STREAM)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def url(self) -> str:
        """Where its API is."""
        return f"ws://127.0.0.1:{self._port}"

    @property
    def _log(self) -> Path:
        return Path(self._folder.name) / "log"

    async def __aenter__(self) -> Self:
        self._configure(Path(self._folder.name))
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                "janus",
                "-F",
                self._folder.name,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=None if self._core is None else functools.partial(stay_on, self._core),
            )
        async with asyncio.timeout(PATIENCE):
            while not self._answers():
                if self._process.returncode is not None:
                    raise RuntimeError(f"Janus ended: {self._log.read_text()}")
                await asyncio.sleep(0.05)
        return self

    async def __aexit__(self, *_: object) -> None:
        process = self._process
        assert process is not None
        if process.returncode is None:
            # Hundreds of sessions are open, and a proper end of each would save nothing.
            process.kill()
            await process.wait()
        self._folder.cleanup()

    def _answers(self) -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def _configure(self, folder: Path) -> None:
        libraries = _libraries()
        assert libraries is not None
        # Only what is needed: the others would open ports.
        for kind, name in (("plugins", "streaming"), ("transports", "websockets")):
            (folder / kind).mkdir()
            library = f"libjanus_{name}.so"
            (folder / kind / library).symlink_to(libraries / kind / library)
        audio, video = self.ports
        texts = {
            "janus.jcfg": _MAIN.format(
                folder=folder, address=_address(), loops="event_loops = 1" if self._one_loop else ""
            ),
            "janus.transport.websockets.jcfg": _WEBSOCKETS.format(port=self._port),
            "janus.plugin.streaming.jcfg": _STREAMING.format(
                mountpoint=MOUNTPOINT, audio=audio, video=video, opus=OPUS, h264=H264
            ),
        }
        for name, text in texts.items():
            (folder / name).write_text(text)
