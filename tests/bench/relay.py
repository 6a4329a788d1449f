"""One publisher, many viewers: what a delivered packet costs the server."""

from __future__ import annotations

import asyncio
import shutil
import time
from dataclasses import dataclass

from tests.bench.child import Child
from tests.bench.table import Row, Section


@dataclass(frozen=True)
class Result:
    cpu: float  # seconds per delivered packet
    share: float  # of one CPU, per viewer
    packets: float  # per second and viewer
    bitrate: float  # per viewer


async def _measure(kind: str, viewers: int, seconds: float, size: tuple[int, int, int]) -> Result:
    # The last group of pictures is replayed to joiners: not what is measured.
    settle = min(1.5, seconds)
    width, height, bitrate = size
    async with (
        Child("tests.bench.media_server", kind) as server,
        Child("tests.bench.media_peers") as peers,
    ):
        url = await server.ask("address")
        await peers.ask("publish", url=url, width=width, height=height, bitrate=bitrate)
        await asyncio.sleep(settle)
        await peers.ask("watch", url=url, count=viewers)
        await asyncio.sleep(settle)
        used, before = await server.ask("used"), await peers.ask("received")
        began = time.perf_counter()
        await asyncio.sleep(seconds)
        after, used = await peers.ask("received"), await server.ask("used") - used
        seconds = time.perf_counter() - began
        each = [b - a for a, b in zip(before["packets"], after["packets"], strict=True)]
        assert all(each), f"viewers without packets: {each.count(0)} of {viewers}"
        delivered = sum(each)
        return Result(
            cpu=used / delivered,
            share=used / seconds / viewers,
            packets=delivered / seconds / viewers,
            bitrate=(after["bytes"] - before["bytes"]) * 8 / seconds / viewers,
        )


async def run(*, quick: bool) -> Section:
    size = (160, 120, 200_000) if quick else (1280, 720, 2_000_000)
    seconds = 0.5 if quick else 4.0
    crowds, few = ((1,), 1) if quick else ((20, 60), 2)
    sizes = dict.fromkeys((few, *crowds))
    ours = {count: await _measure("ours", count, seconds, size) for count in sizes}
    forward = {count: await _measure("forward", count, seconds, size) for count in crowds}
    decoding = await _measure("mediarelay", few, seconds, size)
    most = ours[crowds[-1]]
    section = Section(
        f"Relay: one H.264 publisher at {size[0]}x{size[1]}, Opus; viewers over loopback",
        "Ours: the whole relay, ICE-lite and DTLS-SRTP with AES-128-GCM, Python fan-out;"
        f" {most.packets:.0f} packets/s and\n{most.bitrate / 1e6:.1f} Mbit/s per viewer. Peer"
        " forwarding: aiortc, encoded packets past its codecs, none of a relay's\nduties, "
        f"{forward[crowds[-1]].packets:.0f} packets/s. Peer MediaRelay: aiortc as documented,"
        f" decodes, encodes for each\nviewer, {decoding.packets:.0f} packets/s: its own bit rate."
        " Viewers are another process: real ICE and DTLS, sockets swept every 10 ms.",
    )
    how = "server CPU"
    for count in crowds:
        what = f"{count} viewers: CPU per delivered packet"
        mine, peer = ours[count].cpu * 1e6, forward[count].cpu * 1e6
        section.rows.append(Row(f"{what}, peer forwarding", mine, peer, "us", how))
    section.rows += [
        Row(
            f"{few} viewers: CPU per delivered packet, peer MediaRelay",
            ours[few].cpu * 1e6,
            decoding.cpu * 1e6,
            "us",
            how,
        ),
        Row(
            f"{few} viewers: share of a CPU per viewer, peer MediaRelay",
            ours[few].share * 100,
            decoding.share * 100,
            "%",
            how,
        ),
    ]
    janus = "installed, no driver" if shutil.which("janus") else "not installed"
    section.rows.append(
        Row(
            f"{crowds[-1]} viewers: CPU per delivered packet, peer Janus",
            most.cpu * 1e6,
            janus,
            "us",
            how,
        )
    )
    return section
