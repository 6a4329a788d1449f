"""``python -m tests.bench [--quick] [NAME …]``: run the benchmarks and print one table."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import os
import platform
import time

from tests.bench import claims, fanout, join, relay
from tests.bench.table import render

BENCHMARKS = {
    "claims": claims.run,
    "fanout": fanout.run,
    "join": join.run,
    "relay": relay.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--quick", action="store_true", help="so small that figures mean nothing")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    given = parser.parse_args()
    if unknown := set(given.names) - BENCHMARKS.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    began = time.monotonic()
    load = os.getloadavg()[0]
    sections = []
    for name in given.names or BENCHMARKS:
        print(f"{name} …", flush=True)
        sections.append(asyncio.run(BENCHMARKS[name](quick=given.quick)))
    print()
    print(render(sections))
    print(
        f"\n{datetime.date.today()}, Python {platform.python_version()}, {os.cpu_count()} CPUs,"
        f" load {load:.1f} before the run, {time.monotonic() - began:.0f} s."
        " Ratio: how many times better ours is."
    )


if __name__ == "__main__":
    main()
