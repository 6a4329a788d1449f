"""A kernel between two sockets, keys that both sides know, and packets to send."""

from __future__ import annotations

import importlib.util
import itertools
import os
import select
import socket
import sys
from collections.abc import Sequence
from typing import Any

import pylibsrtp
import pytest

from liveshow.relay.kernel.choice import native_available, open_kernel
from liveshow.relay.kernel.protocols import Extensions, Kernel, Path, Profile, Stream
from liveshow.relay.wire.packets import Packet
from tests.support import seconds

GCM: Profile = "AEAD_AES_128_GCM"
SHA1: Profile = "AES128_CM_SHA1_80"
PROFILES: tuple[Profile, ...] = (GCM, SHA1)
KEY = bytes(range(16))
SALTS = {GCM: bytes(range(100, 112)), SHA1: bytes(range(100, 114))}
TAGS = {GCM: 16, SHA1: 10}
SSRC = 0xCAFEF00D
_NUMBERS = {
    GCM: pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    SHA1: pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}

# Another build of the native kernel than the installed one: see asan.sh.
BUILD = os.environ.get("KERNEL_BUILD")
if BUILD:
    _spec = importlib.util.spec_from_file_location("liveshow.relay.kernel._native", BUILD)
    assert _spec is not None
    assert _spec.loader is not None
    _module = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(_module)
    sys.modules[_spec.name] = _module


def kernel_names() -> list[Any]:
    """Return both kernels; where the native one must be and is not, its tests fail."""
    needed = native_available() or os.environ.get("CI") == "true"
    skip = pytest.mark.skipif(not needed, reason="the native kernel was not built")
    return ["python", pytest.param("native", marks=skip)]


def packet(index: int, payload: bytes = b"payload", **more: Any) -> Packet:
    """Make a packet of a track."""
    fields: dict[str, Any] = {"timestamp": 3000 * index, "marker": False, "keyframe": False}
    return Packet(index=index, codec="vp8", payload=payload, arrival=0.0, **{**fields, **more})


def burst(first: int, sizes: Sequence[int], **more: Any) -> list[Packet]:
    """Make packets with payloads of these sizes, each another."""
    return [
        packet(index, bytes((index * 7 + i) & 0xFF for i in range(size)), **more)
        for index, size in enumerate(sizes, first)
    ]


class Bed:
    """A kernel that sends through ``sender``, and a socket (``viewer``) that receives."""

    def __init__(self, name: str, threads: int = 1, family: int = socket.AF_INET) -> None:
        host = "127.0.0.1" if family == socket.AF_INET else "::1"
        self._sockets: list[socket.socket] = []
        self.sender, self.viewer = self._socket(family, host), self._socket(family, host)
        self.kernel: Kernel = open_kernel(self.sender, name, threads)  # type: ignore[arg-type]
        self._ssrcs = itertools.count(SSRC)

    def _socket(self, family: int, host: str) -> socket.socket:
        sock = socket.socket(family, socket.SOCK_DGRAM)
        self._sockets.append(sock)
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.bind((host, 0))
        return sock

    def close(self) -> None:
        """Close all."""
        self.kernel.close()
        for sock in self._sockets:
            sock.close()

    def path(self, profile: Profile = GCM, where: Any = "viewer") -> Path:
        """Make a path to the viewer, or elsewhere."""
        path = self.kernel.path(profile, KEY, SALTS[profile])
        path.send_to(self.viewer.getsockname() if where == "viewer" else where)
        return path

    def stream(
        self, path: Path | None = None, extensions: Extensions | None = None, **run: int
    ) -> Stream:
        """Make a stream with a run; its SSRC is the first one's, the next one's, and so on."""
        stream = (path or self.path()).stream(next(self._ssrcs), 1000)
        numbers = {"payload_type": 96, "first": 0, "sequence_offset": 1000, "timestamp_offset": 0}
        stream.remap(**{**numbers, **run})
        if extensions is not None:
            stream.set_extensions(extensions)
        return stream

    def received(self, count: int) -> list[bytes]:
        """Wait for ``count`` datagrams; fail when there are more at that moment."""
        got: list[bytes] = []
        while len(got) < count:
            ready, _, _ = select.select([self.viewer], [], [], seconds(5))
            assert ready, f"{len(got)} of {count} datagrams"
            got.append(self.viewer.recv(4096))
        assert not select.select([self.viewer], [], [], 0)[0], "more datagrams than expected"
        return got


class Till:
    """A callable of a path: takes packets while there is room, and notes how they came."""

    def __init__(self, room: int = 1 << 30) -> None:
        self.room = room
        self.packets: list[bytes] = []
        self.offers: list[tuple[int, bool]] = []  # packets, retransmissions
        self.kept: Any = None

    def __call__(self, packets: list[bytes], again: bool) -> int:
        self.offers.append((len(packets), again))
        taken = packets[: self.room - len(self.packets)]
        self.packets += taken
        return len(taken)


class Opener:
    """What a viewer does: libsrtp unprotects, in order of arrival."""

    def __init__(self, profile: Profile = GCM) -> None:
        policy = pylibsrtp.Policy(
            key=KEY + SALTS[profile],
            ssrc_type=pylibsrtp.Policy.SSRC_ANY_INBOUND,
            srtp_profile=_NUMBERS[profile],
        )
        policy.window_size = 1024
        self._session = pylibsrtp.Session(policy)

    def __call__(self, data: bytes) -> bytes:
        return self._session.unprotect(data)
