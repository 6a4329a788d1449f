"""A fan-out kernel on a link that is slower than it: run in a network namespace of its own.

UDP on one machine is never full; behind a shaper of 60 Mbit/s with a small buffer it is. Prints
what the other end of the link saw, one JSON object.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import subprocess
import sys
import threading
from collections import defaultdict

from liveshow.relay.kernel.choice import open_kernel
from liveshow.relay.kernel.protocols import Extensions, Kernel, Path, Stream
from tests.relay.kernel.bed import GCM, KEY, SALTS, SSRC, burst

VIEWERS, FRAMES, PACKETS = 20, 25, 9
ETH_P_IP = 0x0800
SO_NO_CHECK = 11  # asm-generic/socket.h: without checksums, which also prevents cutting


def system(command: str) -> str:
    """Run a command of the system."""
    return subprocess.run(command.split(), check=True, capture_output=True, text=True).stdout


def link() -> socket.socket:
    """Make the link; return a socket that sees what arrives at its other end."""
    system("ip link add here type veth peer name there")
    system("ip address add 10.9.0.1/24 dev here")
    # Cut before the link, so that datagrams arrive one by one.
    system("ip link set here gso_max_segs 1 up")
    system("ip link set there up")
    (there,) = json.loads(system("ip -json link show there"))
    system(f"ip neighbour add 10.9.0.2 lladdr {there['address']} dev here")
    system("tc qdisc add dev here root tbf rate 60mbit burst 70000 limit 50000000")
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
    tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    tap.bind(("there", ETH_P_IP))
    return tap


class Tap(threading.Thread):
    """Reads at the other end: by viewer, (sequence, transport-wide number) as they arrive."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(daemon=True)
        self.seen: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._sock = sock

    def run(self) -> None:
        """Read until nothing comes for two seconds."""
        while select.select([self._sock], [], [], 2)[0]:
            data = self._sock.recv(65535)
            if data[9] == socket.IPPROTO_UDP:
                rtp = data[28:]
                sequence, _, ssrc = struct.unpack_from("!HII", rtp, 2)
                self.seen[ssrc].append((sequence, int.from_bytes(rtp[17:19], "big")))


def viewers(kernel: Kernel) -> tuple[list[Path], dict[Stream, int]]:
    """Return paths, and streams with the position of what each gets next."""
    paths, streams = [], {}
    for viewer in range(VIEWERS):
        path = kernel.path(GCM, KEY, SALTS[GCM])
        paths.append(path)
        stream = path.stream(SSRC + viewer, 0)
        stream.remap(96, 0, 0, 0)
        stream.set_extensions(Extensions(transport_cc=1))
        streams[stream] = 0
    return paths, streams


def main(name: str, cut: str) -> None:
    """Send all packets to all streams: in the group while they keep up, else as there is room.

    ``cut``: yes, or no for a system that refuses to cut and is asked again for every frame.
    """
    tap = Tap(link())
    tap.start()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 100_000)
    sock.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, int(cut == "no"))
    kernel = open_kernel(sock, name)  # type: ignore[arg-type]
    paths, streams = viewers(kernel)
    group = kernel.group(streams)
    packets = burst(0, ([1000] * (PACKETS - 1) + [400]) * FRAMES)
    for end in range(PACKETS, len(packets) + 1, PACKETS):
        for viewer, path in enumerate(paths):
            path.send_to(("10.9.0.2", 1000 + viewer))
        behind = dict(group.send(packets[end - PACKETS : end]))
        for stream in streams:
            if stream in group:
                streams[stream] += behind.get(stream, PACKETS)
        while min(streams.values()) < end:
            select.select([], [sock], [], 1)
            for stream, position in streams.items():
                streams[stream] += stream.send(packets[position:end])
    tap.join()
    seen = [tap.seen[SSRC + viewer] for viewer in range(VIEWERS)]
    print(json.dumps({"packets": len(packets), "seen": seen, "counters": kernel.counters()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
