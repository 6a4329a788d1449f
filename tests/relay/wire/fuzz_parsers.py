"""Fuzz the parsers, coverage as guide: ``python -m tests.relay.wire.fuzz_parsers rtp -seconds=60``.

Needs Atheris (``pip install atheris``), which is not among what the tests need. Targets are
those of ``parsers``; without a name all take turns. What it finds is written to ``crash-…`` in
the present folder and printed; put it into ``tests/vectors`` with a test.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path


def run(name: str, seconds: int) -> None:
    """Fuzz one target in this process; ends it."""
    import atheris

    with atheris.instrument_imports(include=["liveshow.relay", "signaling"]):
        from tests.relay.wire.parsers import TARGETS
    target = TARGETS[name]
    folder = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    for number, seed in enumerate(target.seeds):
        (folder / str(number)).write_bytes(seed)
    words = folder.with_suffix(".words")
    words.write_text(
        "".join(
            '"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n'
            for word in target.words
            if word
        )
    )
    longest = 2 * max(map(len, target.seeds))
    options = [f"-max_total_time={seconds}", f"-dict={words}", f"-max_len={longest}"]
    atheris.Setup([sys.argv[0], str(folder), *options, "-print_final_stats=1"], target.run)
    atheris.Fuzz()


def main(arguments: list[str]) -> int:
    """Fuzz the named targets, or all; return how many failed."""
    seconds = 30
    names = []
    for argument in arguments:
        if argument.startswith("-seconds="):
            seconds = int(argument.partition("=")[2])
        else:
            names.append(argument)
    if len(names) == 1:
        run(names[0], seconds)
    from tests.relay.wire.parsers import TARGETS

    command = [sys.executable, "-m", "tests.relay.wire.fuzz_parsers", f"-seconds={seconds}"]
    codes = {name: subprocess.call([*command, name]) for name in names or TARGETS}
    for name, code in codes.items():
        print(f"{name}: {'sound' if code == 0 else 'FAILED'}")
    return sum(code != 0 for code in codes.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
