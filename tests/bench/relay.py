"""One publisher, many viewers: the relay beside Janus and two ways to do it with aiortc."""

from __future__ import annotations

import os
import sys
import textwrap

from tests.bench.relay_rows import Kernel, Results, Rows
from tests.bench.relay_run import Figures, Plan, measure
from tests.bench.stage import Kind, Size, missing
from tests.bench.table import Row, Section

SECONDS = 3.0  # of one measurement
SIZE: Size = (1280, 720, 2_000_000, 60)
PLANS: dict[Kind, Plan] = {
    "native": Plan((100, 200, 600, 900, 1500, 2000), 600, 50, (200, 600), storm=True),
    "python": Plan((100, 200, 400, 500, 600), 200, 50, (200, 400), storm=True),
    "janus": Plan((50, 100, 150, 200, 250), 200, 50, (50, 200), storm=True),
    "janus loop": Plan((100, 200, 300, 400), 200),
    "forward": Plan((100, 200), 200, 50, (100, 200)),
    "mediarelay": Plan((2,), 2),
}
COST, FEW, DELAYS = 200, 2, (100, 200, 600)

QUICK_SECONDS = 0.3
QUICK_SIZE: Size = (160, 120, 200_000, 2)
QUICK_PLANS: dict[Kind, Plan] = {
    "native": Plan((2, 4), 4, 2, (2, 4), storm=True),
    "python": Plan((2, 4), 4, 2, (2, 4), storm=True),
    "janus": Plan((2, 4), 4, 2, (2, 4), storm=True),
    "forward": Plan((4,), 4, 2),
    "mediarelay": Plan((2,), 2),
}
QUICK_COST, QUICK_DELAYS = 4, (2, 4)


async def run(*, quick: bool) -> Section:
    results: Results = {}
    size, seconds = (QUICK_SIZE, QUICK_SECONDS) if quick else (SIZE, SECONDS)
    for kind, plan in (QUICK_PLANS if quick else PLANS).items():
        why = missing(kind)
        print(f"  {kind}: {why or '…'}", file=sys.stderr, flush=True)
        results[kind] = why or await measure(kind, plan, size, seconds)
    rows = _rows(results, *((QUICK_COST, QUICK_DELAYS) if quick else (COST, DELAYS)))
    title = f"Relay: one H.264 publisher at {size[0]}x{size[1]}, Opus; viewers over loopback"
    return Section(title, _setting(results), rows)


def _rows(results: Results, cost: int, delays: tuple[int, ...]) -> list[Row]:
    rows = Rows(results)
    kernels: list[Kernel] = ["native", "python"]
    made: list[Row] = []
    if isinstance(why := results["native"], str):
        kernels.remove("native")
        made.append(Row("native fan-out kernel", why, "-", "", ""))
    # Janus twice, unless it is not there, or the run is quick.
    janus: list[Kind] = ["janus"]
    if isinstance(results.get("janus loop"), Figures):
        janus.append("janus loop")
    made += [rows.cost(kernel, peer, cost) for kernel in kernels for peer in (*janus, "forward")]
    made.append(rows.cost(kernels[0], "mediarelay", cost, FEW))
    made.append(rows.share(kernels[0], "mediarelay", cost, FEW))
    made += [rows.most(kernel, peer) for kernel in kernels for peer in janus]
    for kernel in kernels:
        for crowd in delays if kernel == kernels[0] else delays[:2]:
            made += [rows.delay(kernel, "janus", crowd, 50), rows.delay(kernel, "janus", crowd, 99)]
            made.append(rows.last(kernel, "janus", crowd))
    for kernel in kernels:
        made += [rows.join(kernel, "janus"), rows.memory(kernel, "janus")]
    made += [rows.join(kernels[0], "forward"), rows.memory(kernels[0], "forward")]
    for kernel in kernels:
        made += rows.storm(kernel, "janus")
    return made


def _setting(results: Results) -> str:
    text = [
        "native, python: the whole relay with the one or the other fan-out kernel. Janus: its"
        " Streaming plugin, ICE-lite, fed with the same packets as plain RTP; as it comes (a thread"
        " per viewer), and with event_loops = 1. aiortc forwarding: encoded packets past its"
        " codecs, none of a relay's duties; MediaRelay: as documented, decodes, and encodes for"
        " each viewer.",
        "Viewers: real ICE and DTLS, consent every 5 s, receiver report and REMB every second."
        " Their sockets are swept every 4 ms, with UDP_GRO and times of arrival from the system:"
        " on loopback the sender pays for the way to the socket, and would pay for waking who"
        " reads. None missing a packet: every packet of the publisher reached every viewer,"
        " however numbered.",
    ]
    if len(os.sched_getaffinity(0)) > 1:
        text.append("The server has one core, publisher and viewers another.")
    else:
        text.append("One core for everything: figures are rough.")
    for kind, result in results.items():
        if isinstance(result, Figures) and result.crowds:
            text.append(_said(kind, result))
    return "\n".join(textwrap.fill(each, 120, subsequent_indent="  ") for each in text)


def _said(kind: Kind, figures: Figures) -> str:
    """Say what one server was put through."""
    largest = figures.crowds[max(figures.crowds)]
    rate = largest.delivered / largest.seconds / largest.viewers
    crowds = ", ".join(
        f"{each.viewers} at {each.share:.0%}"
        + (f" missing {each.missing} of {each.sent * each.viewers}" if each.missing else "")
        for each in figures.crowds.values()
    )
    said = (
        f"{kind}: {figures.profile}, {rate:.0f} packets/s each,"
        f" {largest.delivered / largest.runs:.1f} a run;"
        f" viewers and server's core: {crowds}; driver's {largest.driver:.0%}"
    )
    if largest.overflowed:
        said += f"; {largest.overflowed} lost by the viewers' own sockets"
    failed = [*figures.crowds.values(), *([figures.standing] if figures.standing else [])]
    for each in failed:
        if each.failed:
            said += f"; {each.failed} of {each.viewers + each.failed} did not get in: {each.why}"
    return said + "."
