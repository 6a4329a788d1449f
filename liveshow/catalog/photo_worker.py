"""A process that encodes photos: ``python -m liveshow.catalog.photo_worker``.

It reads uploads from its standard input and writes what became of them to its standard output.
Its memory and its time have limits that it sets itself. It ends with its input.

    upload   length (4 bytes), bytes
    answer   length of the head (4 bytes), head (JSON), the full size, the thumb
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import BinaryIO

from liveshow.catalog.photo_encoding import encode
from liveshow.errors import LiveshowError

LENGTH = struct.Struct(">I")
MEMORY_BYTES = 512 << 20  # of addresses, the interpreter's included
CPU_SECONDS = 10  # for one photo
NO_LIMITS = 3  # exit status when the system does not let it limit itself


def main() -> None:
    """Encode until the input ends."""
    with suppress(OSError):
        os.nice(10)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        sys.exit(NO_LIMITS)
    source, out = sys.stdin.buffer, sys.stdout.buffer
    while (data := _read(source)) is not None:
        _allow_time()
        for part in _answer(data):
            out.write(part)
        out.flush()


def _allow_time() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    # The signal beyond it ends the process.
    end = int(used.ru_utime + used.ru_stime) + CPU_SECONDS + 1
    resource.setrlimit(resource.RLIMIT_CPU, (end, hard))


def _read(source: BinaryIO) -> bytes | None:
    length = source.read(LENGTH.size)
    return source.read(LENGTH.unpack(length)[0]) if len(length) == LENGTH.size else None


def _answer(data: bytes) -> tuple[bytes, ...]:
    try:
        encoded = encode(data)
    except LiveshowError as error:
        return _with_length({"code": error.code, "status": error.status, "message": error.message})
    head = {
        "width": encoded.width,
        "height": encoded.height,
        "full": len(encoded.full),
        "thumb": len(encoded.thumb),
        "peak_kib": _peak_kib(),
    }
    return (*_with_length(head), encoded.full, encoded.thumb)


def _peak_kib() -> int:
    """Return the most memory that this process has had, KiB; 0 where that is not known.

    ``ru_maxrss`` would begin with that of the process before ``exec``.
    """
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return 0


def _with_length(head: Mapping[str, object]) -> tuple[bytes, bytes]:
    text = json.dumps(head).encode()
    return LENGTH.pack(len(text)), text


if __name__ == "__main__":
    main()
