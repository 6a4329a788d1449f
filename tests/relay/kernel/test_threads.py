"""Threads of a kernel, which share a burst, and threads of Python that use one kernel."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress

import pytest

from liveshow.relay.kernel.choice import open_kernel
from liveshow.relay.kernel.protocols import Extensions
from liveshow.relay.wire.packets import parse_rtp
from tests.relay.kernel.bed import GCM, KEY, SALTS, SSRC, Bed, Opener, burst, kernel_names, packet


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("name", kernel_names())
def test_threads_change_nothing(name: str, threads: int) -> None:
    """Each stream gets all packets in order; numbers of one path are given once."""
    bed = Bed(name, threads)
    streams = []
    for _ in range(100):
        path = bed.path()
        streams += [bed.stream(path, Extensions(transport_cc=1)) for _ in range(2)]
    group = bed.kernel.group(streams)
    expected = burst(0, [300] * 4)
    for turn in range(3):
        assert group.send(burst(4 * turn, [300] * 4)) == []
        got = defaultdict(list)
        unprotect = Opener()
        for data in bed.received(800):
            opened = unprotect(data)
            header = parse_rtp(opened)
            got[header.ssrc - SSRC].append((header.sequence - 1000 - 4 * turn, opened[17:19]))
        for place in range(0, 200, 2):
            both = got[place] + got[place + 1]
            assert [sequence for sequence, _ in both] == [0, 1, 2, 3] * 2
            numbers = sorted(int.from_bytes(number, "big") for _, number in both)
            assert numbers == list(range(8 * turn, 8 * turn + 8))
    assert all(stream.packets == 12 for stream in streams)
    counted = bed.kernel.counters()
    assert (counted["datagrams"], counted["errors"]) == (2400, 0)
    assert counted["bytes"] == 2400 * (12 + 8 + len(expected[0].payload) + 16)
    bed.close()


class Watched(socket.socket):
    """A socket that calls ``on_fileno``, where there is one, whenever its number is asked for."""

    on_fileno: Callable[[], None] | None = None

    def fileno(self) -> int:
        if self.on_fileno is not None:
            self.on_fileno()
        return super().fileno()


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("name", kernel_names()[1:])
def test_two_threads_never_send_at_once(name: str, grouped: bool) -> None:
    """Not even when the second one comes while the first asks for the socket's number."""
    raw, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock = Watched(fileno=raw.detach())
    kernel = open_kernel(sock, name)  # type: ignore[arg-type]
    path = kernel.path(GCM, KEY, SALTS[GCM])
    path.send_to(())
    late, waiting = path.stream(1, 0), path.stream(2, 0)
    for stream in (late, waiting):
        stream.remap(96, 0, 0, 0)
    while waiting.send([packet(waiting.packets)]):
        pass  # until the socket is full: a group waits for room then, without Python's lock
    group, busy = kernel.group([waiting]), kernel.group([late])
    asked, done = threading.Event(), threading.Event()
    here = threading.get_ident()

    def keep_sending() -> None:
        asked.wait()
        while not done.is_set():
            with suppress(RuntimeError):
                group.send([packet(waiting.packets)])

    def wait_until_it_sends() -> None:
        asked.set()
        if threading.get_ident() == here:
            with suppress(RuntimeError):
                while thread.is_alive():
                    path.sent(0, 0)
                    time.sleep(0)

    thread, interval = threading.Thread(target=keep_sending), sys.getswitchinterval()
    thread.start()
    sys.setswitchinterval(10)  # or it might have ended by the time we look
    sock.on_fileno = wait_until_it_sends
    try:
        with pytest.raises(RuntimeError, match="another thread"):
            (busy if grouped else late).send([packet(0)])
    finally:
        sock.on_fileno = None
        done.set()
        asked.set()
        thread.join()
        sys.setswitchinterval(interval)
        kernel.close()
        sock.close()
        other.close()
    assert (late.packets, late.next) == (0, 0)
