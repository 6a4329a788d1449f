"""``python -m tests.bench [--quick] [--runs N] [NAME …]``: run benchmarks, print one table."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import os
import platform
import sys
import time
from statistics import median

from tests.bench import browser, claims, fanout, join, relay
from tests.bench.table import Section, medians, render

BENCHMARKS = {
    "claims": claims.run,
    "fanout": fanout.run,
    "join": join.run,
    "relay": relay.run,
    "browser": browser.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--quick", action="store_true", help="so small that figures mean nothing")
    parser.add_argument("--runs", type=int, default=1, help="print the medians of so many runs")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    given = parser.parse_args()
    if unknown := set(given.names) - BENCHMARKS.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    began = time.monotonic()
    loads = []
    results: dict[str, list[Section]] = {}
    for _ in range(given.runs):
        loads.append(os.getloadavg()[0])
        for name in given.names or BENCHMARKS:
            print(f"{name} …", file=sys.stderr, flush=True)
            results.setdefault(name, []).append(asyncio.run(BENCHMARKS[name](quick=given.quick)))
    print(render([medians(runs) for runs in results.values()]))
    what = "one run" if given.runs == 1 else f"medians of {given.runs} runs"
    print(
        f"\n{datetime.date.today()}, Python {platform.python_version()}, {os.cpu_count()} CPUs,"
        f" load {median(loads):.1f} before, {what}, {time.monotonic() - began:.0f} s."
        " Ratio: how many times better ours is."
    )


if __name__ == "__main__":
    main()
